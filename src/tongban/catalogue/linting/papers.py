"""Rules on what a guide asks for and rests on: conditions, materials, basis, steps, remedies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tongban.catalogue.linting.book import Spot, rule
from tongban.catalogue.linting.facts import LIST_MARK, GuideFacts

# --- materials -----------------------------------------------------------------------------------

# "其他材料", "法律法规规定的其他材料", "等相关证明材料", "Other documents as required".
_CATCH_ALL = re.compile(
    r"(其他|其它|相关|有关|相应|所需)的?(相关|有关|相应|证明|佐证|补充|支撑|辅助|备案|申请|申报)?的?"
    r"(材料|资料|文件|证件|手续)等?$"
    r"|(法律|法规|规定|要求|认为).{0,14}(其他|其它)"
    r"|等(相关|有关|证明)?(材料|资料)(原件|复印件)?$"
    r"|^(any\s+)?other\s+(supporting\s+|relevant\s+|necessary\s+|required\s+)?(documents?|materials?|papers?|evidence)\b"
    r"|\bas (the office |the authority )?(may )?requires?d?$",
    re.IGNORECASE,
)
_WRITTEN = re.compile(r"(申请表|登记表|审批表|申报表|备案表|申请书|承诺书|声明书?|告知单)$")
_FORM_EN = re.compile(r"\b(application form|declaration|undertaking)$", re.IGNORECASE)


@rule("material_catch_all", "warning", "L18")
def _catch_all(facts: GuideFacts) -> Iterator[Spot]:
    for index, material in enumerate(facts.guide.materials):
        for text in material.name.values():
            if _CATCH_ALL.search(text.strip(" 。.；;")):
                yield f"materials.{index}.name", {"name": text[:80]}
                break


@rule("material_duplicate", "warning", "L18")
def _duplicate(facts: GuideFacts) -> Iterator[Spot]:
    seen: dict[str, int] = {}
    for index, material in enumerate(facts.guide.materials):
        name = next(iter(material.name.values()), "")
        plain = re.sub(r"[\s《》“”\"'()（）、，,。.]", "", unicodedata.normalize("NFKC", name))
        if plain and plain.casefold() in seen:
            yield (
                f"materials.{index}.name",
                {"name": name[:80], "first": seen[plain.casefold()] + 1},
            )
        else:
            seen[plain.casefold()] = index


@rule("material_unstated", "hint", "L18")
def _unstated(facts: GuideFacts) -> Iterator[Spot]:
    """Neither original nor copy, neither paper nor file, and no word about it."""
    unstated = [
        index
        for index, material in enumerate(facts.guide.materials)
        if not material.is_form
        and material.original == "either"
        and material.medium == "either"
        and not any(material.notes.values())
    ]
    if unstated:
        yield f"materials.{unstated[0]}", {"count": len(unstated)}


@rule("material_blank_missing", "warning", "L18")
def _blank(facts: GuideFacts) -> Iterator[Spot]:
    for index, material in enumerate(facts.guide.materials):
        if material.is_form or any(material.blank.values()) or material.source != "applicant":
            continue
        if _WRITTEN.search(material.name.get("zh", "")) or _FORM_EN.search(
            material.name.get("en", "")
        ):
            name = material.name.get("zh") or next(iter(material.name.values()), "")
            yield f"materials.{index}.blank", {"name": name[:80]}


@rule("material_sample_missing", "warning", "L18")
def _sample(facts: GuideFacts) -> Iterator[Spot]:
    for index, material in enumerate(facts.guide.materials):
        if any(material.blank.values()) and not any(material.sample.values()):
            yield f"materials.{index}.sample", {}


# --- basis and conditions ------------------------------------------------------------------------


@rule("basis_all_expired", "error")
def _all_expired(facts: GuideFacts) -> Iterator[Spot]:
    basis = facts.guide.basis
    if basis and all(one.ends_on and one.ends_on < facts.today for one in basis):
        yield "basis", {}


@rule("basis_expired", "warning")
def _expired(facts: GuideFacts) -> Iterator[Spot]:
    for index, one in enumerate(facts.guide.basis):
        if one.ends_on and one.ends_on < facts.today:
            yield f"basis.{index}.ends_on", {"day": one.ends_on.isoformat()}


@rule("basis_without_article", "hint")
def _article(facts: GuideFacts) -> Iterator[Spot]:
    for index, one in enumerate(facts.guide.basis):
        if not any(one.article.values()):
            yield f"basis.{index}.article", {}


@rule("permit_condition_without_clause", "warning")
def _permit_clause(facts: GuideFacts) -> Iterator[Spot]:
    """行政许可法 §16: conditions may not go beyond the law, so each names its clause."""
    if facts.is_permit:
        yield from _without_clause(facts)


@rule("condition_without_clause", "hint")
def _clause(facts: GuideFacts) -> Iterator[Spot]:
    if not facts.is_permit:
        yield from _without_clause(facts)


# A clause named in the condition itself: 《…条例》第二十九条, article 29.
_CLAUSE = re.compile(
    r"》[^。；《]{0,24}第[一二三四五六七八九十百零〇\d]+[条款]|\b(article|section) \d",
    re.IGNORECASE,
)


# "无条件受理", "按需申请", "公开信息，无条件限制": that there is none rests on no clause.
_NO_CONDITION = re.compile(
    r"(无|没有|不设|无需)[^，。]{0,6}(条件|限制|限|门槛|受理)|无条件|直接申请|按需|自动受理|主动(公开|发布|公示)"
    r"|均可"
)
_SHORT = 24  # characters: a longer text says more than that


def _without_clause(facts: GuideFacts) -> Iterator[Spot]:
    for index, condition in enumerate(facts.guide.conditions):
        said = (*condition.basis.values(), *filter(_CLAUSE.search, condition.text.values()))
        text = condition.text.get("zh", "")
        none = len(text) <= _SHORT and _NO_CONDITION.search(text)
        if not any(said) and not none:
            yield f"conditions.{index}.basis", {}


# "以本年度通知文件为准", "符合条件的即可申请", "第十五条", "申请人基本条件".
_ELSEWHERE = re.compile(
    r"^(符合(法定|规定|相关|有关|申请|办理)?的?条件的?(个人|单位|企业|申请人|人员)?"
    r"(均|即)?可?以?(提出|办理|进行)?(申请|办理)?"
    r"|(详细|具体)?(条件|要求)?(详?见|以|按照?|依照?|依据|根据)[^，。；]{2,40}"
    r"(为准|执行|要求|报考条件|申请条件|指南|通知|附件)"
    r"|第[一二三四五六七八九十百零\d]+条"
    r"|申请人?(基本)?条件|申请条件|受理条件)[。；;]?$"
)


@rule("condition_elsewhere", "warning", chinese=True)
def _condition_elsewhere(facts: GuideFacts) -> Iterator[Spot]:
    """A condition that only points to where conditions stand."""
    for index, condition in enumerate(facts.guide.conditions):
        said = condition.text.get("zh", "").strip()
        if _ELSEWHERE.match(said):
            yield f"conditions.{index}.text", {"text": said[:60]}


LONGEST_CONDITION = 300  # characters of a Chinese condition
_FEWEST_MARKS = 3


@rule("condition_many_in_one", "hint", chinese=True)
def _many_in_one(facts: GuideFacts) -> Iterator[Spot]:
    """A numbered list, or a page of text, where one condition should stand."""
    for index, condition in enumerate(facts.guide.conditions):
        said = condition.text.get("zh", "")
        marks = len(LIST_MARK.findall(said))
        if marks >= _FEWEST_MARKS or len(said) > LONGEST_CONDITION:
            yield f"conditions.{index}.text", {"count": marks, "length": len(said)}


# --- steps, questions, remedies ------------------------------------------------------------------

_STAGES = (("受理",), ("审核", "审查"), ("审批", "决定"), ("办结", "制证"), ("送达",))
FEWEST_STEPS = 5


@rule("permit_steps_few", "warning", "L15", chinese=True)
def _steps(facts: GuideFacts) -> Iterator[Spot]:
    """Five steps, or the five stages by name."""
    steps = facts.guide.steps
    if not facts.is_permit or not steps or len(steps) >= FEWEST_STEPS:
        return
    names = "".join(step.name.get("zh", "") for step in steps)
    if not all(any(word in names for word in stage) for stage in _STAGES):
        yield "steps", {"count": len(steps)}


@rule("permit_faq_missing", "warning", "L14")
def _faq(facts: GuideFacts) -> Iterator[Spot]:
    if facts.is_permit and not facts.guide.faq:
        yield "faq", {}


@rule("remedy_missing", "warning")
def _remedy(facts: GuideFacts) -> Iterator[Spot]:
    guide = facts.guide
    bodies = guide.reconsideration.name or guide.litigation.name
    if facts.is_power and not (any(guide.remedies.values()) or bodies):
        yield "remedies", {}


# --- other agencies ------------------------------------------------------------------------------


@rule("agencies_contradict", "warning")
def _contradict(facts: GuideFacts) -> Iterator[Spot]:
    for one in facts.conflicts:
        yield (
            one.about,
            {
                "other": one.other_zh,
                "other_en": one.other_en,
                "ours": one.ours[:120],
                "theirs": one.theirs[:120],
            },
        )
