"""Every public page and the main ones behind the sign-in: whole, in both languages, linked."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urlencode, urljoin, urlsplit

import pytest

from tests.demo_site import PASSWORD, DemoSite

LANG = {"zh": "zh-Hans", "en": "en"}
HAN = re.compile(r"[\u3400-\u9fff]")
# Words a Chinese page may have in Latin letters: names, units, what has no other name.
LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+")
FAMILIAR = {
    "tongban", "pdf", "jpg", "jpeg", "png", "word", "excel", "csv", "kb", "mb", "id", "qr", "sms",
    "api", "openapi", "json", "http", "https", "www", "html", "apache", "license", "github", "wcag",
    "aa", "key", "bearer", "english", "cookie", "cookies", "internet", "gb", "tab", "esc",
}  # fmt: skip
# Whose own words, and what is written as it is everywhere: not the interface's language.
NOT_INTERFACE = ("code", "pre", "kbd", "script", "style", "svg", "input", "textarea", "option")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Read(HTMLParser):
    """What the tests want to know of a page."""

    title: str = ""
    lang: str = ""
    h1: int = 0
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # in the page's own language
    fields: dict[str, str] = field(default_factory=dict)
    _open: list[tuple[str, bool]] = field(default_factory=list)  # elements, and whether they count

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang") or ""
        self.h1 += tag == "h1"
        if one := given.get("id"):
            self.ids.append(one)
        if tag == "a" and (target := given.get("href")):
            self.links.append(target)
        if tag == "input" and given.get("name"):
            self.fields[given["name"] or ""] = given.get("value") or ""
        self._check(tag, given)
        counts = self._counts() and tag not in NOT_INTERFACE
        other = given.get("lang")
        counts = counts and (tag == "html" or other is None or other == self.lang)
        counts = counts and given.get("aria-hidden") != "true"
        if counts:
            named = (given.get(name) for name in ("alt", "title", "aria-label", "placeholder"))
            self.words += [text for text in named if text]
        if tag not in VOID:
            self._open.append((tag, counts))

    def _check(self, tag: str, given: dict[str, str | None]) -> None:
        if "style" in given:
            self.faults.append(f"style on <{tag}>")
        self.faults += [f"{name} on <{tag}>" for name in given if name.startswith("on")]
        is_data = (given.get("type") or "").endswith("json")
        if tag == "style" or (tag == "script" and not given.get("src") and not is_data):
            self.faults.append(f"inline <{tag}>")
        if tag == "img" and "alt" not in given:
            self.faults.append(f"no alt: {given.get('src')}")

    def _counts(self) -> bool:
        return self._open[-1][1] if self._open else True

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title":
            self.title += data
        if self._counts() and data.strip():
            self.words.append(data)


class Reader:
    """Somebody who fetches pages; signed in, if a user name is given."""

    def __init__(self, site: DemoSite, username: str = "") -> None:
        self.site = site
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), _NoFollowing
        )
        if username:
            token = self.read("/account/login/").fields["csrfmiddlewaretoken"]
            given = {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
            status, _body, _kind = self.fetch("/account/login/", urlencode(given).encode())
            assert status == 302, f"{username} cannot sign in"

    def fetch(self, path: str, data: bytes | None = None) -> tuple[int, bytes, str]:
        """Status, content and its type. Redirects are not followed: Location is the content."""
        address = self.site.url + quote(path, safe="/?&=%#+:,;@~")
        request = urllib.request.Request(address, data, {"Referer": address})
        try:
            with self._opener.open(request, timeout=180) as answer:
                return answer.status, answer.read(), answer.headers.get_content_type()
        except urllib.error.HTTPError as error:
            with error:
                place = error.headers.get("Location", "").encode()
                return error.code, place or error.read(), error.headers.get_content_type()

    def read(self, path: str) -> Read:
        status, body, kind = self.fetch(path)
        assert status == 200, f"{status} at {path}"
        assert kind == "text/html", path
        page = Read()
        page.feed(body.decode())
        return page


class _NoFollowing(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: Any) -> None:
        return None


PUBLIC = (
    "/", "/search", "/search?q=登记", "/search?q=xyzxyz", "/browse", "/regions", "/agencies",
    "/about", "/accessibility", "/privacy", "/help", "/services/birth-registration-990100",
    "/services/birth-registration-990100/fit", "/services/birth-registration-990100/checklist",
    "/lists/a-z", "/lists/new", "/lists/changed", "/lists/withdrawn",
    "/lists", "/lists/yunze-services", "/lists/yunze-services/levels", "/lists/units",
    "/lists/units/11990000100001019W", "/lists/regions/990000",
    "/services/birth-registration-990100/papers/application_form",
    "/services/birth-registration-990100/papers/application_form/sample",
    "/services/birth-registration-990100/rehearse", "/account/login/",
    "/account/signup/", "/account/password/reset/", "/account/login/code/", "/api/",
)  # fmt: skip
RESIDENTS = (
    "/", "/cases", "/cases?show=open", "/cases?show=closed", "/cases/search", "/drafts", "/inbox",
    "/me", "/me/contact", "/me/region", "/me/firms/new", "/me/looks", "/me/programs",
    "/apply/birth-registration-990100", "/account/2fa/", "/account/email/",
    "/account/password/change/", "/account/phone/change/", "/account/logout/",
)  # fmt: skip
STAFF = {
    "chen.clerk": ("/work/", "/work/find/"),
    "wu.officer": ("/work/", "/work/?time=late", "/work/find/"),
    "tang.supervisor": ("/work/", "/work/find/", "/work/overview/", "/work/quality/"),
    "bai.editor": ("/work/guides/", "/work/quality/", "/work/rehearsals/"),
    "jiang.admin": ("/work/calendars/", "/work/staff/"),
}
VISITS = (
    *(("", path) for path in PUBLIC),
    *(("lin.xiaoyu", path) for path in RESIDENTS),
    *((username, path) for username, paths in STAFF.items() for path in paths),
)


@pytest.fixture(scope="module")
def reader(demo_site: DemoSite) -> Callable[[str], Reader]:
    kept: dict[str, Reader] = {}

    def make(username: str = "") -> Reader:
        if username not in kept:
            kept[username] = Reader(demo_site, username)
        return kept[username]

    return make


Readers = Callable[[str], Reader]


def details_of(reader: Reader) -> Iterator[str]:
    """One page of each kind of thing that lists lead to: a case, a message, an agency …"""
    patterns = (r"/cases/\d{12}", r"/inbox/[\w-]{36}", r"/work/\d{12}/", r"/work/guides/\d+/",
                r"/agencies/\w+", r"/centres/\w+")  # fmt: skip
    found: dict[str, str] = {}
    for path in ("/cases?show=closed", "/inbox", "/work/", "/work/guides/", "/agencies"):
        if reader.fetch(path)[0] == 200:
            for link in reader.read(path).links:
                for pattern in patterns:
                    if re.fullmatch(pattern, link):
                        found.setdefault(pattern, link)
    for link in list(found.values()):
        yield link
        if "/agencies/" in link:
            yield from (one for one in reader.read(link).links if re.fullmatch(patterns[-1], one))


@pytest.fixture(scope="module")
def pages(reader: Readers) -> Callable[[str], list[tuple[str, Read]]]:
    """All pages in a language; read once."""
    return cache(lambda language: list(pages_of(reader, language)))


Pages = Callable[[str], list[tuple[str, Read]]]


def pages_of(readers: Readers, language: str) -> Iterator[tuple[str, Read]]:
    prefix = "/en" if language == "en" else ""
    for username, path in VISITS:
        answer = readers(username)
        if answer.fetch(prefix + path)[0] == 302:  # the password once more, first
            continue
        yield f"{prefix}{path} ({username or 'nobody'})", answer.read(prefix + path)
    for username in ("", "lin.xiaoyu", "wu.officer", "bai.editor"):
        for path in details_of(readers(username)):
            yield f"{prefix}{path} ({username})", readers(username).read(prefix + path)


@pytest.mark.parametrize("language", LANG)
def test_pages_are_whole(pages: Pages, language: str) -> None:
    faults: list[str] = []
    titles: dict[str, set[str]] = {}
    for where, page in pages(language):
        faults += [f"{where}: {fault}" for fault in page.faults]
        if page.h1 != 1:
            faults.append(f"{where}: {page.h1} main headings")
        if page.lang != LANG[language]:
            faults.append(f"{where}: lang is “{page.lang}”")
        twice = [one for one, count in Counter(page.ids).items() if count > 1]
        faults += [f"{where}: two of #{one}" for one in twice]
        path = where.split(" ")[0].split("?")[0]
        titles.setdefault(" ".join(page.title.split()), set()).add(path)
    faults += [
        f"one title of {paths}: {title}" for title, paths in titles.items() if len(paths) > 1
    ]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("language", LANG)
def test_pages_speak_one_language(pages: Pages, language: str) -> None:
    """Names and what people wrote stay as they are; so does what a programmer has to type."""
    faults: list[str] = []
    for where, page in pages(language):
        personal = "(nobody)" not in where or any(
            part in where for part in ("/sample", "?q=", "/rehearse")
        )
        if "/api/" in where and language == "zh":
            continue
        for text in page.words:
            words = " ".join(text.split())
            if language == "zh":
                left = re.sub(r"\S+@\S+|https?://\S+|\b[a-z]+\.[a-z.]+\b", "", words)
                strange = [
                    one
                    for one in LATIN.findall(left)
                    if one.lower() not in FAMILIAR and not one.isupper()
                ]
                if len(strange) > 1 or (strange and not HAN.search(words)):
                    faults.append(f"{where}: {words[:120]}")
            elif HAN.search(words.replace("通办", "")) and not personal:
                faults.append(f"{where}: {words[:120]}")
    assert not faults, "\n" + "\n".join(sorted(set(faults)))


def test_links_lead_somewhere(reader: Readers) -> None:
    """Everything a visitor without an account can reach, and what a resident and staff can."""
    for username, most in (("", 400), ("lin.xiaoyu", 120), ("wu.officer", 80)):
        seen: list[str] = []
        broken = list(_broken(reader(username), seen, most=most))
        assert not broken, f"{username}:\n" + "\n".join(broken)
        assert len(seen) >= most, f"{username or 'nobody'} reaches {len(seen)} pages only"


def _broken(reader: Reader, fetched: list[str], *, most: int) -> Iterator[str]:
    """What is broken on the way from the home pages, `most` addresses far."""
    waiting = deque([("/", ""), ("/en/", "")])
    seen = {"/", "/en/"}
    kinds: Counter[str] = Counter()
    while waiting and len(fetched) < most:
        path, found_at = waiting.popleft()
        fetched.append(path)
        status, body, kind = reader.fetch(path)
        if status == 302:
            target = urlsplit(body.decode()).path
            if target and target not in seen and "/login" not in target:
                seen.add(target)
                waiting.append((target, path))
            continue
        if status != 200:
            yield f"{status} at {path}, linked from {found_at}"
            continue
        if kind != "text/html":
            continue
        page = Read()
        page.feed(body.decode())
        for link in page.links:
            target, place = urldefrag(unquote(urljoin(path, link)))
            if place and urlsplit(target).path == urlsplit(path).path and place not in page.ids:
                yield f"no #{place} at {path}"
            if not target.startswith("/") or target in seen:
                continue
            # A few of each kind of list page; everything else once.
            form = re.sub(r"[^/?=&]{8,}|\d+", "*", target)
            kinds[form] += 1
            if "?" in target and kinds[form] > 3:
                continue
            if "/look/" not in target:
                seen.add(target)
                waiting.append((target, path))
