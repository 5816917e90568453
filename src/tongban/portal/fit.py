""" "Does this fit me?" over HTTP, and what else there is for somebody whom it does not fit.

The form is posted, so that answers stand in no address, history or log.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import Offering, browse, facets, guide_of, offering_by_slug
from tongban.guidepage.api import fit_context, public_links
from tongban.portal.places import place_of
from tongban.portal.service_list import FoundView, views_of

_MOST_ALTERNATIVES = 6


@require_http_methods(["GET", "HEAD", "POST"])
def fit(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions; posted, what the answers come to, with the questions below it."""
    offering = offering_by_slug(slug)
    if offering is None:
        raise Http404("no such offering")
    if offering.current is None:
        return redirect("portal:guide", offering.slug)  # where it stands why it ended
    posted = request.POST if request.method == "POST" else None
    context = fit_context(posted, offering, guide_of(offering.current), public_links(offering))
    if context is None:
        raise Http404("nothing to check")
    verdict = context["verdict"]
    failed = verdict is not None and verdict.kind == "fails"
    context |= {
        "nav_active": "portal:home",
        "alike": alike(request, offering) if failed else [],
    }
    return render(request, "portal/guide_fit.html", context)


def alike(request: HttpRequest, offering: Offering) -> list[FoundView]:
    """A few services on the same topic for the reader's region, the most used first."""
    if not offering.themes:
        return []
    found = (
        browse(
            region_path=place_of(request).path, facets=[facets.facet("theme", offering.themes[0])]
        )
        .exclude(item_id=offering.item_id)
        .order_by("-applications", "sort_key", "id")
    )
    return views_of(list(found[:_MOST_ALTERNATIVES]))
