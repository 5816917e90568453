"""Cells of tables that people open with a spreadsheet program."""

from __future__ import annotations

# What begins a formula; the programs of China and Japan take the wide signs for one too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what would be one.

    So a telephone "+86 …" begins with one as well.
    """
    return f"'{text}" if text.startswith(FORMULA) else text
