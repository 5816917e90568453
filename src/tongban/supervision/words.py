"""Words and tones for what both sites show of a task."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from tongban.look.api import Text, Tone
from tongban.supervision.timing import TimeState

# Of places in time, the worst first.
TIMES: Mapping[TimeState, tuple[Text, Tone]] = {
    TimeState.VERY_OVERDUE: (pgettext_lazy("task", "Very overdue"), "late"),
    TimeState.OVERDUE: (pgettext_lazy("task", "Overdue"), "late"),
    TimeState.DUE_SOON: (pgettext_lazy("task", "Due soon"), "action"),
    TimeState.ON_TRACK: (pgettext_lazy("task", "On track"), "progress"),
    TimeState.NO_DATE: (pgettext_lazy("task", "No due date"), "neutral"),
    TimeState.NOT_STARTED: (pgettext_lazy("task", "Not started yet"), "neutral"),
    TimeState.DONE_LATE: (pgettext_lazy("task", "Done late"), "done"),
    TimeState.DONE_IN_TIME: (pgettext_lazy("task", "Done in time"), "done"),
    TimeState.DONE: (pgettext_lazy("task", "Done"), "done"),
    TimeState.DROPPED: (pgettext_lazy("task", "Dropped"), "refused"),
}
