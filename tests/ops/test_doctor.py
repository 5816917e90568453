"""`doctor` finds what is wrong, and only that."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from tests.case_factories import make_offering
from tests.factories import make_agency, make_calendar
from tongban.config.management.commands import doctor
from tongban.kernel import clock
from tongban.kernel.jobs import DEAD_AFTER


def only(check: Callable[[], Iterator[doctor.Finding]]) -> doctor.Finding:
    (finding,) = check()
    return finding


@pytest.fixture
def no_jobs(db: None) -> None:
    """No jobs or workers, also where a run that was killed left its database."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def add_worker(*, seconds_ago: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [seconds_ago],
        )
        return int(cursor.fetchone()[0])


def add_job(status: str, *, worker: int | None = None, minutes_ago: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id, args)"
            " VALUES ('announcements', 'anything', %s, %s, '{}') RETURNING id",
            [status, worker],
        )
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(mins => %s)"
            " WHERE job_id = %s",
            [minutes_ago, cursor.fetchone()[0]],
        )


@pytest.mark.django_db
def test_sound_database_is_sound() -> None:
    assert only(doctor.database).verdict == "OK"
    assert only(doctor.migrations).verdict == "OK"
    assert only(doctor.clocks).verdict == "OK"


@pytest.mark.usefixtures("no_jobs")
def test_worker_counts_only_while_its_heart_beats() -> None:
    assert only(doctor.worker).verdict == "FAIL"
    add_worker(seconds_ago=DEAD_AFTER + 60)
    assert only(doctor.worker).verdict == "FAIL"
    add_worker(seconds_ago=1)
    assert only(doctor.worker).verdict == "OK"


@pytest.mark.usefixtures("no_jobs")
def test_job_in_the_hands_of_a_living_worker_is_well() -> None:
    add_job("doing", worker=add_worker(seconds_ago=1))
    add_job("todo")
    assert only(doctor.jobs).verdict == "OK"


@pytest.mark.usefixtures("no_jobs")
@pytest.mark.parametrize(
    ("status", "minutes", "verdict", "words"),
    [
        ("doing", 0, "FAIL", "1 are held by a worker that is gone"),
        ("todo", doctor.WAITING_MINUTES + 1, "WARN", "1 have waited"),
        ("failed", 0, "WARN", "1 failed for good"),
    ],
)
def test_job_in_trouble_is_counted(status: str, minutes: int, verdict: str, words: str) -> None:
    add_job(status, minutes_ago=minutes)
    finding = only(doctor.jobs)
    assert finding.verdict == verdict
    assert words in finding.text


@pytest.mark.django_db
def test_clock_that_is_wrong_is_found() -> None:
    with clock.freeze(clock.now() + timedelta(hours=5)):
        finding = only(doctor.clocks)
    assert finding.verdict == "FAIL"
    assert re.match(r"1[78]\d\d\d\.\d s ", finding.text), finding.text


@pytest.mark.django_db
def test_calendar_must_reach_ahead() -> None:
    assert only(doctor.calendar).verdict == "FAIL"
    make_calendar()
    assert only(doctor.calendar).verdict == "OK"
    end = clock.now().replace(year=2099, month=12, day=20)
    with clock.freeze(end):
        assert only(doctor.calendar).verdict == "WARN"
    with clock.freeze(end + timedelta(days=30)):
        assert only(doctor.calendar).verdict == "FAIL"


def test_demo_must_not_face_a_network(settings: Settings) -> None:
    settings.MODE = "demo"
    settings.BASE_URL = "http://localhost:8000"
    assert only(doctor.exposure).verdict == "OK"
    settings.BASE_URL = "http://services.example"
    assert only(doctor.exposure).verdict == "FAIL"


def test_development_keys_are_noticed(settings: Settings) -> None:
    settings.SEAL_KEYS = "insecure:aW5zZWN1cmUgZGV2ZWxvcG1lbnQga2V5IDMyYnl0ZXM="
    assert only(doctor.keys).verdict == "WARN"
    settings.SEAL_KEYS = "k1:dG9vIHNob3J0"
    assert only(doctor.keys).verdict == "FAIL"


def test_languages_not_compiled_are_named(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("")
    settings.LOCALE_PATHS = [tmp_path]
    assert "zh_Hans" in only(doctor.translations).text
    (folder / "django.mo").write_text("")
    assert only(doctor.translations).verdict == "OK"


@pytest.mark.usefixtures("no_jobs")
def test_command_prints_a_line_a_check_and_fails_when_something_must_be_mended() -> None:
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said)
    assert ended.value.code == 1
    lines = said.getvalue().splitlines()
    assert any(line.startswith("OK    database") for line in lines)
    assert any(line.startswith("FAIL  job worker") for line in lines)
    assert "must be mended" in lines[-1]


@pytest.mark.django_db
def test_an_index_that_a_crash_left_behind_is_noticed_and_mended() -> None:
    make_offering(make_agency())
    assert only(doctor.search).verdict == "OK"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_document")
    found = only(doctor.search)
    assert (found.verdict, found.remedy) == ("FAIL", "./tongban manage rebuild_search")
    assert "1 services are not found" in found.text
    call_command("rebuild_search", stdout=io.StringIO())
    assert only(doctor.search).verdict == "OK"
