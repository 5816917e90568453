"""The act: take in a file of guides. First checked, row by row, and shown; then written as drafts,
all or nothing unless the editor leaves the bad guides out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from tongban.catalogue.bulk import bases_of
from tongban.catalogue.complaints import complaints_of
from tongban.catalogue.editing import locked_version, new_version, put, same
from tongban.catalogue.exchange.books import Book, Line, open_book
from tongban.catalogue.exchange.newcomers import (
    Newcomer,
    Newcomers,
    NotNew,
    create,
    name_in,
    prescribed,
)
from tongban.catalogue.exchange.problems import Problem, Problems
from tongban.catalogue.exchange.tables import (
    ABOUT,
    GUIDES,
    KEY_COLUMNS,
    Cells,
    content_of,
    is_known,
    laid_over,
    rows_of,
    said,
    shapes,
)
from tongban.catalogue.exchange.writing import NUMBER
from tongban.catalogue.guide import Guide
from tongban.catalogue.models import DirectoryWork, GuideVersion, Offering
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.reach import within
from tongban.catalogue.reviewing import submit
from tongban.catalogue.working import Progress, enqueue_work
from tongban.identity.api import Officer
from tongban.kernel import clock, ids
from tongban.kernel.errors import Refused
from tongban.kernel.files import safe_name

SHOWN = 500  # changed guides named in the preview
_BATCH = 200
State = GuideVersion.State


@dataclass
class Incoming:
    """One guide of a file: its rows with where they stand, or its JSON."""

    code: str
    source: str
    row: int
    about: Cells = field(default_factory=dict)
    rows: dict[str, list[Line]] = field(default_factory=dict)
    json: str = ""


@dataclass(frozen=True)
class Fitted:
    """A guide that can be taken in, and what it would be."""

    offering: Offering
    base: GuideVersion
    guide: Guide
    changed: bool


@dataclass(frozen=True)
class Fresh:
    """A guide of an offering that the file brings."""

    newcomer: Newcomer
    guide: Guide


@dataclass(frozen=True)
class Known:
    """What is known of a batch of guides before it is read."""

    mine: dict[str, list[Offering]]
    bases: dict[int, GuideVersion]
    anothers: set[tuple[str, str]]  # (catalogue, code) and ("", code) of guides of others
    newcomers: Newcomers


@transaction.atomic
def begin_import(upload: UploadedFile, *, by: Officer) -> DirectoryWork:
    """Keep an uploaded file and have the worker check it. Raises Refused (`file.…`)."""
    content = upload.read()
    if len(content) > 60 * 1024 * 1024:
        raise Refused(
            "file.too_large",
            _("This file is larger than 60 MB. Pack it as a ZIP, or export fewer guides at once."),
        )
    path = default_storage.save(f"directory/{ids.uuid7()}", ContentFile(content))
    work = DirectoryWork.objects.create(
        kind="import",
        state=DirectoryWork.State.READING,
        by_id=by.account_id,
        at=clock.now(),
        path=path,
        parameters={"name": safe_name(upload.name or "")},
    )
    enqueue_work(work)
    return work


@transaction.atomic
def confirm_import(
    work_id: int, *, leave_out_bad: bool, reason: dict[str, str], then: str, by: Officer
) -> DirectoryWork:
    """Have the worker take in a checked file. Raises Refused.

    `then`: "draft", or "submit" for review.
    """
    work = (
        DirectoryWork.objects.select_for_update()
        .filter(pk=work_id, by_id=by.account_id, kind="import")
        .first()
    )
    if work is None or work.state != DirectoryWork.State.READY:
        raise Refused("import.not_ready", _("This import does not wait for you any more."))
    if work.outcome["bad_guides"] and not leave_out_bad:
        raise Refused(
            "import.bad_rows",
            _("Some rows cannot be taken in. Mend the file, or say that they are left out."),
            field="leave_out_bad",
        )
    if not any(reason.values()):
        raise Refused(
            "import.say_why", _("Say why: it stands in each guide’s history."), field="reason"
        )
    work.parameters |= {"leave_out_bad": leave_out_bad, "reason": reason, "then": then}
    work.state = DirectoryWork.State.RUNNING
    work.done, work.total = 0, work.outcome["guides"]
    work.save()
    enqueue_work(work)
    return work


@transaction.atomic
def drop_import(work_id: int, *, by: Officer) -> None:
    """Throw away a checked file."""
    work = (
        DirectoryWork.objects.select_for_update()
        .filter(pk=work_id, by_id=by.account_id, state=DirectoryWork.State.READY)
        .first()
    )
    if work is not None:
        path = work.path
        work.state, work.finished_at, work.path = (
            DirectoryWork.State.FAILED, clock.now(), "",
        )  # fmt: skip
        work.save()
        transaction.on_commit(lambda: default_storage.delete(path))


def check_file(work: DirectoryWork, officer: Officer, progress: Progress) -> dict[str, Any]:
    """Read a file and say what it would change, and every row that cannot be taken in."""
    problems = Problems()
    counts = {
        "guides": 0, "changed": 0, "new": 0, "new_without_form": 0, "unchanged": 0, "bad_guides": 0,
    }  # fmt: skip
    changed: list[list[Any]] = []
    new: list[dict[str, Any]] = []
    for fitted in _fitted(work, officer, problems, progress):
        counts["guides"] += 1
        if fitted is None:
            counts["bad_guides"] += 1
            continue
        if isinstance(fitted, Fresh):
            counts["new"] += 1
            if len(new) < SHOWN:
                one = fitted.newcomer
                new.append(
                    {
                        "code": str(one.code),
                        "name": one.name,
                        "agency": one.agency.name,
                        "has_form": one.form_id is not None,
                    }
                )
            counts["new_without_form"] += fitted.newcomer.form_id is None
            continue
        counts["changed" if fitted.changed else "unchanged"] += 1
        if fitted.changed and len(changed) < SHOWN:
            changed.append([fitted.offering.pk, fitted.offering.name])
    return {
        **counts,
        "errors": problems.errors,
        "warnings": problems.warnings,
        "problems": [one.as_json() for one in problems.kept],
        "changes": changed,
        "news": new,
        "can_be_taken": counts["changed"] + counts["new"] > 0,
    }


def take_in(work: DirectoryWork, officer: Officer, progress: Progress) -> dict[str, Any]:
    """Write what a checked file says as drafts, in the caller's transaction. Raises Refused."""
    problems = Problems()
    given = work.parameters
    counts = {"changed": 0, "new": 0, "unchanged": 0, "bad_guides": 0, "guides": 0}
    for fitted in _fitted(work, officer, problems, progress):
        counts["guides"] += 1
        if fitted is None:
            counts["bad_guides"] += 1
            if not given["leave_out_bad"]:
                raise Refused(
                    "import.changed_since",
                    _("Guides were changed since the file was checked. Check it again."),
                )
        elif isinstance(fitted, Fresh):
            version = create(
                fitted.newcomer, fitted.guide, by=officer, note=given["reason"].get("zh", "")
            )
            _hand_on(version, given, officer)
            counts["new"] += 1
        elif not fitted.changed:
            counts["unchanged"] += 1
        else:
            _write(fitted, given, officer)
            counts["changed"] += 1
    return {
        **work.outcome,
        **counts,
        "problems": [one.as_json() for one in problems.kept],
        "errors": problems.errors,
    }


def _write(fitted: Fitted, given: dict[str, Any], officer: Officer) -> None:
    if fitted.base.state == State.DRAFT:
        version = locked_version(fitted.base.pk, officer)
    else:
        version = new_version(
            fitted.offering,
            guide_of(fitted.base),
            form_id=fitted.base.form_id,
            by=officer,
            translated_from=fitted.base.translated_from,
        )
    put(version, fitted.guide, by=officer, note=given["reason"].get("zh", ""))
    _hand_on(version, given, officer)


def _hand_on(version: GuideVersion, given: dict[str, Any], officer: Officer) -> None:
    if given["then"] == "submit":
        submit(version.pk, change_note=given["reason"], by=officer)


# --- from a file to guides ---------------------------------------------------------------------
def _fitted(
    work: DirectoryWork, officer: Officer, problems: Problems, progress: Progress
) -> Iterator[Fitted | Fresh | None]:
    """Each guide of the file, or None where it cannot be taken in."""
    with default_storage.open(work.path, "rb") as file:
        book = open_book(file.read(), work.parameters["name"], problems)
    _name_unknown_columns(book, problems)
    incoming, bad = _incoming(book, problems)
    work.total = len(incoming)
    for start in range(0, len(incoming), _BATCH):
        batch = incoming[start : start + _BATCH]
        known = _known(batch, officer)
        for at, one in enumerate(batch):
            progress(start + at)
            before = problems.errors
            fitted = _fit(one, known, book, problems)
            yield None if problems.errors > before or one.code in bad else fitted


def _name_unknown_columns(book: Book, problems: Problems) -> None:
    for table, columns in book.columns.items():
        known = {*KEY_COLUMNS, NUMBER, *(ABOUT if table == GUIDES else ())}
        for name in sorted(columns - known):
            if not is_known(shapes()[table], name):
                problems.say("unknown_column", table, 1, name, is_error=False)


def _incoming(book: Book, problems: Problems) -> tuple[list[Incoming], set[str]]:
    """The guides of a file, and the codes among them whose rows are bad already."""
    if book.guides:
        return _incoming_json(book, problems)
    found: dict[str, Incoming] = {}
    bad = {one.code for one in problems.kept if one.is_error and one.code}
    bad |= _codes_at(book, {(one.table, one.row) for one in problems.kept if one.is_error})
    for line in book.tables.get(GUIDES, []):
        code = said(line.cells.get("code", "")).strip()
        if not code:
            problems.say("no_code", GUIDES, line.number)
        elif code in found:
            problems.say("twice", GUIDES, line.number, value=found[code].row, code=code)
            bad.add(code)
        else:
            source = said(line.cells.get("catalogue", "")).strip()
            found[code] = Incoming(code, source, line.number, line.cells, {GUIDES: [line]})
    without_guides = GUIDES not in book.tables
    for table, lines in book.tables.items():
        if table != GUIDES:
            _add_parts(found, table, lines, without_guides, problems, bad)
    return list(found.values()), bad


def _add_parts(
    found: dict[str, Incoming],
    table: str,
    lines: list[Line],
    without_guides: bool,
    problems: Problems,
    bad: set[str],
) -> None:
    rows: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        code = said(line.cells.get("code", "")).strip()
        if not code:
            problems.say("no_code", table, line.number)
        elif code in found or without_guides:
            source = said(line.cells.get("catalogue", "")).strip()
            found.setdefault(code, Incoming(code, source, line.number))
            rows[code].append(line)
        else:
            problems.say("orphan", table, line.number, "code", code=code)
    for code, one in found.items():
        # A sheet that is there says all of it: parts without a row are removed.
        if code in rows or not without_guides:
            one.rows[table] = sorted(rows.get(code, []), key=_place)


def _place(line: Line) -> tuple[int, int]:
    number = line.cells.get(NUMBER, "")
    return (int(number) if number.isascii() and number.isdigit() else 10**9, line.number)


def _codes_at(book: Book, places: set[tuple[str, int]]) -> set[str]:
    """The codes of the rows that cells with errors stand in."""
    return {
        said(line.cells.get("code", "")).strip()
        for table, lines in book.tables.items()
        for line in lines
        if (table, line.number) in places
    } - {""}


def _incoming_json(book: Book, problems: Problems) -> tuple[list[Incoming], set[str]]:
    found: dict[str, Incoming] = {}
    bad: set[str] = set()
    for number, line in book.guides:
        one = json.loads(line)
        code = str(one.get("code", "")).strip()
        if not code:
            problems.say("no_code", GUIDES, number)
        elif code in found:
            problems.say("twice", GUIDES, number, value=found[code].row, code=code)
            bad.add(code)
        else:
            about = {
                key: str(one[key])
                for key in ("version", "revision", "region")
                if one.get(key) is not None
            }
            names = one.get("name")
            if isinstance(names, dict):
                about |= {f"name.{key}": str(text) for key, text in names.items()}
            source = str(one.get("source", ""))
            found[code] = Incoming(code, source, number, about, json=line)
    return list(found.values()), bad


def _known(batch: list[Incoming], officer: Officer) -> Known:
    """Six queries, however many guides."""
    rows = list(
        Offering.objects.filter(
            within(officer), code__in=[one.code for one in batch]
        ).select_related("item")
    )
    mine: dict[str, list[Offering]] = defaultdict(list)
    for one in rows:
        mine[one.code].append(one)
    unknown = {one.code for one in batch} - set(mine)
    anothers = set(Offering.objects.filter(code__in=unknown).values_list("source", "code"))
    anothers |= {("", code) for _source, code in anothers}
    new = unknown - {code for _source, code in anothers}
    return Known(mine, bases_of(rows), anothers, Newcomers(new, officer))


def _fit(one: Incoming, known: Known, book: Book, problems: Problems) -> Fitted | Fresh | None:
    mine = [o for o in known.mine.get(one.code, []) if one.source in ("", o.source)]
    if len(mine) != 1:
        return _fit_new(one, known, book, problems)
    offering = mine[0]
    base = known.bases.get(offering.pk)
    if base is None:
        problems.say("no_version", GUIDES, one.row, code=one.code)
        return None
    before = guide_of(base)
    guide = _guide(one, before, book, problems)
    if guide is None:
        return None
    if same(before, guide):
        return Fitted(offering, base, before, changed=False)
    if base.state in (State.REVIEW, State.APPROVED):
        problems.say("in_review", GUIDES, one.row, code=one.code)
        return None
    there = {"version": str(base.number), "revision": str(base.revision)}
    if any(one.about.get(key, there[key]) != there[key] for key in there):
        problems.say("moved_on", GUIDES, one.row, "version", value=base.number, code=one.code)
        return None
    return Fitted(offering, base, guide, changed=True)


def _fit_new(one: Incoming, known: Known, book: Book, problems: Problems) -> Fresh | None:
    if (one.source, one.code) in known.anothers:
        problems.say("anothers", GUIDES, one.row, "code", code=one.code)
        return None
    try:
        about = {key: said(cell) for key, cell in one.about.items()}
        newcomer = known.newcomers.of(
            one.code, one.source, name_in(about), about.get("region", "").strip()
        )
    except NotNew as why:
        problems.say(why.reason, GUIDES, one.row, "code", value=why.value, code=one.code)
        return None
    guide = _guide(one, prescribed(newcomer.item), book, problems)
    if guide is None:
        return None
    if not guide.summary:
        problems.say("no_summary", GUIDES, one.row, "summary.zh", code=one.code)
        return None
    return Fresh(newcomer, guide)


def _guide(one: Incoming, before: Guide, book: Book, problems: Problems) -> Guide | None:
    """What a row makes of a guide; None, and it is said why, if that is no guide."""
    try:
        if one.json:
            return Guide.model_validate(json.loads(one.json)["guide"])
        given = {name: [line.cells for line in lines] for name, lines in one.rows.items()}
        return Guide.model_validate(content_of(laid_over(rows_of(before), given, book.columns)))
    except ValidationError as error:
        for complaint in complaints_of(error):
            table, row, column = _where(complaint.path, one)
            problems.add(Problem(table, row, column, complaint.words, True, one.code))
        return None


def _where(path: str, one: Incoming) -> tuple[str, int, str]:
    """The table, row and column of a place in a guide."""
    parts = path.split(".")
    for at, part in enumerate(parts):
        table = ".".join(parts[:at])
        if part.isdigit() and table in shapes():
            lines = one.rows.get(table, [])
            row = lines[int(part)].number if int(part) < len(lines) else one.row
            return table, row, ".".join(parts[at + 1 :])
    return GUIDES, one.row, path
