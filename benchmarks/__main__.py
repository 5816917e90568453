"""Run the benchmarks: `python -m benchmarks [--quick] [--only PART]`; parts are import, submit,
pages, search, lists."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import figures, imports
from benchmarks.database import server_version, temporary_database

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("import", "submit", "pages", "search", "lists")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./tongban bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; repeatable")
    parser.add_argument(
        "--documents", type=int, action="append", help="sizes of the search part; repeatable"
    )
    options = parser.parse_args(words)
    url = os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("DATABASE_URL is not set. ./tongban bench sets it.")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, temporary_database(url) as database:
        os.environ |= {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
            "TONGBAN_FILES": f"{folder}/files",
        }
        sys.path.insert(0, str(ROOT / "src"))
        _migrate()
        print(f"{_machine()}; {server_version(database)}\n")
        for part in options.only or PARTS:
            print(_part(part, database, options, Path(folder)), "\n", flush=True)
    figures.say(f"{time.perf_counter() - started:.0f} s in all")
    return 0


def _part(part: str, url: str, options: argparse.Namespace, folder: Path) -> str:
    quick = options.quick
    if part == "import":
        sizes = imports.Sizes(100, 2000) if quick else imports.Sizes()
        return "## Import\n\n" + imports.run(url, None if quick else _real(), sizes, folder)
    if part == "submit":
        from benchmarks import submissions

        return "## Submit\n\n" + submissions.run(url, submissions.Sizes.quick(quick))
    if part == "search":
        from benchmarks import search

        search_sizes = search.Sizes.quick(quick)
        if options.documents:
            search_sizes = replace(search_sizes, documents=tuple(options.documents))
        return "## Search\n\n" + search.run(search_sizes, folder)
    if part == "lists":
        from benchmarks import lists

        return "## To-do lists\n\n" + lists.run(lists.Sizes.quick(quick), folder)
    from benchmarks import pages

    return "## Pages\n\n" + pages.run(pages.Sizes.quick(quick), folder)


def _real() -> Path | None:
    data = Path(os.environ.get("TONGBAN_SHARED_DATA", ROOT.parent / "shared" / "data"))
    path = data / "gd_items" / "items.csv"
    return path if path.is_file() else None


def _migrate() -> None:
    with figures.timed("a database for this run"):
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("seed_calendar", verbosity=0, stdout=sys.stderr)


def _machine() -> str:
    kind = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return f"{kind}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
