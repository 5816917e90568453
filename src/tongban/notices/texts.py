"""What notices say, by kind. Plain words: what happened, what to do, by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from tongban.kernel.localized import pick
from tongban.look.formats import day
from tongban.notices.list_texts import LIST_KINDS
from tongban.notices.words import Words


@dataclass(frozen=True)
class Letter:
    """A notice in one language."""

    title: str
    body: str


KINDS: Mapping[str, Words] = {
    **LIST_KINDS,
    "case.submit": Words(
        _("We have your application: %(item)s"),
        _(
            "%(agency)s has received your application for “%(item)s”. Your case number is "
            "%(number)s.\n\nNext, the agency checks whether it is complete and tells you within "
            "the time the law allows. You need not do anything now."
        ),
    ),
    "case.accept": Words(
        _("Accepted: %(item)s"),
        _(
            "%(agency)s has accepted your application for “%(item)s” (case %(number)s).\n\n"
            "You will have a decision by %(due)s."
        ),
        _(
            "%(agency)s has accepted your application for “%(item)s” (case %(number)s).\n\n"
            "The law sets no time limit for this service. We tell you of every step."
        ),
    ),
    "case.refuse_acceptance": Words(
        _("Not accepted: %(item)s"),
        _(
            "%(agency)s could not accept your application for “%(item)s” (case %(number)s).\n\n"
            "The reason:\n%(note)s\n\nYou can mend this and apply again, or ask the agency."
        ),
    ),
    "case.ask_supplement": Words(
        _("Please add to your application: %(item)s"),
        _(
            "%(agency)s needs more from you for “%(item)s” (case %(number)s):\n\n%(note)s\n\n"
            "Please answer by %(answer_by)s. Until then the clock stands."
        ),
    ),
    "case.supplement": Words(
        _("We have your additions: %(item)s"),
        _(
            "%(agency)s has received what you added to “%(item)s” (case %(number)s). The clock "
            "runs again."
        ),
    ),
    "case.supplement.staff": Words(
        _("Supplement received: case %(number)s"),
        _("The applicant has answered your request for “%(item)s” (case %(number)s)."),
    ),
    "case.grant": Words(
        _("Granted: %(item)s"),
        _(
            "%(agency)s has granted your application for “%(item)s” (case %(number)s).\n\n"
            "We tell you as soon as the result is ready."
        ),
    ),
    "case.refuse": Words(
        _("Refused: %(item)s"),
        _(
            "%(agency)s has refused your application for “%(item)s” (case %(number)s).\n\n"
            "The reason:\n%(note)s\n\nIf you disagree, you can ask for reconsideration within 60 "
            "days or go to court within 6 months."
        ),
    ),
    "case.complete": Words(
        _("Your result is ready: %(item)s"),
        _(
            "Your case %(number)s (“%(item)s”) is complete. The case’s page tells you how you "
            "get the result.\n\nHow was it? Please rate the service: it takes a minute, and the "
            "agency has to answer a bad rating."
        ),
    ),
    "case.deliver": Words(
        _("Delivered: %(item)s"),
        _("The result of your case %(number)s (“%(item)s”) has been delivered."),
    ),
    "case.withdraw": Words(
        _("Withdrawn: %(item)s"),
        _(
            "The application for “%(item)s” (case %(number)s) was taken back, as you asked. "
            "You can apply again at any time."
        ),
    ),
    "case.terminate": Words(
        _("Ended without a decision: %(item)s"),
        _("%(agency)s has ended your case %(number)s (“%(item)s”).\n\nThe reason:\n%(note)s"),
    ),
    "case.recalculate": Words(
        _("New date for your case: %(item)s"),
        _(
            "The official calendar has changed. The decision on your case %(number)s "
            "(“%(item)s”) is now due by %(due)s. The case’s page explains each day."
        ),
        _(
            "The official calendar has changed. The case’s page of %(number)s (“%(item)s”) "
            "shows what this means for your case."
        ),
    ),
    "guide.not_published": Words(
        _("Not published: %(item)s"),
        _(
            "The new version of “%(item)s” was to be published today and was kept back:\n\n"
            "%(note)s\n\nThe earlier version stays in force until this is mended."
        ),
    ),
    "guide.checks_due": Words(
        _("Guides to check: %(count)s"),
        _(
            "Nobody has checked %(count)s of the guides you look after for a year. Most take a "
            "minute: look, and press “Checked today”."
        ),
    ),
    "export.ready": Words(
        _("Your file is ready: %(item)s"),
        _(
            "The file “%(item)s” with %(count)s guides is ready. Fetch it within a week; "
            "then it is deleted."
        ),
    ),
    "rehearsal.broken": Words(
        _("The form no longer works with its sample answers: %(item)s"),
        _(
            "A rehearsal of “%(item)s” got stuck. The form belongs to %(count)s of the "
            "guides you look after.\n\n%(problem)s\n\nWhoever applies may get stuck at the same "
            "place. Mend the form or its sample answers, publish the guide again, and rehearse it "
            "at once on the page below."
        ),
    ),
}


def letter(kind: str, context: Mapping[str, Any], language: str) -> Letter:
    """A notice's words in an interface language ("zh-hans", "en")."""
    words = KINDS[kind]
    with translation.override(language):
        values = _values(context)
        body = words.body
        if words.body_without_due is not None and not values["due"]:
            body = words.body_without_due
        return Letter(str(words.title) % values, str(body) % values)


def _values(context: Mapping[str, Any]) -> dict[str, str]:
    values = dict.fromkeys(
        (
            "due",
            "old_due",
            "answer_by",
            "note",
            "number",
            "item",
            "list",
            "agency",
            "count",
            "problem",
        ),
        "",
    )
    for name, value in context.items():
        if isinstance(value, Mapping):
            values[name] = pick(value)
        elif name in ("due", "old_due", "answer_by"):
            values[name] = day(date.fromisoformat(value)) if value else ""
        else:
            values[name] = str(value or "")
    return values
