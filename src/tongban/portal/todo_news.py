"""What happened lately on lists, in words, and whether the reader follows what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest

from tongban.identity.api import resident_for, signed_in
from tongban.kernel import clock
from tongban.kernel.localized import Localized
from tongban.portal.todo_history import Told, tell, who
from tongban.portal.todo_views import task_url
from tongban.supervision.api import Entry, Plan, entry_view, follows, recent_entries

# What everybody wants to hear of; questions and reminders are in the ledger.
KINDS = (
    "list_published", "list_closed", "task_changed", "task_dropped", "claimed_done",
    "claim_taken_back", "closed", "sent_back", "reopened", "step_mark",
)  # fmt: skip
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
_MOST = 15


@dataclass(frozen=True)
class News:
    """An entry of a ledger, with what it is about."""

    told: Told
    who: str
    href: str
    title: Localized
    list_title: Localized


def news_of(entry: Entry) -> News:
    """An entry in words; its list and task must be loaded."""
    told = tell(entry_view(entry))
    task = entry.task
    return News(
        told,
        who(told.entry),
        task_url(entry.plan.slug, task.code) if task else "",
        task.title if task else {},
        entry.plan.title,
    )


def news_in(plans: Iterable[Plan]) -> list[News]:
    """What changed on lists in the last seven days, newest first."""
    return [news_of(one) for one in recent_entries(plans, clock.now() - WEEK, KINDS)[:_MOST]]


def follows_it(request: HttpRequest, kind: str, key: int | str) -> bool | None:
    """Whether the reader follows it; None for somebody without an account."""
    account = signed_in(request)
    return follows(kind, key, by=resident_for(account)) if account else None
