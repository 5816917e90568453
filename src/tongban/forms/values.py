"""One answer: from what was typed to its value, and whether the value may stand.

Reading is lenient where people's habits differ and the meaning is plain: full-width digits, spaces,
thousands separators, a small x, country codes, a whole date pasted into one box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tongban.directory.api import is_credit_code
from tongban.forms import bounds
from tongban.forms.definition import FieldDefinition, Kind
from tongban.identity.api import id_number_birth_date, is_id_number
from tongban.kernel.localized import pick
from tongban.look import formats

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Message: TypeAlias = str | _StrPromise

# What was typed: text, texts of several boxes, ticked values, rows of a group.
Typed: TypeAlias = Any
Fault: TypeAlias = "tuple[tuple[str | int, ...], Message]"

TEXT_LENGTH = 200  # characters, where a field does not say
LONG_TEXT_LENGTH = 4000
WHOLE_DIGITS = 15  # more cannot be meant, and JSON's numbers would lose them
PLACES = 6

REQUIRED: dict[Kind, Message] = {
    Kind.DATE: _("Enter the date."),
    Kind.YES_NO: _("Choose yes or no."),
    Kind.CHOICE: _("Choose one answer."),
    Kind.CHOICES: _("Tick at least one answer."),
    Kind.REGION: _("Choose the region."),
    Kind.FILE: _("Upload at least one file."),
    Kind.DECLARATION: _("Read the statement and tick the box if you agree."),
}
REQUIRED_TEXT: Message = _("Enter an answer.")
COUNTY: Message = _("Choose the district or county as well.")
STREET: Message = _("Enter the street, building and room.")


@dataclass(frozen=True)
class Read:
    """What was typed, understood: an answer (None: nothing typed), or why it was not understood."""

    answer: Any = None
    faults: tuple[Fault, ...] = ()


def _fault(message: Message, *path: str | int) -> Read:
    return Read(None, ((path, message),))


def clean(text: str) -> str:
    """Without control characters (a line break stays) and half characters; ends trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _BAD).strip()


_BAD = ("Cc", "Cs")


def _compact(text: str) -> str:
    """Full-width characters made ordinary, all space gone: for codes and numbers."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", clean(text)))


# --- reading what was typed --------------------------------------------------------------------


def read(field: FieldDefinition, typed: Typed) -> Read:
    """Understand what was typed into a field (no group, no file)."""
    return _READERS.get(field.kind, _read_text)(field, typed)


def _read_text(field: FieldDefinition, typed: Typed) -> Read:
    text = clean(str(typed or ""))
    if field.kind is not Kind.LONG_TEXT:
        text = re.sub(r"\s+", " ", text)
    return Read(text or None)


def _read_number(field: FieldDefinition, typed: Typed) -> Read:
    text = _compact(str(typed or "")).replace("−", "-")
    units = [unicodedata.normalize("NFKC", unit) for unit in field.unit.values()]
    if field.kind is Kind.MONEY:
        text = text.removeprefix("¥").removeprefix("￥")
        units += ["元", "yuan"]
    for unit in units:
        text = text.removesuffix(re.sub(r"\s+", "", unit))
    if not text:
        return Read()
    if re.fullmatch(r"-?\d{1,3}([,']\d{3})+(\.\d+)?", text):
        text = re.sub(r"[,']", "", text)
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text) or not text.isascii():
        return _fault(_("Enter a number, such as 1200 or 12.5, in digits only."))
    value = Decimal(text)
    if abs(value) >= Decimal(10) ** WHOLE_DIGITS:
        return _fault(_("This number is too large. Check the digits."))
    if field.kind is Kind.INTEGER:
        if value != value.to_integral_value():
            return _fault(_("Enter a whole number, without a decimal point."))
        return Read(int(value))
    places = 2 if field.kind is Kind.MONEY else PLACES
    rounded = round(value, places)
    if rounded != value:
        if field.kind is Kind.MONEY:
            return _fault(_("Enter an amount with at most two decimal places, such as 1234.50."))
        return _fault(_("Enter a number with at most six decimal places."))
    return Read(f"{rounded:f}" if field.kind is Kind.MONEY else _plain(value))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _read_date(field: FieldDefinition, typed: Typed) -> Read:
    parts = typed if isinstance(typed, dict) else {"year": typed or ""}
    year, month, day = (_compact(str(parts.get(p) or "")) for p in ("year", "month", "day"))
    whole = [part for part in (year, month, day) if part]
    if not whole:
        return Read()
    if len(whole) == 1 and (
        found := re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", whole[0])
    ):
        year, month, day = found.groups()
    for part, message in (
        (year, _("Enter the year as well.")),
        (month, _("Enter the month as well.")),
        (day, _("Enter the day as well.")),
    ):
        if not part:
            return _fault(message)
    year, month, day = year.rstrip("年"), month.rstrip("月"), day.rstrip("日号")
    if not re.fullmatch(r"[0-9]{4}", year):
        return _fault(_("Enter the year in four digits, such as 1990."))
    if not re.fullmatch(r"[0-9]{1,2}", month) or not re.fullmatch(r"[0-9]{1,2}", day):
        return _fault(_("Enter month and day in digits, such as 3 and 27."))
    try:
        return Read(date(int(year), int(month), int(day)).isoformat())
    except ValueError:
        return _fault(_("There is no such day. Check year, month and day."))


def _read_option(field: FieldDefinition, typed: Typed) -> Read:
    return Read(str(typed or "") or None)


def _read_options(field: FieldDefinition, typed: Typed) -> Read:
    ticked = list(typed or ())
    known = [option.value for option in field.options]
    chosen = [value for value in known if value in ticked]
    strange = [value for value in ticked if value not in known]  # found out by `faults`
    return Read([*chosen, *strange] or None)


def _read_address(field: FieldDefinition, typed: Typed) -> Read:
    parts = typed if isinstance(typed, dict) else {}
    region = _compact(str(parts.get("region") or ""))
    street = re.sub(r"\s+", " ", clean(str(parts.get("street") or "")))
    address = {"region": region, "street": street}
    return Read({key: value for key, value in address.items() if value} or None)


def _read_code(field: FieldDefinition, typed: Typed) -> Read:
    return Read(re.sub(r"[-‐-―−]", "", _compact(str(typed or "")).upper()) or None)


def _read_phone(field: FieldDefinition, typed: Typed) -> Read:
    text = re.sub(r"[‐-―−]", "-", _compact(str(typed or ""))).replace("(", "").replace(")", "-")
    digits = text.replace("-", "")
    if mobile := re.fullmatch(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})", digits):
        return Read(mobile[1])
    local = re.sub(r"^(?:\+|00)86-?0?", "0", text).replace("转", "-")
    landline = re.fullmatch(r"(010|02\d|0[3-9]\d{2})-?(\d{7,8})(?:-(\d{1,6}))?", local)
    if landline:
        return Read("-".join(filter(None, landline.groups())))
    return Read(text or None)


_READERS: dict[Kind, Callable[[FieldDefinition, Typed], Read]] = {
    Kind.INTEGER: _read_number,
    Kind.NUMBER: _read_number,
    Kind.MONEY: _read_number,
    Kind.DATE: _read_date,
    Kind.YES_NO: _read_option,
    Kind.CHOICE: _read_option,
    Kind.DECLARATION: _read_option,
    Kind.CHOICES: _read_options,
    Kind.REGION: lambda field, typed: Read(_compact(str(typed or "")) or None),
    Kind.ADDRESS: _read_address,
    Kind.ID_NUMBER: _read_code,
    Kind.CREDIT_CODE: _read_code,
    Kind.PHONE: _read_phone,
    Kind.EMAIL: lambda field, typed: Read(_compact(str(typed or "")) or None),
}


def as_typed(field: FieldDefinition, answer: Any) -> Typed:
    """How an answer stands in the form's boxes: the inverse of `read`."""
    if field.kind is Kind.DATE:
        year, _dash, rest = (answer if isinstance(answer, str) else "").partition("-")
        month, _dash, day = rest.partition("-")
        return {"year": year, "month": month.lstrip("0"), "day": day.lstrip("0")}
    if field.kind is Kind.ADDRESS:
        return dict(answer) if isinstance(answer, dict) else {}
    if field.kind in (Kind.CHOICES, Kind.FILE, Kind.GROUP):
        return list(answer) if isinstance(answer, list) else []
    return "" if answer is None else str(answer)


# --- whether an answer may stand ---------------------------------------------------------------


def is_missing(answer: Any) -> bool:
    """Whether there is no answer: nothing, or something empty."""
    return answer is None or answer in ("", [], {})


def missing(field: FieldDefinition) -> Fault:
    """What to say where a required answer is missing."""
    if field.kind is Kind.ADDRESS:
        return ("region",), REQUIRED[Kind.REGION]
    if field.kind is Kind.GROUP:
        return (), _at_least(field)
    return (), REQUIRED.get(field.kind, REQUIRED_TEXT)


def _at_least(field: FieldDefinition) -> Message:
    least = max(field.min_items, 1)
    return ngettext_lazy("Add at least one entry.", "Add at least %(count)d entries.", least) % {
        "count": least
    }


def faults(field: FieldDefinition, answer: Any, today: date) -> list[Fault]:
    """What is wrong with an answer that is there (a group's rows are looked at elsewhere)."""
    if not _has_shape(field, answer):
        return [((), _("This answer has the wrong form. Enter it again."))]
    return _CHECKS.get(field.kind, _text_faults)(field, answer, today)


def _has_shape(field: FieldDefinition, answer: Any) -> bool:
    if field.kind is Kind.INTEGER:
        return type(answer) is int and abs(answer) < 10**WHOLE_DIGITS
    if field.kind in (Kind.CHOICES, Kind.FILE):
        return (
            isinstance(answer, list)
            and all(isinstance(item, str) and _is_storable(item) for item in answer)
            and len(set(answer)) == len(answer)
        )
    if field.kind is Kind.ADDRESS:
        return (
            isinstance(answer, dict)
            and answer.keys() <= {"region", "street"}
            and all(isinstance(part, str) and _is_storable(part) for part in answer.values())
        )
    if field.kind is Kind.GROUP:
        return isinstance(answer, list) and all(isinstance(row, dict) for row in answer)
    return isinstance(answer, str) and _is_storable(answer)


def _is_storable(text: str) -> bool:
    """PostgreSQL keeps neither NUL nor half a character."""
    return all(c in "\n\t" or unicodedata.category(c) not in _BAD for c in text)


def _text_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    longest = field.max_length or (
        LONG_TEXT_LENGTH if field.kind is Kind.LONG_TEXT else TEXT_LENGTH
    )
    if len(answer) > longest:
        return [
            (
                (),
                ngettext_lazy(
                    "Use %(count)d character or fewer; this is %(now)d.",
                    "Use %(count)d characters or fewer; this is %(now)d.",
                    longest,
                )
                % {"count": longest, "now": len(answer)},
            )
        ]
    if field.min_length and len(answer) < field.min_length:
        return [
            (
                (),
                ngettext_lazy(
                    "Write at least %(count)d character.",
                    "Write at least %(count)d characters.",
                    field.min_length,
                )
                % {"count": field.min_length},
            )
        ]
    if field.kind is Kind.TEXT and "\n" in answer:
        return [((), _("Write this on one line."))]
    if field.pattern and not re.fullmatch(field.pattern, answer):
        return [((), pick(field.pattern_message) or _("This does not have the form asked for."))]
    return []


def _number_faults(field: FieldDefinition, answer: str | int, today: date) -> list[Fault]:
    understood = _read_number(field, answer)
    if understood.faults:
        return list(understood.faults)
    if not re.fullmatch(r"-?\d+(\.\d+)?", str(answer), re.ASCII):
        return [((), _("This answer has the wrong form. Enter it again."))]
    value = Decimal(understood.answer)
    show = formats.money if field.kind is Kind.MONEY else _with_unit(field)
    if field.minimum is not None and value < bounds.number(field.minimum):
        return [((), _("Enter %(least)s or more.") % {"least": show(bounds.number(field.minimum))})]
    if field.maximum is not None and value > bounds.number(field.maximum):
        return [((), _("Enter %(most)s or less.") % {"most": show(bounds.number(field.maximum))})]
    return []


def _with_unit(field: FieldDefinition) -> Callable[[Decimal], str]:
    return lambda value: f"{_plain(value)} {pick(field.unit)}".strip()


def _date_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    try:
        value = date.fromisoformat(answer)
    except ValueError:
        return [((), _("There is no such day. Check year, month and day."))]
    if answer != value.isoformat():
        return [((), _("Enter the date like 2026-11-22."))]
    if field.minimum is not None and value < (least := bounds.day(field.minimum, today)):
        return [((), _("Enter a date on or after %(day)s.") % {"day": formats.day(least)})]
    if field.maximum is not None and value > (most := bounds.day(field.maximum, today)):
        if field.maximum == "today":
            return [((), _("This day is still to come. Enter a date up to today."))]
        return [((), _("Enter a date on or before %(day)s.") % {"day": formats.day(most)})]
    return []


def _option_faults(field: FieldDefinition, answer: Any, today: date) -> list[Fault]:
    known = {
        Kind.YES_NO: {"yes", "no"},
        Kind.DECLARATION: {"yes"},
    }.get(field.kind) or {option.value for option in field.options}
    given = answer if isinstance(answer, list) else [answer]
    return [] if known.issuperset(given) else [((), _("Choose one of the answers listed."))]


def _address_faults(field: FieldDefinition, answer: dict[str, str], today: date) -> list[Fault]:
    found: list[Fault] = []
    if not answer.get("region"):
        found.append((("region",), REQUIRED[Kind.REGION]))
    if not answer.get("street"):
        found.append((("street",), STREET))
    elif len(answer["street"]) > TEXT_LENGTH:
        found.append((("street",), _("Shorten the address to 200 characters.")))
    return found


def _id_number_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    if re.fullmatch(r"\d{15}", answer):
        return [((), _("This is a number of 15 digits. Enter the one of 18 on your present card."))]
    if len(answer) != 18:
        return [((), _("Enter all 18 characters of the identity number."))]
    born = id_number_birth_date(answer)
    if not is_id_number(answer) or born is None or born > today:
        return [
            (
                (),
                _("This is not an identity number: a digit is wrong. Compare it with the card."),
            )
        ]
    return []


def _credit_code_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    if is_credit_code(answer):
        return []
    if len(answer) != 18:
        return [((), _("Enter all 18 characters of the unified social credit code."))]
    return [
        (
            (),
            _("This is not a credit code: a character is wrong. Compare it with the licence."),
        )
    ]


_PHONE = re.compile(r"1[3-9]\d{9}|(?:010|02\d|0[3-9]\d{2})-\d{7,8}(?:-\d{1,6})?", re.ASCII)


def _phone_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    if _PHONE.fullmatch(answer):
        return []
    return [
        (
            (),
            _(
                "Enter a mobile number of 11 digits, or a landline with its area code, such as "
                "0990-5550123."
            ),
        )
    ]


def _email_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    try:
        validate_email(answer)
    except ValidationError:
        return [((), _("Enter an e-mail address, such as name@example.com."))]
    return []


def _region_faults(field: FieldDefinition, answer: str, today: date) -> list[Fault]:
    return []  # whether the region exists is asked for all answers at once


def _file_faults(field: FieldDefinition, answer: list[str], today: date) -> list[Fault]:
    if len(answer) <= field.max_files:
        return []
    return [((), too_many_files(field))]


def too_many_files(field: FieldDefinition) -> Message:
    """What to say where more files are given than the field takes."""
    return ngettext_lazy(
        "Only %(count)d file is taken here. Put several pages into one PDF.",
        "Only %(count)d files are taken here. Put several pages into one PDF.",
        field.max_files,
    ) % {"count": field.max_files}


def _group_faults(field: FieldDefinition, answer: list[Any], today: date) -> list[Fault]:
    if len(answer) < field.min_items:
        return [((), _at_least(field))]
    if len(answer) > field.max_items:
        return [
            (
                (),
                ngettext_lazy(
                    "Only %(count)d entry is taken here. Remove the others.",
                    "Only %(count)d entries are taken here. Remove some.",
                    field.max_items,
                )
                % {"count": field.max_items},
            )
        ]
    return []


_CHECKS: dict[Kind, Callable[[FieldDefinition, Any, date], list[Fault]]] = {
    Kind.INTEGER: _number_faults,
    Kind.NUMBER: _number_faults,
    Kind.MONEY: _number_faults,
    Kind.DATE: _date_faults,
    Kind.YES_NO: _option_faults,
    Kind.CHOICE: _option_faults,
    Kind.CHOICES: _option_faults,
    Kind.DECLARATION: _option_faults,
    Kind.REGION: _region_faults,
    Kind.ADDRESS: _address_faults,
    Kind.ID_NUMBER: _id_number_faults,
    Kind.CREDIT_CODE: _credit_code_faults,
    Kind.PHONE: _phone_faults,
    Kind.EMAIL: _email_faults,
    Kind.FILE: _file_faults,
    Kind.GROUP: _group_faults,
}


def summary(label: str, message: Message) -> Message:
    """A fault as it stands in the error summary, where the question is not in sight."""
    return format_lazy(_("{label} – {message}"), label=label, message=message)
