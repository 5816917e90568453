"""A row of a file that stands for no guide yet: the offering it would become.

Its code says it all: 18 characters the agency, one the level, 12 the item of the basic directory,
and two more for a 业务办理项. An editor brings new offerings of the agencies of their posts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.text import slugify

from tongban.catalogue.codes import BadCode, OfferingCode, read_code
from tongban.catalogue.editing import new_version
from tongban.catalogue.guide import Guide
from tongban.catalogue.item_forms import forms_of_items
from tongban.catalogue.models import GuideVersion, Item, Offering
from tongban.catalogue.reach import may_offer
from tongban.catalogue.recording import record
from tongban.catalogue.standards import standard_of
from tongban.directory.api import AgencySummary, agencies_by_code, sort_key
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.localized import Localized


@dataclass(frozen=True)
class Newcomer:
    """An offering that a file brings, before its guide is read."""

    code: OfferingCode
    item: Item
    agency: AgencySummary
    name: Localized
    form_id: int | None  # that of the item, where agencies take applications for it already


class NotNew(Exception):
    """Why a row with an unknown code becomes no offering: a name of `problems.REASONS`."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


class Newcomers:
    """What rows with unknown codes may become. Three queries for a batch of codes."""

    def __init__(self, codes: Iterable[str], by: Officer) -> None:
        self._by = by
        read: dict[str, OfferingCode] = {}
        for code in codes:
            try:
                read[code] = read_code(code)
            except BadCode:
                continue
        self._codes = read
        self._agencies = agencies_by_code({one.body for one in read.values()})
        self._items: dict[str, list[Item]] = {}
        if read:
            today = clock.today()
            in_force = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
            wanted = {str(one.basic) for one in read.values()}
            for item in Item.objects.filter(in_force, code__in=wanted):
                self._items.setdefault(item.code, []).append(item)
        found = [item.pk for items in self._items.values() for item in items]
        self._forms = forms_of_items(found) if found else {}

    def of(self, code: str, source: str, name: Localized, region: str) -> Newcomer:
        """The offering of that code. Raises NotNew."""
        read = self._codes.get(code)
        if read is None:
            raise NotNew("not_yours")
        agency = self._agencies.get(read.body)
        if agency is None:
            raise NotNew("no_agency", read.body)
        if not may_offer(agency.id, agency.region_path, self._by):
            raise NotNew("foreign_agency", read.body)
        if region not in ("", agency.region_code):
            raise NotNew("other_region", agency.region_code)
        items = [one for one in self._items.get(str(read.basic), []) if source in ("", one.source)]
        if len(items) != 1:
            raise NotNew("no_item", str(read.basic))
        item = items[0]
        form = self._forms.get(item.pk)
        return Newcomer(read, item, agency, name or item.name, form.form_id if form else None)


def prescribed(item: Item) -> Guide:
    """What a guide says before its agency does: what the basic directory prescribes."""
    standard = standard_of(item).model_dump(mode="json")
    return Guide.model_validate(
        {
            "summary": {},
            "basis": standard["basis"],
            "limits": {"statutory": standard["statutory"], "unit": standard["unit"]},
            "materials": standard["materials"],
        }
    )


def create(newcomer: Newcomer, guide: Guide, *, by: Officer, note: str) -> GuideVersion:
    """Write a new offering with its guide as a draft, in the caller's transaction."""
    item, agency = newcomer.item, newcomer.agency
    offering = Offering.objects.create(
        item=item,
        agency_id=agency.id,
        region_id=agency.region_code,
        region_path=agency.region_path,
        source=item.source,
        code=str(newcomer.code),
        slug=_free_slug(newcomer),
        name=newcomer.name,
        level=newcomer.code.level,
        audiences=item.audiences,
        themes=item.themes,
        sort_key=sort_key(newcomer.name),
        owner_id=by.account_id,
    )
    version = new_version(offering, guide, form_id=newcomer.form_id, by=by, translated_from={})
    record("start", offering.pk, by=by, version=version, note=note)
    return version


def _free_slug(newcomer: Newcomer) -> str:
    """Its English name and its region; where that is taken, its code."""
    slug = f"{slugify(newcomer.name.get('en', ''))[:60]}-{newcomer.agency.region_code}".strip("-")
    taken = Offering.objects.filter(slug=slug).exists()
    if taken or not newcomer.name.get("en"):
        return str(newcomer.code).lower()
    return slug


def name_in(about: Mapping[str, str]) -> Localized:
    """The name that a row gives, by language."""
    return {
        key.partition(".")[2]: text.strip()
        for key, text in about.items()
        if key.startswith("name.") and text.strip()
    }
