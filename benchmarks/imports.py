"""(a) Items imported per second, against a bare COPY of the same rows."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.figures import median, say, table
from benchmarks.made_up import GUANGDONG, JIANGSU, write_catalogue


@dataclass(frozen=True)
class Sizes:
    small: int = GUANGDONG
    large: int = JIANGSU


def run(url: str, real: Path | None, sizes: Sizes, folder: Path) -> str:
    """Import each file into the database at `url`; a table of the figures."""
    files = [(f"{sizes.small:,} made up", write_catalogue(folder / "small.csv", sizes.small))]
    if real is not None:
        files[0] = ("2,262 real (Guangdong)", real)
    files.append((f"{sizes.large:,} made up", write_catalogue(folder / "large.csv", sizes.large)))
    rows = [_one(url, words, path, folder) for words, path in files]
    return table(
        [
            "rows", "file", "COPY", "first import", "rows/s", "COPY ÷ import", "again, unchanged",
            "1 % changed", "peak memory",
        ],
        rows,
    )  # fmt: skip


def _one(url: str, words: str, path: Path, folder: Path) -> list[str]:
    say(f"import: {words}")
    copied = median([_copy(url, path) for _ in range(3)])
    first = _import(path)
    again = _import(path)
    changed = _import(_changed(path, folder / "changed.csv"))
    _import(path)  # leave it as the file has it
    count = first["rows"]
    assert again["unchanged"] == count, (first, again)
    return [
        words,
        f"{path.stat().st_size / 1e6:.1f} MB",
        f"{copied:.2f} s",
        f"{first['seconds']:.1f} s ({first['cpu']:.1f} s CPU)",
        f"{count / first['seconds']:,.0f}",
        f"1 : {first['seconds'] / copied:.0f}",
        f"{again['seconds']:.1f} s ({again['cpu']:.1f} s CPU)",
        f"{changed['seconds']:.1f} s ({changed['cpu']:.1f} s CPU; {changed['changed']:,})",
        f"{first['megabytes']:.0f} MB",
    ]


def _copy(url: str, path: Path) -> float:
    """Seconds for COPY of the file into a table of text columns without index, committed."""
    with path.open(newline="", encoding="utf-8") as file:
        columns = ", ".join(f'"{name}" text' for name in next(csv.reader(file)))
    started = 0.0
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare ({columns})")
        connection.commit()
        started = time.perf_counter()
        statement = "COPY bare FROM STDIN (FORMAT csv, HEADER)"
        with connection.cursor().copy(statement) as copy, path.open("rb") as source:
            while chunk := source.read(1 << 16):
                copy.write(chunk)
        connection.commit()
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE bare")
    return seconds


def _changed(path: Path, to: Path) -> Path:
    """The file with a new condition in every hundredth row."""
    with (
        path.open(newline="", encoding="utf-8") as source,
        to.open("w", newline="", encoding="utf-8") as file,
    ):
        reader = csv.DictReader(source)
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        for number, row in enumerate(reader):
            if number % 100 == 0:
                row["accept_condition"] += "另有规定的，从其规定。"
            writer.writerow(row)
    return to


def _import(path: Path) -> dict[str, float]:
    """Import in a process of its own, as the command does, so that its memory can be read."""
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports", str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(result.stdout)
    say(f"  {path.name}: {figures}")
    return figures


def _main(path: Path) -> None:
    import django

    django.setup()
    from tongban.catalogue.importing.importer import SOURCES, import_items
    from tongban.catalogue.importing.problems import Problems

    started, cpu = time.perf_counter(), time.process_time()
    problems = Problems()
    outcome = import_items(path, SOURCES["gd"], problems)
    seconds = time.perf_counter() - started
    if not outcome.done:
        sys.exit(f"not imported: {[vars(kind) for kind in problems.kinds.values()]}")
    # Linux counts kilobytes, macOS bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    print(
        json.dumps(
            {
                "rows": outcome.rows,
                "seconds": round(seconds, 3),
                "cpu": round(time.process_time() - cpu, 3),
                "new": outcome.counts.new,
                "changed": outcome.counts.changed,
                "unchanged": outcome.counts.unchanged,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
            }
        )
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    _main(Path(sys.argv[1]))
