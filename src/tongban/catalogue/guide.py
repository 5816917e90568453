"""What a guide says: one document, versioned whole.

Elements after GB/T 39554.2-2020 and the eight guide classes of the 2015 census of government
websites (name, basis, conditions, materials, place, hours, telephone, flow). `elements.py` says
where each of the standard's 105 elements lives.

What few guides say is optional, and left out of what is stored and of digests where it says
nothing: a guide written before a part existed stays the same guide. A flag of None means: nobody
has said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import not_
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = dict[str, str]
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s<>\"\\]+$", max_length=2000)]


def _is_none(value: object) -> bool:
    return value is None


# Said only where there is something to say.
OptionalText = Annotated[Text, Field(exclude_if=not_)]
OptionalWord = Annotated[str, Field(exclude_if=not_)]
Flag = Annotated[bool | None, Field(exclude_if=_is_none)]
Count = Annotated[int | None, Field(exclude_if=_is_none, ge=0)]


def _empty() -> Any:
    """No text. `= {}` would do as well, were it not copied with `deepcopy` for every field."""
    return Field(default_factory=dict)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


P = TypeVar("P", bound=_Strict)


def _part(empty: P) -> Any:
    """A part that is not stored while it says nothing; guides without it share the empty one."""
    is_empty: Callable[[P], bool] = lambda part: part is empty or part == empty  # noqa: E731
    return Field(default_factory=lambda: empty, exclude_if=is_empty)


class Condition(_Strict):
    """Who may apply, or when: one condition a person can check about themselves."""

    text: Text
    basis: Text = _empty()  # the clause it rests on
    question: OptionalText = _empty()  # the same as a plain question: "yes" means it is met
    if_not: OptionalText = _empty()  # what to do who must say no


class Material(_Strict):
    """One document the applicant hands in (申请材料)."""

    key: Key
    name: Text
    original: Literal["original", "copy", "either", "both"] = "either"
    medium: Literal["paper", "electronic", "either"] = "electronic"
    copies: int = 1
    necessity: Literal["required", "conditional", "tolerated"] = "required"  # 必要/非必要/容缺后补
    condition: Text = _empty()  # when a conditional material is needed
    source: Literal["applicant", "government", "other"] = "applicant"
    issuer: Text = _empty()
    notes: Text = _empty()  # filling notes, or what officers check
    is_form: bool = False  # this material is the online form itself
    blank: Text = _empty()  # text of the blank form; lines; ____ where to write
    sample: Text = _empty()  # the same, filled in for a fictional person
    paper: OptionalText = _empty()  # 纸质材料规格: what the paper must be like, "A4"
    source_note: OptionalText = _empty()  # 来源渠道说明: where it comes from, how to get it
    acceptance: OptionalText = _empty()  # 受理标准: what makes it acceptable
    basis: OptionalText = _empty()  # 要求提供材料的依据: the clause that asks for it

    @model_validator(mode="after")
    def _conditional_says_when(self) -> Material:
        if self.necessity == "conditional" and not self.condition:
            raise ValueError(f"{self.key}: a conditional material says when it is needed")
        return self


class Basis(_Strict):
    """Legal basis (设定依据)."""

    title: Text
    article: Text = _empty()
    says: Text  # what it provides, in our own words
    url: str = ""
    ends_on: Annotated[date | None, Field(exclude_if=_is_none)] = None  # last day in force


class LimitUnit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class SpecialProcedure(_Strict):
    """What does not count towards the limit (特别程序): a hearing, an inspection, experts."""

    name: Text
    text: OptionalText = _empty()
    days: Count = None  # at most, in the unit of the limits
    basis: OptionalText = _empty()


class Limits(_Strict):
    """How long it may take. Days run from the day after acceptance."""

    statutory: int | None = None  # 法定时限
    promised: int | None = None  # 承诺时限; 0 = while you wait (即办件)
    unit: LimitUnit = LimitUnit.WORKING_DAYS
    acceptance: int = 5  # working days to accept, refuse or ask for a supplement (行政许可法 §32)
    note: Text = _empty()  # 承诺办结时限说明
    statutory_note: OptionalText = _empty()  # 法定办结时限说明
    # 办件类型: 即办件 is decided while you wait, 承诺件 within the promised days.
    kind: Annotated[Literal["immediate", "promised"] | None, Field(exclude_if=_is_none)] = None
    # 审查类型: 即审即办, or with an examination first (前审后批).
    review: Annotated[Literal["on_the_spot", "examined"] | None, Field(exclude_if=_is_none)] = None
    special: Annotated[tuple[SpecialProcedure, ...], Field(exclude_if=not_)] = ()

    @property
    def binding(self) -> int | None:
        """The limit a case is held to: the promised one, else the statutory one."""
        return self.promised if self.promised is not None else self.statutory


class Fee(_Strict):
    """One fee. Amount in yuan."""

    name: Text
    amount: Decimal
    per: Text = _empty()  # {"zh": "本", "en": "booklet"}
    basis: Text
    waiver: Text = _empty()
    standard: OptionalText = _empty()  # 收费标准, where an amount does not say it all
    waiver_basis: OptionalText = _empty()  # 允许减免的依据


class Payment(_Strict):
    """Whether there is anything to pay, and how."""

    charged: Flag = None  # 是否收费; fees follow in `Guide.fees`
    online: Flag = None  # 是否支持网上支付


class ProcessStep(_Strict):
    """One step of the flow as the applicant sees it."""

    name: Text
    text: Text
    days: int | None = None
    calendar_days: Flag = None  # its days are 自然日, whatever the unit of the limits
    office: OptionalText = _empty()  # 办理处室
    role: OptionalText = _empty()  # 办理人: who does it, by role
    standard: OptionalText = _empty()  # what is checked, and against what


class Result(_Strict):
    """What the applicant gets (结果)."""

    name: Text
    kind: Literal["certificate", "document", "decision", "record"]
    delivery: tuple[Literal["online", "pick_up", "courier"], ...]
    validity: Text = _empty()
    sample: Text = _empty()  # specimen text; lines


class Question(_Strict):
    question: Text
    answer: Text


class Window(_Strict):
    """Where to go: a centre of the directory, by its code, and the window there."""

    centre: str
    window: Text = _empty()


class Authority(_Strict):
    """By what right the body acts, for whom, and with whom."""

    # 权力来源
    power: Annotated[
        Literal[
            "own", "devolved", "authorised_above", "authorised_same", "entrusted_above",
            "entrusted_same",
        ]
        | None,
        Field(exclude_if=_is_none),
    ] = None  # fmt: skip
    # 实施主体性质: 法定机关, 授权组织, 受委托组织
    nature: Annotated[
        Literal["statutory", "authorised", "entrusted"] | None, Field(exclude_if=_is_none)
    ] = None
    entrusted_by: OptionalText = _empty()  # 委托部门
    guided_by: OptionalText = _empty()  # 中央业务指导部门
    partners: OptionalText = _empty()  # 联办机构: who else handles it, and which steps
    local_code: OptionalWord = ""  # 地方基本编码, where it is not the item's own code


class Appointments(_Strict):
    """Coming at a time of one's own (预约)."""

    offered: Flag = None
    a_day: Count = None  # how many there are each day
    url: OptionalWord = ""


class Courier(_Strict):
    """What may be posted (物流快递)."""

    offered: Flag = None
    materials: Flag = None  # people may post what they hand in
    results: Flag = None  # results are posted


class OfficeSystem(_Strict):
    """The agency's own system that the service is handled in (部门业务系统)."""

    used: Flag = None
    name: OptionalText = _empty()
    url: OptionalWord = ""
    network: OptionalWord = ""  # which network it runs on, as the source says it


Way = Literal["window", "online", "courier"]
Depth = Literal[
    "ask", "send", "pre_check", "accept", "handle", "feedback", "e_certificate", "other"
]


class Channels(_Strict):
    """The ways to use the service, and how far each goes."""

    ways: Annotated[tuple[Way, ...], Field(exclude_if=not_)] = ()  # 办理形式
    depth: Annotated[tuple[Depth, ...], Field(exclude_if=not_)] = ()  # 网上办理深度
    # The older levels Ⅰ–Ⅳ: 1 information, 2 forms, 3 sent online, 4 the whole way online.
    level: Annotated[Literal["1", "2", "3", "4"] | None, Field(exclude_if=_is_none)] = None
    computer_url: OptionalWord = ""  # 计算机端在线办理跳转地址
    computer_sign_on: Flag = None  # 计算机端是否对接单点登录
    mobile_url: OptionalWord = ""  # 移动端办理地址
    mobile_sign_on: Flag = None
    terminals: Flag = None  # 是否支持自助终端办理
    in_centre: Flag = None  # 是否进驻政务大厅
    # 通办范围: where else it can be handed in
    reach: Annotated[
        Literal["nation", "provinces", "cities", "counties"] | None, Field(exclude_if=_is_none)
    ] = None
    appointments: Appointments = _part(Appointments())
    courier: Courier = _part(Courier())
    system: OfficeSystem = _part(OfficeSystem())


class Intermediary(_Strict):
    """A service that people must buy from others first (中介服务)."""

    name: Text
    text: OptionalText = _empty()
    basis: OptionalText = _empty()


class RemedyBody(_Strict):
    """Where to go against a decision (行政复议部门, 行政诉讼部门)."""

    name: OptionalText = _empty()
    phone: OptionalWord = ""
    place: OptionalText = _empty()
    within: OptionalText = _empty()  # how long there is


Served = Literal[
    "person", "company", "public_institution", "social_organisation", "unincorporated",
    "authority", "other",
]  # fmt: skip


class Guide(_Strict):
    """A whole guide (办事指南)."""

    summary: Text  # one plain sentence: what this gets you
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] = ()
    basis: tuple[Basis, ...] = ()
    limits: Limits = Limits()
    fees: tuple[Fee, ...] = ()
    steps: tuple[ProcessStep, ...] = ()
    result: Result | None = None
    faq: tuple[Question, ...] = ()
    windows: tuple[Window, ...] = ()
    place: Text = _empty()  # where to go, in words, if no window of the directory is named
    visits: int | None = 0
    visits_reason: Text = _empty()
    online: bool = True  # can be applied for here, if a form is attached
    website: dict[str, WebAddress] = _empty()  # the agency's own page for it, by language
    silence: Literal["nothing", "approval", "refusal"] = "nothing"
    consult_phone: str = ""
    complaint_phone: str = ""
    remedies: Text = _empty()
    notes: Text = _empty()
    # Elements of the standard that many guides leave out.
    served: Annotated[tuple[Served, ...], Field(exclude_if=not_)] = ()  # 服务对象
    quota: OptionalText = _empty()  # 数量限制
    channels: Channels = _part(Channels())
    authority: Authority = _part(Authority())
    payment: Payment = _part(Payment())
    hall: OptionalText = _empty()  # 大厅名称, where `place` is in words
    hours: OptionalText = _empty()  # 办理时间, where `place` is in words
    directions: OptionalText = _empty()  # 交通指引
    counter_process: OptionalText = _empty()  # 线下办理流程说明
    online_process: OptionalText = _empty()  # 网上办理流程说明
    consult_ways: OptionalText = _empty()  # 咨询方式 besides the telephone
    complaint_ways: OptionalText = _empty()  # 监督投诉方式 besides the telephone
    intermediaries: Annotated[tuple[Intermediary, ...], Field(exclude_if=not_)] = ()
    reconsideration: RemedyBody = _part(RemedyBody())
    litigation: RemedyBody = _part(RemedyBody())
    rights: OptionalText = _empty()  # 依法享有的权利
    duties: OptionalText = _empty()  # 依法履行的义务
    extra: dict[str, str] = (
        _empty()
    )  # fields of a source that have no place above, kept as they came

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Guide:
        keys = [material.key for material in self.materials]
        if len(set(keys)) < len(keys):
            raise ValueError("two materials have the same key")
        return self
