"""What every test gets: no leftovers in caches, folders of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings

from tests import databases
from tests.demo_site import demo_site

__all__ = ["demo_site"]

SHARED_DATA = Path(
    os.environ.get("TONGBAN_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)

# How long an example takes says more of the machine than of the rule.
hypothesis_settings.register_profile(
    "tongban",
    parent=hypothesis_settings.get_profile("ci" if os.environ.get("CI") else "default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("tongban")


def pytest_configure() -> None:
    """A clean clone has collected no static files; WhiteNoise warns of a folder that is missing."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # after the shuffling of pytest-randomly
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Say what begins first. With `--dist worksteal` each worker has a part of the list, from its
    beginning, and takes from the others' ends when it is done with its own: the demo's visitors
    all come to the first worker's, and another begins with what takes longest."""
    yield
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items.sort(key=lambda item: "demo_site" not in getattr(item, "fixturenames", ()))
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if item not in long]
    second = len(others) // workers if workers > 1 else 0
    items[:] = [*others[:second], *long, *others[second:]]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The tests' own databases are copies of one that is migrated once."""
    from django.conf import settings

    base = settings.DATABASES["default"]
    with databases.connect(base) as server:
        base["TEST"]["TEMPLATE"] = databases.keep_migrated(server, base)


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    """Files and text messages of a test go to a folder that ends with it."""
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files"}}
    }
    settings.SMS_FOLDER = tmp_path / "sms"


@pytest.fixture(autouse=True, scope="session")
def _tests_empty_tables() -> None:
    """Tests with transactions of their own end with empty tables; ledgers refuse to be emptied."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.sql_flush

    def past_ledgers(self: DatabaseOperations, *given: Any, **named: Any) -> list[str]:
        change = "ALTER TABLE supervision_entry {} TRIGGER USER"
        statements = flush(self, *given, **named)
        return [change.format("DISABLE"), *statements, change.format("ENABLE")]

    DatabaseOperations.sql_flush = past_ledgers  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A request leaves its language behind; each test begins in Chinese, as a process does."""
    from django.utils import translation

    translation.activate("zh-hans")
    yield
    translation.activate("zh-hans")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits count in the cache: no test may use up another's attempts."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data sets, which are not part of the project; skips where absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data sets are not at {SHARED_DATA}")
    return SHARED_DATA
