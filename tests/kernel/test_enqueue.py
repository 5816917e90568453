"""A job is queued in the transaction of whoever queues it, in the web server and in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from tongban.kernel import jobs


@contextmanager
def in_the_worker() -> Iterator[None]:
    """The worker replaces procrastinate's connector by one with connections of its own."""
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()):
        yield


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


class Changed(Exception):
    """Somebody changed their mind in the middle of a transaction."""


def enqueue(*, then: Exception | None = None) -> None:
    with transaction.atomic():
        jobs.enqueue(jobs.tell, announcement="nothing", listener="nobody", payload={})
        if then:
            raise then


@pytest.fixture
def _no_jobs(transactional_db: None) -> Iterator[None]:
    """Django's flush leaves the queue's tables alone, which are not its own."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        yield
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.usefixtures("_no_jobs")
@pytest.mark.parametrize("surroundings", [nullcontext, in_the_worker])
def test_rollback_drops_the_job_and_commit_keeps_it(
    surroundings: Callable[[], AbstractContextManager[None]],
) -> None:
    with surroundings():
        with pytest.raises(Changed):
            enqueue(then=Changed())
        assert queued() == 0
        enqueue()
        assert queued() == 1
