"""Proposals of the basic directory, answered by those who offer the item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.editing import in_work, put, start_draft
from tongban.catalogue.guide import Guide
from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import GuideVersion, Item, Offering, Proposal
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.reach import require
from tongban.catalogue.recording import record
from tongban.directory.api import sort_key
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized

Standing = Literal["open", "done", "overtaken"]


@dataclass(frozen=True)
class PartProposed:
    """One change that is asked for. "done": the guide says so already; "overtaken": it says
    something else than what the directory's editors saw."""

    path: str
    old: Any
    new: Any
    now: Any
    standing: Standing


@dataclass(frozen=True)
class ProposalView:
    """A proposal as its page shows it."""

    id: int
    parts: tuple[PartProposed, ...]
    reason: Localized
    proposed_at: datetime

    @property
    def applies(self) -> bool:
        """Whether anything of it is still to be done as it was meant."""
        return any(one.standing == "open" for one in self.parts)


def open_proposals(offering: Offering) -> list[ProposalView]:
    """What is put before those who offer it, oldest first. Two queries."""
    rows = list(offering.proposals.filter(state=Proposal.State.OPEN).order_by("pk"))
    if not rows:
        return []
    version = (
        in_work(offering.pk)
        or GuideVersion.objects.filter(
            offering=offering, state=GuideVersion.State.PUBLISHED
        ).first()
    )
    guide = guide_of(version) if version else None
    return [
        ProposalView(one.pk, _parts(one, offering, guide), one.reason, one.proposed_at)
        for one in rows
    ]


def counts_of(item: Item) -> dict[str, int]:
    """How many of an item's proposals are open, taken over, declined: for the directory."""
    rows = Proposal.objects.filter(offering__item=item).exclude(answer_note="superseded")
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in Proposal.State.values}


@transaction.atomic
def take_over(proposal_id: int, *, by: Officer) -> GuideVersion:
    """Write a proposal into the draft in work, or a new one. Raises Refused.

    The item's name holds at once: it is the directory's.
    """
    proposal = _open(proposal_id, by)
    offering = proposal.offering
    version = start_draft(offering.pk, by=by)
    if version.state != GuideVersion.State.DRAFT:
        raise Refused(
            "guide.no_draft",
            _("This version is no longer a draft. To change it, have it sent back first."),
        )
    version = GuideVersion.objects.select_related("offering__item").get(pk=version.pk)
    guide = guide_of(version)
    if not any(one.standing == "open" for one in _parts(proposal, offering, guide)):
        raise Refused(
            "proposal.overtaken",
            _("The guide has changed since: this proposal no longer applies. Decline it."),
        )
    if "name" in proposal.changes:
        new = proposal.changes["name"]["new"]
        offering.name, offering.sort_key = new, sort_key(new)
        offering.save(update_fields=["name", "sort_key"])
        reindex([offering.pk])
        version.offering = offering
    put(version, applied(guide, proposal.changes), by=by, note="proposal")
    _answer(proposal, Proposal.State.TAKEN, "", by)
    record("take", offering.pk, by=by, version=version)
    return version


@transaction.atomic
def decline(proposal_id: int, *, note: str, by: Officer) -> None:
    """Say no, and why. Raises Refused."""
    proposal = _open(proposal_id, by)
    if not note.strip():
        raise Refused(
            "proposal.say_why", _("Say why, for the editors of the basic directory."), field="note"
        )
    _answer(proposal, Proposal.State.DECLINED, note.strip()[:2000], by)
    record("decline", proposal.offering_id, by=by, note=note.strip()[:2000])


def applied(guide: Guide, changes: Mapping[str, Any]) -> Guide:
    """The guide with what is proposed. Pure; pydantic checks it."""
    content = guide.model_dump(mode="json")
    for path, change in changes.items():
        new = change["new"]
        if path == "limits":
            content["limits"] = {**content["limits"], **new}
        elif path == "basis":
            content["basis"] = new
        elif path.startswith("materials."):
            key = path.partition(".")[2]
            content["materials"] = _with_material(content["materials"], key, new)
    return Guide.model_validate(content)


def _with_material(
    materials: list[dict[str, Any]], key: str, new: dict[str, Any] | None
) -> list[dict[str, Any]]:
    if new is None:
        return [one for one in materials if one["key"] != key]
    if any(one["key"] == key for one in materials):
        return [one | new if one["key"] == key else one for one in materials]
    return [*materials, new]


def _parts(proposal: Proposal, offering: Offering, guide: Guide | None) -> tuple[PartProposed, ...]:
    return tuple(
        PartProposed(path, change["old"], change["new"], now, _standing(change, now))
        for path, change in proposal.changes.items()
        for now in [_now(path, offering, guide)]
    )


def _standing(change: Mapping[str, Any], now: Any) -> Standing:
    if now == change["new"]:
        return "done"
    return "open" if now == change["old"] else "overtaken"


def _now(path: str, offering: Offering, guide: Guide | None) -> Any:
    if path == "name":
        return offering.name
    if guide is None:
        return None
    if path == "limits":
        return {"statutory": guide.limits.statutory, "unit": guide.limits.unit.value}
    if path == "basis":
        return [one.model_dump(mode="json") for one in guide.basis]
    key = path.partition(".")[2]
    held = next((one for one in guide.materials if one.key == key), None)
    return {"key": held.key, "name": held.name, "issuer": held.issuer} if held else None


def _open(proposal_id: int, by: Officer) -> Proposal:
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("offering__item")
        .filter(pk=proposal_id)
        .first()
    )
    if proposal is None:
        raise Refused("proposal.gone", _("There is no such proposal."))
    require(proposal.offering, by)
    if proposal.state != Proposal.State.OPEN:
        raise Refused("proposal.answered", _("A colleague has answered this proposal already."))
    return proposal


def _answer(proposal: Proposal, state: str, note: str, by: Officer) -> None:
    proposal.state = state
    proposal.answered_at = clock.now()
    proposal.answered_by_id = by.account_id
    proposal.answer_note = note
    proposal.save()
