"""Signing in and up over HTTP: every way in, and every way that must stay shut."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.factories import PASSWORD, make_account, make_resident
from tongban.identity.api import resident_for
from tongban.identity.models import Account, Party

pytestmark = pytest.mark.django_db

PHONE = "+8613900000123"
EMAIL = "lin@example.com"
SIGNED_UP = {"name": "林 晓雨", "password1": "a long pass phrase 7"}


def sign_in(client: Client, login: str, password: str = PASSWORD, **extra: str) -> HttpResponse:
    response: HttpResponse = client.post(  # type: ignore[assignment]
        reverse("account_login"), {"login": login, "password": password} | extra
    )
    return response


def sign_up(client: Client, contact: str, **fields: str) -> HttpResponse:
    data = SIGNED_UP | {"contact": contact} | fields
    response: HttpResponse = client.post(reverse("account_signup"), data)  # type: ignore[assignment]
    return response


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def text_messages(settings: Settings) -> list[str]:
    folder = Path(settings.SMS_FOLDER)
    return [file.read_text("utf-8") for file in sorted(folder.glob("*.txt"))]


def code_in(text: str) -> str:
    found = re.search(r"(?<![0-9+])(\d{6})(?!\d)", text)
    assert found, text
    return found[1]


# --- in -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login",
    ["lin.xiaoyu", "LIN.Xiaoyu", EMAIL, "Lin@Example.com", "13900000123", "139 0000 0123",
     "+86 139-0000-0123", "008613900000123", "１３９０００００１２３"],
)  # fmt: skip
def test_one_signs_in_with_any_of_ones_names_however_written(client: Client, login: str) -> None:
    make_account("lin.xiaoyu", phone=PHONE, email=EMAIL)
    assert sign_in(client, login).status_code == 302
    assert is_in(client)


def test_a_wrong_password_is_refused_in_the_same_words_whoever_is_meant(client: Client) -> None:
    make_account("lin.xiaoyu", phone=PHONE, email=EMAIL)
    names = ("lin.xiaoyu", "nobody", EMAIL, "no@example.com", "13900000123", "13900000999")
    errors = {
        str(sign_in(client, name, "wrong").context["form"].non_field_errors()) for name in names
    }
    assert len(errors) == 1
    assert not is_in(client)


def test_a_phone_or_address_that_is_not_proven_opens_nothing(client: Client) -> None:
    account = make_account("lin.xiaoyu")
    Account.objects.filter(pk=account.pk).update(phone=PHONE, phone_verified=False)
    sign_in(client, "13900000123")
    assert not is_in(client)


def test_a_disabled_account_is_shut_out_also_from_where_it_is(client: Client) -> None:
    account = make_account("lin.xiaoyu")
    sign_in(client, "lin.xiaoyu")
    Account.objects.filter(pk=account.pk).update(is_active=False)
    response = client.get(reverse("account_change_password"))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]
    other = Client()
    assert sign_in(other, "lin.xiaoyu")["Location"] == reverse("account_inactive")
    assert not is_in(other)


def test_signing_in_makes_a_new_session(client: Client) -> None:
    make_account("lin.xiaoyu")
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = str(before)
    sign_in(client, "lin.xiaoyu")
    assert is_in(client)
    assert client.session.session_key != before


def test_after_signing_in_nobody_is_sent_to_another_site(client: Client) -> None:
    make_account("lin.xiaoyu")
    response = sign_in(client, "lin.xiaoyu", next="https://evil.example/")
    assert "evil.example" not in response["Location"]


def test_repeated_failures_lock_the_account_for_a_while_however_its_name_is_written(
    client: Client,
) -> None:
    make_account("lin.xiaoyu", phone=PHONE)
    for spelling in (
        "13900000123",
        "139 0000 0123",
        "+8613900000123",
        "139-0000-0123",
        "008613900000123",
    ):
        sign_in(client, spelling, "wrong")
    sign_in(client, "1390000 0123", PASSWORD)
    assert not is_in(client)
    cache.clear()  # five minutes later
    sign_in(client, "13900000123", PASSWORD)
    assert is_in(client)


def test_signing_out_needs_a_post(client: Client) -> None:
    make_account("lin.xiaoyu")
    sign_in(client, "lin.xiaoyu")
    client.get(reverse("account_logout"))
    assert is_in(client)
    client.post(reverse("account_logout"))
    assert not is_in(client)


# --- up -------------------------------------------------------------------------------------


def test_signing_up_by_phone_takes_three_answers_and_a_code(
    client: Client, settings: Settings
) -> None:
    response = sign_up(client, "139 0000 0123")
    assert response["Location"] == reverse("account_verify_phone")
    assert not is_in(client)
    (message,) = text_messages(settings)
    client.post(reverse("account_verify_phone"), {"code": code_in(message.split("\n\n")[1])})
    assert is_in(client)
    account = Account.objects.get(phone=PHONE)
    assert account.phone_verified
    assert account.username.startswith("u-")
    resident = resident_for(account)
    assert resident.own_party_id is not None
    assert Party.objects.get(pk=resident.own_party_id).name == "林 晓雨"


def test_signing_up_by_mail_takes_three_answers_and_a_code(client: Client) -> None:
    sign_up(client, "Lin@Example.com", name="林晓雨")
    assert not is_in(client)
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    client.post(reverse("account_email_verification_sent"), {"code": code_in(message.body)})
    assert is_in(client)
    account = Account.objects.get(email=EMAIL)
    assert EmailAddress.objects.get(user=account).verified


def test_a_wrong_code_lets_nobody_in(client: Client, settings: Settings) -> None:
    sign_up(client, "13900000123")
    right = code_in(text_messages(settings)[0].split("\n\n")[1])
    wrong = f"{(int(right) + 1) % 1000000:06d}"
    for _attempt in range(4):
        client.post(reverse("account_verify_phone"), {"code": wrong})
    client.post(reverse("account_verify_phone"), {"code": right})
    assert not is_in(client)


@pytest.mark.parametrize("contact", ["13900000123", EMAIL])
def test_signing_up_again_looks_the_same_and_only_the_owner_is_told(
    client: Client, settings: Settings, contact: str
) -> None:
    fresh = sign_up(client, contact.replace("0123", "0456").replace("lin@", "new@"))
    before = len(text_messages(settings)), len(mail.outbox)
    cache.clear()
    make_resident("lin.xiaoyu", phone=PHONE, email=EMAIL)
    other = Client()
    taken = sign_up(other, contact)
    assert (taken.status_code, taken["Location"]) == (fresh.status_code, fresh["Location"])
    assert Account.objects.filter(username="lin.xiaoyu").exists()
    assert Account.objects.count() == 2
    told = text_messages(settings)[before[0] :] + [one.body for one in mail.outbox[before[1] :]]
    assert len(told) == 1
    assert not re.search(r"(?<![0-9+])\d{6}(?!\d)", told[0].split("\n\n")[-1])
    page = other.get(taken["Location"])
    assert page.status_code == 200


def test_nobody_can_occupy_a_number_they_never_proved(client: Client, settings: Settings) -> None:
    sign_up(client, "13900000123", name="抢注的人")
    squatter = Account.objects.get(phone=PHONE)
    cache.clear()
    owner = Client()
    sign_up(owner, "13900000123")
    owner.post(
        reverse("account_verify_phone"),
        {"code": code_in(text_messages(settings)[-1].split("\n\n")[1])},
    )
    assert is_in(owner)
    squatter.refresh_from_db()
    assert squatter.phone is None
    assert Account.objects.get(phone=PHONE).phone_verified


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"contact": "12345"}, "contact"),
        ({"contact": "lin@"}, "contact"),
        ({"contact": ""}, "contact"),
        ({"name": "  "}, "name"),
        ({"name": "123"}, "name"),
        ({"password1": "short"}, "password1"),
        ({"password1": "12345678901"}, "password1"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    client: Client, fields: dict[str, str], wrong: str
) -> None:
    response = client.post(
        reverse("account_signup"), SIGNED_UP | {"contact": "13900000123"} | fields
    )
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {wrong}
    assert not Account.objects.exists()


def test_without_a_text_message_sender_only_mail_is_asked_for(
    client: Client, settings: Settings
) -> None:
    settings.SMS_FOLDER = None
    response = client.post(reverse("account_signup"), SIGNED_UP | {"contact": "13900000123"})
    assert set(response.context["form"].errors) == {"contact"}


def test_a_code_by_text_message_is_a_way_back_in(client: Client, settings: Settings) -> None:
    make_account("lin.xiaoyu", phone=PHONE)
    client.post(reverse("account_request_login_code"), {"phone": "139 0000 0123"})
    (message,) = text_messages(settings)
    client.post(reverse("account_confirm_login_code"), {"code": code_in(message.split("\n\n")[1])})
    assert is_in(client)


# --- second factor -------------------------------------------------------------------------


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_an_authenticator_app_is_set_up_and_then_asked_for(client: Client) -> None:
    account = make_account("lin.xiaoyu", email=EMAIL)
    sign_in(client, "lin.xiaoyu")
    assert client.get(reverse("mfa_activate_totp")).status_code == 302  # the password once more
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}).status_code == 302
    stored = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)  # sealed

    cache.clear()
    other = Client()
    assert sign_in(other, "lin.xiaoyu")["Location"] == reverse("mfa_authenticate")
    assert not is_in(other)
    other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_in(other)
    cache.clear()  # the code just used may not be used twice
    other.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert is_in(other)


@pytest.mark.parametrize("name", ["mfa_index", "mfa_add_webauthn", "mfa_list_webauthn"])
def test_the_pages_for_passkeys_and_factors_are_there(client: Client, name: str) -> None:
    make_account("lin.xiaoyu", email=EMAIL)
    sign_in(client, "lin.xiaoyu")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse(name)).status_code == 200


def test_a_passkey_can_be_offered_at_signing_in(client: Client) -> None:
    assert client.get(reverse("account_login")).status_code == 200
    answer = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert "challenge" in str(answer.json())


# --- the database ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "13900000123"},
        {"username": "lin@example.com"},
        {"username": "Lin"},
        {"username": "lin", "email": "Lin@example.com"},
        {"username": "lin", "phone": "13900000123"},
        {"username": "lin", "phone_verified": True},
    ],
)
def test_names_that_would_confuse_signing_in_are_impossible(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(**fields)


def test_a_superuser_made_on_the_command_line_can_sign_in(client: Client) -> None:
    Account.objects.create_superuser("Root", "Root@Example.com", PASSWORD)
    sign_in(client, "root")
    # The address has not been proven: a code goes there first.
    assert not is_in(client)
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0].body)})
    assert is_in(client)


def test_the_emergency_door_is_for_superusers_and_asks_like_the_front_door(client: Client) -> None:
    make_account("clerk", is_staff=True)
    make_account("root", is_staff=True, is_superuser=True)
    index = reverse("admin:index")
    assert reverse("account_login") in client.get(index, follow=True).redirect_chain[-1][0]
    sign_in(client, "clerk")
    assert client.get(index, follow=True).status_code == 403
    other = Client()
    sign_in(other, "root")
    assert other.get(index).status_code == 200
    assert other.get(reverse("admin:identity_account_changelist")).status_code == 200
