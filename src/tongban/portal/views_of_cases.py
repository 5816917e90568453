"""A case as its applicant reads it: where it is, what comes next and by when, why that day.

Nothing of the office's own (opinions, claims, officers' names) passes through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from tongban.cases.api import (
    Case,
    CaseEvent,
    ClockView,
    Day,
    Decision,
    Stage,
    State,
    SupplementRequest,
    Unit,
    Why,
)
from tongban.directory.api import SpecialDay
from tongban.kernel import clock
from tongban.kernel.localized import pick
from tongban.look.api import Entry, Step, Tone, day

# --- what happens next ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Next:
    """The plain sentence: who does what by when; and whether it is the applicant's turn."""

    text: str
    yours: bool = False  # the applicant has something to do
    late: bool = False  # the office is late; `text` says whom to call


def next_of(
    case: Case,
    stage: Stage | None,
    request: SupplementRequest | None,
    decision: Decision | None,
    *,
    result_here: bool,
) -> Next:
    """What happens next on a case, in words. `result_here`: the result opens on this page."""
    state = State(case.state)
    words = {"agency": pick(case.agency.name)}
    if request is not None:
        return _your_turn(request, words)
    if state is State.COMPLETED and result_here:
        return Next(_("The result is ready: you can open it here."))
    if state is State.COMPLETED and decision is not None and decision.outcome == "refused":
        return Next(_("The decision notice is ready: you find it on this page."))
    due = stage.due_on if stage else None
    if due is not None and due < clock.today():
        return Next(_late(state) % {**words, "due": day(due)}, late=True)
    words["due"] = day(due) if due else ""
    if stage is not None:
        texts = _NEXT[state]
        return Next(str(texts[0] if due else texts[1]) % words)
    return Next(str(_ENDED[state]) % words)


def _your_turn(request: SupplementRequest, words: Mapping[str, str]) -> Next:
    if request.answer_by < clock.today():
        text = _(
            "%(agency)s asked you to answer by %(day)s. That day has passed: please answer now, "
            "before your case is ended."
        )
    else:
        text = _("Please answer what %(agency)s asks by %(day)s.")
    return Next(text % {**words, "day": day(request.answer_by)}, yours=True)


def _late(state: State) -> str:
    if state is State.SUBMITTED:
        return _(
            "%(agency)s should have told you by %(due)s whether your application is accepted, and "
            "is late. You need not do anything, but you can call them or complain."
        )
    if state is State.COMPLETED:
        return _(
            "%(agency)s should have given you the result by %(due)s, and is late. You can call "
            "them or complain."
        )
    return _(
        "%(agency)s should have finished by %(due)s, and is late. You need not do anything, but "
        "you can call them or complain."
    )


# By state: with a due day, and without one.
_NEXT: Mapping[State, tuple[Promise, Promise]] = {
    State.SUBMITTED: (
        gettext_lazy(
            "%(agency)s checks whether your application is complete and tells you by %(due)s "
            "whether it is accepted. You need not do anything now."
        ),
        gettext_lazy("%(agency)s checks whether your application is complete."),
    ),
    State.INCOMPLETE: (
        gettext_lazy("%(agency)s waits for your answer."),
        gettext_lazy("%(agency)s waits for your answer."),
    ),
    State.SUSPENDED: (
        gettext_lazy("%(agency)s waits for your answer."),
        gettext_lazy("%(agency)s waits for your answer."),
    ),
    State.ACCEPTED: (
        gettext_lazy(
            "%(agency)s examines your application. You have a decision by %(due)s. You need not "
            "do anything now."
        ),
        gettext_lazy(
            "%(agency)s examines your application. The law sets no day for the decision; we tell "
            "you of every step."
        ),
    ),
    State.EXAMINED: (
        gettext_lazy(
            "%(agency)s has examined your application and decides by %(due)s. You need not do "
            "anything now."
        ),
        gettext_lazy("%(agency)s has examined your application and decides next."),
    ),
    State.GRANTED: (
        gettext_lazy("%(agency)s has granted your application and prepares the result by %(due)s."),
        gettext_lazy("%(agency)s has granted your application and prepares the result."),
    ),
    State.REFUSED: (
        gettext_lazy(
            "%(agency)s has refused your application and closes the case by %(due)s. The decision "
            "and what you can do about it are on this page."
        ),
        gettext_lazy(
            "%(agency)s has refused your application. The decision and what you can do about it "
            "are on this page."
        ),
    ),
    State.COMPLETED: (
        gettext_lazy("The result is ready. %(agency)s gives it to you by %(due)s."),
        gettext_lazy("The result is ready. %(agency)s gives it to you next."),
    ),
}

_ENDED: Mapping[State, Promise] = {
    State.DELIVERED: gettext_lazy(
        "The case is closed and you have the result. Nothing more to do."
    ),
    State.NOT_ACCEPTED: gettext_lazy(
        "%(agency)s could not accept your application. The reason is below. You can mend it and "
        "apply again."
    ),
    State.WITHDRAWN: gettext_lazy(
        "You took this application back. Nothing more happens; you can apply again at any time."
    ),
    State.TERMINATED: gettext_lazy(
        "%(agency)s has ended this case without a decision. The reason is below. You can apply "
        "again at any time."
    ),
}


# --- where it is ---------------------------------------------------------------------------------
_UNACCEPTED = (State.SUBMITTED, State.INCOMPLETE)
_EXAMINING = (State.ACCEPTED, State.SUSPENDED)


def steps_of(case: Case, stage: Stage | None, decision: Decision | None) -> list[Step]:
    """The way of a case in steps, with the days that are past and the day that is promised."""
    state = State(case.state)
    due = stage.due_on if stage else None
    steps = [Step(_("You sent the application"), state="done", when=case.submitted_at)]
    if state is State.NOT_ACCEPTED:
        return [*steps, Step(_("Not accepted"), state="done", when=case.ended_at)]
    if case.accepted_at:
        steps.append(Step(_("Accepted"), state="done", when=case.accepted_at))
    else:
        now = state in _UNACCEPTED
        steps.append(_coming(_("Checked and accepted"), now, due, waits=state is State.INCOMPLETE))
    if state in (State.WITHDRAWN, State.TERMINATED):
        done = [step for step in steps if step.state == "done"]
        word = _("Taken back by you") if state is State.WITHDRAWN else _("Ended without a decision")
        return [*done, Step(word, state="done", when=case.ended_at)]
    if case.examined_at:
        steps.append(Step(_("Examined"), state="done", when=case.examined_at))
    else:
        steps.append(
            _coming(_("Examination"), state in _EXAMINING, None, waits=state is State.SUSPENDED)
        )
    if decision is not None:
        granted = decision.outcome == "granted"
        word = _("Granted") if granted else pgettext("case state", "Refused")
        steps.append(Step(word, state="done", when=decision.decided_at))
    else:
        steps.append(_coming(_("Decision"), state is State.EXAMINED, case.due_on))
    if case.completed_at:
        steps.append(Step(_("Result ready"), state="done", when=case.completed_at))
    else:
        deciding = state in (State.GRANTED, State.REFUSED)
        steps.append(_coming(_("Result ready"), deciding, due if deciding else None))
    if case.delivered_at:
        steps.append(Step(_("You have the result"), state="done", when=case.delivered_at))
    else:
        last = state is State.COMPLETED
        steps.append(_coming(_("You have the result"), last, due if last else None))
    return steps


def _coming(title: str, now: bool, due: date | None, *, waits: bool = False) -> Step:
    when = _("by %(day)s") % {"day": day(due)} if due else None
    if waits:
        when = _("waiting for your answer")
    return Step(title, state="now" if now else "next", when=when)


# --- why that day --------------------------------------------------------------------------------
@dataclass(frozen=True)
class DayRow:
    """One day of the clock: its number if it counts, and the reason in words."""

    date: date
    number: int | None
    why: str
    counts: bool


@dataclass(frozen=True)
class DueStory:
    """The due day with its reasons, the short one first."""

    text: str
    provisional: bool
    days: tuple[DayRow, ...]


def due_story(view: ClockView, names: Mapping[date, SpecialDay]) -> DueStory | None:
    """Why the decision is due on its day; None before acceptance or without a limit."""
    if view.started_on is None or view.limit is None or not view.days:
        return None
    days = view.limit.days
    words = {"days": days, "start": day(view.started_on), "due": day(view.days[-1].date)}
    if days == 0:
        text = _("This service is done on the day of acceptance, %(start)s: by %(due)s.")
    elif view.limit.unit is Unit.WORKING_DAYS:
        text = ngettext(
            "Accepted on %(start)s. The time allowed is %(days)d working day, and counting begins "
            "the day after: the last day is %(due)s.",
            "Accepted on %(start)s. The time allowed is %(days)d working days, and counting begins "
            "the day after: the last day is %(due)s.",
            days,
        )
    else:
        text = ngettext(
            "Accepted on %(start)s. The time allowed is %(days)d calendar day, and counting begins "
            "the day after: the last day is %(due)s.",
            "Accepted on %(start)s. The time allowed is %(days)d calendar days, and counting "
            "begins the day after: the last day is %(due)s.",
            days,
        )
    return DueStory(
        text % words, view.provisional, tuple(_day_row(one, names) for one in view.days)
    )


def _day_row(one: Day, names: Mapping[date, SpecialDay]) -> DayRow:
    special = names.get(one.date)
    name = pick(special.name) if special else ""
    if one.why is Why.COUNTED:
        why = _("counts")
        if one.makeup:
            why = _("counts: a weekend day that is worked in exchange for a holiday")
    elif one.why is Why.MOVED:
        why = _("the time ended on a day off, so this working day is the last")
    elif one.why is Why.PAUSED:
        why = _("does not count: the office was waiting for your answer")
    elif one.why is Why.HOLIDAY:
        why = _("does not count: %(holiday)s") % {"holiday": name or _("public holiday")}
    else:
        why = _("does not count: weekend")
    if not one.known:
        why = _("%(reason)s (official calendar not published yet)") % {"reason": why}
    return DayRow(one.date, one.number or None, why, one.why in (Why.COUNTED, Why.MOVED))


# --- what happened -------------------------------------------------------------------------------
# What applicants are shown; claims and hand-overs are the office's own affair.
_TITLES: Mapping[str, tuple[Promise, Tone]] = {
    "submit": (gettext_lazy("Application sent"), "progress"),
    "accept": (gettext_lazy("Application accepted"), "done"),
    "refuse_acceptance": (gettext_lazy("Application not accepted"), "refused"),
    "ask_supplement": (gettext_lazy("More information asked for"), "action"),
    "supplement": (gettext_lazy("Additions sent"), "progress"),
    "examine": (gettext_lazy("Application examined"), "progress"),
    "grant": (gettext_lazy("Application granted"), "done"),
    "refuse": (gettext_lazy("Application refused"), "refused"),
    "complete": (gettext_lazy("Result ready"), "done"),
    "deliver": (gettext_lazy("Result delivered"), "done"),
    "withdraw": (gettext_lazy("Application taken back"), "neutral"),
    "terminate": (gettext_lazy("Case ended without a decision"), "neutral"),
    "recalculate": (gettext_lazy("New due day: the official calendar changed"), "neutral"),
}

_ROLES: Mapping[str, Promise] = {
    "clerk": gettext_lazy("window clerk"),
    "officer": gettext_lazy("case officer"),
    "supervisor": gettext_lazy("supervisor"),
}

_WAYS: Mapping[str, Promise] = {
    "online": gettext_lazy("Online, on this page."),
    "pick_up": gettext_lazy("Picked up at the window."),
    "courier": gettext_lazy("Sent by courier, parcel number %(reference)s."),
}


def timeline_of(events: Iterable[CaseEvent], names: Mapping[int, str], reader: int) -> list[Entry]:
    """What happened, newest first. `names`: of accounts that act for the applicant.

    Only an event's note is read, never the opinion in an examination's data.
    """
    entries = []
    for event in events:
        if event.act not in _TITLES:
            continue
        title, tone = _TITLES[event.act]
        by = _by(event, names, reader)
        entries.append(Entry(title=title, at=event.at, text=_note(event), by=by, tone=tone))
    return entries[::-1]


SHOWN_ACTS = tuple(_TITLES)


def _note(event: CaseEvent) -> str:
    if event.act == "examine":
        return ""
    if event.act == "deliver":
        way = _WAYS.get(str(event.data.get("way")))
        return str(way) % {"reference": event.data.get("reference", "")} if way else ""
    return event.note


def _by(event: CaseEvent, names: Mapping[int, str], reader: int) -> str:
    if event.actor == "applicant":
        return _("you") if event.by_id == reader else names.get(event.by_id or 0, "")
    if event.agency is None:
        return ""
    role = _ROLES.get(event.actor)
    agency = pick(event.agency.name)
    return _("%(agency)s, %(role)s") % {"agency": agency, "role": role} if role else agency


def role_word(role: str) -> str:
    """What a staff role is called before residents."""
    return str(_ROLES.get(role, role))


# --- in the list ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class CaseCard:
    """A case in the list of one's own."""

    number: str
    grouped: str
    name: Mapping[str, str]
    party: str
    agency: Mapping[str, str]
    state: str
    refused: bool  # closed, but not with what was asked for
    sent_at: datetime
    text: str  # what to wait for or to do, short
    yours: bool
    late: bool


def short_next(case: Case, stages: Sequence[Stage], requests: Sequence[SupplementRequest]) -> Next:
    """What the list says of a case: by when, and whose turn it is."""
    if requests:
        return Next(_("Your turn: answer by %(day)s") % {"day": day(requests[0].answer_by)}, True)
    due = stages[0].due_on if stages else None
    if due is None:
        return Next("")
    late = due < clock.today()
    if late:
        return Next(_("Late: was due by %(day)s") % {"day": day(due)}, late=True)
    words = {
        State.SUBMITTED: _("Accepted or not by %(day)s"),
        State.COMPLETED: _("With you by %(day)s"),
    }
    return Next(words.get(State(case.state), _("Decided by %(day)s")) % {"day": day(due)})
