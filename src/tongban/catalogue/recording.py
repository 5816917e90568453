"""The record of what editors did: who, what, when. Written by the acts, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tongban.catalogue.models import EditorAct, GuideVersion, Offering
from tongban.identity.api import Officer, account_names
from tongban.kernel import clock

Act = Literal[
    "start", "save", "discard", "submit", "send_back", "approve", "publish", "withdraw",
    "check", "assign", "translate", "propose", "take", "decline", "late",
]  # fmt: skip


@dataclass(frozen=True)
class ActEntry:
    """One act as a history shows it. `by` "" : the platform itself."""

    act: str
    number: int | None
    by: str
    at: datetime
    note: str
    facts: dict[str, Any]


def record(
    act: Act,
    offering_id: int,
    *,
    by: Officer | None,
    version: GuideVersion | None = None,
    note: str = "",
    **facts: Any,
) -> None:
    """Write down one act in the caller's transaction."""
    EditorAct.objects.create(**_fields(act, offering_id, by, version, note, facts))


def record_many(
    act: Act,
    offering_ids: Iterable[int],
    *,
    by: Officer | None,
    note: str = "",
    **facts: Any,
) -> None:
    """Write down the same act on many guides."""
    EditorAct.objects.bulk_create(
        (EditorAct(**_fields(act, pk, by, None, note, facts)) for pk in offering_ids),
        batch_size=1000,
    )


def acts_of(offering: Offering, most: int = 50) -> list[ActEntry]:
    """The latest acts on a guide, newest first. Three queries."""
    rows: Sequence[EditorAct] = list(
        offering.acts.select_related("version")
        .only("act", "by_id", "at", "note", "facts", "version__number", "offering_id")
        .order_by("-pk")[:most]
    )
    names = account_names({one.by_id for one in rows if one.by_id})
    return [
        ActEntry(
            one.act,
            one.version.number if one.version else one.facts.get("number"),
            names.get(one.by_id, "") if one.by_id else "",
            one.at,
            one.note,
            one.facts,
        )
        for one in rows
    ]


def _fields(
    act: str,
    offering_id: int,
    by: Officer | None,
    version: GuideVersion | None,
    note: str,
    facts: dict[str, Any],
) -> dict[str, Any]:
    return {
        "act": act,
        "offering_id": offering_id,
        "version": version,
        "by_id": by.account_id if by else None,
        "at": clock.now(),
        "note": note,
        "facts": facts | ({"number": version.number} if version else {}),
    }
