"""The Government of Canada's inventory of services: English and French, standards, volumes.

The file is services.csv; service_standards.csv lies beside it: what a department promised for a
service, and how often it kept the promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tongban.catalogue.guide import Guide
from tongban.catalogue.importing.foreign import first_sentence, table_beside, web_addresses
from tongban.catalogue.importing.reading import BadRow, open_table
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sources import Body, Column, Entry, ForeignSource, ItemKey
from tongban.directory.api import RegionRow
from tongban.kernel.localized import Localized

_COUNTRY = "CA"
_TYPES = {
    "CER": "certification",
    "GNC": "grants and contributions",
    "INFO": "information",
    "LRP": "licence, registration or permit",
    "PPI": "provision of public infrastructure",
    "REG_VOL": "regulation and voluntary compliance",
    "RES": "resource or benefit",
    "APIR": "adjudication, protest or inspection",
}
_CHANNELS = {
    "EML": "e-mail",
    "FAX": "fax",
    "NON": "none",
    "ONL": "online",
    "OTH": "other",
    "PERSON": "in person",
    "POST": "post",
    "TEL": "telephone",
}
_GROUPS = {
    "ECONOM": "economic segments",
    "FOR": "foreign entities",
    "INTERN_GOV": "within government",
    "NGO": "non-governmental organisations",
    "PERSON": "persons",
    "PTC": "provinces, territories and communities",
}
_SCOPES = {
    "CLUSTER": "cluster",
    "ENTERPRISE": "enterprise",
    "EXTERN": "external",
    "INTERN": "internal",
}
_STANDARD_TYPES = {
    "ACS": ("access", "accès"),
    "ACY": ("accuracy", "exactitude"),
    "TML": ("timeliness", "rapidité"),
    "OTH": ("other", "autre"),
}
_YES = {"Y": "yes", "N": "no", "NA": "not applicable"}
# Columns kept as they are, under these names.
_EXTRA = {
    "fiscal_yr": "Fiscal year",
    "service_id": "Service number",
    "service_type": "Type of service",
    "service_recipient_type": "Recipients",
    "service_scope": "Scope",
    "client_target_groups": "Target groups",
    "client_feedback_channel": "Channels for feedback",
    "automated_decision_system": "Automated decisions",
    "service_fee": "A fee is charged",
    "os_account_registration": "Online: registration of an account",
    "os_authentication": "Online: signing in",
    "os_application": "Online: application",
    "os_decision": "Online: decision",
    "os_issuance": "Online: issuing the result",
    "os_issue_resolution_feedback": "Online: resolving issues, feedback",
    "last_service_review": "Last reviewed",
    "last_service_improvement": "Last improved",
    "sin_usage": "Uses the social insurance number",
    "cra_bn_identifier_usage": "Uses the business number",
    "num_phone_enquiries": "Enquiries by telephone a year",
    "num_applications_by_phone": "Applications by telephone a year",
    "num_website_visits": "Visits to the website a year",
    "num_applications_online": "Applications online a year",
    "num_applications_in_person": "Applications in person a year",
    "num_applications_by_mail": "Applications by post a year",
    "num_applications_by_email": "Applications by e-mail a year",
    "num_applications_by_fax": "Applications by fax a year",
    "num_applications_by_other": "Applications by other ways a year",
    "num_applications_total": "Applications in all a year",
    "program_id": "Program numbers",
    "program_name_en": "Program",
    "program_name_fr": "Programme",
}
_LISTS = {
    "service_type": _TYPES,
    "service_scope": _SCOPES,
    "client_target_groups": _GROUPS,
    "client_feedback_channel": _CHANNELS,
}
_STANDARDS = (
    "fiscal_yr",
    "service_id",
    "service_standard_id",
    "service_standard_en",
    "service_standard_fr",
    "type",
    "target",
    "volume_meeting_target",
    "total_volume",
    "performance",
)


@dataclass(frozen=True)
class Canada:
    """Departments are agencies of the one region CA."""

    standards: Mapping[tuple[str, str], tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    years: Mapping[str, str] = field(default_factory=dict)  # service → its latest year

    code = "ca"
    title = "Canada (Government of Canada Service Inventory, services.csv)"
    columns: ClassVar[Mapping[str, Column]] = {
        "service_id": Column("number", "Item.code, Offering.code, slug; guide.extra"),
        "service_name_en": Column("name", "Item.name, Offering.name"),
        "service_name_fr": Column("name in French", "Item.name, Offering.name"),
        "service_description_en": Column(
            "description", "guide.summary (first sentence), guide.notes"
        ),
        "service_description_fr": Column("in French", "guide.summary, guide.notes"),
        "service_uri_en": Column("addresses", "guide.website (first), guide.extra"),
        "service_uri_fr": Column("addresses in French", "guide.website (first), guide.extra"),
        "owner_org": Column("department", "Agency.code"),
        "owner_org_title": Column("its name, English | French", "Agency.name"),
        **{
            name: Column(
                words, "guide.extra" + (", Offering.audiences" * (name == "client_target_groups"))
            )
            for name, words in _EXTRA.items()
            if name != "service_id"
        },
        # Of the table beside it:
        **{
            f"service_standards.{name}": Column(name, "guide.notes")
            for name in _STANDARDS
            if name not in ("fiscal_yr", "service_id", "service_standard_id")
        },
        "service_standards.service_standard_id": Column("number", "order of guide.notes"),
        "service_standards.channel": Column("channel", "left out: OTH or EML in most rows", False),
        "service_standards.target_met": Column(
            "met or not", "left out: target and result say it", False
        ),
        "service_standards.standards_targets_uri_en": Column("address", "left out", False),
        "service_standards.standards_targets_uri_fr": Column("address", "left out", False),
        "service_standards.performance_results_uri_en": Column("address", "left out", False),
        "service_standards.performance_results_uri_fr": Column("address", "left out", False),
    }
    required = frozenset(name for name in columns if "." not in name)
    region_names: ClassVar[Mapping[str, Localized]] = {}
    regions: ClassVar[Mapping[str, RegionRow]] = {
        _COUNTRY: RegionRow(_COUNTRY, {"en": "Canada", "fr": "Canada", "zh": "加拿大"})
    }

    def beside(self, path: Path) -> ForeignSource:
        standards: dict[tuple[str, str], list[Mapping[str, str]]] = {}
        for row in table_beside(path, "service_standards.csv", _STANDARDS):
            standards.setdefault((row["service_id"], row["fiscal_yr"]), []).append(row)
        years: dict[str, str] = {}
        table = open_table(path)
        for one in table.rows():
            if not isinstance(one, BadRow):
                values = table.row(one).values
                service, year = values.get("service_id", ""), values.get("fiscal_yr", "")
                years[service] = max(year, years.get(service, ""))
        return Canada(
            {
                key: tuple(sorted(rows, key=lambda row: row["service_standard_id"]))
                for key, rows in standards.items()
            },
            years,
        )

    body_columns = ("owner_org", "owner_org_title")

    def body(self, row: Row) -> Body | None:
        code = row["owner_org"]
        english, _bar, french = row["owner_org_title"].partition(" | ")
        if not code or not english:
            return None
        own = f"ca-{code}"
        names = {"en": english.strip(), "fr": french.strip() or english.strip()}
        return Body(own, names["en"], "", _COUNTRY, "", names, own)

    def entry(self, row: Row, body: Body) -> Entry | None:
        number = row["service_id"]
        row.code = number
        names = {
            "en": row.text("service_name_en", 250),
            "fr": " ".join(row["service_name_fr"].split()),
        }
        # Some begin with a space that nobody sees, and would stand under no letter.
        names = {key: text.strip("\u200b\ufeff ") for key, text in names.items()}
        if not number:
            row.error("service_id", "is empty")
        if self.years.get(number, "") > row["fiscal_yr"]:
            row.warn(
                "fiscal_yr", "is an earlier year of a service that stands here again; left out"
            )
            return None
        if row.failed:
            return None
        names = {key: text for key, text in names.items() if text}
        return Entry(
            code=number,
            name=names["en"],
            item=ItemKey(number, names["en"], "", names),
            parent=None,
            level="1",
            audiences=_audiences(row["client_target_groups"]),
            themes=(),
            guide=self._guide(row),
            names=names,
        )

    def _guide(self, row: Row) -> Guide:
        summary, notes, website, extra = {}, {}, {}, self._extra(row)
        for key in ("en", "fr"):
            said = " ".join(row[f"service_description_{key}"].split())
            if not said:
                row.warn(f"service_description_{key}", "is empty")
                continue
            summary[key] = first_sentence(said)
            parts = [said] if said != summary[key] else []
            standards = self.standards.get((row["service_id"], row["fiscal_yr"]), ())
            if standards:
                parts.append({"en": "Service standards:", "fr": "Normes de service :"}[key])
                parts.append("\n".join(_promise(one, key) for one in standards))
            if parts:
                notes[key] = "\n\n".join(parts)
        for key in ("en", "fr"):
            given = row[f"service_uri_{key}"]
            addresses = web_addresses(given)
            if addresses:
                website[key] = addresses[0]
            elif given:
                row.warn(f"service_uri_{key}", "holds no web address")
            if given and [given] != addresses:
                extra[f"Addresses as given ({key})"] = given
        return Guide(
            summary=summary,
            notes=notes,
            website=website,
            online=False,
            visits=None,
            extra=extra,
        )

    def _extra(self, row: Row) -> dict[str, str]:
        kept = {}
        for column, name in _EXTRA.items():
            given = row[column].strip("'\" ")
            if not given:
                continue
            words = _LISTS.get(column, _YES)
            kept[name] = ", ".join(
                words.get(part.strip(), part.strip()) for part in given.split(",")
            )
        return kept


def _audiences(groups: str) -> tuple[str, ...]:
    named = set(groups.split(","))
    return ("person",) * ("PERSON" in named) + ("firm",) * bool(named - {"PERSON", ""}) or (
        "person",
        "firm",
    )


def _promise(row: Mapping[str, str], language: str) -> str:
    """A service standard with what became of it, as a line of a list."""
    said = " ".join(row[f"service_standard_{language}"].split()).rstrip(".")
    kind = _STANDARD_TYPES.get(row["type"], ("", ""))[language == "fr"]
    told = f"- {said} ({kind})" if kind else f"- {said}"
    if target := _percent(row["target"]):
        told += {"en": f"; target {target}", "fr": f" ; cible {target}"}[language]
    if result := _percent(row["performance"]):
        of = f"{row['volume_meeting_target']}/{row['total_volume']}"
        told += {"en": f", kept {result} ({of})", "fr": f", atteint {result} ({of})"}[language]
    return told


def _percent(share: str) -> str:
    """A share as a percentage: "0.9872" is 98.7%. "" for what is none."""
    try:
        return f"{float(share) * 100:.1f}".removesuffix(".0") + "%"
    except ValueError:
        return ""
