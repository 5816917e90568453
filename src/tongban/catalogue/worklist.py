"""An editor's list: which guides are theirs to look after, narrowed, and how many of each kind."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from tongban.catalogue.editing import IN_WORK, editable
from tongban.catalogue.models import Finding, GuideVersion, Offering, Proposal
from tongban.catalogue.reach import within
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.counted import counted

CHECKED_EVERY = timedelta(days=365)
# Counting so many guides takes a second and more: what was counted is told for a minute (seconds).
_LARGE = 20_000
_FRESH = 60

Concern = Literal[
    "", "draft", "review", "approved", "unpublished", "withdrawn", "errors", "warnings",
    "translations", "unchecked", "proposals",
]  # fmt: skip
CONCERNS: tuple[Concern, ...] = (
    "draft", "review", "approved", "errors", "warnings", "proposals", "translations",
    "unchecked", "unpublished", "withdrawn",
)  # fmt: skip


@dataclass(frozen=True)
class GuideFilter:
    """What an editor's list is narrowed to; empty means everything."""

    words: str = ""
    concern: Concern = ""
    owner: Literal["", "mine", "nobody"] = ""
    agency_id: int | None = None
    region_path: str = ""
    theme: str = ""
    item_id: int | None = None
    rule: str = ""  # of a finding


def unchecked_before() -> date:
    """A guide that nobody has looked at since then is due for a check."""
    return clock.today() - CHECKED_EVERY


def worklist(officer: Officer, narrowed: GuideFilter) -> QuerySet[Offering]:
    """The guides of an editor that fit. Page them by ("sort_key", "id")."""
    found = editable(officer, narrowed.words)
    if narrowed.owner:
        owner = officer.account_id if narrowed.owner == "mine" else None
        found = found.filter(owner_id=owner) if owner else found.filter(owner__isnull=True)
    if narrowed.agency_id is not None:
        found = found.filter(agency_id=narrowed.agency_id)
    if narrowed.region_path:
        found = found.filter(region_path__startswith=narrowed.region_path)
    if narrowed.theme:
        found = found.filter(themes__contains=[narrowed.theme])
    if narrowed.item_id is not None:
        found = found.filter(item_id=narrowed.item_id)
    if narrowed.rule:
        found = found.filter(
            pk__in=Finding.objects.filter(rule=narrowed.rule).values("offering_id")
        )
    return found.filter(_concerning(narrowed.concern)) if narrowed.concern else found


def concern_counts(officer: Officer, narrowed: GuideFilter) -> dict[str, int]:
    """How many guides each concern would show, the other filters as they are.

    Three queries. Of very many guides the counts may be a minute old, but for what is in work.
    """
    found = worklist(officer, replace(narrowed, concern="")).order_by()
    own = [one for one in CONCERNS if one not in ("draft", "review", "approved", "proposals")]
    key = hashlib.sha256(str(found.query).encode()).hexdigest()[:32]
    counts: dict[str, int] = counted(
        f"concerns:{key}",
        lambda: found.select_related(None).aggregate(
            all=Count("pk"), **{one: Count("pk", filter=_concerning(one)) for one in own}
        ),
        fresh=_FRESH,
        worth=lambda known: known["all"] > _LARGE,
    )
    # Few versions are in work and few proposals open: count from their side.
    ids = None if narrowed == GuideFilter(concern=narrowed.concern) else found.values("pk")
    versions = GuideVersion.objects.filter(_open(), within(officer, "offering__"))
    proposals = Proposal.objects.filter(within(officer, "offering__"), state=Proposal.State.OPEN)
    if ids is not None:
        versions = versions.filter(offering_id__in=ids)
        proposals = proposals.filter(offering_id__in=ids)
    in_work = versions.aggregate(
        **{state: Count("offering", distinct=True, filter=Q(state=state)) for state in IN_WORK}
    )
    waiting = proposals.aggregate(proposals=Count("offering", distinct=True))
    return {"": counts["all"], **{one: counts[one] for one in own}, **in_work, **waiting}


def _open() -> Q:
    """Versions in work: newer than what is published."""
    newest = Coalesce("offering__current__number", 0)
    return Q(state__in=IN_WORK) & Q(number__gt=newest)


def _concerning(concern: str) -> Q:
    """The condition of one concern, on offerings."""
    if concern in ("draft", "review", "approved"):
        open_ones = GuideVersion.objects.filter(_open(), state=concern)
        return Q(pk__in=open_ones.values("offering_id"))
    conditions = {
        "unpublished": Q(current__isnull=True, withdrawn_at__isnull=True),
        "withdrawn": Q(withdrawn_at__isnull=False),
        "errors": Q(error_count__gt=0),
        "warnings": Q(warning_count__gt=0),
        "translations": Q(current__untranslated__gt=0) | Q(current__stale__gt=0),
        "unchecked": Q(current__isnull=False)
        & (Q(current__checked_on__isnull=True) | Q(current__checked_on__lt=unchecked_before())),
    }
    if concern == "proposals":
        waiting = Proposal.objects.filter(state=Proposal.State.OPEN)
        return Q(pk__in=waiting.values("offering_id"))
    return conditions[concern]
