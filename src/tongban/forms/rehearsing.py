"""Filling a form as a browser without scripts would: read each page, fill its controls, post it.

The robot knows only what stands on the page. An answer of the sample for which the page has no
place, a choice that is not among the options, a question that never shows, an answer that comes
back changed: each is a `Fault`, with the step and the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any, TypeAlias

from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from tongban.directory.api import regions
from tongban.forms import values
from tongban.forms.answers import Answers, FieldError, check_all, complete, html_id, relevant
from tongban.forms.definition import FieldDefinition, FormDefinition, Kind, Step
from tongban.forms.models import FormVersion
from tongban.forms.posting import StepResult, parse_step
from tongban.forms.publishing import form, sample_of
from tongban.forms.rendering import print_form, render_step
from tongban.forms.review import readable, render_review, review_sections
from tongban.forms.steps import asked_steps, next_step
from tongban.kernel import clock
from tongban.kernel.localized import Localized

Path: TypeAlias = tuple[str | int, ...]

# Posts that one page may need: regions level by level, rows one by one, questions that open others.
_MOST_POSTS = 60
# Days so near to the sample's writing belong to its story; others (of birth) stand by themselves.
_AROUND = timedelta(days=730)


@dataclass(frozen=True)
class Fault:
    """Where a rehearsal got stuck, and why, in every language of the interface."""

    step: str
    path: Path
    step_title: Localized
    label: Localized
    message: Localized


class _Stuck(Exception):
    def __init__(self, step: str, path: Path, message: str) -> None:
        super().__init__(message)
        self.step, self.path, self.message = step, path, message


def sample_today(version_id: int, *, on: date | None = None) -> Answers:
    """The sample answers of a form as they can stand on a day (default: today); {} for none.

    A sample was written when its form was published. Where time has made it wrong ("enter a day
    from today on"), its dates of around then are moved by the time that has passed since.
    """
    sample = dict(sample_of(version_id))
    definition = form(version_id)
    on = on or clock.today()
    if not sample or not check_all(definition, sample, on=on):
        return sample
    published = FormVersion.objects.values_list("created_at", flat=True).get(pk=version_id)
    written = clock.local_date(published)
    moved = _moved(definition, sample, written, on - written)
    return sample if check_all(definition, moved, on=on) else moved


def _moved(
    definition: FormDefinition, sample: Mapping[str, Any], written: date, by: timedelta
) -> Answers:
    moved: Answers = dict(sample)
    for step in definition.steps:
        for one in step.fields:
            answer = sample.get(one.key)
            if one.kind is Kind.DATE:
                moved[one.key] = _moved_day(answer, written, by)
            elif one.kind is Kind.GROUP and isinstance(answer, list):
                days = [part.key for part in one.fields if part.kind is Kind.DATE]
                moved[one.key] = [
                    {k: _moved_day(v, written, by) if k in days else v for k, v in row.items()}
                    for row in answer
                ]
    return {key: answer for key, answer in moved.items() if answer not in (None, [])}


def _moved_day(answer: Any, written: date, by: timedelta) -> Any:
    try:
        day = date.fromisoformat(answer)
    except (TypeError, ValueError):
        return answer
    return (day + by).isoformat() if abs(day - written) < _AROUND else answer


def rehearse_answers(
    definition: FormDefinition, sample: Mapping[str, Any], *, on: date | None = None
) -> Fault | None:
    """Go through the whole form with the sample answers; what went wrong first, or None.

    The way is gone in the first language; the pages are drawn in the others too. Nothing is stored.
    """
    languages = [code for code, _name in settings.LANGUAGES]
    with translation.override(languages[0]):
        stuck = _try(definition, sample, on)
    if stuck is None:
        for language in languages[1:]:
            with translation.override(language):
                _draw(definition, sample, on)
        return None
    said = {languages[0].partition("-")[0]: stuck.message}
    for language in languages[1:]:
        with translation.override(language):
            again = _try(definition, sample, on)
        said[language.partition("-")[0]] = again.message if again else stuck.message
    step = definition.step(stuck.step)
    return Fault(stuck.step, stuck.path, step.title, _label(step, stuck.path), said)


def _try(definition: FormDefinition, sample: Mapping[str, Any], on: date | None) -> _Stuck | None:
    try:
        _walk(definition, sample, on)
    except _Stuck as stuck:
        return stuck
    return None


def _walk(definition: FormDefinition, sample: Mapping[str, Any], on: date | None) -> None:
    answers: Answers = {}
    robot = _Robot(definition, sample, on)
    step: Step | None = asked_steps(definition, answers, on=on)[0]
    while step is not None:
        answers = robot.page(step, answers)
        step = next_step(definition, step.key, answers, on=on)
    for error in check_all(definition, answers, on=on):
        raise _Stuck(error.step, error.path, str(error.message))
    _compare(definition, answers, sample, on)
    render_review(review_sections(definition, answers, on=on))
    print_form(definition, complete(definition, answers, on=on), on=on)


def _draw(definition: FormDefinition, answers: Mapping[str, Any], on: date | None) -> None:
    for step in asked_steps(definition, answers, on=on):
        render_step(definition, step.key, answers, on=on, rehearsal=True)
    render_review(review_sections(definition, answers, on=on))


def _compare(
    definition: FormDefinition, answers: Answers, sample: Mapping[str, Any], on: date | None
) -> None:
    """What people read in the end must be what the sample says."""
    got, wanted = relevant(definition, answers, on=on), relevant(definition, sample, on=on)
    if got == wanted or readable(definition, got, on=on) == readable(definition, wanted, on=on):
        return
    for step in definition.steps:
        for one in step.fields:
            if got.get(one.key) != wanted.get(one.key):
                raise _Stuck(step.key, (one.key,), _("This answer came back changed."))


def _label(step: Step, path: Path) -> Localized:
    for one in step.fields:
        if path and one.key == path[0]:
            inner = {part.key: part.label for part in one.fields}
            return inner.get(str(path[2]), one.label) if len(path) > 2 else one.label
    return {}


class _Robot:
    """Somebody who fills pages with given answers."""

    def __init__(
        self, definition: FormDefinition, sample: Mapping[str, Any], on: date | None
    ) -> None:
        self.definition, self.sample, self.on = definition, sample, on

    def page(self, step: Step, answers: Answers) -> Answers:
        """Fill one page until it lets the robot go on. Raises _Stuck."""
        wanted = dict(_wanted(step, self.sample))
        result: StepResult | None = None
        for _post in range(_MOST_POSTS):
            html = render_step(
                self.definition, step.key, answers, result=result, on=self.on, rehearsal=True
            ).html
            page = _Page.read(html)
            result = parse_step(
                self.definition,
                step.key,
                page.filled(wanted, self._press),
                MultiValueDict(),
                answers,
                owner_id=None,
                on=self.on,
            )
            answers = result.answers
            for error in result.errors:
                raise _Stuck(step.key, error.path, _why(error, page))
            if not result.stays:
                return answers
        raise _Stuck(step.key, (), _("The page never lets one go on."))

    def _press(self, page: _Page) -> tuple[str, str] | None:
        """The button within the page that has to be pressed before one goes on."""
        for key, rows in self.sample.items():
            there = page.hidden.get(f"{key}-rows")
            if not (isinstance(rows, list) and there and there[0].isdigit()):
                continue
            if int(there[0]) < len(rows) and ("_add", key) in page.buttons:
                return "_add", key
        return None


def _why(error: FieldError, page: _Page) -> str:
    """The error; or that the page had no place for the answer, where that is so."""
    name = html_id(*error.path).removeprefix("f-")
    if not any(one == name or one.startswith(f"{name}-") for one in page.names):
        return _("The page has no place for this answer: %(why)s") % {"why": error.message}
    return str(error.message)


def _wanted(step: Step, sample: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The sample answers of a page by the names of its controls."""
    for one in step.fields:
        answer = sample.get(one.key)
        if one.kind is Kind.GROUP:
            for index, row in enumerate(answer or ()):
                for part in one.fields:
                    yield from _parts(part, f"{one.key}-{index}-{part.key}", row.get(part.key))
        else:
            yield from _parts(one, one.key, answer)


def _parts(one: FieldDefinition, name: str, answer: Any) -> Iterator[tuple[str, list[str]]]:
    typed = values.as_typed(one, answer)
    if isinstance(typed, dict):
        for part, text in typed.items():
            yield f"{name}-{part}", _line(text) if part == "region" else [text]
    elif one.kind is Kind.REGION:
        yield name, _line(typed)
    else:
        yield name, typed if isinstance(typed, list) else [typed]


def _line(code: str) -> list[str]:
    """A region and those above it: what is chosen where one chooses level by level."""
    found = regions([code]).get(code) if code else None
    return [code, *found.ancestor_codes] if found else [code]


@dataclass
class _Control:
    name: str
    kind: str  # text, hidden, checkbox, radio, file, select
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class _Page(HTMLParser):
    """The controls of a page, as a browser would send them."""

    controls: list[_Control] = field(default_factory=list)
    hidden: dict[str, list[str]] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)
    _depth: int = 0  # of <div>s within one that is hidden

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def read(cls, html: str) -> _Page:
        page = cls()
        page.feed(html)
        return page

    @property
    def names(self) -> set[str]:
        """The names of all visible controls."""
        return {one.name for one in self.controls}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "div" and (self._depth or "hidden" in given):
            self._depth += 1
        name = given.get("name", "")
        if tag == "option" and self.controls:
            self.controls[-1].options.append(given.get("value", ""))
        elif not name or "disabled" in given:
            return
        elif tag == "button":
            self.buttons.add((name, given.get("value", "")))
        elif given.get("type") == "hidden":
            self.hidden.setdefault(name, []).append(given.get("value", ""))
        elif tag in ("input", "select", "textarea"):
            kind = given.get("type", "text") if tag == "input" else tag
            if not self._depth:  # what is hidden is sent empty, which is as good as not at all
                self.controls.append(_Control(name, kind, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            self._depth -= 1

    def filled(
        self,
        wanted: Mapping[str, list[str]],
        press: Callable[[_Page], tuple[str, str] | None],
    ) -> QueryDict:
        """What the page's form sends when each control is given what is wanted of it."""
        sent = QueryDict(mutable=True)
        for name, kept in self.hidden.items():
            sent.setlist(name, kept)
        further: tuple[str, str] | None = None
        for control in self.controls:
            texts = wanted.get(control.name, [])
            if control.kind in ("radio", "checkbox"):
                if control.value in texts:
                    sent.appendlist(control.name, control.value)
            elif control.kind == "select":
                chosen = [text for text in texts if text and text in control.options]
                sent.appendlist(control.name, chosen[0] if chosen else "")
            elif control.kind == "file":
                sent.setlist(control.name, texts)
            else:
                sent.appendlist(control.name, texts[0] if texts else "")
        for name in {one.name for one in self.controls if one.kind == "select"}:
            # The region itself cannot be chosen yet: show the next level.
            deepest = (wanted.get(name) or [""])[0]
            if deepest not in sent.getlist(name) and ("_choose", name) in self.buttons:
                further = ("_choose", name)
        further = further or press(self)
        if further is not None:
            sent[further[0]] = further[1]
        return sent
