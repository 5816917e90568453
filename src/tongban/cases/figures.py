"""How the promises are kept: live figures for everyone, over the last twelve months.

Counted among cases whose limit can be judged: those decided, and those still undecided after their
due day, which count as late. A case under way and in time says nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Aggregate, Count, DurationField, F, Q

from tongban.cases.models import Case
from tongban.kernel import clock

_PERIOD = timedelta(days=365)
_FRESH = 300  # seconds for which figures are kept
# Below this many cases a share says little, and none is shown.
SMALLEST_COUNT = 5


@dataclass(frozen=True)
class Promises:
    """What became of cases in a region that were sent in the last year.

    `decided` all that were decided; `judged` those with a limit that were decided or should have
    been; `kept` of these, in time; `median_days` from acceptance to decision, in days with
    fractions; None where no case was decided.
    """

    decided: int
    judged: int
    kept: int
    median_days: float | None

    @property
    def share_kept(self) -> float | None:
        """Of the judged ones, 0 to 1; None while there are fewer than SMALLEST_COUNT."""
        return self.kept / self.judged if self.judged >= SMALLEST_COUNT else None


class _Median(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def promises(region_path: str = "") -> Promises:
    """The figures of a region and all below it; "" for everywhere. Up to five minutes old."""
    key = f"promises:{region_path}"
    known: Promises | None = cache.get(key)
    if known is None:
        known = _count(region_path)
        cache.set(key, known, _FRESH)
    return known


def _count(region_path: str) -> Promises:
    cases = Case.objects.filter(submitted_at__gte=clock.now() - _PERIOD)
    if region_path:
        cases = cases.filter(region_path__startswith=region_path)
    decided = Q(decided_at__isnull=False)
    limited = decided & Q(due_on__isnull=False)
    overdue = Q(decided_at=None, ended_at=None, due_on__lt=clock.today())
    counted = cases.aggregate(
        decided=Count("id", filter=decided),
        limited=Count("id", filter=limited),
        kept=Count("id", filter=limited & Q(decided_at__date__lte=F("due_on"))),
        overdue=Count("id", filter=overdue),
        median=_Median(F("decided_at") - F("accepted_at"), filter=decided),
    )
    median = counted["median"]
    return Promises(
        decided=counted["decided"],
        judged=counted["limited"] + counted["overdue"],
        kept=counted["kept"],
        median_days=median / timedelta(days=1) if median is not None else None,
    )
