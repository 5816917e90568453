"""Planned days: what begins is published, what ends is withdrawn, every quarter of an hour."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation

from tongban.catalogue.models import EditorAct, GuideVersion
from tongban.catalogue.publishing import publish, withdraw
from tongban.catalogue.recording import record
from tongban.catalogue.working import forget_files
from tongban.kernel import clock
from tongban.kernel.announcements import Payload, announce, app
from tongban.kernel.errors import Refused

log = structlog.get_logger(__name__)

# At most this many a run: the next one goes on.
MOST = 5000
ENDED = {
    "zh": "原定的实施期限已满。",
    "en": "The period it was planned for has ended.",
}


def publish_due() -> int:
    """Publish approved versions whose day has come, each by itself; how many.

    One that may not be published any more (the law changed, a finding came) stays approved; its
    editors are told once.
    """
    told = EditorAct.objects.filter(version=OuterRef("pk"), act="late")
    due = GuideVersion.objects.filter(
        state=GuideVersion.State.APPROVED, effective_on__lte=clock.today()
    ).annotate(told=Exists(told))
    done = 0
    for version in due.order_by("effective_on", "pk").defer("content")[:MOST]:
        try:
            with transaction.atomic():
                publish(version.pk)
                record("publish", version.offering_id, by=None, version=version)
                done += 1
        except Refused as refusal:
            if version.told:
                continue
            with transaction.atomic():
                record(
                    "late", version.offering_id, by=None, version=version, note=str(refusal.message)
                )
                announce("guide.not_published", _kept_back(version, refusal))
    return done


def _kept_back(version: GuideVersion, refusal: Refused) -> Payload:
    """Whom to tell, and of what: those who wrote, approved and look after the guide."""
    people = {version.created_by_id, version.reviewed_by_id, version.offering.owner_id} - {None}
    why = {}
    for language, code in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(code):
            why[language] = str(refusal.message)
    return {
        "offering": version.offering_id,
        "version": version.pk,
        "item": version.offering.name,
        "why": why,
        "accounts": sorted(people),
    }


def withdraw_ended() -> int:
    """Withdraw services whose last day is over; how many."""
    over = GuideVersion.objects.filter(
        state=GuideVersion.State.PUBLISHED, ends_on__lt=clock.today()
    )
    done = 0
    for offering_id in over.order_by("ends_on").values_list("offering_id", flat=True)[:MOST]:
        withdraw(offering_id, why=ENDED)
        done += 1
    return done


@app.periodic(cron="*/15 * * * *")
@app.task(queue="upkeep", queueing_lock="planned_guides", pass_context=False)
def planned_guides(timestamp: int) -> None:
    """Publish what is due, withdraw what has ended, forget files that nobody took in."""
    log.info(
        "planned_guides",
        published=publish_due(),
        withdrawn=withdraw_ended(),
        forgotten=forget_files(),
    )
