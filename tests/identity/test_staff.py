"""Posts, access records, doors, tokens: who of the staff may what, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from tests.factories import (
    OfficerRows,
    make_account,
    make_agency,
    make_officer,
    make_post,
    make_region,
    make_resident,
)
from tongban.directory.models import Agency, Region
from tongban.identity.api import (
    OfficerRequest,
    ResidentRequest,
    access_records,
    account_for_token,
    colleagues,
    end_post,
    give_post,
    make_token,
    officer_for,
    officer_required,
    record_access,
    resident_required,
    reveal_id_number,
    revoke_token,
    staff,
    tokens_of,
)
from tongban.identity.models import AccessRecord, Account, ApiToken, Post
from tongban.kernel import clock
from tongban.kernel.errors import Refused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)


@pytest.fixture
def province() -> Region:
    return make_region("990000")


@pytest.fixture
def yunzhou(province: Region) -> Region:
    return make_region("990100", parent=province)


@pytest.fixture
def police(yunzhou: Region) -> Agency:
    return make_agency(yunzhou)


@pytest.fixture
def admin(yunzhou: Region) -> OfficerRows:
    return make_officer("administrator", region=yunzhou)


# --- posts ----------------------------------------------------------------------------------


def test_an_administrator_gives_and_ends_posts_within_reach(
    admin: OfficerRows, police: Agency, yunzhou: Region, province: Region
) -> None:
    account = make_account("wu")
    post = give_post(
        admin.officer,
        account_id=account.pk,
        role="officer",
        region_code="990100",
        agency_id=police.pk,
    )
    officer = officer_for(account)
    assert officer is not None
    assert officer.has_role("officer")
    assert [one.username for one in colleagues(police.pk)] == ["wu"]
    assert {one.username for one in staff(admin.officer)} == {"wu", admin.account.username}
    for reach in ({"region_code": "990000"}, {"region_code": "990200"}):
        make_region("990200", parent=province)
        with pytest.raises(Refused, match="out_of_reach"):
            give_post(admin.officer, account_id=account.pk, role="editor", **reach)
    with pytest.raises(Refused, match=r"post\.held"):
        give_post(
            admin.officer,
            account_id=account.pk,
            role="officer",
            region_code="990100",
            agency_id=police.pk,
        )
    end_post(admin.officer, post)
    assert officer_for(account) is None
    assert Post.objects.get(pk=post).ended_by == admin.account
    with pytest.raises(Refused, match="gone"):
        end_post(admin.officer, post)


def test_reach_is_the_post_of_an_administrator_and_nothing_else(
    police: Agency, yunzhou: Region
) -> None:
    account = make_account()
    for role in ("officer", "supervisor", "editor"):
        by = make_officer(role, police if role == "officer" else None, region=yunzhou)
        with pytest.raises(Refused, match="out_of_reach"):
            give_post(by.officer, account_id=account.pk, role="editor", region_code="990100")
        assert staff(by.officer) == []


def test_an_agencys_administrator_stays_within_the_agency(police: Agency, yunzhou: Region) -> None:
    by = make_officer("administrator", police)
    other = make_agency(yunzhou)
    give = {"account_id": make_account().pk, "role": "clerk", "region_code": "990100"}
    give_post(by.officer, agency_id=police.pk, **give)  # type: ignore[arg-type]
    for agency_id in (other.pk, None):
        with pytest.raises(Refused, match="out_of_reach"):
            give_post(by.officer, agency_id=agency_id, **give)  # type: ignore[arg-type]
    make_officer("clerk", other)
    assert {one.agency_id for one in staff(by.officer)} == {police.pk}


def test_posts_that_make_no_sense_are_refused(
    admin: OfficerRows, police: Agency, yunzhou: Region
) -> None:
    account = make_account()
    district = make_region("990102", parent=yunzhou)

    def give(role: str, region: str = "990100", **fields: object) -> None:
        give_post(admin.officer, account_id=account.pk, role=role, region_code=region, **fields)  # type: ignore[arg-type]

    with pytest.raises(Refused, match="needs_agency"):
        give("clerk")
    with pytest.raises(Refused, match="no_role"):
        give("king")
    with pytest.raises(Refused, match="agency_elsewhere"):
        give("officer", district.pk, agency_id=police.pk)
    with pytest.raises(Refused, match="past"):
        give("editor", until=clock.now())
    with pytest.raises(Refused, match=r"post\.own"):
        give_post(admin.officer, account_id=admin.account.pk, role="editor", region_code="990100")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_post(account, "clerk", region=yunzhou)


def test_a_post_begins_and_runs_out_with_the_clock(admin: OfficerRows, yunzhou: Region) -> None:
    account = make_account()
    with clock.freeze(NOW):
        give_post(
            admin.officer,
            account_id=account.pk,
            role="editor",
            region_code="990100",
            until=NOW + timedelta(days=1),
        )
        assert officer_for(account)
    with clock.freeze(NOW - timedelta(seconds=1)):
        assert officer_for(account) is None
    with clock.freeze(NOW + timedelta(days=1)):
        assert officer_for(account) is None


def test_a_disabled_account_holds_no_post(police: Agency) -> None:
    wu = make_officer("officer", police)
    Account.objects.filter(pk=wu.account.pk).update(is_active=False)
    wu.account.refresh_from_db()
    assert officer_for(wu.account) is None
    assert colleagues(police.pk) == []


def test_the_first_administrator_is_appointed_from_the_command_line(yunzhou: Region) -> None:
    account = make_account("jiang")
    call_command("appoint", "Jiang", "administrator", "990100")
    officer = officer_for(account)
    assert officer is not None
    assert officer.has_role("administrator")
    with pytest.raises(CommandError):
        call_command("appoint", "nobody", "administrator", "990100")
    with pytest.raises(CommandError):
        call_command("appoint", "jiang", "administrator", "999999")


# --- access ---------------------------------------------------------------------------------


def test_a_look_is_recorded_once_in_ten_minutes_and_shown_to_the_person(police: Agency) -> None:
    lin, wu = make_resident(), make_officer("officer", police, name="吴建国")
    look = {"party_id": lin.party.pk, "agency_id": police.pk, "case_number": "YZ-1"}
    with clock.freeze(NOW):
        record_access(wu.officer, **look)  # type: ignore[arg-type]
    with clock.freeze(NOW + timedelta(minutes=9)):
        record_access(wu.officer, **look)  # type: ignore[arg-type]
        record_access(make_officer("clerk", police).officer, **look)  # type: ignore[arg-type]
        number = reveal_id_number(wu.officer, **look)  # type: ignore[arg-type]
    with clock.freeze(NOW + timedelta(minutes=11)):
        record_access(wu.officer, **look)  # type: ignore[arg-type]
    assert len(number) == 18
    seen = access_records(lin.resident, lin.party.pk)
    assert [one.what for one in seen] == ["case", "identity_number", "case", "case"]
    assert seen[0].officer == "吴建国"
    assert seen[0].agency_name == police.name
    assert seen[0].role == "officer"
    with pytest.raises(Refused):
        access_records(make_resident().resident, lin.party.pk)


def test_access_records_cannot_be_changed_or_deleted(police: Agency) -> None:
    lin, wu = make_resident(), make_officer("officer", police)
    record_access(wu.officer, party_id=lin.party.pk, agency_id=police.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessRecord.objects.update(what="nothing")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_accessrecord")
    assert AccessRecord.objects.count() == 1


# --- doors ----------------------------------------------------------------------------------


@resident_required
def resident_page(request: ResidentRequest) -> HttpResponse:
    return HttpResponse(str(request.resident.account_id))


@officer_required("clerk", "officer")
def officer_page(request: OfficerRequest) -> HttpResponse:
    return HttpResponse(request.officer.name)


def asks(account: Account | None, rf: RequestFactory, path: str = "/x/?q=1") -> HttpRequest:
    request = rf.get(path)
    request.user = account or AnonymousUser()
    return request


def test_strangers_are_sent_to_sign_in_and_come_back(rf: RequestFactory) -> None:
    for page in (resident_page, officer_page):
        response = page(asks(None, rf))
        assert response.status_code == 302
        assert response["Location"].endswith("?next=/x/%3Fq%3D1")


def test_doors_open_for_whom_they_are_meant(rf: RequestFactory, police: Agency) -> None:
    lin, wu = make_resident(), make_officer("officer", police)
    tang = make_officer("supervisor", region=police.region)
    response = resident_page(asks(lin.account, rf))
    assert "no-store" in response["Cache-Control"]
    assert officer_page(asks(wu.account, rf)).status_code == 200
    for account in (lin.account, tang.account):
        with pytest.raises(PermissionDenied):
            officer_page(asks(account, rf))
    end = clock.now()
    Post.objects.filter(account=wu.account).update(until=end)
    with pytest.raises(PermissionDenied):
        officer_page(asks(wu.account, rf))


def test_staff_need_a_second_factor_where_it_is_demanded(
    client: Client, settings: Settings, police: Agency
) -> None:
    wu = make_officer("officer", police)
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(wu.account)
    request = RequestFactory().get("/")
    request.user = wu.account
    request.session = client.session
    from django.contrib.messages.storage.fallback import FallbackStorage

    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    response = officer_page(request)
    assert response.status_code == 302
    assert "2fa" in response["Location"]


# --- tokens ---------------------------------------------------------------------------------


def test_a_token_works_within_its_scopes_and_is_kept_only_as_a_digest() -> None:
    lin = make_resident()
    token = make_token(lin.resident, name="记账软件", scopes=["cases:read"], days=30)
    bearer = account_for_token(token)
    assert bearer is not None
    assert bearer.resident == lin.resident
    assert bearer.scopes == {"cases:read"}
    row = ApiToken.objects.get()
    assert token not in str(vars(row))
    assert token.removeprefix("tb_") not in row.digest
    assert account_for_token(token + "x") is None
    assert account_for_token("") is None


def test_a_token_ends_by_time_by_its_owner_and_with_the_account() -> None:
    lin = make_resident()
    with clock.freeze(NOW):
        token = make_token(lin.resident, name="a", scopes=["cases:read"], days=1)
    with clock.freeze(NOW + timedelta(days=1)):
        assert account_for_token(token) is None
        assert tokens_of(lin.resident) == []
    with clock.freeze(NOW):
        (listed,) = tokens_of(lin.resident)
        revoke_token(make_resident().resident, listed.id)
        assert account_for_token(token)
        Account.objects.filter(pk=lin.account.pk).update(is_active=False)
        assert account_for_token(token) is None
        Account.objects.filter(pk=lin.account.pk).update(is_active=True)
        revoke_token(lin.resident, listed.id)
        assert account_for_token(token) is None


def test_the_last_use_is_noted_at_most_every_five_minutes() -> None:
    lin = make_resident()
    with clock.freeze(NOW):
        token = make_token(lin.resident, name="a", scopes=["cases:read"], days=1)
    for minutes, noted in ((1, 1), (5, 1), (7, 7)):
        with clock.freeze(NOW + timedelta(minutes=minutes)):
            account_for_token(token)
        assert ApiToken.objects.get().last_used_at == NOW + timedelta(minutes=noted)


@pytest.mark.parametrize(
    ("scopes", "days"), [([], 1), (["everything"], 1), (["cases:read"], 0), (["cases:read"], 400)]
)
def test_tokens_without_bounds_are_refused(scopes: list[str], days: int) -> None:
    with pytest.raises(Refused):
        make_token(make_resident().resident, name="a", scopes=scopes, days=days)
