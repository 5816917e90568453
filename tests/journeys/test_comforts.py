"""The keyboard, large text, the dark, and paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def tab_to(visitor: Visitor, selector: str, *, most: int = 60) -> None:
    """Press Tab until the focus is there; every stop on the way can be seen."""
    for _press in range(most):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not get to {selector}")


def test_a_form_is_filled_in_by_keyboard_alone(visit: Visit) -> None:
    xu = visit("xu.qing")
    xu.go("/apply/resident-parking-permit-990100")
    keyboard = xu.page.keyboard
    keyboard.press("Tab")
    assert xu.page.evaluate("document.activeElement.className") == "tb-skip"
    keyboard.press("Enter")  # straight to what the page is about
    tab_to(xu, "main form button")
    xu.after(lambda: keyboard.press("Enter"))
    tab_to(xu, "[name=home-street]")
    keyboard.press("Control+A")
    keyboard.type("书院路 1 号")
    tab_to(xu, "[name=home_link]")
    keyboard.press("Space")  # the first choice
    tab_to(xu, "[name=other_space]")
    keyboard.press("ArrowDown")  # the second
    tab_to(xu, "main form .govuk-button-group button")
    xu.after(lambda: keyboard.press("Enter"))
    assert xu.path.partition("/steps/")[2].startswith(("car", "you")), xu.text
    if "/steps/you" in xu.path:  # what the demo does not know of the student
        assert xu.page.evaluate("document.activeElement.className").startswith("govuk-error")


def test_the_queue_is_worked_by_keyboard(visit: Visit) -> None:
    officer = visit("wu.officer")
    officer.go("/work/")
    keyboard = officer.page.keyboard
    officer.page.evaluate("document.activeElement.blur()")
    keyboard.press("j")
    first = officer.page.evaluate("document.activeElement.getAttribute('href')")
    keyboard.press("j")
    second = officer.page.evaluate("document.activeElement.getAttribute('href')")
    assert first != second
    keyboard.press("k")
    officer.after(lambda: keyboard.press("Enter"))
    assert officer.path == first
    officer.go("/work/")
    officer.page.evaluate("document.activeElement.blur()")
    keyboard.press("/")
    keyboard.type("登记")
    officer.after(lambda: keyboard.press("Enter"))
    assert "q=" in officer.path


@pytest.mark.parametrize("scripts", [True, False])
def test_large_text_and_the_dark_stay(visit: Visit, scripts: bool) -> None:
    reader = visit(language="en", width=390, scripts=scripts)
    reader.go("/")
    reader.follow("Large text")
    reader.after(reader.find("a[href*='theme=dark']").first.click)
    reader.go("/browse")
    reader.go("/services/birth-registration-990100")
    style = "getComputedStyle(document.documentElement)"
    assert reader.page.evaluate(f"{style}.fontSize") == "24px"
    light = reader.page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert sum(light[:3]) < 200, light


def test_a_guide_on_paper(visit: Visit) -> None:
    reader = visit().go("/services/birth-registration-990100")
    reader.page.emulate_media(media="print")
    assert not reader.find("header nav").first.is_visible()
    assert reader.find("h1").is_visible()
    for part in reader.find("main details").all():
        assert part.locator(
            "xpath=./*[not(self::summary)]"
        ).first.is_visible()  # paper cannot unfold
    assert reader.page.pdf().startswith(b"%PDF")
