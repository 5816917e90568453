"""One draft in two tabs: nothing is lost, and who overwrites something is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.case_factories import ANSWERS, make_offering
from tests.factories import ResidentRows, make_agency, make_calendar, make_region, make_resident
from tongban.cases.api import (
    Draft,
    draft_answers,
    find_draft,
    page_mark,
    save_draft,
    start_draft,
    submit,
)
from tongban.kernel import clock

pytestmark = pytest.mark.django_db

CHILD = {key: ANSWERS[key] for key in ("child_name", "born_on")}
PARENTS = {key: ANSWERS[key] for key in ("mother_id", "agreed")}


@pytest.fixture
def lin() -> ResidentRows:
    return make_resident(name="林晓雨")


@pytest.fixture
def draft(lin: ResidentRows) -> Draft:
    make_calendar()
    offering = make_offering(make_agency(make_region("990100")))
    return start_draft(lin.resident, offering.pk, lin.resident.own_party_id or 0)


def stored(lin: ResidentRows, draft: Draft) -> dict[str, object]:
    return draft_answers(find_draft(lin.resident, draft.pk))


def test_two_steps_saved_at_once_keep_each_other(lin: ResidentRows, draft: Draft) -> None:
    # Both tabs read the empty draft before either of them saves.
    base = stored(lin, draft)
    save_draft(lin.resident, draft.pk, base | CHILD, step="child", base=base)
    save_draft(lin.resident, draft.pk, base | PARENTS, step="parents", base=base)
    assert stored(lin, draft) == base | CHILD | PARENTS
    # An answer that was taken back stays taken back.
    before = stored(lin, draft)
    without = {key: answer for key, answer in before.items() if key != "born_on"}
    save_draft(lin.resident, draft.pk, without, step="child", base=before)
    assert stored(lin, draft) == without
    save_draft(lin.resident, draft.pk, CHILD | PARENTS, step="child", base=without)
    assert submit(draft.pk, by=lin.resident).number


def test_the_same_question_in_two_tabs(lin: ResidentRows, draft: Draft) -> None:
    """The last one counts, and is told; a page's own saves in between are no surprise."""

    def save(name: str, seen: str) -> bool:
        base = stored(lin, draft)
        answers = base | CHILD | {"child_name": name}
        saved = save_draft(lin.resident, draft.pk, answers, step="child", base=base, seen=seen)
        return saved.overwrote

    def opened() -> str:
        return page_mark(find_draft(lin.resident, draft.pk), "child")

    one, two = opened(), opened()
    assert save("小满", one) is False
    assert save("小满二", one) is False  # by itself, after saving on the way
    assert save("小满二", two) is False  # the same answers
    assert save("小满三", one) is True
    assert save("小满四", opened()) is False  # a page that shows what is there
    assert stored(lin, draft)["child_name"] == "小满四"


def test_the_page_says_so(lin: ResidentRows, draft: Draft) -> None:
    client = Client()
    client.force_login(lin.account, "allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("portal:apply_step", args=[draft.pk, "child"])
    day = clock.today() - timedelta(days=30)
    born = {"born_on-year": day.year, "born_on-month": day.month, "born_on-day": day.day}
    tabs = [client.get(address).context["seen"] for _tab in range(2)]
    autosave = {"X-Requested-With": "autosave"}
    first = {"child_name": "小满", "_seen": tabs[0], **born}
    assert client.post(address, first, headers=autosave).status_code == 204
    assert client.post(address, first).status_code == 302
    second = client.post(address, {"child_name": "小雨", "_seen": tabs[1], **born}, follow=True)
    (said,) = [str(message) for message in second.context["messages"]]
    assert "另一个窗口" in said or "another tab" in said
    assert stored(lin, draft)["child_name"] == "小雨"
