"""The gallery in a real browser: accessible, unbroken and within its security policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

AXE = Path(__file__).parents[2] / "build" / "test" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.look.urls")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        # Playwright keeps an event loop in this thread; the server's threads use the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said: a refused script or style shows up here."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    yield page
    page.close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


def test_the_gallery_is_accessible(
    live_server: LiveServer, page: Page, complaints: list[str]
) -> None:
    looks = [
        ("/look/?messages=1", 390, "light"),
        ("/en/look/", 1280, "light"),
        ("/en/look/", 390, "dark"),
        ("/look/?workbench=1", 1280, "dark"),
    ]
    for path, width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(live_server.url + path)
        assert violations(page) == [], (path, theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert complaints == []


def test_large_text_fits_a_phone(live_server: LiveServer, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{live_server.url}/en/look/display?text=large&next=/en/look/")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_queues_work_from_the_keyboard(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/en/look/?workbench=1")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    here = "document.activeElement.textContent"
    assert page.evaluate(here).endswith("482-K")
    page.keyboard.press("x")
    assert page.locator("table[data-keys] tbody input:checked").count() == 1
    page.keyboard.press("k")
    assert page.evaluate(here).endswith("481-K")
    page.keyboard.press("/")
    page.keyboard.type("jk")  # typed, not obeyed
    assert page.input_value("[data-keys-search]") == "jk"


def test_a_script_free_page_shows_no_script_buttons(
    live_server: LiveServer, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/en/look/")
    assert not page.locator("[data-print]").first.is_visible()
    assert page.get_by_role("link", name="Large text").is_visible()
    context.close()


def test_scripts_add_their_comforts(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/en/look/")
    assert page.locator("[data-print]").first.is_visible()
    assert page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    password = page.locator("#id_password")
    page.get_by_role("button", name="Show password").first.click()
    assert password.get_attribute("type") == "text"
