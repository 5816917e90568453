"""The sign-in pages of the account library, as we draw them."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

pytestmark = [pytest.mark.urls("tests.look.urls"), pytest.mark.django_db]


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("page", ["login/", "signup/", "password/reset/", "login/code/"])
def test_public_account_pages(prefix: str, page: str) -> None:
    reply = Client().get(f"{prefix}/account/{page}")
    assert reply.status_code == 200
    html = reply.content.decode()
    assert html.count("<h1") == 1
    assert "csrfmiddlewaretoken" in html
    assert "placeholder=" not in html.replace('placeholder=""', "")
    # Data blocks of the passkey script are not scripts to the security policy.
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)


def test_a_wrong_password_is_told_at_the_top(client: Client) -> None:
    reply = client.post("/en/account/login/", {"login": "nobody", "password": "wrong-password"})
    html = reply.content.decode()
    assert "govuk-error-summary" in html
    assert "wrong-password" not in html


def test_the_page_of_the_librarys_rate_limits(rf: RequestFactory) -> None:
    assert "tb-header" in render_to_string("429.html", {}, rf.get("/account/login/"))
