"""The papers of a case: what was sent, the decision, the result; made to be printed."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tongban.cases.api import Decision, case_answers, grouped
from tongban.catalogue.api import guide_of
from tongban.forms.api import form, render_review, review_sections
from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel import clock
from tongban.portal.cases import has_result_page, own_case


@resident_required
@require_safe
def answers(request: ResidentRequest, number: str, nth: int) -> HttpResponse:
    """What was sent: the application (1) or a supplement to it (2 …)."""
    found = own_case(request, number)
    sending = found.submissions.filter(number=nth).first()
    form_id = found.guide_version.form_id
    if sending is None or form_id is None:
        raise Http404("no such submission")
    sections = review_sections(
        form(form_id), case_answers(found, nth), on=clock.local_date(found.submitted_at)
    )
    return render(
        request,
        "portal/personal/answers.html",
        {
            "case": found,
            "grouped": grouped(found.number),
            "sending": sending,
            "review": render_review(
                sections, file_url=lambda file_id: reverse("portal:file", args=[file_id])
            ),
            "nav_active": "portal:cases",
        },
    )


@resident_required
@require_safe
def decision(request: ResidentRequest, number: str) -> HttpResponse:
    """The notice of a decision, on paper: what was decided, why, and what one can do about it."""
    found = own_case(request, number)
    made = Decision.objects.filter(case=found).first()
    if made is None:
        raise Http404("not decided")
    return render(
        request,
        "portal/personal/decision.html",
        {
            "case": found,
            "grouped": grouped(found.number).replace(" ", "\N{NO-BREAK SPACE}"),
            "decision": made,
            "guide": guide_of(found.guide_version),
        },
    )


@resident_required
@require_safe
def result(request: ResidentRequest, number: str) -> HttpResponse:
    """The result of a granted case, where it is delivered online."""
    found = own_case(request, number)
    made = Decision.objects.filter(case=found).first()
    guide = guide_of(found.guide_version)
    if made is None or not has_result_page(found, guide, made):
        raise Http404("no result here")
    return render(
        request,
        "portal/personal/result.html",
        {
            "case": found,
            "grouped": grouped(found.number),
            "decision": made,
            "result": guide.result,
        },
    )
