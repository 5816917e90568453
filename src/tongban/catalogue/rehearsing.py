"""Rehearsals: every published form is filled in with its sample answers, and what fails is told.

A form is shared by many guides, so it is rehearsed once. `Rehearsal.problem` is empty where the
last run passed; else it is a `Problem` as JSON, with the moment since when. `alerted_at` says that
the editors know: they are told once for each break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import translation
from django.utils.translation import gettext as _

from tongban.catalogue.guide import Guide
from tongban.catalogue.models import GuideVersion, Offering, Rehearsal
from tongban.catalogue.reach import within
from tongban.forms.api import form, rehearse_answers, sample_today
from tongban.identity.api import Officer, holders
from tongban.kernel import clock
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick

log = structlog.get_logger(__name__)

# How many of a form's guides are named where they are listed.
_NAMED = 3
# An act takes a rehearsal as young as this for its own: a change of many guides with one form
# rehearses it once a minute, not once a guide.
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True)
class Problem:
    """Why a rehearsal did not pass; and where, if it is a matter of one place of the form."""

    kind: Literal["refused", "crashed", "no_sample"]
    step: str = ""
    step_title: Localized = field(default_factory=dict)
    path: str = ""  # of the field: "members.0.name"
    label: Localized = field(default_factory=dict)
    message: Localized = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How the rehearsal of one form went."""

    form_id: int
    problem: Problem | None = None

    @property
    def passed(self) -> bool:
        return self.problem is None

    @property
    def failed(self) -> bool:
        """Whether it went wrong; a form without sample answers was not tried."""
        return self.problem is not None and self.problem.kind != "no_sample"


@dataclass(frozen=True)
class Tally:
    """How many forms passed, failed, and could not be tried."""

    passed: int = 0
    failed: int = 0
    untried: int = 0

    @property
    def all(self) -> int:
        return self.passed + self.failed + self.untried


@dataclass(frozen=True)
class Affected:
    """The guides whose form it is, as far as an officer looks after them: some by name."""

    count: int
    some: tuple[tuple[int, Localized, Localized], ...]  # (offering, name, region)


class FormBroken(Refused):
    """A guide's form did not pass its rehearsal, and the act asks what becomes of it.

    `may_pass`: a person may let it through, having said so in `field`; else nobody can.
    """

    def __init__(self, problem: Problem, field: str) -> None:
        self.problem = problem
        self.may_pass = problem.kind != "crashed"
        super().__init__("guide.form_broken", _said(problem, self.may_pass), field=field)


# --- the robot -----------------------------------------------------------------------------------
def rehearse_form(form_id: int) -> Outcome:
    """Rehearse one form, note how it went, and tell its editors if it has just broken.

    Raises FormVersion.DoesNotExist.
    """
    outcome = Outcome(form_id, _problem(form_id))
    _record(outcome)
    return outcome


def rehearse(
    *, every: bool = False, told: Callable[[Outcome, int, int], None] | None = None
) -> Tally:
    """Rehearse the forms of all guides that can be applied for online; `every`: of all guides,
    drafts and earlier versions too. `told` is called after each (outcome, number, of how many)."""
    used = (
        GuideVersion.objects.filter(form__isnull=False)
        if every
        else GuideVersion.objects.filter(pk__in=_online().values("current_id"))
    )
    form_ids = list(used.order_by("form_id").values_list("form_id", flat=True).distinct())
    passed = failed = untried = 0
    for number, form_id in enumerate(form_ids, start=1):
        assert form_id is not None
        outcome = rehearse_form(form_id)
        passed += outcome.passed
        failed += outcome.failed
        untried += not (outcome.passed or outcome.failed)
        if told is not None:
            told(outcome, number, len(form_ids))
    return Tally(passed, failed, untried)


def require_form(
    form_id: int | None, guide: Guide, *, let_through: bool, field: str
) -> Problem | None:
    """Rehearse the form that people will fill in online, before its guide goes on its way.

    A guide that is not applied for online, or has no form, needs none. A form that crashes cannot
    be sent by anybody: FormBroken, whoever asks. One that does not get through with its own sample
    answers may still be sound (the sample may be what is wrong): FormBroken, unless
    `let_through`, and then the problem, so that the act can record it. One without sample answers
    cannot be tried; the lint says so. The walk through a form takes some hundredths of a second,
    bounded by the form's own bounds (`forms.bounds`); nothing need be locked meanwhile.
    """
    if form_id is None or not guide.online:
        return None
    outcome = _tried(form_id)
    if outcome.problem is None or not outcome.failed:
        return None
    if let_through and outcome.problem.kind != "crashed":
        return outcome.problem
    raise FormBroken(outcome.problem, field)


def _tried(form_id: int) -> Outcome:
    row = Rehearsal.objects.filter(form_id=form_id, run_at__gt=clock.now() - _FRESH).first()
    if row is None:
        return rehearse_form(form_id)
    found = problem_of(row)
    return Outcome(form_id, found[0] if found else None)


def _said(problem: Problem, may_pass: bool) -> str:
    """Where the form is stuck, why, and what to do, in the language of this moment."""
    if not may_pass:
        why = pick(problem.message)
        return _("Nobody can send the form of this guide: %(why)s") % {"why": why}
    where = " – ".join(filter(None, (pick(problem.step_title), pick(problem.label))))
    return _(
        "With its own sample answers the form of this guide cannot be sent. At “%(where)s” it "
        "says: %(why)s Have the form or its sample answers mended first."
    ) % {"where": where, "why": pick(problem.message)}


def _problem(form_id: int) -> Problem | None:
    definition = form(form_id)
    try:
        with transaction.atomic():  # an error in the database does not spoil the caller's act
            sample = sample_today(form_id)
            if not sample:
                return Problem("no_sample")
            fault = rehearse_answers(definition, sample)
    except Exception as error:  # whatever it is, it is this form's problem, and others follow
        log.exception("rehearsal_crashed", form=form_id)
        return Problem("crashed", message=_crash(error))
    if fault is None:
        return None
    path = ".".join(map(str, fault.path))
    return Problem("refused", fault.step, fault.step_title, path, fault.label, fault.message)


def _crash(error: Exception) -> Localized:
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language.partition("-")[0]] = _(
                "The program failed while the form was being filled in (%(error)s). Please tell "
                "the technical staff."
            ) % {"error": type(error).__name__}
    return said


@transaction.atomic
def _record(outcome: Outcome) -> None:
    moment = clock.now()
    Rehearsal.objects.get_or_create(form_id=outcome.form_id, defaults={"run_at": moment})
    row = Rehearsal.objects.select_for_update().get(form_id=outcome.form_id)
    row.run_at = moment
    if outcome.problem is None:
        row.passed_at, row.problem, row.alerted_at = moment, {}, None
    else:
        since = row.problem.get("since") or moment.isoformat()
        row.problem = {**asdict(outcome.problem), "since": since}
        if outcome.failed and row.alerted_at is None and _alert(outcome, moment):
            row.alerted_at = moment
    row.save()


# --- telling editors -----------------------------------------------------------------------------
def _alert(outcome: Outcome, moment: datetime) -> bool:
    """Announce the break to those who look after a guide with this form; False if nobody does."""
    told = [
        {"account": account, "item": guides.some[0][1], "count": guides.count}
        for account, guides in _editors(outcome.form_id).items()
    ]
    if told:
        problem = outcome.problem
        announce(
            "rehearsal.broken",
            {
                "form": outcome.form_id,
                "at": moment.isoformat(),
                "editors": told,
                "problem": asdict(problem) if problem else {},
            },
        )
    return bool(told)


def _editors(form_id: int) -> dict[int, Affected]:
    """Accounts to tell: the owner of each affected guide; of one without, the editors of its
    agency and region. One small query for each editor's post."""
    affected = _online().filter(current__form_id=form_id)
    found: dict[int, Affected] = {}
    owners = affected.filter(owner__isnull=False).values_list("owner_id", flat=True)
    reaches = [(owner, affected.filter(owner_id=owner)) for owner in owners.distinct() if owner]
    for account, post in holders("editor"):
        unowned = affected.filter(owner__isnull=True, region_path__startswith=post.region_path)
        if post.agency_id is not None:
            unowned = unowned.filter(agency_id=post.agency_id)
        reaches.append((account, unowned))
    for account, offerings in reaches:
        some = tuple(
            offerings.order_by("sort_key", "id").values_list("pk", "name", "region__name")[:_NAMED]
        )
        if some and account not in found:
            count = offerings.count() if len(some) == _NAMED else len(some)
            found[account] = Affected(count, some)
    return found


# --- what pages show -----------------------------------------------------------------------------
def last_rehearsal(form_id: int | None) -> Rehearsal | None:
    """How the form's last rehearsal went; None: there was none. One query."""
    return Rehearsal.objects.filter(form_id=form_id).first() if form_id is not None else None


def rehearsals_of(officer: Officer) -> QuerySet[Rehearsal]:
    """Rehearsals of the forms of guides that an editor looks after. Page by ("-run_at", "form")."""
    theirs = _online().filter(within(officer), current__form_id=OuterRef("form_id"))
    return Rehearsal.objects.filter(Exists(theirs)).select_related("form")


def not_rehearsed(officer: Officer) -> int:
    """How many forms of an editor's guides have never been rehearsed."""
    forms = _online().filter(within(officer)).values("current__form_id")
    return (
        forms.exclude(current__form_id__in=Rehearsal.objects.values("form_id")).distinct().count()
    )


def affected_guides(officer: Officer, form_ids: Iterable[int]) -> Mapping[int, Affected]:
    """The guides with these forms that an editor looks after, by form. Two queries."""
    theirs = _online().filter(within(officer), current__form_id__in=list(form_ids))
    counts = dict(theirs.order_by().values_list("current__form_id").annotate(count=Count("pk")))
    place = Window(
        RowNumber(), partition_by=F("current__form_id"), order_by=[F("sort_key"), F("pk")]
    )
    named: dict[int, list[tuple[int, Localized, Localized]]] = {}
    rows: Any = (
        theirs.annotate(place=place)
        .filter(place__lte=_NAMED)
        .order_by("place")
        .values_list("current__form_id", "pk", "name", "region__name")
    )
    for form_id, *guide in rows:
        named.setdefault(form_id, []).append(tuple(guide))
    return {form_id: Affected(counts[form_id], tuple(some)) for form_id, some in named.items()}


def problem_of(row: Rehearsal) -> tuple[Problem, datetime] | None:
    """What is wrong, and since when; None if the last run passed."""
    if not row.problem:
        return None
    told = dict(row.problem)
    since = datetime.fromisoformat(told.pop("since"))
    return Problem(**told), since


def _online() -> QuerySet[Offering]:
    """Offerings that can be applied for here."""
    return Offering.objects.filter(online=True, current__form__isnull=False)
