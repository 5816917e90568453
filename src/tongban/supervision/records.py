"""What every act has in common: who may, the locked list, its ledger. Private to the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from tongban.directory.api import agency, region
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.kernel.files import attach, owned
from tongban.kernel.localized import Localized
from tongban.kernel.models import StoredFile
from tongban.supervision import ledger
from tongban.supervision.models import Entry, Plan, Task


@dataclass(frozen=True)
class Ground:
    """Why something is done: in words, and on what legal ground if there is one."""

    reason: Localized
    basis: str = ""


def lock_plan(plan_id: int) -> Plan:
    """The list, locked, so that its ledger has one writer. Raises Refused."""
    plan = Plan.objects.select_for_update(of=("self",)).filter(pk=plan_id).first()
    if plan is None:
        raise Refused("plan.not_found", _("There is no such list."))
    return plan


def lock_task(task_id: int) -> Task:
    """A task of a published list, with its list locked. Raises Refused."""
    found = Task.objects.filter(pk=task_id).values_list("plan_id", flat=True).first()
    if found is None:
        raise Refused("task.not_found", _("There is no such task."))
    plan = lock_plan(found)
    task = Task.objects.select_for_update(of=("self",)).get(pk=task_id)
    task.plan = plan
    if plan.state != Plan.State.PUBLISHED:
        raise Refused("plan.not_published", _("This list is not published, or closed."))
    return task


def require_programme(by: Officer, plan: Plan) -> None:
    """Raises Refused unless the officer is of the list's programme office."""
    if not is_programme(by, plan):
        raise Refused("plan.not_yours", _("Only the programme office of this list can do this."))


def is_programme(by: Officer, plan: Plan) -> bool:
    """Whether the officer is of the list's programme office."""
    path = region(plan.region_id).path
    return any(
        path.startswith(post.region_path) and post.agency_id in (None, plan.office_id)
        for post in by.posts_as("programme")
    )


def require_unit(by: Officer, task: Task) -> None:
    """Raises Refused unless the officer reports for a unit that is responsible for the task."""
    if not is_of_unit(by, task):
        raise Refused(
            "task.not_yours",
            _("Only the units responsible for this task can do this. Ask the lead unit."),
        )


def is_of_unit(by: Officer, task: Task) -> bool:
    """Whether the officer reports for the lead unit or a co-responsible one."""
    units = {task.lead_id, *task.co_units.values_list("agency_id", flat=True)} - {None}
    for post in by.posts_as("reporter"):
        if post.agency_id is not None:
            if post.agency_id in units:
                return True
        elif any(agency(unit).region_path.startswith(post.region_path) for unit in units if unit):
            return True
    return False


def enter(
    plan: Plan,
    kind: str,
    data: Mapping[str, ledger.Value],
    *,
    task: Task | None = None,
    unit: Localized | None = None,
    role: str = "programme",
    ground: Ground | None = None,
    at: datetime | None = None,
) -> Entry:
    """Add an entry to the ledger of a list that the caller has locked.

    Who: the unit and its part, never a person's name; that is in the workbench's own records.
    """
    moment = at or clock.now()
    content: dict[str, ledger.Value] = {
        "kind": kind,
        "at": moment.isoformat(timespec="seconds"),
        "task": task.code if task else "",
        "unit": _texts(unit or agency(plan.office_id).name),
        "role": role,
        "data": dict(data),
        "reason": _texts(ground.reason) if ground else {},
        "basis": ground.basis if ground else "",
    }
    previous = plan.head or ledger.genesis(plan.slug)
    sealed = ledger.seal(plan.entries + 1, previous, content)
    entry = Entry.objects.create(
        plan=plan,
        number=sealed.number,
        kind=kind,
        task=task,
        at=moment,
        body=sealed.body,
        hash=sealed.hash,
    )
    # The database has moved the head; this copy follows, and does not write it again.
    plan.entries, plan.head = sealed.number, sealed.hash
    announce(
        f"supervision.{kind}",
        {"plan": plan.pk, "task": task.pk if task else None, "entry": entry.pk},
    )
    return entry


def plain(value: object) -> ledger.Value:
    """A column's value as a ledger holds it: days and figures as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, float):
        return repr(value)  # of a task's evidence, which is JSON
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, str | int):
        return value
    raise ledger.NotCanonical(type(value).__name__)


def difference(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, ledger.Value]:
    """What changed: field → {"old", "new"}."""
    return {
        name: {"old": plain(before.get(name)), "new": plain(value)}
        for name, value in after.items()
        if before.get(name) != value
    }


def units_in_words(names: Iterable[Localized]) -> list[ledger.Value]:
    """Names of units, as an entry holds them."""
    return [_texts(name) for name in names]


def keep_file(file_id: UUID, owner_id: int) -> StoredFile:
    """An upload of this account, kept from now on. Raises Refused."""
    if not owned([str(file_id)], owner_id):
        raise Refused("file.gone", _("This file is not here any more. Add it again."))
    attach([str(file_id)])
    return StoredFile.objects.get(pk=file_id)


def _texts(text: Localized) -> dict[str, ledger.Value]:
    return {language: words for language, words in text.items() if words}
