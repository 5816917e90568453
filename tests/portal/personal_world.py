"""A city with one service, its office, and people who apply; for the signed-in half's tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.case_factories import make_offering
from tests.factories import (
    OfficerRows,
    ResidentRows,
    make_agency,
    make_calendar,
    make_officer,
    make_region,
    make_resident,
)
from tongban.catalogue.api import Offering
from tongban.directory.models import Agency
from tongban.forms.api import FormDefinition
from tongban.identity.models import Account

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

# Two pages with a condition, a repeating group and files.
FORM = FormDefinition.model_validate(
    {
        "steps": [
            {
                "key": "child",
                "title": {"zh": "孩子", "en": "The child"},
                "fields": [
                    {"key": "name", "kind": "text", "label": {"zh": "姓名？", "en": "Name?"}},
                    {"key": "twin", "kind": "yes_no", "label": {"zh": "双胞胎？", "en": "A twin?"}},
                    {
                        "key": "twin_name",
                        "kind": "text",
                        "when": "twin == 'yes'",
                        "label": {"zh": "另一个叫什么？", "en": "The other one’s name?"},
                    },
                ],
            },
            {
                "key": "family",
                "title": {"zh": "家庭", "en": "The family"},
                "fields": [
                    {
                        "key": "members",
                        "kind": "group",
                        "label": {"zh": "家庭成员", "en": "Members"},
                        "item_name": {"zh": "成员", "en": "Member"},
                        "fields": [
                            {"key": "who", "kind": "text", "label": {"zh": "谁？", "en": "Who?"}},
                            {"key": "age", "kind": "integer", "label": {"zh": "几岁", "en": "Age"}},
                        ],
                    },
                    {
                        "key": "proof",
                        "kind": "file",
                        "label": {"zh": "出生医学证明", "en": "Birth certificate"},
                    },
                ],
            },
        ]
    }
)  # fmt: skip

CHILD = {"name": "林小满", "twin": "no"}
FAMILY = {"members-rows": "1", "members-0-who": "母亲", "members-0-age": "33"}


@dataclass(frozen=True)
class World:
    """The service, its office, an applicant and a stranger."""

    agency: Agency
    offering: Offering
    lin: ResidentRows
    stranger: ResidentRows
    officer: OfficerRows


def make_world(form: FormDefinition = FORM) -> World:
    make_calendar()
    agency = make_agency(
        make_region("990100", parent=make_region()), name={"zh": "云州市公安局", "en": "Police"}
    )
    return World(
        agency=agency,
        offering=make_offering(agency, form=form),
        lin=make_resident(name="林晓雨"),
        stranger=make_resident(name="陌生人"),
        officer=make_officer("officer", agency, name="吴建国"),
    )


def browser(account: Account) -> Client:
    """A browser in which the account is signed in."""
    client = Client()
    client.force_login(account)
    return client


def en(name: str, *args: Any) -> str:
    """The English page of that name."""
    with translation.override("en"):
        return reverse(f"portal:{name}", args=args)


def text_of(response: Any) -> str:
    content: str = response.content.decode()
    return content


def read(response: Any) -> bytes:
    """What a file's page sends."""
    return b"".join(response.streaming_content)  # which closes it
