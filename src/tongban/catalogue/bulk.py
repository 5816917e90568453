"""Change many guides at once: looked at first, then done in one transaction by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from tongban.catalogue.changing import AROUND, KINDS, BulkChange, applied
from tongban.catalogue.complaints import complaints_of
from tongban.catalogue.differences import Change, differences
from tongban.catalogue.editing import (
    confirm_checked,
    in_work,
    locked_version,
    new_version,
    put,
    same,
)
from tongban.catalogue.guide import Guide
from tongban.catalogue.indexing import reindex
from tongban.catalogue.linting.checking import check_guide
from tongban.catalogue.linting.findings import FindingView
from tongban.catalogue.models import DirectoryWork, GuideVersion, Item, Offering, Theme
from tongban.catalogue.owning import assign
from tongban.catalogue.publishing import authors_of, guide_of, publish
from tongban.catalogue.reach import require_item, within
from tongban.catalogue.reviewing import approve, needs_two, submit
from tongban.catalogue.working import Progress, enqueue_work
from tongban.catalogue.worklist import GuideFilter, worklist
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

MOST = 5000
KEPT = 200  # refusals kept by name

State = GuideVersion.State


@dataclass(frozen=True)
class BulkRow:
    """What a change would do to one guide. `problem`: why it would be left out."""

    offering: Offering
    changes: Sequence[Change] = ()
    findings: Sequence[FindingView] = ()  # those that the change would cause
    problem: str = ""

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
    """What the change would do to each of some guides. Nothing is written."""
    return [_previewed(one, change, officer) for one in offerings]


def _previewed(offering: Offering, change: BulkChange, officer: Officer) -> BulkRow:
    if change.kind in AROUND:
        return BulkRow(offering, problem=_problem_around(offering, change, officer))
    version = base_of(offering)
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
    if not changes:
        return BulkRow(offering)
    return BulkRow(offering, changes, _caused(offering, version, before, after))


def _problem_around(offering: Offering, change: BulkChange, officer: Officer) -> str:
    if change.kind == "approve":
        version = in_work(offering.pk)
        if version is None or version.state != State.REVIEW:
            return str(_("It is not in review."))
        if needs_two() and officer.account_id in authors_of(version):
            return str(_("You wrote this version. A colleague has to approve it."))
    if change.kind == "checked" and offering.current_id is None:
        return str(_("Only a published guide can be checked."))
    if change.kind in ("add_theme", "remove_theme"):
        try:
            require_item(offering.item, officer)
        except Refused as refusal:
            return str(refusal.message)
    return ""


def _caused(
    offering: Offering, version: GuideVersion, before: Guide, after: Guide
) -> list[FindingView]:
    def check(guide: Guide) -> list[FindingView]:
        return check_guide(
            offering, guide, form_id=version.form_id, translated_from=version.translated_from
        )

    known = {(one.rule, one.place) for one in check(before)}
    return [one for one in check(after) if (one.rule, one.place) not in known]


def base_of(offering: Offering) -> GuideVersion | None:
    """What a change is made to: what is in work, else what is published, else the newest."""
    found = in_work(offering.pk)
    if found is None and offering.current_id is not None:
        found = GuideVersion.objects.get(pk=offering.current_id)
    return found or offering.versions.order_by("-number").first()


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
    for offering in _locked(given["ids"], officer, progress):
        try:
            with transaction.atomic():
                done = _change(offering, change, given, officer)
            counts["changed" if done else "unchanged"] += 1
        except (Refused, ValidationError) as error:
            counts["left_out"] += 1
            if len(refused) < KEPT:
                refused.append({"id": offering.pk, "name": offering.name, "why": _why(error)})
    return {**counts, "refused": refused}


def _change(
    offering: Offering, change: BulkChange, given: dict[str, Any], officer: Officer
) -> bool:
    base = base_of(offering)
    if base is None:
        raise Refused("guide.no_version", _("It has no guide yet."))
    if base.state in (State.REVIEW, State.APPROVED):
        raise Refused("guide.no_draft", _("It is in review: have it sent back first."))
    before = guide_of(base)
    guide = applied(before, change)
    if same(before, guide):
        return False
    if base.state == State.DRAFT:
        version = locked_version(base.pk, officer)
    else:
        version = new_version(
            offering,
            before,
            form_id=base.form_id,
            by=officer,
            translated_from=base.translated_from,
        )
    put(version, guide, by=officer, note=given["reason"].get("zh", ""))
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
    for offering in _locked(ids, officer, progress):
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
        try:
            require_item(item, officer)
        except Refused as error:
            counts["left_out"] += 1
            refused.append({"id": None, "name": item.name, "why": _why(error)})
            continue
        item.themes = [*item.themes, code] if not has else [t for t in item.themes if t != code]
        item.save(update_fields=["themes"])
        offerings = Offering.objects.filter(item=item)
        offerings.update(themes=item.themes)
        reindex(offerings.values_list("pk", flat=True))
        counts["changed"] += 1
    return {**counts, "refused": refused[:KEPT]}


def _locked(ids: Sequence[int], officer: Officer, progress: Progress) -> Iterator[Offering]:
    """The officer's offerings among `ids`, locked, a batch at a time."""
    for start in range(0, len(ids), 200):
        rows = (
            Offering.objects.select_for_update(of=("self",))
            .filter(within(officer), pk__in=ids[start : start + 200])
            .select_related("item")
            .order_by("pk")
        )
        for at, offering in enumerate(rows):
            progress(start + at)
            yield offering


def _why(error: Refused | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(one.words for one in complaints_of(error))
    return str(error.message)
