"""Change many guides at once: looked at first, then done in one transaction by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from tongban.catalogue.changing import AROUND, KINDS, BulkChange, applied
from tongban.catalogue.complaints import complaints_of
from tongban.catalogue.differences import Change, differences
from tongban.catalogue.editing import (
    IN_WORK,
    confirm_checked,
    in_work,
    locked_version,
    new_version,
    put,
    same,
)
from tongban.catalogue.guide import Guide
from tongban.catalogue.indexing import reindex
from tongban.catalogue.linting.checking import ToCheck, check_guides
from tongban.catalogue.linting.findings import FindingView
from tongban.catalogue.models import DirectoryWork, GuideVersion, Item, Offering, Theme
from tongban.catalogue.owning import assign
from tongban.catalogue.publishing import authors_of, guide_of, publish
from tongban.catalogue.reach import item_refusal, not_wholly_of, within
from tongban.catalogue.reviewing import approve, needs_two, note_rehearsal, submit
from tongban.catalogue.working import Progress, enqueue_work
from tongban.catalogue.worklist import GuideFilter, worklist
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

MOST = 5000
KEPT = 200  # refusals kept by name

State = GuideVersion.State


@dataclass
class BulkRow:
    """What a change would do to one guide. `problem`: why it would be left out."""

    offering: Offering
    changes: Sequence[Change] = ()
    findings: Sequence[FindingView] = ()  # those that the change would cause
    problem: str = ""
    guides: tuple[Guide, Guide] | None = None  # before and after

    @property
    def changed(self) -> bool:
        return bool(self.changes)


def chosen(officer: Officer, narrowed: GuideFilter) -> list[int]:
    """The guides that fit, by id. Raises Refused if there are too many or none."""
    ids = list(worklist(officer, narrowed).order_by().values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refused("bulk.none", _("No guide of yours fits these filters."))
    if len(ids) > MOST:
        raise Refused(
            "bulk.too_many",
            _("These are more than %(most)d guides. Narrow the filters, and do it in parts.")
            % {"most": MOST},
        )
    return ids


def previewed(offerings: Sequence[Offering], change: BulkChange, officer: Officer) -> list[BulkRow]:
    """What the change would do to each of some guides. Nothing is written.

    The offerings come with their items. A handful of queries, however many guides.
    """
    if change.kind in ("add_theme", "remove_theme"):
        return _previewed_themes(offerings, officer)
    bases = bases_of(offerings)
    if change.kind in AROUND:
        return [
            BulkRow(one, problem=_problem_around(one, bases.get(one.pk), change, officer))
            for one in offerings
        ]
    rows = [_previewed(one, bases.get(one.pk), change) for one in offerings]
    checked = [one for one in rows if one.guides is not None]
    asked = [
        ToCheck(one.offering, guide, bases[one.offering.pk].form_id,
                bases[one.offering.pk].translated_from)
        for one in checked for guide in one.guides or ()
    ]  # fmt: skip
    found = iter(check_guides(asked) if asked else [])
    for one in checked:
        known = {(finding.rule, finding.place) for finding in next(found)}
        one.findings = [f for f in next(found) if (f.rule, f.place) not in known]
    return rows


def _previewed(offering: Offering, version: GuideVersion | None, change: BulkChange) -> BulkRow:
    if version is None:
        return BulkRow(offering, problem=str(_("It has no guide yet.")))
    if version.state in (State.REVIEW, State.APPROVED):
        return BulkRow(offering, problem=str(_("It is in review: have it sent back first.")))
    before = guide_of(version)
    try:
        after = applied(before, change)
    except ValidationError as error:
        return BulkRow(offering, problem="; ".join(one.words for one in complaints_of(error)))
    changes = differences(before, after)
    return BulkRow(offering, changes, guides=(before, after)) if changes else BulkRow(offering)


def _problem_around(
    offering: Offering, version: GuideVersion | None, change: BulkChange, officer: Officer
) -> str:
    if change.kind == "approve":
        if version is None or version.state != State.REVIEW:
            return str(_("It is not in review."))
        if needs_two() and officer.account_id in authors_of(version):
            return str(_("You wrote this version. A colleague has to approve it."))
    if change.kind == "checked" and offering.current_id is None:
        return str(_("Only a published guide can be checked."))
    return ""


def _previewed_themes(offerings: Sequence[Offering], officer: Officer) -> list[BulkRow]:
    items = {one.item_id: one.item for one in offerings}
    foreign = not_wholly_of(items, officer)
    return [
        BulkRow(one, problem=str(item_refusal().message) if one.item_id in foreign else "")
        for one in offerings
    ]


def base_of(offering: Offering) -> GuideVersion | None:
    """What a change is made to: what is in work, else what is published, else the newest."""
    return bases_of([offering]).get(offering.pk)


def bases_of(offerings: Iterable[Offering]) -> dict[int, GuideVersion]:
    """`base_of` each offering that has one, by its id. One query, however many."""
    is_open = Q(state__in=IN_WORK) & Q(number__gt=Coalesce("offering__current__number", 0))
    rows = (
        GuideVersion.objects.filter(offering_id__in=[one.pk for one in offerings])
        .annotate(
            place=Case(When(is_open, then=0), When(pk=F("offering__current_id"), then=1), default=2)
        )
        .order_by("offering_id", "place", "-number")
        .distinct("offering_id")
    )
    return {one.offering_id: one for one in rows}


@transaction.atomic
def begin_bulk(
    officer: Officer,
    narrowed: GuideFilter,
    change: BulkChange,
    *,
    reason: dict[str, str],
    then: str,
) -> DirectoryWork:
    """Have the worker make a change to all guides that fit now. Raises Refused.

    `then`: "draft", "submit" for review, or "publish", where one editor may do so alone.
    """
    if change.kind not in (*KINDS, *AROUND):
        raise Refused("bulk.kind", _("There is no such change."))
    if not any(reason.values()):
        raise Refused("bulk.say_why", _("Say why: it stands in each guide’s history."), "reason")
    if then == "publish" and needs_two():
        raise Refused("bulk.review_first", _("What you change is reviewed by a colleague first."))
    ids = chosen(officer, narrowed)
    work = DirectoryWork.objects.create(
        kind="bulk",
        state=DirectoryWork.State.RUNNING,
        by_id=officer.account_id,
        at=clock.now(),
        total=len(ids),
        parameters={
            "kind": change.kind,
            "values": dict(change.values),
            "reason": reason,
            "then": then,
            "ids": ids,
        },
    )
    enqueue_work(work)
    return work


def run_bulk(work: DirectoryWork, officer: Officer, progress: Progress) -> dict[str, Any]:
    """Make the change, in the caller's transaction: counts, and what was left out and why."""
    given = work.parameters
    change = BulkChange(given["kind"], given["values"])
    if change.kind in AROUND:
        return _run_around(given["ids"], change, officer, progress)
    counts = {"changed": 0, "unchanged": 0, "left_out": 0}
    refused: list[dict[str, Any]] = []
    for offering, base in _locked(given["ids"], officer, progress):
        if given["then"] != "draft" and base is not None:
            note_rehearsal(base)
        try:
            with transaction.atomic():
                done = _change(offering, base, change, work, officer)
            counts["changed" if done else "unchanged"] += 1
        except (Refused, ValidationError) as error:
            counts["left_out"] += 1
            if len(refused) < KEPT:
                refused.append({"id": offering.pk, "name": offering.name, "why": _why(error)})
    return {**counts, "refused": refused}


def _change(
    offering: Offering,
    base: GuideVersion | None,
    change: BulkChange,
    work: DirectoryWork,
    officer: Officer,
) -> bool:
    given = work.parameters
    if base is None:
        raise Refused("guide.no_version", _("It has no guide yet."))
    if base.state in (State.REVIEW, State.APPROVED):
        raise Refused("guide.no_draft", _("It is in review: have it sent back first."))
    before = guide_of(base)
    guide = applied(before, change)
    if same(before, guide):
        return False
    # What it takes to take the change back: `taking_back`.
    facts: dict[str, Any] = {"work": work.pk}
    if base.state == State.DRAFT:
        version = locked_version(base.pk, officer)
        facts["before"] = base.content
        facts["translated_from"] = base.translated_from
    else:
        version = new_version(
            offering,
            before,
            form_id=base.form_id,
            by=officer,
            translated_from=base.translated_from,
        )
    put(version, guide, by=officer, note=given["reason"].get("zh", ""), **facts)
    if given["then"] in ("submit", "publish"):
        submit(version.pk, change_note=given["reason"], by=officer)
    if given["then"] == "publish":
        publish(version.pk, by=officer)
    return True


def _run_around(
    ids: Sequence[int], change: BulkChange, officer: Officer, progress: Progress
) -> dict[str, Any]:
    if change.kind == "owner":
        account = int(change.values["owner"]) if change.values.get("owner") else None
        changed = assign(ids, account, by=officer)
    elif change.kind == "checked":
        changed = confirm_checked(ids, by=officer)
    elif change.kind == "approve":
        return _each(ids, officer, progress, _approve)
    else:
        return _run_themes(ids, change, officer)
    return {"changed": changed, "unchanged": len(ids) - changed, "left_out": 0, "refused": []}


def _each(
    ids: Sequence[int],
    officer: Officer,
    progress: Progress,
    act: Callable[[Offering, Officer], None],
) -> dict[str, Any]:
    counts = {"changed": 0, "unchanged": 0, "left_out": 0}
    refused = []
    for offering, _base in _locked(ids, officer, progress):
        try:
            with transaction.atomic():
                act(offering, officer)
            counts["changed"] += 1
        except Refused as error:
            counts["left_out"] += 1
            refused.append({"id": offering.pk, "name": offering.name, "why": _why(error)})
    return {**counts, "refused": refused[:KEPT]}


def _approve(offering: Offering, officer: Officer) -> None:
    version = in_work(offering.pk)
    if version is None or version.state != State.REVIEW:
        raise Refused("guide.not_in_review", _("It is not in review."))
    approve(version.pk, by=officer)


def _run_themes(ids: Sequence[int], change: BulkChange, officer: Officer) -> dict[str, Any]:
    """Themes are the item's: they change for everybody who offers it, if all are the officer's."""
    code = change.values.get("theme", "")
    if not Theme.objects.filter(pk=code).exists():
        raise Refused("bulk.no_theme", _("There is no such topic."))
    counts = {"changed": 0, "unchanged": 0, "left_out": 0}
    refused = []
    items = Offering.objects.filter(within(officer), pk__in=ids).values("item_id")
    for item in Item.objects.select_for_update().filter(pk__in=items).order_by("pk"):
        has = code in item.themes
        if has == (change.kind == "add_theme"):
            counts["unchanged"] += 1
            continue
        if not_wholly_of([item.pk], officer):
            counts["left_out"] += 1
            refused.append({"id": None, "name": item.name, "why": _why(item_refusal())})
            continue
        item.themes = [*item.themes, code] if not has else [t for t in item.themes if t != code]
        item.save(update_fields=["themes"])
        offerings = Offering.objects.filter(item=item)
        offerings.update(themes=item.themes)
        reindex(offerings.values_list("pk", flat=True))
        counts["changed"] += 1
    return {**counts, "refused": refused[:KEPT]}


def _locked(
    ids: Sequence[int], officer: Officer, progress: Progress
) -> Iterator[tuple[Offering, GuideVersion | None]]:
    """The officer's offerings among `ids`, locked, each with its base, a batch at a time."""
    for start in range(0, len(ids), 200):
        rows = list(
            Offering.objects.select_for_update(of=("self",))
            .filter(within(officer), pk__in=ids[start : start + 200])
            .select_related("item")
            .order_by("pk")
        )
        bases = bases_of(rows)
        for at, offering in enumerate(rows):
            progress(start + at)
            yield offering, bases.get(offering.pk)


def _why(error: Refused | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(one.words for one in complaints_of(error))
    return str(error.message)
