"""Getting an account, and ways to sign in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.demo_site import DemoSite
from tests.journeys.applicant import Applicant
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
PASSWORD = "cao-mu-jie-bing-88"


def sign_up(visitor: Visitor, phone: str, name: str) -> None:
    """A new account with a mobile number. The demo shows the code that would be sent to it."""
    visitor.go("/account/signup/")
    visitor.page.fill("[name=name]", name)
    visitor.page.fill("[name=contact]", phone)
    visitor.page.fill("[name=password1]", PASSWORD)
    visitor.after(visitor.find("main form button[type=submit]").first.click)
    code = re.search(r"\b(\d{6})\b", visitor.text)
    assert code, visitor.text
    visitor.page.fill("[name=code]", code[1])
    visitor.after(visitor.find("main form button[type=submit]").first.click)


def test_a_newcomer_signs_up_and_applies(demo_site: DemoSite, visit: Visit) -> None:
    new = visit(width=390)
    sign_up(new, "13800138001", "苏和")
    form = Applicant(
        new, "resident-parking-permit", home_link="own_name", zone_region="990102",
        plate="云A5K265",
    )  # fmt: skip
    number = form.begin().fill_all().send()
    assert demo_site.ask("SELECT state FROM cases_case WHERE number = %s", number) == "submitted"
    again = visit()
    again.sign_in("13800138001", PASSWORD)
    again.go(f"/cases/{number}")


def test_codes_from_an_app(demo_site: DemoSite, visit: Visit) -> None:
    new = visit()
    sign_up(new, "13800138002", "苏禾")
    new.go("/account/2fa/totp/activate/")
    if "/reauthenticate/" in new.path:
        new.page.fill("[name=password]", PASSWORD)
        new.after(new.find("main form button[type=submit]").first.click)
    secret = new.find("main .tb-number").first.inner_text().strip()
    new.page.fill("[name=code]", _code(secret))
    new.after(new.find("main form button[type=submit]").first.click)
    assert "/activate/" not in new.path, new.text
    new.go("/account/2fa/recovery-codes/")

    # Each code serves once, and the next comes in half a minute: forget that it has.
    demo_site.database.execute("DELETE FROM tongban_cache")
    again = visit()
    again.go("/account/login/")
    again.page.fill("[name=login]", "13800138002")
    again.page.fill("[name=password]", PASSWORD)
    again.after(again.find("main form [type=submit]").first.click)
    assert again.path.startswith("/account/2fa/authenticate/")
    again.page.fill("[name=code]", _code(secret))
    again.after(again.find("main form button[type=submit]").first.click)
    again.go("/me").sees("苏禾")


def _code(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_passkey(visit: Visit) -> None:
    new = visit(language="en")
    device = new.page.context.new_cdp_session(new.page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_up(new, "13800138003", "苏荷")
    new.go("/account/2fa/webauthn/add/")
    if "/reauthenticate/" in new.path:
        new.page.fill("[name=password]", PASSWORD)
        new.after(new.find("main form button[type=submit]").first.click)
    new.page.fill("[name=name]", "Phone")
    new.find("[name=passwordless]").check()
    new.after(new.find("#mfa_webauthn_add").click)
    assert "/add/" not in new.path, new.text
    new.go("/account/2fa/webauthn/").sees("Phone")

    new.go("/account/logout/")
    new.after(new.find("main form button[type=submit]").first.click)
    new.go("/account/login/")
    new.after(new.find("#passkey_login").click)
    new.go("/me").sees("苏荷")
