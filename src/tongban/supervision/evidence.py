"""Figures of tasks that the platform counts itself, in its own catalogue, now.

`Task.evidence` names a measure, a region (with all below it), a target, and what the measure needs:

    {"measure": "online_items", "region": "990000", "target": 35}
    {"measure": "offerings_of", "items": ["000100001000"], "region": "990000", "target": 9}

A measure counts what is published today: withdrawn services do not count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.api import Item, Offering, Rehearsal
from tongban.directory.api import find_region
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.supervision.models import Task

_FRESH = 300  # seconds


@dataclass(frozen=True)
class Figure:
    """What was counted, where and when. `share` is of the target, at most 1; None without one."""

    measure: str
    label: str | Promise
    region: Localized
    count: int
    target: int | None
    counted_at: datetime

    @property
    def share(self) -> float | None:
        return min(1.0, self.count / self.target) if self.target else None

    @property
    def is_reached(self) -> bool:
        return self.target is not None and self.count >= self.target


def live_figure(task: Task) -> Figure | None:
    """The figure of a task, at most five minutes old; None if it names none that can be counted."""
    return figure_of(task.evidence)


def figure_of(named: Mapping[str, object]) -> Figure | None:
    """What is counted when a task names this, at most five minutes old; None if it cannot be."""
    measure, code = str(named.get("measure", "")), str(named.get("region", ""))
    found = find_region(code) if code else None
    if measure not in MEASURES or found is None:
        return None
    counted = _count(measure, found.path, named)
    target = named.get("target")
    return Figure(
        measure=measure,
        label=MEASURES[measure],
        region=found.name,
        count=counted[0],
        target=target if isinstance(target, int) and target > 0 else None,
        counted_at=counted[1],
    )


def check_evidence(named: Mapping[str, object]) -> str:
    """What is wrong with what a task names as its evidence: "no_measure", "no_region",
    "no_target", "no_items", "unknown_item"; "" if nothing is. To name nothing is right."""
    if not named:
        return ""
    measure, code, target = named.get("measure"), named.get("region"), named.get("target")
    if measure not in MEASURES or not set(named) <= {"measure", "region", "target", "items"}:
        return "no_measure"
    if not isinstance(code, str) or find_region(code) is None:
        return "no_region"
    if target is not None and not (type(target) is int and 0 < target < 10**9):
        return "no_target"
    if measure != "offerings_of":
        return "" if "items" not in named else "no_items"
    items = named.get("items")
    if not isinstance(items, list) or not items:
        return "no_items"
    wanted = {str(one) for one in items}
    known = set(Item.objects.filter(code__in=wanted).values_list("code", flat=True))
    return "unknown_item" if wanted - known else ""


def _count(measure: str, path: str, named: Mapping[str, object]) -> tuple[int, datetime]:
    what = json.dumps(named, sort_keys=True, default=str)
    key = f"list-figure:{sha256(what.encode()).hexdigest()}"
    known: tuple[int, datetime] | None = cache.get(key)
    if known is None:
        known = _COUNTS[measure](_offered(path), named), clock.now()
        cache.set(key, known, _FRESH)
    return known


def _offered(path: str) -> QuerySet[Offering]:
    return Offering.objects.filter(region_path__startswith=path, current__isnull=False)


def _items(offered: QuerySet[Offering]) -> int:
    return offered.values("item_id").distinct().count()


def _online_items(offered: QuerySet[Offering], _named: Mapping[str, object]) -> int:
    return _items(offered.filter(online=True))


def _single_window_items(offered: QuerySet[Offering], _named: Mapping[str, object]) -> int:
    """Settled in one visit at most, at one window where one has to come at all."""
    return _items(
        offered.filter(current__content__visits__lte=1, current__content__windows__1__isnull=True)
    )


def _guides_without_errors(offered: QuerySet[Offering], _named: Mapping[str, object]) -> int:
    return offered.filter(checked_at__isnull=False, error_count=0).count()


def _rehearsed_items(offered: QuerySet[Offering], _named: Mapping[str, object]) -> int:
    passed = Rehearsal.objects.filter(form_id=OuterRef("current__form_id"), problem={})
    return _items(offered.filter(Exists(passed)))


def _offerings_of(offered: QuerySet[Offering], named: Mapping[str, object]) -> int:
    codes = named.get("items")
    wanted = [str(code) for code in codes] if isinstance(codes, list) else []
    return offered.filter(item__code__in=wanted).count()


MEASURES: Mapping[str, Promise | str] = {
    "online_items": _("Services that can be applied for online"),
    "single_window_items": _("Services settled in one visit at one window at most"),
    "guides_without_errors": _("Guides checked without an error"),
    "rehearsed_items": _("Online services whose last rehearsal passed"),
    "offerings_of": _("Offices that offer the services named"),
}
_COUNTS: Mapping[str, Callable[[QuerySet[Offering], Mapping[str, object]], int]] = {
    "online_items": _online_items,
    "single_window_items": _single_window_items,
    "guides_without_errors": _guides_without_errors,
    "rehearsed_items": _rehearsed_items,
    "offerings_of": _offerings_of,
}
