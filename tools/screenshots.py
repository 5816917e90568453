"""Pictures of every page, to look through in a minute: `./tongban screenshots`.

Takes each page of PAGES in Chinese and English, at 390, 768 and 1280 px, light and dark, signed in
through the real sign-in page with the demo's accounts, from a running platform (`./tongban up`).
They go to the git-ignored build/screenshots/ with an index.html. A page that fails, that is wider
than its window, or whose console complains is listed at the end and makes the exit status 1.

`--readme` instead makes the few pictures that README shows, in docs/pictures/.
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "build" / "screenshots"
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES = {"zh": "", "en": "/en"}  # what stands before a page's path
WIDTHS = (1280, 768, 390)
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Target:
    """A page: where it is, who looks at it ("public" or a role of accounts.yaml; "resident" is an
    account without posts), and, for pages of one particular thing, which links lead there from
    `path`, one after the other (patterns of their addresses; the first that matches is taken)."""

    name: str
    path: str
    role: str = "public"
    follow: tuple[str, ...] = ()


PAGES = (
    Target("home", "/"),
    Target("search", "/search?q=公租房"),
    Target("search-empty", "/search?q=xyzxyz"),
    Target("browse", "/browse"),
    Target("guide", "/search?q=公租房", follow=(r"/services/[\w-]+$",)),
    Target("material", "/search?q=公租房", follow=(r"/services/[\w-]+$", r"/papers/[^/]+$")),
    Target("sample", "/search?q=公租房", follow=(r"/services/[\w-]+$", r"/papers/[^/]+/sample$")),
    Target("fit", "/search?q=公租房", follow=(r"/services/[\w-]+$", r"/fit$")),
    Target("rehearsal", "/search?q=公租房", follow=(r"/services/[\w-]+$", r"/rehearse$")),
    Target("a-to-z", "/lists/a-z"),
    Target("open-data", "/open-data"),
    Target("todo-lists", "/lists"),
    Target("todo-list", "/lists/yunze-services"),
    Target("todo-timeline", "/lists/yunze-services?view=timeline"),
    Target("todo-units", "/lists/yunze-services?view=units"),
    Target("todo-task", "/lists/yunze-services/tasks/2.2"),
    Target("todo-levels", "/lists/yunze-services/levels"),
    Target("todo-all-units", "/lists/units"),
    Target("todo-unit", "/lists/units", follow=(r"/lists/units/[^/]+$",)),
    Target("todo-region", "/lists/regions/990100"),
    Target("todo-rules", "/lists/rules"),
    Target("todo-digests", "/lists/digests"),
    Target("todo-ledger", "/lists/yunze-services/ledger"),
    Target("regions", "/regions"),
    Target("agencies", "/agencies"),
    Target("agency", "/agencies?region=990100", follow=(r"/agencies/\w+$",)),
    Target("centre", "/agencies?region=990100", follow=(r"/agencies/\w+$", r"/centres/\w+$")),
    Target("help", "/help"),
    Target("about", "/about"),
    Target("accessibility", "/accessibility"),
    Target("privacy", "/privacy"),
    Target("sign-in", "/account/login/"),
    Target("sign-up", "/account/signup/"),
    Target("forgotten", "/account/password/reset/"),
    Target("not-found", "/no/such/page"),
    Target("components", "/look/"),
    Target("home-signed-in", "/", "resident"),
    Target("cases", "/cases", "resident"),
    Target("case", "/cases", "resident", (r"/cases/\d+$",)),
    Target("drafts", "/drafts", "resident"),
    Target("inbox", "/inbox", "resident"),
    Target("message", "/inbox", "resident", (r"/inbox/[\w-]{20,}",)),
    Target("me", "/me", "resident"),
    Target("who-looked", "/me/looks", "resident"),
    Target("second-step", "/account/2fa/", "resident"),
    Target("queue-clerk", "/work/", "clerk"),
    Target("queue-officer", "/work/", "officer"),
    Target("work-case", "/work/", "officer", (r"/work/[\d-]+/$",)),
    Target("work-find", "/work/find/", "officer"),
    Target("overview", "/work/overview/", "supervisor"),
    Target("staff", "/work/staff/", "administrator"),
    Target("guides", "/work/guides/", "editor"),
    Target("work-guide", "/work/guides/", "editor", (r"/work/guides/\d+/$",)),
    Target("work-preview", "/work/guides/", "editor", (r"/work/guides/\d+/$", r"/versions/\d+/$")),
    Target(
        "work-phones",
        "/work/guides/",
        "editor",
        (r"/work/guides/\d+/$", r"/versions/\d+/$", r"/phones/$"),
    ),
    Target("exchange", "/work/guides/exchange/", "editor"),
    Target("quality", "/work/quality/", "editor"),
    Target("rehearsals", "/work/rehearsals/", "editor"),
    Target("searches", "/work/searches/", "editor"),
    Target("work-lists", "/work/lists/", "programme"),
    Target("work-list", "/work/lists/yunze-services/", "programme"),
    Target("work-list-import", "/work/lists/import/", "programme"),
    Target("work-list-compare", "/work/lists/yunze-services/compare/", "programme"),
    Target("work-list-queue", "/work/lists/", "reporter"),
    Target("calendars", "/work/calendars/", "administrator"),
)

# (file, page, language, width, theme): what README shows.
README = (
    ("home.zh", "home", "zh", 1280, "light"),
    ("home.en", "home", "en", 1280, "light"),
    ("guide.zh", "guide", "zh", 1280, "light"),
    ("guide.en", "guide", "en", 1280, "light"),
    ("case.zh", "case", "zh", 390, "light"),
    ("case.en", "case", "en", 390, "light"),
    ("queue.zh", "queue-officer", "zh", 1280, "light"),
    ("queue.en", "queue-officer", "en", 1280, "light"),
)


@dataclass(frozen=True)
class Shot:
    """One picture: a page in a language, at a width in px, in a theme."""

    page: Target
    language: str
    width: int
    theme: str

    @property
    def file(self) -> str:
        return f"{self.page.name}.{self.language}.{self.width}.{self.theme}.png"


class Studio:
    """A browser with one signed-in context for each role."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self._browser = browser
        self._base_url = base_url
        self._contexts: dict[str, BrowserContext] = {}
        self._paths: dict[tuple[str, str], str] = {}
        self.complaints: list[str] = []

    def take(self, shot: Shot, target: Path, *, whole: bool = True) -> None:
        """Photograph a page; what is wrong with it goes to `complaints`."""
        label = shot.file.removesuffix(".png")
        try:
            page = self._context(shot.page.role).new_page()
        except Error as error:
            self.complaints.append(f"{label}: {error.message}")
            return
        page.on("pageerror", lambda error: self.complaints.append(f"{label}: {error}"))
        try:
            page.set_viewport_size({"width": shot.width, "height": 900})
            page.emulate_media(color_scheme="dark" if shot.theme == "dark" else "light")
            reply = page.goto(self._base_url + self._path(shot), wait_until="load")
            if reply and reply.status >= 400 and shot.page.name != "not-found":
                self.complaints.append(f"{label}: status {reply.status} at {page.url}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > shot.width:
                self.complaints.append(f"{label}: {wide} px wide")
            page.screenshot(path=target, full_page=whole)
        except Error as error:
            self.complaints.append(f"{label}: {error.message.splitlines()[0]}")
        finally:
            page.close()

    def _path(self, shot: Shot) -> str:
        """Where the page is; the links of `follow` are followed once for each language."""
        start = LANGUAGES[shot.language] + shot.page.path
        if not shot.page.follow:
            return start
        key = (shot.page.name, shot.language)
        if key not in self._paths:
            page = self._context(shot.page.role).new_page()
            try:
                page.goto(self._base_url + start, wait_until="load")
                for pattern in shot.page.follow:
                    links: list[str] = page.eval_on_selector_all(
                        "main a[href]", "links => links.map(link => link.pathname)"
                    )
                    found = next((link for link in links if re.search(pattern, link)), None)
                    if found is None:
                        raise Error(f"no link like {pattern} at {page.url}")
                    page.goto(self._base_url + found, wait_until="load")
                self._paths[key] = page.url.removeprefix(self._base_url)
            finally:
                page.close()
        return self._paths[key]

    def _context(self, role: str) -> BrowserContext:
        if role not in self._contexts:
            context = self._browser.new_context()
            if role != "public":
                self._sign_in(context, *account_of(role))
            self._contexts[role] = context
        return self._contexts[role]

    def _sign_in(self, context: BrowserContext, username: str, password: str) -> None:
        page = context.new_page()
        page.goto(f"{self._base_url}/account/login/", wait_until="load")
        page.fill("[name=login]", username)
        page.fill("[name=password]", password)
        page.click("main form [type=submit]")
        page.wait_for_load_state("load")
        if "/account/login" in page.url:
            raise Error(f"could not sign in as {username}: is the demo loaded there?")
        page.close()


def account_of(role: str) -> tuple[str, str]:
    """User name and password of the demo's first account with that role, or without any post."""
    written: dict[str, Any] = yaml.safe_load(
        (ROOT / "demo" / "accounts.yaml").read_text(encoding="utf-8")
    )
    for account in written["accounts"]:
        roles = {post["role"] for post in account.get("posts", ())}
        if role in roles or (role == "resident" and not roles):
            return account["username"], written["password"]
    raise LookupError(f"no demo account for {role}")


def shots(only: str, *, quick: bool) -> Iterator[Shot]:
    """Every picture wanted, page by page."""
    for page in PAGES:
        if not re.search(only, page.name):
            continue
        for language in LANGUAGES:
            for width in (1280, 390) if quick else WIDTHS:
                for theme in ("light",) if quick else THEMES:
                    yield Shot(page, language, width, theme)


def write_index(taken: list[Shot], complaints: list[str]) -> None:
    """One page with all pictures that are in the folder, grouped by page."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title><style>'
        "body{font-family:sans-serif;margin:2rem;background:#888}h2{margin:2rem 0 .5rem}"
        "div{display:flex;gap:1rem;overflow-x:auto;align-items:flex-start}"
        "img{height:36rem;object-fit:cover;object-position:top;background:#fff}"
        "figure{margin:0}figcaption{font-size:.8rem}</style>"
    ]
    if complaints:
        items = "".join(f"<li>{html.escape(one)}</li>" for one in complaints)
        parts.append(f"<h2>To mend</h2><ul>{items}</ul>")
    previous = ""
    for shot in taken:
        if shot.page.name != previous:
            parts.append(f"{'</div>' if previous else ''}<h2>{shot.page.name}</h2><div>")
            previous = shot.page.name
        words = f"{shot.language} {shot.width} {shot.theme}"
        parts.append(
            f'<figure><a href="{shot.file}"><img loading="lazy" src="{shot.file}" alt="{words}">'
            f"</a><figcaption>{words}</figcaption></figure>"
        )
    (OUTPUT / "index.html").write_text("\n".join([*parts, "</div>"]), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./tongban screenshots", description=__doc__)
    parser.add_argument("--base-url", default="http://localhost:8000")
    parser.add_argument("--only", default="", metavar="PATTERN", help="pages whose name matches")
    parser.add_argument("--quick", action="store_true", help="1280 and 390 px, light, only")
    parser.add_argument("--readme", action="store_true", help="the pictures of README")
    wanted = parser.parse_args()
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=SWITCHES)
        studio = Studio(browser, wanted.base_url.rstrip("/"))
        if wanted.readme:
            PICTURES.mkdir(parents=True, exist_ok=True)
            pages = {page.name: page for page in PAGES}
            for name, page, language, width, theme in README:
                shot = Shot(pages[page], language, width, theme)
                studio.take(shot, PICTURES / f"{name}.png", whole=False)
        else:
            OUTPUT.mkdir(parents=True, exist_ok=True)
            wanted_shots = list(shots(wanted.only, quick=wanted.quick))
            for count, shot in enumerate(wanted_shots, 1):
                print(f"\r  {count}/{len(wanted_shots)} {shot.file:60}", end="", flush=True)
                (OUTPUT / shot.file).unlink(missing_ok=True)
                studio.take(shot, OUTPUT / shot.file)
            taken = [shot for shot in wanted_shots if (OUTPUT / shot.file).exists()]
            write_index(taken, studio.complaints)
            print(f"\r  {len(taken)} pictures: {OUTPUT / 'index.html'}{'':40}")
        browser.close()
    for complaint in studio.complaints:
        print(f"  {complaint}", file=sys.stderr)
    return 1 if studio.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
