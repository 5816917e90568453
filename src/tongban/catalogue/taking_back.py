"""A change of many guides taken back as one act, as far as it is not public yet."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.anatomy import gaps
from tongban.catalogue.changing import KINDS
from tongban.catalogue.editing import locked_version
from tongban.catalogue.guide import Guide
from tongban.catalogue.models import DirectoryWork, EditorAct, GuideVersion
from tongban.catalogue.publishing import digest_of, version_fields
from tongban.catalogue.recording import record
from tongban.catalogue.working import Progress, enqueue_work
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

State = GuideVersion.State
_KEPT = 200  # guides left out that are kept by name


def can_be_taken_back(work: DirectoryWork) -> bool:
    """Whether a change is done, can be undone as one act, and was not taken back: one of what
    guides say, or a topic that was removed."""
    if work.state != DirectoryWork.State.DONE or "taken_back" in work.outcome:
        return False
    if work.kind == "topic":
        return bool(work.parameters.get("kind") == "remove_topic")
    return (
        work.kind == "bulk"
        and work.parameters.get("kind") in KINDS
        and work.parameters.get("then") != "publish"
        and bool(work.outcome.get("changed"))
    )


@transaction.atomic
def begin_taking_back(work_id: int, *, by: Officer) -> DirectoryWork:
    """Have the worker take back a change that this editor made. Raises Refused."""
    work = DirectoryWork.objects.select_for_update().filter(pk=work_id, by_id=by.account_id).first()
    if work is None or not can_be_taken_back(work):
        raise Refused("bulk.not_there", _("This change cannot be taken back any more."))
    given: dict[str, Any] = {"kind": "take_back", "of": work.pk}
    if work.kind == "topic":
        given |= {"kind": "restore_topic", "topic": work.parameters["topic"]}
    else:
        given["ids"] = work.parameters["ids"]
    back = DirectoryWork.objects.create(
        kind="topic" if work.kind == "topic" else "undo",
        state=DirectoryWork.State.RUNNING,
        by_id=by.account_id,
        at=clock.now(),
        total=work.outcome["changed"],
        parameters=given,
    )
    work.outcome["taken_back"] = back.pk
    work.save(update_fields=["outcome"])
    enqueue_work(back)
    return back


def run_taking_back(work: DirectoryWork, officer: Officer, progress: Progress) -> dict[str, Any]:
    """Take it back, in the caller's transaction: counts, and what was left out and why.

    A draft that the change began is discarded, one that was there says again what it said. Left
    out is what somebody has saved, approved, published or discarded since.
    """
    counts = {"changed": 0, "unchanged": 0, "left_out": 0}
    refused: list[dict[str, Any]] = []
    ids, of = work.parameters["ids"], work.parameters["of"]
    done = 0
    for start in range(0, len(ids), 200):
        acts = EditorAct.objects.filter(
            offering_id__in=ids[start : start + 200], act="save", facts__work=of
        ).select_related("offering")
        for act in acts.order_by("offering_id"):
            progress(done)
            done += 1
            try:
                with transaction.atomic():
                    _take_back(act, officer)
                counts["changed"] += 1
            except Refused as error:
                counts["left_out"] += 1
                if len(refused) < _KEPT:
                    why = str(error.message)
                    refused.append({"id": act.offering_id, "name": act.offering.name, "why": why})
    return {**counts, "refused": refused}


def _take_back(act: EditorAct, officer: Officer) -> None:
    if act.version_id is None:
        raise Refused("guide.gone", _("Somebody has discarded it."))
    version = locked_version(act.version_id, officer)
    if version.state not in (State.DRAFT, State.REVIEW):
        raise Refused("guide.moved_on", _("It has been approved or published since."))
    if version.revision != act.facts["revision"]:
        raise Refused("guide.moved_on", _("Somebody has changed it since."))
    note = str(_("A change of many guides was taken back."))
    if version.state == State.REVIEW:
        version.state = State.DRAFT
        version.save(update_fields=["state"])
    if "before" not in act.facts:
        record("discard", version.offering_id, by=officer, number=version.number, note=note)
        version.delete()
        return
    guide = Guide.model_validate(act.facts["before"])
    offering = version.offering
    digest = digest_of(offering.name, guide, version.form_id)
    for name, value in version_fields(offering, guide, version.form_id, digest).items():
        setattr(version, name, value)
    version.translated_from = act.facts["translated_from"]
    version.stale = len(gaps(guide, version.translated_from).stale)
    version.revision += 1
    version.changed_at = clock.now()
    version.changed_by_id = officer.account_id
    version.save()
    record(
        "save", version.offering_id, by=officer, version=version, note=note,
        revision=version.revision,
    )  # fmt: skip
