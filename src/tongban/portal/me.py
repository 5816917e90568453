"""My data: who I am, whom I act for, who acts for me, who looked, and a copy of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases.api import cases_of
from tongban.directory.api import find_region, full_region_name
from tongban.forms.api import form, readable
from tongban.identity.api import (
    MandateSummary,
    PartySummary,
    ResidentRequest,
    access_records,
    add_id_number,
    authorise,
    contacts,
    mandates_for,
    mandates_held,
    masked_phone,
    parties_of,
    party_of,
    register_firm,
    resident_required,
    revoke,
    save_region,
    tokens_of,
    update_party,
)
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.portal.cases import look_of
from tongban.portal.me_forms import (
    ContactForm,
    FirmForm,
    IdentityNumberForm,
    MandateForm,
    RegionForm,
)
from tongban.portal.views_of_cases import SHOWN_ACTS
from tongban.ratings.api import LEVEL_NAMES, Level, rating_of

CAPACITIES = {
    "self": gettext_lazy("Yourself"),
    "representative": gettext_lazy("Legal representative"),
    "agent": gettext_lazy("Authorised agent"),
    "guardian": gettext_lazy("Parent or guardian"),
}
# Who may let others act: the person themselves, a firm's legal representative.
_PRINCIPAL = ("self", "representative")


@dataclass(frozen=True)
class MandateView:
    """Somebody else who may act."""

    id: int
    holder: str
    last_day: date | None


@dataclass(frozen=True)
class PartyCard:
    """A person or firm one acts for; `mandates`: who else may, if that is for oneself to say."""

    party: PartySummary
    capacity: str
    is_principal: bool
    mandates: tuple[MandateView, ...]


@resident_required
@require_safe
def me(request: ResidentRequest) -> HttpResponse:
    """Everything the platform knows of somebody, on one page."""
    resident = request.resident
    cards = [_card(request, party) for party in parties_of(resident)]
    own = next((card for card in cards if card.party.id == resident.own_party_id), None)
    contact = contacts([resident.account_id]).get(resident.account_id)
    return render(
        request,
        "portal/personal/me.html",
        {
            "own": own,
            "own_region": _region_name(own.party.region_code) if own else "",
            "others": [card for card in cards if card is not own],
            "held": {
                mandate.party_id: mandate.id
                for mandate in mandates_held(resident)
                if _is_live(mandate) and mandate.capacity != "self"
            },
            "sign_in_phone": masked_phone(contact.phone) if contact and contact.phone else "",
            "sign_in_email": contact.email if contact else "",
            "home_region": _region_name(request.account.region_id),
            "looks": [
                look_of(entry)
                for entry in (
                    access_records(resident, own.party.id, limit=3) if own is not None else []
                )
            ],
            "programs": len(tokens_of(resident)),
            "nav_active": "portal:me",
        },
    )


def _is_live(mandate: MandateSummary) -> bool:
    return mandate.revoked_at is None and (mandate.until is None or mandate.until > clock.now())


def _last_day(mandate: MandateSummary) -> date | None:
    """The last day on which a mandate holds; it ends with that day."""
    return clock.local_date(mandate.until - timedelta(microseconds=1)) if mandate.until else None


def _card(request: ResidentRequest, party: PartySummary) -> PartyCard:
    principal = party.capacity in _PRINCIPAL
    mandates = mandates_for(request.resident, party.id) if principal else []
    return PartyCard(
        party=party,
        capacity=str(CAPACITIES.get(party.capacity, "")),
        is_principal=principal,
        mandates=tuple(
            MandateView(mandate.id, mandate.holder, _last_day(mandate))
            for mandate in mandates
            if mandate.account_id != request.resident.account_id and _is_live(mandate)
        ),
    )


def _region_name(code: str | None) -> str:
    return full_region_name(code) if code and find_region(code) else ""


# --- forms ---------------------------------------------------------------------------------------
def _form_page(
    request: ResidentRequest,
    filled: forms.Form,
    save: Callable[[dict[str, object]], object],
    *,
    title: str,
    done: str,
    intro: str = "",
    button: str = "",
) -> HttpResponse:
    """Show a form, or save it and go back to "my data"; a refusal becomes an error at its field."""
    if request.method == "POST" and filled.is_valid():
        try:
            save(filled.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in filled.fields else None
            filled.add_error(field, str(refusal.message))
        else:
            messages.success(request, done)
            return redirect("portal:me")
    return render(
        request,
        "portal/personal/me_form.html",
        {
            "form": filled,
            "title": title,
            "intro": intro,
            "button": button or _("Save"),
            "nav_active": "portal:me",
        },
    )


@resident_required
@require_http_methods(["GET", "POST"])
def contact(request: ResidentRequest) -> HttpResponse:
    """How one is reached, and where one lives: filled into forms."""
    own = _own_party(request)
    filled = ContactForm(
        request.POST or None,
        initial={
            "phone": own.phone,
            "email": own.email,
            "region": own.region_code or "",
            "address": own.address,
        },
    )
    return _form_page(
        request,
        filled,
        lambda data: update_party(
            request.resident,
            own.id,
            phone=str(data["phone"]),
            email=str(data["email"]),
            region_code=str(data["region"]) or None,
            address=str(data["address"]),
        ),
        title=_("How to reach you"),
        intro=_("We fill this into forms for you, and officers use it for your cases."),
        done=_("Saved."),
    )


@resident_required
@require_http_methods(["GET", "POST"])
def identity_number(request: ResidentRequest) -> HttpResponse:
    """Put down one's identity number, once."""
    own = _own_party(request)
    if own.masked_id_number:
        messages.info(request, _("Your identity number is on file already."))
        return redirect("portal:me")
    return _form_page(
        request,
        IdentityNumberForm(request.POST or None),
        lambda data: add_id_number(request.resident, own.id, str(data["id_number"])),
        title=_("Add your identity number"),
        intro=_(
            "We fill it into forms for you. It is kept encrypted; whenever an officer looks at it, "
            "you can see so under “Who looked at my data”."
        ),
        done=_("Your identity number is on file now."),
    )


@resident_required
@require_http_methods(["GET", "POST"])
def home_region(request: ResidentRequest) -> HttpResponse:
    """Where one lives, for what is shown first."""
    return _form_page(
        request,
        RegionForm(request.POST or None, initial={"region": request.account.region_id or ""}),
        lambda data: save_region(request.resident.account_id, str(data["region"]) or None),
        title=_("Your region"),
        intro=_("Pages begin with what is offered there."),
        done=_("Saved."),
    )


@resident_required
@require_http_methods(["GET", "POST"])
def add_firm(request: ResidentRequest) -> HttpResponse:
    """Add a firm one acts for."""
    return _form_page(
        request,
        FirmForm(request.POST or None),
        lambda data: register_firm(
            request.resident,
            name=str(data["name"]),
            credit_code=str(data["credit_code"]),
            representative=str(data["representative"]),
            phone=str(data["phone"]),
        ),
        title=_("Add a firm"),
        intro=_(
            "You can then apply in its name. The office that handles a case checks whether you may."
        ),
        done=_("The firm has been added. You can apply in its name now."),
        button=_("Add the firm"),
    )


@resident_required
@require_http_methods(["GET", "POST"])
def give_mandate(request: ResidentRequest, party_id: int) -> HttpResponse:
    """Let somebody act for oneself or one's firm."""
    party = _party(request, party_id)
    if party.capacity not in _PRINCIPAL:
        raise Http404("not theirs to give")
    for_whom = _("you") if party.capacity == "self" else party.name

    def save(data: dict[str, object]) -> None:
        authorise(
            request.resident,
            party.id,
            contact=str(data["contact"]),
            name=str(data["name"]),
            until=data["until"],  # type: ignore[arg-type]  # a datetime or None, by clean_until
        )

    return _form_page(
        request,
        MandateForm(request.POST or None),
        save,
        title=_("Let somebody act for %(party)s") % {"party": for_whom},
        intro=_(
            "They can then apply for %(party)s and see and follow all of the cases, earlier ones "
            "too. You can end this at any time."
        )
        % {"party": for_whom},
        done=_("They can act for %(party)s now.") % {"party": for_whom},
        button=_("Authorise"),
    )


@resident_required
@require_http_methods(["GET", "POST"])
def end_mandate(request: ResidentRequest, mandate_id: int) -> HttpResponse:
    """Ask, then end a mandate: one that was given, or one that was received."""
    found = _mandate(request, mandate_id)
    if request.method == "POST":
        try:
            revoke(request.resident, found.id)
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("The authorisation has ended."))
        return redirect("portal:me")
    return render(
        request,
        "portal/personal/end_mandate.html",
        {
            "mandate": found,
            "is_mine": found.account_id == request.resident.account_id,
            "nav_active": "portal:me",
        },
    )


def _mandate(request: ResidentRequest, mandate_id: int) -> MandateSummary:
    """A live mandate that one holds, or that others hold for whom one may speak."""
    known = mandates_held(request.resident)
    for party in parties_of(request.resident):
        if party.capacity in _PRINCIPAL:
            known += mandates_for(request.resident, party.id)
    for mandate in known:
        if mandate.id == mandate_id and mandate.capacity != "self" and _is_live(mandate):
            return mandate
    raise Http404("no such authorisation")


def _own_party(request: ResidentRequest) -> PartySummary:
    """One's own person. Accounts without one (a superuser's, say) have no such pages."""
    return _party(request, request.resident.own_party_id or 0)


def _party(request: ResidentRequest, party_id: int) -> PartySummary:
    try:
        return party_of(request.resident, party_id)
    except Refused as refusal:
        raise Http404(refusal.code) from None


# --- who looked, and a copy ----------------------------------------------------------------------
@resident_required
@require_safe
def looks(request: ResidentRequest) -> HttpResponse:
    """Who of the offices looked at one's data: oneself, or a firm one acts for."""
    parties = [party for party in parties_of(request.resident) if party.capacity in _PRINCIPAL]
    wanted = request.GET.get("party", "")
    chosen = next((party for party in parties if str(party.id) == wanted), None)
    chosen = chosen or next(iter(parties), None)
    entries = access_records(request.resident, chosen.id) if chosen else []
    return render(
        request,
        "portal/personal/looks.html",
        {
            "parties": parties,
            "chosen": chosen,
            "looks": [look_of(entry) for entry in entries],
            "nav_active": "portal:me",
        },
    )


@resident_required
@require_safe
def download(request: ResidentRequest) -> JsonResponse:
    """A copy of one's data: oneself and the firms one represents, their cases, the ratings.

    Identity numbers are masked, since files of one's own get lost too.
    """
    parties = [party for party in parties_of(request.resident) if party.capacity in _PRINCIPAL]
    copy = {
        "about": _("A copy of your data on this platform"),
        "platform": settings.BASE_URL,
        "made_at": clock.now().isoformat(),
        "account": {"username": request.account.username, "language": request.account.language},
        "parties": [_copy_of_party(party) for party in parties],
        "cases": list(_copies_of_cases(request, {party.id for party in parties})),
    }
    response = JsonResponse(copy, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="my-data-{clock.today()}.json"'
    return response


def _copy_of_party(party: PartySummary) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(party).items()
        if name != "id"
    }


def _copies_of_cases(request: ResidentRequest, party_ids: set[int]) -> Iterator[dict[str, object]]:
    found = (
        cases_of(request.resident)
        .filter(party_id__in=party_ids)
        .select_related("offering", "agency", "party", "guide_version")
        .prefetch_related("submissions", "events")
        .order_by("id")
    )
    for case in found.iterator(chunk_size=100):
        rating = rating_of(case)
        definition = form(case.guide_version.form_id) if case.guide_version.form_id else None
        on = clock.local_date(case.submitted_at)
        yield {
            "number": case.number,
            "page": settings.BASE_URL + reverse("portal:case", args=[case.number]),
            "service": case.offering.name,
            "agency": case.agency.name,
            "for": case.party.name,
            "state": case.state,
            "sent_at": case.submitted_at.isoformat(),
            "due_on": case.due_on.isoformat() if case.due_on else None,
            "sent": [
                {
                    "at": sent.made_at.isoformat(),
                    "answers": [
                        {"question": question, "answer": answer}
                        for question, answer in (
                            readable(definition, sent.answers, on=on) if definition else ()
                        )
                    ],
                    "note": sent.note,
                }
                for sent in sorted(case.submissions.all(), key=lambda one: one.number)
            ],
            "events": [
                {
                    "at": event.at.isoformat(),
                    "act": event.act,
                    "note": "" if event.act == "examine" else event.note,
                }
                for event in sorted(case.events.all(), key=lambda one: one.pk)
                if event.act in SHOWN_ACTS
            ],
            "rating": {
                "level": str(LEVEL_NAMES[Level(rating.level)]),
                "tags": rating.tags,
                "words": rating.words,
                "at": rating.at.isoformat(),
            }
            if rating
            else None,
        }
