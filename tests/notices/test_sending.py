"""Notices: stored with the act, sent after commit, never twice."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Memory
from django.db import transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.case_factories import make_case, make_offering
from tests.factories import make_agency, make_calendar, make_officer, make_resident
from tongban.cases import api as cases
from tongban.cases.api import Point
from tongban.cases.records import news
from tongban.kernel import clock
from tongban.kernel.announcements import tell
from tongban.notices import sending
from tongban.notices.api import TOLD, message, notices_of, unread_count
from tongban.notices.models import Delivery, Notice
from tongban.notices.texts import KINDS, letter

pytestmark = pytest.mark.django_db


class Broken(Memory):
    """A mail server that refuses."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone away")


def notify_somebody(**fields: Any) -> Delivery:
    account = make_resident(email=fields.pop("email", "lin@tongban.example")).account
    context = {"item": {"zh": "出生登记", "en": "Birth registration"}, "number": "2648 3177 2093"}
    sending.notify(
        account.pk, "case.deliver", "k", context, subject="case", subject_key="264831772093"
    )
    return Delivery.objects.get(notice__account=account)


def test_a_letter_goes_out_once() -> None:
    delivery = notify_somebody()
    assert sending.send(delivery.pk) is True
    assert sending.send(delivery.pk) is False
    (letter,) = mail.outbox
    assert letter.to == ["lin@tongban.example"]
    assert "出生登记" in letter.subject
    assert reverse("portal:case", args=["264831772093"]) in letter.body
    assert str(delivery.notice_id) in letter.extra_headers["Message-ID"]


def test_a_refused_letter_is_tried_again_and_then_gone(settings: Any) -> None:
    delivery = notify_somebody()
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with pytest.raises(smtplib.SMTPServerDisconnected):
        sending.send(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert "gone away" in delivery.error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert sending.send(delivery.pk) is True
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 2, "")


def test_the_last_refusal_is_kept(settings: Any) -> None:
    delivery = notify_somebody()
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with pytest.raises(smtplib.SMTPServerDisconnected):
        sending.send(delivery.pk, last_try=True)
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_a_worker_killed_while_sending_does_not_send_again() -> None:
    delivery = notify_somebody()
    Delivery.objects.filter(pk=delivery.pk).update(state="sending", attempts=1)
    assert sending.send(delivery.pk) is False
    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert not mail.outbox


def test_telling_twice_is_telling_once() -> None:
    account = make_resident(email="lin@tongban.example").account
    for _ in range(2):
        sending.notify(account.pk, "case.deliver", "k", {})
    assert Notice.objects.filter(account=account).count() == 1
    assert Delivery.objects.filter(notice__account=account).count() == 1


def test_without_a_proven_address_there_is_only_the_inbox() -> None:
    account = make_resident().account
    assert sending.notify(account.pk, "case.deliver", "k", {}) is not None
    assert not Delivery.objects.exists()
    assert unread_count(account.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_tells_nobody() -> None:
    make_calendar()
    offering, applicant = make_offering(make_agency()), make_resident().resident
    before = ProcrastinateJob.objects.count()
    with transaction.atomic():
        make_case(applicant, offering)
        transaction.set_rollback(True)
    assert ProcrastinateJob.objects.count() == before
    make_case(applicant, offering)
    assert ProcrastinateJob.objects.count() == before + 1


def deliver_news(case: cases.Case) -> None:
    """Run the listeners of the case's last act, as the job worker would, twice."""
    event = case.events.order_by("-id")[0]
    payload = news(case, event, cases.open_stage(case))
    for _ in range(2):
        tell(f"case.{event.act}", "tongban.notices.case_news.tell", payload)


def test_applicant_and_waiting_officer_are_told_of_a_supplement() -> None:
    make_calendar()
    agency = make_agency()
    officer, applicant = make_officer("officer", agency), make_resident()
    case = make_case(applicant.resident, make_offering(agency))
    case = cases.accept(case.pk, by=officer.officer)
    deliver_news(case)
    stage = cases.open_stage(case)
    assert stage is not None
    cases.claim([stage.pk], by=officer.officer)
    until = clock.today() + timedelta(days=365)
    case = cases.ask_supplement(
        case.pk, by=officer.officer, points=[Point("第二页缺少签名")], answer_by=until
    )
    deliver_news(case)
    case = cases.supplement(case.pk, by=applicant.resident, answers=cases.case_answers(case))
    deliver_news(case)
    told = [notice.kind for notice in notices_of(applicant.account.pk).order_by("id")]
    assert told == ["case.accept", "case.ask_supplement", "case.supplement"]
    assert [notice.kind for notice in notices_of(officer.account.pk)] == ["case.supplement.staff"]
    asked = message(notices_of(applicant.account.pk).get(kind="case.ask_supplement"))
    assert "第二页缺少签名" in asked.body
    assert asked.link == reverse("portal:case", args=[case.number])


CONTEXT = {
    "item": {"zh": "出生登记", "en": "Birth registration"},
    "agency": {"zh": "云州市公安局", "en": "Yunzhou Public Security Bureau"},
    "number": "2648 3177 2093",
    "note": "第二页",
    "due": "2026-11-26",
    "answer_by": "2026-12-10",
}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_has_its_words(kind: str, language: str) -> None:
    for context in (CONTEXT, CONTEXT | {"due": None}):
        words = letter(kind, context, language)
        assert words.title
        assert "%(" not in words.title + words.body
        assert "2648 3177 2093" in words.body or not kind.startswith("case.")
        if language == "zh-hans":
            assert "application" not in words.body


def test_every_announced_act_has_its_words() -> None:
    assert {f"case.{act}" for act in TOLD} <= set(KINDS)


def test_counting_unread_notices_is_one_query(django_assert_num_queries: Any) -> None:
    account = make_resident().account
    with django_assert_num_queries(1):
        unread_count(account.pk)
