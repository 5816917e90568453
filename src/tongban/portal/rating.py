"""Rating a case, once: five levels, what was good or bad, one's own words."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases.api import ANSWERED, grouped
from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel.errors import Refused
from tongban.portal.cases import own_case
from tongban.ratings.api import (
    BAD,
    BAD_TAGS,
    GOOD_TAGS,
    LEVEL_NAMES,
    MOST_WORDS,
    TAGS,
    Level,
    rate,
    rating_of,
)


@dataclass(frozen=True)
class Choice:
    """A level or a tag, to be chosen."""

    value: str
    name: Promise
    chosen: bool


@resident_required
@require_http_methods(["GET", "POST"])
def rate_case(request: ResidentRequest, number: str) -> HttpResponse:
    """The rating's form; afterwards a thank-you. Only an answered case, and only once."""
    found = own_case(request, number)
    level = request.POST.get("level", "")
    tags = request.POST.getlist("tags")
    words = request.POST.get("words", "")
    problem: Refused | None = None
    if request.method == "POST":
        number_of = int(level) if level in {str(one.value) for one in Level} else 0
        try:
            rate(
                found.pk,
                by=request.resident,
                level=number_of,
                tags=_fitting(number_of, tags),
                words=words,
            )
        except Refused as refusal:
            problem = refusal
        else:
            return redirect("portal:rate", found.number)
    given = rating_of(found)
    if given is None and found.state not in ANSWERED:
        messages.info(request, _("You can rate this case once its result is ready."))
        return redirect("portal:case", found.number)
    return render(
        request,
        "portal/personal/rated.html" if given else "portal/personal/rate.html",
        {
            "case": found,
            "grouped": grouped(found.number),
            "rating": given,
            "rating_level": LEVEL_NAMES[Level(given.level)] if given else "",
            "rating_tags": [TAGS[tag] for tag in given.tags if tag in TAGS] if given else [],
            "is_bad": bool(given and given.level in BAD),
            "levels": [
                Choice(str(one.value), LEVEL_NAMES[one], level == str(one.value)) for one in Level
            ],
            "good": [Choice(tag, TAGS[tag], tag in tags) for tag in GOOD_TAGS],
            "bad": [Choice(tag, TAGS[tag], tag in tags) for tag in BAD_TAGS],
            "words": words,
            "most_words": MOST_WORDS,
            "problems": [(_control(problem), problem.message)] if problem else [],
            "field": problem.field if problem else "",
            "problem": problem.message if problem else "",
            "nav_active": "portal:cases",
        },
    )


def _fitting(level: int, tags: list[str]) -> list[str]:
    """The tags that go with the level: the page hides the others, but they may still be ticked."""
    if level > Level.MOSTLY_SATISFIED:
        return [tag for tag in tags if tag not in BAD_TAGS]
    if level < Level.MOSTLY_SATISFIED:
        return [tag for tag in tags if tag not in GOOD_TAGS]
    return tags


def _control(problem: Refused) -> str:
    return {"level": "level-5", "words": "words"}.get(problem.field or "", "")
