"""The regions of a province that does not exist, made by rule: the same for the same size.

It begins as the demo's (demo/regions.yaml) and goes on with cities, counties and towns of made-up
names. Codes begin with 99, and with 98, 97 … once a province is full: no real division has these
(GB/T 2260 ends at 82). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from tongban.directory.api import RegionRow

CITIES = 21  # of a province, at most
COUNTIES = 7  # of a city
TOWNS = 9  # of a county
PROVINCES = 10

_PROVINCE_NAMES = (
    ("云泽", "Yunze"), ("岚江", "Lanjiang"), ("汀海", "Tinghai"), ("苍原", "Cangyuan"),
    ("澜北", "Lanbei"), ("溪南", "Xinan"), ("砚山", "Yanshan"), ("霁川", "Jichuan"),
    ("榆岭", "Yuling"), ("沧东", "Cangdong"),
)  # fmt: skip
# Characters that make names as places have them; each with its sound, so that names are written
# the same in English everywhere.
_FIRST = (
    "岚lan 汀ting 霁ji 砚yan 榆yu 槿jin 蘅heng 苇wei 鹭lu 雁yan 鹤he 莺ying 澹dan 泠ling 沐mu"
    " 栖qi 枕zhen 望wang 映ying 听ting 照zhao 怀huai 采cai 浣huan 揽lan 藕ou 菱ling 蓼liao"
    " 楸qiu 柘zhe 橘ju 茗ming 墨mo 锦jin 瑶yao 琴qin 笛di 帆fan 渔yu 樵qiao"
)
_SECOND = (
    "浦pu 渚zhu 洲zhou 漪yi 坞wu 岫xiu 溪xi 泽ze 湾wan 桥qiao 渡du 塘tang 陂bei 坪ping 岭ling"
    " 泉quan 潭tan 滩tan 原yuan 峪yu 屿yu 汊cha 墩dun 垄long"
)


def made_up_regions(cities: int, demo: Sequence[RegionRow]) -> list[RegionRow]:
    """The tree with so many cities (at most CITIES × PROVINCES), parents first."""
    rows = {row.code: row for row in demo}
    names = _names()
    provinces: list[str] = []
    for number in range(cities):
        province, place = divmod(number, CITIES)
        code = f"{99 - province}0000"
        if place == 0:
            zh, en = _PROVINCE_NAMES[province]
            provinces.append(code)
            rows.setdefault(
                code, RegionRow(code, {"zh": f"{zh}省", "en": f"{en} Province"}, None, 1)
            )
        city = f"{code[:2]}{place + 1:02d}00"
        zh, en = next(names)
        rows.setdefault(city, RegionRow(city, {"zh": f"{zh}市", "en": en}, code))
        _add_counties(city, rows, names)
    kept = set(provinces)
    return [row for row in rows.values() if f"{row.code[:2]}0000" in kept]


def _add_counties(city: str, rows: dict[str, RegionRow], names: Iterator[tuple[str, str]]) -> None:
    there = sorted(code for code, row in rows.items() if row.parent_code == city)
    free = [
        code
        for code in (f"{city[:4]}{serial:02d}" for serial in (2, 3, 4, *range(21, 40)))
        if code not in there
    ]
    for code in free[: max(COUNTIES - len(there), 0)]:
        zh, en = next(names)
        kind, word = ("区", "District") if code[4] == "0" else ("县", "County")
        rows[code] = RegionRow(code, {"zh": f"{zh}{kind}", "en": f"{en} {word}"}, city)
        there.append(code)
    for county in there:
        _add_towns(county, rows, names)


def _add_towns(county: str, rows: dict[str, RegionRow], names: Iterator[tuple[str, str]]) -> None:
    missing = TOWNS - sum(row.parent_code == county for row in rows.values() if row.level != 1)
    if county[4] == "0":
        kinds = [("街道", "Sub-district", 1)] * 6 + [("镇", "Town", 100)] * 3
    else:
        kinds = [("镇", "Town", 100)] * 6 + [("乡", "Township", 200)] * 3
    for place, (kind, word, first) in enumerate(kinds[: max(missing, 0)]):
        code = f"{county}{first + 40 + place:03d}"
        zh, en = next(names)
        rows[code] = RegionRow(code, {"zh": f"{zh}{kind}", "en": f"{en} {word}"}, county)


def _names() -> Iterator[tuple[str, str]]:
    """Names of two characters, each once; then of three, which never end before the tree does."""
    first, second = _sounds(_FIRST), _sounds(_SECOND)
    pairs = [(a, b) for b, a in product(second, first)]
    # Neighbours in the list sound alike; a stride that shares no factor with its length parts them.
    length = len(pairs)
    for step in range(length):
        (one, sound), (two, other) = pairs[step * 371 % length]
        yield one + two, (sound + other).capitalize()
    for (one, sound), ((two, other), (three, last)) in product(
        first, islice(product(first, second), length)
    ):
        yield one + two + three, (sound + other + last).capitalize()


def _sounds(written: str) -> list[tuple[str, str]]:
    return [(word[0], word[1:]) for word in written.split()]
