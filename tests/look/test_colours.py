"""An installation's own colour reaches the pages, unless it could not be read."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tongban.look.colours import check_colours, contrast

pytestmark = pytest.mark.urls("tests.look.urls")


def test_without_one_nothing_is_added() -> None:
    assert "colours.css" not in Client().get("/look/").content.decode()


def test_its_style_sheet_sets_each_theme_on_screens_only(settings: Settings) -> None:
    settings.SITE = {**settings.SITE, "colour": "#7a1f3d", "colour_dark": "#f0a0b8"}
    page = Client().get("/look/").content.decode()
    assert '<link rel="stylesheet" href="/look/colours.css">' in page
    css = Client().get("/look/colours.css").content.decode()
    assert css.count("#7a1f3d") == css.count("#f0a0b8") > 0
    assert css.count("@media screen") == css.count("@media")


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        ({}, []),
        ({"colour": "#7a1f3d", "colour_dark": "#f0a0b8"}, []),
        ({"colour": "#f0a0b8"}, ["look.E002"]),
        ({"colour_dark": "#7a1f3d"}, ["look.E002"]),
        ({"colour": "red}body{display:none"}, ["look.E001"]),
    ],
)
def test_unreadable_or_malformed_colours_are_refused(
    settings: Settings, colours: dict[str, str], expected: list[str]
) -> None:
    settings.SITE = {**settings.SITE, **colours}
    assert [fault.id for fault in check_colours(None)] == expected


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", 1.0) == 21
    assert round(contrast("#767676", 1.0), 2) == 4.54
