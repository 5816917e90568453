"""What the interface says: the shapes of its answers and requests.

Names and other content are objects from language to text ({"zh": …, "en": …}); moments are
RFC 3339 in UTC; days are local days; money is yuan as a decimal string.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from ninja import Field, Schema
from pydantic import JsonValue

T = TypeVar("T")
Text = dict[str, str]


class Page(Schema, Generic[T]):
    """One page. `next` is the address of the following one, null on the last."""

    items: list[T]
    next: str | None


class RegionOut(Schema):
    """An administrative division."""

    code: str
    name: Text
    parent: str | None
    level: int = Field(description="1 province, 2 city, 3 county, 4 town or street")


class AgencyOut(Schema):
    """A body that offers items."""

    code: str = Field(description="Its unified social credit code, or its source's own code")
    name: Text
    region: str
    phone: str
    complaint_phone: str


class ItemOut(Schema):
    """An item as one agency of one region offers it."""

    slug: str
    code: str = Field(description="Implementation code")
    name: Text
    agency: str
    region: str
    themes: list[str]
    audiences: list[str]
    online: bool = Field(description="Can be applied for here")
    guide_version: int


class GuideOut(ItemOut):
    """An item with its whole guide, and the schema of its form."""

    published_at: datetime | None
    checked_on: date | None
    guide: dict[str, JsonValue]
    form: dict[str, JsonValue] | None = Field(
        None, description="JSON Schema 2020-12 of the answers; null if not online"
    )


class PartyOut(Schema):
    """A person or firm that the token's account may act for."""

    id: int
    kind: str
    name: str
    capacity: str


class FileOut(Schema):
    """An uploaded file: name its id in an answer of kind "file"."""

    id: UUID
    name: str
    size: int


class ApplicationIn(Schema):
    """An application to send."""

    item: str = Field(description="The item's slug")
    party: int | None = Field(None, description="For whom; the account's own person if absent")
    answers: dict[str, Any] = Field(description="As the item's form schema says")


class EventOut(Schema):
    """One act on a case."""

    act: str
    state: str
    at: datetime
    note: str


class CaseOut(Schema):
    """A case. `due_on` is null before acceptance and while the clock stands."""

    number: str
    item: str
    name: Text
    agency: str
    party: int
    state: str
    submitted_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    completed_at: datetime | None
    due_on: date | None
    due_provisional: bool
    outcome: str | None = Field(None, description="granted or refused, once decided")


class CaseDetailOut(CaseOut):
    """A case with its history."""

    events: list[EventOut]
