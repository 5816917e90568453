"""The frame of pages: languages, display settings, error pages, references."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, reverse
from django.utils import translation

from tongban.look.context import languages, tag
from tongban.look.display import Display, display_of
from tongban.look.requests import new_reference

pytestmark = pytest.mark.urls("tests.look.urls")


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def href(requests: RequestFactory, path: str, code: str, *, found: bool = True) -> str:
    request = requests.get(path)
    request.resolver_match = ResolverMatch(lambda: None, (), {}) if found else None
    [choice] = [one for one in languages(request) if one.code == code]
    return choice.href


def test_the_language_switch_keeps_page_and_query(requests: RequestFactory) -> None:
    assert href(requests, "/look/?q=a%20b&p=2", "en") == "/en/look/?q=a%20b&p=2"
    assert href(requests, "/en/look/?q=1", "zh-hans") == "/look/?q=1"
    assert href(requests, "/en/look/", "en") == "/en/look/"


def test_pages_that_do_not_exist_have_a_language_switch_too(requests: RequestFactory) -> None:
    assert href(requests, "/no/such?x=1", "en", found=False) == "/en/no/such?x=1"
    assert href(requests, "/en/no/such", "zh-hans", found=False) == "/no/such"


def test_pages_outside_the_language_prefixes_offer_none(requests: RequestFactory) -> None:
    request = requests.get("/elsewhere")
    request.resolver_match = ResolverMatch(lambda: None, (), {})
    assert languages(request) == []


def test_language_tags() -> None:
    assert tag("zh-hans") == "zh-Hans"
    assert tag("en") == "en"


@pytest.mark.parametrize(("prefix", "lang"), [("", "zh-Hans"), ("/en", "en")])
def test_pages_say_their_language(visitor: Client, prefix: str, lang: str) -> None:
    page = visitor.get(f"{prefix}/look/").content.decode()
    assert f'<html class="govuk-template" lang="{lang}">' in page
    assert page.count("<h1") == 1


def test_display_settings_are_remembered_and_lead_back(visitor: Client) -> None:
    reply = visitor.get(reverse("look:display"), {"text": "large", "next": "/en/look/?a=1"})
    assert reply.status_code == 302
    assert reply["Location"] == "/en/look/?a=1"
    assert reply.cookies["text"]["httponly"]
    visitor.post(reverse("look:display"), {"theme": "dark", "next": "/look/"})
    page = visitor.get("/look/").content.decode()
    assert 'data-text="large" data-theme="dark"' in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_display_settings_never_lead_off_the_site(visitor: Client, target: str) -> None:
    reply = visitor.get(reverse("look:display"), {"text": "large", "next": target})
    assert reply["Location"] == "/"


def test_unknown_display_settings_are_ignored(visitor: Client, requests: RequestFactory) -> None:
    reply = visitor.get(reverse("look:display"), {"text": '"><script>', "theme": "pink"})
    assert not reply.cookies
    request = requests.get("/")
    request.COOKIES["theme"] = "pink"
    assert display_of(request) == Display("normal", "auto")


@pytest.mark.parametrize("status", [400, 403, 404, 419, 429, 500])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_error_pages_help_and_carry_the_reference(
    visitor: Client, status: int, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "django.request")
    caplog.set_level(logging.CRITICAL, "django.security")
    reply = visitor.get(f"{prefix}/look/error/{status}")
    assert reply.status_code == {419: 403}.get(status, status)
    page = reply.content.decode()
    assert reply["X-Request-ID"] in page
    assert "12345" in page
    assert re.search(rf'lang="{"en" if prefix else "zh-Hans"}"', page)


def test_an_unknown_address_gets_our_page_in_its_language(visitor: Client) -> None:
    page = visitor.get("/en/no/such/page").content.decode()
    assert "There is no page at this address" in page
    assert 'href="/no/such/page"' in page


def test_too_many_requests_says_when_to_come_back(visitor: Client) -> None:
    assert visitor.get("/look/error/429")["Retry-After"] == "120"


def test_the_log_has_the_reference_but_not_what_was_typed(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tongban.requests")
    reply = visitor.get("/en/no/such", {"id_number": "110101199003070000"})
    written = [one.getMessage() for one in caplog.records if one.name == "tongban.requests"]
    assert written == [f"{reply['X-Request-ID']} 404 GET /en/no/such"]


def test_a_clients_own_reference_is_not_taken_over(visitor: Client) -> None:
    reply = visitor.get("/look/", headers={"X-Request-ID": "forged"})
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", reply["X-Request-ID"])


def test_references_have_no_letters_that_sound_or_look_alike() -> None:
    written = "".join(new_reference() for _ in range(500))
    assert not set(written) & set("01ILOUV")


def test_pages_have_nothing_inline(visitor: Client) -> None:
    for path in ("/look/", "/en/look/?workbench=1", "/en/look/error/500"):
        page = visitor.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_the_page_survives_a_failing_header(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As when the database is down and nobody can say who is signed in."""

    def fail(request: object) -> dict[str, object]:
        raise RuntimeError

    monkeypatch.setattr("tongban.look.context.languages", fail)
    caplog.set_level(logging.CRITICAL, "django.request")
    reply = visitor.get("/look/error/500")
    assert reply.status_code == 500
    assert reply["X-Request-ID"] in reply.content.decode()


def test_nothing_is_said_twice_in_one_language_only() -> None:
    with translation.override("en"):
        assert reverse("look:display") == "/en/look/display"
