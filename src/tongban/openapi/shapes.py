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
Rows = list[dict[str, JsonValue]]


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


class ListOut(Schema):
    """A to-do list that a government published, and where its tasks stand today."""

    slug: str
    address: str
    title: Text
    summary: Text
    basis: Text
    source: str
    level: str = Field(description="national, province, city, county")
    region: str
    office: Text = Field(description="The programme office: publishes, assesses, closes")
    adopted_from: str | None = Field(description="The list from which it was taken over")
    state: str = Field(description="published or closed")
    published_at: datetime
    closed_at: datetime | None
    evidence_days: int = Field(description="Working days in which everybody may look at a claim")
    reply_days: int = Field(description="Working days for an answer")
    ledger_entries: int
    ledger_head: str = Field(description="The hash of its last entry")
    tasks: int
    done: int
    late: int


class TaskOut(Schema):
    """A task: what was promised, where it stands in time, what is claimed, what was found."""

    list: str
    code: str = Field(description="Its number in the document")
    address: str
    section: Text
    title: Text
    text: Text
    deliverable: Text
    basis: Text
    lead: Text
    lead_code: str = Field(description="Empty if the lead unit is no agency of the directory")
    start: date | None
    first_due: date | None = Field(description="As first promised")
    due: date | None
    days_moved: int = Field(description="Days the due date has moved since; negative: forward")
    time_state: str = Field(description="Worked out from dates and events, never typed")
    working_days_late: int
    source_task: str = Field(description="Its number in the list from which it was taken over")
    source_due: date | None
    claimed_on: date | None
    window_until: date | None = Field(description="Until then everybody may look and object")
    closed_on: date | None
    times_reopened: int
    state: str = Field(description="open, claimed, closed, dropped")
    assessed: str = Field(description="What the programme office found; empty: nothing yet")
    assessed_at: datetime | None


class TaskDetailOut(TaskOut):
    """A task with everything that is public of it. Of words that were removed or erased only that
    they were; evidence names its report, a reply its observation."""

    co_units: Rows
    milestones: Rows
    indicators: Rows
    reports: Rows
    evidence: Rows
    assessments: Rows
    observations: Rows
    replies: Rows


class DigestOut(Schema):
    """The heads of all ledgers on a day, signed with Ed25519 (docs/ledger.md)."""

    format: str
    day: date
    previous: str
    ledgers: dict[str, dict[str, JsonValue]]
    public_key: str
    signature: str


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
