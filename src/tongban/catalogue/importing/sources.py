"""What a source of items is: its columns, and how a row of it becomes an entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from tongban.catalogue.guide import Guide
from tongban.catalogue.importing.rows import Row
from tongban.directory.api import RegionRow
from tongban.kernel.localized import Localized


@dataclass(frozen=True)
class Column:
    """Where a column goes, in words for people; `kept` False: it is not imported, and why."""

    meaning: str
    goes_to: str
    kept: bool = True


@dataclass(frozen=True)
class Body:
    """The body a row names, and its region, as the row gives them.

    `identity` tells bodies of the file apart. `credit_code` may be wrong or empty, and may differ
    between rows of one body. `region_name` may carry the names of the regions above. A body
    abroad has `names` in its own languages and an `own_code` to be registered under.
    """

    identity: str
    name: str
    credit_code: str
    region_code: str
    region_name: str
    names: Localized = field(default_factory=dict)
    own_code: str = ""


@dataclass(frozen=True)
class ItemKey:
    """An item of the basic catalogue (基本目录)."""

    code: str
    name: str
    type: str  # a key of codes.TYPES; "" in catalogues that know no such types
    names: Localized = field(default_factory=dict)  # if not in Chinese

    @property
    def localized(self) -> Localized:
        return self.names or {"zh": self.name}


@dataclass(frozen=True)
class Entry:
    """One offering as a file describes it."""

    code: str
    name: str
    item: ItemKey
    parent: ItemKey | None
    level: str
    audiences: tuple[str, ...]
    themes: tuple[str, ...]
    guide: Guide
    names: Localized = field(default_factory=dict)  # if not in Chinese

    @property
    def localized(self) -> Localized:
        return self.names or {"zh": self.name}


class Source(Protocol):
    """A catalogue that somebody else keeps, in its own dialect."""

    @property
    def code(self) -> str:
        """What its rows are marked with: `Item.source`, `Offering.source`."""

    @property
    def title(self) -> str:
        """Its name, for people."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """Every column it has."""

    @property
    def required(self) -> frozenset[str]:
        """The columns a file must have."""

    @property
    def region_names(self) -> Mapping[str, Localized]:
        """Names of regions that its rows give by code alone."""

    @property
    def body_columns(self) -> tuple[str, ...]:
        """The columns that `body` reads, all of them required."""

    def body(self, row: Row) -> Body | None:
        """The body of a row; None if the row does not say. Notes no problems."""

    def entry(self, row: Row, body: Body) -> Entry | None:
        """The entry a row describes; notes all its problems. None after an error."""


@runtime_checkable
class ForeignSource(Source, Protocol):
    """A catalogue of another country: its own regions and languages, no general application."""

    def beside(self, path: Path) -> ForeignSource:
        """The source with the tables that lie beside a file of it. Raises BadFile."""

    @property
    def regions(self) -> Mapping[str, RegionRow]:
        """The regions its bodies are in, with those above, by code."""


_ADDRESS = re.compile(r"[-.a-z0-9]{3,90}")


def slug_of(source: str, code: str) -> str | None:
    """The address of an offering's page: its source and code. None if they make no address."""
    slug = f"{source}-{code}".lower()
    return slug if _ADDRESS.fullmatch(slug) and "." not in slug else None
