"""Count what is searched for and opened, for editors who mend it; nobody's name goes with it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import override

from tongban.catalogue.api import Offering
from tongban.portal.places import place_of
from tongban.search.api import find, record_opened, record_search

# A place further down the list is not looked for: nobody reads on.
_READ = 20


def note_search(request: HttpRequest, query: str, found: int, *, audience: str = "") -> None:
    """Count a search, unless a robot or a look ahead of the browser made it.

    `audience`: "person" or "firm" where that is known.
    """
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        record_search(query, found=found, region_path=place_of(request).path, audience=audience)


def note_opened(request: HttpRequest, offering: Offering) -> None:
    """Count that a guide was opened from a search, which the page it was opened from tells."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if not came_from.query or came_from.netloc != request.get_host():
        return
    query = parse_qs(came_from.query).get("q", [""])[0].strip()
    if not query or came_from.path not in _search_paths():
        return
    region_path = place_of(request).path
    found = find(query, region_path=region_path, n=_READ, counted=False)
    for place, hit in enumerate(found.hits, 1):
        if hit.service == offering.item_id:
            record_opened(query, place=place, region_path=region_path)
            return


def _search_paths() -> set[str]:
    paths = set()
    for language in ("zh-hans", "en"):
        with override(language):
            paths.add(reverse("portal:search"))
    return paths
