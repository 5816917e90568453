"""A guide as its page shows it: answers first, and plain words for every code in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tongban.cases.api import Limit, Unit, due_date
from tongban.catalogue.api import Guide, GuideVersion, Material, Offering
from tongban.directory.api import CentreSummary, Interval, hours_on
from tongban.guidepage.links import Links
from tongban.guidepage.opening import DayHours, OpeningView, PhoneView, opening, phones
from tongban.guidepage.words import days_in_words, visits_in_words
from tongban.kernel import clock
from tongban.kernel.localized import Localized, pick
from tongban.kernel.workdays import Workdays
from tongban.look.api import Fact, Row, Tone, money, weekday

ORIGINAL: dict[str, Promise] = {
    "original": gettext_lazy("original"),
    "copy": gettext_lazy("copy"),
    "either": gettext_lazy("original or copy"),
    "both": gettext_lazy("original and copy"),
}
MEDIUM: dict[str, Promise] = {
    "paper": gettext_lazy("on paper"),
    "electronic": gettext_lazy("as an electronic file"),
    "either": gettext_lazy("on paper or as an electronic file"),
}
DELIVERY: dict[str, Promise] = {
    "online": gettext_lazy("Online, in “My cases”"),
    "pick_up": gettext_lazy("Collect it at a window"),
    "courier": gettext_lazy("By courier"),
}
SILENCE: dict[str, Promise] = {
    "approval": gettext_lazy("If we do not decide in time, your application counts as granted."),
    "refusal": gettext_lazy(
        "If we do not decide in time, you may treat that as a refusal and have it reviewed."
    ),
}
REACH: dict[str, Promise] = {
    "nation": gettext_lazy("At any such window in the country"),
    "provinces": gettext_lazy("At windows in several provinces"),
    "cities": gettext_lazy("At any such window in the province"),
    "counties": gettext_lazy("At any such window in the city"),
}
WAYS: dict[str, Promise] = {
    "online": gettext_lazy("Online"),
    "window": gettext_lazy("At a window"),
    "courier": gettext_lazy("By post or courier"),
}

# A guide says which days of the coming three weeks depart from a centre's usual hours.
_AHEAD = 21


@dataclass(frozen=True)
class MaterialView:
    """A paper to hand in; `tone` and `need` say whether it must be."""

    key: str
    name: Localized
    need: str
    tone: Tone
    form: str
    condition: Localized
    issuer: Localized
    notes: Localized
    blank_url: str
    sample_url: str
    is_form: bool
    looked_up: bool  # the government has it: nobody brings it
    more: Sequence[tuple[str, Localized]]  # what else the guide says of it, each with its heading
    is_always: bool
    is_sometimes: bool
    is_later: bool


@dataclass(frozen=True)
class Hours:
    """Days of the week in a row with the same hours: "Monday to Friday"."""

    days: str
    hours: tuple[Interval, ...]


@dataclass(frozen=True)
class WindowView:
    """A window at a centre: whether it is open now, its week, and the coming days unlike it.

    `today` says so where this day is a holiday or worked in exchange for one.
    """

    centre: CentreSummary
    window: Localized
    opening: OpeningView
    today: str
    week: Sequence[Hours]
    ahead: Sequence[DayHours]
    phones: Sequence[PhoneView]


@dataclass(frozen=True)
class StepView:
    """A step of the flow; `days` in words, "" where the guide gives none."""

    name: Localized
    text: Localized
    days: str
    more: Sequence[Localized]  # where, by whom, against what it is done


@dataclass(frozen=True)
class ExampleView:
    """When a decision is due if the application were accepted today."""

    accepted_on: date
    due_on: date
    is_provisional: bool


@dataclass(frozen=True)
class GuideView:
    """A version of a guide as a page. Parts the agency gave nothing for are empty."""

    summary: Localized
    facts: Sequence[Fact]
    hand_in: Sequence[MaterialView]
    looked_up: Sequence[MaterialView]
    promised: str
    statutory: str
    acceptance: str
    example: ExampleView | None
    silence: str
    steps: Sequence[StepView]
    windows: Sequence[WindowView]
    delivery: Sequence[str]
    phones: Sequence[PhoneView]
    complaint_phones: Sequence[PhoneView]
    apply_url: str
    website: str
    no_fee: str
    ways: Sequence[Row]
    has_rules: bool
    guide: Guide


def view_of(
    offering: Offering,
    version: GuideVersion,
    guide: Guide,
    centres: dict[str, CentreSummary],
    known: Workdays,
    links: Links,
) -> GuideView:
    """The page of a version, whose form is loaded; only the current one can be applied for."""
    is_current = offering.current_id == version.pk
    papers = materials_of(version, guide, links)
    limits = guide.limits
    unit = limits.unit.value
    return GuideView(
        summary=guide.summary,
        facts=_facts(offering, guide),
        hand_in=[one for one in papers if not one.looked_up],
        looked_up=[one for one in papers if one.looked_up],
        promised=days_in_words(limits.promised, unit),
        statutory=days_in_words(limits.statutory, unit),
        acceptance=ngettext(
            "Within %(days)d working day of your application we accept it, tell you what is "
            "missing – all at once – or say why we cannot take it.",
            "Within %(days)d working days of your application we accept it, tell you what is "
            "missing – all at once – or say why we cannot take it.",
            limits.acceptance,
        )
        % {"days": limits.acceptance},
        example=_example(guide, known),
        silence=str(SILENCE.get(guide.silence, "")),
        steps=[
            StepView(
                one.name,
                one.text,
                days_in_words(one.days, "calendar_days" if one.calendar_days else "working_days"),
                [text for text in (one.office, one.role, one.standard) if text],
            )
            for one in guide.steps
        ],
        windows=[
            _window(centres[one.centre], one.window, known)
            for one in guide.windows
            if one.centre in centres
        ],
        delivery=[str(DELIVERY[way]) for way in guide.result.delivery] if guide.result else [],
        phones=phones(guide.consult_phone),
        complaint_phones=phones(guide.complaint_phone),
        apply_url=links.apply if is_current and offering.online else "",
        website=pick(guide.website) if is_current else "",
        no_fee="" if guide.fees else _no_fee(guide),
        ways=_ways(guide),
        has_rules=bool(
            guide.basis
            or guide.remedies
            or guide.notes
            or guide.rights
            or guide.duties
            or guide.reconsideration.name
            or guide.litigation.name
        ),
        guide=guide,
    )


def materials_of(version: GuideVersion, guide: Guide, links: Links) -> list[MaterialView]:
    """The papers of a guide, in its order."""
    form = version.form
    has_sample = form is not None and bool(form.sample)
    # Whether the form is shown: there is one, and the guide is done online.
    has_form = form is not None and guide.online
    return [
        _material(one, links, has_sample=has_sample, has_form=has_form) for one in guide.materials
    ]


def _window(centre: CentreSummary, window: Localized, known: Workdays) -> WindowView:
    today = clock.today()
    return WindowView(
        centre=centre,
        window=window,
        opening=opening(centre, known),
        today=_today(centre, today, known),
        week=_week(centre),
        ahead=[] if centre.always else _ahead(centre, today, known),
        phones=phones(centre.phone),
    )


def _today(centre: CentreSummary, today: date, known: Workdays) -> str:
    if centre.always:
        return ""
    if today in known.makeup_days:
        return _("Today is worked in exchange for a holiday.")
    return _("Today is a public holiday.") if today in known.holidays else ""


def _week(centre: CentreSummary) -> list[Hours]:
    """The week from Monday, days of the same hours in a row as one."""
    runs: list[tuple[int, int]] = []
    for day in range(7):
        if runs and centre.hours[runs[-1][0]] == centre.hours[day]:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    monday = date(2024, 1, 1)  # any Monday: only its name is used
    names = [weekday(monday + timedelta(day)) for day in range(7)]
    return [
        Hours(
            names[first]
            if first == last
            else _("%(first)s to %(last)s") % {"first": names[first], "last": names[last]},
            centre.hours[first],
        )
        for first, last in runs
    ]


def _ahead(centre: CentreSummary, today: date, known: Workdays) -> list[DayHours]:
    """The coming days on which holidays and make-up days change the usual hours."""
    days = (today + timedelta(ahead) for ahead in range(_AHEAD))
    return [
        DayHours(day, hours, is_today=day == today)
        for day in days
        if (hours := hours_on(centre, day, known)) != centre.hours[day.weekday()]
    ]


def _facts(offering: Offering, guide: Guide) -> list[Fact]:
    limits = guide.limits
    unit = limits.unit.value
    facts = []
    if who := _who(offering.audiences):
        facts.append(Fact(_("Who is it for?"), who))
    if limits.promised is not None:
        by_law = (
            _("The law allows %(days)s.") % {"days": days_in_words(limits.statutory, unit)}
            if limits.statutory is not None and limits.statutory != limits.promised
            else ""
        )
        facts.append(
            Fact(_("How long does it take?"), days_in_words(limits.promised, unit), by_law)
        )
    else:
        facts.append(
            Fact(
                _("How long does it take?"),
                days_in_words(limits.statutory, unit) or _("Not given by the agency"),
            )
        )
    facts.append(_cost(guide))
    if guide.visits is not None:
        facts.append(
            Fact(_("Must I go there?"), visits_in_words(guide.visits), pick(guide.visits_reason))
        )
    facts.append(_online(offering, guide))
    return facts


def _online(offering: Offering, guide: Guide) -> Fact:
    question = _("Can I do it online?")
    if offering.online:
        return Fact(question, _("Yes, all of it"))
    if guide.website:
        return Fact(question, _("At the agency’s own site"))
    return Fact(question, _("Not here yet"), _("Ask the agency or a window."))


def _who(audiences: Sequence[str]) -> str:
    if "person" in audiences and "firm" in audiences:
        return _("People and firms")
    if "person" in audiences:
        return _("People")
    return _("Firms and other bodies") if "firm" in audiences else ""


def _ways(guide: Guide) -> list[Row]:
    """How it can be handed in and done, as far as the guide says."""
    channels = guide.channels
    told: list[tuple[str, str]] = [
        (_("Ways to apply"), _(", ").join(str(WAYS[way]) for way in channels.ways)),
        (_("Where else"), str(REACH[channels.reach]) if channels.reach else ""),
        (_("Appointments"), _appointments(guide)),
        (_("By courier"), _courier(guide)),
        (_("Self-service machines"), _("Yes") if channels.terminals else ""),
        (_("At the window"), pick(guide.counter_process)),
        (_("Online"), pick(guide.online_process)),
    ]
    return [Row(key, value) for key, value in told if value]


def _appointments(guide: Guide) -> str:
    appointments = guide.channels.appointments
    if appointments.offered is None:
        return ""
    if not appointments.offered:
        return _("Not needed; just come.")
    return appointments.url or _("You can come at a time of your own; phone to arrange it.")


def _courier(guide: Guide) -> str:
    courier = guide.channels.courier
    if courier.materials and courier.results:
        return _("You may post your papers, and we can post the result.")
    if courier.materials:
        return _("You may post your papers.")
    return _("We can post the result.") if courier.results else ""


def _no_fee(guide: Guide) -> str:
    # A guide without a flow came from a source that tells little.
    told = guide.payment.charged is False or guide.steps
    return _("Nothing") if told and not guide.payment.charged else _("No fee is given")


def _cost(guide: Guide) -> Fact:
    question = _("What does it cost?")
    if not guide.fees:
        return Fact(question, _no_fee(guide))
    waiver = _("Free for some; see “How much?”.") if any(fee.waiver for fee in guide.fees) else ""
    amounts = sorted(fee.amount for fee in guide.fees)
    if len(amounts) == 1:
        fee = guide.fees[0]
        per = f" / {pick(fee.per)}" if fee.per else ""
        return Fact(question, f"{_short_money(fee.amount)}{per}", waiver)
    span = _("%(least)s to %(most)s") % {
        "least": _short_money(amounts[0]),
        "most": _short_money(amounts[-1]),
    }
    return Fact(question, span if amounts[0] != amounts[-1] else _short_money(amounts[0]), waiver)


def _short_money(amount: Decimal) -> str:
    return money(amount).removesuffix(".00")


def _material(
    material: Material, links: Links, *, has_sample: bool, has_form: bool
) -> MaterialView:
    need, tone = _need(material)
    form = _("%(original)s, %(medium)s") % {
        "original": ORIGINAL[material.original],
        "medium": MEDIUM[material.medium],
    }
    if material.copies > 1:
        form = _("%(form)s, %(copies)d copies") % {"form": form, "copies": material.copies}
    return MaterialView(
        key=material.key,
        name=material.name,
        need=need,
        tone=tone,
        form=form[:1].upper() + form[1:],
        condition=material.condition,
        issuer=material.issuer,
        notes=material.notes,
        blank_url=links.paper(material.key, False)
        if material.blank or (material.is_form and has_form)
        else "",
        sample_url=links.paper(material.key, True)
        if material.sample or (material.is_form and has_sample)
        else "",
        is_form=material.is_form,
        looked_up=material.source == "government",
        more=[
            (heading, text)
            for heading, text in (
                (_("The paper:"), material.paper),
                (_("Where to get it:"), material.source_note),
                (_("We accept it if:"), material.acceptance),
                (_("Why we ask:"), material.basis),
            )
            if text
        ],
        is_always=material.necessity == "required",
        is_sometimes=material.necessity == "conditional",
        is_later=material.necessity == "tolerated",
    )


def _need(material: Material) -> tuple[str, Tone]:
    if material.necessity == "conditional":
        return _("Only in some cases"), "neutral"
    if material.necessity == "tolerated":
        return _("May follow later"), "waiting"
    return _("Required"), "progress"


def _example(guide: Guide, known: Workdays) -> ExampleView | None:
    days = guide.limits.binding
    if days is None:
        return None
    today = clock.today()
    due = due_date(today, Limit(days, Unit(guide.limits.unit.value)), known)
    return ExampleView(today, due.day, due.provisional) if due else None
