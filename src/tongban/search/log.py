"""What people search for, so that editors see what they do not find. Nobody's name is on it.

Kept are counts: on a day, these words, from this region, by a person or a firm. Neither account nor
address nor time of day is known here. Words that may be somebody's (numbers of people, firms and
telephones, addresses of e-mail, whole sentences of a story) are counted without being kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum

from tongban.kernel import clock
from tongban.search.kept import Searched
from tongban.search.tokens import has_letters, normal

# Longer texts are stories, and may tell whose.
LONGEST_KEPT = 40
# Words that were searched for less often in the period are shown as a number alone.
RARE = 3
# Days after which counts are deleted: a year can be compared with the one before it.
KEPT_DAYS = 400

_LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9x]){5,}")
_ADDRESS = re.compile(r"@|https?:|www\.")


@dataclass(frozen=True)
class Words:
    """Something people searched for in a period."""

    words: str
    searches: int
    nothing: int  # how many of them found nothing
    clicked: int  # results that were opened
    place: float | None  # mean place of what was opened, from 1; None where nothing was


@dataclass(frozen=True)
class Report:
    """What was searched for in a period; `rare` and `not_kept` are numbers of searches."""

    searches: int
    nothing: int
    frequent: tuple[Words, ...]
    found_nothing: tuple[Words, ...]
    not_opened: tuple[Words, ...]
    rare: int
    not_kept: int


def keepable(query: str) -> str:
    """The words as they may be kept; "" where they might be somebody's, or are none."""
    text = " ".join(normal(query[: 4 * LONGEST_KEPT]).split())
    if len(text) > LONGEST_KEPT or _LONG_NUMBER.search(text) or _ADDRESS.search(text):
        return ""
    return text if has_letters(text) else ""


def record(query: str, *, found: int, region_path: str = "", audience: str = "") -> None:
    """Count a search and whether it found something."""
    _count(query, region_path, audience, searches=1, nothing=int(found == 0))


def record_opened(query: str, *, place: int, region_path: str = "", audience: str = "") -> None:
    """Count that a result was opened: the one at `place`, from 1."""
    _count(query, region_path, audience, clicked=1, positions=min(max(place, 1), 1000))


def report(*, days: int = 30, region_path: str = "", n: int = 50) -> Report:
    """What was searched for in the last days, by people of a region and those within it."""
    rows = Searched.objects.filter(
        day__gt=clock.today() - timedelta(days=days), region_path__startswith=region_path
    )
    total = rows.aggregate(
        times=Sum("searches", default=0),
        without=Sum("nothing", default=0),
        not_kept=Sum("searches", default=0, filter=Q(words="")),
    )
    by_words = (
        rows.exclude(words="")
        .values("words")
        .annotate(
            times=Sum("searches"),
            without=Sum("nothing"),
            opened=Sum("clicked"),
            places=Sum("positions"),
        )
    )
    often = by_words.filter(times__gte=RARE)
    seldom = by_words.filter(times__lt=RARE, without=0).aggregate(all=Sum("times", default=0))
    return Report(
        searches=total["times"],
        nothing=total["without"],
        frequent=_words(often.order_by("-times", "words")[:n]),
        found_nothing=_words(by_words.filter(without__gt=0).order_by("-without", "words")[:n]),
        not_opened=_words(
            often.filter(opened=0, without__lt=F("times")).order_by("-times", "words")[:n]
        ),
        rare=seldom["all"],
        not_kept=total["not_kept"],
    )


def forget_old() -> int:
    """Delete what is older than KEPT_DAYS; how many rows."""
    oldest = clock.today() - timedelta(days=KEPT_DAYS)
    return Searched.objects.filter(day__lt=oldest).delete()[0]


def _words(rows: QuerySet[Searched, dict[str, object]]) -> tuple[Words, ...]:
    found = []
    for row in rows:
        opened, places = int(str(row["opened"])), int(str(row["places"]))
        found.append(
            Words(
                words=str(row["words"]),
                searches=int(str(row["times"])),
                nothing=int(str(row["without"])),
                clicked=opened,
                place=places / opened if opened else None,
            )
        )
    return tuple(found)


def _count(query: str, region_path: str, audience: str, **counts: int) -> None:
    values: list[date | str | int] = [
        clock.today(),
        keepable(query),
        region_path[:255],
        audience[:10],
        *(counts.get(name, 0) for name in _COUNTS),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


_COUNTS = ("searches", "nothing", "clicked", "positions")
_ADD = """
INSERT INTO search_log AS l
    (day, words, region_path, audience, searches, nothing, clicked, positions)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (day, words, region_path, audience) DO UPDATE SET
    searches = l.searches + excluded.searches, nothing = l.nothing + excluded.nothing,
    clicked = l.clicked + excluded.clicked, positions = l.positions + excluded.positions
"""
