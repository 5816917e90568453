"""The basic directory changes: those who offer the item are asked, and answer."""

from __future__ import annotations

import pytest

from tests.case_factories import make_guide, make_offering
from tests.catalogue.test_editing import Desk, desk
from tests.factories import make_agency, make_officer, make_region
from tongban.catalogue.editing import in_work, mark_of, save_draft
from tongban.catalogue.guide import Guide
from tongban.catalogue.models import GuideVersion, Item, Offering, Proposal
from tongban.catalogue.owning import assign, remind
from tongban.catalogue.proposals import counts_of, decline, open_proposals, take_over
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.standards import (
    ItemEdit,
    Standard,
    StandardMaterial,
    change_item,
    edit_of,
)
from tongban.kernel.errors import Refused

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
WHY = {"zh": "修订", "en": "Revised"}


@pytest.fixture
def item(desk: Desk) -> Item:
    """An item that two agencies of the region offer."""
    other = make_offering(make_agency(make_region("990200")))
    other.item.offerings.update(item=desk.offering.item)
    return desk.offering.item


def revised(item: Item, **standard: object) -> ItemEdit:
    edit = edit_of(item)
    return edit.model_copy(update={"standard": Standard.model_validate(standard)})


def test_a_change_is_put_before_those_it_concerns(desk: Desk, item: Item) -> None:
    new = revised(
        item,
        statutory=8,
        materials=[
            {"key": "proof", "name": {"zh": "医学证明"}},
            {"key": "id", "name": {"zh": "身份证"}},
        ],
    )
    with pytest.raises(Refused, match=r"item\.not_yours"):
        change_item(item.pk, new, reason=WHY, seen=edit_of(item), by=desk.wang.officer)
    with pytest.raises(Refused, match=r"item\.not_yours"):
        change_item(item.pk, new, reason=WHY, seen=edit_of(item), by=desk.stranger.officer)
    with pytest.raises(Refused, match=r"item\.say_why"):
        change_item(item.pk, new, reason={}, seen=edit_of(item), by=desk.li.officer)
    assert change_item(item.pk, new, reason=WHY, seen=edit_of(item), by=desk.li.officer) == 2
    item.refresh_from_db()
    with pytest.raises(Refused, match=r"item\.overtaken"):
        change_item(item.pk, new, reason=WHY, seen=ItemEdit(name={}), by=desk.li.officer)
    assert counts_of(item)["open"] == 2
    proposal = open_proposals(desk.offering)[0]
    assert {one.path for one in proposal.parts} == {"limits", "materials.proof", "materials.id"}
    with pytest.raises(Refused, match=r"guide\.not_yours"):
        take_over(proposal.id, by=desk.stranger.officer)
    version = take_over(proposal.id, by=desk.wang.officer)
    guide = guide_of(GuideVersion.objects.get(pk=version.pk))
    assert guide.limits.statutory == 8
    assert [one.name["zh"] for one in guide.materials] == ["医学证明", "身份证"]
    assert guide.materials[0].notes == make_guide().materials[0].notes  # the agency's own stands
    with pytest.raises(Refused, match=r"proposal\.answered"):
        decline(proposal.id, note="不", by=desk.wang.officer)
    assert counts_of(item) == {"open": 1, "taken": 1, "declined": 0}


def test_a_newer_change_takes_up_what_was_not_answered(desk: Desk, item: Item) -> None:
    by = desk.li.officer
    change_item(item.pk, revised(item, statutory=8), reason=WHY, seen=edit_of(item), by=by)
    item.refresh_from_db()
    more = revised(item, statutory=8, basis=[{"title": {"zh": "新法"}, "says": {"zh": "如此"}}])
    change_item(item.pk, more, reason=WHY, seen=edit_of(item), by=by)
    (proposal,) = open_proposals(desk.offering)
    assert {one.path for one in proposal.parts} == {"limits", "basis"}
    assert counts_of(item) == {"open": 2, "taken": 0, "declined": 0}


def test_what_no_longer_applies_says_so(desk: Desk, item: Item) -> None:
    by = desk.li.officer
    change_item(item.pk, revised(item, statutory=8), reason=WHY, seen=edit_of(item), by=by)
    proposal = open_proposals(desk.offering)[0]
    from tongban.catalogue.editing import start_draft

    draft = start_draft(desk.offering.pk, by=desk.wang.officer)
    opened: Guide = guide_of(draft)
    limits = opened.limits.model_dump(mode="json") | {"statutory": 6}
    save_draft(
        draft.pk,
        {"limits": limits},
        seen=mark_of(opened, ["limits"]),
        revision=0,
        by=desk.wang.officer,
    )
    (again,) = open_proposals(desk.offering)
    assert not again.applies
    assert again.parts[0].standing == "overtaken"
    with pytest.raises(Refused, match=r"proposal\.overtaken"):
        take_over(proposal.id, by=desk.wang.officer)
    with pytest.raises(Refused, match=r"proposal\.say_why"):
        decline(proposal.id, note=" ", by=desk.wang.officer)
    decline(proposal.id, note="我们更快", by=desk.wang.officer)
    assert Proposal.objects.get(pk=proposal.id).answer_note == "我们更快"
    assert in_work(desk.offering.pk) is not None


def test_names_and_topics_hold_at_once(desk: Desk, item: Item) -> None:
    edit = edit_of(item).model_copy(
        update={"name": {"zh": "新名称", "en": "New name"}, "themes": ("marriage",)}
    )
    Offering.objects.filter(item=item).update(name=item.name)
    change_item(item.pk, edit, reason=WHY, seen=edit_of(item), by=desk.li.officer)
    desk.offering.refresh_from_db()
    assert desk.offering.themes == ["marriage"]
    take_over(open_proposals(desk.offering)[0].id, by=desk.wang.officer)
    desk.offering.refresh_from_db()
    assert desk.offering.name["en"] == "New name"
    assert StandardMaterial(key="k", name={"zh": "x"}).issuer == {}


def test_guides_are_handed_to_who_edits_them(desk: Desk) -> None:
    mine, wang = [desk.offering.pk], desk.wang.account.pk
    assert assign(mine, wang, by=desk.li.officer) == 1
    assert assign(mine, wang, by=desk.li.officer) == 0
    clerk = make_officer("clerk", desk.offering.agency)
    for account, by, code in (
        (desk.stranger.account.pk, desk.li, "guide.owner_elsewhere"),
        (clerk.account.pk, desk.li, "guide.owner_elsewhere"),
        (10**9, desk.li, "guide.owner_elsewhere"),
        (desk.stranger.account.pk, desk.stranger, "guide.not_yours"),
    ):
        with pytest.raises(Refused, match=code):
            assign(mine, account, by=by.officer)
    assert remind() == 0
    GuideVersion.objects.filter(offering=desk.offering).update(checked_on="2020-01-01")
    assert remind() == 1
