"""What takes long to count is counted by one reader, and told to the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from tongban.kernel import clock
from tongban.kernel.counted import counted

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.clear()


def test_who_asks_while_another_counts_is_told_what_there_was() -> None:
    told: list[int] = []

    def slow() -> int:
        told.append(counted("n", lambda: pytest.fail("counted twice"), fresh=60))
        return 2

    with clock.freeze(NOW):
        assert counted("n", lambda: 1, fresh=60) == 1
        assert counted("n", slow, fresh=60) == 1
    with clock.freeze(LATER):
        assert counted("n", slow, fresh=60) == 2
        assert counted("n", lambda: 3, fresh=60) == 2
    assert told == [1]


def test_a_count_that_failed_is_made_again_and_small_ones_are_not_kept() -> None:
    with clock.freeze(NOW):
        assert counted("n", lambda: 1, fresh=60) == 1
    with clock.freeze(LATER):
        with pytest.raises(ZeroDivisionError):
            counted("n", lambda: 1 // 0, fresh=60)
        assert counted("n", lambda: 4, fresh=60, worth=lambda n: n > 9) == 4
        assert counted("n", lambda: 5, fresh=60, worth=lambda n: n > 9) == 5
