"""Errors as problem documents (RFC 9457), in the language the caller asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from tongban.cases.api import InvalidAnswers
from tongban.kernel.errors import Refused
from tongban.kernel.keyset import BadCursor

CONTENT_TYPE = "application/problem+json"
# Where a code is explained: the documentation page has an entry for each.
TYPE = "/api/#problem-"

Handler = Callable[[HttpRequest, Any], HttpResponse]


class Fault(Schema):
    """One thing to mend. `pointer` (RFC 6901) says where in what was sent."""

    pointer: str
    detail: str


class Problem(Schema):
    """What went wrong and what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    reference: str = ""
    errors: list[Fault] = []


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    title: str,
    detail: str,
    faults: Sequence[Fault] = (),
) -> HttpResponse:
    """A problem document. `reference` is what the help desk can find the request by."""
    content = Problem(
        type=TYPE + code,
        title=title,
        status=status,
        detail=detail,
        reference=getattr(request, "reference", ""),
        errors=list(faults),
    )
    return JsonResponse(
        content.dict(exclude_defaults=False), status=status, content_type=CONTENT_TYPE
    )


def language_of(request: HttpRequest) -> str:
    """The interface language of Accept-Language; Chinese where it names neither."""
    for accepted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if accepted.startswith("en"):
            return "en"
        if accepted.startswith("zh"):
            return "zh-hans"
    return "zh-hans"


# Refusals that say "there is no such thing for you" are 404; all others are 422.
_NOT_FOUND = {"case.not_found", "case.bad_number", "draft.not_found"}


def install(api: NinjaAPI) -> None:
    """Answer every error of the interface with a problem document."""
    for error_class, handler in _HANDLERS.items():
        api.add_exception_handler(error_class, _translated(handler))


def _translated(handler: Handler) -> Handler:
    def answer(request: HttpRequest, error: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            return handler(request, error)

    return answer


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    status = 404 if error.code in _NOT_FOUND else 422
    faults = [Fault(pointer=f"/{error.field}", detail=str(error.message))] if error.field else []
    title = _("Not found") if status == 404 else _("Not possible")
    return problem(request, status, error.code, title, str(error.message), faults)


def _invalid_answers(request: HttpRequest, error: InvalidAnswers) -> HttpResponse:
    faults = [
        Fault(pointer="/".join(["", "answers", *map(str, one.path)]), detail=str(one.summary))
        for one in error.errors
    ]
    detail = _("Nothing was sent. Mend the answers listed and send again with the same key.")
    return problem(request, 422, "answers.invalid", _("Answers to mend"), detail, faults)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        Fault(pointer="/" + "/".join(map(str, one["loc"][1:])), detail=str(one["msg"]))
        for one in error.errors
    ]
    detail = _("The request is not of the form that the documentation describes.")
    return problem(request, 400, "request.invalid", _("Bad request"), detail, faults)


def _bad_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:
    detail = _("Use the address in “next” as it is; cursors cannot be made by hand.")
    return problem(request, 400, "cursor.invalid", _("Bad cursor"), detail)


def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = _("Send “Authorization: Bearer …” with a valid token. Make one under “My data”.")
    response = problem(request, 401, "token.missing", _("Token needed"), detail)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    detail = _("Too many requests. Wait as long as “Retry-After” says.")
    response = problem(request, 429, "rate.exceeded", _("Slow down"), detail)
    response["Retry-After"] = str(max(1, int(error.wait or 1)))
    return response


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = f"http.{error.status_code}"
    return problem(request, error.status_code, code, _("Not possible"), str(error))


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    detail = _("There is nothing at this address.")
    return problem(request, 404, "not_found", _("Not found"), detail)


def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address below /api/v1/ that is none."""
    with translation.override(language_of(request)):
        return _not_found(request, Http404())


_HANDLERS: dict[type[Exception], Handler] = {
    Refused: _refused,
    InvalidAnswers: _invalid_answers,
    ValidationError: _invalid,
    BadCursor: _bad_cursor,
    AuthenticationError: _unauthenticated,
    Throttled: _throttled,
    HttpError: _http_error,
    Http404: _not_found,
}
