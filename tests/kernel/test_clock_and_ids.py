"""One clock, frozen in one place; identifiers that sort by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tongban.kernel import clock
from tongban.kernel.ids import uuid7


def test_early_morning_in_beijing_is_not_yesterday() -> None:
    with clock.freeze(datetime(2026, 11, 21, 23, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 22)


def test_freezing_ends_with_its_block() -> None:
    before = clock.now()
    with clock.freeze(datetime(2004, 1, 1, tzinfo=UTC)):
        assert clock.now().year == 2004
    assert clock.now() >= before


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.freeze(datetime(2026, 1, 1)):
        pass


def test_identifiers_sort_by_time_and_do_not_repeat() -> None:
    start = datetime(2026, 11, 22, tzinfo=UTC)
    made = []
    for milliseconds in range(50):
        with clock.freeze(start + timedelta(milliseconds=milliseconds)):
            made.append(uuid7())
    assert made == sorted(made)
    assert len(set(made)) == 50
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}
