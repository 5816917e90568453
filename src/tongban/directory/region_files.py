"""Reading region trees from files: a plain CSV, and the layout of China's statistical codes.

`csv`: one file with the columns `code`, `parent` (empty for a root), `name_<language>` for each
language, and optionally `level`. Any country's tree fits.

`nbs`: a folder with nbs2023_provinces.csv, _cities, _areas and _streets, whose codes have 2, 4, 6
and 9 digits. They become the 6-digit codes of GB/T 2260 (44 is 440000, 4401 is 440100), and stay 9
digits for streets. Three cities have no counties (东莞, 中山, 儋州): there the file repeats the
city as a county, which is left out, and the streets lie right below the city.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tongban.directory.regions import RegionRow

SCHEMES = ("nbs", "csv")


def read_regions(source: Path, scheme: str) -> list[RegionRow]:
    """The rows of a file or folder. Raises OSError, and ValueError naming the line at fault."""
    return list(_nbs(source) if scheme == "nbs" else _csv(source))


def _csv(file: Path) -> Iterator[RegionRow]:
    for number, row in _rows(file, {"code"}):
        name = {
            column.removeprefix("name_"): text.strip()
            for column, text in row.items()
            if column.startswith("name_") and text.strip()
        }
        if not row["code"].strip() or not name:
            raise ValueError(f"{file.name}, line {number}: needs a code and a name")
        level = row.get("level", "").strip() or "0"
        if not level.isdigit():
            raise ValueError(f"{file.name}, line {number}: the level {level!r} is no number")
        parent = row.get("parent", "").strip() or None
        yield RegionRow(row["code"].strip(), name, parent, int(level))


def _nbs(folder: Path) -> Iterator[RegionRow]:
    cities = set()
    for _number, row in _rows(folder / "nbs2023_provinces.csv", {"code", "name"}):
        yield RegionRow(_six(row["code"]), {"zh": row["name"]}, None, 1)
    for _number, row in _rows(folder / "nbs2023_cities.csv", {"code", "name", "provinceCode"}):
        cities.add(_six(row["code"]))
        yield RegionRow(_six(row["code"]), {"zh": row["name"]}, _six(row["provinceCode"]), 2)
    for _number, row in _rows(folder / "nbs2023_areas.csv", {"code", "name", "cityCode"}):
        if row["code"] not in cities:
            yield RegionRow(row["code"], {"zh": row["name"]}, _six(row["cityCode"]), 3)
    for _number, row in _rows(folder / "nbs2023_streets.csv", {"code", "name", "areaCode"}):
        yield RegionRow(row["code"], {"zh": row["name"]}, row["areaCode"], 4)


def _six(code: str) -> str:
    return code.ljust(6, "0")


def _rows(file: Path, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        if missing := columns - set(reader.fieldnames or ()):
            raise ValueError(f"{file.name}: lacks the columns {', '.join(sorted(missing))}")
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(
                    f"{file.name}, line {reader.line_num}: not as many fields as columns"
                )
            yield reader.line_num, row
