"""Definitions of services, as an editor writes them in demo/services, and what they come to.

A service is offered in several acts (first application, change, renewal …) and cases (by sale, by
inheritance …); each of these is a `Family`: an item that many agencies offer. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Level = Literal["province", "city", "county", "town"]
LEVELS: tuple[Level, ...] = ("province", "city", "county", "town")

# What an act asks for besides its documents, and when a fee falls due.
_WITH_FEE = {"plain", "new", "apply", "register", "renew", "reissue"}
_FIRST = {"plain", "new", "apply", "claim", "file", "register"}


Read = TypeVar("Read", bound=BaseModel)


class BadDefinition(ValueError):
    """A file of definitions that cannot be used. Names the file and the place."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Act(_Strict):
    name: str
    gives: str
    say: str
    share: float
    kit: str = ""


class _Kind(_Strict):
    type: str
    audience: str = Field(alias="for")
    acts: str
    days: str
    level: str
    result: Literal["certificate", "document", "decision", "record"]
    kit: str


class _MaterialText(_Strict):
    name: str
    notes: str
    source: Literal["applicant", "government", "other"] = "applicant"
    issuer: str = ""
    original: Literal["original", "copy", "either"] = "either"


class Common(_Strict):
    """`common.yaml`: what all services share."""

    acts: dict[str, _Act]
    kinds: dict[str, _Kind]
    materials: dict[str, _MaterialText]
    flow: dict[str, tuple[str, ...]]
    remedies: str
    fee_basis: str
    fee_waiver: str
    own_law: str
    questions: tuple[str, ...]


class _Service(_Strict):
    name: str
    short: str
    say: str
    gives: str
    kind: str
    theme: str = ""
    acts: str | None = None
    days: str = ""
    level: str = ""
    kit: str | None = None
    fee: str = ""
    law: str = ""
    cases: tuple[str, ...] = ()
    audience: str = Field("", alias="for")
    type: str = ""
    result: str = ""
    visits: int = 0


class _Department(_Strict):
    department: str
    number: str = Field(pattern=r"^\d\d$")
    short: str
    agency: dict[Level, str]
    themes: dict[Literal["person", "firm"], str]
    law: str
    services: dict[str, _Service]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def filled(self, **words: Text) -> Text:
        """With {words} put in, each in its language."""
        zh, en = self.zh, self.en
        for name, text in words.items():
            zh, en = zh.replace(f"{{{name}}}", text.zh), en.replace(f"{{{name}}}", text.en)
        return Text(zh, en[:1].upper() + en[1:] if words else en)

    @property
    def localized(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class Department:
    """Who offers services: `agency` is what it is called at each level."""

    code: str
    number: str
    short: Text
    agency: Mapping[Level, Text]


@dataclass(frozen=True)
class Paper:
    """A document that people hand in, or that is looked up."""

    key: str
    name: Text
    notes: Text
    source: Literal["applicant", "government", "other"]
    issuer: Text | None
    original: Literal["original", "copy", "either"]


@dataclass(frozen=True)
class Family:
    """An item, as all who offer it understand it. Days are working days."""

    code: str  # 基本编码, 12 characters
    slug: str
    name: Text
    thing: Text
    gives: Text
    say: tuple[str, ...]
    department: str
    kind: str
    type: str
    audiences: tuple[str, ...]
    themes: tuple[str, ...]
    act: str
    statutory: int
    promised: int
    levels: tuple[Level, ...]
    papers: tuple[Paper, ...]
    result: Literal["certificate", "document", "decision", "record"]
    fee: tuple[int, Text] | None  # yuan, per what
    law: Text
    visits: int
    core: bool  # what people come for first: offered everywhere


@dataclass(frozen=True)
class Definitions:
    """All definitions of a folder."""

    common: Common
    departments: Mapping[str, Department]
    families: tuple[Family, ...]
    services: int

    @cached_property
    def by_level(self) -> Mapping[Level, tuple[Family, ...]]:
        """The families offered at each level."""
        return {
            level: tuple(one for one in self.families if level in one.levels) for level in LEVELS
        }


def read_definitions(folder: Path, themes: Mapping[str, str]) -> Definitions:
    """The definitions of a folder. `themes`: audience by code. Raises BadDefinition."""
    common = _read(folder / "common.yaml", Common)
    departments: dict[str, Department] = {}
    families: list[Family] = []
    services = 0
    for path in sorted(folder.glob("*.yaml")):
        if path.stem in ("common", "themes"):
            continue
        written = _read(path, _Department)
        try:
            if any(one.number == written.number for one in departments.values()):
                raise ValueError(f"number {written.number} is another department's")
            departments[written.department] = Department(
                code=written.department,
                number=written.number,
                short=text(written.short),
                agency={level: text(name) for level, name in written.agency.items()},
            )
            families += _families(common, written, themes)
        except ValueError as error:
            raise BadDefinition(f"{path}: {error}") from error
        services += len(written.services)
    return Definitions(common, departments, tuple(families), services)


def _families(
    common: Common, department: _Department, themes: Mapping[str, str]
) -> Iterator[Family]:
    for number, (slug, service) in enumerate(department.services.items(), start=1):
        try:
            for place, family in enumerate(_variants(common, department, slug, service, themes)):
                basic = f"99{family.type}{department.number}{number:03d}{place:03d}"
                yield Family(**{**vars(family), "code": basic})
        except KeyError as error:
            raise ValueError(f"{slug}: common.yaml has no {error}") from error
        except ValueError as error:
            raise ValueError(f"{slug}: {error}") from error


def _variants(
    common: Common,
    department: _Department,
    slug: str,
    service: _Service,
    themes: Mapping[str, str],
) -> Iterator[Family]:
    kind = common.kinds[service.kind]
    name, thing, own = text(service.name), text(service.short), _say(service.say)
    acts = (kind.acts if service.acts is None else service.acts).split()
    audience = service.audience or kind.audience
    audiences = ("person", "firm") if audience == "both" else (audience,)
    statutory, promised = (int(part) for part in (service.days or kind.days).split("/"))
    levels = tuple(
        level for level in LEVELS if level in (service.level or kind.level).split()
        and (level in department.agency or level == "town")
    )  # fmt: skip
    if not levels:
        raise ValueError("nobody offers it")
    base = {
        "code": "",
        "thing": thing,
        "department": department.department,
        "kind": service.kind,
        "type": service.type or kind.type,
        "audiences": audiences,
        "themes": _themes(service.theme.split(), department, audiences, themes),
        "statutory": statutory,
        "levels": levels,
        "result": service.result or kind.result,
        "law": text(service.law or department.law),
        "visits": service.visits,
    }
    kit = kind.kit if service.kit is None else service.kit
    fee = _fee(service.fee)
    for place, key in enumerate(acts):
        act = common.acts[key]
        first = place == 0
        label = text(act.name) if act.name else None
        yield Family(
            **base,  # type: ignore[arg-type]  # as listed above
            slug=f"{slug}-{key}" if label else slug,
            name=_named(name, label),
            gives=text(act.gives).filled(thing=thing) if act.gives else text(service.gives),
            say=(*(own if first else ()), *_say(act.say, thing)),
            act=key,
            promised=max(round(promised * act.share), 0 if act.share == 0 or promised == 0 else 1),
            papers=tuple(_paper(common, one) for one in (act.kit or kit).split()),
            fee=fee if key in _WITH_FEE else None,
            core=first or key in _FIRST,
        )
    for place, written in enumerate(service.cases):
        parts = [part.strip() for part in written.split(" | ")]
        label = Text(parts[0], parts[1])
        spoken = _say(" | ".join(parts[2:])) if len(parts) > 2 else ()
        yield Family(
            **base,  # type: ignore[arg-type]  # as listed above
            slug=f"{slug}-{_address(label.en)}",
            name=_named(name, label),
            gives=_for_case(text(service.gives), label),
            say=(*spoken, *(own if not acts and place == 0 else ())),
            act="plain",
            promised=promised,
            papers=tuple(_paper(common, one) for one in kit.split()),
            fee=fee,
            core=bool(spoken) or (not acts and place == 0),
        )


def _named(name: Text, label: Text | None) -> Text:
    if label is None:
        return name
    return Text(f"{name.zh}（{label.zh}）", f"{name.en}: {label.en}")


def _address(label: str) -> str:
    """The words of a label as part of an address."""
    words = re.findall(r"[a-z0-9]+", label.lower().replace("’", "").replace("'", ""))
    return "-".join(words[:5])


def _for_case(gives: Text, label: Text) -> Text:
    return Text(f"{gives.zh}这里办的是：{label.zh}。", f"{gives.en} This one: {label.en}.")


def _themes(
    written: list[str],
    department: _Department,
    audiences: tuple[str, ...],
    themes: Mapping[str, str],
) -> tuple[str, ...]:
    """Those of the service that suit whom it serves, and one at least for each of them."""
    if unknown := {*written, *department.themes.values()} - themes.keys():
        raise ValueError(f"no such topic: {', '.join(sorted(unknown))}")
    found = [code for code in written if themes[code] in audiences]
    for audience in audiences:
        if not any(themes[code] == audience for code in found):
            own = department.themes["person" if audience == "person" else "firm"]
            if themes[own] != audience:
                raise ValueError(f"{own} is no topic for a {audience}")
            found.append(own)
    return tuple(dict.fromkeys(found))


def _paper(common: Common, key: str) -> Paper:
    one = common.materials[key]
    return Paper(
        key, text(one.name), text(one.notes), one.source,
        text(one.issuer) if one.issuer else None, one.original,
    )  # fmt: skip


def _fee(written: str) -> tuple[int, Text] | None:
    if not written:
        return None
    amount, zh, en = written.split("/")
    return int(amount), Text(zh, en)


def _say(written: str, thing: Text | None = None) -> tuple[str, ...]:
    """Everyday names "中文, 中文 | English, English" as one list."""
    found = []
    for place, part in enumerate(written.split("|")):
        for one in part.split(","):
            word = one.strip()
            if thing is not None:
                word = word.replace("{thing}", (thing.zh, thing.en)[min(place, 1)])
            if word:
                found.append(word)
    return tuple(dict.fromkeys(found))


def text(written: str) -> Text:
    """A text "中文 | English". Raises ValueError."""
    zh, bar, en = written.partition(" | ")
    if not (zh.strip() and bar and en.strip()) or " | " in en:
        raise ValueError(f"not “中文 | English”: {written!r}")
    return Text(zh.strip(), en.strip())


def _read(path: Path, model: type[Read]) -> Read:
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return model.model_validate(written)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BadDefinition(f"{path}: {error}") from error
