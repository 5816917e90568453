"""Documents and questions for the benchmark of search, made up from distinct titles and regions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.made_up import ACTS, SUBJECTS

_VARIANTS = (
    "",
    "（个体）",
    "（企业）",
    "（首次）",
    "（跨省通办）",
    "（农村）",
    "（试点）",
)
_OF_REGION = 910  # services of a region
_CITIES, _COUNTIES = 13, 8  # of a province; of a city
_PAPERS = ("申请表", "营业执照", "身份证明", "平面图", "人员名册", "资格证书", "委托书", "承诺书")


@dataclass(frozen=True)
class Made:
    """A document: what each engine is given."""

    id: int
    service: int
    region_path: str
    title: str
    text: str


@dataclass(frozen=True)
class Asked:
    """A query and who asks."""

    query: str
    region_path: str


def services(count: int) -> int:
    """How many distinct titles so many documents have; more as there are more provinces."""
    return min(len(SUBJECTS) * len(ACTS) * len(_VARIANTS), max(_OF_REGION, count // 40))


def regions(count: int) -> int:
    return max(1, -(-count // _OF_REGION))


def region(number: int) -> str:
    """The path of a region: provinces, their cities, their counties, one after the other."""
    of_province = 1 + _CITIES + _CITIES * _COUNTIES
    province, rest = divmod(number, of_province)
    path = f"{10 + province:03d}000/"
    if rest == 0:
        return path
    city, county = divmod(rest - 1, 1 + _COUNTIES)
    path += f"{10 + province:03d}{city:02d}0/"
    return path if county == 0 else f"{path}{10 + province:03d}{city:02d}{county}/"


def title_of(service: int) -> str:
    rest, act = divmod(service, len(ACTS))
    variant, subject = divmod(rest, len(SUBJECTS))
    return f"{SUBJECTS[subject]}{ACTS[act]}{_VARIANTS[variant % len(_VARIANTS)]}"


def text_of(service: int) -> str:
    return "，".join(_PAPERS[(service + step) % len(_PAPERS)] for step in range(service % 7))


def made(count: int) -> Iterator[Made]:
    """So many documents, in the order of their regions; those of a region differ in service."""
    distinct = services(count)
    stride = next(prime for prime in (11, 13, 17, 19, 23) if distinct % prime)
    paths = sorted(region(number) for number in range(regions(count)))
    number = 0
    for place, path in enumerate(paths):
        for step in range(min(_OF_REGION, count - number)):
            number += 1
            service = (place * 37 + step * stride) % distinct
            yield Made(number, service, path, title_of(service), text_of(service))


def questions(size: int, n: int, *, seed: int = 0) -> Iterator[Asked]:
    """What people ask, each in a county: titles cut, turned round, or with a word of their own."""
    draw = random.Random(seed)
    distinct = services(size)
    counties = [region(number) for number in range(regions(size))]
    counties = [path for path in counties if path.count("/") == 3] or counties
    for _ in range(n):
        title = title_of(draw.randrange(distinct))
        start = draw.randrange(max(1, len(title) - 4))
        query = draw.choice(
            [title, title[start : start + 4], f"怎么办理{title[:6]}", f"{title[-4:]}要什么材料"]
        )
        yield Asked(query, draw.choice(counties))
