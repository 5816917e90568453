"""What is wrong, where, and how to mend it, in both languages. Pure.

Each rule's sentences stand in `rule_words` and `paper_words`; here they are filled in with the
facts of a finding.
"""

from __future__ import annotations

from collections.abc import Mapping

from tongban.catalogue.linting.findings import FindingView, Found
from tongban.catalogue.linting.paper_words import PAPERS
from tongban.catalogue.linting.rule_words import HANDLING

LANGUAGES = ("zh", "en")
RULE_WORDS = HANDLING | PAPERS


# Parts of a guide by the first step of a path; {n} is the number in a list.
PLACES: dict[str, tuple[str, str]] = {
    "": ("整份指南", "The whole guide"),
    "name": ("事项名称", "Name"),
    "summary": ("一句话简介", "Summary"),
    "conditions": ("申请条件", "Conditions"),
    "materials": ("申请材料", "Documents"),
    "basis": ("设定依据", "Legal basis"),
    "limits": ("办理时限", "Time limits"),
    "fees": ("收费", "Fees"),
    "payment": ("收费和支付", "Fees and paying"),
    "steps": ("办理流程", "Steps"),
    "result": ("办理结果", "Result"),
    "faq": ("常见问题", "Questions"),
    "windows": ("办理窗口", "Windows"),
    "place": ("办理地点", "Place"),
    "hall": ("办事大厅", "Hall"),
    "hours": ("办理时间", "Opening hours"),
    "directions": ("交通指引", "How to get there"),
    "visits": ("到现场次数", "Visits"),
    "visits_reason": ("到现场原因", "Reason for visits"),
    "online": ("网上办理", "Online"),
    "website": ("网办地址", "Web page"),
    "channels": ("办理渠道", "Ways to use it"),
    "authority": ("实施主体", "The body and its powers"),
    "served": ("服务对象", "Whom it is for"),
    "quota": ("数量限制", "Limit on numbers"),
    "silence": ("逾期未决的后果", "What silence means"),
    "consult_phone": ("咨询电话", "Telephone for questions"),
    "complaint_phone": ("投诉电话", "Telephone for complaints"),
    "consult_ways": ("咨询方式", "Ways to ask"),
    "complaint_ways": ("投诉方式", "Ways to complain"),
    "counter_process": ("线下办理流程", "Process at a counter"),
    "online_process": ("网上办理流程", "Process online"),
    "intermediaries": ("中介服务", "Intermediary services"),
    "reconsideration": ("行政复议", "Reconsideration"),
    "litigation": ("行政诉讼", "Litigation"),
    "rights": ("申请人权利", "Applicants’ rights"),
    "duties": ("申请人义务", "Applicants’ duties"),
    "remedies": ("救济途径", "Remedies"),
    "notes": ("补充说明", "Notes"),
    "extra": ("来源的其他字段", "Other fields of the source"),
}
_WHO = {"person": ("个人", "persons"), "firm": ("企业和单位", "firms")}
_ABOUT = {
    "limits.statutory": ("法定时限", "Statutory limit"),
    "limits.promised": ("承诺时限", "Promised limit"),
    "fees": ("收费", "Fees"),
    "materials": ("申请材料", "Documents"),
}
_UNITS = {"working_days": ("个工作日", "working days"), "calendar_days": ("个自然日", "days")}
# Why a link does not open (`links.PROBLEMS`).
_WHY = {
    "unknown_host": ("没有这个域名", "there is no such host"),
    "refused": ("连接不上", "it does not accept connections"),
    "timeout": ("十秒没有回应", "no answer within ten seconds"),
    "tls": ("安全证书无效", "its security certificate is not valid"),
    "not_found": ("页面不存在（404）", "no such page (404)"),
    "gone": ("页面已经取消（410）", "the page is gone (410)"),
    "server_error": ("对方服务器出错", "the site reports an error of its own"),
    "client_error": ("对方拒绝打开", "the site refuses to show it"),
    "private": ("是内部地址，外面打不开", "it is an internal address that nobody outside can open"),
    "redirects": ("转来转去没有尽头", "it leads from page to page without end"),
    "malformed": ("不是完整的网址", "it is not a complete address"),
}


def in_words(found: Found) -> FindingView:
    """A finding for people to read."""
    zh, en = RULE_WORDS[found.rule]
    facts = _facts(found)
    return FindingView(
        rule=found.rule,
        severity=found.severity,
        place=found.place,
        title={"zh": zh[0], "en": en[0]},
        wrong={"zh": zh[1].format_map(facts[0]), "en": en[1].format_map(facts[1])},
        where=where(found.place),
        mend={"zh": zh[2].format_map(facts[0]), "en": en[2].format_map(facts[1])},
    )


def title_of(rule: str) -> dict[str, str]:
    """A rule's name; its key, if it is a rule of an older release."""
    if rule not in RULE_WORDS:
        return {"zh": rule, "en": rule}
    zh, en = RULE_WORDS[rule]
    return {"zh": zh[0], "en": en[0]}


def mend_of(rule: str) -> dict[str, str]:
    """How to mend what a rule finds, for the whole catalogue: without the facts of a finding."""
    if rule not in RULE_WORDS:
        return {}
    return dict(zip(LANGUAGES, (words[3] for words in RULE_WORDS[rule]), strict=True))


def where(path: str) -> dict[str, str]:
    """A path of the guide in words: "materials.2.name" is the third document."""
    first, *rest = path.split(".")
    zh, en = PLACES.get(first, (first, first))
    if rest and rest[0].isdigit():
        number = int(rest[0]) + 1
        return {"zh": f"{zh}第{number}项", "en": f"{en}, no. {number}"}
    return {"zh": zh, "en": en}


def _facts(found: Found) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """What the words are filled in with, by language. A fact that is lacking shows as "…"."""
    facts = found.facts
    zh, en = _Lenient(facts), _Lenient(facts)
    if who := facts.get("who"):
        zh["who"], en["who"] = _WHO.get(str(who), (str(who), str(who)))
    if why := facts.get("why"):
        zh["why"], en["why"] = _WHY.get(str(why), (str(why), str(why)))
    if part := facts.get("class"):
        zh["class"], en["class"] = PLACES.get(str(part), (str(part), str(part)))
    if other := facts.get("other_en"):
        en["other"] = other
    if "theirs" in facts:
        zh["about"], en["about"] = _ABOUT.get(found.place, (found.place, found.place))
        zh["both"], en["both"] = _both_sides(found.place, facts, str(zh["other"]), str(en["other"]))
    if "plain" in facts:
        _on_word(str(facts["plain"]), zh, en)
    if "language" in facts:
        english = facts["language"] == "en"
        zh["unit"] = "个英文词" if english else "个字"
        en["unit"] = "words" if english else "characters"
    return zh, en


def _both_sides(about: str, facts: Mapping[str, str | int], zh: str, en: str) -> tuple[str, str]:
    """Who says what. Of lists, `ours` and `theirs` hold only what the other has not."""
    ours, theirs = (_with_unit(str(facts[side])) for side in ("ours", "theirs"))
    if about in ("fees", "materials"):
        parts = []
        if facts["theirs"]:
            parts.append(
                (f"{zh}有“{theirs[0]}”，这里没有", f"{en} has “{theirs[1]}”, not given here")
            )
        if facts["ours"]:
            parts.append(
                (f"这里有“{ours[0]}”，{zh}没有", f"here is “{ours[1]}”, which {en} has not")
            )
        if not parts:  # the same ones, some of them twice
            parts.append((f"{zh}的项数和这里不同", f"{en} has another number of them"))
        return "；".join(one for one, _en in parts), "; ".join(one for _zh, one in parts)
    whose = (f"多数部门（如{zh}）", f"most agencies ({en} is one) say")
    if about != "limits.statutory":
        whose = (zh, f"{en} says")
    return (
        f"{whose[0]}写的是“{theirs[0]}”，这里是“{ours[0]}”",
        f"{whose[1]} “{theirs[1]}”; here it is “{ours[1]}”",
    )


def _on_word(plain: str, zh: dict[str, object], en: dict[str, object]) -> None:
    """What is wrong with a word of officialese, and what to do. "写明…" and "name…" stand for no
    word but for what has to be said instead."""
    vague = plain.startswith(("写明", "name "))
    zh["fault"] = "说得笼统" if vague else "不是平常说话的词"
    en["fault"] = "does not say which" if vague else "is not what people say"
    if vague:
        zh["advice"], en["advice"] = plain, plain[:1].upper() + plain[1:]
    elif plain:
        zh["advice"], en["advice"] = f"改为“{plain}”", f"Better: “{plain}”"
    else:
        zh["advice"], en["advice"] = "去掉", "Leave it out"


def _with_unit(said: str) -> tuple[str, str]:
    """A limit as `conflicts` has it, "5 working_days"; anything else as it stands."""
    days, _space, unit = said.partition(" ")
    if unit not in _UNITS:
        return said or "（没有）", said or "(nothing)"
    return f"{days}{_UNITS[unit][0]}", f"{days} {_UNITS[unit][1]}"


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
