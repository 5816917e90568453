"""Regions and agencies that a file names: found here, or made from what it says."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.catalogue.importing.reading import BadFile
from tongban.catalogue.importing.sources import Body
from tongban.directory.api import (
    AgencyEntry,
    AgencySummary,
    BadTree,
    RegionRow,
    RegionSummary,
    agencies_by_code,
    agencies_of,
    is_credit_code,
    load_regions,
    region,
    regions,
    register_agencies,
)
from tongban.kernel.localized import Localized

_PROVINCE = re.compile(r".+?(?:特别行政区|自治区|省|市)")
_CITY = re.compile(r".+?(?:自治州|地区|州|盟|市)")


@dataclass(frozen=True)
class Place:
    """Where rows of a body belong."""

    agency_id: int
    region_code: str
    region_path: str


@dataclass
class _Named:
    """A body as the rows of a file name it, all taken together."""

    first: Body
    codes: Counter[str] = field(default_factory=Counter)


@dataclass
class Places:
    """The bodies and regions of a file. First `note` every row's, then `settle` once."""

    names: Mapping[str, Localized]
    tree: Mapping[str, RegionRow] = field(default_factory=dict)  # of a foreign source
    _bodies: dict[tuple[str, str], _Named] = field(default_factory=dict)
    _regions: dict[str, str] = field(default_factory=dict)
    _placed: dict[tuple[str, str], Place] = field(default_factory=dict)
    made_regions: list[str] = field(default_factory=list)
    made_agencies: int = 0
    remarks: list[str] = field(default_factory=list)

    def note(self, body: Body) -> None:
        """One row's body."""
        named = self._bodies.setdefault((body.identity, body.region_code), _Named(body))
        named.codes[body.credit_code] += 1
        self._regions.setdefault(body.region_code, body.region_name)

    def settle(self) -> None:
        """Find or make all regions and agencies noted. What exists is left as it is."""
        paths = self._settle_regions()
        by_code = agencies_by_code(
            code
            for named in self._bodies.values()
            for code in (named.first.own_code, *named.codes)
            if code
        )
        by_name = {
            (agency.region_code, agency.name.get("zh", "")): agency
            for code in paths
            for agency in agencies_of(paths[code].path, active_only=False)
        }
        chosen: dict[tuple[str, str], AgencySummary] = {}
        entries: dict[tuple[str, str], AgencyEntry] = {}
        taken: set[str] = set(by_code)
        for key, named in self._bodies.items():
            body = named.first
            known = by_name.get((body.region_code, body.name))
            if known is None and body.identity in by_code:
                known = by_code[body.identity]
                if not body.own_code:
                    self.remarks.append(
                        f"{body.name}: the agency {known.code} is called"
                        f" {known.name.get('zh', known.code)} here and keeps its name"
                    )
            if known is not None:
                chosen[key] = known
                continue
            entries[key] = self._new_agency(body, named.codes, taken)
            taken.add(entries[key].code)
        registered = register_agencies(entries.values()) if entries else {}
        self.made_agencies = len(registered)
        chosen |= {key: registered[entry.code] for key, entry in entries.items()}
        for key, agency in chosen.items():
            where = paths[key[1]]
            self._placed[key] = Place(agency.id, where.code, where.path)

    def of(self, body: Body) -> Place:
        """Where a body noted before belongs. Raises KeyError."""
        return self._placed[body.identity, body.region_code]

    def _new_agency(self, body: Body, codes: Counter[str], taken: set[str]) -> AgencyEntry:
        if body.own_code:
            return AgencyEntry(body.own_code, body.names, body.region_code)
        # The code most rows give. A right one goes before a wrong one, because placeholders are
        # wrong; that of an organ of state ("11") before that of an institution it runs ("12").
        best = max(
            codes,
            key=lambda code: (
                is_credit_code(code),
                len(code) == 18,
                code.startswith("11"),
                codes[code],
            ),
        )
        usable = len(best) == 18 and best.isascii() and best.isalnum()
        remark = ""
        if not usable:
            remark = "no row gives a credit code; registered without one"
        elif best in taken:
            remark, usable = f"{best} is another agency's code; registered without it", False
        elif not is_credit_code(best):
            remark = f"credit code {best} fails its check; kept and marked"
        elif len(codes) > 1:
            remark = f"its rows give {len(codes)} codes; registered under {best}"
        if remark:
            self.remarks.append(f"{body.name}: {remark}")
        own = f"{body.region_code}-{hashlib.sha256(body.name.encode()).hexdigest()[:12]}"
        return AgencyEntry(
            code=best if usable else own,
            name={"zh": body.name},
            region_code=body.region_code,
            credit_code=best if usable else "",
        )

    def _settle_regions(self) -> dict[str, RegionSummary]:
        if self.tree:
            return self._settle_tree()
        wanted: dict[str, str] = {}
        for code, name in self._regions.items():
            for above in (f"{code[:2]}0000", f"{code[:4]}00"):
                wanted.setdefault(above, "")
            wanted[code] = name
        there = regions(wanted)
        rows: dict[str, RegionRow] = {}
        for code in sorted(set(wanted) - there.keys()):
            parent = _parent(code)
            rows[code] = RegionRow(code, self._name(code), parent, level=_level(code))
        load_regions(rows.values())
        self.made_regions = list(rows)
        return {code: region(code) for code in self._regions}

    def _settle_tree(self) -> dict[str, RegionSummary]:
        """The same in a country that brings its regions: those named, and those above them."""
        wanted: dict[str, RegionRow] = {}
        for named in self._regions:
            code: str | None = named
            while code is not None and code not in wanted:
                wanted[code] = self.tree[code]
                code = wanted[code].parent_code
        there = regions(wanted)
        rows = [row for code, row in wanted.items() if code not in there]
        try:
            load_regions(rows)
        except BadTree as error:
            raise BadFile(f"The regions beside the file make no tree: {error}.") from error
        self.made_regions = [row.code for row in rows]
        return {code: region(code) for code in self._regions}

    def _name(self, code: str) -> Localized:
        if code in self.names:
            return self.names[code]
        for below, full in self._regions.items():
            parts = _parts(full, _level(below))
            if len(parts) >= _level(code) and _chain(below)[_level(code) - 1] == code:
                return {"zh": parts[_level(code) - 1]}
        self.remarks.append(
            f"region {code}: neither the file nor the tree names it; it is called {code} until"
            " a tree of regions is loaded (manage load_regions)"
        )
        return {"zh": code}


def _level(code: str) -> int:
    """1 province, 2 city, 3 county: by the zeros at the end of a GB/T 2260 code."""
    if code.endswith("0000"):
        return 1
    return 2 if code.endswith("00") else 3


def _parent(code: str) -> str | None:
    return {1: None, 2: f"{code[:2]}0000", 3: f"{code[:4]}00"}[_level(code)]


def _chain(code: str) -> list[str]:
    """The codes from the province down to this one."""
    return [f"{code[:2]}0000", f"{code[:4]}00", code][: _level(code)]


def _parts(full: str, level: int) -> list[str]:
    """A full name taken apart: 广东省广州市 is [广东省, 广州市]. Fewer parts than levels: []."""
    parts = []
    rest = full
    for pattern in (_PROVINCE, _CITY)[: level - 1]:
        match = pattern.match(rest)
        if match is None or match.end() == len(rest):
            return []
        parts.append(match.group())
        rest = rest[match.end() :]
    return [*parts, rest] if rest else []
