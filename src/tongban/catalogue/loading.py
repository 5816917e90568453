"""Load items written as files: one item a file, offered by every agency of its function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from pydantic import ValidationError

from tongban.catalogue.content import ItemContent, Relation
from tongban.catalogue.guide import Guide, Window
from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import Item, ItemRelation, Offering, Theme
from tongban.catalogue.publishing import add_version, publish
from tongban.catalogue.relations import relate_by_codes
from tongban.directory.api import AgencySummary, agencies_of, centres_of, region, sort_key
from tongban.forms.api import publish_form
from tongban.kernel.errors import Refused


class BadContent(ValueError):
    """A content file that cannot be loaded; the message names the file and the places in it."""


@dataclass(frozen=True)
class LoadedItem:
    """What one file brought: offerings in all, and how many of their guides are new versions."""

    name: str
    offerings: int
    new_versions: int


def read_yaml(path: Path) -> Any:
    """A content file's data. libyaml's loader: ten times as fast as the one in Python."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def read_item(path: Path) -> ItemContent:
    """An item file, checked. Raises BadContent."""
    try:
        return ItemContent.model_validate(read_yaml(path))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadContent(f"{path}: {error}") from error


@transaction.atomic
def load_themes(path: Path) -> int:
    """Create or update the themes of a file; how many."""
    entries = read_yaml(path)
    for position, entry in enumerate(entries):
        Theme.objects.update_or_create(
            code=entry["code"],
            defaults={
                "name": entry["name"],
                "audience": entry["audience"],
                "description": entry.get("description", {}),
                "position": position,
            },
        )
    return len(entries)


def load_items(paths: Iterable[Path], *, source: str = "tongban") -> Iterator[LoadedItem]:
    """Load item files one by one, publishing what changed; then relate the items. Idempotent.

    Raises BadContent.
    """
    relations: list[tuple[Path, str, tuple[Relation, ...]]] = []
    for path in paths:
        content = read_item(path)
        yield _load_item(content, source)
        relations.append((path, content.code, content.relations))
    for path, code, named in relations:
        try:
            relate_by_codes(
                source,
                code,
                [(ItemRelation.Kind(one.kind), one.item, one.note) for one in named],
            )
        except (Item.DoesNotExist, Refused) as error:
            raise BadContent(f"{path}: relations: {error}") from error


@transaction.atomic
def _load_item(content: ItemContent, source: str) -> LoadedItem:
    item, _created = Item.objects.update_or_create(
        source=source,
        code=content.code,
        defaults={
            "name": content.name,
            "type": content.type,
            "audiences": list(content.audiences),
            "themes": list(content.themes),
            "everyday_names": list(content.everyday_names),
        },
    )
    form = publish_form(content.slug, content.form, content.sample_answers)
    offerings = new = 0
    for agency in agencies_of("", below=True, function=content.offered_by):
        offering = _offer(item, content, agency, source)
        guide = _at_agency(content.guide, agency)
        version, fresh = add_version(offering, guide, form_id=form.pk)
        if fresh or offering.current_id is None:
            publish(version.pk)
            new += 1
        offerings += 1
    # The item's own names may have changed though no guide did.
    reindex(item.offerings.values_list("pk", flat=True))
    return LoadedItem(content.slug, offerings, new)


def _offer(item: Item, content: ItemContent, agency: AgencySummary, source: str) -> Offering:
    where = region(agency.region_code)
    offering, _created = Offering.objects.update_or_create(
        source=source,
        # 实施编码: credit code (18), level of exercise (1), basic code (12).
        code=f"{agency.code}{where.level + 1}{content.code}",
        defaults={
            "item": item,
            "agency_id": agency.id,
            "region_id": where.code,
            "region_path": where.path,
            "slug": f"{content.slug}-{where.code}",
            "name": content.name,
            "level": str(where.level + 1),
            "sort_key": sort_key(content.name),
        },
    )
    return offering


def _at_agency(guide: Guide, agency: AgencySummary) -> Guide:
    """The guide with the agency's telephones and the centres of its city."""
    windows = tuple(
        Window(centre=centre.code, window=dict(centre.windows[0].name) if centre.windows else {})
        for centre in centres_of(agency.region_path, agency_id=agency.id)
    )
    return guide.model_copy(
        update={
            "windows": guide.windows or windows,
            "consult_phone": guide.consult_phone or agency.phone,
            "complaint_phone": guide.complaint_phone or agency.complaint_phone,
        }
    )
