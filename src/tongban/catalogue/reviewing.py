"""A draft's way to the public: submitted, looked at by a colleague, published now or on a day."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.editing import locked_version
from tongban.catalogue.linting.checking import refuse_broken
from tongban.catalogue.models import GuideVersion
from tongban.catalogue.publishing import authors_of, guide_of, publish
from tongban.catalogue.recording import record
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

State = GuideVersion.State


def needs_two() -> bool:
    """Whether what an editor wrote has to be approved by another."""
    return bool(settings.GUIDES_NEED_TWO)


@transaction.atomic
def submit(version_id: int, *, change_note: dict[str, str], by: Officer) -> GuideVersion:
    """Hand a draft over for review, with what readers are told about the change. Raises Refused."""
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


@transaction.atomic
def approve(
    version_id: int, *, by: Officer, effective_on: date | None = None, ends_on: date | None = None
) -> GuideVersion:
    """Approve a submitted version: it is published now, or on the day given. Raises Refused."""
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
        effective_on=version.effective_on.isoformat(),
    )
    if version.effective_on <= today:
        return publish(version.pk, by=by)
    return version


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
