"""`{% load look %}` (also built in): see the docstring of tongban.look for every tag by example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from tongban.kernel import clock
from tongban.kernel.localized import chosen_language, language, pick
from tongban.look import charts, fields, formats, icons, statuses
from tongban.look.components import Bar, Text
from tongban.look.context import tag as language_tag
from tongban.look.fields import Problem
from tongban.look.paragraphs import paragraphs

register = template.Library()

register.filter("day", formats.day)
register.filter("day_short", formats.day_short)
register.filter("weekday", formats.weekday)
register.filter("moment", formats.moment)
register.filter("clock", formats.clock_time)
register.filter("money", formats.money)
register.filter("count", formats.count)
register.filter("paras", paragraphs)
register.simple_tag(icons.icon, name="icon")

_CONTENT_TAGS = {"zh": "zh-Hans"}


@register.filter
def local(text: Mapping[str, str] | str | None) -> str:
    """The text in the reader's language; a plain string or None is let through."""
    return pick(text) if isinstance(text, Mapping) else str(text or "")


@register.filter
def written(text: str) -> Mapping[str, str]:
    """What somebody wrote, as content whose language can be marked: Chinese if it has a Han
    letter, else taken for English."""
    return {"zh" if any("\u3400" <= letter <= "\u9fff" for letter in text) else "en": text}


@register.simple_tag
def local_block(text: Mapping[str, str] | str | None) -> str:
    """Like `local`, but marks the language when it is not the page's."""
    if not isinstance(text, Mapping):
        return local(text)
    chosen = chosen_language(text)
    if chosen == language():
        return pick(text)
    return format_html('<span lang="{}">{}</span>', _CONTENT_TAGS.get(chosen, chosen), pick(text))


@register.simple_tag
def local_paras(text: Mapping[str, str]) -> str:
    """Paragraphs and lists of a text, in a `<div lang>` when it is not in the page's language."""
    chosen = chosen_language(text)
    written = paragraphs(pick(text))
    if chosen == language():
        return written
    return format_html('<div lang="{}">{}</div>', _CONTENT_TAGS.get(chosen, chosen), written)


@register.simple_tag
def maybe_url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named page, or "" when there is none by that name."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


@register.simple_tag
def language_of(code: str) -> str:
    """The lang attribute for one of Django's language codes."""
    return language_tag(code)


# --- words about states ------------------------------------------------------------------------
@register.simple_tag
def status(state: object, label: Text = "", tone: str = "") -> SafeString:
    words, tone, shape = statuses.describe(state, label, tone)
    return _status(str(words), tone, shape)


@lru_cache(maxsize=2048, typed=True)  # long tables say the same few words hundreds of times
def _status(label: str, tone: str, shape: str) -> SafeString:
    return render_to_string("look/status.html", {"label": label, "tone": tone, "shape": shape})


@register.inclusion_tag("look/status.html")
def due(on: date | None, days_left: int | None = None) -> dict[str, object]:
    """A deadline; `days_left` in working days, negative when it has passed."""
    if on is None or days_left is None:
        label = gettext("Clock stopped") if on is None else formats.day_short(on)
        return {"label": label, "tone": "waiting", "shape": statuses.SHAPES["waiting"]}
    if days_left < 0:
        tone = "late"
        label = ngettext("%(days)d working day late", "%(days)d working days late", -days_left) % {
            "days": -days_left
        }
    elif days_left == 0 and on < clock.today():  # it passed, and only days off came since
        tone, label = "late", gettext("Late since the last working day")
    elif days_left == 0:
        tone, label = "action", gettext("Due today")
    else:
        tone = "action" if days_left <= 2 else "neutral"
        label = ngettext("%(days)d working day left", "%(days)d working days left", days_left) % {
            "days": days_left
        }
    shape = "clock" if tone == "neutral" else statuses.SHAPES[tone]
    return {"label": label, "tone": tone, "shape": shape, "note": formats.day_short(on)}


# --- components --------------------------------------------------------------------------------
@register.inclusion_tag("look/summary.html")
def summary(rows: Iterable[object], dense: bool = False) -> dict[str, object]:
    return {"rows": list(rows), "dense": dense}


@register.inclusion_tag("look/errors.html")
def error_summary(problems: BaseForm | Iterable[tuple[str, Text]]) -> dict[str, object]:
    if isinstance(problems, BaseForm):
        return {"problems": fields.problems_of(problems)}
    return {"problems": [Problem(f"#{id_}" if id_ else "", str(text)) for id_, text in problems]}


@register.inclusion_tag("look/pages.html")
def pages(
    previous_url: str | None,
    next_url: str | None,
    count: int | None = None,
    shown: int | None = None,
) -> dict[str, object]:
    return {"previous": previous_url, "next": next_url, "count": count, "shown": shown}


@register.inclusion_tag("look/banner.html")
def banner(text: Text, title: Text = "", tone: str = "info") -> dict[str, object]:
    shape = {"info": "info", "done": "check", "action": "alert"}[tone]
    return {"text": text, "title": title, "tone": tone, "shape": shape}


@register.inclusion_tag("look/panel.html")
def panel(
    title: Text, number: str = "", text: Text = "", number_label: Text = ""
) -> dict[str, object]:
    return {"title": title, "number": number, "text": text, "number_label": number_label}


@register.inclusion_tag("look/tasks.html")
def tasks(items: Iterable[object]) -> dict[str, object]:
    return {"items": list(items)}


@register.inclusion_tag("look/progress.html")
def progress(step: int, total: int) -> dict[str, object]:
    return {"step": step, "total": total}


@register.inclusion_tag("look/steps.html")
def steps(items: Iterable[object]) -> dict[str, object]:
    return {"items": list(items)}


@register.inclusion_tag("look/timeline.html")
def timeline(entries: Iterable[object]) -> dict[str, object]:
    return {"entries": list(entries)}


@register.inclusion_tag("look/warning.html")
def warning(text: Text) -> dict[str, object]:
    return {"text": text}


@register.inclusion_tag("look/facts.html")
def facts(items: Iterable[object]) -> dict[str, object]:
    return {"items": list(items)}


@register.simple_block_tag
def details(content: SafeString, summary: Text, is_open: bool = False) -> SafeString:
    return format_html(
        '<details class="govuk-details"{}><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text">{}</div></details>',
        SafeString(" open") if is_open else "",
        summary,
        content,
    )


@register.inclusion_tag("look/crumbs.html")
def crumbs(*names_and_urls: str) -> dict[str, object]:
    """Pairs of name and address; an odd last name is this page, without a link."""
    pairs = list(zip(names_and_urls[::2], names_and_urls[1::2], strict=False))
    here = names_and_urls[-1] if len(names_and_urls) % 2 else ""
    return {"pairs": pairs, "here": here}


@register.inclusion_tag("look/back_link.html")
def back_link(href: str, text: Text = "") -> dict[str, object]:
    return {"href": href, "text": text}


# --- charts ------------------------------------------------------------------------------------
@register.inclusion_tag("look/bars.html")
def bars(rows: Sequence[Bar], caption: Text, unit: Text = "") -> dict[str, object]:
    return {"shares": charts.shares(rows), "rows": rows, "caption": caption, "unit": unit}


@register.inclusion_tag("look/plot.html")
def columns(rows: Sequence[Bar], caption: Text, unit: Text = "") -> dict[str, object]:
    return {"plot": charts.plot(rows), "rows": rows, "caption": caption, "unit": unit}


@register.inclusion_tag("look/plot.html")
def line(rows: Sequence[Bar], caption: Text, unit: Text = "") -> dict[str, object]:
    return {
        "plot": charts.plot(rows),
        "rows": rows,
        "caption": caption,
        "unit": unit,
        "is_line": True,
    }


@register.filter
def figure(value: float) -> str:
    """A chart's number: whole ones without decimals, others with one."""
    return formats.count(int(value)) if value == int(value) else f"{value:,.1f}"


# --- Django forms ------------------------------------------------------------------------------
@register.inclusion_tag("look/field.html")
def field(
    field: BoundField, label: Text = "", hide_label: bool = False, hide_hint: bool = False
) -> dict[str, Any]:
    """`label` replaces the field's own, where a library's form has a poor one."""
    return {
        "field": field,
        "label": label or field.label,
        "hide_label": hide_label,
        "no_hint": hide_hint,
        "hide_hint": hide_hint,
    }


@register.inclusion_tag("look/form.html")
def form_body(form: BaseForm) -> dict[str, Any]:
    return {"form": form}


@register.filter
def field_kind(field: BoundField) -> str:
    return fields.kind_of(field)


@register.filter
def field_control(field: BoundField) -> str:
    return fields.control(field)
