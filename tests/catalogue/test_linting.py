"""Rules of guides: each finds what it should and nothing else; words, scores, any guide at all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.catalogue.guides_at_random import guides
from tongban.catalogue.anatomy import digest_of_text
from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.facts import Conflict, GuideFacts, lacks_area_code, numbers_in
from tongban.catalogue.linting.findings import SEVERITIES, Found
from tongban.catalogue.linting.rules import RULES, lint, table
from tongban.catalogue.linting.score import score
from tongban.catalogue.linting.words import PLACES, in_words, mend_of, title_of

TODAY = date(2026, 11, 23)


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


STEP = {"name": both("受理", "Acceptance"), "text": both("收下材料。", "Taken in."), "days": 1}
FEE = {"name": both("工本费", "Fee"), "amount": "5", "basis": both("《条例》第三条", "Article 3")}
MATERIAL = {"key": "plan", "name": both("平面图", "Plan"), "original": "copy"}
RESULT = {
    "name": both("许可证", "Permit"),
    "kind": "certificate",
    "delivery": ["online"],
    "sample": both("样本", "Specimen"),
}
BASIS = {
    "title": both("《条例》", "Regulations"),
    "article": both("第三条", "Article 3"),
    "says": both("要许可。", "A permit is needed."),
}
WHOLE: dict[str, Any] = {
    "summary": both("拿到许可，就可以占道。", "Lets you use the road."),
    "conditions": [{"text": both("确有需要。", "There is a need."), "basis": both("第三条", "3")}],
    "materials": [MATERIAL],
    "basis": [BASIS],
    "limits": {"statutory": 20, "promised": 5},
    "fees": [FEE],
    "payment": {"charged": True, "online": True},
    "steps": [STEP] * 5,
    "result": RESULT,
    "faq": [{"question": both("多久？", "When?"), "answer": both("五天。", "Five days.")}],
    "place": both("望江路1号", "1 River Road"),
    "hours": both("九点到五点。", "Nine to five."),
    "consult_phone": "0990-5551000",
    "complaint_phone": "0990-5551001",
    "remedies": both("可以复议。", "Ask for reconsideration."),
}


def facts_with(guide: dict[str, Any] | None = None, **known: Any) -> GuideFacts:
    """The facts of a guide without a fault, some of it changed."""
    return GuideFacts(
        guide=Guide.model_validate(WHOLE | (guide or {})),
        **{
            "name": both("占道许可", "Road permit"),
            "today": TODAY,
            "item_type": "01",
            "audiences": frozenset({"person"}),
            "theme_audiences": frozenset({"person"}),
            "has_form": True,
        }
        | known,
    )


def limits(**said: Any) -> dict[str, Any]:
    return {"limits": {"statutory": 20, "promised": 5} | said}


def material(**said: Any) -> dict[str, Any]:
    return {"materials": [MATERIAL | said]}


def result(**said: Any) -> dict[str, Any]:
    return {"result": RESULT | said}


def condition(text: str) -> dict[str, Any]:
    return {"conditions": [{"text": {"zh": text, "en": "x"}, "basis": both("第三条", "3")}]}


URL = "https://example.org/apply"
LONG_ZH, LONG_EN = "很长" * 60 + "。", " ".join(["word"] * 60) + "."
GONE = (TODAY - timedelta(1)).isoformat()
LAST = TODAY.isoformat()

# Rule → what it finds, what resembles that and is right: (guide, facts) each.
Example = tuple[dict[str, Any], dict[str, Any]]
EXAMPLES: dict[str, tuple[Example, Example]] = {
    "promise_beyond_law": ((limits(promised=21), {}), (limits(promised=20), {})),
    "immediate_mismatch": (
        (limits(promised=0, kind="promised"), {}),
        (limits(promised=0, kind="immediate", review="on_the_spot"), {}),
    ),
    "promise_mismatch": ((limits(kind="immediate"), {}), (limits(kind="promised"), {})),
    "law_limit_missing": (
        (limits(statutory=None), {}),
        (limits(statutory=None), {"item_type": "20"}),
    ),
    "promise_missing": ((limits(promised=None), {}), (limits(promised=0), {})),
    "steps_beyond_limit": (
        ({"steps": [STEP | {"days": 4}] * 5}, {}),
        ({"steps": [STEP | {"days": 4, "calendar_days": True}] * 5}, {}),
    ),
    "visit_nowhere": (({"visits": 1, "place": {}}, {}), ({"visits": 1}, {})),
    "visit_reason_missing": (
        ({"visits": 1}, {}),
        ({"visits": 1, "visits_reason": both("要采集指纹。", "Fingerprints are taken.")}, {}),
    ),
    "visit_reason_needless": (
        ({"visits": 0, "visits_reason": both("要采集指纹。", "Fingerprints.")}, {}),
        ({"visits": 0}, {}),
    ),
    "no_visit_no_courier": (
        ({"visits": 0, "online": False}, {}),
        ({"visits": 0, "online": False, "channels": {"ways": ["window", "courier"]}}, {}),
    ),
    "whole_way_online_visits": (
        ({"channels": {"level": "4"}, "visits": 1, "visits_reason": both("一", "One")}, {}),
        ({"channels": {"level": "4"}, "visits": 0}, {}),
    ),
    "visits_unsaid": (({"visits": None}, {}), ({"visits": 0}, {})),
    "online_nowhere": (({}, {"has_form": False}), ({"website": {"zh": URL}}, {"has_form": False})),
    "dead_link": (
        ({"website": {"zh": URL}}, {"dead_links": {URL: "not_found"}}),
        ({"website": {"zh": URL}}, {"dead_links": {URL + "/other": "not_found"}}),
    ),
    "fee_without_basis": (({"fees": [FEE | {"basis": {}}]}, {}), ({}, {})),
    "fee_without_items": (({"fees": []}, {}), ({"fees": [], "payment": {"charged": False}}, {})),
    "free_with_fees": (({"payment": {"charged": False}}, {}), ({}, {})),
    "fee_standard_missing": (
        ({"fees": [FEE | {"amount": "0"}]}, {}),
        ({"fees": [FEE | {"amount": "0", "standard": both("货值的千分之一", "0.1 %")}]}, {}),
    ),
    "paying_unsaid": (({"payment": {}}, {}), ({"payment": {"online": False}}, {})),
    "free_paid_online": (
        ({"fees": [], "payment": {"charged": False, "online": True}}, {}),
        ({"fees": [], "payment": {"charged": False, "online": False}}, {}),
    ),
    "result_certificate": ((result(kind="record"), {}), (result(), {})),
    "result_document": (
        (result(name=both("批文", "Approval")), {}),
        (result(name=both("批文", "Approval"), kind="document"), {}),
    ),
    "result_decision": (
        (result(name=both("批复", "Reply")), {}),
        (result(name=both("批复", "Reply"), kind="decision"), {}),
    ),
    "result_sample_missing": ((result(sample={}), {}), (result(), {})),
    "result_missing": (({"result": None}, {}), ({}, {})),
    "complaint_phone_missing": (({"complaint_phone": "无"}, {}), ({}, {})),
    "phones_same": (
        ({"complaint_phone": "（0990）555 1000"}, {}),
        ({"complaint_phone": "0990-5551002"}, {}),
    ),
    "phone_without_area_code": (
        ({"consult_phone": "55510000"}, {}),
        ({"consult_phone": "0990-12345、5551000转2"}, {}),
    ),
    "phone_with_more": (
        ({"consult_phone": "0990-5551000，周一至周五"}, {}),
        ({"consult_phone": "省厅：0990-5551000、0990-5551002转3"}, {}),
    ),
    "audience_against_name": (
        ({}, {"name": both("纳税报告(（企业）)", "Report")}),
        ({}, {"name": both("纳税报告（个人）", "Report")}),
    ),
    "themes_against_audiences": (
        ({}, {"theme_audiences": frozenset({"firm", "person"})}),
        ({}, {"theme_audiences": frozenset()}),
    ),
    "audience_without_theme": (
        ({}, {"audiences": frozenset({"firm", "person"})}),
        ({}, {"audiences": frozenset({"firm", "person"}), "theme_audiences": frozenset()}),
    ),
    "class_missing": (
        ({"hours": {}}, {}),
        ({"hours": {}, "place": {}, "channels": {"ways": ["online"]}}, {}),
    ),
    "material_catch_all": (
        (material(name=both("法律法规规定的其他材料", "Other documents")), {}),
        (material(name=both("其他股东的身份证", "Identity cards of the other partners")), {}),
    ),
    "material_duplicate": (
        ({"materials": [MATERIAL, MATERIAL | {"key": "b", "name": both("平 面图", "Map")}]}, {}),
        ({"materials": [MATERIAL, MATERIAL | {"key": "b", "name": both("立面图", "Map")}]}, {}),
    ),
    "material_unstated": (
        (material(original="either", medium="either"), {}),
        (material(original="either", medium="either", notes=both("拍全。", "All of it.")), {}),
    ),
    "material_blank_missing": (
        (material(name=both("占道申请表", "Application form")), {}),
        (material(name=both("占道申请表", "Application form"), is_form=True), {}),
    ),
    "material_sample_missing": (
        (material(blank=both("姓名：____", "Name: ____")), {}),
        (material(blank=both("姓名：____", "Name: __"), sample=both("姓名：林", "Name: Lin")), {}),
    ),
    "basis_all_expired": (
        ({"basis": [BASIS | {"ends_on": GONE}]}, {}),
        ({"basis": [BASIS | {"ends_on": GONE}, BASIS | {"ends_on": LAST}]}, {}),
    ),
    "basis_expired": (
        ({"basis": [BASIS, BASIS | {"ends_on": GONE}]}, {}),
        ({"basis": [BASIS | {"ends_on": LAST}]}, {}),
    ),
    "basis_without_article": (({"basis": [BASIS | {"article": {}}]}, {}), ({}, {})),
    "permit_condition_without_clause": (
        ({"conditions": [{"text": both("满18岁。", "18 or older.")}]}, {}),
        ({"conditions": [{"text": both("满18岁。", "18 or older.")}]}, {"item_type": "20"}),
    ),
    "condition_without_clause": (
        ({"conditions": [{"text": both("满18岁。", "18 or older.")}]}, {"item_type": "20"}),
        ({}, {"item_type": "20"}),
    ),
    "condition_elsewhere": (
        (condition("依据报考文件中的报考条件。"), {}),
        (condition("按照《条例》第三条，年满十八周岁。"), {}),
    ),
    "condition_many_in_one": (
        (condition("（一）年满十八周岁；（二）会游泳；（三）没有处分。"), {}),
        (condition("会游泳：1.5米深的水里能停两分钟；或者有证。"), {}),
    ),
    "permit_steps_few": (
        ({"steps": [STEP] * 4}, {}),
        ({"steps": [STEP | {"name": both("受理、审查、决定、制证、送达", "All")}]}, {}),
    ),
    "permit_faq_missing": (({"faq": []}, {}), ({"faq": []}, {"item_type": "07"})),
    "remedy_missing": (
        ({"remedies": {}}, {}),
        ({"remedies": {}, "reconsideration": {"name": both("市政府", "The city")}}, {}),
    ),
    "agencies_contradict": (
        ({}, {"conflicts": (Conflict("limits.promised", "甲", "A", "5 working_days", "9 x"),)}),
        ({}, {}),
    ),
    "sentence_long": (
        ({"notes": {"en": LONG_EN, "zh": "短。"}}, {}),
        ({"notes": both("短。" * 60, "A. " * 90)}, {}),
    ),
    "officialese": (
        ({"notes": both("逾期不办的，予以注销。", "It ends.")}, {}),
        ({"notes": both("依照《关于予以注销的规定》第三条。", "It ends.")}, {}),
    ),
    "abbreviation_unexplained": (
        ({"notes": both("要过WTO审查。", "WTO review.")}, {}),
        ({"notes": both("要过世界贸易组织（WTO）审查；WTO由商务局报。", "A PDF.")}, {}),
    ),
    "text_breaks_off": (
        (condition("应当同时符合以下条件："), {}),
        (
            {
                "conditions": [
                    {"text": {"zh": "会游泳；"}, "basis": both("第三条", "3")},
                    {"text": {"zh": "年满十八周岁。"}, "basis": both("第三条", "3")},
                ]
            },
            {},
        ),
    ),
    "placeholder": (
        ({"notes": both("无", "None")}, {}),
        ({"notes": both("无需预约", "No booking")}, {}),
    ),
    "summary_says_nothing": (
        ({"summary": both("由云州市文化局办理的行政许可事项。", "A permit.")}, {}),
        ({"summary": both("由市里办理的许可，拿到就能开工。", "A permit.")}, {}),
    ),
    "translation_missing": (
        ({"notes": {"zh": "只有中文。"}}, {}),
        ({"notes": {"en": "Only."}}, {}),
    ),
    "untranslated": (({"summary": {"zh": "拿到许可，就可以占道。"}}, {}), ({}, {})),
    "translation_stale": (
        ({"notes": both("新", "Old")}, {"translated_from": {"notes": digest_of_text("旧")}}),
        ({"notes": both("新", "New")}, {"translated_from": {"notes": digest_of_text("新")}}),
    ),
}


def test_a_guide_without_a_fault_has_no_findings() -> None:
    assert lint(facts_with()) == []


def test_every_rule_has_its_examples() -> None:
    assert EXAMPLES.keys() == RULES.keys()


def test_the_documentation_lists_every_rule() -> None:
    assert table() in Path("docs/howto/check-guides.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_a_rule_finds_and_what_it_leaves(rule: str) -> None:
    wrong, right = (facts_with(guide, **known) for guide, known in EXAMPLES[rule])
    found = [one for one in lint(wrong) if one.rule == rule]
    assert found, "finds nothing"
    assert all(one.severity == RULES[rule].severity for one in found)
    assert rule not in {one.rule for one in lint(right)}
    for one in found:
        view = in_words(one)
        for language in ("zh", "en"):
            said = [view.title, view.wrong, view.where, view.mend]
            assert all(text[language] for text in said)
            assert not any("{" in text[language] or "…" in text[language] for text in said)
            assert title_of(rule)[language] == view.title[language]
            assert mend_of(rule)[language]
        assert one.place.partition(".")[0] in PLACES
        assert score(found) < 100


@given(st.integers(0, 90), st.integers(0, 90))
def test_a_promise_is_held_to_the_law(promised: int, law: int) -> None:
    found = {one.rule for one in lint(facts_with(limits(statutory=law, promised=promised)))}
    assert ("promise_beyond_law" in found) == (promised > law)


@given(st.sampled_from(["010", "020", "0990"]), st.integers(2_000_000, 88_888_888), st.booleans())
def test_area_codes(area: str, number: int, bracketed: bool) -> None:
    written = f"({area}){number}" if bracketed else f"{area}-{number}"
    assert not lacks_area_code(written)
    assert not lacks_area_code(f"{number}、{written}")
    assert lacks_area_code(str(number)) == (str(number)[0] in "2345678")
    assert numbers_in(f"{written}转8") == [f"{area}{number}"]


@pytest.mark.parametrize("text", ["12345", "020-12345", "13900001111", "400-039-0208", "95598", ""])
def test_numbers_dialled_as_they_are(text: str) -> None:
    assert not lacks_area_code(text)


@settings(max_examples=40, deadline=None)
@given(guides, st.sampled_from(["", "01", "20"]), st.booleans())
def test_any_guide_can_be_checked(guide: Guide, item_type: str, has_form: bool) -> None:
    facts = GuideFacts(
        guide=guide, name={"zh": "事项"}, today=TODAY, item_type=item_type, has_form=has_form
    )
    found = lint(facts)
    assert [SEVERITIES.index(one.severity) for one in found] == sorted(
        SEVERITIES.index(one.severity) for one in found
    )
    for one in found:
        assert in_words(one).wrong["en"]
        assert one.place.partition(".")[0] in {"", "name", *Guide.model_fields}
    assert 0 <= score(found) <= 100
    # To mend something never costs points.
    assert all(score(found[:n] + found[n + 1 :]) >= score(found) for n in range(len(found)))


def test_rules_for_chinese_guides_leave_others_alone() -> None:
    facts = facts_with({"consult_phone": "5551000"}, name={"en": "Road permit"})
    assert not {one.rule for one in lint(facts)} & {
        key for key, rule in RULES.items() if rule.chinese
    }


def test_the_census_counts_two_points_a_class() -> None:
    nothing = GuideFacts(guide=Guide(summary={}), name={}, today=TODAY)
    missing = [one for one in lint(nothing) if one.rule == "class_missing"]
    assert len(missing) == 8
    assert score(missing) == 100 - 16
    assert score([Found("a", "error"), Found("a", "error"), Found("b", "warning")]) == 76
    assert score([Found(str(n), "error") for n in range(9)]) == 0


def test_what_looks_wrong_and_is_not() -> None:
    """Seen in real catalogues: hotlines for both, clauses named in the text, lists without full
    stops, talks that nobody applies for, names that stand for any name."""

    def found(**changes: Any) -> set[str]:
        guide = Guide.model_validate(WHOLE | changes)
        return {one.rule for one in lint(GuideFacts(guide, both("占道许可", "Road"), TODAY))}

    for hotline in ("020-12345", "12345", "020-12333-9-1", "95598"):
        assert "phones_same" not in found(consult_phone=hotline, complaint_phone=hotline)
    assert "phones_same" in found(consult_phone="020-22345", complaint_phone="020-22345")
    assert "condition_without_clause" not in found(
        conditions=[
            {"text": {"zh": "《条例》（第3号令）第二十九条规定的单位。"}},
            {"text": {"zh": "公开信息，无条件限制"}},
        ]
    )
    assert "abbreviation_unexplained" not in found(website={"en": "https://a.example/ENG/x"})
    spaced = "一、年满十八周岁" + " " * 90 + "二、会游泳" + "的人" * 40
    assert "sentence_long" not in found(**condition(spaced))
    nothing_to_post = {"visits": 0, "online": False, "channels": {"ways": ["window"]}}
    assert "no_visit_no_courier" in found(**nothing_to_post)
    assert "no_visit_no_courier" not in found(**nothing_to_post, materials=[])
    said = found(notes=both("写明XX公司和XXX项目。", "Name company XX."))
    assert "abbreviation_unexplained" not in said


def test_who_says_what_when_agencies_contradict_each_other() -> None:
    """Words of each sort of contradiction: which agency, about what, and what is where."""

    def said(about: str, ours: str, theirs: str) -> tuple[str, str]:
        one = Conflict(about, "甲局", "Office A", ours, theirs)
        (found,) = (
            one for one in lint(facts_with(conflicts=(one,))) if one.rule == "agencies_contradict"
        )
        view = in_words(found)
        assert "甲局" in view.mend["zh"]
        return view.wrong["zh"], view.wrong["en"]

    assert said("limits.promised", "5 working_days", "3 working_days") == (
        "同一事项的承诺时限：甲局写的是“3个工作日”，这里是“5个工作日”。",
        "Promised limit of the same item: Office A says “3 working days”; here it is"
        " “5 working days”.",
    )
    assert "多数部门（如甲局）" in said("limits.statutory", "5 working_days", "3 working_days")[0]
    assert said("materials", "", "照片") == (
        "同一事项的申请材料：甲局有“照片”，这里没有。",
        "Documents of the same item: Office A has “照片”, not given here.",
    )
    assert said("materials", "合同", "照片")[0].endswith(
        "甲局有“照片”，这里没有；这里有“合同”，甲局没有。"
    )


@pytest.mark.parametrize(
    ("text", "wrong", "mend"),
    [
        ("按规定办理。", "“按规定”说得笼统。", "写明是哪条规定、怎么做。"),
        ("有效期届满前。", "“届满”不是平常说话的词。", "改为“到期”。"),
        ("特此说明。", "“特此”不是平常说话的词。", "去掉。"),
    ],
)
def test_officialese_is_told_from_vague_words(text: str, wrong: str, mend: str) -> None:
    (found,) = (
        one for one in lint(facts_with({"notes": both(text, "x")})) if one.rule == "officialese"
    )
    assert (in_words(found).wrong["zh"], in_words(found).mend["zh"]) == (wrong, mend)
