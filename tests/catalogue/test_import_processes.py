"""An import by several processes: the same as by one, and nothing left behind when it fails."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import given, settings

from tests.catalogue.guides_at_random import guides
from tests.catalogue.sources import OTHER_BODY, as_csv, gd_row, write_csv
from tongban.catalogue.api import Offering, check_index
from tongban.catalogue.guide import Guide
from tongban.catalogue.importing import workers
from tongban.catalogue.importing.checking import Batch, Checker, Steps
from tongban.catalogue.importing.guide_texts import GuideWriter
from tongban.catalogue.importing.importer import SOURCES, Options, Outcome, import_items
from tongban.catalogue.importing.places import Places
from tongban.catalogue.importing.problems import Problem, Problems
from tongban.catalogue.importing.reading import BadFile
from tongban.catalogue.importing.spooling import Spool
from tongban.catalogue.publishing import digest_source

_TABLES = (
    "catalogue_item", "catalogue_offering", "catalogue_guideversion", "catalogue_importedrow",
    "catalogue_theme", "directory_agency", "forms_formversion", "search_document", "search_entry",
)  # fmt: skip
_TIMES = "created_at,published_at,withdrawn_at,updated_at"
_ROWS = 60


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a file of sixty rows were a large one."""
    monkeypatch.setattr(workers, "BATCH", 7)


def a_file(path: Path, **last: str) -> Path:
    """Rows of two bodies. Some warn, one is bad, one repeats another's code."""
    bodies = [{}, {"dept_uscc": OTHER_BODY, "dept_name": "云州市水务局"}]
    rows = [
        gd_row(
            number,
            **bodies[number % 2],
            materials=f"申请表|证明{number % 5}",
            accept_condition=f'第{number}种情形："甲"\\乙\n丙\t丁。',
        )
        for number in range(1, _ROWS)
    ]
    rows[20] |= {"level_text": "省级"}
    rows[21] |= {"level_text": "省级"}
    rows[40] |= {"promise_days": "ten"}
    return write_csv(path, [*rows, rows[3] | last])


class Listed(Problems):
    """Problems in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Problem] = []

    def add(self, problem: Problem, sort: str = "") -> None:
        super().add(problem, sort)
        self.all.append(problem)


def run(path: Path, processes: int) -> Outcome:
    return import_items(
        path, SOURCES["gd"], Problems(), Options(processes=processes, allow_bad_rows=True)
    )


def everything(path: Path, processes: int) -> list[str]:
    """What two imports come to, the second of changed rows, with ids; all of it is undone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'S'"
                " AND relname ~ '^(catalogue|directory|forms|search)_'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH 900000")
        problems = Listed()
        found = []
        for text in (path.read_text(), path.read_text().replace("第9种情形", "第九种情形")):
            path.with_name("now.csv").write_text(text)
            outcome = import_items(
                path.with_name("now.csv"),
                SOURCES["gd"],
                problems,
                Options(processes=processes, allow_bad_rows=True),
            )
            found += [str(outcome), str(problems.all), str(problems.bad_rows)]
        assert check_index().total == 0
        with connection.cursor() as cursor:
            for table in _TABLES:
                cursor.execute(
                    f"SELECT (to_jsonb(x) - '{{{_TIMES}}}'::text[])::text FROM {table} x ORDER BY 1"
                )
                found += [row for (row,) in cursor.fetchall()]
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_the_same_as_by_one_process_byte_for_byte(tmp_path: Path) -> None:
    path = a_file(tmp_path / "items.csv")
    alone = everything(path, 1)
    assert len(alone) > 5 * _ROWS
    assert "new=58" in alone[0]
    assert "changed=1" in alone[3]
    assert everything(path, 2) == alone
    assert everything(path, 3) == alone


@pytest.mark.django_db
def test_what_breaks_in_a_process_is_raised_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "items.csv")
    # Somebody writes to the file while it is read.
    settle = Places.settle

    def settle_and_spoil(places: Places) -> None:
        settle(places)
        with path.open("a") as file:
            file.write('"' + as_csv([gd_row(99)]).splitlines()[1])

    monkeypatch.setattr(Places, "settle", settle_and_spoil)
    with pytest.raises(BadFile, match="quotation mark"):
        run(path, 2)
    assert not Offering.objects.exists()
    assert not multiprocessing.active_children()


@pytest.mark.django_db
def test_a_process_that_is_killed_undoes_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "items.csv")
    take = Checker.batch
    ours = os.getpid()

    def killed(checker: Checker, batch: Batch, spool: Spool) -> Steps:
        if os.getpid() != ours:
            os.kill(os.getpid(), signal.SIGKILL)
        return take(checker, batch, spool)

    monkeypatch.setattr(Checker, "batch", killed)
    with pytest.raises(workers.WorkerLost, match="ended from outside"):
        run(path, 2)
    assert not Offering.objects.exists()
    assert not multiprocessing.active_children()
    # The connection was not hurt by the processes that had inherited it.
    monkeypatch.undo()
    assert run(path, 2).counts.new == 58


@settings(max_examples=40, deadline=None)
@given(guides)
def test_guides_are_written_as_they_are_everywhere_else(guide: Guide) -> None:
    writer, name = GuideWriter(), {"zh": '甲"\n', "en": "b\\"}
    for _again in range(2):  # the second time from memory
        content, told = writer.texts(name, guide, 7)
        assert json.loads(content) == guide.model_dump(mode="json")
        assert told == digest_source(name, guide, 7)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    path = a_file(tmp_path / "items.csv")
    told: dict[str, list[str]] = {"first": [], "second": []}
    begun, waits = threading.Event(), threading.Event()
    outcomes: list[Outcome] = []

    def second() -> None:
        def progress(step: str, _done: int, _total: int) -> None:
            told["second"].append(step)
            waits.set()

        begun.wait(300)
        try:
            outcomes.append(
                import_items(
                    path, SOURCES["gd"], Problems(), Options(allow_bad_rows=True), progress
                )
            )
        finally:
            connection.close()

    def progress(step: str, _done: int, _total: int) -> None:
        told["first"].append(step)
        begun.set()
        waits.wait(300)

    other = threading.Thread(target=second)
    other.start()
    options = Options(allow_bad_rows=True)
    outcome = import_items(path, SOURCES["gd"], Problems(), options, progress)
    other.join(300)
    assert (told["first"][0], told["second"][0]) == ("reading", "waiting")
    assert outcome.counts.new == 58
    assert (outcomes[0].counts.new, outcomes[0].counts.unchanged) == (0, 58)
