"""Drafts: begin one, save it, discard it. A guide has at most one draft in work.

Two editors may have a draft open at once. Each save says what its editor saw of the fields it
changes (`mark_of`): what others saved in other fields stays; what they saved in the same ones is
put before the second editor (`Overtaken`), who then decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.anatomy import digest_of_text, gaps, made_from, texts
from tongban.catalogue.guide import Guide
from tongban.catalogue.models import GuideVersion, Offering
from tongban.catalogue.publishing import digest_of, guide_of, version_fields
from tongban.catalogue.reach import require, within
from tongban.catalogue.recording import record
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused

IN_WORK = (GuideVersion.State.DRAFT, GuideVersion.State.REVIEW, GuideVersion.State.APPROVED)
_NEWER = Q(offering__current__isnull=True) | Q(number__gt=F("offering__current__number"))


class Overtaken(Refused):
    """Somebody else saved the same fields meanwhile. Nothing was saved."""

    def __init__(self, theirs: Guide, by_id: int | None, at: datetime | None, mark: str) -> None:
        super().__init__(
            "guide.overtaken",
            _("A colleague saved this part meanwhile. Compare, then save again."),
        )
        self.theirs = theirs
        self.by_id = by_id
        self.at = at
        self.mark = mark  # of what stands there now: saving with it overwrites knowingly


@dataclass(frozen=True)
class Saved:
    """What a save came to. `others` saved other fields since the editor opened theirs."""

    version: GuideVersion
    changed: bool
    others: bool


def editable(officer: Officer, words: str = "") -> QuerySet[Offering]:
    """The offerings within an officer's posts as editor. Page them by ("sort_key", "id")."""
    found = Offering.objects.filter(within(officer)).select_related("agency", "current")
    if words:
        everyday = Q(item__everyday_names__contains=[words])
        found = found.filter(Q(name__icontains=words) | everyday | Q(code=words))
    return found.defer("current__content")


def in_work(offering_id: int) -> GuideVersion | None:
    """The version being worked on: newer than the current one, and not yet published."""
    return (
        GuideVersion.objects.filter(_NEWER, offering_id=offering_id, state__in=IN_WORK)
        .order_by("-number")
        .first()
    )


def states_in_work(offering_ids: Iterable[int]) -> dict[int, str]:
    """The state of what is being worked on, by offering. One query."""
    rows = GuideVersion.objects.filter(
        _NEWER, state__in=IN_WORK, offering_id__in=list(offering_ids)
    ).order_by("number")
    return dict(rows.values_list("offering_id", "state"))


def mark_of(guide: Guide, fields: Collection[str]) -> str:
    """A mark of what some of a guide's fields say: the same as long as none of them changed."""
    content = guide.model_dump(mode="json", include=set(fields))
    whole = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def same(one: Guide, other: Guide) -> bool:
    """Whether two guides say the same."""
    return one.model_dump(mode="json") == other.model_dump(mode="json")


@transaction.atomic
def start_draft(offering_id: int, *, by: Officer, number: int | None = None) -> GuideVersion:
    """The draft in work, or a new one made from the newest version (from `number`, to undo).

    Raises Refused, also if an old version is wanted while another draft is in work.
    """
    offering = _locked(offering_id, by)
    open_one = in_work(offering_id)
    if open_one is not None:
        if number is not None:
            raise Refused(
                "guide.draft_there",
                _("There is a version %(number)d in work already. Publish or discard it first.")
                % {"number": open_one.number},
            )
        return open_one
    versions = offering.versions.select_related("form")
    base = (
        versions.filter(number=number).first()
        if number is not None
        else versions.order_by("-number").first()
    )
    if number is not None and base is None:
        raise Refused("guide.no_version", _("There is no such version."))
    guide = guide_of(base) if base else Guide(summary={})
    version = new_version(
        offering,
        guide,
        form_id=base.form_id if base else None,
        by=by,
        translated_from=base.translated_from if base else {},
    )
    facts: dict[str, Any] = {"from": number} if number else {}
    record("start", offering_id, by=by, version=version, **facts)
    return version


def new_version(
    offering: Offering,
    guide: Guide,
    *,
    form_id: int | None,
    by: Officer,
    translated_from: Mapping[str, str],
) -> GuideVersion:
    """A draft with the next number, whatever it says. The offering is locked by the caller."""
    sources = {
        path: translated_from.get(path, digest_of_text(text["zh"]))
        for path, text in texts(guide).items()
        if text.get("zh") and text.get("en")
    }
    top = offering.versions.aggregate(top=Max("number"))["top"] or 0
    now = clock.now()
    return GuideVersion.objects.create(
        **version_fields(offering, guide, form_id, digest_of(offering.name, guide, form_id)),
        number=top + 1,
        created_at=now,
        created_by_id=by.account_id,
        changed_at=now,
        changed_by_id=by.account_id,
        translated_from=sources,
        stale=len(gaps(guide, sources).stale),
    )


@transaction.atomic
def save_draft(
    version_id: int,
    changes: Mapping[str, Any],
    *,
    seen: str,
    revision: int,
    by: Officer,
    checked: Collection[str] = (),
) -> Saved:
    """Save some of a draft's fields, given as they stand in the guide's JSON.

    `seen` is the `mark_of` those fields when the editor opened them, `revision` the draft's number
    then; `checked` are paths whose English the editor confirms to fit the Chinese.
    Raises Overtaken, pydantic's ValidationError, and Refused if it is a draft no longer.
    """
    version = drafted(version_id, by)
    theirs = guide_of(version)
    if mark_of(theirs, changes) != seen:
        raise Overtaken(theirs, version.changed_by_id, version.changed_at, mark_of(theirs, changes))
    guide = Guide.model_validate(theirs.model_dump(mode="json") | dict(changes))
    others = version.revision != revision
    changed = put(version, guide, by=by, checked=checked, note=", ".join(sorted(changes)))
    return Saved(version, changed, others)


def put(
    version: GuideVersion,
    guide: Guide,
    *,
    by: Officer,
    checked: Collection[str] = (),
    note: str = "",
    **facts: Any,
) -> bool:
    """Write a whole guide into a locked draft as its next revision; False if nothing changed.

    `facts` are kept with the record of the act.
    """
    before = guide_of(version)
    sources = made_from(guide, before, version.translated_from)
    all_texts = texts(guide)
    sources |= {
        path: digest_of_text(all_texts[path]["zh"])
        for path in checked
        if path in sources and all_texts[path].get("zh")
    }
    if same(before, guide) and sources == version.translated_from:
        return False
    offering = version.offering
    fields = version_fields(
        offering, guide, version.form_id, digest_of(offering.name, guide, version.form_id)
    )
    for name, value in fields.items():
        setattr(version, name, value)
    version.translated_from = sources
    version.stale = len(gaps(guide, sources).stale)
    version.revision += 1
    version.changed_at = clock.now()
    version.changed_by_id = by.account_id
    version.save()
    record(
        "save", offering.pk, by=by, version=version, note=note, revision=version.revision, **facts
    )
    return True


@transaction.atomic
def discard_draft(version_id: int, *, by: Officer) -> None:
    """Throw a draft away. Raises Refused for what is a draft no longer."""
    version = drafted(version_id, by)
    record("discard", version.offering_id, by=by, number=version.number)
    version.delete()


@transaction.atomic
def confirm_translations(version_id: int, paths: Collection[str], *, by: Officer) -> int:
    """Say of translations that they fit, in a draft or in the published guide; how many.

    Raises Refused.
    """
    version = locked_version(version_id, by)
    guide = guide_of(version)
    found = texts(guide)
    stale = set(gaps(guide, version.translated_from).stale) & set(paths)
    if not stale:
        return 0
    version.translated_from |= {path: digest_of_text(found[path]["zh"]) for path in stale}
    version.stale = len(gaps(guide, version.translated_from).stale)
    version.save(update_fields=["translated_from", "stale"])
    record("translate", version.offering_id, by=by, version=version, paths=sorted(stale))
    return len(stale)


@transaction.atomic
def confirm_checked(offering_ids: Collection[int], *, by: Officer) -> int:
    """Note that an editor looked at the published guides today and nothing has to change."""
    own = Offering.objects.filter(within(by), pk__in=offering_ids, current__isnull=False)
    found = list(own.values_list("pk", "current_id"))
    GuideVersion.objects.filter(pk__in=[version for _pk, version in found]).update(
        checked_on=clock.today(), checked_by_id=by.account_id
    )
    for offering_id, _version in found:
        record("check", offering_id, by=by)
    return len(found)


def locked_version(version_id: int, by: Officer) -> GuideVersion:
    """A version with its offering, locked. Raises Refused if it is not the officer's."""
    version = (
        GuideVersion.objects.select_for_update(of=("self",))
        .select_related("offering__item")
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise Refused("guide.gone", _("That version is gone: somebody has discarded it."))
    require(version.offering, by)
    return version


def _locked(offering_id: int, by: Officer) -> Offering:
    offering = Offering.objects.select_for_update(of=("self",)).get(pk=offering_id)
    require(offering, by)
    return offering


def drafted(version_id: int, by: Officer) -> GuideVersion:
    """A draft with its offering, locked. Raises Refused if it is one no longer, or not theirs."""
    version = locked_version(version_id, by)
    if version.state != GuideVersion.State.DRAFT:
        raise Refused(
            "guide.no_draft",
            _("This version is no longer a draft. To change it, have it sent back first."),
        )
    return version
