"""(a) Items imported per second, against two yardsticks of the same run.

The first is a bare COPY of the file into text columns without an index. The second says more: COPY
of the finished rows into empty copies of the very tables, with all their indexes and constraints
but foreign keys, which is the least PostgreSQL must do to hold the result.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from benchmarks.figures import median, say, table
from benchmarks.made_up import GUANGDONG, JIANGSU, write_catalogue


@dataclass(frozen=True)
class Sizes:
    small: int = GUANGDONG
    large: int = JIANGSU


# Seconds between two looks at the memory of an import.
_LOOK = 0.2

# What an import of new offerings fills, and how its rows are told from those of earlier ones.
_FILLED = {
    "catalogue_offering": "id > {0}",
    "catalogue_guideversion": "offering_id > {0}",
    "catalogue_importedrow": "offering_id > {0}",
    "catalogue_change": "offering_id > {0}",
    "search_document": "id > {0}",
    "search_entry": "id IN (SELECT entry_id FROM search_document WHERE id > {0})",
}


def run(url: str, real: Path | None, sizes: Sizes, folder: Path) -> str:
    """Import each file into the database at `url`; tables of the figures."""
    files = [(f"{sizes.small:,} made up", write_catalogue(folder / "small.csv", sizes.small))]
    if real is not None:
        files[0] = ("2,262 real (Guangdong)", real)
    files.append((f"{sizes.large:,} made up", write_catalogue(folder / "large.csv", sizes.large)))
    first, later = [], []
    for words, path in files:
        one, other = _one(url, words, path, folder)
        first.append(one)
        later.append(other)
    return "\n\n".join(
        [
            table(
                [
                    "rows, first import", "file", "COPY of the file", "COPY of the finished rows",
                    "import", "rows/s", "÷ file", "÷ finished", "CPU", "peak memory",
                ],
                first,
            ),
            table(["rows, later imports", "unchanged", "1 % changed"], later),
            "CPU: of this process + of those that check rows + of PostgreSQL's. Memory: of all"
            " processes but PostgreSQL's, what they share counted once.",
        ]
    )  # fmt: skip


def _one(url: str, words: str, path: Path, folder: Path) -> tuple[list[str], list[str]]:
    say(f"import: {words}")
    copied = median([_copy(url, path) for _ in range(3)])
    newest = _newest(url)
    first = _import(path)
    finished = _copy_finished(url, newest)
    say(f"  COPY {copied:.2f} s, of the finished rows {finished:.2f} s")
    again = _import(path)
    changed = _import(_changed(path, folder / "changed.csv"))
    _import(path)  # leave it as the file has it
    count = first["rows"]
    assert again["unchanged"] == count, (first, again)
    return (
        [
            words,
            f"{path.stat().st_size / 1e6:.1f} MB",
            f"{copied:.2f} s",
            f"{finished:.2f} s",
            f"{first['seconds']:.1f} s",
            f"{count / first['seconds']:,.0f}",
            f"{first['seconds'] / copied:.0f}",
            f"{first['seconds'] / finished:.1f}",
            _cpu(first),
            f"{first['megabytes']:.0f} MB",
        ],
        [
            words,
            f"{again['seconds']:.1f} s ({_cpu(again)})",
            f"{changed['seconds']:.1f} s ({_cpu(changed)}; {changed['changed']:,} rows)",
        ],
    )


def _cpu(figures: dict[str, float]) -> str:
    return f"{figures['cpu']:.1f} + {figures['others']:.1f} + {figures['server']:.1f} s"


def _newest(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT coalesce(max(id), 0) FROM catalogue_offering").fetchone()
        assert row is not None
        return int(row[0])


def _copy_finished(url: str, newest: int) -> float:
    """Seconds for COPY of what an import filled into empty copies of the tables, committed."""
    seconds = 0.0
    with psycopg.connect(url) as connection:
        connection.execute("ANALYZE")
        for name, newer in _FILLED.items():
            columns = connection.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = ''",
                [name],
            ).fetchone()
            assert columns is not None
            words = {"columns": sql.SQL(columns[0]), "table": sql.Identifier(name)}
            connection.execute(
                sql.SQL("CREATE TABLE finished (LIKE {table} INCLUDING ALL)").format(**words)
            )
            connection.commit()
            with tempfile.TemporaryFile() as file:
                query = sql.SQL("COPY (SELECT {columns} FROM {table} WHERE {newer}) TO STDOUT")
                where = sql.SQL(newer.format(newest))
                with connection.cursor().copy(query.format(**words, newer=where)) as rows:
                    for block in rows:
                        file.write(block)
                file.seek(0)
                started = time.perf_counter()
                _send(
                    connection,
                    sql.SQL("COPY finished ({columns}) FROM STDIN").format(**words),
                    file,
                )
                connection.commit()
                seconds += time.perf_counter() - started
            connection.execute("DROP TABLE finished")
            connection.commit()
    return seconds


def _send(
    connection: psycopg.Connection[tuple[object, ...]], statement: sql.Composed, file: IO[bytes]
) -> None:
    with connection.cursor().copy(statement) as copy:
        while chunk := file.read(1 << 16):
            copy.write(chunk)


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
        with path.open("rb") as source:
            _send(connection, sql.SQL("COPY bare FROM STDIN (FORMAT csv, HEADER)").format(), source)
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
    peak = 0.0
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.imports", str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=subprocess.PIPE,
        text=True,
    ) as importing:
        while True:
            try:
                said, _nothing = importing.communicate(timeout=_LOOK)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, _megabytes(importing.pid))
    if importing.returncode:
        sys.exit(f"the import of {path} ended with {importing.returncode}")
    figures: dict[str, float] = json.loads(said)
    figures["megabytes"] = peak or figures["megabytes"]
    say(f"  {path.name}: {figures}")
    return figures


def _megabytes(process: int) -> float:
    """Memory of a process and its children, what they share counted once; 0 if not on Linux."""
    found = 0.0
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            found += sum(map(_megabytes, map(int, (task / "children").read_text().split())))
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                found += int(line.split()[1]) / 1e3
    except OSError:  # it has ended, or this is no Linux
        return found
    return found


def _main(path: Path) -> None:
    import django

    django.setup()
    from django.db import connection

    from tongban.catalogue.importing.importer import SOURCES, import_items
    from tongban.catalogue.importing.problems import Problems

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = int(cursor.fetchone()[0])
    problems = Problems()
    before = _cpu_of(server)
    started, cpu = time.perf_counter(), time.process_time()
    outcome = import_items(path, SOURCES["gd"], problems)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    if not outcome.done:
        sys.exit(f"not imported: {[vars(kind) for kind in problems.kinds.values()]}")
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Linux counts kilobytes, macOS bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    print(
        json.dumps(
            {
                "rows": outcome.rows,
                "seconds": round(seconds, 3),
                "cpu": round(cpu, 3),
                "others": round(others.ru_utime + others.ru_stime, 3),
                "server": round(_cpu_of(server) - before, 3),
                "new": outcome.counts.new,
                "changed": outcome.counts.changed,
                "unchanged": outcome.counts.unchanged,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
            }
        )
    )


def _cpu_of(process: int) -> float:
    """CPU seconds of a process of this machine; 0 where that cannot be read."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    _main(Path(sys.argv[1]))
