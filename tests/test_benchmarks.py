"""The benchmarks run from end to end at small sizes. What they measure is nobody's test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings

from benchmarks.figures import median, percentile, table

ROOT = Path(__file__).resolve().parent.parent


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


@pytest.mark.django_db
def test_every_part_runs(tmp_path: Path) -> None:
    database = settings.DATABASES["default"]
    user, name = quote(str(database["USER"])), quote(str(database["NAME"]))
    password = f":{quote(str(database['PASSWORD']))}" if database["PASSWORD"] else ""
    port = f"&port={database['PORT']}" if database["PORT"] else ""
    host = quote(str(database["HOST"]), safe="")
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        env={
            **os.environ,
            "TONGBAN_MODE": "demo",
            "TONGBAN_HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT / "src"),
            "DATABASE_URL": f"postgresql://{user}{password}@/{name}?host={host}{port}",
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    for part in ("Import", "Submit", "Pages"):
        assert f"## {part}" in finished.stdout
