"""The agencies of a made-up province: one of each department in each region, one in each town."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tongban.catalogue.generating.definitions import LEVELS, Definitions, Department, Level, Text
from tongban.directory.api import (
    AgencyEntry,
    AgencySummary,
    RegionSummary,
    agencies_of,
    credit_check_character,
    register_agencies,
)

TOWN = "town_government"  # everything a town offers comes from one place
# No real body has these: the two characters say that somebody made the code up.
_MARK = "QX"


@dataclass(frozen=True, slots=True)
class Body:
    """Who offers services in a region."""

    agency_id: int
    code: str
    department: str
    region: RegionSummary
    level: Level
    name: Text
    phone: str
    complaint_phone: str


def level_of(region: RegionSummary) -> Level | None:
    """The level of a region in a tree whose provinces are 1; None below towns."""
    return LEVELS[region.level - 1] if 1 <= region.level <= len(LEVELS) else None


def agencies_at(definitions: Definitions, level: Level) -> list[str]:
    """The functions of the agencies that each region of a level has."""
    if level == "town":
        return [TOWN]
    return [one.code for one in definitions.departments.values() if level in one.agency]


def settle_bodies(
    definitions: Definitions, within: RegionSummary, regions: Iterable[RegionSummary]
) -> list[Body]:
    """Find the agencies of regions, all of them in one, or register them; in the regions' order.

    An agency that is there already and has a department's function stands for it.
    """
    wanted: list[tuple[RegionSummary, Level, str, AgencyEntry]] = []
    for region in regions:
        level = level_of(region)
        if level is not None:
            wanted += [
                (region, level, function, entry)
                for function, entry in _entries(definitions.departments, region, level)
            ]
    there = _there(within.path)
    missing = [
        entry for region, _level, function, entry in wanted
        if (region.code, function) not in there
    ]  # fmt: skip
    there |= {
        (agency.region_code, agency.function): agency
        for agency in register_agencies(missing).values()
    }
    return [
        _body(there[region.code, function], function, region, level)
        for region, level, function, _entry in wanted
    ]


def is_made_up(code: str) -> bool:
    """Whether an agency is one of ours."""
    return len(code) == 18 and code[8:10] == _MARK


def _there(path: str) -> dict[tuple[str, str], AgencySummary]:
    found: dict[tuple[str, str], AgencySummary] = {}
    for agency in agencies_of(path, below=True):
        if agency.function and agency.credit_code_valid:
            found.setdefault((agency.region_code, agency.function), agency)
    return found


def _entries(
    departments: Mapping[str, Department], region: RegionSummary, level: Level
) -> Iterator[tuple[str, AgencyEntry]]:
    where = _text(region)
    if level == "town":
        words = (
            Text("街道办事处", "Sub-district Office")
            if "街道" in where.zh
            else Text("人民政府", "Government")
        )
        own = Text(where.zh, _bare(where.en))
        yield TOWN, _entry(TOWN, "99", region, Text(own.zh + words.zh, f"{own.en} {words.en}"),
                           Text("便民服务", "Town services"))  # fmt: skip
        return
    for department in departments.values():
        words_of = department.agency.get(level)
        if words_of is not None:
            name = Text(where.zh + words_of.zh, f"{_bare(where.en)} {words_of.en}")
            yield (
                department.code,
                _entry(department.code, department.number, region, name, department.short),
            )


def _entry(
    function: str, number: str, region: RegionSummary, name: Text, short: Text
) -> AgencyEntry:
    code = region.code.ljust(9, "0")
    body = f"11{code[:6]}{_MARK}{number}{code[6:9]}00"
    city = int(code[2:4]) % 10
    serial = int(code[4:] + number) * 7919 % 100_000
    phone = f"099{city}-55{serial:05d}"
    return AgencyEntry(
        code=body + credit_check_character(body),
        credit_code=body + credit_check_character(body),
        name=name.localized,
        short_name=short.localized,
        function=function,
        region_code=region.code,
        phone=phone,
        complaint_phone=phone.replace("-55", "-56"),
    )


def _body(agency: AgencySummary, function: str, region: RegionSummary, level: Level) -> Body:
    return Body(
        agency_id=agency.id,
        code=agency.code,
        department=function,
        region=region,
        level=level,
        name=Text(agency.name.get("zh", ""), agency.name.get("en", agency.name.get("zh", ""))),
        phone=agency.phone,
        complaint_phone=agency.complaint_phone,
    )


def _text(region: RegionSummary) -> Text:
    zh = region.name.get("zh") or next(iter(region.name.values()))
    return Text(zh, region.name.get("en") or zh)


def _bare(name: str) -> str:
    """A region's English name as it stands before an agency's."""
    return name.removesuffix(" Sub-district")
