"""A small province with real demo items, for tests of the public half."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongban.catalogue.api import BadContent, load_items, load_themes
from tongban.directory.api import load_demo_directory
from tongban.kernel import clock

DEMO = Path(__file__).resolve().parents[2] / "demo"
ITEMS = ("property-certificate-replacement", "id-card-renewal", "company-registration")
# A Wednesday, 10:30 in China: offices are open.
MORNING = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
CITY = "990100"


@pytest.fixture
def province(db: None) -> Iterator[None]:
    """Three demo items offered by the agencies of three cities, on a Wednesday morning."""
    with clock.freeze(MORNING):
        load_demo_directory(DEMO)
        load_themes(DEMO / "themes.yaml")
        with suppress(BadContent):  # the items that these are related to are not here
            for _loaded in load_items([DEMO / "items" / f"{name}.yaml" for name in ITEMS]):
                pass
        yield
