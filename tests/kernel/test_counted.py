"""What takes long to count is counted by one reader, and told to the others."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tongban.kernel.counted import counted

KEY = "counted-test"


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.clear()


def test_who_asks_while_another_counts_is_told_what_there_was() -> None:
    told: list[int] = []

    def slow() -> int:
        told.append(counted(KEY, lambda: pytest.fail("counted twice"), fresh=60))
        return 2

    assert counted(KEY, lambda: 1, fresh=0) == 1
    assert counted(KEY, slow, fresh=60) == 2
    assert told == [1]
    assert counted(KEY, lambda: 3, fresh=60) == 2


def test_a_count_that_failed_is_made_again_and_small_ones_are_not_kept() -> None:
    assert counted(KEY, lambda: 1, fresh=0) == 1
    with pytest.raises(ZeroDivisionError):
        counted(KEY, lambda: 1 // 0, fresh=0)
    assert counted(KEY, lambda: 4, fresh=60, worth=lambda n: n > 9) == 4
    assert counted(KEY, lambda: 5, fresh=60, worth=lambda n: n > 9) == 5
