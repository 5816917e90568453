"""The demonstration's directory, from files an editor can read (demo/regions.yaml and others)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from tongban.directory.agencies import AgencyEntry, register_agencies
from tongban.directory.centres import CentreEntry, CentreWindow, register_centre
from tongban.directory.china import seed_calendar
from tongban.directory.regions import RegionRow, load_regions


@transaction.atomic
def load_demo_directory(folder: Path) -> None:
    """Load calendar, regions, agencies and centres; a second time changes nothing."""
    seed_calendar()
    rows: list[RegionRow] = []
    for written in _read(folder, "regions"):
        _branch(written, None, rows)
    load_regions(rows)
    register_agencies(
        AgencyEntry(
            code=one["credit_code"],
            credit_code=one["credit_code"],
            name=one["name"],
            short_name=one.get("short_name", {}),
            function=one["function"],
            region_code=one["region"],
            phone=one["phone"],
            complaint_phone=one["complaint_phone"],
        )
        for one in _read(folder, "agencies")
    )
    for one in _read(folder, "centres"):
        register_centre(
            CentreEntry(
                code=one["code"],
                name=one["name"],
                region_code=one["region"],
                address=one["address"],
                directions=one["directions"],
                phone=one["phone"],
                hours=one["hours"],
                access=one["access"],
                windows=tuple(CentreWindow(w["code"], w["name"]) for w in one["windows"]),
                agency_codes=tuple(one["agencies"]),
            )
        )


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    written = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = written[name]
    return rows


def _branch(written: dict[str, Any], parent: str | None, rows: list[RegionRow]) -> None:
    code = written["code"]
    rows.append(RegionRow(code, written["name"], parent, level=written.get("level", 0)))
    for below in written.get("regions", ()):
        _branch(below, code, rows)
