"""Who is told what of a list: followers, units, the programme office, superiors, authors.

Listens to the package's own announcements in the job worker, so that an act does not wait for ten
thousand followers. Runs twice without harm: a notice is sent once for each entry and account.
"""

from __future__ import annotations

from collections.abc import Iterable

from tongban.directory.api import agencies, region
from tongban.identity.api import HeldPost, holders
from tongban.kernel.announcements import Payload
from tongban.notices.api import notify
from tongban.supervision.following import followers
from tongban.supervision.models import CoUnit, Entry, Observation, Plan, Task
from tongban.supervision.queries import EntryView, entry_view

# Kinds of entries that people who follow hear of.
FOLLOWED = (
    "list_published", "list_closed", "task_published", "task_changed", "task_dropped",
    "claimed_done", "claim_taken_back", "closed", "sent_back", "reopened", "step_mark",
)  # fmt: skip
# Those that the responsible units hear of,
TO_UNITS = (
    "list_published", "task_published", "task_changed", "task_dropped", "assessed", "sent_back",
    "reopened", "closed", "observed", "step_remind", "step_warn", "step_mark",
)  # fmt: skip
# the programme office,
TO_OFFICE = ("claimed_done", "claim_taken_back")
# and the supervisors above the unit.
TO_SUPERIORS = ("step_superior", "superior_told")
TOLD = tuple(dict.fromkeys((*FOLLOWED, *TO_UNITS, *TO_OFFICE, *TO_SUPERIORS, "answered")))


def tell(payload: Payload) -> None:
    """Tell everybody whom an entry of a ledger concerns."""
    entry = Entry.objects.select_related("plan", "task").get(pk=payload["entry"])
    plan, task, view = entry.plan, entry.task, entry_view(entry)
    if view.data.get("held_back"):
        return
    if entry.kind == "task_published" and not view.reason:
        return  # with its list, which is told of as a whole
    context = _context(plan, task, view)
    where = f"{plan.slug} {task.code}" if task else plan.slug
    subject = "list_task" if task else "list"
    staff = {
        *(_units(plan, task) if entry.kind in TO_UNITS else ()),
        *_former(view),
        *(_office(plan) if entry.kind in TO_OFFICE else ()),
        *(_superiors(plan, task) if entry.kind in TO_SUPERIORS else ()),
    }
    readers = set(followers(plan, [task] if task else [])) if entry.kind in FOLLOWED else set()
    if entry.kind == "answered":
        readers = _author(view)
    for account, kind, page in (
        *((one, f"list.{entry.kind}.staff", f"staff_{subject}") for one in sorted(staff)),
        *((one, f"list.{entry.kind}", subject) for one in sorted(readers - staff)),
    ):
        notify(
            account,
            kind,
            f"ledger-{entry.pk}",
            context,
            subject=page,
            subject_key=where,
            at=entry.at,
        )


def _context(plan: Plan, task: Task | None, view: EntryView) -> dict[str, object]:
    due = view.data.get("due")
    moved = due if isinstance(due, dict) else {}
    window = view.data.get("window_until")
    return {
        "item": task.title if task else plan.title,
        "list": plan.title,
        "agency": view.unit,
        "note": view.reason or view.data.get("reasons") or view.data.get("text") or {},
        "old_due": moved.get("old") or "",
        "due": moved.get("new") or (due if isinstance(due, str) else "") or "",
        "answer_by": window if isinstance(window, str) else view.data.get("reply_due") or "",
        "count": view.data.get("unanswered") or "",
    }


def _units(plan: Plan, task: Task | None) -> set[int]:
    """Who reports for the units of a task; of all tasks of the list without one."""
    tasks = plan.tasks.filter(pk=task.pk) if task else plan.tasks.all()
    wanted = {
        *tasks.values_list("lead_id", flat=True),
        *CoUnit.objects.filter(task__in=tasks).values_list("agency_id", flat=True),
    }
    return _who("reporter", _summaries(one for one in wanted if one))


def _former(view: EntryView) -> set[int]:
    """Who reports for units that a change has relieved of the task."""
    ids: list[object] = []
    for name in ("lead_id", "co_unit_ids"):
        change = view.data.get(name)
        old = change.get("old") if isinstance(change, dict) else None
        ids += old if isinstance(old, list) else [old]
    wanted = [one for one in ids if isinstance(one, int)]
    return _who("reporter", _summaries(wanted)) if wanted else set()


def _office(plan: Plan) -> set[int]:
    return _who("programme", _summaries([plan.office_id]))


def _superiors(plan: Plan, task: Task | None) -> set[int]:
    """Supervisors over the lead unit's region, and the programme office."""
    lead = _summaries([task.lead_id] if task and task.lead_id else [])
    path = next(iter(lead.values()), None) or region(plan.region_id).path
    return _office(plan) | {
        account for account, post in holders("supervisor") if path.startswith(post.region_path)
    }


def _author(view: EntryView) -> set[int]:
    found = Observation.objects.filter(pk=str(view.data["observation"])).first()
    return {found.account_id} if found and found.account_id else set()


def _summaries(ids: Iterable[int]) -> dict[int, str]:
    return {one: summary.region_path for one, summary in agencies(ids).items()}


def _who(role: str, units: dict[int, str]) -> set[int]:
    return {account for account, post in holders(role) if _covers(post, units)}


def _covers(post: HeldPost, units: dict[int, str]) -> bool:
    if post.agency_id is not None:
        return post.agency_id in units
    return any(path.startswith(post.region_path) for path in units.values())


__all__ = ["TOLD", "tell"]
