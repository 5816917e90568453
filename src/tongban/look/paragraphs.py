"""Safe HTML from the plain text that editors write: paragraphs and lists, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_BULLET = re.compile(r"^\s*[-•·]\s+(.*)$")
_NUMBER = re.compile(r"^\s*(?:\d{1,2}[.、．)]|（\d{1,2}）)\s*(?=\D)(.*)$")


def paragraphs(text: str) -> SafeString:
    """`<p>`, `<ul>` and `<ol>` from text: a blank line parts paragraphs, a line that begins with
    "- " or "1. " (or 1、 or （1）) is a list item, any other line break is kept."""
    # Every line is escaped in _blocks; only our own tags are added.
    return mark_safe("".join(_blocks(text or "")))  # noqa: S308


def _blocks(text: str) -> Iterator[str]:
    kind = ""
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        this_kind, content = _read(line)
        if this_kind != kind and lines:
            yield _wrap(kind, lines)
            lines = []
        kind = this_kind
        if content:
            lines.append(escape(content))


def _read(line: str) -> tuple[str, str]:
    if not line.strip():
        return "", ""
    if found := _BULLET.match(line):
        return "ul", found[1].strip()
    if found := _NUMBER.match(line):
        return "ol", found[1].strip()
    return "p", line.strip()


def _wrap(kind: str, lines: list[str]) -> str:
    if kind == "p":
        return f'<p class="govuk-body">{"<br>".join(lines)}</p>'
    style = "bullet" if kind == "ul" else "number"
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<{kind} class="govuk-list govuk-list--{style}">{items}</{kind}>'
