"""Which open tasks stand where in time, as conditions for the database: for filters and counts."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from tongban.directory.api import workdays
from tongban.kernel import clock
from tongban.supervision.models import Plan, Task
from tongban.supervision.queries import edges_of
from tongban.supervision.timing import Patience, TimeState


def standing(plans: QuerySet[Plan]) -> Mapping[TimeState, Q]:
    """For each state that an open task can be in today, the condition on tasks of these lists. The
    same as `timing.time_state` says of them one by one, with every list's own patience."""
    today, days = clock.today(), workdays()
    open_ = Q(state=Task.State.OPEN)
    begun = open_ & (Q(start__isnull=True) | Q(start__lte=today))
    found = {
        TimeState.NOT_STARTED: open_ & Q(start__gt=today),
        TimeState.NO_DATE: begun & Q(due__isnull=True),
        **{
            one: Q(pk__in=[])
            for one in (TimeState.ON_TRACK, TimeState.DUE_SOON, TimeState.OVERDUE,
                        TimeState.VERY_OVERDUE)
        },
    }  # fmt: skip
    rules = plans.order_by().values_list("soon_days", "very_late_days").distinct()
    for soon_days, very_days in rules:
        soon, very = edges_of(today, days, Patience(soon_days, very_days))
        ruled = begun & Q(plan__soon_days=soon_days, plan__very_late_days=very_days)
        found[TimeState.ON_TRACK] |= ruled & Q(due__gt=soon)
        found[TimeState.DUE_SOON] |= ruled & Q(due__gte=today, due__lte=soon)
        found[TimeState.OVERDUE] |= ruled & Q(due__lt=today, due__gte=very)
        found[TimeState.VERY_OVERDUE] |= ruled & Q(due__lt=very)
    return found
