"""All rules, and running them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tongban.catalogue.linting import handling, language, papers
from tongban.catalogue.linting.book import RULES, Rule
from tongban.catalogue.linting.facts import GuideFacts
from tongban.catalogue.linting.findings import SEVERITIES, Found
from tongban.catalogue.linting.words import title_of

__all__ = ["RULES", "handling", "language", "lint", "papers", "table"]


def lint(facts: GuideFacts) -> list[Found]:
    """What all rules find, worst first, then in the order of the book."""
    found = [finding for one in RULES.values() for finding in _found_by(one, facts)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _found_by(one: Rule, facts: GuideFacts) -> Iterator[Found]:
    if one.chinese and not facts.is_chinese:
        return
    for place, said in one.check(facts):
        yield Found(one.key, one.severity, place, said)


def table() -> str:
    """The rules as a table of docs/howto/check-guides.md."""
    lines = ["| rule | severity | | what it finds |", "|---|---|---|---|"]
    for one in RULES.values():
        origin = ", ".join(filter(None, [one.origin, "*zh*" if one.chinese else ""]))
        title = title_of(one.key)
        lines.append(f"|`{one.key}`|{one.severity}|{origin}|{title['en']} · {title['zh']}|")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
