"""Rows checked by several processes at once, with the same result as by one.

Each process reads the whole file and checks every so many-th batch (`checking.Checker`), into a
spool of its own. The importing process takes the batches in their order, answers what only the
database knows, and alone touches it. What a process sends is small: rows wait in its spool.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connections

from tongban.catalogue.importing.checking import AskForms, AskKnown, Checked, Checker, batches
from tongban.catalogue.importing.spooling import Spool

# Rows of a batch: held in memory at once, by each process.
BATCH = 1000
# More do not help: PostgreSQL, which writes in one process, is then the slowest.
_MOST = 4
# Smaller files are read before another process has begun.
_LEAST_BYTES = 4_000_000
# How long a process may take to end once it has nothing left to do.
_PATIENCE = 5

Answer = Callable[[AskKnown | AskForms], set[int] | Mapping[str, int]]
Batches = Generator[Checked, None, None]


class WorkerLost(RuntimeError):
    """A process ended before its work did."""


def processes_for(size: int) -> int:
    """How many processes should check a file of so many bytes.

    One where a process cannot be forked safely: beside threads, or not on Linux.
    """
    if size < _LEAST_BYTES or not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST)


def checked_alone(checker: Checker, spool: Spool, answer: Answer) -> Batches:
    """Every batch of the file, checked here."""
    for batch in batches(checker.table.rows(), BATCH):
        steps = checker.batch(batch, spool)
        try:
            asked = next(steps)
            while True:
                asked = steps.send(answer(asked))
        except StopIteration as end:
            yield end.value


def checked_together(checker: Checker, spools: Sequence[Spool], answer: Answer) -> Batches:
    """Every batch of the file in its order, checked by as many processes as there are spools.

    Raises what one of them raised; WorkerLost if one was killed.
    """
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe() for _spool in spools]
    workers = [
        context.Process(target=_work, args=(place, checker, spools, pipes), daemon=True)
        for place in range(len(spools))
    ]
    gc.freeze()  # what is here stays shared with them
    try:
        for worker in workers:
            worker.start()
        for _ours, theirs in pipes:
            theirs.close()
        yield from _in_turn([ours for ours, _theirs in pipes], answer)
    finally:
        gc.unfreeze()
        for ours, theirs in pipes:
            ours.close()
            theirs.close()
        _end(workers)


def _in_turn(pipes: Sequence[Connection], answer: Answer) -> Batches:
    place = 0
    while True:
        pipe = pipes[place]
        try:
            said = pipe.recv()
        except EOFError as error:
            raise WorkerLost(
                "A process that checked rows was ended from outside, perhaps for want of memory."
            ) from error
        if isinstance(said, BaseException):
            raise said
        if said is None:  # the file has no further batch
            return
        if isinstance(said, Checked):
            yield said
            place = (place + 1) % len(pipes)
        else:
            pipe.send(answer(said))


def _work(
    place: int,
    checker: Checker,
    spools: Sequence[Spool],
    pipes: Sequence[tuple[Connection, Connection]],
) -> None:
    """What a process does: its batches, then a None."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the importing process ends it
    _leave_database()
    for other, (ours, theirs) in enumerate(pipes):
        ours.close()  # so that it is told when the importing process is gone
        if other != place:
            theirs.close()
    pipe = pipes[place][1]
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            for number, batch in enumerate(batches(checker.table.rows(), BATCH)):
                if number % len(spools) == place:
                    pipe.send(_checked(checker, batch, spools[place], pipe))
            pipe.send(None)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise  # nobody listens any more
        except Exception as error:
            pipe.send(error)  # it is raised there


def _checked(checker: Checker, batch: Any, spool: Spool, pipe: Connection) -> Checked:
    steps = checker.batch(batch, spool)
    try:
        asked = next(steps)
        while True:
            pipe.send(asked)
            asked = steps.send(pipe.recv())
    except StopIteration as end:
        found: Checked = end.value
        return found


def _leave_database() -> None:
    """Let go of connections that belong to the importing process, without a word to the server."""
    for wrapper in connections.all(initialized_only=True):
        inherited = wrapper.connection
        if inherited is not None:
            with suppress(Exception):
                nothing = os.open(os.devnull, os.O_RDWR)
                os.dup2(nothing, inherited.fileno())
                os.close(nothing)
        wrapper.connect = _refuse  # type: ignore[method-assign]  # in this process alone


def _refuse() -> None:
    raise RuntimeError("A process that checks rows has no database.")


def _end(workers: Sequence[BaseProcess]) -> None:
    for worker in workers:
        if worker.pid is None:
            continue
        worker.join(0 if sys.exc_info()[0] else _PATIENCE)
        if worker.is_alive():
            worker.kill()
        worker.join()
        worker.close()
