"""What an agency says about a service: a whole guide, built once for all that say the same.

Agencies differ in their telephones, where they are, and how fast they promise to be. A guide is
built and checked once for each service and promise; what is the agency's own is then put
into its text, so that a hundred thousand guides cost little more than a few thousand.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tongban.catalogue.facets import ways_of
from tongban.catalogue.generating.bodies import Body
from tongban.catalogue.generating.definitions import Definitions, Family, Paper, Text, text
from tongban.catalogue.guide import (
    Basis,
    Channels,
    Condition,
    Fee,
    Guide,
    Limits,
    Material,
    Payment,
    ProcessStep,
    Question,
    Result,
)
from tongban.catalogue.indexing import searched_text
from tongban.catalogue.publishing import digest_source
from tongban.directory.api import sort_key

# Stands where an agency's own words go. Nothing else in a guide looks like these.
_PHONE, _COMPLAINT, _PLACE_ZH, _PLACE_EN = "⟦phone⟧", "⟦complaint⟧", "⟦zh⟧", "⟦en⟧"

_MARKS = re.compile("(" + "|".join((_PHONE, _COMPLAINT, _PLACE_ZH, _PLACE_EN)) + ")")

_HOLDING = {"change", "renew", "reissue", "cancel", "extend", "update", "stop", "recheck",
            "annual", "suspend", "resume", "transfer"}  # fmt: skip

_PERSON = Text(
    "您已满十八周岁；未满十八周岁的，由父母或者其他监护人代为申请。",
    "You are eighteen or older. For anybody younger a parent or guardian applies.",
)
_FIRM = Text(
    "单位依法登记，没有被列入严重失信名单。",
    "Your organisation is lawfully registered and not on the list of serious defaulters.",
)
_HERE = Text(
    "您的户口、住址、单位，或者要办的事，在本地。",
    "Your household registration, home, firm, or the matter itself, is in this place.",
)
_HAVE = Text("您名下已经有{thing}。", "The {thing} is already in your name.")
_NO_STOP = Text(
    "没有正在办理的同一申请。", "You have no other application for the same thing under way."
)


@dataclass(frozen=True)
class Draft:
    """A guide of many agencies, with marks where an agency's own words go."""

    limits: Limits
    content: tuple[str, ...]  # JSON, cut where an agency's own words go
    source: tuple[str, ...]  # what its digest is made from, cut likewise
    said: str
    ways: tuple[str, ...]
    sort_key: str


@dataclass
class Writer:
    """Writes guides from definitions."""

    definitions: Definitions

    def __post_init__(self) -> None:
        self.draft = lru_cache(maxsize=None)(self._draft)
        self._sort_key = lru_cache(maxsize=None)(lambda zh: sort_key({"zh": zh}, 300))
        self._by_code = {one.code: one for one in self.definitions.families}

    def promise(self, family: Family, body: Body) -> int:
        """Working days that an agency promises: some are faster, and none slower than the law."""
        if family.promised <= 1:
            return family.promised
        turn = sum(map(ord, body.code[2:8])) + int(family.code[6:9])
        step = max(family.promised // 4, 1)
        return min(max(family.promised + (turn % 3 - 1) * step, 1), family.statutory)

    def guide(self, family: Family, promised: int) -> Guide:
        """The guide of a service, with marks for what is the agency's own."""
        common = self.definitions.common
        own_law = text(common.own_law)
        basis = Text(f"{own_law.zh}第二十条", f"{own_law.en}, Article 20")
        fees: tuple[Fee, ...] = ()
        if family.fee is not None:
            amount, per = family.fee
            fees = (
                Fee(
                    name=_capital(Text(f"{family.thing.zh}工本费", f"{family.thing.en}: fee")),
                    amount=Decimal(amount),
                    per=per.localized,
                    basis=text(common.fee_basis).localized,
                    waiver=text(common.fee_waiver).localized,
                ),
            )
        result = _result(family)
        steps = tuple(_step(line) for line in common.flow[_flow(family)])
        return Guide(
            summary=family.gives.localized,
            conditions=tuple(
                Condition(text=one.localized, basis=basis.localized) for one in _conditions(family)
            ),
            materials=(_application(family), *(_material(one) for one in family.papers)),
            basis=(
                Basis(
                    title=family.law.localized,
                    says={
                        "zh": f"规定了“{family.name.zh}”由哪个部门办理、按什么条件办理。",
                        "en": "Says who deals with this matter, and on what conditions.",
                    },
                ),
                Basis(
                    title=own_law.localized,
                    article={"zh": "第二十条", "en": "Article 20"},
                    says={
                        "zh": "办事条件、材料和时限要事先公开；没有公开的，不得要求提供。",
                        "en": "Conditions, documents and times are published beforehand; nothing"
                        " else may be asked for.",
                    },
                ),
            ),
            limits=Limits(
                statutory=family.statutory,
                promised=promised,
                acceptance=1 if promised <= 1 else 5,
                kind="immediate" if promised == 0 else "promised",
                review="on_the_spot" if promised == 0 else "examined",
            ),
            fees=fees,
            payment=Payment(charged=bool(fees), online=True if fees else None),
            steps=steps,
            result=result,
            faq=tuple(_question(line) for line in _asked(common.questions, family)),
            place={"zh": _PLACE_ZH, "en": _PLACE_EN},
            hours={
                "zh": "工作日 9:00—12:00，13:30—17:00",
                "en": "Working days, 9:00 to 12:00 and 13:30 to 17:00",
            },
            visits=family.visits,
            visits_reason=(
                {
                    "zh": "需要本人当面确认，或者现场采集照片、指纹。",
                    "en": "You confirm in person, or have a photograph or fingerprints taken.",
                }
                if family.visits
                else {}
            ),
            channels=Channels(ways=("window", "online", "courier")),
            consult_phone=_PHONE,
            complaint_phone=_COMPLAINT,
            remedies=text(common.remedies).localized,
        )

    def _draft(self, code: str, promised: int, form_id: int | None) -> Draft:
        family = self._family(code)
        guide = self.guide(family, promised)
        return Draft(
            limits=guide.limits,
            content=_cut(guide.model_dump_json()),
            source=_cut(digest_source(family.name.localized, guide, form_id)),
            said=searched_text(
                guide.summary,
                guide.result.name if guide.result else {},
                [one.name for one in guide.materials],
            ),
            ways=ways_of(
                online=form_id is not None,
                windows=(),
                place=guide.place,
                visits=guide.visits,
                delivery=guide.result.delivery if guide.result else (),
                website=guide.website,
            ),
            sort_key=self._sort_key(family.name.zh),
        )

    def _family(self, code: str) -> Family:
        return self._by_code[code]


def own_words(body: Body, number: int) -> dict[str, str]:
    """What stands for the marks in an agency's guide. `number`: which window."""
    region = body.region.name
    zh = region.get("zh") or next(iter(region.values()))
    en = region.get("en") or zh
    if body.level == "town":
        place = Text(
            f"{zh}便民服务中心{number % 6 + 1}号窗口",
            f"Window {number % 6 + 1}, {en} Community Service Centre",
        )
    else:
        place = Text(
            f"{zh}政务服务中心{number % 3 + 1}楼{number % 40 + 1}号窗口",
            f"Window {number % 40 + 1}, floor {number % 3 + 1}, {en} Government Service Centre",
        )
    return {
        _PHONE: body.phone,
        _COMPLAINT: body.complaint_phone,
        _PLACE_ZH: _inside(place.zh),
        _PLACE_EN: _inside(place.en),
    }


def filled(pieces: tuple[str, ...], words: dict[str, str]) -> str:
    """A draft's text with an agency's own words."""
    return "".join([words.get(piece, piece) for piece in pieces])


def digest(source: str) -> str:
    """As `publishing.digest_of`."""
    return hashlib.sha256(source.encode()).hexdigest()


def _cut(written: str) -> tuple[str, ...]:
    return tuple(_MARKS.split(written))


def _inside(words: str) -> str:
    """Words as they stand inside a JSON text."""
    return json.dumps(words, ensure_ascii=False)[1:-1]


def _conditions(family: Family) -> list[Text]:
    found = [_HERE]
    if "person" in family.audiences and family.kind != "ruling":
        found.append(_PERSON)
    if "firm" in family.audiences:
        found.append(_FIRM)
    if family.act in _HOLDING:
        found.append(_HAVE.filled(thing=family.thing))
    else:
        found.append(_NO_STOP)
    return found


def _application(family: Family) -> Material:
    name = Text(f"{family.name.zh}申请表", f"Application form ({family.name.en})")
    blank = Text(
        f"{name.zh}\n申请人：____　电话：____\n申请事项：____\n情况说明：____\n"
        "以上内容属实。签名：____　日期：____",
        f"{name.en}\nApplicant: ____   Telephone: ____\nI apply for: ____\nDetails: ____\n"
        "The above is true. Signed: ____   Date: ____",
    )
    sample = Text(
        f"{name.zh}\n申请人：林晓雨　电话：13900000001\n申请事项：{family.name.zh}\n"
        "情况说明：材料已备齐，希望寄送结果。\n以上内容属实。签名：林晓雨　日期：2026年11月2日",
        f"{name.en}\nApplicant: Lin Xiaoyu   Telephone: 13900000001\n"
        f"I apply for: {family.name.en}\nDetails: all is ready; please post the result.\n"
        "The above is true. Signed: Lin Xiaoyu   Date: 2 November 2026",
    )
    return Material(
        key="application_form",
        name=name.localized,
        original="original",
        is_form=True,
        notes={
            "zh": "在网上填写就行，不用打印；到窗口办的，工作人员帮您填。",
            "en": "Filled in online, nothing to print; at the window we fill it in with you.",
        },
        blank=blank.localized,
        sample=sample.localized,
    )


def _material(paper: Paper) -> Material:
    return Material(
        key=paper.key,
        name=paper.name.localized,
        original=paper.original,
        source=paper.source,
        issuer=paper.issuer.localized if paper.issuer else {},
        notes=paper.notes.localized,
    )


def _flow(family: Family) -> str:
    if family.type == "01":
        return "permit"
    return "benefit" if family.type == "05" and family.statutory >= 15 else "short"


def _asked(questions: tuple[str, ...], family: Family) -> tuple[str, ...]:
    """Two of the questions that come up everywhere."""
    first = int(family.code[6:9]) % len(questions)
    return (questions[first], questions[first - 1])


def _step(line: str) -> ProcessStep:
    zh, en, text_zh, text_en = (part.strip() for part in line.split(" | "))
    return ProcessStep(name={"zh": zh, "en": en}, text={"zh": text_zh, "en": text_en})


def _question(line: str) -> Question:
    zh, en, answer_zh, answer_en = (part.strip() for part in line.split(" | "))
    return Question(question={"zh": zh, "en": en}, answer={"zh": answer_zh, "en": answer_en})


_RESULTS = {
    "certificate": ("证明文件", "document"),
    "document": ("办理结果", "result"),
    "decision": ("决定书", "decision"),
    "record": ("登记记录", "entry in the register"),
}


def _result(family: Family) -> Result:
    zh, en = _RESULTS[family.result]
    name = _capital(Text(f"{family.thing.zh}{zh}", f"{family.thing.en}: {en}"))
    return Result(
        name=name,
        kind=family.result,
        delivery=("online", "courier", "pick_up"),
        validity={
            "zh": "以结果上写明的日期为准。",
            "en": "Until the day that stands on it.",
        },
        sample={
            "zh": f"{name['zh']}（样张）\n申请人：林晓雨\n办理事项：{family.name.zh}\n"
            "结果：同意办理\n办理单位：××\n日期：2026年11月20日",
            "en": f"{name['en']} (specimen)\nApplicant: Lin Xiaoyu\nMatter: {family.name.en}\n"
            "Outcome: granted\nIssued by: ××\nDate: 20 November 2026",
        },
    )


def _capital(words: Text) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en[:1].upper() + words.en[1:]}
