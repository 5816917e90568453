"""Find a case by its number, or an applicant by name, credit code or identity number.

Identity numbers are posted, never part of an address, and looked up by their blind index; what is
found is addressed by the applicant's id. Only visible cases are searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases.api import BadNumber, Case, grouped, read_number, visible_cases
from tongban.directory.api import is_credit_code
from tongban.identity.api import (
    OfficerRequest,
    find_person,
    is_id_number,
    officer_required,
    parties_named,
    party_names,
    record_access,
)
from tongban.kernel.localized import Localized
from tongban.workbench.pages import CASE_ROLES, address, number_in, page_of, show, visible_case

FILTERS = ("name", "party")
SHORTEST = 2


@dataclass(frozen=True)
class FoundRow:
    """A case that was found, open or closed."""

    number: str
    shown_number: str
    item: Localized
    applicant: str
    agency: Localized
    state: str
    submitted_at: datetime


@officer_required(*CASE_ROLES)
@require_http_methods(["GET", "POST"])
def find(request: OfficerRequest) -> HttpResponse:
    """The search form, and the cases of the applicant that was found."""
    if request.method == "POST":
        typed = " ".join(request.POST.get("q", "").replace("\0", "").split())[:100]
        return _looked_up(request, typed)
    name, party = request.GET.get("name", "").replace("\0", ""), number_in(request.GET.get("party"))
    visible = visible_cases(request.officer)
    if party is not None and (known := party_names([party])):
        if visible.filter(party_id=party).exists():
            return _list(request, visible.filter(party_id=party), known[party])
        return _form(request, "", _nothing(), status=404)
    if len(name) >= SHORTEST:
        return _list(request, visible.filter(party_id__in=parties_named(name)), name)
    return _form(request)


def _looked_up(request: OfficerRequest, typed: str) -> HttpResponse:
    """Where a search leads, by what was typed."""
    page = reverse("workbench:find")
    compact = typed.replace(" ", "").upper()
    if is_id_number(compact):
        found = find_person(compact)
        mine = visible_cases(request.officer).filter(party_id=found) if found else None
        case = mine.first() if mine is not None else None
        if case is None:
            return _form(request, "", _nothing(), status=422)
        record_access(
            request.officer, party_id=case.party_id, agency_id=case.agency_id, what="party"
        )
        return redirect(f"{page}?{urlencode({'party': case.party_id})}")
    if is_credit_code(compact):
        case = visible_cases(request.officer).filter(party__credit_code=compact).first()
        if case is None:
            return _form(request, typed, _nothing(), status=422)
        return redirect(f"{page}?{urlencode({'party': case.party_id})}")
    if any(character.isdigit() for character in compact):
        return _by_number(request, typed)
    if len(typed) < SHORTEST:
        return _form(request, typed, _("Type a case number, or two characters of a name."), 422)
    return redirect(f"{page}?{urlencode({'name': typed})}")


def _by_number(request: OfficerRequest, typed: str) -> HttpResponse:
    try:
        number = read_number(typed)
    except BadNumber:
        digits = sum(character.isdigit() for character in typed)
        if digits == 12:
            problem = _(
                "One of these digits is wrong: the check digit does not fit. Read the number again."
            )
        else:
            problem = _(
                "A case number has 12 digits; this has %(count)d. An identity number or credit "
                "code has 18 characters."
            ) % {"count": digits}
        return _form(request, typed, problem, status=422)
    if not visible_cases(request.officer).filter(number=number).exists():
        problem = _("No case with that number is open to you. It may lie with another agency.")
        return _form(request, typed, problem, status=422)
    return redirect("workbench:case", visible_case(request.officer, number).number)


def _list(request: OfficerRequest, found: QuerySet[Case], name: str) -> HttpResponse:
    rows = found.select_related("offering", "agency", "party")
    page = page_of(request, rows, ("-id",))
    if not page.rows:
        return _form(request, name, _nothing(), status=404)
    context = {
        "typed": name,
        "name": name,
        "rows": [
            FoundRow(
                number=case.number,
                shown_number=grouped(case.number),
                item=case.offering.name,
                applicant=case.party.name,
                agency=case.agency.short_name or case.agency.name,
                state=case.state,
                submitted_at=case.submitted_at,
            )
            for case in page.rows
        ],
        "next_url": page.next and address(request, FILTERS, after=page.next),
        "previous_url": page.previous and address(request, FILTERS, after=page.previous),
    }
    return show(request, "find.html", context, active="workbench:find")


def _form(
    request: OfficerRequest, typed: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"typed": typed, "problem": problem, "rows": ()}
    return show(request, "find.html", context, active="workbench:find", status=status)


def _nothing() -> str:
    return _("Nobody by that name or number has a case that is open to you.")
