"""What is wrong with a file that editors bring: where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Kept by name; the rest is counted.
MOST = 20_000

REASONS: dict[str, str | Promise] = {
    "merged": _(
        "Cells %(value)s are merged, so it is unclear which rows they belong to. "
        "Unmerge them and fill in each row."
    ),
    "formula": _("Cell %(value)s holds a formula. Its value was read; the formula is not kept."),
    "no_value": _(
        "Cell %(value)s holds a formula without a value. Open the file in a "
        "spreadsheet program, save it, and try again."
    ),
    "number_code": _(
        "The code has become a number and has lost digits. Format the column as text "
        "and enter the code again."
    ),
    "error_value": _("Cell %(value)s shows an error of the spreadsheet."),
    "unknown_column": _("The column is not known and was not read."),
    "unknown_table": _("The sheet is not known and was not read."),
    "no_code_column": _(
        "The sheet has no column “code”, so its rows belong to no guide. Export once "
        "to see the columns."
    ),
    "twice_column": _("The column stands there twice."),
    "empty_table": _("The sheet is empty and was not read: the guides keep what they have."),
    "encoding": _(
        "The file is not in UTF-8. It was read as %(value)s; look whether its texts "
        "are right."
    ),
    "no_code": _("The row has no code."),
    "twice": _("The code stands in row %(value)s already."),
    "orphan": _("No row of the sheet “guides” has this code."),
    "not_yours": _(
        "There is no guide with this code among those you look after, and it is not the "
        "31-character code of a new one."
    ),
    "anothers": _("The guide with this code is another agency’s. You cannot change it."),
    "no_agency": _(
        "A new guide: but no agency has the code %(value)s, the first 18 characters of this one."
    ),
    "foreign_agency": _(
        "A new guide: but you do not edit for the agency %(value)s, to which the code belongs."
    ),
    "other_region": _("A new guide: but its agency is in the region %(value)s."),
    "no_item": _(
        "A new guide: but the basic directory has no item %(value)s in force (characters 20 to 31 "
        "of the code). Have the item entered there first."
    ),
    "no_summary": _("A new guide: but it does not say what it is for (“summary”)."),
    "no_version": _("The guide has no version yet. Begin it here first."),
    "in_review": _("The guide is in review. Have it sent back first."),
    "moved_on": _(
        "The guide has been changed since it was exported (it is now version "
        "%(value)s). Export it again."
    ),
    "not_json": _("The line is not JSON: %(value)s"),
    "no_guide": _("The line has no “guide”."),
    "wrong_shape": _("The row has %(value)s cells, more than the header."),
    "too_many": _("There are more than %(value)s rows. Split the file."),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing wrong. `row` as a spreadsheet shows it, 0 for a whole table."""

    table: str
    row: int
    column: str
    words: str
    is_error: bool = True
    code: str = ""  # of the guide

    def as_json(self) -> list[Any]:
        return [self.table, self.row, self.column, self.words, self.is_error, self.code]


@dataclass
class Problems:
    """All that is wrong, counted, and kept up to a bound."""

    kept: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0

    def add(self, problem: Problem) -> None:
        """Take one in."""
        if problem.is_error:
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.kept) < MOST:
            self.kept.append(problem)

    def say(
        self,
        reason: str,
        table: str,
        row: int = 0,
        column: str = "",
        *,
        value: object = "",
        is_error: bool = True,
        code: str = "",
    ) -> None:
        """Take one in by the name of its reason, in the language of this moment."""
        facts: Mapping[str, object] = {"value": value}
        words = str(REASONS[reason]) % facts
        self.add(Problem(table, row, column, words, is_error, code))
