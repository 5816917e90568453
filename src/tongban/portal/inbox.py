"""The inbox: what the platform has told somebody. Opening a message, by a POST, marks it read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.identity.api import ResidentRequest, resident_required
from tongban.notices.api import Message, mark_read, notices_of, unread_count
from tongban.notices.api import message as words_of
from tongban.portal.paging import page_of

PAGE = 20  # messages on a page


@resident_required
@require_safe
def inbox(request: ResidentRequest) -> HttpResponse:
    """Messages, newest first."""
    page = page_of(request, notices_of(request.resident.account_id), by=("-id",), size=PAGE)
    return render(
        request,
        "portal/personal/inbox.html",
        {
            "letters": [words_of(notice) for notice in page.rows],
            "unread": unread_count(request.resident.account_id),
            "previous_url": page.previous_url,
            "next_url": page.next_url,
            "nav_active": "portal:inbox",
        },
    )


@resident_required
@require_safe
def message(request: ResidentRequest, notice_id: UUID) -> HttpResponse:
    """One message."""
    return render(
        request,
        "portal/personal/message.html",
        {"letter": _own(request, notice_id), "nav_active": "portal:inbox"},
    )


@resident_required
@require_POST
def open_message(request: ResidentRequest, notice_id: UUID) -> HttpResponse:
    """Mark a message as read, and show it."""
    _own(request, notice_id)
    mark_read(request.resident.account_id, notice_id)
    return redirect("portal:message", notice_id)


@resident_required
@require_POST
def read_all(request: ResidentRequest) -> HttpResponse:
    """Mark every message as read."""
    mark_read(request.resident.account_id)
    messages.success(request, _("All messages are marked as read."))
    return redirect("portal:inbox")


def _own(request: ResidentRequest, notice_id: UUID) -> Message:
    return words_of(get_object_or_404(notices_of(request.resident.account_id), pk=notice_id))
