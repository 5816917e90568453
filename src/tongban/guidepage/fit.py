""" "Does this fit me?": a guide's conditions as short questions. Answers are never kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongban.catalogue.api import Guide, Offering, also_offered
from tongban.guidepage.links import Links
from tongban.guidepage.opening import phones
from tongban.guidepage.others import Other, instead_of
from tongban.kernel.localized import Localized

Answer = Literal["yes", "no", "unsure"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "unsure")


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


def fit_context(
    posted: Mapping[str, str] | None,
    offering: Offering,
    guide: Guide,
    links: Links,
) -> dict[str, Any] | None:
    """What `guidepage/fit.html` shows: the questions; of `posted` answers also what they come to.

    None: the guide has nothing to ask. `offering` says whether it can be applied for online.
    """
    questions = questions_of(guide)
    if not questions:
        return None
    answers = _answers(posted or {}, questions)
    missing = [one for one in questions if posted is not None and one.key not in answers]
    verdict = verdict_on(questions, answers) if posted is not None and not missing else None
    failed = verdict is not None and verdict.kind == "fails"
    return {
        "offering": offering,
        "guide": guide,
        "links": links,
        "asked": [(one, answers.get(one.key, "")) for one in questions],
        "missing": missing,
        "verdict": verdict,
        "phones": phones(guide.consult_phone),
        "can_apply": offering.online,
        "related": instead_of(offering) if failed else [],
        "variants": _variants(offering, links) if failed else [],
    }


def _variants(offering: Offering, links: Links) -> list[Other]:
    return [
        Other(one.name, links.of(one))
        for one in also_offered(offering)
        if one.agency_id == offering.agency_id
    ]


def _answers(given: Mapping[str, str], questions: Sequence[FitQuestion]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for one in questions:
        for answer in ANSWERS:
            if given.get(one.key) == answer:
                answers[one.key] = answer
    return answers
