"""What the platform has told an officer: each notice is found again here and leads to its page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.identity.api import OfficerRequest, officer_required
from tongban.notices.api import mark_read, message, notices_of, unread_count
from tongban.workbench.pages import address, page_of, show


@officer_required()
def inbox(request: OfficerRequest) -> HttpResponse:
    """Notices of one's work, newest first."""
    account = request.officer.account_id
    page = page_of(request, notices_of(account, of_work=True), ("-id",))
    context = {
        "letters": [message(notice) for notice in page.rows],
        "unread": unread_count(account, of_work=True),
        "next_url": page.next and address(request, (), after=page.next),
        "previous_url": page.previous and address(request, (), after=page.previous),
    }
    return show(request, "inbox.html", context, active="workbench:inbox")


@officer_required()
@require_POST
def open_notice(request: OfficerRequest, notice_id: UUID) -> HttpResponse:
    """Mark a notice as read, and go where it leads."""
    account = request.officer.account_id
    found = get_object_or_404(notices_of(account, of_work=True), pk=notice_id)
    mark_read(account, notice_id)
    return redirect(message(found).link or "workbench:inbox")


@officer_required()
@require_POST
def read_all(request: OfficerRequest) -> HttpResponse:
    """Mark every notice of one's work as read."""
    mark_read(request.officer.account_id, of_work=True)
    messages.success(request, _("All messages are marked as read."))
    return redirect("workbench:inbox")
