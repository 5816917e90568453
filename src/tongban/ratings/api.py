"""Ratings, for the sites. Everything else in `tongban.ratings` is private."""

from __future__ import annotations

from tongban.ratings.models import Rating
from tongban.ratings.rating import (
    BAD,
    BAD_TAGS,
    GOOD_TAGS,
    LEVEL_NAMES,
    MOST_WORDS,
    SMALLEST_SAMPLE,
    TAGS,
    Level,
    Opinion,
    may_rate,
    opinion_on_agency,
    opinion_on_offering,
    opinion_on_region,
    rate,
    rating_of,
)

__all__ = [
    "BAD",
    "BAD_TAGS",
    "GOOD_TAGS",
    "LEVEL_NAMES",
    "MOST_WORDS",
    "SMALLEST_SAMPLE",
    "TAGS",
    "Level",
    "Opinion",
    "Rating",
    "may_rate",
    "opinion_on_agency",
    "opinion_on_offering",
    "opinion_on_region",
    "rate",
    "rating_of",
]
