"""Rate an answered case, once; and read what people say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases.api import ANSWERED, Case, cases_of
from tongban.identity.api import Resident
from tongban.kernel import clock
from tongban.kernel.announcements import announce
from tongban.kernel.errors import Refused
from tongban.ratings.models import Rating


class Level(IntEnum):
    """The five levels of GB/T 39735-2020. The lowest two are bad ratings."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    MOSTLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1


LEVEL_NAMES: dict[Level, Promise] = {
    Level.VERY_SATISFIED: _("Very satisfied"),
    Level.SATISFIED: _("Satisfied"),
    Level.MOSTLY_SATISFIED: _("Mostly satisfied"),
    Level.DISSATISFIED: _("Dissatisfied"),
    Level.VERY_DISSATISFIED: _("Very dissatisfied"),
}

BAD = (Level.DISSATISFIED, Level.VERY_DISSATISFIED)

# What was good or bad, in the standard's online aspects.
TAGS: dict[str, Promise] = {
    "fast": _("Fast"),
    "clear_guide": _("The guide was right and clear"),
    "few_materials": _("Few documents asked for"),
    "easy_site": _("Easy to use"),
    "kind_staff": _("Friendly, competent staff"),
    "slow": _("Slow"),
    "wrong_guide": _("The guide was wrong or unclear"),
    "many_materials": _("Too many documents asked for"),
    "hard_site": _("Hard to use"),
    "rude_staff": _("Unfriendly or unhelpful staff"),
    "extra_visit": _("Had to go there in spite of the promise"),
}
GOOD_TAGS = ("fast", "clear_guide", "few_materials", "easy_site", "kind_staff")
BAD_TAGS = ("slow", "wrong_guide", "many_materials", "hard_site", "rude_staff", "extra_visit")

MOST_WORDS = 1000
# Below this many ratings no share is shown: a small sample says little and may name somebody.
SMALLEST_SAMPLE = 5


@transaction.atomic
def rate(
    case_id: UUID, *, by: Resident, level: int, tags: Sequence[str] = (), words: str = ""
) -> Rating:
    """Rate an answered case. Raises Refused if it is not yours, not answered, or already rated."""
    case = cases_of(by).filter(pk=case_id).first()
    if case is None:
        raise Refused("case.not_found", _("No case with that number is open to you."))
    if case.state not in ANSWERED:
        raise Refused("rating.too_early", _("You can rate a case once its result is ready."))
    if level not in set(Level):
        raise Refused("rating.level", _("Choose how satisfied you are."), "level")
    if unknown := set(tags) - TAGS.keys():
        raise Refused("rating.tags", _("Choose from the list."), f"tags: {unknown}")
    if len(words) > MOST_WORDS:
        raise Refused("rating.words", _("Please keep it to 1,000 characters."), "words")
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                case=case,
                level=level,
                tags=list(tags),
                words=words.strip(),
                by_id=by.account_id,
                at=clock.now(),
                offering_id=case.offering_id,
                agency_id=case.agency_id,
                region_id=case.region_id,
            )
    except IntegrityError:
        raise Refused("rating.once", _("This case has been rated already. Thank you.")) from None
    announce("case.rated", {"case": str(case.pk), "level": level, "bad": level in set(BAD)})
    return rating


def rating_of(case: Case) -> Rating | None:
    """The rating of a case the caller may see; None if unrated."""
    return Rating.objects.filter(case=case).first()


def may_rate(case: Case) -> bool:
    """Whether a case of the caller's is ready to be rated and has not been."""
    return case.state in ANSWERED and rating_of(case) is None


@dataclass(frozen=True)
class Opinion:
    """What people say: ratings by level, and answered cases that nobody rated.

    `share_satisfied` is among the rated only, and None below SMALLEST_SAMPLE: silence is not
    satisfaction.
    """

    by_level: dict[int, int]
    unrated: int

    @property
    def rated(self) -> int:
        return sum(self.by_level.values())

    @property
    def share_satisfied(self) -> float | None:
        if self.rated < SMALLEST_SAMPLE:
            return None
        good = sum(count for level, count in self.by_level.items() if level not in set(BAD))
        return good / self.rated


def opinion_on_offering(offering_id: int) -> Opinion:
    """What people say about one offering. One query."""
    return _opinion(
        Rating.objects.filter(offering_id=offering_id),
        Case.objects.filter(offering_id=offering_id),
    )


def opinion_on_agency(agency_id: int) -> Opinion:
    """What people say about one agency. One query."""
    return _opinion(
        Rating.objects.filter(agency_id=agency_id), Case.objects.filter(agency_id=agency_id)
    )


def opinion_on_region(region_path: str = "") -> Opinion:
    """What people say in a region and all below it; "" for everywhere. One query."""
    return _opinion(
        Rating.objects.filter(region__path__startswith=region_path),
        Case.objects.filter(region_path__startswith=region_path),
    )


def _opinion(ratings: QuerySet[Rating], cases: QuerySet[Case]) -> Opinion:
    # Both counts in one query; level 0 stands for the answered cases.
    answered_cases = cases.filter(state__in=list(ANSWERED)).order_by().annotate(level=Value(0))
    counts = dict(
        ratings.order_by()
        .values_list("level")
        .annotate(count=Count("id"))
        .union(answered_cases.values_list("level").annotate(count=Count("id")), all=True)
    )
    answered = counts.pop(0, 0)
    return Opinion(
        by_level={int(level): counts.get(int(level), 0) for level in Level},
        unrated=answered - sum(counts.values()),
    )
