"""Editors hear of guides that were kept back, and of those that want a look; once."""

from __future__ import annotations

import pytest

from tests.factories import make_officer
from tongban.notices.api import Notice, tell_checks_due, tell_not_published
from tongban.notices.texts import letter

pytestmark = pytest.mark.django_db


def test_a_guide_that_was_kept_back_says_why() -> None:
    editor = make_officer("editor").account
    payload = {
        "offering": 7,
        "version": 9,
        "item": {"zh": "新生儿出生登记", "en": "Register a newborn"},
        "why": {"zh": "收费没有依据", "en": "A fee has no basis"},
        "accounts": [editor.pk],
    }
    tell_not_published(payload)
    tell_not_published(payload)
    notice = Notice.objects.get(account_id=editor.pk)
    assert "A fee has no basis" in letter(notice.kind, notice.context, "en").body
    assert "新生儿出生登记" in letter(notice.kind, notice.context, "zh-hans").title


def test_checks_are_asked_for_once_a_month() -> None:
    editor = make_officer("editor").account
    for month in ("2027-01", "2027-01", "2027-02"):
        tell_checks_due({"account": editor.pk, "number": 3, "month": month})
    first, _second = Notice.objects.filter(account_id=editor.pk)
    assert "3" in letter(first.kind, first.context, "en").title
