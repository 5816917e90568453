"""Telling an account something: stored with the act, sent after it, each letter once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation

from tongban.identity.api import contacts
from tongban.kernel import clock
from tongban.kernel.ids import uuid7
from tongban.kernel.jobs import enqueue
from tongban.notices.models import Delivery, Notice
from tongban.notices.texts import letter

# How the address of a subject's page is made; `config/wiring.py` sets it.
_links: dict[str, Callable[[str], str]] = {}


def links_to(links: Mapping[str, Callable[[str], str]]) -> None:
    """Say how a notice's subject ("case") and key make the address of its page."""
    _links.clear()
    _links.update(links)


@transaction.atomic
def notify(
    account_id: int,
    kind: str,
    key: str,
    context: Mapping[str, Any],
    *,
    subject: str = "",
    subject_key: str = "",
    at: datetime | None = None,
) -> Notice | None:
    """Tell an account something, once for each (kind, key): None if it was told before.

    `at`: when what it tells of happened, if not now.
    """
    from tongban.notices import jobs

    contact = contacts([account_id]).get(account_id)
    if contact is None:
        return None
    notice, new = Notice.objects.get_or_create(
        account_id=account_id,
        kind=kind,
        key=key,
        defaults={
            "id": uuid7(at),  # the inbox is in the order of what happened
            "context": dict(context),
            "subject": subject,
            "subject_key": subject_key,
            "created_at": at or clock.now(),
        },
    )
    if not new:
        return None
    if contact.email:
        delivery = Delivery.objects.create(notice=notice, channel="email", address=contact.email)
        enqueue(jobs.send, delivery=delivery.pk)
    return notice


def send(delivery_id: int, *, last_try: bool = False) -> bool:
    """Send one delivery if it has not gone out; whether it did now.

    Raises what the mail server's refusal raises, after noting it, so that the job is retried.
    """
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("notice__account")
            .get(pk=delivery_id)
        )
        if delivery.state == Delivery.State.SENDING:
            # A worker died between handing the letter over and noting it. A second letter is
            # worse than a missing one: the inbox has it in any case.
            delivery.state = Delivery.State.UNCERTAIN
            delivery.save(update_fields=["state"])
        if delivery.state != Delivery.State.WAITING:
            return False
        delivery.state = Delivery.State.SENDING
        delivery.attempts += 1
        delivery.save(update_fields=["state", "attempts"])
    try:
        _message(delivery).send()
    except Exception as error:
        delivery.state = Delivery.State.FAILED if last_try else Delivery.State.WAITING
        delivery.error = f"{type(error).__name__}: {error}"[:500]
        delivery.save(update_fields=["state", "error"])
        raise
    delivery.state = Delivery.State.SENT
    delivery.sent_at = clock.now()
    delivery.error = ""
    delivery.save(update_fields=["state", "sent_at", "error"])
    return True


def link_of(notice: Notice) -> str:
    """The path of the page a notice leads to, in the active language; "" if none."""
    make = _links.get(notice.subject)
    return make(notice.subject_key) if make else ""


def _message(delivery: Delivery) -> EmailMessage:
    notice = delivery.notice
    language = notice.account.language
    words = letter(notice.kind, notice.context, language)
    with translation.override(language):
        link = link_of(notice)
    body = words.body + (f"\n\n{settings.BASE_URL}{link}\n" if link else "\n")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=" ".join(words.title.split()),
        body=body,
        to=[delivery.address],
        # The same letter always carries the same id, so that even mail servers can tell.
        headers={
            "Message-ID": f"<notice-{notice.pk}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
