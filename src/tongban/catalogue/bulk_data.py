"""The catalogue, or a region's or an agency's part of it, as a stream of text.

Three forms. `csv`: one line a service, in one language, for spreadsheets. `jsonl`: one JSON object
a line with the whole guide in all its languages. `jsonld`: CPSV-AP 3.2, one JSON-LD document with a
service a line. Memory does not grow with the catalogue beyond eight bytes a service, and nothing
stays open between two pieces: who stops reading leaves no transaction and no cursor behind.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.catalogue import cpsv_ap
from tongban.catalogue.guide import Guide
from tongban.catalogue.linked_data import Surroundings, surroundings
from tongban.catalogue.models import Offering
from tongban.catalogue.publishing import guide_of
from tongban.directory.api import subtree
from tongban.kernel.cells import safe_cell
from tongban.kernel.localized import Localized, pick

Form = Literal["csv", "jsonl", "jsonld"]
FORMS: tuple[Form, ...] = get_args(Form)
CONTENT_TYPES: Mapping[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "jsonld": "application/ld+json; charset=utf-8",
}
LANGUAGES = ("zh", "en")

# What each column of the CSV holds. The data dictionary is made from it.
COLUMNS: Mapping[str, Promise] = {
    "code": _("Implementation code: identifies the service together with source"),
    "source": _("Whose catalogue it comes from: tongban, or the code of another government's"),
    "slug": _("Last part of the address of its page"),
    "address": _("Address of its page"),
    "item_code": _("Basic code: the same wherever the item is offered"),
    "name": _("Name, in the language of the file if there is one"),
    "type": _("Item type: 01 permit, 05 benefit, 07 confirmation, 20 public service …"),
    "audiences": _("person, firm or both"),
    "themes": _("Codes of topics"),
    "agency_code": _("Unified social credit code of the agency, or its source's own code"),
    "agency_name": _("Name of the agency"),
    "region_code": _("Code of the region: GB/T 2260 in China"),
    "region_name": _("Name of the region with those above it"),
    "level": _("Level of exercise: 1 nation to 6 village"),
    "online": _("yes if it can be applied for on this platform"),
    "website": _("The agency's own page for it"),
    "summary": _("One sentence: what it gets you"),
    "statutory_days": _("Longest time allowed by law"),
    "promised_days": _("Time the agency promises; 0 while you wait"),
    "days_unit": _("working_days or calendar_days"),
    "visits": _("How often one has to go there"),
    "fees": _("Fees in yuan with their names"),
    "conditions": _("Who may apply"),
    "materials": _("Documents to hand in"),
    "basis": _("Legal basis"),
    "result": _("What you receive"),
    "place": _("Where to go, if no service centre is named"),
    "centres": _("Codes of service centres with a window for it"),
    "consult_phone": _("Telephone for questions"),
    "complaint_phone": _("Telephone for complaints"),
    "guide_version": _("Number of the guide's version in force"),
    "published_at": _("When that version was published (UTC)"),
    "checked_on": _("When an editor last confirmed the guide"),
}

# Whose data imported catalogues are, in the words their licences ask for, by source.
ATTRIBUTIONS: Mapping[str, Localized] = {
    "uk": {
        "en": "United Kingdom, local services: Crown copyright, Government Digital Service"
        " (MIT licence)."
    },
    "ca": {
        "en": "Contains information licensed under the Open Government Licence – Canada.",
        "fr": "Contient de l’information visée par la Licence du gouvernement ouvert – Canada.",
    },
    "nl": {"nl": "Uniforme Productnamenlijst, overheid.nl (CC0)."},
}
# Rows read, described and written at a time.
_BATCH = 200


@dataclass(frozen=True)
class Part:
    """Which part of the catalogue: a region with all below it, an agency. Empty: all."""

    region_path: str = ""
    agency_id: int | None = None

    @property
    def is_all(self) -> bool:
        return not self.region_path and self.agency_id is None

    def offerings(self) -> QuerySet[Offering]:
        """The current offerings of the part."""
        found = Offering.objects.filter(current__isnull=False)
        if self.region_path:
            found = found.filter(subtree(self.region_path, "region_path"))
        return found if self.agency_id is None else found.filter(agency_id=self.agency_id)


def attributions() -> list[Localized]:
    """Those of the imported catalogues that anything is published of."""
    return [
        words
        for source, words in ATTRIBUTIONS.items()
        if Offering.objects.filter(source=source, current__isnull=False).exists()
    ]


def pieces(
    form: Form, part: Part, *, language: str = "zh", dataset_name: Localized
) -> Iterator[str]:
    """The part in that form, about a service a piece. `language` is that of a CSV's texts."""
    if first := opening(form, dataset_name):
        yield first
    for batch in batches(part):
        around = surroundings(settings.BASE_URL, batch, relations=form == "jsonld")
        for offering, guide in batch:
            yield described(form, offering, guide, around, language)
    if last := closing(form):
        yield last


def opening(form: Form, dataset_name: Localized) -> str:
    """What a file in that form begins with."""
    if form == "csv":
        return "\ufeff" + _csv_line(list(COLUMNS))
    if form == "jsonld":
        around = surroundings(settings.BASE_URL, [])
        data = cpsv_ap.dataset(around, dataset_name, settings.SITE["region"])
        return f'{{"@context": {_json(cpsv_ap.CONTEXT)},\n"@graph": [\n{_json(data)}'
    return ""


def described(
    form: Form, offering: Offering, guide: Guide, around: Surroundings, language: str
) -> str:
    """A service in that form. For `jsonld`, `around` holds relations."""
    if form == "csv":
        return _csv_line(_cells(offering, guide, around, language))
    if form == "jsonl":
        return _json(_whole(offering, guide, around)) + "\n"
    return ",\n" + _json(cpsv_ap.public_service(offering, guide, around))


def closing(form: Form) -> str:
    """What a file in that form ends with."""
    return "\n]}\n" if form == "jsonld" else ""


def whole_services(slugs: Iterable[str]) -> dict[str, dict[str, object]]:
    """Services as a line of JSON lines tells them, by slug; without those that are withdrawn."""
    rows = Offering.objects.filter(slug__in=set(slugs), current__isnull=False)
    pairs = [
        (row, guide_of(row.current))
        for row in rows.select_related("item", "current")
        if row.current is not None
    ]
    around = surroundings(settings.BASE_URL, pairs)
    return {one.slug: _whole(one, guide, around) for one, guide in pairs}


def compressed(text: Iterable[str]) -> Iterator[bytes]:
    """Pieces of text as one gzip stream, in blocks of 64 KB or so."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as packed:
        for piece in text:
            packed.write(piece.encode())
            if buffer.tell() >= 64 * 1024:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue()


def batches(part: Part) -> Iterator[list[tuple[Offering, Guide]]]:
    """The part's offerings with their guides, a few at a time, in the order of their ids.

    First all ids through a server-side cursor; then each batch is a query of its own.
    """
    ids = array("q")
    with transaction.atomic():
        found = part.offerings().order_by("pk").values_list("pk", flat=True)
        ids.extend(found.iterator(chunk_size=10_000))
    for start in range(0, len(ids), _BATCH):
        rows = (
            Offering.objects.filter(pk__in=ids[start : start + _BATCH], current__isnull=False)
            .select_related("item", "current")
            .order_by("pk")
        )
        # One that was withdrawn a moment ago is left out; the changes tell of it.
        yield [(row, guide_of(row.current)) for row in rows if row.current is not None]


def _whole(offering: Offering, guide: Guide, around: Surroundings) -> dict[str, object]:
    """As the interface gives an item, with the address of its page."""
    version = offering.current
    assert version is not None
    return {
        "code": offering.code,
        "source": offering.source,
        "slug": offering.slug,
        "address": around.addresses.guide(offering.slug),
        "item": offering.item.code,
        "name": offering.name,
        "type": offering.item.type,
        "everyday_names": offering.item.everyday_names,
        "audiences": offering.audiences,
        "themes": offering.themes,
        "agency": around.agencies[offering.agency_id].code,
        "region": offering.region_id,
        "level": offering.level,
        "online": offering.online,
        "guide_version": version.number,
        "published_at": version.published_at.isoformat() if version.published_at else None,
        "checked_on": version.checked_on.isoformat() if version.checked_on else None,
        "guide": guide.model_dump(mode="json", exclude_defaults=True),
    }


def _cells(offering: Offering, guide: Guide, around: Surroundings, language: str) -> list[str]:
    def told(text: Localized) -> str:
        return pick(text, language)

    version = offering.current
    assert version is not None
    agency, limits = around.agencies[offering.agency_id], guide.limits
    line = [told(region.name) for region in around.line(offering.region_id)]
    cells = {
        "code": offering.code,
        "source": offering.source,
        "slug": offering.slug,
        "address": around.addresses.guide(offering.slug, language),
        "item_code": offering.item.code,
        "name": told(offering.name),
        "type": offering.item.type,
        "audiences": _list(offering.audiences),
        "themes": _list(offering.themes),
        "agency_code": agency.code,
        "agency_name": told(agency.name),
        "region_code": offering.region_id,
        "region_name": "".join(line) if language == "zh" else ", ".join(reversed(line)),
        "level": offering.level,
        "online": "yes" if offering.online else "no",
        "website": told(guide.website),
        "summary": told(guide.summary),
        "statutory_days": _number(limits.statutory),
        "promised_days": _number(limits.promised),
        "days_unit": limits.unit.value if limits.binding is not None else "",
        "visits": _number(guide.visits),
        "fees": _list(f"{told(fee.name)}: {fee.amount}" for fee in guide.fees),
        "conditions": _list(told(one.text) for one in guide.conditions),
        "materials": _list(told(one.name) for one in guide.materials),
        "basis": _list(f"{told(one.title)} {told(one.article)}".strip() for one in guide.basis),
        "result": told(guide.result.name) if guide.result else "",
        "place": told(guide.place),
        "centres": _list(window.centre for window in guide.windows),
        "consult_phone": guide.consult_phone,
        "complaint_phone": guide.complaint_phone,
        "guide_version": str(version.number),
        "published_at": version.published_at.isoformat() if version.published_at else "",
        "checked_on": version.checked_on.isoformat() if version.checked_on else "",
    }
    return [cells[name] for name in COLUMNS]


def _list(parts: Iterable[str]) -> str:
    return " | ".join(parts)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return line.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
