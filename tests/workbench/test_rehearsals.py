"""Rehearsals in the workbench: an editor sees their own, broken first, and tries again at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.case_factories import ANSWERS, SMALL_FORM, make_guide
from tests.factories import make_officer
from tests.workbench.conftest import Office, SignIn
from tongban.catalogue.api import add_version, last_rehearsal, publish, rehearse_form
from tongban.forms.api import publish_form

pytestmark = pytest.mark.django_db

PAGE = "/en/work/rehearsals/"


def give_form(office: Office, sample: dict[str, Any]) -> int:
    """The office's service gets a form with this sample."""
    form_id = publish_form("sampled", SMALL_FORM, sample).pk
    version, _new = add_version(office.offering, make_guide(), form_id=form_id)
    publish(version.pk)
    return form_id


def test_an_editor_sees_what_is_stuck_and_tries_again(office: Office, client: Client) -> None:
    form_id = give_form(office, ANSWERS | {"mother_id": "1"})
    client.force_login(office.editor.account)
    page = client.get(PAGE)
    assert page.context["waiting"] == 1
    rehearse_form(form_id)
    page = client.get(PAGE)
    text = page.content.decode()
    assert "Enter all 18 characters" in text
    assert "The mother’s identity number" in text
    assert "It has never passed." in text
    (row,) = page.context["broken"]
    assert row.guides.some == (
        (office.offering.pk, office.offering.name, office.offering.region.name),
    )
    first = last_rehearsal(form_id)
    answer = client.post(reverse("workbench:rehearse_now", args=[form_id]), follow=True)
    assert answer.status_code == 200
    again = last_rehearsal(form_id)
    assert first is not None
    assert again is not None
    assert again.alerted_at == first.alerted_at
    rehearse_form(give_form(office, ANSWERS))
    page = client.get(PAGE)
    assert not page.context["broken"]  # nobody applies with the old form any more
    assert len(page.context["passed"]) == 1


def test_it_is_for_editors_of_the_guides(office: Office, client: Client) -> None:
    form_id = give_form(office, ANSWERS)
    for rows, status in ((office.officer, 403), (office.stranger, 403)):
        client.force_login(rows.account)
        assert client.get(PAGE).status_code == status
    client.force_login(office.editor.account)
    assert client.post(reverse("workbench:rehearse_now", args=[form_id + 99])).status_code == 404
    assert client.get(reverse("workbench:rehearse_now", args=[form_id])).status_code == 405


def test_a_guide_whose_form_is_stuck_needs_a_word_of_both(office: Office, sign_in: SignIn) -> None:
    form_id = give_form(office, ANSWERS | {"mother_id": "1"})
    colleague = make_officer("editor", office.agency, name="许编")
    he, xu = sign_in(office.editor), sign_in(colleague)
    start = f"/en/work/guides/{office.offering.pk}/"
    he.post(start + "begin/")
    note = {"note_zh": "改了", "note_en": "Changed"}
    stuck = he.post(start + "draft/submit/", note)
    assert stuck.status_code == 422
    said = stuck.content.decode()
    # Where, what, and the choice; what was typed is still there.
    for words in ("The mother’s identity number", "Enter all 18 characters", "Changed",
                  "Submit it all the same"):  # fmt: skip
        assert words in said, words
    assert last_rehearsal(form_id) is not None
    assert he.post(start + "draft/submit/", note | {"knows_form": "on"}).status_code == 302
    assert "Enter all 18 characters" in xu.get(start + "review/").content.decode()
    refused = xu.post(start + "review/", {"decision": "now"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["despite"]
    reason = "Only the sample is old."
    assert xu.post(start + "review/", {"decision": "now", "despite": reason}).status_code == 302
    version = office.offering.versions.get(state="published")
    assert version.number == 3
    assert reason in xu.get(start).content.decode()


def test_a_form_that_nobody_can_send_is_not_published(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_form(office, ANSWERS)
    he = sign_in(office.editor)
    start = f"/en/work/guides/{office.offering.pk}/"
    he.post(start + "begin/")

    def crash(*_: Any) -> None:
        raise ZeroDivisionError

    # A form whose program fails cannot be made by hand: nothing that crashes is let in.
    monkeypatch.setattr("tongban.catalogue.rehearsing.rehearse_answers", crash)
    refused = he.post(start + "draft/submit/", {"note_zh": "改了", "knows_form": "on"})
    assert refused.status_code == 422
    assert "Nobody can send the form of this guide" in refused.content.decode()
    assert office.offering.versions.get(number=3).state == "draft"
