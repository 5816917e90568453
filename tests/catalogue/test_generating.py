"""The made-up province: its definitions, its tree, and what is put into the catalogue."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from tongban.catalogue.api import Guide, GuideVersion, Item, Offering, check_index, guide_of
from tongban.catalogue.generating import generator
from tongban.catalogue.generating.bodies import Body
from tongban.catalogue.generating.definitions import (
    BadDefinition,
    Definitions,
    Text,
    read_definitions,
)
from tongban.catalogue.generating.generator import (
    CannotGenerate,
    definitions_of,
    generate,
    remove,
)
from tongban.catalogue.generating.guides import Writer, filled, own_words
from tongban.catalogue.generating.trees import made_up_regions
from tongban.catalogue.linting.bulk import lint_all
from tongban.catalogue.models import Finding
from tongban.catalogue.publishing import digest_of
from tongban.directory.api import RegionRow, RegionSummary, is_credit_code
from tongban.directory.models import Agency
from tongban.search.api import find

DEMO = settings.ROOT / "demo"
_HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return definitions_of(DEMO)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo folder with two departments."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "services").mkdir()
    for name in ("regions", "themes", "services/common", "services/themes", "services/health",
                 "services/weather"):  # fmt: skip
        shutil.copy(DEMO / f"{name}.yaml", folder / f"{name}.yaml")
    return folder


def test_there_is_a_provinces_breadth_of_services(definitions: Definitions) -> None:
    assert definitions.services >= 400
    assert len(definitions.families) >= 1500
    for fact in ("code", "slug"):
        values = [getattr(one, fact) for one in definitions.families]
        assert len(set(values)) == len(values), fact
    for language in ("zh", "en"):
        names = [getattr(one.name, language) for one in definitions.families]
        assert len(set(names)) == len(names)


def test_all_is_said_in_both_languages(definitions: Definitions) -> None:
    for one in definitions.families:
        for text in (one.name, one.thing, one.gives, one.law):
            assert _HAN.search(text.zh), one.code
            assert not _HAN.search(text.en), one.code
            assert "{" not in text.zh + text.en, one.code
        assert re.fullmatch(r"[a-z0-9-]{3,70}", one.slug)
        assert len(one.code) == 12
        assert one.promised <= one.statutory
        assert one.themes
    spoken = [one.say for one in definitions.families if one.core and one.act != "plain"]
    assert sum(any(_HAN.search(word) for word in say) for say in spoken) == len(spoken)
    assert all(len(word) <= 120 for one in definitions.families for word in one.say)


def test_everyday_words_lead_to_services(definitions: Definitions) -> None:
    def called(word: str) -> set[str]:
        return {one.slug for one in definitions.families if word in one.say}

    assert "birth-registration" in called("生孩子")
    assert "birth-registration" in called("having a baby")
    assert "unemployment-benefit-claim" in called("失业了")


def test_a_mistake_in_a_file_names_the_file_and_the_service(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "services"
    shutil.copytree(small / "services", folder)
    (folder / "health.yaml").unlink()
    path = folder / "weather.yaml"
    path.write_text(path.read_text().replace("防雷许可 | lightning protection", "防雷许可"))
    with pytest.raises(BadDefinition, match=r"weather.yaml: lightning: not .*防雷许可"):
        read_definitions(folder, {"other": "person", "culture": "person", "farmers": "person",
                                  "operating": "firm", "construction": "firm"})  # fmt: skip


def test_the_tree_grows_and_stays_the_same_where_it_was() -> None:
    demo = [RegionRow("990000", {"zh": "云泽省", "en": "Yunze Province"}, None, 1)]
    small, large = made_up_regions(3, demo), made_up_regions(30, demo)
    codes = [row.code for row in large]
    assert len(set(codes)) == len(codes)
    assert all(code[:2] in ("99", "98") for code in codes)
    assert {row.code: row.name for row in large}.items() >= {
        row.code: row.name for row in small
    }.items()
    places = {code: place for place, code in enumerate(codes)}
    assert all(places[row.parent_code] < places[row.code] for row in large if row.parent_code)
    assert all(row.name["zh"] and row.name["en"] for row in large)


@pytest.mark.django_db
def test_a_province_is_made_once_and_taken_out_again(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert generate(small, 700, dry_run=True).offerings == 700
    assert not Offering.objects.exists()
    assert not Agency.objects.exists()

    def power_cut(_step: str, done: int, _total: int) -> None:
        if done:
            raise OSError("power cut")

    monkeypatch.setattr(generator, "_TRANSACTION", 300)
    with pytest.raises(OSError, match="power cut"):
        generate(small, 700, progress=power_cut)
    kept = Offering.objects.filter(current__isnull=False).count()
    assert 300 <= kept < 700
    assert check_index().total == 0
    made = generate(small, 700)
    assert (made.offerings, made.new, made.unchanged) == (700, 700 - kept, kept)
    offerings = Offering.objects.filter(source="generated")
    assert offerings.filter(online=True, current__isnull=False).count() == 700
    assert set(offerings.values_list("level", flat=True)) == {"2", "3", "4", "5"}
    codes = Agency.objects.values_list("credit_code", flat=True)
    assert all(is_credit_code(code) for code in codes)
    assert check_index().total == 0
    found = find("生孩子", region_path="990000/990100/990102/")
    assert found.hits

    again = generate(small, 700)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 700)

    lint_all(source="generated")
    assert not Finding.objects.filter(severity=Finding.Severity.ERROR).exists()

    before = set(offerings.values_list("code", "current__digest"))
    assert remove() == 700
    assert not GuideVersion.objects.exists()
    assert not Item.objects.filter(source="generated").exists()
    assert check_index().total == 0
    generate(small, 700)
    assert set(offerings.values_list("code", "current__digest")) == before
    version = GuideVersion.objects.select_related("offering").first()
    assert version is not None
    assert version.digest == digest_of(version.offering.name, guide_of(version), version.form_id)
    generate(small, 700, seed=2)
    assert set(offerings.values_list("code", "current__digest")) != before


@pytest.mark.django_db
def test_what_cannot_be_made_is_refused_in_words(small: Path) -> None:
    with pytest.raises(CannotGenerate, match="no region 123456"):
        generate(small, 10, top="123456")
    with pytest.raises(CannotGenerate, match="Between 1 and"):
        generate(small, 0)


def test_an_agencys_own_words_stand_in_its_guide(definitions: Definitions) -> None:
    region = RegionSummary("990102", {"zh": "江岸区", "en": 'The "Bank"'}, "990100", 3, "x/")
    body = Body(1, "11990102QX2300000X", "health", region, "county", Text("局", "Office"),
                "0990-5551050", "0990-5561050")  # fmt: skip
    family = next(one for one in definitions.families if one.slug == "family-doctor")
    draft = Writer(definitions).draft(family.code, 1, None)
    text = filled(draft.content, own_words(body, 7))
    guide = Guide.model_validate_json(text)
    assert guide.place["en"].endswith('The "Bank" Government Service Centre')
    assert (guide.consult_phone, guide.complaint_phone) == ("0990-5551050", "0990-5561050")
    assert "⟦" not in text
