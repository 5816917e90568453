"""A city with an agency, its staff in every role, strangers from elsewhere, and an applicant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.case_factories import make_case, make_guide, make_offering
from tests.factories import (
    OfficerRows,
    ResidentRows,
    make_agency,
    make_calendar,
    make_officer,
    make_region,
    make_resident,
)
from tongban.cases.api import Case
from tongban.catalogue.api import Offering
from tongban.directory.models import Agency
from tongban.kernel import clock, files

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@dataclass(frozen=True)
class Office:
    agency: Agency
    other_agency: Agency
    offering: Offering
    applicant: ResidentRows
    clerk: OfficerRows
    officer: OfficerRows
    colleague: OfficerRows
    supervisor: OfficerRows
    editor: OfficerRows
    administrator: OfficerRows
    stranger: OfficerRows  # the same role, at another city's agency


@pytest.fixture
def _monday() -> Iterator[None]:
    with clock.freeze(MONDAY):
        yield


@pytest.fixture
def office(db: None, _monday: None, settings: object) -> Office:
    make_calendar()
    whole = make_region()
    city, elsewhere = make_region("990100", parent=whole), make_region("990200", parent=whole)
    agency, other = make_agency(city), make_agency(elsewhere)
    guide = make_guide(
        conditions=[
            {
                "text": {"zh": "孩子已出生。", "en": "The child is born."},
                "basis": {"zh": "第三条", "en": "Article 3"},
            }
        ],
        remedies={"zh": "可以申请复议。", "en": "You may ask for reconsideration."},
    )
    return Office(
        agency=agency,
        other_agency=other,
        offering=make_offering(agency, guide=guide),
        applicant=make_resident(name="林晓雨"),
        clerk=make_officer("clerk", agency, name="陈静"),
        officer=make_officer("officer", agency, name="吴建国"),
        colleague=make_officer("officer", agency, name="郑海"),
        supervisor=make_officer("supervisor", agency, name="唐敏"),
        editor=make_officer("editor", agency, name="何编"),
        administrator=make_officer("administrator", region=whole, name="管理员"),
        stranger=make_officer("officer", other, name="曹远"),
    )


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office.applicant.resident, office.offering)


@pytest.fixture
def file_case(office: Office) -> Case:
    """A case with an uploaded picture."""
    upload = SimpleUploadedFile("证明.png", PNG, "image/png")
    stored = files.store(upload, owner_id=office.applicant.account.pk)
    return make_case(office.applicant.resident, office.offering, proof=[str(stored.pk)])


SignIn = Callable[[OfficerRows | ResidentRows], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(who: OfficerRows | ResidentRows) -> Client:
        client = Client()
        client.force_login(who.account)
        return client

    return signed_in
