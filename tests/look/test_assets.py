"""The style sheet and script: our colours only, readable ones, and nobody else's marks."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCSS = ROOT / "assets" / "scss"
BUILT = ROOT / "build" / "static" / "tongban"

COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklch|color)a?\(|:\s*(?:white|black|red|green|blue|gr[ae]y)\b"
)
HEX = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})")

# (text, background) pairs that occur, by token.
TEXT_PAIRS = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "amber-soft"),
    ("ink", "green-soft"),
    ("ink", "danger-soft"),
    ("ink", "primary-soft"),
    ("muted", "paper"),
    ("muted", "surface"),
    ("muted", "primary-soft"),
    ("primary", "paper"),
    ("primary", "surface"),
    ("primary", "primary-soft"),
    ("primary-strong", "surface"),
    ("visited", "paper"),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-seal", "seal"),
    ("danger", "paper"),
    ("danger", "danger-soft"),
    ("on-danger", "danger"),
    ("on-danger", "danger-strong"),
    ("amber", "amber-soft"),
    ("green", "green-soft"),
]
# Outlines of controls and the focus ring: 3:1 (WCAG 2.2, 1.4.11).
EDGE_PAIRS = [("edge", "paper"), ("edge", "surface"), ("focus", "paper"), ("focus", "surface")]


def palette(name: str) -> dict[str, str]:
    source = (SCSS / "_tokens.scss").read_text(encoding="utf-8")
    block = source.split(f"@mixin {name} {{", 1)[1].split("\n}", 1)[0]
    return dict(HEX.findall(block))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_and_edges_have_enough_contrast(name: str) -> None:
    colours = palette(name)
    weak = {
        (text, ground): round(contrast(colours[text], colours[ground]), 2)
        for pairs, least in ((TEXT_PAIRS, 4.5), (EDGE_PAIRS, 3.0))
        for text, ground in pairs
        if contrast(colours[text], colours[ground]) < least
    }
    assert not weak


def test_dark_mode_sets_every_colour() -> None:
    assert set(palette("light")) - set(palette("dark")) <= {"qr-paper"}


def test_only_the_token_file_names_colours() -> None:
    found = {
        path.name: COLOUR.findall(path.read_text(encoding="utf-8"))
        for path in [*SCSS.glob("*.scss"), *(ROOT / "assets" / "js").glob("*.js")]
        if path.name != "_tokens.scss"
    }
    templates = ROOT / "src" / "tongban"
    found |= {
        str(path): re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
        for path in templates.rglob("templates/**/*.html")
    }
    assert not {name: colours for name, colours in found.items() if colours}


def test_nothing_of_the_librarys_owner_is_shipped() -> None:
    for path in BUILT.glob("tongban.*"):
        text = path.read_text(encoding="utf-8")
        for mark in ("GDS Transport", "GOV.UK", "crest", "crown", "@font-face", "url("):
            assert mark not in text, (path.name, mark)


def test_the_style_sheet_has_only_our_colours_and_stays_small() -> None:
    css = (BUILT / "tongban.css").read_text(encoding="utf-8")
    ours = {
        colour.lower()
        for colour in re.findall(
            r"#[0-9a-fA-F]{3,8}\b", (SCSS / "_tokens.scss").read_text(encoding="utf-8")
        )
    }
    theirs = (
        {colour for colour in re.findall(r"#[0-9a-f]{3,8}\b", css) if len(colour) in (4, 7)}
        - ours
        - {"#fff", "#000"}
    )
    assert not theirs
    assert len(gzip.compress(css.encode())) < 25_000
    assert len(gzip.compress((BUILT / "tongban.js").read_bytes())) < 15_000
