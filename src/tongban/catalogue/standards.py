"""The basic directory (基本目录): what it prescribes to everybody who offers an item.

What classifies an item (type, audiences, themes, everyday names) is the directory's own and holds
at once. What stands in guides is put before those who offer the item, as proposals.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from tongban.catalogue.guide import Basis, Guide, Key, LimitUnit, Text
from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import GuideVersion, Item, Offering, Proposal
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.reach import require_item
from tongban.catalogue.recording import record_many
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

_BATCH = 500


class StandardMaterial(BaseModel):
    """A material of the basic directory."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key
    name: Text
    issuer: Text = {}


class Standard(BaseModel):
    """What the basic directory prescribes (`Item.standard`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: tuple[Basis, ...] = ()
    statutory: int | None = None
    unit: LimitUnit = LimitUnit.WORKING_DAYS
    materials: tuple[StandardMaterial, ...] = ()


class ItemEdit(BaseModel):
    """All of an item that the basic directory's editors write."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    type: str = ""
    audiences: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    everyday_names: tuple[str, ...] = ()
    standard: Standard = Standard()


def standard_of(item: Item) -> Standard:
    """What the basic directory prescribes for an item."""
    return Standard.model_validate(item.standard or {})


def edit_of(item: Item) -> ItemEdit:
    """An item as its editors write it."""
    return ItemEdit(
        name=item.name,
        type=item.type,
        audiences=tuple(item.audiences),
        themes=tuple(item.themes),
        everyday_names=tuple(item.everyday_names),
        standard=standard_of(item),
    )


@transaction.atomic
def change_item(
    item_id: int, new: ItemEdit, *, reason: dict[str, str], seen: ItemEdit, by: Officer
) -> int:
    """Change an item of the basic directory; how many offerings get a proposal. Raises Refused.

    `seen` is the item as the editor opened it: if somebody changed it since, nothing is saved.
    """
    item = Item.objects.select_for_update().get(pk=item_id)
    require_item(item, by)
    before = edit_of(item)
    if before != seen:
        raise Refused(
            "item.overtaken", _("A colleague changed this item meanwhile. Open it again.")
        )
    if not any(reason.values()):
        raise Refused("item.say_why", _("Say why, for those who offer the item."), field="reason")
    item.name, item.type = new.name, new.type
    item.audiences, item.themes = list(new.audiences), list(new.themes)
    item.everyday_names = list(new.everyday_names)
    item.standard = new.standard.model_dump(mode="json", exclude_defaults=True)
    item.save()
    _classify(item, before, new)
    return _propose(item, before, new, reason, by)


def wanted(guide: Guide, name: dict[str, str], before: ItemEdit, new: ItemEdit) -> dict[str, Any]:
    """What a change of the directory asks of one guide: path → {"old", "new"}. Pure.

    Only what the directory changed: a guide that departs from it elsewhere is left alone.
    """
    changes: dict[str, Any] = {}
    old_standard, standard = before.standard, new.standard
    if new.name != before.name and name == before.name:
        changes["name"] = {"old": name, "new": new.name}
    if (standard.statutory, standard.unit) != (old_standard.statutory, old_standard.unit):
        now = {"statutory": guide.limits.statutory, "unit": guide.limits.unit.value}
        then = {"statutory": standard.statutory, "unit": standard.unit.value}
        if now != then:
            changes["limits"] = {"old": now, "new": then}
    if standard.basis != old_standard.basis:
        now_basis = [one.model_dump(mode="json") for one in guide.basis]
        then_basis = [one.model_dump(mode="json") for one in standard.basis]
        if now_basis != then_basis:
            changes["basis"] = {"old": now_basis, "new": then_basis}
    return changes | _materials_wanted(guide, old_standard, standard)


def _materials_wanted(guide: Guide, before: Standard, after: Standard) -> dict[str, Any]:
    held = {one.key: one for one in guide.materials}
    old, new = ({one.key: one for one in s.materials} for s in (before, after))
    changes: dict[str, Any] = {}
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) == new.get(key):
            continue
        now = _prescribed(held[key]) if key in held else None
        then = new[key].model_dump(mode="json") if key in new else None
        if now != then:
            changes[f"materials.{key}"] = {"old": now, "new": then}
    return changes


def _prescribed(material: Any) -> dict[str, Any]:
    """Of a guide's material, what the directory prescribes."""
    return {"key": material.key, "name": material.name, "issuer": material.issuer}


def _classify(item: Item, before: ItemEdit, new: ItemEdit) -> None:
    """Copy what classifies an item to its offerings, for browsing and searching."""
    offerings = Offering.objects.filter(item=item)
    if (before.audiences, before.themes) != (new.audiences, new.themes):
        offerings.update(audiences=list(new.audiences), themes=list(new.themes))
    reindex(offerings.values_list("pk", flat=True))


def _propose(
    item: Item, before: ItemEdit, new: ItemEdit, reason: dict[str, str], by: Officer
) -> int:
    """A proposal for each offering that the change concerns; older open ones give way."""
    now, made = clock.now(), []
    rows = GuideVersion.objects.filter(
        offering__item=item, state=GuideVersion.State.PUBLISHED
    ).select_related("offering")
    for version in rows.iterator(_BATCH):
        changes = wanted(guide_of(version), version.offering.name, before, new)
        if changes:
            made.append(
                Proposal(
                    offering_id=version.offering_id,
                    changes=changes,
                    reason=reason,
                    proposed_at=now,
                    proposed_by_id=by.account_id,
                )
            )
    newest = {one.offering_id: one for one in made}
    for proposal in Proposal.objects.filter(
        offering__item=item, state=Proposal.State.OPEN
    ).select_for_update():
        newer = newest.get(proposal.offering_id)
        if newer is not None:  # what still stands of it goes into the newer one
            newer.changes = proposal.changes | newer.changes
            proposal.state = Proposal.State.DECLINED
            proposal.answered_at = now
            proposal.answer_note = "superseded"
            proposal.save()
    Proposal.objects.bulk_create(made, batch_size=_BATCH)
    record_many("propose", [one.offering_id for one in made], by=by)
    return len(made)
