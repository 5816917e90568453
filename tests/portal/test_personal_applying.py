"""Applying over HTTP: page by page, saved at every step, resumed elsewhere, sent once."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.case_factories import SMALL_FORM, make_guide
from tests.factories import make_firm, make_mandate
from tests.portal.personal_world import (
    CHILD,
    FAMILY,
    PDF,
    World,
    browser,
    en,
    make_world,
    read,
    text_of,
)
from tongban.cases.api import Case, Draft, start_draft
from tongban.catalogue.api import add_version, publish, withdraw
from tongban.forms.api import publish_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def a_pdf(name: str = "证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def begin(client: Client, world: World) -> Draft:
    response = client.post(en("apply", world.offering.slug), {"party": world.lin.party.pk})
    assert response.status_code == 302
    return Draft.objects.get(account=world.lin.account, case=None)


def fill(client: Client, draft: Draft) -> None:
    client.post(en("apply_step", draft.pk, "child"), CHILD)
    client.post(en("apply_step", draft.pk, "family"), {**FAMILY, "proof": a_pdf()})


def answers_of(draft: Draft) -> dict[str, Any]:
    draft.refresh_from_db()
    found: dict[str, Any] = draft.answers
    return found


def test_from_the_guide_to_the_receipt(world: World) -> None:
    client = browser(world.lin.account)
    page = client.get(en("apply", world.offering.slug))
    assert "Birth certificate" in text_of(page)  # what to have at hand

    draft = begin(client, world)
    resumed = client.get(en("draft", draft.pk))
    assert resumed["Location"] == en("apply_step", draft.pk, "child")

    after = client.post(en("apply_step", draft.pk, "child"), CHILD)
    assert after["Location"] == en("apply_step", draft.pk, "family")
    after = client.post(en("apply_step", draft.pk, "family"), {**FAMILY, "proof": a_pdf()})
    assert after["Location"] == en("apply_review", draft.pk)

    review = text_of(client.get(en("apply_review", draft.pk)))
    assert "林小满" in review
    assert "证明.pdf" in review
    assert f"{en('apply_step', draft.pk, 'child')}?to=review" in review

    sent = client.post(en("apply_send", draft.pk))
    case = Case.objects.get()
    assert sent["Location"] == en("sent", case.number)
    receipt = text_of(client.get(sent["Location"]))
    assert f"{case.number[:4]} {case.number[4:8]} {case.number[8:]}" in receipt
    assert "Police checks whether your application is complete" in receipt
    # Draft pages lead to the case now.
    assert client.get(en("apply_step", draft.pk, "child"))["Location"] == en("case", case.number)
    assert client.get(en("apply_review", draft.pk))["Location"] == en("sent", case.number)


def test_who_is_not_signed_in_comes_back_after_signing_in(world: World) -> None:
    address = en("apply", world.offering.slug)
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={address}")


def test_a_wrong_answer_is_shown_again_and_the_right_ones_are_kept(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    page = client.post(
        en("apply_step", draft.pk, "family"),
        {"members-rows": "1", "members-0-who": "母亲", "members-0-age": "thirty"},
    )
    assert page.status_code == 200
    assert 'value="thirty"' in text_of(page)
    assert "govuk-error-summary" in text_of(page)
    assert answers_of(draft)["members"] == [{"who": "母亲"}]


def test_a_refused_upload_keeps_everything_else_of_the_page(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    page = client.post(
        en("apply_step", draft.pk, "family"),
        {**FAMILY, "proof": SimpleUploadedFile("virus.exe", b"MZ\x90")},
    )
    assert "virus.exe" in text_of(page)
    assert answers_of(draft)["members"] == [{"who": "母亲", "age": 33}]
    assert not draft.attachments.exists()


def test_files_and_rows_come_and_go(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    step = en("apply_step", draft.pk, "family")
    page = client.post(step, {**FAMILY, "proof": a_pdf(), "_upload": "proof"})
    assert "证明.pdf" in text_of(page)
    file_id = str(draft.attachments.get().file_id)

    page = client.post(step, {**FAMILY, "_add": "members"})
    assert 'name="members-1-who"' in text_of(page)
    page = client.post(step, {**FAMILY, "_remove": f"proof:{file_id}"})
    assert not draft.attachments.exists()
    assert client.get(en("file", file_id)).status_code == 404


def test_a_further_question_opens_before_one_goes_on(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    step = en("apply_step", draft.pk, "child")
    page = client.post(step, {"name": "林小满", "twin": "yes", "_hidden": "twin_name"})
    assert page.status_code == 200
    assert "further questions" in text_of(page)
    done = client.post(step, {"name": "林小满", "twin": "yes", "twin_name": "林小雪"})
    assert done["Location"] == en("apply_step", draft.pk, "family")


def test_back_and_later_save_without_complaining(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    step = en("apply_step", draft.pk, "family")
    back = client.post(step, {"members-rows": "1", "members-0-who": "母亲", "_back": "1"})
    assert back["Location"] == en("apply_step", draft.pk, "child")
    assert answers_of(draft)["members"] == [{"who": "母亲"}]
    later = client.post(step, {"members-rows": "1", "members-0-who": "父亲", "_later": "1"})
    assert later["Location"] == en("drafts")
    assert answers_of(draft)["members"] == [{"who": "父亲"}]
    assert "0 of 2 pages complete" in text_of(client.get(en("drafts")))


def test_autosave_answers_quietly(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    reply = client.post(
        en("apply_step", draft.pk, "child"),
        {"name": "林"},
        headers={"X-Requested-With": "autosave"},
    )
    assert reply.status_code == 204
    assert answers_of(draft) == {"name": "林"}


def test_going_on_with_another_device(world: World) -> None:
    phone = browser(world.lin.account)
    draft = begin(phone, world)
    phone.post(en("apply_step", draft.pk, "child"), CHILD)

    computer = browser(world.lin.account)
    apply = text_of(computer.get(en("apply", world.offering.slug)))
    assert en("draft", draft.pk) in apply
    assert computer.get(en("draft", draft.pk))["Location"] == en("apply_step", draft.pk, "family")
    assert "林小满" in text_of(computer.get(en("apply_step", draft.pk, "child")))
    # Pressing "start" again does not begin a second one.
    computer.post(en("apply", world.offering.slug), {"party": world.lin.party.pk})
    assert Draft.objects.count() == 1


def test_a_change_from_the_review_leads_back_to_it(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    fill(client, draft)
    step = en("apply_step", draft.pk, "child") + "?to=review"
    done = client.post(step, {"name": "林小雪", "twin": "no"})
    assert done["Location"] == en("apply_review", draft.pk)


def test_an_incomplete_application_is_not_sent_and_says_what_is_missing(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    client.post(en("apply_step", draft.pk, "child"), CHILD)
    review = text_of(client.get(en("apply_review", draft.pk)))
    link = f"{en('apply_step', draft.pk, 'family')}?to=review#f-proof"
    assert link in review
    assert en("apply_send", draft.pk) not in review
    page = client.post(en("apply_send", draft.pk))
    assert page.status_code == 200
    assert link in text_of(page)
    assert not Case.objects.exists()


def test_a_service_withdrawn_meanwhile_is_said_and_nothing_is_lost(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    fill(client, draft)
    withdraw(world.offering.pk, why={"zh": "并入", "en": "Merged"})
    for address in (en("apply_step", draft.pk, "child"), en("apply_review", draft.pk)):
        assert "withdrawn since you began" in text_of(client.get(address))
    sent = client.post(en("apply_send", draft.pk), follow=True)
    assert "Your answers are kept" in text_of(sent)
    assert not Case.objects.exists()
    assert answers_of(draft)["name"] == "林小满"
    apply = text_of(client.get(en("apply", world.offering.slug)))
    assert "no longer offered" in apply
    assert "Merged" in apply


def test_a_new_guide_leaves_the_draft_with_its_own(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    fill(client, draft)
    form = publish_form("newer", SMALL_FORM)
    version, _new = add_version(world.offering, make_guide(visits=1), form_id=form.pk)
    publish(version.pk)
    assert "guide has changed" in text_of(client.get(en("apply_review", draft.pk)))
    client.post(en("apply_send", draft.pk))
    assert Case.objects.get().guide_version_id == draft.guide_version_id


def test_starting_again_asks_first(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    page = client.get(en("discard", draft.pk) + "?again=1")
    assert "Start again" in text_of(page) or "start again" in text_of(page)
    assert Draft.objects.count() == 1
    after = client.post(en("discard", draft.pk) + "?again=1")
    assert after["Location"] == en("apply", world.offering.slug)
    assert not Draft.objects.exists()


def test_one_chooses_for_whom(world: World) -> None:
    firm = make_firm(world.lin.account)
    world.offering.audiences = ["person", "firm"]
    world.offering.save()
    client = browser(world.lin.account)
    page = text_of(client.get(en("apply", world.offering.slug)))
    assert firm.name in page
    nobody = client.post(en("apply", world.offering.slug))
    assert "Choose for whom" in text_of(nobody)
    client.post(en("apply", world.offering.slug), {"party": firm.pk})
    assert Draft.objects.get().party == firm
    stranger = client.post(en("apply", world.offering.slug), {"party": world.stranger.party.pk})
    assert "Choose for whom" in text_of(stranger)


def test_what_is_known_is_filled_in(world: World) -> None:
    """The profile's name stands in the form, with a word on where it came from."""
    definition = SMALL_FORM.model_copy(deep=True)
    content = definition.model_dump(mode="json")
    content["steps"][0]["fields"][0]["prefill"] = "person.name"
    form = publish_form("prefilled", type(definition).model_validate(content))
    version, _new = add_version(world.offering, make_guide(), form_id=form.pk)
    publish(version.pk)
    world.offering.refresh_from_db()
    client = browser(world.lin.account)
    draft = begin(client, world)
    assert 'value="林晓雨"' in text_of(client.get(en("apply_step", draft.pk, "child")))


def test_nobody_else_gets_near_a_draft(world: World) -> None:
    draft = start_draft(world.lin.resident, world.offering.pk, world.lin.party.pk)
    mine = browser(world.lin.account)
    fill(mine, draft)
    file_id = draft.attachments.get().file_id
    other = browser(world.stranger.account)
    for address in (
        en("draft", draft.pk),
        en("discard", draft.pk),
        en("apply_review", draft.pk),
        en("apply_step", draft.pk, "child"),
        en("file", file_id),
    ):
        assert other.get(address).status_code == 404, address
        assert Client().get(address).status_code == 302, address
    for address in (en("discard", draft.pk), en("apply_send", draft.pk)):
        assert other.post(address).status_code == 404, address
    taken = other.post(en("apply_step", draft.pk, "child"), {"name": "x"})
    assert taken.status_code == 404
    assert answers_of(draft)["name"] == "林小满"
    assert read(mine.get(en("file", file_id))) == PDF


def test_somebody_elses_file_is_not_taken_over_by_naming_it(world: World) -> None:
    """`_remove` and hidden inputs cannot smuggle a file's id into one's own answers."""
    mine = browser(world.lin.account)
    draft = begin(mine, world)
    fill(mine, draft)
    file_id = str(draft.attachments.get().file_id)
    other = browser(world.stranger.account)
    other.post(en("apply", world.offering.slug), {"party": world.stranger.party.pk})
    theirs = Draft.objects.get(account=world.stranger.account)
    other.post(en("apply_step", theirs.pk, "family"), {**FAMILY, "proof": file_id})
    other.post(en("apply_step", theirs.pk, "family"), {**FAMILY, "_remove": f"proof:{file_id}"})
    assert other.get(en("file", file_id)).status_code == 404
    assert draft.attachments.count() == 1


def test_a_mandate_that_ended_ends_the_draft(world: World) -> None:
    firm = make_firm()
    mandate = make_mandate(world.lin.account, firm)
    draft = start_draft(world.lin.resident, world.offering.pk, firm.pk)
    client = browser(world.lin.account)
    assert client.get(en("apply_step", draft.pk, "child")).status_code == 200
    mandate.revoked_at = mandate.since
    mandate.save()
    assert client.get(en("apply_step", draft.pk, "child")).status_code == 404


def test_odd_addresses_are_not_found(world: World) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    assert client.get(en("apply", "no-such-service")).status_code == 404
    assert client.get(en("apply_step", draft.pk, "no_such_page")).status_code == 404
    assert client.get(en("draft", UUID(int=7))).status_code == 404
    assert client.get(en("apply_send", draft.pk)).status_code == 405


def test_pages_of_the_form_ask_the_database_little(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = browser(world.lin.account)
    draft = begin(client, world)
    fill(client, draft)
    with django_assert_max_num_queries(11):
        client.get(en("apply_step", draft.pk, "family"))
    with django_assert_max_num_queries(11):
        client.get(en("apply_review", draft.pk))


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_send_one_case() -> None:
    world = make_world()
    client = browser(world.lin.account)
    draft = begin(client, world)
    fill(client, draft)
    ready, places = Barrier(2), []

    def click() -> None:
        twin = Client()
        twin.cookies = client.cookies
        ready.wait()
        try:
            places.append(twin.post(en("apply_send", draft.pk))["Location"])
        finally:
            connection.close()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case = Case.objects.get()
    assert places == [en("sent", case.number)] * 2


def test_an_identity_number_never_stands_in_a_review_in_full(world: World) -> None:
    form = publish_form("small", SMALL_FORM)
    version, _new = add_version(world.offering, make_guide(), form_id=form.pk)
    publish(version.pk)
    client = browser(world.lin.account)
    draft = begin(client, world)
    client.post(
        en("apply_step", draft.pk, "parents"), {"mother_id": "990102199001010015", "agreed": "yes"}
    )
    assert "990102199001010015" not in text_of(client.get(en("apply_review", draft.pk)))
    assert "990102199001010015" not in str(answers_of(draft))
