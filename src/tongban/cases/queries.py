"""Which cases somebody may see, and the lists made of them. No case is read without its viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongban.cases.deadlines import soon_until
from tongban.cases.lifecycle import Actor, StageKind
from tongban.cases.models import Attachment, Case, Stage
from tongban.cases.numbers import BadNumber, read_number
from tongban.directory.api import workdays
from tongban.identity.api import HeldPost, Officer, Resident, parties_named
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.models import StoredFile

# Roles whose holders work with cases; editors and administrators do not see them.
CASE_ROLES = ("clerk", "officer", "supervisor")


def _reach(posts: tuple[HeldPost, ...]) -> Q:
    """Stages within reach of any of the posts."""
    reach = Q(pk__in=[])
    for post in posts:
        one = Q(region_path__startswith=post.region_path)
        if post.agency_id is not None:
            one &= Q(agency_id=post.agency_id)
        reach |= one
    return reach


def visible_cases(officer: Officer) -> QuerySet[Case]:
    """The cases an officer may see: those with a stage at their agency, in their region."""
    reach = _reach(officer.posts_as(*CASE_ROLES))
    return Case.objects.filter(Exists(Stage.objects.filter(reach, case=OuterRef("pk"))))


def cases_of(resident: Resident) -> QuerySet[Case]:
    """The cases of the parties a resident may act for."""
    return Case.objects.filter(party_id__in=resident.party_ids)


def find_case(cases: QuerySet[Case], number: str) -> Case:
    """The case with that number (as typed) among `cases`.

    Raises Refused: the same answer for a case that does not exist and one that is not theirs.
    """
    try:
        found = (
            cases.filter(number=read_number(number))
            .select_related("offering", "agency", "party", "guide_version", "region")
            .first()
        )
    except BadNumber:
        raise Refused(
            "case.bad_number",
            _("That is not a case number. It has 12 digits; please check them."),
            "number",
        ) from None
    if found is None:
        raise Refused("case.not_found", _("No case with that number is open to you."), "number")
    return found


def case_attachments(case: Case) -> QuerySet[Attachment]:
    """The files of a case that the caller has been allowed to see."""
    return case.attachments.select_related("file").order_by("id")


def find_file(resident: Resident, file_id: UUID) -> StoredFile:
    """A file of one of the resident's drafts or cases.

    Raises Refused: the same answer for a file that does not exist and one that is not theirs.
    """
    parties = resident.party_ids
    attachment = (
        Attachment.objects.filter(
            Q(case__party_id__in=parties)
            | Q(draft__case__party_id__in=parties)  # for a supplement that was not sent yet
            | Q(draft__account_id=resident.account_id, draft__party_id__in=parties),
            file_id=file_id,
        )
        .select_related("file")
        .first()
    )
    if attachment is None:
        raise Refused("file.not_found", _("No file by that address is open to you."))
    return attachment.file


@dataclass(frozen=True)
class QueueFilter:
    """What a queue is narrowed to. Empty means all."""

    kind: StageKind | None = None
    whose: str = ""  # "mine", "unclaimed", ""
    urgency: str = ""  # "late", "soon", "waiting", ""
    agency_id: int | None = None
    assignee_id: int | None = None  # a colleague, for supervisors
    item: str = ""  # part of the item's name
    words: str = ""  # a case number, part of the item's name, or part of the applicant's
    roles: tuple[str, ...] = CASE_ROLES


def queue(officer: Officer, narrowed: QueueFilter = QueueFilter()) -> QuerySet[Stage]:
    """Open stages within an officer's reach. Page them by ("sort_day", "id")."""
    stages = _found(officer, narrowed).select_related(
        "case", "case__offering", "case__party", "case__filed_by", "agency", "assignee"
    )
    return stages.filter(
        *_when(narrowed.kind, _kinds()),
        *_when(narrowed.whose, _whose(officer)),
        *(_when(narrowed.urgency, _urgencies()) if narrowed.urgency else ()),
        *_when(narrowed.agency_id, {narrowed.agency_id: Q(agency_id=narrowed.agency_id)}),
    )


def _found(officer: Officer, narrowed: QueueFilter) -> QuerySet[Stage]:
    """The open stages that match what has no counts beside it: reach, words, a colleague."""
    stages = Stage.objects.filter(_reach(officer.posts_as(*narrowed.roles)), closed_at__isnull=True)
    if narrowed.assignee_id:
        stages = stages.filter(assignee_id=narrowed.assignee_id)
    if narrowed.item:
        stages = stages.filter(case__offering__name__icontains=narrowed.item)
    words = " ".join(narrowed.words.split())
    if words:
        try:
            return stages.filter(case__number=read_number(words))
        except BadNumber:
            stages = stages.filter(
                Q(case__offering__name__icontains=words)
                | Q(case__party_id__in=parties_named(words))
            )
    return stages


def _kinds() -> dict[object, Q]:
    return {kind: Q(kind=kind.value) for kind in StageKind}


def _whose(officer: Officer) -> dict[object, Q]:
    return {"mine": Q(assignee_id=officer.account_id), "unclaimed": Q(assignee__isnull=True)}


def _urgencies() -> dict[object, Q]:
    today = clock.today()
    return {
        "late": Q(sort_day__lt=today),
        "soon": Q(sort_day__gte=today, sort_day__lte=soon_until(today, workdays())),
        "waiting": Q(waiting=True),
    }


def _when(chosen: object, conditions: Mapping[object, Q]) -> tuple[Q, ...]:
    """The chosen one's condition; none for "all" and for anything unknown."""
    return (conditions[chosen],) if chosen and chosen in conditions else ()


@dataclass(frozen=True)
class QueueCounts:
    """How many open stages there are, beside each filter of a queue.

    Each number says what the list would hold if that filter were chosen and the others stayed.
    `open` is the list as it stands.
    """

    open: int
    mine: int
    unclaimed: int
    late: int
    soon: int
    waiting: int
    anybodys: int  # mine, unclaimed and colleagues'
    any_time: int
    any_kind: int
    kinds: Mapping[StageKind, int]


def queue_counts(officer: Officer, narrowed: QueueFilter = QueueFilter()) -> QueueCounts:
    """The counts behind a queue's filters, in one query."""
    kinds, whose, urgencies = _kinds(), _whose(officer), _urgencies()
    kind = _when(narrowed.kind, kinds)
    mine = _when(narrowed.whose, whose)
    urgency = _when(narrowed.urgency, urgencies)
    agency: dict[object, Q] = {narrowed.agency_id: Q(agency_id=narrowed.agency_id)}
    wanted = {
        "open": _count(*kind, *mine, *urgency),
        "anybodys": _count(*kind, *urgency),
        "any_time": _count(*kind, *mine),
        "any_kind": _count(*mine, *urgency),
        **{str(name): _count(one, *kind, *urgency) for name, one in whose.items()},
        **{str(name): _count(one, *kind, *mine) for name, one in urgencies.items()},
        **{str(name): _count(one, *mine, *urgency) for name, one in kinds.items()},
    }
    # Under names of their own: a count called like a column hides it from the counts after it.
    counted = (
        _found(officer, narrowed)
        .filter(*_when(narrowed.agency_id, agency))
        .aggregate(**{f"{name}_count": count for name, count in wanted.items()})
    )
    counts = {name: counted[f"{name}_count"] for name in wanted}
    by_kind = {one: counts.pop(str(one)) for one in StageKind}
    return QueueCounts(**counts, kinds=by_kind)


def queue_agencies(officer: Officer, narrowed: QueueFilter = QueueFilter()) -> dict[int, int]:
    """How many stages of a queue lie with each agency, whichever agency is chosen. One query."""
    whole = replace(narrowed, agency_id=None)
    return dict(
        queue(officer, whole).order_by().values_list("agency_id").annotate(count=Count("id"))
    )


def _count(*conditions: Q) -> Count:
    both = Q()
    for condition in conditions:
        both &= condition
    return Count("id", filter=both) if both else Count("id")


@dataclass(frozen=True)
class Load:
    """What lies with one agency, or one officer of it."""

    agency_id: int
    assignee_id: int | None
    open: int
    late: int
    soon: int
    waiting: int


def loads(officer: Officer) -> list[Load]:
    """Open, late and soon-late stages by agency and assignee, for a supervisor. One query."""
    today = clock.today()
    soon = soon_until(today, workdays())
    rows = (
        Stage.objects.filter(_reach(officer.posts_as("supervisor")), closed_at__isnull=True)
        .values("agency_id", "assignee_id")
        .annotate(
            open=Count("id"),
            late=Count("id", filter=Q(sort_day__lt=today)),
            soon=Count("id", filter=Q(sort_day__gte=today, sort_day__lte=soon)),
            waiting=Count("id", filter=Q(waiting=True)),
        )
        .order_by("-late", "-soon", "agency_id", F("assignee_id").asc(nulls_last=True))
    )
    return [Load(**row) for row in rows]


def open_stage(case: Case) -> Stage | None:
    """The stage a case stands in now."""
    return case.stages.filter(closed_at__isnull=True).select_related("assignee", "agency").first()


def staff_part(officer: Officer, stage: Stage, wanted: frozenset[Actor]) -> Actor | None:
    """In which of the wanted parts an officer may act on a stage; None if in none."""
    for actor in (Actor.OFFICER, Actor.CLERK):
        if actor in wanted and any(
            post.agency_id in (None, stage.agency_id)
            and stage.region_path.startswith(post.region_path)
            for post in officer.posts_as(actor)
        ):
            return actor
    return None
