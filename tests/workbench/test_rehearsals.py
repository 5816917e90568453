"""Rehearsals in the workbench: an editor sees their own, broken first, and tries again at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.case_factories import ANSWERS, SMALL_FORM, make_guide
from tests.workbench.conftest import Office
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
