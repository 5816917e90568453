"""Open data: the page that explains it, files, streams of a part, changes, one service."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.http import http_date, parse_http_date_safe, quote_etag
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.catalogue.api import guide_of, linked_data, offering_by_slug, open_data, themes
from tongban.directory.api import find_agency, find_region
from tongban.kernel.localized import Localized, language

# Parts of the catalogue made at once, in one process: each keeps a processor busy.
_MOST_STREAMS = 2
_TRY_AGAIN = 60  # seconds
_MOST_WHOLE = 200  # changes told with their services
_FRESH = 60  # seconds that somebody in between may keep changes
_streams = threading.BoundedSemaphore(_MOST_STREAMS)

_PLAIN_FILES = {
    "SHA256SUMS": "text/plain; charset=utf-8",
    "manifest.json": "application/json",
}


@dataclass(frozen=True)
class Column:
    """A column of the table, for the data dictionary."""

    name: str
    meaning: Promise


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What there is, how large, how old, and on which terms."""
    published = open_data.publication()
    files = published.files if published else ()
    return render(
        request,
        "portal/open_data.html",
        {
            "published": published,
            "files": files,
            "base": settings.BASE_URL,
            "region": settings.SITE["region"],
            "position": open_data.last_position(),
            "attributions": open_data.attributions(),
            "licence": settings.SITE["licence"],
            "licence_url": settings.SITE["licence_url"],
        },
    )


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The data dictionary: columns, and our own words with the addresses that name them."""
    kinds: list[tuple[str, str, list[tuple[str, Localized]]]] = [
        (kind, title, list(open_data.TERMS[kind].items()))
        for kind, title in (
            ("type", _("Item types")),
            ("audience", _("Whom a service is for")),
            ("channel", _("Ways to apply")),
            ("necessity", _("Whether a document must be handed in")),
            ("result", _("Kinds of results")),
        )
    ]
    kinds.append(("theme", _("Topics"), [(one.code, one.name) for one in themes()]))
    columns = [Column(name, meaning) for name, meaning in open_data.COLUMNS.items()]
    return render(request, "portal/open_data_terms.html", {"kinds": kinds, "columns": columns})


@require_safe
def file(request: HttpRequest, filename: str) -> HttpResponseBase:
    """A file of the whole catalogue, as made last night."""
    published = open_data.publication()
    if published is None:
        raise Http404("nothing published yet")
    found = published.file(filename)
    if found is None and filename not in _PLAIN_FILES:
        raise Http404("no such file")
    tag = quote_etag(found.sha256 if found else f"{published.position}-{filename}")
    if _is_known(request, tag, published.made_at):
        return _not_modified(tag, published.made_at)
    response = FileResponse(
        (open_data.folder() / filename).open("rb"),
        as_attachment=found is not None,
        filename=filename,
        content_type="application/gzip" if found else _PLAIN_FILES[filename],
    )
    return _stamped(response, tag, published.made_at)


@require_safe
def stream(request: HttpRequest, form: str) -> HttpResponseBase:
    """A region's or an agency's part of the catalogue, made while it is sent."""
    chosen: open_data.Form | None = next((one for one in open_data.FORMS if one == form), None)
    if chosen is None:
        raise Http404("no such form")
    part, label = _part(request)
    published = open_data.publication()
    if part.is_all and published:
        lang = f".{language()}" if chosen == "csv" else ""
        name = f"services{lang}.{chosen}.gz"
        return HttpResponseRedirect(reverse("portal:open_data_file", args=[name]))
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    changed_at = open_data.last_changed_at()
    position = open_data.last_position()
    tag = f'W/"{position}-{label}-{form}-{language()}-{int(packed)}"'
    if _is_known(request, tag, changed_at):
        return _not_modified(tag, changed_at)
    text = open_data.pieces(chosen, part, language=language(), dataset_name=settings.SITE["name"])
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse()
    elif not _streams.acquire(blocking=False):
        response = HttpResponse(
            _("Others are downloading just now. Please try again in a minute."), status=503
        )
        response["Retry-After"] = str(_TRY_AGAIN)
        return response
    else:
        response = StreamingHttpResponse(
            _Held(open_data.compressed(text) if packed else (one.encode() for one in text))
        )
    response["Content-Type"] = open_data.CONTENT_TYPES[chosen]
    response["Content-Disposition"] = f'attachment; filename="services-{label}.{form}"'
    response["X-Catalogue-Position"] = str(position)
    if packed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return _stamped(response, tag, changed_at)


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One service in CPSV-AP."""
    offering = offering_by_slug(slug)
    if offering is None or offering.current is None:
        raise Http404("no such service")
    guide = guide_of(offering.current)
    around = linked_data.surroundings(settings.BASE_URL, [(offering, guide)], relations=True)
    told = open_data.document(
        [open_data.public_service(offering, guide, around)],
        open_data.dataset(around, settings.SITE["name"], settings.SITE["region"]),
    )
    response = JsonResponse(
        told, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False}
    )
    tag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    return (
        _not_modified(tag, None) if _is_known(request, tag, None) else _stamped(response, tag, None)
    )


@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """What changed after a position: follow `next`, again and again.

    `with=service`: each change also tells the service as it is now; for copies of the catalogue.
    """
    whole = request.GET.get("with") == "service"
    highest = _MOST_WHOLE if whole else open_data.MOST
    try:
        after = int(request.GET.get("after") or 0)
        most = int(request.GET.get("limit") or highest)
    except ValueError:
        after, most = -1, 0
    if not (0 <= after < 2**63 and 1 <= most <= highest):
        message = _("after is a position, limit a number from 1 to %(most)d.")
        return JsonResponse({"detail": message % {"most": highest}}, status=400)
    part, label = _part(request)
    found = open_data.changes(after, most=most, region_path=part.region_path)
    last = found[-1].position if found else after
    tag = f'W/"{after}-{last}-{len(found)}-{label}{"-whole" if whole else ""}"'
    if _is_known(request, tag, None):
        return _not_modified(tag, None)
    query: dict[str, object] = {"after": last}
    query |= {key: request.GET[key] for key in ("region", "limit") if request.GET.get(key)}
    query |= {"with": "service"} if whole else {}
    services = open_data.whole_services(one.slug for one in found) if whole else {}
    response = JsonResponse(
        {
            "changes": [_told(one, services) for one in found],
            "position": last,
            "next": f"{settings.BASE_URL}{reverse('portal:changes_feed')}?{urlencode(query)}",
            "more": len(found) == most,
        },
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = f"public, max-age={_FRESH}"
    return _stamped(response, tag, None)


def _told(
    change: open_data.ChangeEntry, services: Mapping[str, dict[str, object]]
) -> dict[str, object]:
    told: dict[str, object] = {
        "position": change.position,
        "kind": change.kind.value,
        "at": change.at.isoformat(),
        "code": change.code,
        "source": change.source,
        "slug": change.slug,
        "address": f"{settings.BASE_URL}{reverse('portal:guide', args=[change.slug])}",
        "name": change.name,
        "agency": change.agency_code,
        "region": change.region_code,
    }
    if change.version is not None:
        told["guide_version"] = change.version
    if change.why:
        told["why"] = change.why
    if change.slug in services:
        told["service"] = services[change.slug]
    return told


def _part(request: HttpRequest) -> tuple[open_data.Part, str]:
    """The part that `region` and `agency` of the address name, and a word for it."""
    words, path, agency_id = [], "", None
    if "\0" in request.GET.get("region", "") + request.GET.get("agency", ""):
        raise Http404("no such code")
    if code := request.GET.get("region"):
        region = find_region(code)
        if region is None:
            raise Http404("no such region")
        path = region.path
        words.append(slugify(code))
    if code := request.GET.get("agency"):
        agency = find_agency(code)
        if agency is None:
            raise Http404("no such agency")
        agency_id = agency.id
        words.append(slugify(code) or str(agency.id))
    return open_data.Part(path, agency_id), "-".join(words) or "all"


class _Held(Iterator[bytes]):
    """A stream that holds one of the few places until it ends, fails or is given up."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._holds = True

    def __next__(self) -> bytes:
        try:
            return next(self._blocks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back, once. A generator that never began has no `finally` to do it."""
        if self._holds:
            self._holds = False
            _streams.release()
        if close := getattr(self._blocks, "close", None):
            close()

    def __del__(self) -> None:
        self.close()


def _is_known(request: HttpRequest, tag: str, changed_at: datetime | None) -> bool:
    """Whether the caller has this already."""
    if given := request.headers.get("If-None-Match"):
        return (
            tag.removeprefix("W/") in {one.strip().removeprefix("W/") for one in given.split(",")}
            or given.strip() == "*"
        )
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return bool(since and changed_at and int(changed_at.timestamp()) <= since)


def _not_modified(tag: str, changed_at: datetime | None) -> HttpResponseBase:
    return _stamped(HttpResponse(status=304), tag, changed_at)


def _stamped(response: HttpResponseBase, tag: str, changed_at: datetime | None) -> HttpResponseBase:
    response["ETag"] = tag
    if changed_at:
        response["Last-Modified"] = http_date(changed_at.timestamp())
    return response
