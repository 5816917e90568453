"""The act: take many guides out as a file. The worker writes it; it is kept for a week.

What a request bears is written at once (`AT_ONCE`); see `workbench/directory/exchange.py`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.catalogue.exchange.writing import (
    MOST_IN_XLSX,
    Exported,
    Guides,
    exported,
    write_csv,
    write_json,
    write_xlsx,
)
from tongban.catalogue.models import DirectoryWork
from tongban.catalogue.working import KEPT, Progress, enqueue_work, work_of
from tongban.catalogue.worklist import GuideFilter, worklist
from tongban.identity.api import Officer
from tongban.kernel import clock, ids
from tongban.kernel.errors import Refused

Form = Literal["xlsx", "csv", "jsonl"]
FORMS: tuple[Form, ...] = ("xlsx", "csv", "jsonl")
# So many guides are written while somebody waits: two seconds, about.
AT_ONCE: dict[Form, int] = {"xlsx": 300, "csv": 1500, "jsonl": 3000}
SUFFIXES: dict[Form, str] = {"xlsx": "xlsx", "csv": "zip", "jsonl": "jsonl"}


@dataclass(frozen=True)
class ExportedFile:
    """A file that waits to be fetched. `size` in bytes; it is deleted after `until`."""

    name: str
    form: Form
    size: int
    until: datetime
    path: str  # in the default storage


@transaction.atomic
def begin_export(officer: Officer, narrowed: GuideFilter, form: Form) -> DirectoryWork:
    """Have the worker write all guides that fit. Raises Refused: none, or too many for a workbook.

    What fits is asked again by the worker: what was withdrawn meanwhile is not in the file.
    """
    count = worklist(officer, narrowed).order_by().count()
    if not count:
        raise Refused("export.nothing", _("No guide fits. Widen the list first."))
    if form == "xlsx" and count > MOST_IN_XLSX:
        raise Refused(
            "export.too_many",
            _("A workbook holds %(most)s guides. Narrow the list, or take CSV or JSON.")
            % {"most": f"{MOST_IN_XLSX:,}"},
        )
    name = f"guides-{clock.today().isoformat()}.{SUFFIXES[form]}"
    work = DirectoryWork.objects.create(
        kind="export",
        state=DirectoryWork.State.RUNNING,
        by_id=officer.account_id,
        at=clock.now(),
        total=count,
        parameters={"name": name, "form": form, "filter": asdict(narrowed)},
    )
    enqueue_work(work)
    return work


def run_export(work: DirectoryWork, officer: Officer, progress: Progress) -> dict[str, Any]:
    """Write the file and keep it: its size and how many guides it has. In constant memory."""
    form: Form = work.parameters["form"]
    found = worklist(officer, GuideFilter(**work.parameters["filter"]))
    wanted = list(found.order_by("sort_key", "id").values_list("pk", flat=True))
    written = 0

    def guides() -> Iterator[Exported]:
        nonlocal written
        written = 0
        for one in exported(wanted):
            yield one
            written += 1
            progress(written)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write_file(form, guides, path)
        with path.open("rb") as file:
            work.path = default_storage.save(f"directory/{ids.uuid7()}", File(file))
        size = path.stat().st_size
    work.total = written
    return {"guides": written, "size": size}


def write_file(form: Form, guides: Guides, path: Path) -> None:
    """Write guides in a form. `guides` makes an iterator of `Exported` as often as it is called."""
    if form == "jsonl":
        with path.open("wb") as file:
            file.writelines(write_json(guides()))
    else:
        {"csv": write_csv, "xlsx": write_xlsx}[form](guides, path)


def exported_file(officer: Officer, work_id: int) -> ExportedFile | None:
    """The file of an editor's own export; None while it is written, or when its week is over."""
    work = work_of(officer, work_id)
    if work is None or work.kind != "export" or not work.path or work.finished_at is None:
        return None
    return ExportedFile(
        work.parameters["name"],
        work.parameters["form"],
        work.outcome["size"],
        work.finished_at + KEPT,
        work.path,
    )
