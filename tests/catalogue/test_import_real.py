"""Both real catalogues, whole: 3,397 items. Skipped where the data is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongban.catalogue.api import GuideVersion, Item, Offering
from tongban.catalogue.importing.importer import SOURCES, import_items
from tongban.catalogue.importing.problems import Problems, Severity
from tongban.directory.api import agencies_by_code

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


def test_guangdong(shared_data: Path) -> None:
    problems = Problems()
    path = shared_data / "gd_items" / "items.csv"
    outcome = import_items(path, SOURCES["gd"], problems)
    assert outcome.done
    assert problems.count(Severity.ERROR) == 0
    assert (outcome.rows, outcome.counts.new) == (2262, 2262)
    assert outcome.new_agencies == 177
    assert len([remark for remark in outcome.remarks if "fails its check" in remark]) == 2
    assert not agencies_by_code(["TE440000GD030003VV"])["TE440000GD030003VV"].credit_code_valid
    assert GuideVersion.objects.filter(statutory_days=None, promised_days=None).count() == 512
    assert GuideVersion.objects.filter(limit_unit="calendar_days").count() == 11
    assert Offering.objects.filter(online=True).count() == 2196
    assert Item.objects.filter(type="20").exists()

    again = import_items(shared_data / "gd_items" / "items.json", SOURCES["gd"], Problems())
    assert (again.counts.new, again.counts.changed, again.counts.unchanged) == (0, 0, 2262)


def test_guangan(shared_data: Path) -> None:
    problems = Problems()
    path = shared_data / "sc_guangan_items" / "items.csv"
    outcome = import_items(path, SOURCES["sc"], problems)
    assert outcome.done
    assert problems.count(Severity.ERROR) == 0
    assert (outcome.counts.new, outcome.new_agencies) == (1135, 34)
    assert Offering.objects.filter(online=True).count() == 1135
    assert Item.objects.filter(parent__isnull=False).count() > 400
    again = import_items(path, SOURCES["sc"], Problems())
    assert (again.counts.new, again.counts.changed, again.counts.unchanged) == (0, 0, 1135)
