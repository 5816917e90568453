"""An account's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language

from tongban.kernel import clock
from tongban.notices.models import Notice
from tongban.notices.sending import link_of
from tongban.notices.texts import letter


@dataclass(frozen=True)
class Message:
    """A notice as it is shown."""

    id: UUID
    title: str
    body: str
    link: str
    at: datetime
    unread: bool


def notices_of(account_id: int) -> QuerySet[Notice]:
    """An account's notices. Page them by ("-id",)."""
    return Notice.objects.filter(account_id=account_id)


def message(notice: Notice) -> Message:
    """A notice in the reader's language."""
    words = letter(notice.kind, notice.context, get_language() or "zh-hans")
    return Message(
        id=notice.pk,
        title=words.title,
        body=words.body,
        link=link_of(notice),
        at=notice.created_at,
        unread=notice.read_at is None,
    )


def unread_count(account_id: int) -> int:
    """How many notices wait to be read. One query on a small index."""
    return Notice.objects.filter(account_id=account_id, read_at__isnull=True).count()


def mark_read(account_id: int, notice_id: UUID | None = None) -> int:
    """Mark one notice as read, or all; how many were unread."""
    notices = Notice.objects.filter(account_id=account_id, read_at__isnull=True)
    if notice_id is not None:
        notices = notices.filter(pk=notice_id)
    return notices.update(read_at=clock.now())
