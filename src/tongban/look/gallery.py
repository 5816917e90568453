"""Every component on one page, to look at in both languages, sizes and colours. Not in production.

tests/look run the accessibility checker over it, so a component that is not here is not checked.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from tongban.kernel import clock
from tongban.look import errors
from tongban.look.components import Bar, Entry, Fact, Row, Step, Task


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Full name"), help_text=_("As on your identity document."))
    code = forms.CharField(label=_("Code"), max_length=6, required=False)
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput)
    region = forms.ChoiceField(label=_("Region"), choices=[("", ""), ("1", "云泽市")])
    way = forms.ChoiceField(
        label=_("How would you like to receive it?"),
        widget=forms.RadioSelect,
        choices=[("post", _("By post")), ("window", _("At the window"))],
    )
    days = forms.MultipleChoiceField(
        label=_("Days that suit you"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("mon", _("Monday")), ("tue", _("Tuesday"))],
    )
    story = forms.CharField(label=_("What happened?"), widget=forms.Textarea, max_length=200)
    file = forms.FileField(label=_("Photo"), help_text=_("JPEG or PNG, up to 5 MB."))
    agree = forms.BooleanField(label=_("I have read the notes"))


def gallery(request: HttpRequest) -> HttpResponse:
    """?messages=1 adds one of Django's messages; ?workbench=1 shows the layout of staff pages."""
    now = clock.now()
    today = clock.local_date(now)
    if request.GET.get("messages"):
        messages.success(request, _("Your answers have been saved."))
    wrong = SampleForm({"name": "", "story": "x" * 201, "region": "1"})
    wrong.is_valid()
    return render(
        request,
        "look/gallery.html",
        {
            "layout": "look/workbench_base.html"
            if request.GET.get("workbench")
            else "look/base.html",
            "nav_active": "portal:home",
            "inbox_unread": 3,
            "form": SampleForm(prefix="new"),
            "wrong": wrong,
            "now": now,
            "today": today,
            "price": Decimal("1234.5"),
            "states": [
                "draft",
                "submitted",
                "incomplete",
                "accepted",
                "suspended",
                "granted",
                "refused",
                "completed",
            ],
            "dues": [
                (today + timedelta(days=6), 4),
                (today + timedelta(days=1), 1),
                (today, 0),
                (today - timedelta(days=3), -2),
                (None, None),
            ],
            "rows": [
                Row(_("Case number"), "990101-2026-000482-K"),
                Row(_("Applicant"), "林晓岚", href="#", note=_("From your account")),
                Row(_("Address"), "云泽市临江区\n柳荫路18号2单元301", href="#"),
            ],
            "facts": [
                Fact(_("How long?"), _("5 working days"), _("The law allows 20.")),
                Fact(_("What does it cost?"), _("Nothing")),
                Fact(_("How often must I come?"), _("Not at all"), _("Everything is done online.")),
                Fact(_("Who decides?"), _("City Housing Bureau")),
            ],
            "steps": [
                Step(_("You send your application"), state="done", when=today - timedelta(days=3)),
                Step(
                    _("We check whether it is complete"),
                    _("If something is missing we tell you everything at once."),
                    state="now",
                    when=today,
                ),
                Step(_("The bureau decides"), when=today + timedelta(days=5)),
            ],
            "tasks": [
                Task(_("Your details"), "#", _("Complete"), "done"),
                Task(_("Documents"), "#", _("To do"), "action", _("Two files are missing.")),
                Task(_("Check and send"), "", _("Cannot start yet"), "neutral"),
            ],
            "entries": [
                Entry(
                    _("Documents needed"),
                    now - timedelta(hours=3),
                    _("Please add:\n- a copy of the lease\n- the filled form"),
                    "王敏",
                    "action",
                ),
                Entry(_("Submitted"), now - timedelta(days=2), tone="done"),
            ],
            "bars": [
                Bar(_("Very satisfied"), 812, "64%"),
                Bar(_("Satisfied"), 361, "28%"),
                Bar(_("Dissatisfied"), 96, "8%"),
            ],
            "series": [
                Bar(str(month), value)
                for month, value in zip(
                    range(1, 13),
                    [320, 410, 388, 502, 611, 580, 640, 702, 690, 731, 820, 794],
                    strict=True,
                )
            ],
            "only_zh": {"zh": "仅有中文的内容"},
            "plain": "First paragraph <b>.\nSecond line.\n\n- one\n- two\n\n1. first\n2. second",
        },
    )


def raise_error(request: HttpRequest, status: int) -> HttpResponse:
    """/look/error/404 and so on, to look at the error pages."""
    if status == 400:
        raise SuspiciousOperation
    if status == 403:
        raise PermissionDenied
    if status == 404:
        raise Http404
    if status == 419:
        return errors.csrf_failure(request)
    if status == 429:
        return errors.too_many_requests(request, 120)
    return errors.server_error(request)
