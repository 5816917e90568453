"""Local services of the United Kingdom: LGSL (service) × LGIL (interaction) × authority → link.

The file is GOV.UK's local_links.csv; services, interactions and authorities lie beside it. A link
becomes an offering of the authority: one item, many bodies. The links are years old: they are
shown, never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tongban.catalogue.guide import Guide
from tongban.catalogue.importing.foreign import table_beside, web_addresses
from tongban.catalogue.importing.reading import BadFile
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sources import Body, Column, Entry, ForeignSource, ItemKey
from tongban.directory.api import RegionRow
from tongban.kernel.localized import Localized

_ROOT = "GB"
_NATIONS: dict[str, tuple[str, Localized]] = {  # ISO 3166-2
    "England": ("GB-ENG", {"en": "England", "zh": "英格兰"}),
    "Scotland": ("GB-SCT", {"en": "Scotland", "zh": "苏格兰"}),
    "Wales": ("GB-WLS", {"en": "Wales", "zh": "威尔士"}),
    "Northern Ireland": ("GB-NIR", {"en": "Northern Ireland", "zh": "北爱尔兰"}),
}
# LGIL → what is added to the name, and the sentence that says what is behind the link.
_INTERACTIONS = {
    "0": ("apply", "{authority} takes applications for this on its own website."),
    "4": ("pay", "{authority} takes payments for this on its own website."),
    "8": ("", "{authority} explains this on its own website."),
    "17": ("report", "You can report this to {authority} on its own website."),
}
# Tier of an authority → level: counties and unitaries as cities, districts as counties.
_LEVELS = {"1": "3", "2": "4", "3": "3"}
# What the name of a council says beside that of its area.
_COUNCIL = re.compile(
    r"( (County|County Borough|Borough|City|District|Metropolitan Borough|Metropolitan District))?"
    r" Council$"
)
_LINKS = ("local_authority", "lgsl_slug", "lgil_slug", "url", "lgsl", "lgil")
_AUTHORITY_COLUMNS = ("id", "gss", "slug", "tier_id", "parent_local_authority_id", "country_name")


@dataclass(frozen=True)
class _Authority:
    name: str
    region: str
    level: str
    homepage: str


@dataclass(frozen=True)
class UnitedKingdom:
    """Areas of authorities are regions under their GSS codes; letters keep them off GB/T 2260."""

    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    authorities: Mapping[str, _Authority] = field(default_factory=dict)
    regions: Mapping[str, RegionRow] = field(default_factory=dict)

    code = "uk"
    title = "United Kingdom (LGSL × LGIL × authority, local_links.csv)"
    columns: ClassVar[Mapping[str, Column]] = {
        "local_authority": Column("slug of the authority", "Agency.code; Offering.code, slug"),
        "lgsl": Column("service (LGSL)", "Item.code; Offering.code, slug"),
        "lgil": Column("interaction (LGIL)", "Offering.code, slug, name; guide.summary"),
        "url": Column("link to the authority's page", "guide.website"),
        "lgsl_slug": Column("slug of the service", "checked against lgsl_services.csv", False),
        "lgil_slug": Column(
            "slug of the interaction", "checked against lgil_interactions.csv", False
        ),
        # Of the tables beside it:
        "lgsl_services.description": Column("name of the service", "Item.name, Offering.name"),
        "lgsl_services.providing_tier": Column("tier that provides it", "guide.extra"),
        "lgsl_services.still_used": Column("whether it is still used", "a warning; guide.extra"),
        "lgsl_services.slug": Column("slug of the service", "checked", False),
        "local_authorities.gss": Column("GSS code of the area", "Region.code"),
        "local_authorities.name": Column("name", "Agency.name; Region.name without “Council”"),
        "local_authorities.country_name": Column("nation", "Region above the area"),
        "local_authorities.parent_local_authority_id": Column("county", "Region above the area"),
        "local_authorities.tier_id": Column("tier", "Offering.level"),
        "local_authorities.homepage_url": Column("home page", "guide.extra"),
        "local_authorities.snac": Column(
            "older code of the area", "left out: GSS replaced it", False
        ),
        "local_authorities.local_custodian_code": Column(
            "code for addresses", "left out: of no use here", False
        ),
    }
    required = frozenset(_LINKS)
    region_names: ClassVar[Mapping[str, Localized]] = {}

    def beside(self, path: Path) -> ForeignSource:
        services = {
            row["lgsl"]: row
            for row in table_beside(path, "lgsl_services.csv", ("lgsl", "description", "slug"))
        }
        interactions = {
            row["lgil"] for row in table_beside(path, "lgil_interactions.csv", ("lgil", "slug"))
        }
        if unknown := interactions - _INTERACTIONS.keys():
            raise BadFile(f"lgil_interactions.csv has interactions unknown here: {sorted(unknown)}")
        rows = list(table_beside(path, "local_authorities.csv", _AUTHORITY_COLUMNS))
        codes = {row["id"]: row["gss"] for row in rows}
        regions = {_ROOT: RegionRow(_ROOT, {"en": "United Kingdom", "zh": "英国"})}
        for code, name in _NATIONS.values():
            regions[code] = RegionRow(code, name, _ROOT)
        authorities = {}
        for row in rows:
            nation = _NATIONS[row["country_name"]][0] if row["country_name"] in _NATIONS else _ROOT
            above = codes.get(row["parent_local_authority_id"], nation)
            regions[row["gss"]] = RegionRow(row["gss"], {"en": _area(row["name"])}, above)
            authorities[row["slug"]] = _Authority(
                row["name"], row["gss"], _LEVELS.get(row["tier_id"], ""), row["homepage_url"]
            )
        return UnitedKingdom(services, authorities, regions)

    body_columns = ("local_authority",)

    def body(self, row: Row) -> Body | None:
        slug = row["local_authority"]
        if not slug:
            return None
        known = self.authorities.get(slug)
        name = known.name if known else slug.replace("-", " ").title()
        own = f"uk-{slug}"
        return Body(own, name, "", known.region if known else _ROOT, "", {"en": name}, own)

    def entry(self, row: Row, body: Body) -> Entry | None:
        lgsl, lgil, slug = row["lgsl"], row["lgil"], row["local_authority"]
        row.code = f"{lgsl}-{lgil}-{slug}"
        service, authority = self.services.get(lgsl), self.authorities.get(slug)
        interaction = _INTERACTIONS.get(lgil)
        addresses = web_addresses(row["url"])
        if service is None:
            row.error("lgsl", "is not in lgsl_services.csv")
        elif row["lgsl_slug"] != service["slug"]:
            row.warn("lgsl_slug", "is not the slug in lgsl_services.csv")
        if interaction is None:
            row.error("lgil", "is not an interaction of LGIL")
        if len(addresses) != 1 or addresses[0] != row["url"]:
            row.warn("url", "is not an address that a browser takes as it is; left out")
            addresses = []
        if authority is None:
            row.warn(
                "local_authority",
                "is not in local_authorities.csv; placed in the whole country under its slug",
            )
        if row.failed or service is None or interaction is None:
            return None
        if service.get("still_used") == "N":
            row.warn("lgsl", "is a service that lgsl_services.csv calls no longer used")
        title, (does, sentence) = service["description"], interaction
        extra = {
            "Providing tier": service.get("providing_tier", ""),
            "LGSL": lgsl,
            "LGIL": f"{lgil} ({row['lgil_slug']})",
            "Still used in LGSL": {"Y": "yes", "N": "no"}.get(service.get("still_used", ""), ""),
            "Home page of the authority": authority.homepage if authority else "",
        }
        return Entry(
            code=row.code,
            name=title,
            item=ItemKey(lgsl, title, "", {"en": title}),
            parent=None,
            level=authority.level if authority else "",
            # Whom a service is for stands nowhere in this source.
            audiences=("person", "firm"),
            themes=(),
            guide=Guide(
                summary={"en": sentence.format(authority=body.name)},
                website={"en": addresses[0]} if addresses else {},
                online=False,
                visits=None,
                extra={name: value for name, value in extra.items() if value},
            ),
            names={"en": f"{title} ({does})" if does else title},
        )


def _area(authority: str) -> str:
    """The area of an authority, which the list names by its council alone."""
    return _COUNCIL.sub("", authority)
