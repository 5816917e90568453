""" "Does this fit me?": a guide's conditions as short questions. Answers are never kept.

The form is posted, so that answers stand in no address, history or log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import (
    Guide,
    Offering,
    Related,
    also_offered,
    browse,
    facets,
    guide_of,
    offering_by_slug,
    related,
)
from tongban.kernel.localized import Localized
from tongban.portal.places import phones, place_of
from tongban.portal.service_list import FoundView, views_of

Answer = Literal["yes", "no", "unsure"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "unsure")

_MOST_ALTERNATIVES = 6


@dataclass(frozen=True)
class FitQuestion:
    """A condition as a question. `asks` False: it is a statement that may be true or not."""

    key: str
    question: Localized
    asks: bool
    text: Localized
    basis: Localized
    if_not: Localized


@dataclass(frozen=True)
class Verdict:
    """What the answers come to.

    `failed` is what the reader does not meet, `open` what they do not know; "fits" has neither.
    """

    kind: Literal["fits", "fails", "unclear"]
    failed: Sequence[FitQuestion] = ()
    open: Sequence[FitQuestion] = ()


def questions_of(guide: Guide) -> list[FitQuestion]:
    """What to ask: the questions that the editors wrote, or each condition if they wrote none.

    A condition without a question, beside others that have one, is covered by them or is no
    condition but good to know.
    """
    written = any(one.question for one in guide.conditions)
    return [
        FitQuestion(
            key=f"c{place}",
            question=one.question or one.text,
            asks=bool(one.question),
            text=one.text,
            basis=one.basis,
            if_not=one.if_not,
        )
        for place, one in enumerate(guide.conditions)
        if one.question or not written
    ]


def verdict_on(questions: Sequence[FitQuestion], answers: Mapping[str, Answer]) -> Verdict:
    """One "no" is enough to fail; what is not answered is not clear."""
    failed = [one for one in questions if answers.get(one.key) == "no"]
    unsure = [one for one in questions if answers.get(one.key, "unsure") == "unsure"]
    if failed:
        return Verdict("fails", failed, unsure)
    return Verdict("unclear", (), unsure) if unsure else Verdict("fits")


@require_http_methods(["GET", "HEAD", "POST"])
def fit(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions; posted, what the answers come to, with the questions below it."""
    offering = offering_by_slug(slug)
    if offering is None or offering.current is None:
        raise Http404("no such offering")
    guide = guide_of(offering.current)
    questions = questions_of(guide)
    if not questions:
        raise Http404("nothing to check")
    answers = _answers(request, questions)
    is_sent = request.method == "POST"
    missing = [one for one in questions if is_sent and one.key not in answers]
    verdict = verdict_on(questions, answers) if is_sent and not missing else None
    failed = verdict is not None and verdict.kind == "fails"
    return render(
        request,
        "portal/guide_fit.html",
        {
            "nav_active": "portal:home",
            "offering": offering,
            "guide": guide,
            "asked": [(one, answers.get(one.key, "")) for one in questions],
            "missing": missing,
            "verdict": verdict,
            "phones": phones(guide.consult_phone),
            "can_apply": offering.online,
            "related": other_ways(offering) if failed else [],
            "variants": _variants(offering) if failed else [],
            "alike": alike(request, offering) if failed else [],
        },
    )


def other_ways(offering: Offering) -> list[Related]:
    """Services related to this one that are offered where it is."""
    return [one for one in related(offering.item_id, offering.region_path) if one.slug]


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


def _variants(offering: Offering) -> list[Offering]:
    return [one for one in also_offered(offering) if one.agency_id == offering.agency_id]


def _answers(request: HttpRequest, questions: Sequence[FitQuestion]) -> dict[str, Answer]:
    given: dict[str, Answer] = {}
    for one in questions:
        for answer in ANSWERS:
            if request.POST.get(one.key) == answer:
                given[one.key] = answer
    return given
