"""An item as one file an editor can read: what it is, its guide, its form, sample answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tongban.catalogue.guide import Guide
from tongban.forms.api import FormDefinition

Text = dict[str, str]


class Relation(BaseModel):
    """What the item has to do with another (`relations.py`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["needs", "usual_next", "replaces"]
    item: Annotated[str, Field(pattern=r"^[0-9A-Z]{12}$")]  # basic code of the other
    note: Text = {}


class ItemContent(BaseModel):
    """`demo/items/<slug>.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{12}$")]  # 基本编码, 12 characters
    slug: Annotated[str, Field(pattern=r"^[a-z0-9-]{3,60}$")]
    name: Text
    type: Literal["01", "05", "07", "08", "09", "10", "20"]  # STANDARDS: item type
    audiences: tuple[Literal["person", "firm"], ...]
    themes: tuple[str, ...] = Field(min_length=1)  # codes of demo/themes.yaml
    everyday_names: tuple[str, ...] = ()  # how people call it, both languages, for search
    offered_by: Literal[
        "public_security",
        "civil_affairs",
        "human_resources",
        "market_regulation",
        "housing",
        "health",
        "natural_resources",
        "transport",
        "education",
        "urban_management",
    ]
    relations: tuple[Relation, ...] = ()
    guide: Guide
    form: FormDefinition
    sample_answers: dict[str, Any]
