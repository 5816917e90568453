"""Somebody at a browser: goes to pages, presses buttons, and looks at every page that comes.

Looking means: it is a page of ours and not an error, it has one main heading, it is in the
language asked for, nothing is wider than the window, the console says nothing, and axe finds
nothing. Pages that are built alike are examined once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Response

from tests.demo_site import PASSWORD, DemoSite

AXE = (Path(__file__).parents[2] / "build" / "test" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a page is built of, whatever its texts: every element as it stands in its parent.
SHAPE = """() => [...new Set([...document.querySelectorAll("body *")].map(one => [
    one.parentElement.tagName, one.parentElement.className, one.tagName, one.className,
    ...[...one.attributes].map(attribute => attribute.name).sort()].join(" ")))].sort().join()"""
LANG = {"zh": "zh-Hans", "en": "en"}

_examined: set[str] = set()
# Sessions of the demo's people, by the site and the name: signing in is slow, on purpose.
_sessions: dict[tuple[str, str], str] = {}


class Visitor:
    """A person with a browser window of their own. `page` is Playwright's."""

    def __init__(
        self,
        site: DemoSite,
        browser: Browser,
        *,
        language: str = "zh",
        width: int = 1280,
        scripts: bool = True,
        dark: bool = False,
    ) -> None:
        self.site = site
        self.language = language
        self.width = width
        self.scripts = scripts
        self.dark = dark
        self.complaints: list[str] = []
        self._browser = browser
        self._copies: Page | None = None
        self._context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="zh-CN" if language == "zh" else "en-GB",
            accept_downloads=True,
        )
        self._context.set_default_timeout(120_000)
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        return page

    def _listen(self, said: object) -> None:
        kind, text = getattr(said, "type", ""), getattr(said, "text", "")
        # A page that was refused (422, 404) is reported by the browser as a failed load.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def leave(self) -> None:
        self._context.close()
        if self._copies is not None:
            self._copies.close()

    # --- moving ----------------------------------------------------------------------------

    def go(self, path: str, *, status: int = 200) -> Visitor:
        """Open an address, without the language's prefix."""
        prefix = "/en" if self.language == "en" and not path.startswith("/en/") else ""
        reply = self.page.goto(f"{self.site.url}{prefix}{path}", wait_until="load")
        assert reply is not None
        assert reply.status == status, f"{reply.status} at {self.page.url}"
        return self.see()

    def follow(self, name: str | re.Pattern[str]) -> Visitor:
        """Click the first link with these words."""
        return self.after(self.page.get_by_role("link", name=name).first.click)

    def press(self, name: str | re.Pattern[str], *, within: str = "main") -> Visitor:
        """Click the first button with these words."""
        button = self.page.locator(within).get_by_role("button", name=name).first
        return self.after(button.click)

    def after(self, act: Callable[[], object]) -> Visitor:
        """Do what leads to another page, wait for it, look at it."""
        with self.page.expect_navigation(wait_until="load") as coming:
            act()
        reply: Response | None = coming.value
        assert reply is None or reply.status < 500, f"{reply.status} at {self.page.url}"
        return self.see()

    def come_in(self, username: str) -> Visitor:
        """Be one of the demo's people: by the form the first time, then by the session it gave."""
        known = _sessions.get((self.site.url, username))
        if known is None:
            self.sign_in(username)
            (found,) = (one for one in self._context.cookies() if one["name"] == "sessionid")
            _sessions[self.site.url, username] = found["value"]
        else:
            session = {"name": "sessionid", "value": known, "url": self.site.url}
            self._context.add_cookies([session])
        return self

    def sign_in(self, username: str, password: str = PASSWORD) -> Visitor:
        self.go("/account/login/")
        return self.fill_sign_in(username, password)

    def fill_sign_in(self, username: str, password: str = PASSWORD) -> Visitor:
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", password)
        self.after(self.page.locator("main form [type=submit]").first.click)
        assert "/account/login" not in self.page.url, self.text
        return self

    # --- looking ---------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Where the visitor is, without the language's prefix and the place on the page."""
        return self.page.url.removeprefix(self.site.url).removeprefix("/en").partition("#")[0]

    @property
    def text(self) -> str:
        """What the main part of the page says."""
        return self.page.locator("main").inner_text()

    def sees(self, *words: str) -> Visitor:
        said = self.text
        for one in words:
            assert one in said, f"“{one}” is not at {self.page.url}:\n{said}"
        return self

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def see(self) -> Visitor:
        """Look at the page; fails with what is wrong with it."""
        where = f"{self.page.url} ({self.width} px)"
        built_of = self.page.evaluate(SHAPE)
        state = f"{built_of} {self.language} {self.width} {self.dark} {self.scripts}"
        mark = hashlib.sha256(state.encode()).hexdigest()
        assert self.find("h1").count() == 1, f"{self.find('h1').count()} h1 at {where}"
        if mark in _examined:
            return self
        assert self.find("html").get_attribute("lang") == LANG[self.language], where
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{wide} px wide: {where}"
        found = violations(self.page if self.scripts else self._copy())
        assert found == [], f"{where}:\n" + "\n".join(found)
        assert self.complaints == [], f"{where}: {self.complaints}"
        _examined.add(mark)
        return self

    def _copy(self) -> Page:
        """The page as it is, in a tab with scripts: axe is one, and would wait for ever."""
        if self._copies is None:
            self._copies = self._browser.new_page(viewport={"width": self.width, "height": 900})
        content = re.sub(r"<script.*?</script>", "", self.page.content(), flags=re.DOTALL)
        self._copies.unroute_all()
        self._copies.route(
            self.page.url, lambda route: route.fulfill(body=content, content_type="text/html")
        )
        self._copies.goto(self.page.url, wait_until="load")
        return self._copies


def violations(page: Page) -> list[str]:
    """What axe finds: rule, why, and where."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:200]}\n    {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"][:5]
    ]
