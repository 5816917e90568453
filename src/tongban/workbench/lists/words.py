"""Words and tones for what to-do lists are made of."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from tongban.look.api import Text, Tone
from tongban.supervision.api import Plan, Task, TimeState

TIMES: Mapping[str, tuple[Text, Tone]] = {
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
CLAIMED: Mapping[str, Tone] = {
    Task.State.OPEN: "neutral",
    Task.State.CLAIMED: "waiting",
    Task.State.CLOSED: "done",
    Task.State.DROPPED: "refused",
}
PLANS: Mapping[str, Tone] = {
    Plan.State.DRAFT: "action",
    Plan.State.PUBLISHED: "done",
    Plan.State.CLOSED: "neutral",
}
# What of a task may change.
FIELDS: Mapping[str, Text] = {
    "title": pgettext_lazy("task", "Title"),
    "text": pgettext_lazy("task", "Description"),
    "deliverable": pgettext_lazy("task", "What is to come out of it"),
    "basis": pgettext_lazy("task", "Legal basis"),
    "start": pgettext_lazy("task", "Start"),
    "due": pgettext_lazy("task", "Due date"),
    "lead_name": pgettext_lazy("task", "Lead unit"),
}
# What the ledger says happened.
ENTRIES: Mapping[str, tuple[Text, Tone]] = {
    "task_published": (pgettext_lazy("ledger", "Published"), "done"),
    "task_changed": (pgettext_lazy("ledger", "Changed"), "action"),
    "task_dropped": (pgettext_lazy("ledger", "Dropped from the list"), "refused"),
    "reported": (pgettext_lazy("ledger", "Reported"), "neutral"),
    "claimed_done": (pgettext_lazy("ledger", "Claimed done"), "waiting"),
    "claim_taken_back": (pgettext_lazy("ledger", "Claim taken back"), "action"),
    "assessed": (pgettext_lazy("ledger", "Assessed"), "progress"),
    "closed": (pgettext_lazy("ledger", "Closed"), "done"),
    "sent_back": (pgettext_lazy("ledger", "Sent back"), "refused"),
    "reopened": (pgettext_lazy("ledger", "Opened again"), "action"),
    "observed": (pgettext_lazy("ledger", "The public said something"), "neutral"),
    "answered": (pgettext_lazy("ledger", "Answered"), "neutral"),
    "removed": (pgettext_lazy("ledger", "Words removed under a rule"), "refused"),
    "shown": (pgettext_lazy("ledger", "Words shown"), "neutral"),
    "erased": (pgettext_lazy("ledger", "Words erased by their author"), "neutral"),
    "superior_told": (pgettext_lazy("ledger", "The superior was told"), "action"),
    "step_remind": (pgettext_lazy("ledger", "The unit was reminded"), "neutral"),
    "step_warn": (pgettext_lazy("ledger", "The unit was warned"), "action"),
    "step_superior": (pgettext_lazy("ledger", "The superior was told"), "action"),
    "step_mark": (pgettext_lazy("ledger", "Marked for everybody as very overdue"), "late"),
}
