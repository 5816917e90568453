"""Drafts, two editors on one guide, translations that fall behind, who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_factories import make_guide, make_offering
from tests.factories import OfficerRows, make_agency, make_calendar, make_officer, make_region
from tongban.catalogue import anatomy
from tongban.catalogue.editing import (
    Overtaken,
    confirm_checked,
    confirm_translations,
    discard_draft,
    in_work,
    mark_of,
    save_draft,
    start_draft,
)
from tongban.catalogue.guide import Guide
from tongban.catalogue.models import EditorAct, GuideVersion, Offering
from tongban.catalogue.publishing import guide_of
from tongban.kernel import clock
from tongban.kernel.errors import Refused

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Desk:
    offering: Offering
    wang: OfficerRows
    li: OfficerRows
    stranger: OfficerRows


@pytest.fixture
def desk(db: None) -> Desk:
    make_calendar()
    whole = make_region()
    city, elsewhere = make_region("990100", parent=whole), make_region("990200", parent=whole)
    agency = make_agency(city)
    return Desk(
        offering=make_offering(agency),
        wang=make_officer("editor", agency, name="王编辑"),
        li=make_officer("editor", region=whole, name="李编辑"),
        stranger=make_officer("editor", region=elsewhere, name="外市编辑"),
    )


def save(
    version: GuideVersion, who: OfficerRows, seen: Guide, revision: int = 0, **changes: object
):
    return save_draft(
        version.pk, changes, seen=mark_of(seen, changes), revision=revision, by=who.officer
    )


def test_one_draft_is_worked_on_by_two(desk: Desk) -> None:
    version = start_draft(desk.offering.pk, by=desk.wang.officer)
    assert start_draft(desk.offering.pk, by=desk.li.officer).pk == version.pk
    opened = guide_of(version)
    saved = save(version, desk.wang, opened, notes={"zh": "王的说明"})
    assert saved.changed
    assert not saved.others
    # Another part: both stand. The same part: the second one is told, and may insist.
    saved = save(version, desk.li, opened, consult_phone="0990-5550199")
    assert saved.others
    assert saved.version.revision == 2
    with pytest.raises(Overtaken) as told:
        save(version, desk.li, opened, notes={"zh": "李的说明"})
    assert told.value.by_id == desk.li.account.pk or told.value.by_id == desk.wang.account.pk
    assert told.value.theirs.notes == {"zh": "王的说明"}
    saved = save_draft(
        version.pk,
        {"notes": {"zh": "李的说明"}},
        seen=told.value.mark,
        revision=2,
        by=desk.li.officer,
    )
    after = guide_of(GuideVersion.objects.get(pk=version.pk))
    assert (after.notes, after.consult_phone) == ({"zh": "李的说明"}, "0990-5550199")
    acts = EditorAct.objects.filter(offering=desk.offering, act="save").order_by("pk")
    assert [(one.by_id, one.note) for one in acts] == [
        (desk.wang.account.pk, "notes"),
        (desk.li.account.pk, "consult_phone"),
        (desk.li.account.pk, "notes"),
    ]


def test_only_one_s_own_guides(desk: Desk) -> None:
    with pytest.raises(Refused, match=r"guide\.not_yours"):
        start_draft(desk.offering.pk, by=desk.stranger.officer)
    version = start_draft(desk.offering.pk, by=desk.wang.officer)
    for attempt in (
        lambda: save(version, desk.stranger, guide_of(version), notes={"zh": "x"}),
        lambda: discard_draft(version.pk, by=desk.stranger.officer),
        lambda: confirm_translations(version.pk, ["summary"], by=desk.stranger.officer),
    ):
        with pytest.raises(Refused, match=r"guide\.not_yours"):
            attempt()
    assert confirm_checked([desk.offering.pk], by=desk.stranger.officer) == 0
    assert confirm_checked([desk.offering.pk], by=desk.wang.officer) == 1


def test_undo_is_a_new_draft_of_an_old_version(desk: Desk) -> None:
    with clock.freeze(MONDAY):
        version = start_draft(desk.offering.pk, by=desk.wang.officer, number=1)
        with pytest.raises(Refused, match=r"guide\.draft_there"):
            start_draft(desk.offering.pk, by=desk.li.officer, number=1)
        discard_draft(version.pk, by=desk.li.officer)
    assert in_work(desk.offering.pk) is None
    with pytest.raises(Refused, match=r"guide\.no_version"):
        start_draft(desk.offering.pk, by=desk.wang.officer, number=77)
    assert start_draft(desk.offering.pk, by=desk.wang.officer, number=1).number == 2


def test_english_falls_behind_until_somebody_looks(desk: Desk) -> None:
    version = start_draft(desk.offering.pk, by=desk.wang.officer)
    opened = guide_of(version)
    new = {"zh": "给新生儿登记户口，当天办好。", "en": opened.summary["en"]}
    saved = save(version, desk.wang, opened, summary=new).version
    assert saved.stale == 1
    assert confirm_translations(version.pk, ["summary", "nonsense"], by=desk.li.officer) == 1
    assert GuideVersion.objects.get(pk=version.pk).stale == 0
    saved = save(
        version, desk.wang, guide_of(saved), summary=new, notes={"zh": "只有中文"}, revision=1
    ).version
    saved.refresh_from_db()
    assert (saved.stale, saved.untranslated) == (0, 1)  # counted by the database


WORDS = st.text("甲乙丙abc ", min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5, unique_by=lambda pair: pair[1]),
    st.randoms(),
)
def test_moving_parts_makes_no_translation_stale(
    pairs: list[tuple[str, str]], chance: object
) -> None:
    def guide(rows: list[tuple[str, str]]) -> Guide:
        return make_guide(conditions=[{"text": {"zh": zh, "en": en}} for zh, en in rows])

    before = guide(pairs)
    sources = anatomy.made_from(before, before, {})
    moved = list(pairs)
    chance.shuffle(moved)  # type: ignore[attr-defined]
    after = anatomy.made_from(guide(moved), before, sources)
    assert anatomy.gaps(guide(moved), after).stale == ()
    changed = [(zh + "改", en) for zh, en in moved]
    assert len(anatomy.gaps(guide(changed), after).stale) == len(pairs)
