"""An account's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from tongban.kernel import clock
from tongban.notices.models import Notice
from tongban.notices.sending import link_of
from tongban.notices.texts import letter

# What people are told as staff: their own cases are read at home.
_OF_WORK = Q(kind__endswith=".staff")
for _kind in ("guide.", "export.", "rehearsal."):
    _OF_WORK |= Q(kind__startswith=_kind)


@dataclass(frozen=True)
class Message:
    """A notice as it is shown."""

    id: UUID
    title: str
    body: str
    link: str
    at: datetime
    unread: bool


def notices_of(account_id: int, *, of_work: bool = False) -> QuerySet[Notice]:
    """An account's notices, or only those of its work as staff. Page them by ("-id",)."""
    found = Notice.objects.filter(account_id=account_id)
    return found.filter(_OF_WORK) if of_work else found


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


def unread_count(account_id: int, *, of_work: bool = False) -> int:
    """How many notices wait to be read. One query on a small index."""
    return notices_of(account_id, of_work=of_work).filter(read_at__isnull=True).count()


def mark_read(account_id: int, notice_id: UUID | None = None, *, of_work: bool = False) -> int:
    """Mark one notice as read, or all; how many were unread."""
    notices = notices_of(account_id, of_work=of_work).filter(read_at__isnull=True)
    if notice_id is not None:
        notices = notices.filter(pk=notice_id)
    return notices.update(read_at=clock.now())
