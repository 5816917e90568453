"""Parties and mandates: what is sealed, what is unique, who may act for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import (
    make_account,
    make_firm,
    make_id_number,
    make_mandate,
    make_person,
    make_region,
    make_resident,
)
from tongban.identity.api import (
    add_id_number,
    authorise,
    contacts_for_party,
    find_person,
    known_answers,
    mandates_for,
    mandates_held,
    parties_named,
    parties_of,
    party_of,
    register_firm,
    register_person,
    revoke,
    update_party,
)
from tongban.identity.models import Mandate, Party
from tongban.identity.parties import ID_NUMBER
from tongban.identity.phones import local_phone, normalise_phone
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.sealed import CannotOpen, blind_index, seal, unseal

NUMBER = "990102199506176045"
CREDIT_CODE = "11990100099016305G"


# --- sealing (no database) ------------------------------------------------------------------


@given(st.text(), st.text(min_size=1))
def test_what_is_sealed_opens_only_in_its_context(value: str, context: str) -> None:
    sealed = seal(value, context)
    assert unseal(sealed, context) == value
    assert value not in sealed or len(value) < 4
    assert seal(value, context) != sealed
    with pytest.raises(CannotOpen):
        unseal(sealed, context + "x")


@given(st.text(min_size=1), st.data())
def test_a_sealed_value_that_was_altered_does_not_open(value: str, data: st.DataObject) -> None:
    name, _, box = seal(value, ID_NUMBER).partition(":")
    at = data.draw(st.integers(0, len(box) - 3))  # the last characters may hold unused bits
    other = "A" if box[at] != "A" else "B"
    with pytest.raises(CannotOpen):
        unseal(f"{name}:{box[:at]}{other}{box[at + 1 :]}", ID_NUMBER)


@given(st.text(), st.text())
def test_equal_values_and_only_they_have_equal_indexes(one: str, other: str) -> None:
    assert (blind_index(one, ID_NUMBER) == blind_index(other, ID_NUMBER)) is (one == other)
    assert blind_index(one, ID_NUMBER) != blind_index(one, "another field")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_one_number_however_it_is_written(number: str) -> None:
    spellings = {
        number,
        f"+86{number}",
        f"0086 {number}",
        f"{number[:3]} {number[3:7]}-{number[7:]}",
    }
    assert {normalise_phone(one) for one in spellings} == {f"+86{number}"}
    assert local_phone(f"+86{number}") == number


@pytest.mark.parametrize("text", ["", "12345", "0990-5550123", "lin@example.com", "+86123", "１２"])
def test_what_is_no_mobile_number_is_none(text: str) -> None:
    assert normalise_phone(text) is None


# --- parties --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_never_sees_an_identity_number() -> None:
    party_id = register_person(name="林晓雨", id_number=" 99010219950617 6045 ")
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_party::text FROM identity_party WHERE id = %s", [party_id])
        (row,) = cursor.fetchone()
    assert NUMBER not in row
    assert NUMBER[6:] not in row
    assert find_person(NUMBER) == party_id
    assert find_person(make_id_number()) is None
    assert Party.objects.get(pk=party_id).birth_date == datetime(1995, 6, 17).date()


@pytest.mark.django_db
def test_an_identity_number_is_put_down_once_and_by_one_person() -> None:
    lin, other = make_resident(name="林晓雨"), make_resident(name="别人")
    Party.objects.update(id_number_index=None, id_number_sealed="")
    add_id_number(lin.resident, lin.party.pk, NUMBER.lower())
    with pytest.raises(Refused, match="id_number_known"):
        add_id_number(lin.resident, lin.party.pk, make_id_number())
    with pytest.raises(Refused, match="id_number_taken") as refusal:
        add_id_number(other.resident, other.party.pk, NUMBER)
    assert "林" not in str(refusal.value.message)
    with pytest.raises(Refused, match="not_yours"):
        add_id_number(other.resident, lin.party.pk, make_id_number())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number", ["", "990102199506176046", "99010219950617604", make_id_number("20990101")]
)
def test_a_number_that_is_none_is_refused(number: str) -> None:
    lin = make_resident()
    Party.objects.update(id_number_index=None, id_number_sealed="")
    with pytest.raises(Refused, match=r"party\.id_number") as refusal:
        add_id_number(lin.resident, lin.party.pk, number)
    assert refusal.value.field == "id_number"


@pytest.mark.django_db
def test_a_firm_is_registered_once_with_a_right_credit_code() -> None:
    lin = make_resident(name="林晓雨")
    with pytest.raises(Refused, match=r"firm\.credit_code"):
        register_firm(
            lin.resident, name="甲", credit_code="119901000990163051", representative="林晓雨"
        )
    firm = register_firm(
        lin.resident, name="甲", credit_code=CREDIT_CODE.lower(), representative="林晓雨"
    )
    found = party_of(lin.resident, firm) if firm in lin.resident.party_ids else None
    assert found is not None
    assert (found.capacity, found.credit_code) == ("representative", CREDIT_CODE)
    with pytest.raises(Refused, match=r"firm\.taken"):
        register_firm(
            make_resident().resident, name="乙", credit_code=CREDIT_CODE, representative="乙"
        )
    clerk = make_resident(name="代办人")
    other = make_firm().credit_code or ""
    Party.objects.filter(credit_code=other).delete()
    agent = register_firm(clerk.resident, name="乙", credit_code=other, representative="老板")
    assert party_of(clerk.resident, agent).capacity == "agent"


@pytest.mark.django_db
def test_what_is_known_need_not_be_asked() -> None:
    make_region("990102", parent=make_region())
    lin = make_resident(name="林晓雨", phone="+8613900000123", email="lin@example.com")
    answers = known_answers(lin.resident, lin.party.pk)
    assert answers["person.name"] == "林晓雨"
    assert answers["person.phone"] == "13900000123"
    assert answers["person.email"] == "lin@example.com"
    assert len(answers["person.id_number"]) == 18
    assert "person.address" not in answers
    update_party(
        lin.resident,
        lin.party.pk,
        phone="0990-5550123",
        email="",
        region_code="990102",
        address="望江路18号",
    )
    answers = known_answers(lin.resident, lin.party.pk)
    assert answers["person.phone"] == "0990-5550123"
    assert answers["person.address"] == {"region": "990102", "street": "望江路18号"}
    assert answers["person.region"] == "990102"

    firm = make_firm(lin.account)
    answers = known_answers(lin.resident, firm.pk)
    assert answers["firm.credit_code"] == firm.credit_code
    assert answers["person.name"] == "林晓雨"

    child = make_person(name="何小满")
    make_mandate(lin.account, child, "guardian")
    answers = known_answers(lin.resident, child.pk)
    assert answers["person.name"] == "何小满"
    assert "person.phone" not in answers
    with pytest.raises(Refused, match="not_yours"):
        known_answers(lin.resident, make_person().pk)


@pytest.mark.django_db
def test_ones_own_party_comes_first_and_its_number_is_masked() -> None:
    lin = make_resident()
    firm = make_firm(lin.account)
    assert [one.id for one in parties_of(lin.resident)] == [lin.party.pk, firm.pk]
    masked = parties_of(lin.resident)[0].masked_id_number
    assert masked.count("*") == 10
    with pytest.raises(Refused):
        party_of(lin.resident, make_person().pk)


# --- mandates -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_person_lets_another_act_for_them_and_ends_it() -> None:
    mother = make_resident(name="马秀兰")
    son = make_resident(name="马骏", phone="+8613900000123")
    mandate = authorise(mother.resident, mother.party.pk, contact="139 0000 0123", name="马骏")
    assert son.resident.may_act_for(mother.party.pk)
    assert {one.name for one in contacts_for_party(mother.party.pk)} == {"马秀兰", "马骏"}
    # An agent may not pass it on.
    with pytest.raises(Refused, match="not_yours_to_give"):
        authorise(son.resident, mother.party.pk, contact="x", name="x")
    revoke(mother.resident, mandate)
    assert not son.resident.may_act_for(mother.party.pk)
    with pytest.raises(Refused, match="gone"):
        revoke(mother.resident, mandate)
    assert [one.revoked_at is None for one in mandates_for(mother.resident, mother.party.pk)] == [
        False,
        True,
    ]


@pytest.mark.django_db
def test_who_is_authorised_must_be_named_rightly_so_that_nothing_is_learned_of_strangers() -> None:
    mother = make_resident(name="马秀兰")
    make_resident(name="马骏", phone="+8613900000123", email="jun@example.com")
    for contact, name in (("13900000123", "马俊"), ("13900000999", "马骏"), ("jun", "马骏")):
        with pytest.raises(Refused, match=r"mandate\.nobody"):
            authorise(mother.resident, mother.party.pk, contact=contact, name=name)
    authorise(mother.resident, mother.party.pk, contact="Jun@Example.com", name=" 马骏 ")


@pytest.mark.django_db
def test_a_mandate_runs_out_and_makes_room_for_another() -> None:
    mother = make_resident(name="马秀兰")
    son = make_resident(name="马骏", phone="+8613900000123")
    now = datetime(2026, 11, 2, tzinfo=UTC)
    give = {"contact": "13900000123", "name": "马骏"}
    with clock.freeze(now):
        authorise(mother.resident, mother.party.pk, until=now + timedelta(days=1), **give)  # type: ignore[arg-type]
        assert son.resident.may_act_for(mother.party.pk)
        with pytest.raises(Refused, match="past"):
            authorise(mother.resident, mother.party.pk, until=now, **give)  # type: ignore[arg-type]
    with clock.freeze(now + timedelta(days=1)):
        assert not son.resident.may_act_for(mother.party.pk)
        authorise(mother.resident, mother.party.pk, **give)  # type: ignore[arg-type]
        assert son.resident.may_act_for(mother.party.pk)
        held = [one for one in mandates_held(son.resident) if one.party_id == mother.party.pk]
        revoke(son.resident, held[0].id)  # its holder may end it too
        assert not son.resident.may_act_for(mother.party.pk)


@pytest.mark.django_db
def test_nobody_ends_being_themselves_or_is_two_people() -> None:
    lin = make_resident()
    own = Mandate.objects.get(account=lin.account)
    with pytest.raises(Refused, match="gone"):
        revoke(lin.resident, own.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_mandate(make_account(), lin.party, "self")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_mandate(lin.account, make_person(), "self")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "person", "credit_code": CREDIT_CODE},
        {"kind": "firm"},
        {"kind": "firm", "credit_code": CREDIT_CODE, "id_number_index": "x"},
        {"kind": "person", "id_number_index": "x"},
        {"kind": "person", "id_number_sealed": "x"},
    ],
)
def test_impossible_parties_are_impossible(fields: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(name="x", created_at=clock.now(), **fields)


NAMES = (
    "林晓雨",
    "林晓",
    "晓雨",
    "王林",
    "Ann Lee",
    "云泽禾川木作有限公司",
    "云泽禾木有限公司",
    "100%_",
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    ["林晓", "晓雨", "林晓雨", "林", "禾川", "云泽", "ann l", "LEE", "%_", "川禾"],
)
def test_names_are_found_by_any_part(words: str) -> None:
    parties = {make_person(name=name).pk: name for name in NAMES}
    found = {parties[pk] for pk in parties_named(words) if pk in parties}
    assert found == {name for name in NAMES if words.lower() in name.lower()}


@pytest.mark.django_db
def test_names_are_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "party_name_pairs" in parties_named("晓雨").explain()
