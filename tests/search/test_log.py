"""What people search for: counted, and never whose it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.kernel import clock
from tongban.search.kept import Searched
from tongban.search.log import KEPT_DAYS, forget_old, keepable, record, record_opened, report

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002X",
        "我的身份证 110105 1949 1231 002X 丢了",
        "１３８００１３８０００",
        "call 138-0013-8000",
        "91350100M000100Y43",
        "lin@tongban.example",
        "www.example.org/me",
        "我叫林晓雨，去年三月在湖边区出生的女儿还没有上户口，她爸爸在外地工作，现在应该带什么材料去哪里办理呢",
        "？！…",
        "",
    ],
)
def test_what_may_be_somebodys_is_not_kept(typed: str) -> None:
    assert keepable(typed) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  换 驾照 ", "换 驾照"), ("Renew PASSPORT", "renew passport"), ("12345 热线", "12345 热线")],
)
def test_ordinary_words_are_kept_as_they_are_compared(typed: str, kept: str) -> None:
    assert keepable(typed) == kept


@settings(max_examples=60)
@given(st.text(max_size=60), st.integers(10**5, 10**18), st.text(max_size=60))
def test_long_numbers_are_never_kept(before: str, number: int, after: str) -> None:
    assert str(number) not in keepable(f"{before}{number}{after}")


@pytest.mark.django_db
def test_the_database_refuses_what_the_code_should_not_have_kept() -> None:
    for words in ("电话 13800138000", "138 0013 8000", "a@b"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Searched.objects.create(day=clock.today(), words=words, region_path="", audience="")


@pytest.mark.django_db
def test_searches_of_a_day_become_one_count() -> None:
    with clock.freeze(NOON):
        for found in (3, 0, 2):
            record("护照", found=found, region_path="99/1/")
        record_opened("护照", place=4, region_path="99/1/")
        record_opened("护照", place=1, region_path="99/1/")
        (row,) = Searched.objects.all()
        assert (row.searches, row.nothing, row.clicked, row.positions) == (3, 1, 2, 5)
        (words,) = report().frequent
        assert (words.words, words.place) == ("护照", 2.5)


@pytest.mark.django_db
def test_a_report_shows_rare_words_only_where_nothing_was_found() -> None:
    with clock.freeze(NOON):
        for _ in range(3):
            record("养狗", found=5)
        record("林晓雨", found=1)  # rare, found something: a number
        record("飞船牌照", found=0)  # rare, found nothing: shown, to be mended
        record("13800138000", found=0)
        seen = report()
    assert [one.words for one in seen.frequent] == ["养狗"]
    assert [one.words for one in seen.not_opened] == ["养狗"]
    assert [one.words for one in seen.found_nothing] == ["飞船牌照"]
    assert (seen.searches, seen.nothing, seen.rare, seen.not_kept) == (6, 2, 1, 1)


@pytest.mark.django_db
def test_an_editor_sees_the_searches_of_the_own_region() -> None:
    with clock.freeze(NOON):
        record("水表", found=0, region_path="99/1/12/")
        record("电表", found=0, region_path="99/2/")
        assert [one.words for one in report(region_path="99/1/").found_nothing] == ["水表"]


@pytest.mark.django_db
def test_old_counts_are_forgotten() -> None:
    with clock.freeze(NOON - timedelta(days=KEPT_DAYS + 1)):
        record("旧的", found=1)
    with clock.freeze(NOON):
        record("新的", found=1)
        assert forget_old() == 1
    assert [one.words for one in Searched.objects.all()] == ["新的"]
