"""Keys by which programs act in one's name; each is shown once."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.identity.api import (
    ResidentRequest,
    make_token,
    resident_required,
    revoke_token,
    tokens_of,
)
from tongban.kernel.errors import Refused
from tongban.portal.me_forms import TokenForm


@resident_required
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # who found an open screen gets no key
def tokens(request: ResidentRequest) -> HttpResponse:
    """The keys, and a form to make one. The new key is in this answer and nowhere else."""
    filled = TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and filled.is_valid():
        wanted = filled.cleaned_data
        try:
            made = make_token(
                request.resident,
                name=wanted["name"],
                scopes=wanted["scopes"],
                days=wanted["days"],
            )
        except Refused as refusal:
            filled.add_error(refusal.field, str(refusal.message))
        else:
            filled = TokenForm()
    return render(
        request,
        "portal/personal/tokens.html",
        {
            "tokens": tokens_of(request.resident),
            "form": filled,
            "made": made,
            "nav_active": "portal:me",
        },
    )


@resident_required
@require_POST
def end_token(request: ResidentRequest, token_id: int) -> HttpResponse:
    """End a key at once."""
    revoke_token(request.resident, token_id)
    messages.success(request, _("The key no longer works."))
    return redirect("portal:me_tokens")
