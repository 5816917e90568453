"""For editors: how the rehearsals of their guides' forms went, the broken ones first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.catalogue.api import (
    Affected,
    Problem,
    Rehearsal,
    affected_guides,
    not_rehearsed,
    problem_of,
    rehearsals_of,
    rehearse_form,
)
from tongban.identity.api import OfficerRequest, officer_required
from tongban.workbench.pages import address, page_of, show

# More broken forms than this are not mended one by one.
_MOST_BROKEN = 50


@dataclass(frozen=True)
class RehearsalRow:
    """A form, how its last rehearsal went, and whose form it is."""

    form_id: int
    form: str
    run_at: datetime
    passed_at: datetime | None
    problem: Problem | None
    since: datetime | None
    guides: Affected


@officer_required("editor")
def rehearsals(request: OfficerRequest) -> HttpResponse:
    """Broken forms with what is wrong, those without sample answers, then those that passed."""
    found = rehearsals_of(request.officer)
    wrong = list(found.exclude(problem={}).order_by("-run_at", "form")[: _MOST_BROKEN + 1])
    page = page_of(request, found.filter(problem={}), ("-run_at", "form"))
    shown = [*wrong[:_MOST_BROKEN], *page.rows]
    guides = affected_guides(request.officer, (row.form_id for row in shown))
    rows = list(_rows(shown, guides))
    context = {
        "broken": [row for row in rows if row.problem and row.problem.kind != "no_sample"],
        "untried": [row for row in rows if row.problem and row.problem.kind == "no_sample"],
        "passed": [row for row in rows if row.problem is None],
        "cut": len(wrong) > _MOST_BROKEN,
        "waiting": not_rehearsed(request.officer),
        "next_url": page.next and address(request, (), after=page.next),
        "previous_url": page.previous and address(request, (), after=page.previous),
    }
    return show(request, "rehearsals.html", context, active="workbench:rehearsals")


@officer_required("editor")
@require_POST
def rehearse_now(request: OfficerRequest, form_id: int) -> HttpResponse:
    """Rehearse one form at once."""
    if not affected_guides(request.officer, [form_id]):
        raise Http404
    outcome = rehearse_form(form_id)
    if outcome.passed:
        messages.success(request, _("The rehearsal passed."))
    elif outcome.failed:
        messages.error(request, _("The rehearsal got stuck again. The list says where."))
    else:
        messages.warning(request, _("The form has no sample answers, so it cannot be rehearsed."))
    return redirect("workbench:rehearsals")


def _rows(found: Iterable[Rehearsal], guides: Mapping[int, Affected]) -> Iterator[RehearsalRow]:
    for row in found:
        told = problem_of(row)
        yield RehearsalRow(
            form_id=row.form_id,
            form=row.form.code,
            run_at=row.run_at,
            passed_at=row.passed_at,
            problem=told[0] if told else None,
            since=told[1] if told else None,
            guides=guides[row.form_id],
        )
