"""Who looks after a guide, and reminding them to look at it once a year."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.models import Offering
from tongban.catalogue.reach import may_edit, within
from tongban.catalogue.recording import record_many
from tongban.catalogue.worklist import unchecked_before
from tongban.identity.api import Officer, officer_of
from tongban.kernel import clock
from tongban.kernel.announcements import announce, app
from tongban.kernel.errors import Refused

log = structlog.get_logger(__name__)


@transaction.atomic
def assign(offering_ids: Collection[int], account_id: int | None, *, by: Officer) -> int:
    """Hand guides over to an editor (None: nobody looks after them); how many changed.

    Raises Refused if the officer, or the one who is to have them, does not edit all of them.
    """
    found = list(
        Offering.objects.select_for_update(of=("self",))
        .filter(within(by), pk__in=offering_ids)
        .only("pk", "owner_id", "region_path", "agency_id")
    )
    if len(found) < len(set(offering_ids)):
        raise Refused("guide.not_yours", _("Your role does not include this guide."))
    if account_id is not None:
        _require_editor(account_id, found)
    changed = [one.pk for one in found if one.owner_id != account_id]
    Offering.objects.filter(pk__in=changed).update(owner_id=account_id)
    record_many("assign", changed, by=by, owner=account_id)
    return len(changed)


def _require_editor(account_id: int, offerings: Collection[Offering]) -> None:
    try:
        officer = officer_of(account_id)
    except ObjectDoesNotExist:
        officer = None
    if officer is None or not all(may_edit(one, officer) for one in offerings):
        raise Refused(
            "guide.owner_elsewhere",
            _("That person does not edit for this agency and region. Choose somebody who does."),
            field="owner",
        )


def remind() -> int:
    """Tell each owner how many of their guides nobody has checked for a year; how many owners.

    Announces "guide.checks_due" with the account and the number; `config/wiring.py` says who
    listens.
    """
    due = Q(current__checked_on__isnull=True) | Q(current__checked_on__lt=unchecked_before())
    owners = (
        Offering.objects.filter(due, owner__isnull=False, current__isnull=False)
        .values("owner_id")
        .annotate(number=Count("pk"))
        .order_by("owner_id")
    )
    with transaction.atomic():
        told = [(one["owner_id"], one["number"]) for one in owners]
        for owner, number in told:
            announce(
                "guide.checks_due",
                {"account": owner, "number": number, "month": clock.today().strftime("%Y-%m")},
            )
    return len(told)


@app.periodic(cron="11 1 1 * *")
@app.task(queue="upkeep", queueing_lock="remind_of_checks", pass_context=False)
def remind_of_checks(timestamp: int) -> None:
    """On the first of each month."""
    log.info("reminded_of_checks", owners=remind())
