"""For programs that follow the site: Atom feed, site maps, robots.txt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongban.catalogue.api import open_data
from tongban.directory.api import find_region
from tongban.kernel.localized import pick

_NEWEST = 100
_FRESH = 300  # seconds
_LANGUAGES = (("zh-hans", "zh-Hans"), ("en", "en"))  # the interface's name, and the web's
_PAGES = ("home", "browse", "regions", "agencies", "about", "help", "accessibility", "open_data")
_KINDS = {
    "new": gettext_lazy("New: %(name)s"),
    "changed": gettext_lazy("Changed: %(name)s"),
    "returned": gettext_lazy("Back again: %(name)s"),
    "withdrawn": gettext_lazy("Withdrawn: %(name)s"),
}
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """The latest changes, for feed readers; with `?region=` those of a region and below."""
    path = ""
    if code := request.GET.get("region"):
        region = None if "\0" in code else find_region(code)
        if region is None:
            raise Http404("no such region")
        path = region.path
    here = settings.BASE_URL + request.path
    feed = Atom1Feed(
        title=_("%(place)s: services new, changed and withdrawn")
        % {"place": pick(settings.SITE["name"])},
        link=settings.BASE_URL + reverse("portal:open_data"),
        feed_url=here,
        feed_guid=here,
        description="",
        language=translation.get_language(),
    )
    for change in open_data.latest_changes(_NEWEST, region_path=path):
        address = settings.BASE_URL + reverse("portal:guide", args=[change.slug])
        feed.add_item(
            title=_writable(str(_KINDS[change.kind]) % {"name": pick(change.name)}),
            link=address,
            description=_writable(pick(change.why)),
            author_name=_writable(pick(change.agency_name)),
            # The same in every language and for ever; RFC 4151 would want a date of its own.
            unique_id=f"{settings.BASE_URL}{_plain('open_data')}#change-{change.position}",
            pubdate=change.at,
            updateddate=change.at,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    response["Cache-Control"] = f"public, max-age={_FRESH}"
    return response


@require_safe
def site_map_index(request: HttpRequest) -> HttpResponseBase:
    """The site maps there are."""
    entries = [_entry("sitemap", settings.BASE_URL + _plain("site_map_pages"))]
    for one in open_data.site_maps():
        address = settings.BASE_URL + _plain("site_map", one.number)
        entries.append(_entry("sitemap", address, one.changed_at))
    return _xml(["".join(_document("sitemapindex", entries))])


@require_safe
def site_map_pages(request: HttpRequest) -> HttpResponseBase:
    """The pages that are always there."""
    entries = (entry for name in _PAGES for entry in _both_languages(name, [], None))
    return _xml(["".join(_document("urlset", entries))])


@require_safe
def site_map(request: HttpRequest, number: int) -> HttpResponseBase:
    """One portion of the guides, each in both languages."""
    if number not in {one.number for one in open_data.site_maps()}:
        raise Http404("no such portion")
    base = _plain("guide", "-")[:-1]
    entries = (
        entry
        for slug, changed_at in open_data.site_map(number)
        for entry in _alternates(
            [f"{settings.BASE_URL}{base}{slug}", f"{settings.BASE_URL}/en{base}{slug}"], changed_at
        )
    )
    return _xml(_document("urlset", entries))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines need not read: personal pages, and searches, which have no end."""
    lines = ["User-agent: *"]
    for path in (
        "account",
        "apply",
        "cases",
        "drafts",
        "inbox",
        "me",
        "work",
        "emergency",
        "search",
    ):
        lines += [f"Disallow: /{path}", f"Disallow: /en/{path}"]
    lines += ["", f"Sitemap: {settings.BASE_URL}{_plain('site_map_index')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _plain(name: str, *args: object) -> str:
    """The address without a language."""
    with translation.override("zh-hans"):
        return reverse(f"portal:{name}", args=args)


def _both_languages(name: str, args: list[object], changed_at: datetime | None) -> Iterator[str]:
    addresses = []
    for code, _tag in _LANGUAGES:
        with translation.override(code):
            addresses.append(settings.BASE_URL + reverse(f"portal:{name}", args=args))
    return _alternates(addresses, changed_at)


def _alternates(addresses: list[str], changed_at: datetime | None) -> Iterator[str]:
    """An entry for each language's page, every one naming all of them."""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href={quoteattr(address)}/>'
        for (_code, tag), address in zip(_LANGUAGES, addresses, strict=True)
    )
    links += f'<xhtml:link rel="alternate" hreflang="x-default" href={quoteattr(addresses[0])}/>'
    for address in addresses:
        yield _entry("url", address, changed_at, links)


def _entry(kind: str, address: str, changed_at: datetime | None = None, more: str = "") -> str:
    when = f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod>" if changed_at else ""
    return f"<{kind}><loc>{escape(address)}</loc>{when}{more}</{kind}>\n"


def _document(root: str, entries: Iterable[str]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    yield ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    block: list[str] = []
    for entry in entries:
        block.append(entry)
        if len(block) == 500:
            yield "".join(block)
            block.clear()
    yield f"{''.join(block)}</{root}>\n"


def _xml(parts: Iterable[str]) -> HttpResponseBase:
    kind = "application/xml; charset=utf-8"
    if isinstance(parts, list):
        return HttpResponse(parts, content_type=kind)
    return StreamingHttpResponse(parts, content_type=kind)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
