"""Supervision, for the packages above. Everything else in `tongban.supervision` is private."""

from __future__ import annotations

from tongban.supervision import incoming, matching, open_data
from tongban.supervision.assessing import assess, close, reopen, send_back
from tongban.supervision.changing import (
    Change,
    Effect,
    change,
    differences,
    effects,
    entries_by_position,
)
from tongban.supervision.demo import BadList, load_lists
from tongban.supervision.digests import lines, make_digest, public_key, published
from tongban.supervision.drafting import (
    add_task,
    discard_plan,
    edit_plan,
    edit_task,
    move_task,
    remove_task,
)
from tongban.supervision.evidence import MEASURES, Figure, check_evidence, figure_of, live_figure
from tongban.supervision.exchange import FILE_KINDS, REASONS, export_list, import_list
from tongban.supervision.following import follow, followed, followers, follows, unfollow
from tongban.supervision.models import (
    Assessment,
    Digest,
    Entry,
    Evidence,
    Observation,
    Plan,
    Report,
    Section,
    Task,
)
from tongban.supervision.news import TOLD as LIST_NEWS
from tongban.supervision.news import tell as tell_list_news
from tongban.supervision.observing import (
    RULES,
    Said,
    erase,
    observe,
    remove,
    reply,
    second,
    show,
)
from tongban.supervision.planning import (
    IndicatorEntry,
    MilestoneEntry,
    PlanEntry,
    TaskEntry,
    UnitEntry,
    adopt,
    close_plan,
    drop,
    entry_of,
    make_plan,
    publish,
)
from tongban.supervision.queries import (
    SMALLEST_SAMPLE,
    EntryView,
    Tally,
    TaskView,
    UnitTally,
    by_unit,
    entry_view,
    history,
    plan_by_slug,
    plans_of,
    published_plans,
    recent_entries,
    said_on,
    slipped,
    tallies,
    tallies_by,
    tally,
    tasks_of_unit,
    to_moderate,
    to_review,
    view_of,
    views,
    waiting_for_answer,
)
from tongban.supervision.records import Ground, is_of_unit, is_programme
from tongban.supervision.reporting import EvidenceEntry, Progress, claim, report, take_back
from tongban.supervision.rollups import (
    Answers,
    Below,
    Unit,
    UnitCount,
    above,
    add_up,
    answers_of,
    below,
    beside_source,
    led_by,
    public_tasks,
    shared_by,
    taken_by,
    taken_over,
    unit_of,
    unit_of_task,
    units,
)  # fmt: skip
from tongban.supervision.standing import standing
from tongban.supervision.timing import (
    BY_URGENCY,
    OPEN,
    TimeState,
    after_workdays,
    days_late,
    loosens,
    moved,
    slip,
)
from tongban.supervision.urging import tell_superiors, warn_all
from tongban.supervision.words import TIMES

__all__ = [
    "BY_URGENCY", "FILE_KINDS", "LIST_NEWS", "MEASURES", "OPEN", "REASONS", "RULES",
    "SMALLEST_SAMPLE", "TIMES", "Answers", "Assessment", "BadList", "Below", "Change", "Digest",
    "Effect", "Entry", "EntryView", "Evidence", "EvidenceEntry", "Figure", "Ground",
    "IndicatorEntry", "MilestoneEntry", "Observation", "Plan", "PlanEntry", "Progress", "Report",
    "Said", "Section", "Tally", "Task", "TaskEntry", "TaskView", "TimeState", "Unit", "UnitCount",
    "UnitEntry", "UnitTally", "above", "add_task", "add_up", "adopt", "after_workdays",
    "answers_of", "assess", "below", "beside_source", "by_unit", "change", "check_evidence",
    "claim", "close", "close_plan", "days_late", "differences", "discard_plan", "drop", "edit_plan",
    "edit_task", "effects", "entries_by_position", "entry_of", "entry_view", "erase", "export_list",
    "figure_of", "follow", "followed", "followers", "follows", "history", "import_list", "incoming",
    "is_of_unit", "is_programme", "led_by", "lines", "live_figure", "load_lists", "loosens",
    "make_digest", "make_plan", "matching", "move_task", "moved", "observe", "open_data",
    "plan_by_slug", "plans_of", "public_key", "public_tasks", "publish", "published",
    "published_plans", "recent_entries", "remove", "remove_task", "reopen", "reply", "report",
    "said_on", "second", "send_back", "shared_by", "show", "slip", "slipped", "standing",
    "take_back", "taken_by", "taken_over", "tallies", "tallies_by", "tally", "tasks_of_unit",
    "tell_list_news", "tell_superiors", "to_moderate", "to_review", "unfollow", "unit_of",
    "unit_of_task", "units", "view_of", "views", "waiting_for_answer", "warn_all",
]  # fmt: skip
