"""Tasks as they are collected from documents: one JSON array of all, each naming its document, its
section, its deadline and its units ("审计署(牵头)"). A list for each document. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from tongban.supervision.exchange_tables import Line

_NUMBER = re.compile(r"〔(\d{4})〕\s*(\d+)")
_LEAD = re.compile(r"[(（]\s*牵头\s*[)）]")


def documents_in(content: bytes, name: str) -> list[dict[str, object]] | None:
    """The tasks of a file that is an array of them; None for every other file."""
    if not name.lower().endswith(".json"):
        return None
    try:
        written = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return written if isinstance(written, list) else None


def tables_by_document(
    tasks: Sequence[Mapping[str, object]], *, region: str, office: str
) -> list[dict[str, list[Line]]]:
    """The tables of each document's list, in the order of the documents. `office`: the code of the
    agency that supervises them. Raises ValueError for a task that names no document."""
    lists: dict[str, dict[str, list[Line]]] = {}
    for task in tasks:
        words = {str(name): value.strip() for name, value in task.items() if isinstance(value, str)}
        document = words.get("doc", "")
        number = _NUMBER.search(document)
        if number is None:
            raise ValueError(document)
        if document not in lists:
            head = {
                "slug": f"document-{number[1]}-{number[2]}",
                "level": "national",
                "region": region,
                "office": office,
                "title:zh": words.get("doc_title", document),
                "basis:zh": document,
            }
            lists[document] = {"list": [Line(1, head)], "tasks": [], "co_units": []}
        _put(lists[document], words, task.get("units"))
    return list(lists.values())


def _put(tables: Mapping[str, list[Line]], words: Mapping[str, str], units: object) -> None:
    named = [str(unit) for unit in units] if isinstance(units, list) else []
    leads = [unit for unit in named if _LEAD.search(unit)] or named[:1]
    section = "、".join(filter(None, (words.get("section"), words.get("section_title"))))
    rows = tables["tasks"]
    cells = {
        "code": words.get("seq") or str(len(rows) + 1),
        "section:zh": section,
        "title:zh": words.get("task", ""),
        "lead:zh": "、".join(_LEAD.sub("", unit) for unit in leads),
        "due": words.get("deadline", ""),
    }
    rows.append(Line(len(rows) + 1, {name: text for name, text in cells.items() if text}))
    for unit in named:
        if unit not in leads:
            shared = tables["co_units"]
            shared.append(Line(len(shared) + 1, {"task": cells["code"], "name:zh": unit}))
