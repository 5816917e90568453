"""Ask for a supplement: everything that is missing or wrong, once, point by point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.cases.api import (
    Case,
    Point,
    ask_supplement,
    case_answers,
    grouped,
)
from tongban.forms.api import FormDefinition, asked_steps, form
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick
from tongban.look.api import LookRenderer, day
from tongban.workbench.acts import done, overtaken, ready, refused, seen_of
from tongban.workbench.fields import DayField
from tongban.workbench.pages import CASE_ROLES, show, visible_case

SLUG = "ask-supplement"
USUAL_DAYS = 15
ROWS, MORE, MOST = 3, 3, 30
LONGEST = 500


class PointForm(forms.Form):
    """One thing that is missing or wrong. A line left empty altogether is no point."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    field = forms.ChoiceField(label=gettext_lazy("Which answer or document"), required=False)
    what = forms.CharField(
        label=gettext_lazy("What is missing or wrong, and what to send"),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Say what is missing or wrong about this.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, choices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["field"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class WhenForm(forms.Form):
    """By when the applicant is to answer."""

    default_renderer = LookRenderer()
    use_required_attribute = False
    answer_by = DayField(
        label=gettext_lazy("To be answered by"),
        help_text=gettext_lazy("The applicant is told this day. Give them time to get papers."),
    )


# The management form is written by hand in the template: only the number of rows matters.
Points = formset_factory(PointForm, extra=0, absolute_max=MOST, max_num=MOST)


@officer_required(*CASE_ROLES)
@require_http_methods(["GET", "POST"])
def ask(request: OfficerRequest, number: str) -> HttpResponse:
    """The page, and the act. "More lines" shows it again with all that was typed."""
    case = visible_case(request.officer, number)
    _stage, early = ready(request, case, SLUG)
    if early is not None:
        return early
    choices = list(_choices(case))
    if request.method == "GET":
        usual = {"answer_by": clock.today() + timedelta(days=USUAL_DAYS)}
        points = _points(choices, initial=[{} for _row in range(ROWS)])
        return _page(request, case, points, WhenForm(initial=usual))
    when = WhenForm(request.POST)
    points = _points(choices, data=_counted(request.POST))
    if "more" in request.POST:
        typed = [{name: row[name].value() for name in row.fields} for row in points.forms]
        points = _points(choices, initial=[*typed, *({} for _row in range(MORE))][:MOST])
        return _page(
            request, case, points, WhenForm(initial={"answer_by": when["answer_by"].value()})
        )
    if not points.is_valid() or not when.is_valid():
        return _page(request, case, points, when, status=422)
    if seen_of(case) != request.POST.get("seen"):
        return overtaken(request, case, _typed(points))
    named = [Point(row["what"], row.get("field", "")) for row in points.cleaned_data if row]
    try:
        case = ask_supplement(
            case.pk, by=request.officer, points=named, answer_by=when.cleaned_data["answer_by"]
        )
    except Refused as refusal:
        if refusal.field == "points":
            points.forms[0].add_error("what", str(refusal.message))
        else:
            answer = refused(request, case, refusal, when, typed=_typed(points))
            if answer is not None:
                return answer
        return _page(request, case, points, when, status=422)
    told = _("Asked. The applicant has been told every point and has until %(day)s.") % {
        "day": day(when.cleaned_data["answer_by"])
    }
    return done(request, case, told)


def _page(
    request: OfficerRequest,
    case: Case,
    points: BaseFormSet[PointForm],
    when: WhenForm,
    *,
    status: int = 200,
) -> HttpResponse:
    earlier = list(case.supplement_requests.order_by("id"))
    context = {
        "case": case,
        "shown_number": grouped(case.number),
        "seen": seen_of(case),
        "points": points,
        "when": when,
        "can_add": len(points.forms) < MOST,
        "earlier": earlier,
        "problems": _problems(points, when) if status != 200 else (),
        "before_acceptance": case.accepted_at is None,
    }
    return show(request, "ask_supplement.html", context, active="workbench:queue", status=status)


def _points(choices: list[Any], **given: Any) -> BaseFormSet[PointForm]:
    return Points(prefix="points", form_kwargs={"choices": choices}, **given)


def _counted(posted: Any) -> Mapping[str, Any]:
    """The POST with a number of rows that can be trusted."""
    count = str(posted.get("points-TOTAL_FORMS", ""))
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else ROWS
    data = posted.copy()
    data["points-TOTAL_FORMS"] = str(min(max(rows, 1), MOST))
    data["points-INITIAL_FORMS"] = "0"
    return data  # type: ignore[no-any-return]


def _choices(case: Case) -> Iterator[tuple[str, Any]]:
    """What a point may be about: the questions that were asked, by step."""
    yield "", _("The application as a whole")
    if case.guide_version.form_id is None:
        return
    definition: FormDefinition = form(case.guide_version.form_id)
    answers = case_answers(case)
    for step in asked_steps(definition, answers, on=clock.local_date(case.submitted_at)):
        yield pick(step.title), [(field.key, pick(field.label)) for field in step.fields]


def _problems(points: BaseFormSet[PointForm], when: WhenForm) -> list[tuple[str, str]]:
    found = [
        (row[name].id_for_label, str(message))
        for row in points.forms
        for name, texts in row.errors.items()
        for message in texts
    ]
    found += [
        (when["answer_by"].id_for_label, str(message))
        for texts in when.errors.values()
        for message in texts
    ]
    return found


def _typed(points: BaseFormSet[PointForm]) -> dict[str, str]:
    return {row.prefix or "": str(row["what"].value() or "") for row in points.forms}
