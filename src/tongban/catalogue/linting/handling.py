"""Rules on how a service is handled: time, visits, fees, results, telephones, the eight classes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tongban.catalogue.linting.book import Spot, rule
from tongban.catalogue.linting.facts import (
    GuideFacts,
    holds_more_than_phones,
    is_hotline,
    lacks_area_code,
    links,
    numbers_in,
)

# --- time ----------------------------------------------------------------------------------------


@rule("promise_beyond_law", "error", "L17")
def _promise(facts: GuideFacts) -> Iterator[Spot]:
    promised, law = facts.guide.limits.promised, facts.guide.limits.statutory
    if promised is not None and law is not None and promised > law:
        yield "limits.promised", {"promised": promised, "law": law}


@rule("immediate_mismatch", "warning", "L1")
def _immediate(facts: GuideFacts) -> Iterator[Spot]:
    """即办 ⇔ 即办件 and 即审即办, where the guide says two of the three or all."""
    limits = facts.guide.limits
    at_once = limits.promised == 0
    if (at_once or limits.review == "on_the_spot") and limits.kind == "promised":
        yield "limits.kind", {}
    elif (at_once or limits.kind == "immediate") and limits.review == "examined":
        yield "limits.review", {}
    elif limits.review == "on_the_spot" and limits.promised and limits.kind is None:
        yield "limits.promised", {}


@rule("promise_mismatch", "warning", "L2")
def _promised_kind(facts: GuideFacts) -> Iterator[Spot]:
    """A promise of days makes it a 承诺件."""
    limits = facts.guide.limits
    if limits.promised and limits.kind == "immediate":
        yield "limits.kind", {"promised": limits.promised}


@rule("law_limit_missing", "warning")
def _law_limit(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.limits.statutory is None and facts.is_power:
        yield "limits.statutory", {}


@rule("promise_missing", "warning")
def _promise_missing(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.limits.promised is None:
        yield "limits.promised", {}


@rule("steps_beyond_limit", "warning")
def _steps_time(facts: GuideFacts) -> Iterator[Spot]:
    """Steps in days of another kind cannot be summed with the limit."""
    limit = facts.guide.limits.binding
    days = [step.days or 0 for step in facts.guide.steps if not step.calendar_days]
    if limit and sum(days) > limit + facts.guide.limits.acceptance:
        yield "steps", {"sum": sum(days), "limit": limit}


# --- visits, online ------------------------------------------------------------------------------


@rule("visit_reason_missing", "warning", "L6")
def _visit_reason(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.visits and not any(facts.guide.visits_reason.values()):
        yield "visits_reason", {"visits": facts.guide.visits}


@rule("visit_reason_needless", "hint", "L7")
def _no_visit_reason(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.visits == 0 and any(facts.guide.visits_reason.values()):
        yield "visits_reason", {}


@rule("no_visit_no_courier", "warning", "L8")
def _courier(facts: GuideFacts) -> Iterator[Spot]:
    """Only where something is handed in or decided: nothing is posted for a talk on water law."""
    guide = facts.guide
    reached = guide.online or "courier" in guide.channels.ways
    if guide.visits == 0 and not reached and (guide.materials or facts.is_power):
        yield "channels.ways", {}


@rule("visit_nowhere", "warning")
def _visit_nowhere(facts: GuideFacts) -> Iterator[Spot]:
    """People must come, and neither a window nor a place is named."""
    guide = facts.guide
    if guide.visits and not guide.windows and not any(guide.place.values()):
        yield "place", {"visits": guide.visits}


@rule("whole_way_online_visits", "error", "L9")
def _whole_way(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.channels.level == "4" and facts.guide.visits:
        yield "visits", {"visits": facts.guide.visits}


@rule("visits_unsaid", "hint")
def _visits_unsaid(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.visits is None:
        yield "visits", {}


@rule("online_nowhere", "warning")
def _online_nowhere(facts: GuideFacts) -> Iterator[Spot]:
    """It says "online", and there is neither a form here nor an address elsewhere."""
    guide = facts.guide
    elsewhere = guide.website or guide.channels.computer_url or guide.channels.mobile_url
    if guide.online and not facts.has_form and not elsewhere:
        yield "online", {}


@rule("dead_link", "warning")
def _dead_link(facts: GuideFacts) -> Iterator[Spot]:
    if facts.dead_links:
        for path, address in links(facts.guide):
            if address in facts.dead_links:
                yield path, {"address": address[:120], "why": facts.dead_links[address]}


# --- fees ----------------------------------------------------------------------------------------


@rule("fee_without_basis", "error", "L10")
def _fee_basis(facts: GuideFacts) -> Iterator[Spot]:
    for index, fee in enumerate(facts.guide.fees):
        if not any(fee.basis.values()):
            yield f"fees.{index}.basis", {}


@rule("fee_without_items", "error", "L10")
def _fee_items(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.payment.charged and not facts.guide.fees:
        yield "fees", {}


@rule("free_with_fees", "error", "L10")
def _free(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.payment.charged is False and facts.guide.fees:
        yield "payment.charged", {}


@rule("fee_standard_missing", "warning", "L10")
def _fee_standard(facts: GuideFacts) -> Iterator[Spot]:
    for index, fee in enumerate(facts.guide.fees):
        if fee.amount <= 0 and not any(fee.standard.values()):
            yield f"fees.{index}.standard", {}


@rule("paying_unsaid", "hint", "L10")
def _paying(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.fees and facts.guide.payment.online is None:
        yield "payment.online", {}


@rule("free_paid_online", "warning", "L11")
def _free_paid(facts: GuideFacts) -> Iterator[Spot]:
    payment = facts.guide.payment
    if payment.online and not facts.guide.fees and not payment.charged:
        yield "payment.online", {}


# --- results -------------------------------------------------------------------------------------

_CERTIFICATES = ("证", "证书", "执照")


@rule("result_certificate", "warning", "L3", chinese=True)
def _certificate(facts: GuideFacts) -> Iterator[Spot]:
    yield from _kind_of_result(facts, _CERTIFICATES, "certificate")


@rule("result_document", "warning", "L4", chinese=True)
def _document(facts: GuideFacts) -> Iterator[Spot]:
    yield from _kind_of_result(facts, ("文",), "document")


@rule("result_decision", "warning", "L5", chinese=True)
def _decision(facts: GuideFacts) -> Iterator[Spot]:
    yield from _kind_of_result(facts, ("批复",), "decision")


def _kind_of_result(facts: GuideFacts, endings: tuple[str, ...], kind: str) -> Iterator[Spot]:
    result = facts.guide.result
    if result and result.name.get("zh", "").endswith(endings) and result.kind != kind:
        yield "result.kind", {"name": result.name["zh"]}


@rule("result_sample_missing", "warning", "L16")
def _result_sample(facts: GuideFacts) -> Iterator[Spot]:
    result = facts.guide.result
    if result and any(result.name.values()) and not any(result.sample.values()):
        yield "result.sample", {}


@rule("result_missing", "warning")
def _result(facts: GuideFacts) -> Iterator[Spot]:
    if facts.guide.result is None:
        yield "result", {}


# --- telephones, whom it serves ------------------------------------------------------------------


@rule("complaint_phone_missing", "warning", "L12")
def _complaint_phone(facts: GuideFacts) -> Iterator[Spot]:
    if not numbers_in(facts.guide.complaint_phone):
        yield "complaint_phone", {}


@rule("phones_same", "warning", "L12")
def _phones_same(facts: GuideFacts) -> Iterator[Spot]:
    """Hotlines (12345, 12333, 95598) answer questions and take complaints by design: nobody who
    handles the service sits there."""
    consult, complaint = (
        set(numbers_in(text)) for text in (facts.guide.consult_phone, facts.guide.complaint_phone)
    )
    if consult and consult == complaint and not all(map(is_hotline, consult)):
        yield "complaint_phone", {"number": facts.guide.complaint_phone[:60]}


@rule("phone_without_area_code", "warning", "L12", chinese=True)
def _area_code(facts: GuideFacts) -> Iterator[Spot]:
    for place in ("consult_phone", "complaint_phone"):
        number = getattr(facts.guide, place)
        if lacks_area_code(number):
            yield place, {"number": number[:60]}


@rule("phone_with_more", "hint", chinese=True)
def _phone_with_more(facts: GuideFacts) -> Iterator[Spot]:
    for place in ("consult_phone", "complaint_phone"):
        if holds_more_than_phones(getattr(facts.guide, place)):
            yield place, {}


@rule("themes_against_audiences", "warning", "L13")
def _themes(facts: GuideFacts) -> Iterator[Spot]:
    if facts.audiences and (against := facts.theme_audiences - facts.audiences):
        yield "served", {"who": min(against)}


@rule("audience_without_theme", "hint", "L13")
def _audiences(facts: GuideFacts) -> Iterator[Spot]:
    if facts.theme_audiences and (alone := facts.audiences - facts.theme_audiences):
        yield "served", {"who": min(alone)}


_NAMED = {"企业": "firm", "单位": "firm", "法人": "firm", "个人": "person", "自然人": "person"}
_NAMED_LAST = re.compile(rf"[（(]({'|'.join(_NAMED)})[）)]+$")


@rule("audience_against_name", "warning", chinese=True)
def _name_says_who(facts: GuideFacts) -> Iterator[Spot]:
    """「…报告（企业）」 that is for persons only."""
    named = _NAMED_LAST.search(facts.name.get("zh", ""))
    if named and facts.audiences and _NAMED[named[1]] not in facts.audiences:
        yield "served", {"who": _NAMED[named[1]]}


# --- the eight classes ---------------------------------------------------------------------------


@rule("class_missing", "warning", "L19")
def _classes(facts: GuideFacts) -> Iterator[Spot]:
    guide = facts.guide
    # Where nobody can come there is neither a place nor an hour to name.
    comes = "window" in guide.channels.ways or not guide.channels.ways
    there = {
        "name": any(facts.name.values()),
        "basis": bool(guide.basis),
        "conditions": bool(guide.conditions),
        "materials": bool(guide.materials),
        "place": not comes or bool(guide.windows) or any(guide.place.values()),
        "hours": not comes or bool(guide.windows) or any(guide.hours.values()),
        "consult_phone": bool(numbers_in(guide.consult_phone)),
        "steps": bool(guide.steps),
    }
    for place, given in there.items():
        if not given:
            yield place, {"class": place}
