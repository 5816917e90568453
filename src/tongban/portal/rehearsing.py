"""Rehearsing an application: the real form with sample answers, to a specimen of the result.

Without an account, and without a trace: the answers travel in the page, signed, from one POST to
the next; no row, no session and no cookie is written. A page of the form is drawn and read by the
same code as in `applying`; files are names only, since the page's form does not send any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tongban.cases.api import Limit, Unit, course
from tongban.catalogue.api import Guide, Offering, guide_of, offering_by_slug
from tongban.directory.api import workdays
from tongban.forms.api import (
    Answers,
    FieldError,
    FormDefinition,
    Prefill,
    StepResult,
    asked_steps,
    check_all,
    first_unfinished,
    form,
    next_step,
    parse_step,
    previous_step,
    render_review,
    render_step,
    review_sections,
    sample_today,
    sources,
)
from tongban.guidepage.api import DELIVERY
from tongban.kernel import clock
from tongban.kernel.localized import pick
from tongban.kernel.often import too_often
from tongban.look.api import Step, day, too_many_requests

_SALT = "tongban.portal.rehearsing"
_LASTS = timedelta(hours=12)
_LONGEST = 100_000  # characters of signed answers in a page
_PER_MINUTE = 90  # posts of one address


@dataclass(frozen=True)
class Play:
    """What is rehearsed: a service, its form, and the made-up person of its sample answers."""

    offering: Offering
    guide: Guide
    form_id: int
    definition: FormDefinition
    sample: Answers

    @property
    def person(self) -> str:
        """The name of the made-up applicant, where the form asks for one."""
        known = self.known
        return str(known.get(Prefill.FIRM_NAME) or known.get(Prefill.PERSON_NAME) or "")

    @property
    def known(self) -> dict[str, Any]:
        """What the platform would know of that person."""
        return {
            field.prefill: self.sample[field.key]
            for step in self.definition.steps
            for field in step.fields
            if field.prefill and field.key in self.sample
        }


@csrf_exempt  # nothing is changed, and the token's cookie would be a trace
@require_http_methods(["GET", "HEAD", "POST"])
def rehearse(request: HttpRequest, slug: str) -> HttpResponse:
    """Every page of a rehearsal. What is to be shown stands in the POST; without one, the start."""
    offering = offering_by_slug(slug)
    if offering is not None and offering.current is None:
        return redirect("portal:guide", slug)  # it ended meanwhile; there it stands why
    play = _play(offering)
    if request.method != "POST":
        return _start(request, play)
    address = get_adapter(request).get_client_ip(request)
    if too_often("rehearse", address, most=_PER_MINUTE):
        return too_many_requests(request)
    if "_begin" in request.POST:
        first = asked_steps(play.definition, play.sample)[0]
        return _step(request, play, first.key, play.sample)
    answers = _opened(play, request.POST.get("_answers", ""))
    if answers is None:
        return _start(request, play, lost=True)
    if "_send" in request.POST:
        errors = check_all(play.definition, answers)
        return _review(request, play, answers, errors) if errors else _sent(request, play, answers)
    if wanted := request.POST.get("_goto"):
        asked = {step.key for step in asked_steps(play.definition, answers)}
        if wanted not in asked:
            raise Http404("no such page")
        return _step(request, play, wanted, answers, to_review=True)
    return _posted(request, play, request.POST.get("_step", ""), answers)


def _play(offering: Offering | None) -> Play:
    version = offering.current if offering and offering.online else None
    if offering is None or version is None or version.form_id is None:
        raise Http404("cannot be applied for online")
    return Play(
        offering,
        guide_of(version),
        version.form_id,
        form(version.form_id),
        sample_today(version.form_id),
    )


def _posted(request: HttpRequest, play: Play, step: str, answers: Answers) -> HttpResponse:
    """A page of the form came back: go on, go back, or show it again."""
    if step not in {one.key for one in play.definition.steps}:
        raise Http404("no such page")
    to_review = request.POST.get("_to") == "review"
    result = parse_step(
        play.definition, step, request.POST, MultiValueDict(), answers, owner_id=None
    )
    if len(_signed(play, result.answers)) > _LONGEST:
        return _step(request, play, step, answers, to_review=to_review, too_long=True)
    answers = result.answers
    if "_back" in request.POST:
        before = previous_step(play.definition, step, answers)
        return _step(request, play, before.key, answers) if before else _start(request, play)
    if result.errors or result.stays:
        return _step(request, play, step, answers, result=result, to_review=to_review)
    following = (
        first_unfinished(play.definition, answers)
        if to_review
        else next_step(play.definition, step, answers)
    )
    if following is not None:
        return _step(request, play, following.key, answers, to_review=to_review)
    return _review(request, play, answers, check_all(play.definition, answers))


# --- the pages -----------------------------------------------------------------------------------
def _start(request: HttpRequest, play: Play, *, lost: bool = False) -> HttpResponse:
    return _page(
        request,
        "rehearsal",
        play,
        lost=lost,
        pages=len(play.definition.steps),
        status=400 if lost else 200,
    )


def _step(
    request: HttpRequest,
    play: Play,
    step: str,
    answers: Answers,
    *,
    result: StepResult | None = None,
    to_review: bool = False,
    too_long: bool = False,
) -> HttpResponse:
    known = sources(play.definition, answers, play.known)
    page = render_step(play.definition, step, answers, result=result, sources=known, rehearsal=True)
    return _page(
        request,
        "rehearsal_step",
        play,
        page=page,
        step=step,
        to="review" if to_review else "",
        too_long=too_long,
        answers=_signed(play, answers),
    )


def _review(
    request: HttpRequest, play: Play, answers: Answers, errors: Sequence[FieldError]
) -> HttpResponse:
    sections = review_sections(play.definition, answers, change_url=lambda step: step)
    return _page(
        request,
        "rehearsal_review",
        play,
        review=render_review(sections, change_button="_goto"),
        missing=[(error.step, error.summary) for error in errors],
        last=asked_steps(play.definition, answers)[-1].key,
        answers=_signed(play, answers),
    )


def _sent(request: HttpRequest, play: Play, answers: Answers) -> HttpResponse:
    result = play.guide.result
    lines = pick(result.sample).rstrip().split("\n") if result else []
    steps, is_provisional = _course(play, clock.today())
    return _page(
        request,
        "rehearsal_sent",
        play,
        specimen_number=pgettext("a case number that is none", "SPECIMEN 0000 0000"),
        sent_at=clock.now(),
        steps=steps,
        is_provisional=is_provisional,
        result=result,
        document_title=lines[0] if lines else "",
        document=lines[1:],
        ways=[DELIVERY[way] for way in result.delivery] if result else [],
    )


def _page(
    request: HttpRequest, name: str, play: Play, *, status: int = 200, **context: Any
) -> HttpResponse:
    shared = {"offering": play.offering, "person": play.person, "nav_active": "portal:home"}
    answer = render(request, f"portal/{name}.html", {**shared, **context}, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _course(play: Play, today: date) -> tuple[list[Step], bool]:
    """What would happen next and by when, and whether an unpublished calendar may move it."""
    limits = play.guide.limits
    binding = limits.binding
    limit = Limit(binding, Unit(limits.unit.value)) if binding is not None else None
    ahead = course(today, Limit(limits.acceptance), limit, workdays())
    by = _("by %(day)s")
    steps = [
        Step(
            pgettext("what happens next", "Sent"),
            _("You keep the receipt and the case number."),
            "done",
            today,
        ),
        Step(
            pgettext("what happens next", "Accepted"),
            _(
                "The agency looks whether anything is missing. If so, it tells you everything at "
                "once, and the clock stands until you have answered."
            ),
            "next",
            by % {"day": day(ahead.acceptance.day)},
        ),
        Step(
            pgettext("what happens next", "Decided"),
            _("An officer examines the application, another decides. You read the reasons."),
            "next",
            by % {"day": day(ahead.decision.day)}
            if ahead.decision
            else _("the law sets no limit; the agency tells you"),
        ),
        Step(
            pgettext("what happens next", "Delivered"),
            _("You get the result in the way you chose, and can rate the service."),
            "next",
            by % {"day": day(ahead.delivery.day)} if ahead.delivery else None,
        ),
    ]
    known = (ahead.acceptance, ahead.decision, ahead.delivery)
    return steps, any(due.provisional for due in known if due)


# --- answers in the page -------------------------------------------------------------------------
def _signed(play: Play, answers: Answers) -> str:
    return signing.dumps([play.form_id, answers], salt=_SALT, compress=True)


def _opened(play: Play, text: str) -> Answers | None:
    """The answers that the page carried; None if they are not ours, too old, or another form's."""
    if len(text) > _LONGEST:
        return None
    try:
        form_id, answers = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
        return None
    return dict(answers) if form_id == play.form_id else None
