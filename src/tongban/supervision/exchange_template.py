"""An empty workbook of a list, with notes on how to fill it in and the agencies' codes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation

from tongban.directory.api import agencies_of
from tongban.identity.api import Officer
from tongban.kernel.localized import pick
from tongban.supervision.evidence import MEASURES
from tongban.supervision.exchange_tables import LANGUAGES, LEVELS, TABLES, Kind

NOTES: Mapping[str, Mapping[str, Promise | str]] = {
    "list": {
        "": gettext_lazy("What the list says of itself: exactly one row."),
        "slug": gettext_lazy("Its address: small letters, digits and hyphens. It stays for ever."),
        "level": ", ".join(LEVELS),
        "region": gettext_lazy("Code of the region, such as 990000."),
        "office": gettext_lazy("Code of the programme office; see the last sheet."),
        "title": gettext_lazy("The title, as the document has it."),
        "summary": gettext_lazy("What the list is about, in a few sentences."),
        "basis": gettext_lazy("The document that it rests on, with its number."),
        "source_url": gettext_lazy("Where that document stands on the web."),
        "evidence_days": gettext_lazy("Working days in which everybody may look at a claim."),
        "reply_days": gettext_lazy("Working days a unit has to answer an observation."),
        "soon_days": gettext_lazy("“Due soon”: so many working days before the due date."),
        "very_late_days": gettext_lazy("“Very overdue”: so many working days after it."),
        "unanswered_most": gettext_lazy("Unanswered observations after which the superior hears."),
    },
    "tasks": {
        "": gettext_lazy("The tasks, in their order: a row each."),
        "code": gettext_lazy("The number in the document, such as 3.1; each once."),
        "section": gettext_lazy("The part of the list; the same words in every row of it."),
        "title": gettext_lazy("What is to be done."),
        "text": gettext_lazy("More about it."),
        "deliverable": gettext_lazy("What is to come out of it."),
        "basis": gettext_lazy("The legal basis of this task."),
        "lead": gettext_lazy("The lead unit as the document names it."),
        "lead_agency": gettext_lazy("Its code in the directory; only then can it report."),
        "start": gettext_lazy("A day: 2027-01-31. 2027/1/31 and 2027年1月31日 are read too."),
        "due": gettext_lazy("A day, not before the start. Empty: no due date."),
        "evidence": gettext_lazy(
            "Optional, a figure that the platform counts itself: "
            '{"measure": "online_items", "region": "990000", "target": 35}. Measures: %(names)s.'
        ),
    },
    "co_units": {
        "": gettext_lazy("Co-responsible units: a row each, as many as a task has."),
        "task": gettext_lazy("The number of the task."),
        "name": gettext_lazy("The unit as the document names it."),
        "agency": gettext_lazy("Its code in the directory."),
    },
    "milestones": {
        "": gettext_lazy("Steps on the way: a row each."),
        "task": gettext_lazy("The number of the task."),
        "title": gettext_lazy("What is reached."),
        "due": gettext_lazy("By which day."),
    },
    "indicators": {
        "": gettext_lazy("Figures to reach: a row each."),
        "task": gettext_lazy("The number of the task."),
        "name": gettext_lazy("What is counted."),
        "unit": gettext_lazy("In what: items, days, percent."),
        "baseline": gettext_lazy("The figure at the start."),
        "target": gettext_lazy("The figure to reach."),
    },
}


def template(officer: Officer) -> bytes:
    """An empty workbook in the language of the page. What stands in its notes is not read back."""
    book = Workbook(write_only=True)
    for name, columns in TABLES.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        headings: list[str] = []
        for column in columns:
            if column.kind is Kind.WORD:
                # As text: else a spreadsheet makes 3.1 of 3.10, a day of 1-2, and rounds a credit
                # code of eighteen digits.
                sheet.column_dimensions[_letters(len(headings))].number_format = "@"
            if column.name == "level":
                sheet.data_validations.append(_one_of(LEVELS, _letters(len(headings))))
            each = LANGUAGES if column.kind is Kind.TEXT else ("",)
            headings += [(f"{column.name}:{one}" if one else column.name) for one in each]
        for place in range(len(headings)):
            sheet.column_dimensions[_letters(place)].width = 18
        sheet.append(list(_bold(sheet, headings)))
    chinese = (get_language() or "").startswith("zh")
    notes = book.create_sheet("填写说明" if chinese else "how to fill in")
    for letter, width in (("A", 14), ("B", 18), ("C", 12), ("D", 90)):
        notes.column_dimensions[letter].width = width
    for line in _intro():
        notes.append(["", "", "", line])
    notes.append(
        list(_bold(notes, [_("Sheet"), _("Column"), _("Must be there"), _("What to write")]))
    )
    for name, columns in TABLES.items():
        notes.append([name, "", "", str(NOTES[name][""])])
        for column in columns:
            words = str(NOTES[name][column.name]).replace("%(names)s", ", ".join(MEASURES))
            wide = WriteOnlyCell(notes, words)
            wide.alignment = Alignment(wrap_text=True)
            shown = f"{column.name}:zh, :en" if column.kind is Kind.TEXT else column.name
            notes.append([name, shown, _("yes") if column.required else "", wide])
    codes = book.create_sheet("机构代码" if chinese else "agency codes")
    codes.column_dimensions["B"].width = 50
    codes.append(list(_bold(codes, [pgettext("agency", "Code"), pgettext("agencies", "Agency")])))
    for post in officer.posts_as("programme"):
        for one in agencies_of(post.region_path, below=True):
            codes.append([one.code, pick(one.name)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _one_of(words: Iterable[str], letter: str) -> DataValidation:
    """A choice for the cells under a heading."""
    choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    choice.add(f"{letter}2:{letter}1000")
    return choice


def _intro() -> Iterable[str]:
    yield _("A text has a column for each language: title:zh in Chinese, title:en in English.")
    yield _("Write a value into every row; do not merge cells; no formulas.")
    yield _("This sheet and the last one are for you: they are not read.")


def _bold(sheet: object, words: Iterable[str]) -> Iterable[object]:
    for one in words:
        cell = WriteOnlyCell(sheet, one)  # type: ignore[arg-type]  # stubs want a worksheet class
        cell.font = Font(bold=True)
        yield cell


def _letters(place: int) -> str:
    first, last = divmod(place, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)
