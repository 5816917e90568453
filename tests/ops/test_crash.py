"""Killed in mid-work: no acknowledged submission is lost, none is doubled, no job stays stuck.

Four people press “send” again and again until they get a receipt, while the web server, the job
worker, the postmaster and at last `up` itself are killed under them.
"""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.ops.running import clean_environment, eventually
from tests.ops.stack import Stack

SUBMISSIONS = 120
CSRF = "c" * 32  # any value will do, if cookie and header agree
# How long all of it may take on a machine that is busy with other things.
PATIENCE = 400
# A job of a killed worker is free so long after its last sign of life, at the next quarter of a
# minute; in earnest it is 30 s.
SOON = {"TONGBAN_JOB_WORKER_DEAD_AFTER": "9"}


@dataclass
class Senders:
    """People who send their applications at the same time, and what each was told."""

    todo: queue.Queue[dict[str, str]]
    port: int
    receipts: dict[str, str] = field(default_factory=dict)  # draft → case number
    refusals: list[str] = field(default_factory=list)

    def __enter__(self) -> Senders:
        self._threads = [threading.Thread(target=self._send_all) for _ in range(4)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)

    def _send_all(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                application = self.todo.get_nowait()
            except queue.Empty:
                return
            while application["draft"] not in self.receipts and time.monotonic() < end:
                self._send(application)

    def _send(self, application: dict[str, str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                "POST",
                f"/drafts/{application['draft']}/send",
                headers={
                    "Host": f"localhost:{self.port}",
                    "Cookie": f"sessionid={application['session']}; csrftoken={CSRF}",
                    "X-CSRFToken": CSRF,
                    "Content-Length": "0",
                },
            )
            answer = connection.getresponse()
            target = answer.getheader("Location") or ""
            if answer.status == 302 and target.endswith("/sent"):
                self.receipts[application["draft"]] = target.split("/")[-2]
            elif answer.status < 500:
                self.refusals.append(f"{answer.status} {target}")
                self.receipts[application["draft"]] = ""
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)  # the server is away: press the button again
        finally:
            connection.close()


def prepare(stack: Stack, count: int) -> queue.Queue[dict[str, str]]:
    secrets = stack.folder / "secrets"
    variables = {
        **clean_environment(),
        "DATABASE_URL": stack.url(),
        "TONGBAN_HOME": str(stack.folder),
        "TONGBAN_SECRET_KEY_FILE": str(secrets / "secret_key"),
        "TONGBAN_SEAL_KEYS_FILE": str(secrets / "seal_keys"),
    }
    made = subprocess.run(
        [sys.executable, "-P", "-m", "tests.ops.crash_content", str(count)],
        env=variables, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    todo: queue.Queue[dict[str, str]] = queue.Queue()
    for application in json.loads(made.stdout):
        todo.put(application)
    return todo


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def open_jobs(url: str) -> list[tuple[object, ...]]:
    """Jobs not yet done, but for the upkeep that comes round for ever."""
    return ask(
        url,
        "SELECT id, task_name, status, attempts FROM procrastinate_jobs"
        " WHERE status IN ('todo', 'doing', 'failed') AND queue_name <> 'upkeep'"
        " AND task_name LIKE 'tongban%' AND (scheduled_at IS NULL OR attempts > 0)",
    )


@pytest.mark.long
def test_nothing_acknowledged_is_lost_and_no_job_stays_stuck(folder: Path) -> None:
    with Stack(folder, **SOON) as stack:
        todo = prepare(stack, SUBMISSIONS)
        with Senders(todo, stack.port) as senders:
            for kill in (
                lambda: stack.process("tongban.config.wsgi"),
                lambda: stack.process("procrastinate worker"),
                lambda: postmaster(folder),
            ):
                goal = len(senders.receipts) + SUBMISSIONS // 6
                eventually(lambda goal=goal: len(senders.receipts) >= goal)
                os.kill(kill(), signal.SIGKILL)
            goal = len(senders.receipts) + SUBMISSIONS // 6
            eventually(lambda: len(senders.receipts) >= goal)
            stack.interrupt(signal.SIGKILL)
            stack.wait()
            with Stack(folder, port=stack.port, **SOON) as again:
                eventually(lambda: len(senders.receipts) == SUBMISSIONS, what="all receipts")
                check(again, senders)


def check(stack: Stack, senders: Senders) -> None:
    url = stack.url()
    assert senders.refusals == []
    cases = dict(
        ask(
            url,
            "SELECT draft.id::text, found.number FROM cases_draft draft"
            " JOIN cases_case found ON found.id = draft.case_id",
        )
    )
    assert cases == senders.receipts
    assert ask(url, "SELECT count(*) FROM cases_case") == [(SUBMISSIONS,)]
    end = time.monotonic() + PATIENCE
    while left := open_jobs(url):
        assert time.monotonic() < end, f"jobs are stuck: {left}\n{stack.log('jobs')}"
        time.sleep(0.5)
    told = ask(
        url,
        "SELECT found.number, count(notice.id) FROM cases_case found"
        " LEFT JOIN notices_notice notice ON notice.subject_key = found.number"
        " AND notice.kind = 'case.submit' GROUP BY found.number HAVING count(notice.id) <> 1",
    )
    assert told == [], "each applicant is told once"
    assert (
        ask(url, "SELECT state FROM notices_delivery WHERE state NOT IN ('sent', 'uncertain')")
        == []
    )
