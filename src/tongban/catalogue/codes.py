"""Codes of items: read, check, write. Pure.

GB/T 39554.1-2020: 实施编码, 31 characters = the body's unified social credit code (18), level of
exercise (1), 基本编码 (12). A 业务办理项 (one of several ways to use an offering) adds a serial of
2 digits: 33. Verified against 2,262 published items of Guangdong.

Provinces also keep older forms; Sichuan's is `SichuanCode`. Letters occur inside codes
("44010200300Y"), so a code is never a number.

Sources write the values of elements in codes or words of their own; a `CodeMap` says which of
theirs is which of ours, for each table, and back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

# Item types of the national table; 02, 03, 04 and 06 are enforcement, which nobody applies for.
TYPES = {
    "01": {"zh": "行政许可", "en": "Permit"},
    "02": {"zh": "行政处罚", "en": "Penalty"},
    "03": {"zh": "行政强制", "en": "Coercive measure"},
    "04": {"zh": "行政征收", "en": "Levy"},
    "05": {"zh": "行政给付", "en": "Benefit"},
    "06": {"zh": "行政检查", "en": "Inspection"},
    "07": {"zh": "行政确认", "en": "Confirmation"},
    "08": {"zh": "行政奖励", "en": "Award"},
    "09": {"zh": "行政裁决", "en": "Ruling"},
    "10": {"zh": "其他行政权力", "en": "Other power"},
    "20": {"zh": "公共服务", "en": "Public service"},
}

# Levels of exercise (行使层级).
LEVELS = {
    "1": {"zh": "国家级", "en": "National"},
    "2": {"zh": "省级", "en": "Province"},
    "3": {"zh": "市级", "en": "City"},
    "4": {"zh": "县级", "en": "County"},
    "5": {"zh": "镇（乡、街道）级", "en": "Town"},
    "6": {"zh": "村（社区）级", "en": "Village"},
}


class BadCode(ValueError):
    """Not a code of its kind; the message says which part is wrong, and how."""


@dataclass(frozen=True)
class BasicCode:
    """基本编码: which item, wherever it is offered. 12 characters."""

    scope: str  # 2: "00" for the nation, else the province's first two digits
    type: str  # 2: item type; what the digits mean differs by source
    department: str  # 2: class of department
    main: str  # 3: main item
    sub: str  # 3: sub-item; "000" if there is none

    def __post_init__(self) -> None:
        _check(self.scope, r"\d{2}", "the scope (characters 1–2 of the basic code)")
        _check(self.type, r"\d{2}", "the item type (characters 3–4 of the basic code)")
        _check(self.department, r"[0-9A-Z]{2}", "the department (characters 5–6 of the basic code)")
        _check(self.main, r"[0-9A-Z]{3}", "the main item (characters 7–9 of the basic code)")
        _check(self.sub, r"[0-9A-Z]{3}", "the sub-item (characters 10–12 of the basic code)")

    def __str__(self) -> str:
        return f"{self.scope}{self.type}{self.department}{self.main}{self.sub}"


@dataclass(frozen=True)
class OfferingCode:
    """实施编码 (31), or with a serial the code of a 业务办理项 (33)."""

    body: str  # 18: unified social credit code; its check character is not checked here
    level: str  # 1: a key of LEVELS
    basic: BasicCode
    serial: str = ""  # 2 digits, or none

    def __post_init__(self) -> None:
        _check(self.body, r"[0-9A-Z]{18}", "the body (characters 1–18)")
        _check(self.level, r"[1-6]", "the level of exercise (character 19)")
        _check(self.serial, r"(\d{2})?", "the serial (characters 32–33)")

    @property
    def offering(self) -> str:
        """The first 31 characters: without the serial."""
        return f"{self.body}{self.level}{self.basic}"

    def __str__(self) -> str:
        return self.offering + self.serial


@dataclass(frozen=True)
class SichuanCode:
    """Sichuan's older form: basic, area, zone, body, version, serial, joined by hyphens.

    "511A0138000000-511602000000-000-115113010833722043-1-00". The basic part may hold hyphens of
    its own ("G-000007-001"). The oldest form of all has basic and body only.
    """

    basic: str
    body: str  # whatever stands there: a credit code, a shorter number, or a placeholder
    area: str = ""  # 12 digits: GB/T 2260 and six zeros
    zone: str = ""  # 3 digits; 000 in every code seen
    version: str = ""  # 1 digit
    serial: str = ""  # 2 digits

    def __post_init__(self) -> None:
        _check(self.basic, r"[0-9A-Z]+(-[0-9A-Z]+)*", "the basic code")
        # Organisation codes of nine characters are also written with a hyphen before the last.
        _check(self.body, r"[0-9A-Za-z]+(-[0-9A-Za-z])?", "the body")
        if self.area:
            _check(self.area, r"\d{12}", "the area")
            _check(self.zone, r"\d{3}", "the zone")
            _check(self.version, r"\d", "the version")
            _check(self.serial, r"\d{2}", "the serial")
        elif self.zone or self.version or self.serial:
            raise BadCode("a code without an area has only a basic code and a body")

    def __str__(self) -> str:
        if not self.area:
            return f"{self.basic}-{self.body}"
        return "-".join([self.basic, self.area, self.zone, self.body, self.version, self.serial])


def read_basic_code(text: str) -> BasicCode:
    """A 基本编码 as typed. Raises BadCode."""
    code = _plain(text)
    if len(code) != 12:
        raise BadCode(f"a basic code has 12 characters, not {len(code)}")
    return BasicCode(code[:2], code[2:4], code[4:6], code[6:9], code[9:])


def read_code(text: str) -> OfferingCode:
    """A 实施编码 or the code of a 业务办理项, as typed. Raises BadCode."""
    code = _plain(text)
    if len(code) not in (31, 33):
        raise BadCode(f"an item's code has 31 characters, or 33 with its serial, not {len(code)}")
    return OfferingCode(code[:18], code[18], read_basic_code(code[19:31]), code[31:])


@dataclass(frozen=True)
class CodeMap:
    """How a source writes the values of elements: table → what it writes → our value.

    One to one within a table, so that nothing is lost either way. `also` holds what a source writes
    besides: read, never written.
    """

    source: str
    tables: Mapping[str, Mapping[str, str]]
    also: Mapping[str, Mapping[str, str]]

    def read(self, table: str, theirs: str) -> str:
        """Our value. Raises BadCode for what the source's table does not have."""
        known = self.tables[table]
        ours = known.get(theirs) or self.also.get(table, {}).get(theirs)
        if ours is None:
            raise BadCode(f"{theirs!r} is not in the table {table} of {self.source}")
        return ours

    def write(self, table: str, ours: str) -> str:
        """What the source writes. Raises BadCode for what it has no code for."""
        for theirs, own in self.tables[table].items():
            if own == ours:
                return theirs
        raise BadCode(f"the table {table} of {self.source} has nothing for {ours!r}")


_SERVED = {
    "自然人": "person",
    "企业法人": "company",
    "事业法人": "public_institution",
    "社会组织法人": "social_organisation",
    "非法人企业": "unincorporated",
    "行政机关": "authority",
    "其他组织": "other",
}
_DEPTHS = ("ask", "send", "pre_check", "accept", "handle", "feedback", "e_certificate", "other")
_OLD_DEPTHS = {"Ⅰ": "1", "Ⅱ": "2", "Ⅲ": "3", "Ⅳ": "4"}

# The tables of the national interface (2020).
NATIONAL = CodeMap(
    "the national table",
    {
        "type": {code: code for code in TYPES},
        "level": {code: code for code in LEVELS},
        "way": {"1": "window", "2": "online", "3": "courier"},
        "depth": {str(number): depth for number, depth in enumerate(_DEPTHS, start=1)},
        "old_depth": _OLD_DEPTHS,
        "served": dict(zip(["1", "2", "3", "4", "5", "6", "9"], _SERVED.values(), strict=True)),
        "case_type": {"1": "immediate", "2": "promised"},
        "limit_unit": {"1": "working_days", "2": "calendar_days"},
        "reach": {"1": "nation", "2": "provinces", "3": "cities", "4": "counties"},
        "body_nature": {"1": "statutory", "2": "authorised", "3": "entrusted"},
        "power": {
            "1": "own",
            "2": "devolved",
            "3": "authorised_above",
            "4": "authorised_same",
            "5": "entrusted_above",
            "6": "entrusted_same",
        },
        "original": {"1": "original", "2": "copy", "3": "both"},
        "medium": {"1": "paper", "2": "electronic", "3": "either"},
        "necessity": {"1": "required", "2": "conditional", "3": "tolerated"},
        "material_source": {"10": "applicant", "20": "government", "99": "other"},
        "result": {
            "出证办结": "certificate",
            "出文办结": "document",
            "审批办结": "decision",
            "其他": "record",
        },
    },
    # A later list of depths has 其他 as its ninth.
    {"depth": {"9": "other"}},
)

# Guangdong publishes words where the nation has codes, and its item types differ in two places.
GUANGDONG = CodeMap(
    "Guangdong",
    {
        "type": {
            "01": "01",
            "05": "05",
            "07": "07",
            "08": "08",
            "09": "09",
            "20": "10",  # 其他行政权力
            "21": "20",  # 公共服务
        },
        "level": {code: code for code in LEVELS},
        "way": {"窗口办理": "window", "网上办理": "online", "快递申请": "courier"},
        "depth": {
            "互联网咨询": "ask",
            "互联网收件": "send",
            "互联网预审": "pre_check",
            "互联网受理": "accept",
            "互联网办理": "handle",
            "互联网办理结果信息反馈": "feedback",
            "互联网电子证照反馈": "e_certificate",
            "其他": "other",
        },
        "old_depth": _OLD_DEPTHS,
        "served": _SERVED,
        "limit_unit": {"工作日": "working_days", "自然日": "calendar_days"},
        "flag": {"是": "yes", "否": "no"},
    },
    {"flag": {"支持": "yes", "不支持": "no", "1": "yes", "0": "no"}},
)

# Sichuan's types and levels are the nation's; its published rows give no other codes.
SICHUAN = CodeMap(
    "Sichuan",
    {
        "type": {code: code for code in ("01", "05", "07", "08", "09", "10", "20")},
        "level": {code: code for code in LEVELS},
        "way": NATIONAL.tables["way"],
        "depth": NATIONAL.tables["depth"],
        "old_depth": _OLD_DEPTHS,
        "served": NATIONAL.tables["served"],
    },
    {},
)

CODE_MAPS = {"national": NATIONAL, "gd": GUANGDONG, "sc": SICHUAN}


_SICHUAN = re.compile(
    r"(?P<basic>.+?)-(?P<area>\d{12})-(?P<zone>\d{3})-(?P<body>[^-]+(?:-[^-])?)-(?P<version>\d)-(?P<serial>\d\d)"
)
_SICHUAN_OLDEST = re.compile(r"(?P<basic>[A-Z]-\d{6}-\d{3})-(?P<body>[^-]+)")


def read_sichuan_code(text: str) -> SichuanCode:
    """A code of Sichuan's older form. Raises BadCode."""
    code = unicodedata.normalize("NFKC", text).strip()
    match = _SICHUAN.fullmatch(code) or _SICHUAN_OLDEST.fullmatch(code)
    if match is None:
        raise BadCode("not of the form basic-area-zone-body-version-serial")
    return SichuanCode(**match.groupdict())


def _plain(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().upper()


_compiled = lru_cache(maxsize=None)(partial(re.compile, flags=re.ASCII))


def _check(part: str, pattern: str, what: str) -> None:
    if not _compiled(pattern).fullmatch(part):
        raise BadCode(f"{what} cannot be {part!r}")
