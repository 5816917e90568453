"""Who may enter where: every address of the platform, asked for by somebody in every role.

An address without a row fails. Then the effects: what changes something is posted by everybody who
may not, and nothing changes; and by one who may, and something does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.access_matrix import (
    MATRIX,
    OTHER_PARTS,
    OTHER_WORDS,
    QUERIES,
    SAME_ADDRESS,
    SIGN_IN,
)
from tests.access_world import (
    ROLES,
    World,
    addresses,
    goes_to_sign_in,
    make_world,
    state_of_everything,
    upload,
)
from tests.case_factories import ANSWERS
from tests.factories import make_id_number
from tongban.cases.api import Case
from tongban.identity.api import make_token, mandates_for, resident_for, revoke
from tongban.kernel import clock
from tongban.workbench.acts import seen_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def address_of(world: World, name: str) -> str:
    given = {part: world.parts[other] for part, other in OTHER_PARTS.get(name, {}).items()}
    given |= OTHER_WORDS.get(name, {})
    return world.address(name, **given) + QUERIES.get(name, "")


def answered(answer: Any) -> Any:
    return SIGN_IN if goes_to_sign_in(answer) else answer.status_code


# --- the matrix --------------------------------------------------------------------------------
def test_every_address_has_a_row() -> None:
    names = set(addresses()) - SAME_ADDRESS
    assert names - set(MATRIX) == set(), "new addresses: say in MATRIX who may enter"
    assert set(MATRIX) - names == set(), "rows of addresses that are gone"


# What is open to all is asked for by these: without an account, with one, an office's, the highest.
TRIES_ALL = ("nobody", "owner", "officer", "superuser")


@pytest.mark.parametrize("role", ROLES)
def test_who_may_enter(world: World, role: str) -> None:
    surprises = []
    world.client(role)  # signs in, outside of what is taken back
    for name, wanted in MATRIX.items():
        if role not in TRIES_ALL and set(wanted.values()) == {200}:
            continue
        with transaction.atomic():
            answer = world.client(role).get(address_of(world, name))
            if answer.streaming:
                b"".join(answer)  # type: ignore[arg-type]  # files are closed when read
            transaction.set_rollback(True)
        if answered(answer) != wanted[role]:
            surprises.append(f"{name}: {answered(answer)}, not {wanted[role]}")
        surprises += [f"{name}: {fault}" for fault in faults_of_headers(name, answer)]
    assert not surprises, "\n" + "\n".join(surprises)


def faults_of_headers(name: str, answer: HttpResponse) -> Iterator[str]:
    """What every answer must carry, whoever asked."""
    policy = answer.headers.get("Content-Security-Policy", "")
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        # One page is made to stand within others.
        "X-Frame-Options": None if name == "portal:todo_embed" else "DENY",
    }
    for header, value in wanted.items():
        if answer.headers.get(header) != value:
            yield f"{header} is {answer.headers.get(header)}"
    if "default-src 'none'" not in policy or "unsafe" in policy:
        yield f"the policy is {policy or 'missing'}"
    private = name.startswith(("portal:case", "portal:me", "portal:inbox", "workbench:"))
    kept = answer.headers.get("Cache-Control", "")
    if private and answer.status_code == 200 and "no-store" not in kept:
        yield f"may be kept by caches: {kept or 'nothing said'}"


def test_the_emergency_door_is_for_superusers(world: World) -> None:
    assert world.client("superuser").get("/emergency/").status_code == 200
    paths = ("", "identity/account/", "identity/post/1/change/", "login/", "auth/group/")
    for role in ROLES[:-1]:
        client = world.client(role)
        for path in paths:
            answer = client.get(f"/emergency/{path}")
            assert answered(answer) in (SIGN_IN, 302, 403, 404), (role, path, answer.status_code)
            follow = answer.headers.get("Location", "")
            if follow and "account/login" not in follow:
                assert client.get(follow).status_code in (302, 403), (role, path)


# --- effects -----------------------------------------------------------------------------------
# What to post, and who may. Each is tried by all others first; then by that one, and has an effect.
EFFECTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "portal:apply_step": (("owner",), {"child_name": "林小满二", "born_on": "2026-10-02",
                                       "born_on-year": "2026", "born_on-month": "10",
                                       "born_on-day": "2"}),
    "portal:apply_send": (("owner",), {}),
    "portal:discard": (("owner",), {}),
    "portal:withdraw": (("owner",), {"reason": "不办了"}),
    "portal:rate": (("owner",), {"level": "5"}),
    "portal:message_open": (("owner",), {}),
    "portal:me_revoke": (("owner",), {}),
    "portal:todo_erase": (("owner",), {}),
    "portal:todo_follow": (ROLES[1:], {"kind": "region", "key": "990000"}),
    "portal:me_token_end": (("owner",), {}),
    "portal:me_authorise": (("owner",), {"contact": "other@tongban.example", "name": "许清"}),
    "workbench:claim": (("clerk", "officer"), {}),
    "workbench:act": (("officer",), {}),
    "workbench:ask_supplement": (("officer",), {}),
    "workbench:end_post": (("administrator",), {}),
    "workbench:staff": (("administrator",), {"username": "other", "role": "clerk"}),
    "workbench:publish_guide": (("editor",), {"version": "2"}),
    "workbench:write": (("editor",), {"summary.zh": "改过", "seen": "SEEN"}),
    "workbench:submit_guide": (("editor",), {"note_zh": "改了说明"}),
    "workbench:discard_draft": (("editor",), {}),
    "workbench:checked_guide": (("editor",), {}),
    "workbench:hand_over": (("editor",), {"owner": "OWNER"}),
    "workbench:translations": (("editor",), {"version": "2", "path": "summary"}),
    "workbench:proposal": (("editor",), {"answer": "take"}),
    "workbench:bulk": (("editor",), {"kind": "checked", "look": "1", "reason_zh": "看过了"}),
    "workbench:confirm_work": (("editor",), {"act": "drop"}),
    "workbench:withdraw_guide": (("editor",), {"why_zh": "停办", "why_en": "Gone"}),
    "workbench:rehearse_now": (("editor",), {}),
    "workbench:report_task": (
        ("reporter",), {"seen": "0-open", "kind": "progress", "text_zh": "进展顺利"}
    ),
    "workbench:judge_task": (("programme",), {"level": "limited", "reasons_zh": "只有一部分"}),
    "workbench:observation": (("programme", "reporter"), {"act": "answer", "text": "六月底"}),
    "workbench:publish_list": (("programme",), {}),
    "workbench:discard_list": (("programme",), {}),
    "workbench:arrange_list_task": (("programme",), {"act": "remove"}),
    "workbench:change_calendar": (
        ("administrator",),
        {"act": "day", "what": "holiday", "date": "WEDNESDAY", "name_zh": "节", "name_en": "Day",
         "source": "通知", "confirm": "yes"},
    ),
}  # fmt: skip


def posted(world: World, name: str) -> tuple[str, dict[str, Any]]:
    """Where an effect is posted, and what."""
    given = dict(EFFECTS[name][1])
    new = {"number": world.parts["new_number"]}
    if name in ("workbench:claim", "workbench:act", "workbench:ask_supplement"):
        case = Case.objects.get(number=world.parts["new_number"])
        given |= {"seen": seen_of(case)}
        if name == "workbench:act":
            return world.address(name, **new, slug="accept"), given
        if name == "workbench:ask_supplement":
            given |= {"points-TOTAL_FORMS": "1", "points-0-what": "请补一张。",
                      "answer_by": _wednesday()}  # fmt: skip
        return world.address(name, **new), given
    said = {"WEDNESDAY": _wednesday(), **world.parts["editor_said"]}
    given = {key: said.get(value, value) for key, value in given.items()}
    if name == "workbench:staff":
        given["where"] = "region:990100"
        given["role"] = "supervisor"
    return address_of(world, name), given


def _wednesday() -> str:
    """A working day about a month ahead."""
    day = clock.today() + timedelta(days=30)
    return str(day + timedelta(days=(2 - day.weekday()) % 7))


def may(name: str, role: str) -> bool:
    if name in ("workbench:act", "workbench:ask_supplement"):
        return role in ("clerk", "officer")  # accepting is a clerk's work too
    return role in EFFECTS[name][0]


SOME_AT_A_TIME = 6  # of the effects: a world takes longer to make than most of them to try


@pytest.mark.parametrize("start", range(0, len(EFFECTS), SOME_AT_A_TIME))
def test_only_who_may_changes_anything(world: World, start: int) -> None:
    for role in ROLES:
        world.client(role)  # signs in, outside of what is taken back
    before = state_of_everything()
    for name in list(EFFECTS)[start : start + SOME_AT_A_TIME]:
        with transaction.atomic():
            try_effect(world, name, before)
            transaction.set_rollback(True)


def try_effect(world: World, name: str, before: str) -> None:
    path, given = posted(world, name)
    for role in ROLES:
        if may(name, role):
            continue
        answer = world.client(role).post(path, given)
        wanted = (302,) if name == "portal:me_token_end" else (403, 404)  # says nothing either way
        assert answered(answer) in (SIGN_IN, *wanted), (name, role, answer.status_code)
    assert state_of_everything() == before, name
    for role in ROLES:
        if may(name, role):
            with transaction.atomic():
                answer = world.client(role).post(path, given)
                assert answer.status_code == 302, (name, answer.content.decode()[:4000])
                assert state_of_everything() != before, (name, role)
                transaction.set_rollback(True)


def test_posts_without_the_form_s_token_are_refused(world: World) -> None:
    before = state_of_everything()
    for name, (roles, _given) in EFFECTS.items():
        path, given = posted(world, name)
        answer = world.client(roles[0], checks_token=True).post(path, given)
        assert answer.status_code == 403, name
    assert state_of_everything() == before


# --- other people's things, by their ids ---------------------------------------------------------
def test_nobody_applies_for_a_party_that_is_not_theirs(world: World) -> None:
    before = state_of_everything()
    address = world.address("portal:apply")
    answer = world.client("other").post(address, {"party": world.parts["party_id"]})
    assert answer.status_code == 200
    assert state_of_everything() == before


def test_a_file_of_somebody_else_cannot_be_put_into_one_s_own_application(world: World) -> None:
    other = resident_for(world.accounts["other"])
    client = world.client("other")
    client.post(world.address("portal:apply"), {"party": other.own_party_id})
    draft = client.get(reverse("portal:drafts"))
    draft_id = draft.context["drafts"][0].id
    stolen = world.parts["file_id"]
    step = reverse("portal:apply_step", args=[draft_id, "parents"])
    client.post(step, {"mother_id": make_id_number(), "agreed": "yes", "proof": stolen,
                       "proof-kept": stolen, "proof__kept": stolen})  # fmt: skip
    assert client.get(reverse("portal:file", args=[stolen])).status_code == 404


def test_a_case_opens_no_file_of_another_case(world: World) -> None:
    address = world.address("workbench:file", number=world.parts["new_number"],
                            file_id=world.parts["case_file_id"])  # fmt: skip
    assert world.client("officer").get(address).status_code == 404
    address = world.address("workbench:file", file_id=world.parts["file_id"])  # of a draft
    assert world.client("officer").get(address).status_code == 404


def test_an_agent_sees_the_cases_only_while_the_mandate_lasts(world: World) -> None:
    friend, address = world.client("friend"), world.address("portal:case")
    assert friend.get(address).status_code == 200
    # Acting for somebody is not being them: no mandates, no messages, no keys.
    for name in ("portal:me_authorise", "portal:message"):
        assert friend.get(world.address(name)).status_code == 404, name
    owner = resident_for(world.accounts["owner"])
    for mandate in mandates_for(owner, world.parts["party_id"]):
        if mandate.capacity == "agent":
            revoke(owner, mandate.id)
    assert friend.get(address).status_code == 404
    assert friend.get(world.address("portal:sent")).status_code == 404


def test_officers_do_not_handle_their_own_cases(world: World) -> None:
    officer = resident_for(world.accounts["officer"])
    Case.objects.filter(number=world.parts["new_number"]).update(party_id=officer.own_party_id)
    client, before = world.client("officer"), state_of_everything()
    number = {"number": world.parts["new_number"]}
    assert client.get(world.address("workbench:case", **number)).status_code == 403
    answer = client.post(world.address("workbench:act", **number, slug="accept"), {})
    assert answer.status_code == 403
    assert state_of_everything() == before


def test_a_bulk_claim_takes_nothing_out_of_reach(world: World) -> None:
    before = state_of_everything()
    answer = world.client("elsewhere").post(
        reverse("workbench:claim_many"), {"stage": world.parts["stage_id"]}
    )
    assert answer.status_code == 302
    assert state_of_everything() == before


# --- programs ------------------------------------------------------------------------------------
def program(world: World, role: str, *scopes: str) -> Client:
    token = make_token(resident_for(world.accounts[role]), name="x", scopes=scopes, days=30)
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_token_sees_its_owner_s_cases_only(world: World) -> None:
    address = world.address("v1:one_case")
    assert program(world, "owner", "cases:read").get(address).status_code == 200
    assert program(world, "other", "cases:read").get(address).status_code == 404
    assert program(world, "owner", "cases:write").get(address).status_code in (401, 403)
    assert Client(headers={"Authorization": "Bearer nonsense"}).get(address).status_code == 401


def test_a_token_sends_only_what_it_may(world: World) -> None:
    address = reverse("v1:cases")
    mine = {"item": world.parts["slug"], "answers": ANSWERS}
    key = {"Idempotency-Key": "test-key-0001"}

    def send(client: Client, **more: Any) -> int:
        return client.post(
            address, mine | more, content_type="application/json", headers=key
        ).status_code

    before = Case.objects.count()
    assert send(program(world, "owner", "cases:read")) in (401, 403)
    other = program(world, "other", "cases:write")
    assert 400 <= send(other, party=world.parts["party_id"]) < 500
    stolen = ANSWERS | {"proof": [upload(resident_for(world.accounts["owner"]))]}
    assert 400 <= send(other, answers=stolen) < 500
    assert Case.objects.count() == before
    assert send(other) == 201
    assert send(other) == 200  # the same key: the same case
