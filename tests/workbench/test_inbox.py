"""Messages: what officers are told of their work is found again and leads to its page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.workbench.conftest import Office, SignIn
from tongban.notices.sending import notify

pytestmark = pytest.mark.django_db


def test_a_message_is_found_leads_on_and_is_nobody_else_s(office: Office, sign_in: SignIn) -> None:
    account = office.editor.account.pk
    notice = notify(account, "guide.checks_due", "2026-11", {"count": 7}, subject="guides_to_check")
    notify(account, "case.accept", "own", {"number": "1", "item": {"en": "Own case"}})
    assert notice is not None
    client = sign_in(office.editor)
    page = client.get(reverse("workbench:inbox"))
    assert [one.id for one in page.context["letters"]] == [notice.pk], "not what is read at home"
    opened = reverse("workbench:open_notice", args=[notice.pk])
    assert sign_in(office.stranger).post(opened).status_code == 404
    client = sign_in(office.editor)
    answer = client.post(opened)
    assert answer.status_code == 302
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get(reverse("workbench:inbox")).context["unread"] == 0
