"""Catalogues of other countries: made-up rows for every rule, and the real ones whole."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tongban.catalogue import cpsv_ap
from tongban.catalogue.api import Offering, guide_of
from tongban.catalogue.importing.foreign import first_sentence, web_addresses
from tongban.catalogue.importing.importer import SOURCES, Options, Outcome, import_items
from tongban.catalogue.importing.problems import Problems, Severity
from tongban.catalogue.importing.reading import BadFile
from tongban.catalogue.linked_data import surroundings
from tongban.directory.api import agencies_by_code, full_region_name, region
from tongban.forms.models import FormVersion

pytestmark = pytest.mark.django_db


def write(path: Path, header: str, *rows: tuple[str, ...]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return path


def run(path: Path, source: str, **options: Any) -> tuple[Outcome, list[tuple[str, str, int]]]:
    problems = Problems()
    outcome = import_items(path, SOURCES[source], problems, Options(**options))
    found = [(one.severity.value, one.column, one.count) for one in problems.kinds.values()]
    return outcome, sorted(found)


def uk(folder: Path, *links: tuple[str, ...]) -> Path:
    write(folder / "lgil_interactions.csv", "lgil,slug", ("0", "apply"), ("17", "report"))
    write(
        folder / "lgsl_services.csv",
        "lgsl,description,providing_tier,slug,still_used",
        ("57", "Report a street light that is out", "county/unitary", "street-light", "Y"),
        ("58", "Keep a beacon", "all", "beacon", "N"),
    )
    write(
        folder / "local_authorities.csv",
        "id,gss,snac,local_custodian_code,tier_id,parent_local_authority_id,slug,country_name,"
        "homepage_url,name",
        (
            "1",
            "E10000099",
            "",
            "",
            "1",
            "",
            "westshire",
            "England",
            "https://w.example",
            "Westshire County Council",
        ),
        (
            "2",
            "E07000099",
            "",
            "",
            "2",
            "1",
            "fenton",
            "England",
            "https://f.example",
            "Fenton Borough Council",
        ),
    )
    header = "local_authority,lgsl_slug,lgil_slug,url,lgsl,lgil"
    return write(folder / "local_links.csv", header, *links)


def test_uk_one_item_many_bodies(tmp_path: Path) -> None:
    path = uk(
        tmp_path,
        ("westshire", "street-light", "report", "https://w.example/lights", "57", "17"),
        ("fenton", "street-light", "report", "https://f.example/lights", "57", "17"),
        ("oldtown", "beacon", "apply", "https://old.example/a b", "58", "0"),
    )
    outcome, problems = run(path, "uk")
    assert (outcome.done, outcome.counts.new, outcome.new_agencies) == (True, 3, 3)
    assert problems == [
        ("warning", "lgsl", 1),
        ("warning", "local_authority", 1),
        ("warning", "url", 1),
    ]
    fenton = Offering.objects.get(slug="uk-57-17-fenton")
    assert fenton.name == {"en": "Report a street light that is out (report)"}
    assert fenton.item.offerings.count() == 2
    assert fenton.region_path == "GB/GB-ENG/E10000099/E07000099/"
    assert full_region_name("E07000099", "en") == "Fenton, Westshire, England, United Kingdom"
    assert fenton.agency.name == {"en": "Fenton Borough Council"}
    assert (fenton.level, fenton.online, fenton.item.type) == ("4", False, "")
    assert fenton.current is not None
    assert guide_of(fenton.current).website == {"en": "https://f.example/lights"}
    assert fenton.current.form_id is None
    assert not FormVersion.objects.exists()  # nobody applies abroad
    lost = Offering.objects.get(slug="uk-58-0-oldtown")
    assert lost.region_id == "GB"
    assert lost.current is not None
    assert guide_of(lost.current).website == {}
    assert agencies_by_code(["uk-oldtown"])["uk-oldtown"].name == {"en": "Oldtown"}
    again, _problems = run(path, "uk")
    assert (again.counts.unchanged, again.counts.new, again.new_agencies) == (3, 0, 0)


def test_uk_refuses_what_it_cannot_place(tmp_path: Path) -> None:
    link = ("fenton", "street-light", "report", "https://f.example", "57", "17")
    path = uk(tmp_path, link, (*link[:4], "59", "17"), (*link[:4], "57", "3"), link)
    outcome, problems = run(path, "uk")
    assert not outcome.done
    assert ("error", "lgsl", 1) in problems
    assert ("error", "lgil", 1) in problems
    assert ("error", "", 1) in problems  # the same link twice
    (tmp_path / "lgsl_services.csv").unlink()
    with pytest.raises(BadFile, match="lgsl_services"):
        run(path, "uk")


def test_canada_two_languages_and_kept_promises(tmp_path: Path) -> None:
    columns = sorted(SOURCES["ca"].required)
    row = dict.fromkeys(columns, "") | {
        "fiscal_yr": "2024-2025",
        "service_id": "SRV9",
        "service_name_en": "Lighthouse visits",
        "service_name_fr": "Visites de phares",
        "service_description_en": "Lets you visit a lighthouse. Bring good shoes.",
        "service_description_fr": "Permet de visiter un phare.",
        "client_target_groups": "PERSON,NGO",
        "service_uri_en": "See www.phare.example/visit<>https://b.example",
        "service_uri_fr": "none",
        "owner_org": "lh-ph",
        "owner_org_title": "Lighthouses Canada | Phares Canada",
        "num_applications_total": "1200",
        "os_application": "Y",
    }
    older = row | {"fiscal_yr": "2023-2024", "service_name_en": "Lighthouse tours"}
    path = tmp_path / "services.csv"
    write(path, ",".join(columns), *(tuple(one[c] for c in columns) for one in (older, row)))
    write(
        tmp_path / "service_standards.csv",
        "fiscal_yr,service_id,service_standard_id,service_standard_en,service_standard_fr,type,"
        "target,volume_meeting_target,total_volume,performance",
        (
            "2024-2025",
            "SRV9",
            "2",
            "Answer in 5 days.",
            "Réponse en 5 jours",
            "TML",
            "0.9",
            "9",
            "10",
            "0.9",
        ),
        ("2023-2024", "SRV9", "1", "An older one", "Ancienne", "TML", "0.5", "", "", ""),
    )
    outcome, problems = run(path, "ca")
    assert outcome.counts.new == 1
    assert problems == [("warning", "fiscal_yr", 1), ("warning", "service_uri_fr", 1)]
    offering = Offering.objects.get()
    assert offering.name == {"en": "Lighthouse visits", "fr": "Visites de phares"}
    assert offering.agency.name == {"en": "Lighthouses Canada", "fr": "Phares Canada"}
    assert (offering.audiences, offering.level) == (["person", "firm"], "1")
    assert offering.current is not None
    guide = guide_of(offering.current)
    assert guide.summary["en"] == "Lets you visit a lighthouse."
    assert guide.website == {"en": "https://www.phare.example/visit"}
    assert "- Answer in 5 days (timeliness); target 90%, kept 90% (9/10)" in guide.notes["en"]
    assert "Bring good shoes." in guide.notes["en"]
    assert guide.notes["fr"].endswith("; cible 90%, atteint 90% (9/10)")
    assert guide.extra["Applications in all a year"] == "1200"
    assert guide.extra["Target groups"] == "persons, non-governmental organisations"


def test_netherlands_several_bases_make_one_product(tmp_path: Path) -> None:
    columns = list(SOURCES["nl"].columns)
    base = dict.fromkeys(columns, "") | {
        "UniformeProductnaam": "vuurtorenbezoek (vtb)",
        "URI": "http://example.nl/terms/vuurtorenbezoek_(vtb)",
        "Provincie": "X",
        "Gemeente": "X",
        "Burger": "X",
        "Aanvraag": "X",
        "SDG": "N1;D2",
        "Grondslag": "http://example.nl/wet1",
        "Grondslaglabel": "Artikel 1 Vuurtorenwet",
        "Grondslaglink": "https://wetten.example/1",
    }
    second = base | {"Grondslag": "http://example.nl/wet2", "Grondslaglabel": "Artikel 2"}
    blank = base | {"UniformeProductnaam": "UPL-naam nog niet beschikbaar", "URI": "http://x/none"}
    path = tmp_path / "upl.csv"
    write(
        path, ",".join(columns), *(tuple(one[c] for c in columns) for one in (blank, base, second))
    )
    outcome, problems = run(path, "nl")
    assert (outcome.rows, outcome.counts.new) == (3, 1)
    assert problems == [("warning", "UniformeProductnaam", 1)]
    offering = Offering.objects.get()
    assert offering.slug == "nl-vuurtorenbezoek-vtb"
    assert offering.name == {"nl": "vuurtorenbezoek (vtb)"}
    assert offering.agency.name == {"nl": "Provincies en gemeenten"}
    assert offering.current is not None
    guide = guide_of(offering.current)
    assert [one.title["nl"] for one in guide.basis] == ["Artikel 1 Vuurtorenwet", "Artikel 2"]
    assert guide.extra["SDG (EU 2018/1724)"] == "N1, D2"
    spoilt = base | {"Burger": "yes"}
    write(path, ",".join(columns), tuple(spoilt[c] for c in columns))
    assert run(path, "nl")[1] == [("error", "Burger", 1)]


def test_web_addresses_and_sentences_are_found_in_what_people_write() -> None:
    assert web_addresses("www.a.example/x\nhttps://b.example  ftp://c javascript:alert(1)") == [
        "https://www.a.example/x",
        "https://b.example",
    ]
    assert web_addresses("Step 1. What this offers - agriculture.example") == []
    assert first_sentence("About e.g. this and that. Then more.") == "About e.g. this and that."
    assert first_sentence("word " * 100).endswith("word …")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("source", "file", "rows", "new", "agencies"),
    [
        ("uk", "uk_lgsl/local_links.csv", 7405, 7405, 388),
        ("ca", "ca_gc_services/services.csv", 1752, 1751, 79),
        ("nl", "nl_upl/upl.csv", 1240, 1121, 16),
    ],
)
def test_the_real_catalogues_whole(
    shared_data: Path, source: str, file: str, rows: int, new: int, agencies: int
) -> None:
    problems = Problems()
    outcome = import_items(shared_data / file, SOURCES[source], problems)
    assert problems.count(Severity.ERROR) == 0
    assert (outcome.rows, outcome.counts.new, outcome.new_agencies) == (rows, new, agencies)
    assert region({"uk": "GB", "ca": "CA", "nl": "NL"}[source]).level == 0
    # A sample as CPSV-AP: the classes the profile asks for are all there.
    some = Offering.objects.select_related("item", "current").order_by("-pk")[:20]
    pairs = [(one, guide_of(one.current)) for one in some if one.current]
    around = surroundings("https://x.example", pairs)
    for offering, guide in pairs:
        told = cpsv_ap.public_service(offering, guide, around)
        assert told["dct:title"]
        assert told["cv:hasCompetentAuthority"]
