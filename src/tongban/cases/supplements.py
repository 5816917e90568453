"""Ask for a supplement, and supplement (一次性告知、补正). The clock stands in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.drafts import attach
from tongban.cases.lifecycle import Act, Actor, State
from tongban.cases.models import Case, Draft, Pause, Submission, SupplementRequest
from tongban.cases.records import lock_as_applicant, lock_as_officer, move
from tongban.cases.submission import InvalidAnswers
from tongban.forms.api import (
    check_all,
    complete,
    file_ids,
    form,
    seal_answers,
    unseal_answers,
)
from tongban.identity.api import Officer, Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused


@dataclass(frozen=True)
class Point:
    """One thing that is missing or wrong; `field` is the form's field it concerns, or ""."""

    what: str
    field: str = ""


@transaction.atomic
def ask_supplement(case_id: UUID, *, by: Officer, points: Sequence[Point], answer_by: date) -> Case:
    """Tell the applicant, all at once, what is missing or wrong, and by when to answer.

    Before acceptance the period for accepting starts anew when they answer; after it the legal
    clock stands until then. Raises Refused.
    """
    named = [point for point in points if point.what.strip()]
    if not named:
        raise Refused("supplement.no_points", _("Say what is missing, one point a line."), "points")
    if answer_by <= clock.today():
        raise Refused(
            "supplement.too_soon", _("Give the applicant a day in the future."), "answer_by"
        )
    case, stage, part = lock_as_officer(case_id, by, Act.ASK_SUPPLEMENT)
    moment = clock.now()
    SupplementRequest.objects.create(
        case=case,
        points=[{"what": point.what.strip(), "field": point.field} for point in named],
        asked_by_id=by.account_id,
        asked_at=moment,
        answer_by=answer_by,
    )
    if case.state == State.ACCEPTED:
        Pause.objects.create(case=case, asked_on=clock.local_date(moment))
    move(
        case,
        stage,
        Act.ASK_SUPPLEMENT,
        by=by.account_id,
        actor=part,
        note="\n".join(point.what.strip() for point in named),
        data={"answer_by": answer_by.isoformat()},
    )
    return case


@transaction.atomic
def supplement(case_id: UUID, *, by: Resident, answers: Mapping[str, Any], note: str = "") -> Case:
    """Answer a supplement request with the whole, mended answers. Raises InvalidAnswers, Refused.

    The form is checked as of the day of the first submission, so that a rule such as "not older
    than three months" does not turn against somebody whom the office kept waiting.
    """
    case, stage = lock_as_applicant(case_id, by, Act.SUPPLEMENT)
    definition = form(case.guide_version.form_id)
    files = file_ids(definition, answers)
    draft = Draft.objects.filter(case=case).first()
    if draft is not None:
        _attach_more(draft, case, files)
    known = {str(pk) for pk in case.attachments.values_list("file_id", flat=True)}
    on = clock.local_date(case.submitted_at)
    if errors := check_all(definition, answers, on=on, known_files=known):
        raise InvalidAnswers(errors)
    moment = clock.now()
    Submission.objects.create(
        case=case,
        number=case.submissions.count() + 1,
        kind=Submission.Kind.SUPPLEMENT,
        answers=seal_answers(definition, complete(definition, answers, on=on)),
        note=note.strip(),
        made_by_id=by.account_id,
        made_at=moment,
    )
    case.supplement_requests.filter(answered_at__isnull=True).update(answered_at=moment)
    case.pauses.filter(answered_on__isnull=True).update(answered_on=clock.local_date(moment))
    move(case, stage, Act.SUPPLEMENT, by=by.account_id, actor=Actor.APPLICANT, note=note.strip())
    return case


@transaction.atomic
def save_supplement(resident: Resident, case_id: UUID, answers: Mapping[str, Any]) -> None:
    """Keep a supplement that is not sent yet, in the draft the case came from. Raises Refused.

    The office sees neither these answers nor files that are new among them.
    """
    case, _stage = lock_as_applicant(case_id, resident, Act.SUPPLEMENT)
    definition = form(case.guide_version.form_id)
    draft = Draft.objects.select_for_update().get(case=case)
    draft.answers = seal_answers(definition, answers)
    draft.updated_at = clock.now()
    draft.save(update_fields=["answers", "updated_at"])
    sent = draft.attachments.filter(case__isnull=False).values_list("file_id", flat=True)
    attach(draft, [*map(str, sent), *file_ids(definition, answers)])


def supplement_answers(case: Case) -> dict[str, Any]:
    """The answers a supplement begins with: those saved since it was asked for, else those sent."""
    request = open_request(case)
    draft = Draft.objects.filter(case=case).first()
    if request is None or draft is None or draft.updated_at < request.asked_at:
        return case_answers(case)
    return unseal_answers(form(case.guide_version.form_id), draft.answers)


def open_request(case: Case) -> SupplementRequest | None:
    """What the applicant still has to answer, if anything."""
    return case.supplement_requests.filter(answered_at__isnull=True).first()


def case_answers(case: Case, number: int | None = None) -> dict[str, Any]:
    """The answers of a case the caller may see: the newest submission's, or one by its number."""
    submissions = case.submissions.order_by("-number")
    if number is not None:
        submissions = submissions.filter(number=number)
    latest = submissions.first()
    if latest is None:
        return {}
    return unseal_answers(form(case.guide_version.form_id), latest.answers)


def _attach_more(draft: Draft, case: Case, files: Sequence[str]) -> None:
    """Add new files; those of earlier submissions stay with the case."""
    earlier = [str(pk) for pk in draft.attachments.values_list("file_id", flat=True)]
    attach(draft, [*earlier, *files])
    draft.attachments.filter(case__isnull=True).update(case=case)
