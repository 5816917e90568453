"""Who is told what. The one place that joins packages which do not know each other."""

from __future__ import annotations

from django.urls import reverse

from tongban.cases.api import on_calendar_changed
from tongban.catalogue.api import lint_imported
from tongban.kernel.announcements import Listener, subscribe
from tongban.notices.api import (
    TOLD,
    links_to,
    tell_case_news,
    tell_checks_due,
    tell_export_ready,
    tell_not_published,
    tell_rehearsal_news,
)
from tongban.supervision.api import LIST_NEWS, tell_list_news

SUBSCRIPTIONS: dict[str, list[Listener]] = {
    **{f"case.{act}": [tell_case_news] for act in TOLD},
    "calendar.changed": [on_calendar_changed],
    "catalogue.imported": [lint_imported],
    "export.ready": [tell_export_ready],
    "guide.checks_due": [tell_checks_due],
    "guide.not_published": [tell_not_published],
    "rehearsal.broken": [tell_rehearsal_news],
    **{f"supervision.{kind}": [tell_list_news] for kind in LIST_NEWS},
}

# Which page a notice's subject leads to.
LINKS = {
    "case": lambda number: reverse("portal:case", args=[number]),
    "staff_case": lambda number: reverse("workbench:case", args=[number]),
    "list": lambda slug: reverse("portal:todo_list", args=[slug]),
    "list_task": lambda key: reverse("portal:todo_task", args=key.split(" ", 1)),
    "staff_list": lambda slug: reverse("workbench:list", args=[slug]),
    "staff_list_task": lambda key: reverse("workbench:task_by_code", args=key.split(" ", 1)),
    "guide": lambda offering: reverse("workbench:guide", args=[offering]),
    "guides_to_check": lambda _key: f"{reverse('workbench:guides')}?concern=unchecked&owner=mine",
    "directory_work": lambda work: reverse("workbench:work", args=[work]),
    "rehearsals": lambda _key: reverse("workbench:rehearsals"),
}


def join() -> None:
    """Called once, when Django is ready."""
    subscribe(SUBSCRIPTIONS)
    links_to(LINKS)
