"""The look's pages need no database, except where a real browser visits them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture(params=["zh-hans", "en"])
def both_languages(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def requests() -> RequestFactory:
    return RequestFactory()
