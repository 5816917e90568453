"""One case, one rating; silence is not satisfaction."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.case_factories import make_case, make_offering
from tests.factories import make_agency, make_calendar, make_officer, make_resident
from tongban.cases.api import Act, Case
from tongban.identity.api import Resident
from tongban.kernel.errors import Refused
from tongban.ratings import api as ratings
from tongban.ratings.models import Rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered() -> tuple[Resident, Case]:
    make_calendar()
    agency = make_agency()
    applicant = make_resident().resident
    officer = make_officer("officer", agency).officer
    return applicant, make_case(applicant, make_offering(agency), until=Act.COMPLETE, by=officer)


def test_a_case_is_rated_once(answered: tuple[Resident, Case]) -> None:
    applicant, case = answered
    assert ratings.may_rate(case)
    ratings.rate(case.pk, by=applicant, level=4, tags=["fast"], words=" 很快 ")
    assert not ratings.may_rate(case)
    with pytest.raises(Refused, match="once"):
        ratings.rate(case.pk, by=applicant, level=1)
    kept = ratings.rating_of(case)
    assert kept is not None
    assert (kept.level, kept.tags, kept.words) == (4, ["fast"], "很快")


def test_nobody_else_rates_it(answered: tuple[Resident, Case]) -> None:
    with pytest.raises(Refused, match="not_found"):
        ratings.rate(answered[1].pk, by=make_resident().resident, level=1)


def test_an_open_case_is_not_rated_yet() -> None:
    make_calendar()
    applicant = make_resident().resident
    case = make_case(applicant, make_offering(make_agency()))
    with pytest.raises(Refused, match="too_early"):
        ratings.rate(case.pk, by=applicant, level=5)


@pytest.mark.parametrize(
    ("level", "tags", "words", "code"),
    [
        (0, [], "", "level"),
        (6, [], "", "level"),
        (3, ["nonsense"], "", "tags"),
        (3, [], "长" * 1001, "words"),
    ],
)
def test_what_is_no_rating(
    answered: tuple[Resident, Case], level: int, tags: list[str], words: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        ratings.rate(answered[1].pk, by=answered[0], level=level, tags=tags, words=words)


def test_the_database_knows_five_levels(answered: tuple[Resident, Case]) -> None:
    applicant, case = answered
    ratings.rate(case.pk, by=applicant, level=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.update(level=6)


def test_silence_is_not_satisfaction(answered: tuple[Resident, Case]) -> None:
    applicant, case = answered
    opinion = ratings.opinion_on_offering(case.offering_id)
    assert (opinion.rated, opinion.unrated, opinion.share_satisfied) == (0, 1, None)
    ratings.rate(case.pk, by=applicant, level=5)
    opinion = ratings.opinion_on_offering(case.offering_id)
    assert (opinion.rated, opinion.unrated) == (1, 0)
    assert opinion.share_satisfied is None, "one voice is no share"


def test_the_share_is_among_those_who_spoke() -> None:
    few = ratings.Opinion(by_level={5: 2, 4: 1, 3: 1, 2: 0, 1: 0}, unrated=1000)
    enough = ratings.Opinion(by_level={5: 2, 4: 1, 3: 1, 2: 1, 1: 0}, unrated=1000)
    assert few.share_satisfied is None
    assert enough.share_satisfied == pytest.approx(0.8)


def test_opinions_are_counted_in_one_query(
    answered: tuple[Resident, Case], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        ratings.opinion_on_agency(answered[1].agency_id)
