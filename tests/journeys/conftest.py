"""A browser for each module of journeys, and people who use it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.demo_site import DemoSite
from tests.journeys.visitor import Visitor
from tools.screenshots import BROWSERS, SWITCHES

expect.set_options(timeout=120_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser itself may stumble on a busy machine (a lost connection, a time-out): then a
    journey has a second try, which the run's summary shows. A failed assertion has none."""
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[r"playwright\._impl\._errors"]))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(demo_site: DemoSite, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser context (cookies, window) of their own.

    visit()                                   # nobody, in Chinese, on a desk's screen
    visit("lin.xiaoyu", language="en", width=390, scripts=False)
    """
    visitors = []

    def make(username: str = "", **wishes: Any) -> Visitor:
        visitor = Visitor(demo_site, browser, **wishes)
        visitors.append(visitor)
        if username:
            visitor.come_in(username)
        return visitor

    yield make
    for visitor in visitors:
        visitor.leave()
