"""The vocabulary of forms: kinds of field, and what the platform knows already."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of field. Each has one shape of answer, given here after the dash."""

    TEXT = "text"  # - string, one line
    LONG_TEXT = "long_text"  # - string, several lines
    INTEGER = "integer"  # - integer
    NUMBER = "number"  # - number as a decimal string, "12.5"
    MONEY = "money"  # - yuan as a decimal string with two places, "1234.50"
    DATE = "date"  # - "2026-11-22"
    YES_NO = "yes_no"  # - "yes" or "no"
    CHOICE = "choice"  # - one option's value
    CHOICES = "choices"  # - list of options' values
    REGION = "region"  # - region code
    ADDRESS = "address"  # - {"region": code, "street": string}
    ID_NUMBER = "id_number"  # - citizen's identity number, GB 11643, sealed at rest
    CREDIT_CODE = "credit_code"  # - unified social credit code, GB 32100
    PHONE = "phone"  # - mainland mobile or landline with area code
    EMAIL = "email"  # - string
    FILE = "file"  # - list of stored files' ids
    GROUP = "group"  # - list of objects: a repeating group of `fields`
    COMPUTED = "computed"  # - what `formula` gives; shown, never typed
    DECLARATION = "declaration"  # - "yes": a statement the applicant must tick


class Prefill(StrEnum):
    """What the platform already knows and need not ask twice."""

    PERSON_NAME = "person.name"
    PERSON_ID_NUMBER = "person.id_number"
    PERSON_PHONE = "person.phone"
    PERSON_EMAIL = "person.email"
    PERSON_BIRTH_DATE = "person.birth_date"
    PERSON_REGION = "person.region"
    PERSON_ADDRESS = "person.address"
    FIRM_NAME = "firm.name"
    FIRM_CREDIT_CODE = "firm.credit_code"
    FIRM_REPRESENTATIVE = "firm.representative"
    FIRM_ADDRESS = "firm.address"
