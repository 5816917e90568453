from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tongban.directory.api import RegionRow, load_regions

REGIONS = [
    ("990000", None, "云泽省", "Yunze"),
    ("990100", "990000", "云州市", "Yunzhou"),
    ("990102", "990100", "江岸区", "Jiang'an District"),
    ("990103", "990100", "桥东区", "Qiaodong District"),
    ("990121", "990100", "青石县", "Qingshi County"),
    ("990200", "990000", "临湖市", "Linhu"),
    ("990202", "990200", "湖心区", "Huxin District"),
    ("990221", "990200", "芦苇县", "Luwei County"),
    ("990300", "990000", "岱河市", "Daihe"),
    ("990302", "990300", "河东区", "Hedong District"),
    ("990321", "990300", "柏山县", "Baishan County"),
]


@pytest.fixture
def demo_regions(db: None) -> None:
    load_regions(
        RegionRow(code, {"zh": zh, "en": en}, parent, 0 if parent else 1)
        for code, parent, zh, en in REGIONS
    )


@pytest.fixture(autouse=True)
def files_in_a_folder_of_their_own(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }


@pytest.fixture
def many_provinces(demo_regions: None) -> None:
    """Four provinces more: too many for one list."""
    load_regions(
        row
        for number in range(91, 95)
        for row in (
            RegionRow(f"{number}0000", {"zh": f"省{number}", "en": f"Province {number}"}, None, 1),
            RegionRow(f"{number}0100", {"zh": "市", "en": "City"}, f"{number}0000"),
            RegionRow(f"{number}0101", {"zh": "县", "en": "County"}, f"{number}0100"),
            RegionRow(f"{number}0101001", {"zh": "镇", "en": "Town"}, f"{number}0101"),
        )
    )
