"""From a draft to the public: by two people, in order, on the day that was planned."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.catalogue.test_editing import MONDAY, Desk, desk, save
from tongban.catalogue.editing import start_draft
from tongban.catalogue.models import EditorAct, GuideVersion
from tongban.catalogue.publishing import guide_of, publish, published_guide, withdraw
from tongban.catalogue.reviewing import approve, send_back, submit
from tongban.catalogue.scheduling import publish_due, withdraw_ended
from tongban.kernel import clock
from tongban.kernel.errors import Refused

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
NOTE = {"zh": "补充说明。", "en": "Notes added."}


def ready(desk: Desk) -> GuideVersion:
    version = start_draft(desk.offering.pk, by=desk.wang.officer)
    save(version, desk.wang, guide_of(version), notes={"zh": "新说明", "en": "New"})
    return submit(version.pk, change_note=NOTE, by=desk.wang.officer)


def test_two_people_and_what_is_in_review_stands(desk: Desk) -> None:
    draft = start_draft(desk.offering.pk, by=desk.wang.officer)
    for code, attempt in {
        "guide.not_reviewed": lambda: publish(draft.pk, by=desk.li.officer),
        "guide.moved_on": lambda: approve(draft.pk, by=desk.li.officer),
        "guide.not_yours": lambda: submit(draft.pk, change_note={}, by=desk.stranger.officer),
    }.items():
        with pytest.raises(Refused, match=code):
            attempt()
    version = ready(desk)
    with pytest.raises(Refused, match=r"guide\.no_draft"):
        save(version, desk.wang, guide_of(version), notes={})
    with pytest.raises(Refused, match=r"guide\.own_work"):
        approve(version.pk, by=desk.wang.officer)
    with pytest.raises(Refused, match=r"guide\.own_work"):
        publish(version.pk, by=desk.wang.officer)
    with pytest.raises(Refused, match=r"guide\.not_yours"):
        approve(version.pk, by=desk.stranger.officer)
    with pytest.raises(Refused, match=r"guide\.say_why"):
        send_back(version.pk, note=" ", by=desk.li.officer)
    send_back(version.pk, note="请写明地址。", by=desk.li.officer)
    version.refresh_from_db()
    assert (version.state, version.review_note) == ("draft", "请写明地址。")
    submit(version.pk, change_note=NOTE, by=desk.wang.officer)
    done = approve(version.pk, by=desk.li.officer)
    assert done.state == "published"
    assert done.reviewed_by_id == desk.li.account.pk
    current = published_guide(desk.offering.pk)
    assert current is not None
    assert guide_of(current).notes["zh"] == "新说明"
    assert list(
        EditorAct.objects.filter(offering=desk.offering)
        .order_by("pk")
        .values_list("act", flat=True)
    ) == ["start", "save", "submit", "send_back", "submit", "approve", "publish"]


def test_one_may_do_where_the_installation_says_so(desk: Desk, settings: Settings) -> None:
    settings.GUIDES_NEED_TWO = False
    assert approve(ready(desk).pk, by=desk.wang.officer).state == "published"


def test_the_day_comes_and_the_last_day_goes(desk: Desk) -> None:
    with clock.freeze(MONDAY):
        version = ready(desk)
        begins = clock.today() + timedelta(days=7)
        with pytest.raises(Refused, match=r"guide\.past_day"):
            approve(version.pk, by=desk.li.officer, effective_on=date(2026, 10, 1))
        with pytest.raises(Refused, match=r"guide\.ends_first"):
            approve(
                version.pk, by=desk.li.officer, effective_on=begins, ends_on=begins - timedelta(1)
            )
        approve(version.pk, by=desk.li.officer, effective_on=begins, ends_on=begins)
        assert publish_due() == 0
    with clock.freeze(MONDAY + timedelta(days=7)):
        assert publish_due() == 1
        assert publish_due() == 0
        assert withdraw_ended() == 0
        desk.offering.refresh_from_db()
        assert desk.offering.current_id == version.pk
    with clock.freeze(MONDAY + timedelta(days=8)):
        assert withdraw_ended() == 1
        desk.offering.refresh_from_db()
        assert desk.offering.withdrawn_at is not None
        assert desk.offering.withdrawn_why["en"]


def test_a_planned_version_gives_way_to_a_newer_one(desk: Desk) -> None:
    version = ready(desk)
    withdraw(desk.offering.pk, why={"zh": "停办"}, by=desk.wang.officer)
    approve(version.pk, by=desk.li.officer, effective_on=clock.today() + timedelta(days=1))
    send_back(version.pk, note="不急", by=desk.wang.officer)
    assert start_draft(desk.offering.pk, by=desk.wang.officer).pk == version.pk
    assert GuideVersion.objects.get(pk=version.pk).effective_on is None


def test_errors_keep_a_guide_back_also_on_its_day(desk: Desk) -> None:
    with clock.freeze(MONDAY):
        version = start_draft(desk.offering.pk, by=desk.wang.officer)
        limits = guide_of(version).limits.model_dump(mode="json")
        save(version, desk.wang, guide_of(version), limits=limits | {"promised": 99})
        submit(version.pk, change_note=NOTE, by=desk.wang.officer)
        for on in (None, clock.today() + timedelta(days=1)):
            with pytest.raises(Refused, match=r"guide\.has_errors"):
                approve(version.pk, by=desk.li.officer, effective_on=on)
        # As if the rule had come after the approval.
        GuideVersion.objects.filter(pk=version.pk).update(
            state="approved", reviewed_at=clock.now(), effective_on=clock.today()
        )
        assert publish_due() == 0
        assert publish_due() == 0
    late = EditorAct.objects.filter(version=version, act="late")
    assert late.count() == 1  # said once
    assert GuideVersion.objects.get(pk=version.pk).state == "approved"
