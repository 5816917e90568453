"""One case in the shapes that its page shows to staff. Reads only what hangs on a visible case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tongban.cases.api import (
    Case,
    CaseEvent,
    ClockView,
    Stage,
    Why,
    case_attachments,
    clock_of,
    grouped,
)
from tongban.catalogue.api import Guide, Material, guide_of
from tongban.directory.api import day_names, workdays
from tongban.forms.api import (
    FormDefinition,
    form,
    materials,
    render_review,
    review_sections,
    unseal_answers,
)
from tongban.forms.api import Row as AnswerRow
from tongban.identity.api import PartySummary, account_names, party_card
from tongban.kernel import clock, files
from tongban.kernel.localized import Localized, pick
from tongban.kernel.models import StoredFile
from tongban.look.api import Entry, Text, Tone, day
from tongban.workbench.words import CAPACITIES, EVENTS, STAGES, TONES, WAYS


@dataclass(frozen=True)
class ClockDay:
    """One day of the legal clock: whether it counts, and why."""

    date: date
    text: str
    counts: bool


@dataclass(frozen=True)
class CaseFile:
    """An uploaded file; images can be looked at in the page."""

    id: str
    name: str
    href: str
    size_kb: int
    is_image: bool


@dataclass(frozen=True)
class MaterialCheck:
    """One material of the guide against what was uploaded."""

    name: Localized
    need: str
    note: Localized
    files: tuple[CaseFile, ...]
    status: str
    tone: Tone


@dataclass(frozen=True)
class Change:
    """What a supplement changed in one answer."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class SentView:
    """One submission: the application, or a supplement with what it changed."""

    number: int
    at: datetime
    by: str
    note: str
    answers: SafeString
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class RequestView:
    """What the applicant was asked for."""

    points: tuple[tuple[str, str], ...]  # (which question, what about it)
    asked_at: datetime
    asked_by: str
    answer_by: date
    answered_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True)
class DecisionView:
    granted: bool
    document_number: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class CaseView:
    """Everything an officer needs on one page."""

    number: str
    shown_number: str
    item: Localized
    agency: Localized
    state: str
    stage: Text
    waiting: bool
    due_on: date | None
    days_left: int | None
    assignee: str
    clock: ClockView
    clock_days: tuple[ClockDay, ...]
    acceptance_days: int
    party: PartySummary
    filed_by: str
    capacity: Text
    channel: str
    submitted_at: datetime
    guide: Guide
    guide_slug: str
    guide_number: int
    sent: tuple[SentView, ...]  # newest first
    materials: tuple[MaterialCheck, ...]
    requests: tuple[RequestView, ...]  # newest first
    decision: DecisionView | None
    timeline: tuple[Entry, ...]


def case_view(case: Case, stage: Stage | None) -> CaseView:
    """The page of a case the officer may see. About twenty queries, however long its story."""
    definition = form(case.guide_version.form_id) if case.guide_version.form_id else None
    guide = guide_of(case.guide_version)
    events = list(case.events.order_by("id"))
    asked = list(case.supplement_requests.order_by("-id"))
    decision = getattr(case, "decision", None)
    submissions = list(case.submissions.order_by("number"))
    names = account_names(
        {event.by_id for event in events if event.by_id}
        | {int(pk) for event in events if (pk := event.data.get("to"))}
        | {one.asked_by_id for one in asked}
        | {one.made_by_id for one in submissions}
        | {pk for pk in (case.filed_by_id, decision and decision.decided_by_id) if pk}
        | {pk for pk in (stage and stage.assignee_id,) if pk}
    )
    on = clock.local_date(case.submitted_at)
    answers = [unseal_answers(definition, one.answers) for one in submissions] if definition else []
    mandate = (
        case.party.mandates.filter(account_id=case.filed_by_id).order_by("revoked_at", "id").last()
    )
    legal = clock_of(case)
    due_on = stage.due_on if stage else None
    return CaseView(
        number=case.number,
        shown_number=grouped(case.number),
        item=case.offering.name,
        agency=case.agency.name,
        state=case.state,
        stage=STAGES[stage.kind] if stage else "",
        waiting=bool(stage and stage.waiting),
        due_on=due_on,
        days_left=workdays().count(clock.today(), due_on) if due_on else None,
        assignee=names.get(stage.assignee_id, "") if stage and stage.assignee_id else "",
        clock=legal,
        clock_days=_clock_days(legal),
        acceptance_days=case.guide_version.acceptance_days,
        party=party_card(case.party_id),
        filed_by=names.get(case.filed_by_id, ""),
        capacity=CAPACITIES.get(mandate.capacity, "") if mandate else "",
        channel=case.channel,
        submitted_at=case.submitted_at,
        guide=guide,
        guide_slug=case.offering.slug,
        guide_number=case.guide_version.number,
        sent=_sent(case, definition, submissions, answers, names, on) if definition else (),
        materials=_materials(case, guide, definition, answers[-1] if answers else {}, on),
        requests=tuple(_request(one, names, definition) for one in asked),
        decision=DecisionView(
            granted=decision.outcome == "granted",
            document_number=decision.document_number,
            reason=decision.reason,
            by=names.get(decision.decided_by_id, ""),
            at=decision.decided_at,
        )
        if decision
        else None,
        timeline=tuple(_entry(event, names) for event in reversed(events)),
    )


def _clock_days(legal: ClockView) -> tuple[ClockDay, ...]:
    """Each day of the clock in words, holidays by their names. One query."""
    named = day_names(one.date for one in legal.days)
    found = []
    for one in legal.days:
        special = pick(named[one.date].name) if one.date in named else ""
        text = {
            Why.COUNTED: _("Day %(number)s") % {"number": one.number},
            Why.WEEKEND: _("Weekend"),
            Why.HOLIDAY: special or _("Public holiday"),
            Why.PAUSED: _("Waiting for the applicant: does not count"),
            Why.MOVED: _("The limit ended on a day off: the next working day counts"),
        }[one.why]
        if one.makeup:
            text = _("%(text)s (make-up working day)") % {"text": text}
        if not one.known:
            text = _("%(text)s – calendar not published yet") % {"text": text}
        found.append(ClockDay(one.date, text, one.number is not None))
    return tuple(found)


def _sent(
    case: Case,
    definition: FormDefinition,
    submissions: Sequence[Any],
    answers: Sequence[dict[str, Any]],
    names: dict[int, str],
    on: date,
) -> tuple[SentView, ...]:
    """The submissions, newest first, each with what it changed against the one before."""
    views = []
    before: dict[str, AnswerRow] = {}
    for index, submission in enumerate(submissions):
        sections = review_sections(definition, answers[index], on=on)
        rows = {row.key: row for section in sections for row in section.rows}
        changes = _changes(before, rows, answers[index - 1], answers[index]) if index else ()
        views.append(
            SentView(
                number=submission.number,
                at=submission.made_at,
                by=names.get(submission.made_by_id, ""),
                note=submission.note,
                answers=render_review(sections, file_url=lambda pk: _file_url(case, pk)),
                changes=changes,
            )
        )
        before = rows
    return tuple(reversed(views))


def _changes(
    before: dict[str, AnswerRow],
    after: dict[str, AnswerRow],
    old: dict[str, Any],
    new: dict[str, Any],
) -> tuple[Change, ...]:
    """Answers that differ, compared as they were given: a masked number may change unseen."""
    nothing = pgettext("answer", "nothing")
    return tuple(
        Change(
            label=(after.get(key) or before[key]).label,
            before=_said(before[key]) if key in before else nothing,
            after=_said(after[key]) if key in after else nothing,
        )
        for key in dict.fromkeys([*before, *after])
        if old.get(key) != new.get(key)
    )


def _said(row: AnswerRow) -> str:
    if not row.parts:
        return row.value
    return "\n".join(
        f"{part.title}: " + "; ".join(f"{label} {value}" for label, value in part.rows)
        for part in row.parts
    )


def _materials(
    case: Case,
    guide: Guide,
    definition: FormDefinition | None,
    answers: dict[str, Any],
    on: date,
) -> tuple[MaterialCheck, ...]:
    """The guide's materials against the files of the newest submission. One query."""
    given = materials(definition, answers, on=on) if definition else {}
    stored = files.described({pk for ids in given.values() for pk in ids})
    checks = []
    for material in guide.materials:
        found = tuple(_file(case, stored[pk]) for pk in given.get(material.key, ()) if pk in stored)
        status, tone = _supplied(material, bool(found))
        checks.append(
            MaterialCheck(
                name=material.name,
                need=_need(material),
                note=material.notes,
                files=found,
                status=status,
                tone=tone,
            )
        )
    return tuple(checks)


def _supplied(material: Material, is_there: bool) -> tuple[str, Tone]:
    if is_there:
        return _("Uploaded"), "done"
    if material.is_form:
        return _("Filled in online"), "done"
    if material.source == "government":
        return _("The office gets it"), "neutral"
    if material.necessity == "required":
        return _("Missing"), "action"
    if material.necessity == "tolerated":
        return _("May follow later"), "waiting"
    return _("Not given"), "neutral"


def _need(material: Material) -> str:
    if material.necessity == "conditional":
        return _("Needed if: %(condition)s") % {"condition": pick(material.condition)}
    if material.necessity == "tolerated":
        return _("Required, may follow later")
    return _("Required")


def file_of(case: Case, file_id: UUID) -> StoredFile | None:
    """The stored file with that id, if it was sent with this case."""
    attachment = case_attachments(case).filter(file_id=file_id).first()
    return attachment.file if attachment else None


def _file(case: Case, stored: StoredFile) -> CaseFile:
    pk = str(stored.pk)
    return CaseFile(
        id=pk,
        name=stored.name,
        href=_file_url(case, pk),
        size_kb=max(1, stored.size // 1024),
        is_image=stored.kind in ("jpg", "png"),
    )


def _file_url(case: Case, file_id: str) -> str:
    return reverse("workbench:file", args=[case.number, file_id])


def _request(one: Any, names: dict[int, str], definition: FormDefinition | None) -> RequestView:
    return RequestView(
        points=tuple(
            (_question(definition, point.get("field", "")), point["what"]) for point in one.points
        ),
        asked_at=one.asked_at,
        asked_by=names.get(one.asked_by_id, ""),
        answer_by=one.answer_by,
        answered_at=one.answered_at,
        is_overdue=one.answered_at is None and one.answer_by < clock.today(),
    )


def _question(definition: FormDefinition | None, key: str) -> str:
    field = definition.field(key) if definition and key else None
    return pick(field.label) if field else ""


def _entry(event: CaseEvent, names: dict[int, str]) -> Entry:
    """One event with what colleagues may know of it: opinions, ways, who got the case."""
    lines = [event.note] if event.note else []
    data = event.data
    if opinion := data.get("opinion"):
        lines.append(_("Opinion (colleagues only): %(opinion)s") % {"opinion": opinion})
    if answer_by := data.get("answer_by"):
        lines.append(_("To answer by %(day)s") % {"day": day(date.fromisoformat(answer_by))})
    if way := data.get("way"):
        reference = f" {data['reference']}" if data.get("reference") else ""
        lines.append(f"{WAYS.get(way, way)}{reference}")
    if event.act == "assign":
        to = data.get("to")
        lines.append(
            _("To: %(name)s") % {"name": names.get(int(to), "")} if to else _("To: the queue")
        )
    if moved_from := data.get("from"):
        lines.append(_("Before: %(day)s") % {"day": day(date.fromisoformat(moved_from))})
    return Entry(
        title=EVENTS.get(event.act, event.act),
        at=event.at,
        text="\n\n".join(lines),
        by=_who(event, names),
        tone=TONES.get(event.act, "neutral"),
    )


def _who(event: CaseEvent, names: dict[int, str]) -> str:
    if event.by_id is None:
        return str(gettext_lazy("the platform"))
    name = names.get(event.by_id, "")
    if event.actor == "applicant":
        return _("%(name)s (applicant)") % {"name": name}
    return name
