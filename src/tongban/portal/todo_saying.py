"""What residents say about a task: ask, report, object, second, erase."""

from __future__ import annotations

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel import files
from tongban.kernel.errors import Refused
from tongban.kernel.files import owned, store
from tongban.kernel.models import StoredFile
from tongban.kernel.often import seconds_left, too_often
from tongban.look.api import day
from tongban.portal.todo_views import list_or_404, task_or_404, task_url
from tongban.supervision.api import RULES, Observation, Said, Task, erase, observe, second

_PER_MINUTE = 10  # from one address; what one person may say a day is for the act to decide
_SECONDS_A_MINUTE = 20
LONGEST = 2000
_PICTURES = ("jpg", "png")
_KINDS: dict[str, tuple[Promise, Promise]] = {
    "question": (gettext_lazy("Ask a question"), gettext_lazy("You want to know something.")),
    "observation": (
        gettext_lazy("Report what you see"),
        gettext_lazy("You have seen how it goes, for better or worse."),
    ),
    "objection": (
        gettext_lazy("Object to the claim"),
        gettext_lazy(
            "The unit says that it is done, and you see that it is not. The task cannot be closed "
            "before this has an answer."
        ),
    ),
}


@resident_required
@require_http_methods(["GET", "POST"])
def say(request: ResidentRequest, slug: str, code: str) -> HttpResponseBase:
    """Ask, report, object. What is refused comes back with everything that was written."""
    plan = list_or_404(slug)
    task = task_or_404(plan, code)
    given = {name: request.POST.get(name, "") for name in ("kind", "text", "place", "kept")}
    given["kind"] = given["kind"] or request.GET.get("kind", "")
    kept = _kept(given["kept"], request.resident.account_id)
    problem: Refused | None = None
    if request.method == "POST":
        try:
            if too_often("observe", get_adapter(request).get_client_ip(request), most=_PER_MINUTE):
                raise Refused("observation.fast", _too_fast())
            kept = _uploaded(request.FILES.get("picture"), request.resident.account_id) or kept
            made = observe(
                task.pk,
                Said(given["kind"], given["text"], given["place"], kept.pk if kept else None),
                by=request.resident,
            )
        except Refused as refusal:
            problem = refusal
        else:
            _thank(request, made)
            return redirect(f"{task_url(slug, code)}#said")
    field = (problem.field or "") if problem else ""
    control = {"kind": "kind-question"}.get(field, field)
    kinds = [
        (value, words, hint, value == given["kind"])
        for value, (words, hint) in _KINDS.items()
        if value != "objection" or task.state == Task.State.CLAIMED
    ]
    response = render(
        request,
        "portal/todo_say.html",
        {
            "nav_active": "portal:todo",
            "plan": plan,
            "task": task,
            "kinds": kinds,
            "given": given,
            "kept": kept,
            "longest": LONGEST,
            "rules": RULES.values(),
            "problems": [(control, problem.message)] if problem else [],
            "field": field,
            "problem": problem.message if problem else "",
        },
    )
    if problem and problem.code == "observation.fast":
        response.status_code = 429
        response["Retry-After"] = str(seconds_left())
    return response


@resident_required
@require_POST
def second_it(request: ResidentRequest, observation_id: UUID) -> HttpResponseBase:
    """The same was seen by one more person."""
    task = _task_of(observation_id)
    if too_often("second", get_adapter(request).get_client_ip(request), most=_SECONDS_A_MINUTE):
        return _wait(request, task)
    try:
        counted = second(observation_id, by=request.resident)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("Thank you: counted.") if counted else _("You are counted already.")
        )
    return redirect(f"{task_url(task.plan.slug, task.code)}#said")


@resident_required
@require_http_methods(["GET", "POST"])
def erase_it(request: ResidentRequest, observation_id: UUID) -> HttpResponseBase:
    """Erase one's own words, once it was asked whether that is meant."""
    task = _task_of(observation_id)
    found = Observation.objects.filter(
        pk=observation_id, account_id=request.resident.account_id
    ).first()
    if found is None:
        raise Http404("not one’s own")
    if request.method == "POST":
        try:
            erase(observation_id, by=request.resident)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Your words are erased."))
        return redirect(f"{task_url(task.plan.slug, task.code)}#said")
    return render(
        request,
        "portal/todo_erase.html",
        {"nav_active": "portal:todo", "plan": task.plan, "task": task, "said": found},
    )


def _wait(request: HttpRequest, task: Task) -> HttpResponse:
    """Not now, and when."""
    response = render(
        request,
        "portal/todo_wait.html",
        {
            "nav_active": "portal:todo",
            "left": seconds_left(),
            "back": f"{task_url(task.plan.slug, task.code)}#said",
        },
        status=429,
    )
    response["Retry-After"] = str(seconds_left())
    return response


def _too_fast() -> str:
    """When to try again, in words."""
    left = seconds_left()
    words = ngettext(
        "Much is being said from your address just now. Nothing of what you wrote is lost: send it "
        "again in %(count)d second.",
        "Much is being said from your address just now. Nothing of what you wrote is lost: send it "
        "again in %(count)d seconds.",
        left,
    )
    return words % {"count": left}


def _task_of(observation_id: UUID) -> Task:
    found = Observation.objects.filter(pk=observation_id).select_related("task__plan").first()
    if found is None:
        raise Http404("no such observation")
    return found.task


def _uploaded(upload: UploadedFile | None, account_id: int) -> StoredFile | None:
    """A picture kept, also when the words beside it are refused."""
    if upload is None:
        return None
    try:
        return store(upload, owner_id=account_id, allowed=_PICTURES, for_everybody=True)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, field="picture") from refusal


def _kept(file_id: str, account_id: int) -> StoredFile | None:
    """A picture that came with the words before they were refused."""
    if not file_id or file_id not in owned([file_id], account_id):
        return None
    return files.described([file_id]).get(file_id)


def _thank(request: HttpRequest, made: Observation) -> None:
    if made.state == Observation.State.HELD:
        messages.info(
            request,
            _("A person looks at your words before everybody sees them, because of this rule: "
              "%(rule)s") % {"rule": RULES.get(made.rule, "")},
        )  # fmt: skip
    else:
        messages.success(
            request,
            _("Thank you. Everybody can read it now; the unit answers by %(day)s.")
            % {"day": day(made.reply_due)},
        )
