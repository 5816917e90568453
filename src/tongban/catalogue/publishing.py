"""Versions of guides: add, publish, withdraw. A published one never changes; a new one replaces it.

The current version's facts are copied to its offering in the same transaction, so browsing and
searching never lag behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.guide import Guide
from tongban.catalogue.indexing import note_popularity, reindex
from tongban.catalogue.linting.checking import examine
from tongban.catalogue.models import GuideVersion, Offering
from tongban.catalogue.reach import require
from tongban.catalogue.recording import record
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized


def published_guide(offering_id: int) -> GuideVersion | None:
    """The guide version that applies now, with its offering; None if there is none.

    Its content is read when it is asked for.
    """
    return (
        GuideVersion.objects.filter(offering_id=offering_id, state=GuideVersion.State.PUBLISHED)
        .select_related("offering")
        .defer("content")
        .first()
    )


def guide_of(version: GuideVersion) -> Guide:
    """A version's content."""
    return Guide.model_validate(version.content)


def digest_of(name: Localized, guide: Guide, form_id: int | None) -> str:
    """What makes two versions the same: name, content and form.

    Without what a guide leaves at its default, so that a new optional part of guides does not make
    every guide a changed one.
    """
    return hashlib.sha256(digest_source(name, guide, form_id).encode()).hexdigest()


def digest_source(name: Localized, guide: Guide, form_id: int | None) -> str:
    """The text that `digest_of` is the digest of."""
    return json.dumps(
        [name, guide.model_dump(mode="json", exclude_defaults=True), form_id],
        sort_keys=True,
        ensure_ascii=False,
    )


@transaction.atomic
def add_version(
    offering: Offering, guide: Guide, *, form_id: int | None = None, by: Officer | None = None
) -> tuple[GuideVersion, bool]:
    """A draft version with this content, and whether it is new: the newest one if nothing changed.

    `by` None: an import. Raises Refused if the officer may not edit this offering.
    """
    require(offering, by)
    digest = digest_of(offering.name, guide, form_id)
    newest = offering.versions.order_by("-number").first()
    if newest is not None and newest.digest == digest:
        return newest, False
    number = (offering.versions.aggregate(top=Max("number"))["top"] or 0) + 1
    version = GuideVersion.objects.create(
        **version_fields(offering, guide, form_id, digest),
        number=number,
        created_at=clock.now(),
        created_by_id=by.account_id if by else None,
    )
    return version, True


def version_fields(
    offering: Offering, guide: Guide, form_id: int | None, digest: str
) -> dict[str, object]:
    """The columns that a version's content determines."""
    return {
        "offering": offering,
        "content": guide.model_dump(mode="json"),
        "digest": digest,
        "form_id": form_id,
        "statutory_days": guide.limits.statutory,
        "promised_days": guide.limits.promised,
        "limit_unit": guide.limits.unit.value,
        "acceptance_days": guide.limits.acceptance,
    }


@transaction.atomic
def publish(version_id: int, *, by: Officer | None = None) -> GuideVersion:
    """Make a version the current one; the one before it is withdrawn. Raises Refused.

    What an editor wrote is published by a second one, who has reviewed it, unless the installation
    says otherwise (settings.GUIDES_NEED_TWO). `by` None: an import, or the day that was planned.
    """
    version = (
        GuideVersion.objects.select_for_update(of=("self", "offering"))
        .select_related("offering__item")
        .get(pk=version_id)
    )
    require(version.offering, by)
    if version.state == GuideVersion.State.PUBLISHED:
        return version
    if version.state == GuideVersion.State.WITHDRAWN:
        raise Refused(
            "guide.withdrawn", _("A withdrawn version is not published again. Make a new draft.")
        )
    if by is not None:
        _require_review(version, by)
    planned = version.state == GuideVersion.State.APPROVED
    moment = clock.now()
    version.offering.versions.filter(state=GuideVersion.State.PUBLISHED).update(
        state=GuideVersion.State.WITHDRAWN, withdrawn_at=moment
    )
    version.state = GuideVersion.State.PUBLISHED
    version.published_at = moment
    version.checked_on = clock.local_date(moment)
    version.checked_by_id = by.account_id if by else version.reviewed_by_id
    version.save()
    guide = guide_of(version)
    copy_to_offering(version.offering, version, guide)
    # An editor's guide with errors is refused; an import's is taken and its errors are shown.
    examine(version, guide, refuse=planned or by is not None)
    version.offering.save()
    reindex([version.offering_id])
    if by is not None:
        record("publish", version.offering_id, by=by, version=version)
    announce("guide.published", {"offering": version.offering_id, "version": version.pk})
    return version


@transaction.atomic
def withdraw(offering_id: int, *, why: dict[str, str], by: Officer | None = None) -> Offering:
    """Take an offering out of the catalogue; running cases go on. Raises Refused."""
    offering = Offering.objects.select_for_update(of=("self",)).get(pk=offering_id)
    require(offering, by)
    moment = clock.now()
    offering.versions.filter(state=GuideVersion.State.PUBLISHED).update(
        state=GuideVersion.State.WITHDRAWN, withdrawn_at=moment
    )
    offering.current = None
    offering.online = False
    offering.withdrawn_at = moment
    offering.withdrawn_why = why
    offering.save()
    reindex([offering.pk])
    record("withdraw", offering.pk, by=by, note=why.get("zh", "") or why.get("en", ""))
    announce("offering.withdrawn", {"offering": offering.pk})
    return offering


def authors_of(version: GuideVersion) -> set[int]:
    """The accounts that wrote a version; none for an import's."""
    return {
        account
        for account in (version.created_by_id, version.changed_by_id, version.submitted_by_id)
        if account is not None
    }


def _require_review(version: GuideVersion, by: Officer) -> None:
    authors = authors_of(version)
    if version.state == GuideVersion.State.APPROVED or not authors or not settings.GUIDES_NEED_TWO:
        return
    if version.state == GuideVersion.State.DRAFT:
        raise Refused(
            "guide.not_reviewed", _("A colleague has to review this draft first. Submit it.")
        )
    if by.account_id in authors:
        raise Refused("guide.own_work", _("You wrote this version. A colleague has to approve it."))
    version.reviewed_at = clock.now()
    version.reviewed_by_id = by.account_id


def note_applications(counts: Mapping[int, int]) -> int:
    """Set how often each offering was applied for, 0 where absent; of how many it changed."""
    known = Offering.objects.filter(Q(applications__gt=0) | Q(pk__in=counts))
    changed = []
    for offering in known.only("pk", "applications").iterator():
        if offering.applications != counts.get(offering.pk, 0):
            offering.applications = counts.get(offering.pk, 0)
            changed.append(offering)
    Offering.objects.bulk_update(changed, ["applications"], batch_size=1000)
    note_popularity({offering.pk: offering.applications for offering in changed})
    return len(changed)


def as_published(version: GuideVersion, guide: Guide) -> Offering:
    """The version's offering as it would be with this version in force. Nothing is saved.

    Both are changed in memory only: a preview shows them.
    """
    offering = version.offering
    if version.state not in (GuideVersion.State.PUBLISHED, GuideVersion.State.WITHDRAWN):
        version.checked_on = version.effective_on or clock.today()
        copy_to_offering(offering, version, guide)
    return offering


def copy_to_offering(offering: Offering, version: GuideVersion, guide: Guide) -> None:
    """Set what browsing reads. Not saved here; `reindex` makes it found."""
    item = offering.item
    offering.current = version
    offering.withdrawn_at = None
    offering.withdrawn_why = {}
    offering.audiences = item.audiences
    offering.themes = item.themes
    offering.online = guide.online and version.form_id is not None
