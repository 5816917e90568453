"""The arithmetic of the benchmarks. All of them run at toy sizes in `.ci/run`."""

from __future__ import annotations

from benchmarks.figures import median, percentile, table


def test_percentiles_are_values_that_occurred() -> None:
    times = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert median(times) == 3.0
    assert percentile(times, 0.95) == 5.0
    assert percentile(times, 0.2) == 1.0
    assert percentile([7.0], 0.5) == 7.0


def test_tables_are_aligned() -> None:
    assert table(["a", "long"], [["wide", "1"]]) == (
        "| a    | long |\n|------|------|\n| wide | 1    |"
    )
