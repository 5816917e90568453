"""Inbox and own data over HTTP: what one may change, who may act, what nobody else sees."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, RequestFactory

from tests.case_factories import SMALL_FORM, make_case
from tests.factories import (
    PASSWORD,
    make_account,
    make_firm,
    make_id_number,
    make_mandate,
    make_person,
    make_resident,
)
from tests.portal.personal_world import World, browser, en, make_world, text_of
from tongban.cases.api import Act
from tongban.directory import uscc
from tongban.identity.api import (
    account_for_token,
    make_token,
    party_of,
    record_access,
    reveal_id_number,
    tokens_of,
)
from tongban.identity.models import Account, Mandate
from tongban.kernel import clock
from tongban.notices.api import Notice, notify, unread_count
from tongban.portal.context import personal
from tongban.ratings.api import rate

pytestmark = pytest.mark.django_db

CONTEXT = {"item": {"en": "Birth registration"}, "agency": {"en": "Police"}, "number": "1234"}


@pytest.fixture
def world() -> World:
    return make_world(SMALL_FORM)


@pytest.fixture
def client(world: World) -> Client:
    return browser(world.lin.account)


def tell(account: Account, key: str) -> Notice:
    notice = notify(
        account.pk, "case.complete", key, CONTEXT, subject="case", subject_key="264831772093"
    )
    assert notice is not None
    return notice


# --- inbox ---------------------------------------------------------------------------------------
def test_a_message_is_read_by_opening_it_not_by_looking_at_the_list(
    world: World, client: Client
) -> None:
    assert "No messages yet" in text_of(client.get(en("inbox")))
    notice = tell(world.lin.account, "a")
    assert "1 message is unread" in text_of(client.get(en("inbox")))
    client.get(en("message", notice.pk))
    assert unread_count(world.lin.account.pk) == 1
    opened = client.post(en("message_open", notice.pk), follow=True)
    assert "Your result is ready: Birth registration" in text_of(opened)
    assert en("case", "264831772093") in text_of(opened)
    assert unread_count(world.lin.account.pk) == 0


def test_all_are_read_at_once(world: World, client: Client) -> None:
    for key in "abc":
        tell(world.lin.account, key)
    tell(world.stranger.account, "a")
    client.post(en("inbox_read"))
    assert unread_count(world.lin.account.pk) == 0
    assert unread_count(world.stranger.account.pk) == 1


def test_messages_of_others_are_not_found(world: World, client: Client) -> None:
    theirs = tell(world.stranger.account, "a")
    assert client.get(en("message", theirs.pk)).status_code == 404
    assert client.post(en("message_open", theirs.pk)).status_code == 404
    assert client.get(en("message", UUID(int=1))).status_code == 404
    assert unread_count(world.stranger.account.pk) == 1
    assert client.get(en("inbox_read")).status_code == 405


def test_the_inbox_goes_on_over_pages(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for key in range(25):
        tell(world.lin.account, str(key))
    with django_assert_max_num_queries(8):
        first = client.get(en("inbox"))
    assert text_of(first).count("Your result is ready") == 20
    second = client.get(en("inbox") + first.context["next_url"])
    assert text_of(second).count("Your result is ready") == 5


def test_the_header_asks_nothing_before_it_is_shown(
    world: World, django_assert_num_queries: Any
) -> None:
    tell(world.lin.account, "a")
    request = RequestFactory().get("/")
    request.user = Account.objects.get(pk=world.lin.account.pk)
    with django_assert_num_queries(0):
        given = personal(request)
    assert given["inbox_unread"] == 1
    assert given["account_name"] == "林晓雨"
    assert not given["is_officer"]


# --- one's own data ------------------------------------------------------------------------------
def test_the_identity_number_is_shown_in_part(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(22):
        page = text_of(client.get(en("me")))
    masked = party_of(world.lin.resident, world.lin.party.pk).masked_id_number
    assert masked in page
    assert "*" in masked


def test_the_identity_number_is_put_down_once() -> None:
    account = make_account()
    party = make_person(id_number="")
    make_mandate(account, party, "self")
    client = browser(account)
    wrong = client.post(en("me_identity_number"), {"id_number": "990102199001010011"})
    assert "That is not an identity number" in text_of(wrong)
    assert 'value="990102199001010011"' in text_of(wrong)
    number = make_id_number()
    done = client.post(en("me_identity_number"), {"id_number": number})
    assert done["Location"] == en("me")
    again = client.post(en("me_identity_number"), {"id_number": make_id_number()}, follow=True)
    assert "on file already" in text_of(again)


def test_somebody_elses_identity_number_cannot_be_taken(world: World) -> None:
    number = make_id_number()
    make_person(id_number=number)
    account = make_account()
    make_mandate(account, make_person(id_number=""), "self")
    page = browser(account).post(en("me_identity_number"), {"id_number": number})
    assert "cannot be used here" in text_of(page)


def test_contact_and_region_are_changed(world: World, client: Client) -> None:
    wrong = client.post(en("me_contact"), {"phone": "call me", "address": "Wangjiang Road 18"})
    assert "Write a telephone number in digits" in text_of(wrong)
    assert "Wangjiang Road 18" in text_of(wrong)
    new = {"phone": "13900000201", "email": "", "region": "990100", "address": "Wangjiang Road 18"}
    client.post(en("me_contact"), new)
    client.post(en("me_region"), {"region": "990100"})
    world.lin.party.refresh_from_db()
    world.lin.account.refresh_from_db()
    assert (world.lin.party.phone, world.lin.party.region_id) == ("13900000201", "990100")
    assert world.lin.account.region_id == "990100"
    nowhere = client.post(en("me_region"), {"region": "no-such"})
    assert nowhere.status_code == 200


def test_a_firm_is_added_with_a_right_code(world: World, client: Client) -> None:
    firm = {"name": "青禾", "representative": "林晓雨", "credit_code": "91990100MA0000000X"}
    wrong = client.post(en("me_firm"), firm)
    assert "That is not a unified social credit code" in text_of(wrong)
    assert 'href="#id_credit_code"' in text_of(wrong)
    body = "91990100MA0000123"
    firm["credit_code"] = (body + uscc.check_character(body)).lower()
    assert client.post(en("me_firm"), firm)["Location"] == en("me")
    page = text_of(client.get(en("me")))
    assert "青禾" in page
    assert "Legal representative" in page
    taken = browser(world.stranger.account).post(en("me_firm"), firm)
    assert "registered already" in text_of(taken)


# --- mandates ------------------------------------------------------------------------------------
def test_letting_somebody_act_and_ending_it(world: World, client: Client) -> None:
    friend = make_resident(name="朋友", phone="+8613900000777")
    case = make_case(world.lin.resident, world.offering)
    theirs = browser(friend.account)
    assert theirs.get(en("case", case.number)).status_code == 404

    address = en("me_authorise", world.lin.party.pk)
    wrong = client.post(address, {"name": "某人", "contact": "13900000777"})
    assert "We found no account" in text_of(wrong)
    client.post(address, {"name": "朋友", "contact": "139 0000 0777"})
    assert theirs.get(en("case", case.number)).status_code == 200
    mandate = Mandate.objects.get(account=friend.account, party=world.lin.party)
    assert en("me_revoke", mandate.pk) in text_of(client.get(en("me")))

    # A stranger cannot end it, an agent cannot pass it on.
    assert browser(world.stranger.account).post(en("me_revoke", mandate.pk)).status_code == 404
    assert theirs.get(address).status_code == 404
    assert theirs.post(address, {"name": "陌生人", "contact": "x@y.example"}).status_code == 404

    assert "no longer sees the cases" in text_of(client.get(en("me_revoke", mandate.pk)))
    client.post(en("me_revoke", mandate.pk))
    assert theirs.get(en("case", case.number)).status_code == 404


def test_a_mandate_lasts_to_the_end_of_its_last_day(world: World, client: Client) -> None:
    make_resident(name="朋友", phone="+8613900000777")
    today = clock.today()
    address = en("me_authorise", world.lin.party.pk)
    friend = {"name": "朋友", "contact": "13900000777"}
    past = client.post(address, {**friend, "until": (today - timedelta(days=1)).isoformat()})
    assert "must not lie in the past" in text_of(past)
    client.post(address, {**friend, "until": today.isoformat()})
    mandate = Mandate.objects.get(party=world.lin.party, capacity="agent")
    assert mandate.until is not None
    assert clock.local_date(mandate.until) == today + timedelta(days=1)


def test_who_holds_a_mandate_may_give_it_up(world: World) -> None:
    mandate = make_mandate(world.stranger.account, world.lin.party)
    theirs = browser(world.stranger.account)
    assert en("me_revoke", mandate.pk) in text_of(theirs.get(en("me")))
    theirs.post(en("me_revoke", mandate.pk))
    mandate.refresh_from_db()
    assert mandate.revoked_at is not None


def test_acting_for_oneself_is_never_ended(world: World, client: Client) -> None:
    own = Mandate.objects.get(account=world.lin.account, capacity="self")
    assert client.post(en("me_revoke", own.pk)).status_code == 404


def test_one_speaks_only_for_ones_own(world: World, client: Client) -> None:
    strangers_firm = make_firm(world.stranger.account)
    agents_firm = make_firm(world.lin.account, capacity="agent")
    for party in (world.stranger.party, strangers_firm, agents_firm):
        assert client.get(en("me_authorise", party.pk)).status_code == 404


# --- who looked ----------------------------------------------------------------------------------
def test_every_look_is_shown_to_whom_it_concerns(world: World, client: Client) -> None:
    case = make_case(world.lin.resident, world.offering)
    officer = world.officer.officer
    about = {"party_id": case.party_id, "agency_id": world.agency.pk, "case_number": case.number}
    record_access(officer, **about)
    reveal_id_number(officer, **about)
    page = text_of(client.get(en("me_looks")))
    assert "the identity number" in page
    assert case.number in page
    assert "吴建国" not in page
    # Somebody else's party in the address gives one's own.
    address = en("me_looks") + f"?party={world.lin.party.pk}"
    assert case.number not in text_of(browser(world.stranger.account).get(address))


# --- keys for programs ---------------------------------------------------------------------------
def prove_it_is_you(client: Client) -> None:
    """Type the password once more, as the page asks."""
    asked = client.get(en("me_tokens"))
    page = client.post(asked["Location"], {"password": PASSWORD})
    assert page["Location"] == en("me_tokens")


def test_a_key_is_shown_once_and_ends_when_told(world: World, client: Client) -> None:
    prove_it_is_you(client)
    asked = client.post(en("me_tokens"), {"name": "ERP"})
    assert "Choose what the key may do." in text_of(asked)
    page = client.post(en("me_tokens"), {"name": "ERP", "scopes": ["cases:read"], "days": "30"})
    token = page.context["made"]
    assert token in text_of(page)
    assert page["Cache-Control"].startswith("max-age=0")
    assert token not in text_of(client.get(en("me_tokens")))
    bearer = account_for_token(token)
    assert bearer is not None
    assert bearer.scopes == {"cases:read"}

    browser(world.stranger.account).post(en("me_token_end", bearer.token_id))
    assert account_for_token(token) is not None
    client.post(en("me_token_end", bearer.token_id))
    assert account_for_token(token) is None
    assert tokens_of(world.lin.resident) == []


def test_an_open_screen_is_not_enough_for_a_key(world: World) -> None:
    make_token(world.lin.resident, name="ERP", scopes=["cases:read"], days=30)
    client = Client()
    client.force_login(world.lin.account)
    for response in (
        client.get(en("me_tokens")),
        client.post(en("me_tokens"), {"name": "x", "scopes": ["cases:read"], "days": "30"}),
    ):
        assert response.status_code == 302
        assert "/account/reauthenticate/" in response["Location"]
    assert len(tokens_of(world.lin.resident)) == 1


# --- a copy --------------------------------------------------------------------------------------
def test_the_copy_holds_ones_own_and_nothing_else(world: World, client: Client) -> None:
    firm = make_firm(world.lin.account, name="自己的")
    agents_firm = make_firm(world.lin.account, capacity="agent", name="别人的")
    case = make_case(
        world.lin.resident, world.offering, until=Act.COMPLETE, by=world.officer.officer
    )
    make_case(world.lin.resident, world.offering, party_id=agents_firm.pk)
    make_case(world.stranger.resident, world.offering)
    rate(case.pk, by=world.lin.resident, level=4, words="Quick.")
    response = client.get(en("me_data"))
    assert response["Content-Disposition"].startswith("attachment")
    copy = json.loads(response.content)
    assert [party["name"] for party in copy["parties"]] == ["林晓雨", firm.name]
    assert [one["number"] for one in copy["cases"]] == [case.number]
    assert copy["cases"][0]["rating"]["words"] == "Quick."
    assert {"question": "What is the child’s name?", "answer": "林小满"} in (
        copy["cases"][0]["sent"][0]["answers"]
    )
    text = text_of(response)
    assert "990102199001010015" not in text
    assert "Complete." not in text  # the opinion


def test_accounts_without_a_person_still_have_a_page() -> None:
    client = browser(make_account())
    assert client.get(en("me")).status_code == 200
    assert client.get(en("me_contact")).status_code == 404
    assert json.loads(client.get(en("me_data")).content)["cases"] == []


def test_nobody_enters_without_signing_in(world: World) -> None:
    firm = make_firm(world.lin.account)
    for name, args in (
        ("cases", ()),
        ("case_search", ()),
        ("drafts", ()),
        ("inbox", ()),
        ("me", ()),
        ("me_contact", ()),
        ("me_data", ()),
        ("me_looks", ()),
        ("me_tokens", ()),
        ("me_authorise", (firm.pk,)),
    ):
        response = Client().get(en(name, *args))
        assert response.status_code == 302, name
        assert "/account/login/" in response["Location"], name
