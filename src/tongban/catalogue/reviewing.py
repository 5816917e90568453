"""A draft's way to the public: submitted, looked at by a colleague, published now or on a day.

On each step the form that people will fill in online is rehearsed (`rehearsing.require_form`). One
that crashes stops every step. One that its own sample answers do not get through stops an editor
who has not said that they know; and the reviewer decides, with a reason that stays in the history.
A planned day asks no more: what was approved then is published, and the robot rehearses every
night.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.editing import locked_version
from tongban.catalogue.linting.checking import refuse_broken
from tongban.catalogue.models import GuideVersion
from tongban.catalogue.publishing import authors_of, guide_of, publish
from tongban.catalogue.reach import may_edit
from tongban.catalogue.recording import record
from tongban.catalogue.rehearsing import FormBroken, Problem, require_form
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

State = GuideVersion.State


def needs_two() -> bool:
    """Whether what an editor wrote has to be approved by another."""
    return bool(settings.GUIDES_NEED_TWO)


def submit(
    version_id: int,
    *,
    change_note: dict[str, str],
    by: Officer,
    knows_form: bool = False,
) -> GuideVersion:
    """Hand a draft over for review, with what readers are told about the change.

    `knows_form`: the editor has read what is wrong with its form, and leaves it to the reviewer.
    Raises Refused, and of it FormBroken.
    """
    _rehearse(version_id, by, let_through=knows_form, field="knows_form")
    return _submit(version_id, change_note, by)


@transaction.atomic
def _submit(version_id: int, change_note: dict[str, str], by: Officer) -> GuideVersion:
    version = locked_version(version_id, by)
    _require_state(version, State.DRAFT)
    _require_newest(version)
    version.state = State.REVIEW
    version.change_note = {key: text for key, text in change_note.items() if text}
    version.submitted_at = clock.now()
    version.submitted_by_id = by.account_id
    version.review_note = ""
    version.save()
    record("submit", version.offering_id, by=by, version=version)
    return version


@transaction.atomic
def send_back(version_id: int, *, note: str, by: Officer) -> GuideVersion:
    """Make a submitted or approved version a draft again, and say why. Raises Refused.

    An author may take their own version back, to go on writing.
    """
    version = locked_version(version_id, by)
    _require_state(version, State.REVIEW, State.APPROVED)
    if not note.strip():
        raise Refused("guide.say_why", _("Say what has to change."), field="note")
    version.state = State.DRAFT
    version.review_note = note.strip()
    version.reviewed_at = clock.now()
    version.reviewed_by_id = by.account_id
    version.effective_on = None
    version.ends_on = None
    version.save()
    record("send_back", version.offering_id, by=by, version=version, note=version.review_note)
    return version


def approve(
    version_id: int,
    *,
    by: Officer,
    effective_on: date | None = None,
    ends_on: date | None = None,
    despite: str = "",
) -> GuideVersion:
    """Approve a submitted version: it is published now, or on the day given.

    `despite`: why the reviewer lets a form through that did not pass its rehearsal; recorded.
    Raises Refused, and of it FormBroken.
    """
    problem = _rehearse(version_id, by, let_through=bool(despite.strip()), field="despite")
    note = despite.strip() if problem is not None else ""
    return _approve(version_id, by, effective_on, ends_on, note)


@transaction.atomic
def _approve(
    version_id: int, by: Officer, effective_on: date | None, ends_on: date | None, note: str
) -> GuideVersion:
    version = locked_version(version_id, by)
    _require_state(version, State.REVIEW)
    if needs_two() and by.account_id in authors_of(version):
        raise Refused("guide.own_work", _("You wrote this version. A colleague has to approve it."))
    today = clock.today()
    if effective_on is not None and effective_on < today:
        raise Refused("guide.past_day", _("Choose today or a later day."), field="effective_on")
    if ends_on is not None and ends_on < (effective_on or today):
        raise Refused(
            "guide.ends_first",
            _("The last day cannot come before the first."),
            field="ends_on",
        )
    _require_newest(version)
    refuse_broken(version, guide_of(version))
    version.reviewed_at = clock.now()
    version.reviewed_by_id = by.account_id
    version.effective_on = effective_on or today
    version.ends_on = ends_on
    version.state = State.APPROVED
    version.save()
    record(
        "approve",
        version.offering_id,
        by=by,
        version=version,
        note=note,
        effective_on=version.effective_on.isoformat(),
    )
    if version.effective_on <= today:
        return publish(version.pk, by=by)
    return version


def publish_now(version_id: int, *, by: Officer) -> GuideVersion:
    """Publish what an import has left as a draft, or what was approved for a later day.

    Raises Refused, and of it FormBroken: who approved a broken form has said why already.
    """
    approved = GuideVersion.objects.filter(pk=version_id, state=State.APPROVED).exists()
    _rehearse(version_id, by, let_through=approved, field="")
    return publish(version_id, by=by)


def note_rehearsal(version: GuideVersion) -> None:
    """Rehearse a version's form now, if that was not done this minute: an act that is undone when
    it is refused would forget it."""
    try:
        require_form(version.form_id, guide_of(version), let_through=True, field="")
    except FormBroken:
        return  # the act itself says so


def _rehearse(version_id: int, by: Officer, *, let_through: bool, field: str) -> Problem | None:
    """Rehearse a version's form, before anything is locked, if the version is the officer's."""
    version = GuideVersion.objects.select_related("offering").filter(pk=version_id).first()
    if version is None or version.form_id is None or not may_edit(version.offering, by):
        return None  # the act itself says what is wrong
    return require_form(version.form_id, guide_of(version), let_through=let_through, field=field)


def _require_state(version: GuideVersion, *states: str) -> None:
    if version.state not in states:
        raise Refused(
            "guide.moved_on",
            _("This version is now: %(state)s. Look at it again.")
            % {"state": version.get_state_display()},
        )


def _require_newest(version: GuideVersion) -> None:
    current = version.offering.current
    if current is not None and current.number > version.number:
        raise Refused(
            "guide.overtaken_by_current",
            _("A newer version has been published meanwhile. Make a new draft."),
        )
