"""Guides to mend: who sees which, what first, in which order, as a page and as a table."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_officer, make_region
from tongban.catalogue.api import Offering, quality
from tongban.catalogue.quality import QualityFilter
from tongban.workbench.mending import control_id

pytestmark = pytest.mark.django_db
LATE = {"limits": {"statutory": 10, "promised": 30}}


@pytest.fixture
def town(client: Client) -> Any:
    """Two agencies of a city and one of another; the second guide of the first has an error."""

    class Town:
        city = make_region("990100", parent=make_region("990000"))
        far = make_region("990200", parent=make_region("990000"))
        police, health = make_agency(city), make_agency(city)
        good = make_offering(police, name={"zh": "=好事项", "en": "=Good"})
        late = make_offering(police, guide=make_guide(**LATE))
        ill = make_offering(health)
        away = make_offering(make_agency(far), guide=make_guide(**LATE))
        editor = make_officer("editor", police)
        supervisor = make_officer("supervisor", police)

    return Town


def test_each_sees_the_guides_they_answer_for(town: Any) -> None:
    everything = QualityFilter()

    def seen(officer: Any) -> set[int]:
        guides = quality.checked_guides(officer.officer, everything)
        return set(guides.values_list("pk", flat=True))

    assert seen(town.editor) == {town.good.pk, town.late.pk} == seen(town.supervisor)
    assert seen(make_officer("editor", None, region=town.city)) == {
        town.good.pk, town.late.pk, town.ill.pk,
    }  # fmt: skip
    assert seen(make_officer("clerk", town.police)) == set()


def test_what_to_mend_first_and_how_agencies_stand(town: Any) -> None:
    officer = make_officer("supervisor", None, region=make_region("990000")).officer
    rules = quality.to_mend(officer, QualityFilter())
    assert [one.points for one in rules] == sorted((one.points for one in rules), reverse=True)
    late = next(one for one in rules if one.rule == "promise_beyond_law")
    assert (late.guides, late.places, late.points) == (2, 2, 40)
    classes = next(one for one in rules if one.rule == "class_missing")
    assert classes.points == 2 * classes.places > 2 * classes.guides
    scores = quality.agency_scores(officer, QualityFilter())
    assert [one.agency_id for one in scores] == [
        town.away.agency_id, town.police.pk, town.health.pk,
    ]  # fmt: skip
    within = quality.agency_scores(officer, QualityFilter(region_path=town.city.path))
    assert {one.agency_id for one in within} == {town.police.pk, town.health.pk}
    figures = quality.figures_of(officer, QualityFilter(agency_id=town.police.pk))
    assert (figures.guides, figures.with_errors, figures.unchecked) == (2, 1, 0)


def test_the_page_and_its_filters(town: Any, client: Client) -> None:
    client.force_login(town.editor.account)
    page = client.get("/en/work/quality/").content.decode()
    assert "Promised later than the law allows" in page
    assert page.index(f"/work/guides/{town.late.pk}/") < page.index(f"/work/guides/{town.good.pk}/")
    assert f"/work/guides/{town.ill.pk}/" not in page
    narrowed = client.get("/en/work/quality/?rule=promise_beyond_law").content.decode()
    assert "30 days are promised; the law allows 10." in narrowed
    assert f"/work/guides/{town.good.pk}/" not in narrowed
    nothing = client.get("/en/work/quality/?rule=basis_all_expired").content.decode()
    assert "Nothing to mend here" in nothing
    for odd in ("rule=x", "agency=99999", "agency=x", "region=%00", "after=x", "region=990200"):
        assert client.get(f"/work/quality/?{odd}").status_code == 200
    client.force_login(town.supervisor.account)
    seen = client.get("/en/work/quality/").content.decode()
    assert town.late.slug in seen
    assert f"/work/guides/{town.late.pk}/" not in seen  # theirs to see, not to edit


def test_an_editor_without_guides_is_told_so(client: Client) -> None:
    client.force_login(make_officer("editor", make_agency()).account)
    assert "No published guide is yours" in client.get("/en/work/quality/").content.decode()


def test_the_table_has_a_line_for_every_finding(town: Any, client: Client) -> None:
    client.force_login(town.editor.account)
    answer = client.get("/en/work/quality/findings.csv?rule=class_missing")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][0] == "Score"
    guides = Offering.objects.filter(agency=town.police)
    assert len(lines) - 1 == sum(
        len(found)
        for found in quality.findings_by_offering(
            guides.values_list("pk", flat=True), rule="class_missing"
        ).values()
    )
    assert {line[1] for line in lines[1:]} == {"'=Good", town.late.name["en"]}
    assert int(lines[1][0]) <= int(lines[-1][0])


def test_from_a_finding_to_its_field(town: Any, client: Client) -> None:
    """Where a draft is in work, at once; else it is begun first. Supervisors get no links."""
    client.force_login(town.editor.account)
    page = client.get("/en/work/quality/?severity=error").content.decode()
    address = f"/en/work/guides/{town.late.pk}/mend/?place=limits.promised&rule=promise_beyond_law"
    assert address.replace("&", "&amp;") in page
    assert f"/work/guides/{town.good.pk}/" not in page  # it has no error
    asked = client.get(address).content.decode()
    assert "Begin a draft, go to: Time limits" in asked
    assert "30 days are promised; the law allows 10." in asked
    field = f"/en/work/guides/{town.late.pk}/draft/limits/#id_limits_promised"
    for send in (client.post, client.get):  # the second finds the draft that the first began
        answer = send(address)
        assert (answer.status_code, answer["Location"]) == (302, field)
    form = client.get(field).content.decode()
    assert 'id="id_limits_promised"' in form
    assert client.get(f"/work/guides/{town.ill.pk}/mend/?place=limits").status_code == 404
    odd = client.get(f"/work/guides/{town.good.pk}/mend/?place=no.such.9&rule=x")
    assert odd.status_code == 200
    client.force_login(town.supervisor.account)
    assert "/mend/" not in client.get("/en/work/quality/").content.decode()


@pytest.mark.parametrize(
    ("place", "control"),
    [
        ("limits.promised", "id_limits_promised"),
        ("materials.2.name", "id_materials_2_name_zh"),
        ("summary", "id_summary_zh"),
        ("website.zh", "id_website_zh"),
        ("conditions.0.basis", "id_conditions_0_basis_zh"),
        ("channels.appointments.url", "id_channels_appointments_url"),
        ("materials.3", "id_materials_3_key"),
        ("basis", "id_basis_0_title_zh"),
        ("name", "id_name"),
        ("", "id_"),
    ],
)
def test_the_control_of_a_place(place: str, control: str) -> None:
    assert control_id(place) == control


def test_the_page_asks_as_much_of_many_guides_as_of_few(town: Any, client: Client) -> None:
    client.force_login(town.editor.account)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/work/quality/")
        return len(queries)

    before = asked()
    for _guide in range(4):
        make_offering(town.police, guide=make_guide(**LATE))
    assert asked() == before <= 16


def test_of_very_many_regions_those_that_still_make_a_list(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = make_region("990101", parent=town.city)
    make_offering(make_agency(county))
    officer = make_officer("supervisor", None, region=make_region("990000")).officer
    every = {"990100": 3, "990101": 1, "990200": 1}
    assert quality.regions_of_guides(officer, town.city.path) == every
    monkeypatch.setattr("tongban.catalogue.linting.report._MOST_REGIONS", 2)
    assert quality.regions_of_guides(officer) == {"990100": 4, "990200": 1}
    assert quality.regions_of_guides(officer, town.city.path) == {"990100": 4, "990101": 1}
    monkeypatch.setattr("tongban.catalogue.linting.report._MOST_REGIONS", 1)
    assert quality.regions_of_guides(officer) == {"990000": 5}
    assert quality.regions_of_guides(officer, town.city.path) == {"990100": 4}
    assert quality.regions_of_guides(officer, county.path) == {"990101": 1}
