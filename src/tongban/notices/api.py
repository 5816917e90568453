"""Notices, for the packages above. Everything else in `tongban.notices` is private."""

from __future__ import annotations

from tongban.notices.case_news import TOLD
from tongban.notices.case_news import tell as tell_case_news
from tongban.notices.guide_news import tell_checks_due, tell_export_ready, tell_not_published
from tongban.notices.inbox import Message, mark_read, message, notices_of, unread_count
from tongban.notices.models import Notice
from tongban.notices.rehearsal_news import tell as tell_rehearsal_news
from tongban.notices.sending import links_to, notify

__all__ = [
    "TOLD",
    "Message",
    "Notice",
    "links_to",
    "mark_read",
    "message",
    "notices_of",
    "notify",
    "tell_case_news",
    "tell_checks_due",
    "tell_export_ready",
    "tell_not_published",
    "tell_rehearsal_news",
    "unread_count",
]
