"""What staff do with a case, page by page."""

from __future__ import annotations

from typing import Any

from tests.journeys.visitor import Visitor


def act(officer: Visitor, number: str, slug: str, **answers: Any) -> Visitor:
    """Open an act's page from the case's, fill it in and do it."""
    officer.go(f"/work/{number}/")
    link = officer.find(f"main a[href$='/{number}/{slug}/']").first
    assert link.count(), f"cannot {slug}:\n{officer.text}"
    officer.after(link.click)
    for name, value in answers.items():
        control = officer.find(f"main [name='{name}']").first
        if control.get_attribute("type") == "radio":
            officer.find(f"main [name='{name}'][value='{value}']").check()
        else:
            control.fill(str(value))
    officer.after(officer.find("main form .govuk-button-group button").first.click)
    assert officer.path == f"/work/{number}/", officer.text
    assert officer.find(".tb-banner--done, [role=status]").count(), officer.text
    return officer


def grant(clerk: Visitor, officer: Visitor, number: str) -> None:
    """The usual way of a case, up to its delivery."""
    act(clerk, number, "accept")
    act(officer, number, "examine", opinion="材料齐全，符合条件。")
    act(officer, number, "decide", outcome="granted")
    act(officer, number, "complete")
    act(clerk, number, "deliver", way="online")
