"""What rules may look at: a guide and what the catalogue knows about its offering. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tongban.catalogue.anatomy import texts
from tongban.catalogue.guide import Guide

# Texts that are somebody else's words, or are read as papers and not as sentences.
_NOT_PROSE = frozenset(
    {
        "blank",
        "sample",
        "title",
        "article",
        "basis",
        "waiver_basis",
        "partners",
        "place",
        "website",
    }
)
_TITLES = re.compile(r"《[^》]*》")
# Where an item of a list begins: "1.", "（二）", "三、", "——".
LIST_MARK = re.compile(
    r"(?:^|(?<=[\s。；;：:]))(?:[（(]?[一二三四五六七八九十]{1,3}[）)、]|[（(]?\d{1,2}(?:[）)、．]|\.(?!\d))|[①-⑳]|——)"
)

# Types that change somebody's rights: permits, benefits, confirmations, awards, rulings, others.
POWERS = ("01", "05", "07", "08", "09", "10")


@dataclass(frozen=True)
class Conflict:
    """Another agency says something else about the same item."""

    about: str  # a path in the guide: "limits.statutory", "limits.promised", "fees", "materials"
    other_zh: str
    other_en: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class GuideFacts:
    """One guide under examination."""

    guide: Guide
    name: Mapping[str, str]
    today: date
    item_type: str = ""  # a key of codes.TYPES; "" where nobody said
    audiences: frozenset[str] = frozenset()
    theme_audiences: frozenset[str] = frozenset()  # whom its themes are for
    has_form: bool = False
    translated_from: Mapping[str, str] = field(default_factory=dict)
    dead_links: Mapping[str, str] = field(default_factory=dict)  # address → what happened
    conflicts: tuple[Conflict, ...] = ()

    @cached_property
    def texts(self) -> dict[str, Mapping[str, str]]:
        """All texts by path."""
        return texts(self.guide)

    @cached_property
    def prose(self) -> list[tuple[str, str, str]]:
        """Sentences people read: (path, language, text without titles of laws)."""
        return [
            (path, language, plain_prose(said))
            for path, text in self.texts.items()
            if path[path.rfind(".") + 1 :] not in _NOT_PROSE
            for language, said in text.items()
            if said
        ]

    @property
    def is_chinese(self) -> bool:
        """Whether Chinese rules apply (telephone area codes, kinds of results, clauses)."""
        return bool(self.name.get("zh"))

    @property
    def is_power(self) -> bool:
        return self.item_type in POWERS

    @property
    def is_permit(self) -> bool:
        return self.item_type == "01"


def plain_prose(said: str) -> str:
    """A text without titles of laws, which nobody can put more plainly."""
    return _TITLES.sub("《》", said) if "《" in said else said


def links(guide: Guide) -> Iterator[tuple[str, str]]:
    """The web addresses a guide names: (path, address)."""
    for language, url in guide.website.items():
        yield f"website.{language}", url
    for index, basis in enumerate(guide.basis):
        if basis.url:
            yield f"basis.{index}.url", basis.url
    channels = guide.channels
    for path, url in (
        ("channels.computer_url", channels.computer_url),
        ("channels.mobile_url", channels.mobile_url),
        ("channels.appointments.url", channels.appointments.url),
    ):
        if url:
            yield path, url


_NUMBER = re.compile(r"\+?\(?\d[\d\-()‐-― ]*\d")
# A number as dialled within its own area: 7 or 8 digits, the first from 2 to 8.
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_WHOLE = 10  # digits: a number as long as this has its area code, be it without the 0


def numbers_in(text: str) -> list[str]:
    """The digits of each telephone number in a free text, extensions left out."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(转|ext\.?|分机)\s*\d+", " ", plain)
    found = (re.sub(r"\D", "", match) for match in _NUMBER.findall(plain))
    return [digits for digits in found if len(digits) >= 3]


# What a field for telephones holds besides: an address, an hour, another way to ask.
_NO_PHONE = re.compile(r"https?:|www\.|@|网址|邮箱|微信|地址|时间|周一|星期|工作日|邮寄")
# 12333, 95598, 0990-12345: hotlines of five digits, with extensions or without.
_HOTLINE = re.compile(r"(?:010|02\d|0[3-9]\d\d)?(?:12\d{3}|9[56]\d{3})\d{0,4}")


def is_hotline(number: str) -> bool:
    """Whether digits are those of a hotline that questions and complaints go to alike."""
    return bool(_HOTLINE.fullmatch(number))


def holds_more_than_phones(text: str) -> bool:
    """Whether a field for telephones holds addresses, hours or other ways to ask as well."""
    return bool(_NO_PHONE.search(text))


def lacks_area_code(text: str) -> bool:
    """Whether a number cannot be dialled from elsewhere: 7 or 8 digits, and no other has a code.

    Short numbers (12345), mobile numbers and 400 numbers are dialled as they are.
    """
    numbers = numbers_in(text)
    coded = any(number.startswith("0") or len(number) >= _WHOLE for number in numbers)
    return not coded and any(map(_LOCAL.fullmatch, numbers))
