"""Cases, for the packages above. Everything else in `tongban.cases` is private.

Acts raise `Refused` (kernel.errors) with a sentence for the person, or `InvalidAnswers`.
"""

from tongban.cases.acceptance import accept, refuse_acceptance
from tongban.cases.assignment import assign, claim, release
from tongban.cases.clocks import ClockView, clock_of
from tongban.cases.completion import WAYS, complete, deliver
from tongban.cases.deadlines import Course, Day, Due, Limit, TimeState, Unit, Why, course, due_date
from tongban.cases.decision import decide
from tongban.cases.drafts import (
    discard_draft,
    draft_answers,
    draft_form,
    drafts_of,
    find_draft,
    page_mark,
    save_draft,
    start_draft,
)
from tongban.cases.endings import terminate, withdraw
from tongban.cases.examination import examine
from tongban.cases.figures import Promises, promises
from tongban.cases.lifecycle import (
    ANSWERED,
    FINAL,
    MOVES,
    WAITING_FOR_APPLICANT,
    Act,
    Actor,
    StageKind,
    State,
    possible,
)
from tongban.cases.models import Case, CaseEvent, Decision, Draft, Stage, SupplementRequest
from tongban.cases.numbers import BadNumber, grouped, read_number
from tongban.cases.popularity import count_applications
from tongban.cases.queries import (
    Load,
    QueueCounts,
    QueueFilter,
    case_attachments,
    cases_of,
    find_case,
    find_file,
    loads,
    open_stage,
    queue,
    queue_agencies,
    queue_counts,
    staff_part,
    visible_cases,
)
from tongban.cases.recalculation import on_calendar_changed, recalculate, would_move
from tongban.cases.records import is_own
from tongban.cases.submission import InvalidAnswers, sent_with_key, submit, submit_answers
from tongban.cases.supplements import (
    Point,
    ask_supplement,
    case_answers,
    open_request,
    save_supplement,
    supplement,
    supplement_answers,
)

__all__ = [
    "ANSWERED",
    "FINAL",
    "MOVES",
    "WAITING_FOR_APPLICANT",
    "WAYS",
    "Act",
    "Actor",
    "BadNumber",
    "Case",
    "CaseEvent",
    "ClockView",
    "Course",
    "Day",
    "Decision",
    "Draft",
    "Due",
    "InvalidAnswers",
    "Limit",
    "Load",
    "Point",
    "Promises",
    "QueueCounts",
    "QueueFilter",
    "Stage",
    "StageKind",
    "State",
    "SupplementRequest",
    "TimeState",
    "Unit",
    "Why",
    "accept",
    "ask_supplement",
    "assign",
    "case_answers",
    "case_attachments",
    "cases_of",
    "claim",
    "clock_of",
    "complete",
    "count_applications",
    "course",
    "decide",
    "deliver",
    "discard_draft",
    "draft_answers",
    "draft_form",
    "drafts_of",
    "due_date",
    "examine",
    "find_case",
    "find_draft",
    "find_file",
    "grouped",
    "is_own",
    "loads",
    "on_calendar_changed",
    "open_request",
    "open_stage",
    "page_mark",
    "possible",
    "promises",
    "queue",
    "queue_agencies",
    "queue_counts",
    "read_number",
    "recalculate",
    "refuse_acceptance",
    "release",
    "save_draft",
    "save_supplement",
    "sent_with_key",
    "staff_part",
    "start_draft",
    "submit",
    "submit_answers",
    "supplement",
    "supplement_answers",
    "terminate",
    "visible_cases",
    "withdraw",
    "would_move",
]
