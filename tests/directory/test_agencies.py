"""Agencies: kept with wrong credit codes and marked, brought up to date by code."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_region
from tongban.directory.api import (
    AgencyEntry,
    NoSuchAgency,
    NoSuchRegion,
    agencies,
    agencies_of,
    agency,
    find_agency,
    register_agencies,
    register_agency,
)

pytestmark = pytest.mark.django_db


def entry(code: str = "police", **fields: object) -> AgencyEntry:
    return AgencyEntry(code=code, name={"zh": "公安局"}, region_code="990100", **fields)  # type: ignore[arg-type]


def test_a_wrong_credit_code_is_kept_and_marked() -> None:
    make_region("990100", parent=make_region())
    wrong = register_agency(entry(credit_code="TE440000GD030003VV"))
    assert wrong.credit_code == "TE440000GD030003VV"
    assert not wrong.credit_code_valid
    right = register_agency(entry(credit_code="11990100099016305G"))
    assert (right.id, right.credit_code_valid) == (wrong.id, True)
    assert not register_agency(entry("none")).credit_code_valid


def test_parents_may_come_later_and_unchanged_agencies_are_left_alone() -> None:
    make_region("990100", parent=make_region())
    both = [entry("station", parent_code="bureau"), entry("bureau")]
    found = register_agencies(both)
    assert found["station"].parent_id == found["bureau"].id
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert register_agencies(both) == found
    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    assert register_agency(entry("station")).parent_id is None


def test_unknown_regions_and_parents_are_named() -> None:
    with pytest.raises(NoSuchRegion, match="990100"):
        register_agency(entry())
    make_region("990100", parent=make_region())
    with pytest.raises(NoSuchAgency, match="bureau"):
        register_agency(entry(parent_code="bureau"))
    with pytest.raises(NoSuchAgency):
        agency(0)
    assert find_agency("police") is None


def test_agencies_are_listed_by_name_within_a_region() -> None:
    province = make_region()
    city = make_region("990100", parent=province)
    register_agencies(
        [
            AgencyEntry("w", {"zh": "卫生健康委员会"}, "990100", function="health"),
            AgencyEntry("g", {"zh": "公安局"}, "990100", function="public_security"),
            AgencyEntry("p", {"zh": "省公安厅"}, "990000", function="public_security"),
            AgencyEntry("x", {"zh": "旧局"}, "990100", active=False),
        ]
    )
    assert [one.code for one in agencies_of(city.path)] == ["g", "w"]
    assert [one.code for one in agencies_of(province.path)] == ["p"]
    everywhere = agencies_of(province.path, below=True, function="public_security")
    assert {one.code for one in everywhere} == {"g", "p"}
    assert "x" in {one.code for one in agencies_of(city.path, active_only=False)}
    assert agencies([everywhere[0].id])[everywhere[0].id] == everywhere[0]
