"""Products of Dutch government: the Uniforme Productnamenlijst (UPL), with SDG codes.

A product with several legal bases stands in as many rows; it becomes one offering with all of them.
The list says which tiers of government provide a product, not which municipality: the tiers are
the agencies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tongban.catalogue.guide import Basis, Guide
from tongban.catalogue.importing.foreign import web_addresses
from tongban.catalogue.importing.reading import BadRow, open_table
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sources import Body, Column, Entry, ForeignSource, ItemKey
from tongban.directory.api import RegionRow
from tongban.kernel.localized import Localized

_COUNTRY = "NL"
_PLACEHOLDER = "UPL-naam nog niet beschikbaar"
# Tier → its bodies, and the level of exercise here. Water boards stand beside the others.
_TIERS = {
    "Rijk": ("Rijksoverheid", "1"),
    "Provincie": ("provincies", "2"),
    "Waterschap": ("waterschappen", ""),
    "Gemeente": ("gemeenten", "3"),
}
_KINDS = {
    "Aanvraag": "aanvraag",
    "Subsidie": "subsidie",
    "Melding": "melding",
    "Verplichting": "verplichting",
}
_FLAGS = (
    *_TIERS,
    "Burger",
    "Bedrijf",
    "Dienstenwet",
    "Autonomie",
    "Medebewind",
    *_KINDS,
    "DigiDMacht",
)
_BASIS = ("Grondslag", "Grondslaglabel", "Grondslaglink")


@dataclass(frozen=True)
class Netherlands:
    """One region, NL; an agency for each combination of tiers."""

    rows: Mapping[str, tuple[int, tuple[Basis, ...], str]] = field(default_factory=dict)

    code = "nl"
    title = "Netherlands (Uniforme Productnamenlijst, upl.csv)"
    columns: ClassVar[Mapping[str, Column]] = {
        "UniformeProductnaam": Column("name of the product", "Item.name, Offering.name"),
        "URI": Column(
            "its identifier", "Item.code, Offering.code, slug (its last part); guide.extra"
        ),
        **{tier: Column("tier that provides it", "Agency; Offering.level") for tier in _TIERS},
        "Burger": Column("for citizens", "Offering.audiences: person"),
        "Bedrijf": Column("for firms", "Offering.audiences: firm"),
        "Dienstenwet": Column("falls under the Services Act", "guide.extra"),
        "SDG": Column("codes of Regulation (EU) 2018/1724, annexes I and II", "guide.extra"),
        "Autonomie": Column("own competence", "guide.extra"),
        "Medebewind": Column("delegated competence", "guide.extra"),
        **{kind: Column("kind of product", "guide.extra; guide.summary") for kind in _KINDS},
        "DigiDMacht": Column("may use DigiD mandates", "guide.extra"),
        "Grondslag": Column("legal basis, identifier", "guide.extra"),
        "Grondslaglabel": Column("legal basis", "guide.basis.title"),
        "Grondslaglink": Column("its text", "guide.basis.url"),
    }
    required = frozenset(columns)
    region_names: ClassVar[Mapping[str, Localized]] = {}
    regions: ClassVar[Mapping[str, RegionRow]] = {
        _COUNTRY: RegionRow(_COUNTRY, {"nl": "Nederland", "en": "Netherlands", "zh": "荷兰"})
    }

    def beside(self, path: Path) -> ForeignSource:
        first: dict[str, int] = {}
        found: dict[str, dict[str, Basis]] = {}
        table = open_table(path)
        for row in table.rows():
            if isinstance(row, BadRow):
                continue
            values = table.row(row).values
            address = values.get("URI", "")
            first.setdefault(address, row[0])
            bases = found.setdefault(address, {})
            if label := values.get("Grondslaglabel") or values.get("Grondslag"):
                links = web_addresses(values.get("Grondslaglink", ""))
                bases[values.get("Grondslag", label)] = Basis(
                    title={"nl": label}, says={}, url=links[0] if links else ""
                )
        return Netherlands(
            {
                address: (number, tuple(found[address].values()), ", ".join(found[address]))
                for address, number in first.items()
            }
        )

    body_columns = tuple(_TIERS)

    def body(self, row: Row) -> Body | None:
        tiers = [tier for tier in _TIERS if row[tier] == "X"]
        names = [_TIERS[tier][0] for tier in tiers]
        name = " en ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        name = name[:1].upper() + name[1:] if name else "Overheid (laag niet vermeld)"
        own = "nl-" + ("-".join(tier.lower() for tier in tiers) or "overheid")
        return Body(own, name, "", _COUNTRY, "", {"nl": name}, own)

    def entry(self, row: Row, body: Body) -> Entry | None:
        address, name = row["URI"], row.text("UniformeProductnaam", 250)
        row.code = _code(address)
        if not row.code:
            row.error("URI", "is empty")
        for flag in _FLAGS:
            if row[flag] not in ("X", ""):
                row.error(
                    flag,
                    f"is neither X nor empty: {row[flag][:40]!r}",
                    sort="is neither X nor empty",
                )
        if row.failed:
            return None
        if name == _PLACEHOLDER:
            row.warn("UniformeProductnaam", "stands for products without a name; left out")
            return None
        number, bases, identifiers = self.rows[address]
        if number != row.source.number:
            return None  # another legal basis of a product that its first row brings whole
        tiers = [tier for tier in _TIERS if row[tier] == "X"]
        if not tiers:
            row.warn("Rijk", "and the other tiers are empty: nobody is said to provide it")
        kinds = [word for kind, word in _KINDS.items() if row[kind] == "X"]
        audiences = ("person",) * (row["Burger"] == "X") + ("firm",) * (row["Bedrijf"] == "X")
        if not audiences:
            row.warn("Burger", "and Bedrijf are empty; taken as for both")
        extra = {
            "SDG (EU 2018/1724)": row["SDG"].replace(";", ", "),
            "Soort": ", ".join(kinds),
            "Dienstenwet": "ja" if row["Dienstenwet"] else "",
            "Bevoegdheid": ", ".join(
                word for word in ("Autonomie", "Medebewind") if row[word] == "X"
            ),
            "DigiD Machtigen": "ja" if row["DigiDMacht"] else "",
            "URI": address,
            "Grondslag": identifiers,
        }
        what = ", ".join(kinds).capitalize() or "Product"
        return Entry(
            code=row.code,
            name=name,
            item=ItemKey(row.code, name, "", {"nl": name}),
            parent=None,
            level=_TIERS[tiers[0]][1] if len(tiers) == 1 else "",
            audiences=audiences or ("person", "firm"),
            themes=(),
            guide=Guide(
                summary={"nl": f"{what} van {body.name[:1].lower()}{body.name[1:]}."},
                basis=bases,
                online=False,
                visits=None,
                extra={key: value for key, value in extra.items() if value},
            ),
            names={"nl": name},
        )


def _code(address: str) -> str:
    """The last part of an identifier, as an address has it: AangifteVertrekBuitenland."""
    return re.sub(r"[^A-Za-z0-9]+", "-", address.rsplit("/", 1)[-1]).strip("-")
