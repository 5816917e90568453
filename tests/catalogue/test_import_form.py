"""The general application asks what it must, in both languages, and can be filled in."""

from __future__ import annotations

import pytest

from tongban.catalogue.guide import Guide, Material
from tongban.catalogue.importing.general_form import code_for, general_form
from tongban.forms.api import FieldDefinition, FormDefinition, check_all

PAPERS = (
    Material(key="material_1", name={"zh": "场地登记表"}),
    Material(key="material_2", name={"zh": "安全预案"}),
)
PERSON = {"person_name": "林晓雨", "phone": "13900000001", "request": "办河灯会", "declared": "yes"}
FIRM = {
    "firm_name": "云州市青禾食品有限公司",
    "firm_code": "91990100MA0000001G",
    "firm_representative": "林晓雨",
    "firm_contact": "林晓雨",
    "phone": "13900000001",
    "request": "办河灯会",
    "declared": "yes",
}


def fields(form: FormDefinition) -> dict[str, FieldDefinition]:
    return {field.key: field for step in form.steps for field in step.fields}


@pytest.mark.parametrize(
    ("audiences", "asked", "not_asked"),
    [
        (("person",), {"person_name", "person_id"}, {"firm_name", "applying_as"}),
        (("firm",), {"firm_name", "firm_code"}, {"person_name", "applying_as"}),
        (("person", "firm"), {"applying_as", "person_name", "firm_name"}, set()),
    ],
)
def test_it_asks_those_who_may_apply(
    audiences: tuple[str, ...], asked: set[str], not_asked: set[str]
) -> None:
    keys = fields(general_form(PAPERS, audiences)).keys()
    assert asked <= keys
    assert not not_asked & keys


def test_every_document_has_its_upload_and_none_is_forced() -> None:
    uploads = [field for field in fields(general_form(PAPERS, ())).values() if field.material]
    assert [field.material for field in uploads] == ["material_1", "material_2"]
    assert not any(field.required for field in uploads)


def test_the_online_form_is_no_upload() -> None:
    form = general_form([Material(key="form", name={"zh": "申请表"}, is_form=True)], ())
    assert not any(field.material for field in fields(form).values())


@pytest.mark.parametrize("papers", [(), PAPERS])
def test_filled_in_it_has_no_errors(papers: tuple[Material, ...]) -> None:
    assert check_all(general_form(papers, ("person",)), PERSON) == []
    both = general_form(papers, ("person", "firm"))
    assert check_all(both, PERSON | {"applying_as": "person"}) == []
    assert check_all(both, FIRM | {"applying_as": "firm"}) == []
    assert ("applying_as",) in [error.path for error in check_all(both, PERSON)]


def test_a_declaration_is_always_asked_for() -> None:
    for papers in ((), PAPERS):
        answers = {key: value for key, value in PERSON.items() if key != "declared"}
        [error] = check_all(general_form(papers, ("person",)), answers)
        assert error.path == ("declared",)


def test_its_own_words_are_in_both_languages() -> None:
    form = general_form((), ("person", "firm"))
    texts = [step.title for step in form.steps]
    texts += [field.label for field in fields(form).values()]
    texts += [field.hint for field in fields(form).values() if field.hint]
    texts += [option.label for field in fields(form).values() for option in field.options]
    assert all(text.keys() == {"zh", "en"} for text in texts)


def test_the_same_documents_share_a_form() -> None:
    here = Guide(summary={"zh": "这里"}, materials=PAPERS)
    there = Guide(summary={"zh": "那里"}, materials=PAPERS, consult_phone="12345")
    other = Guide(summary={"zh": "这里"}, materials=PAPERS[:1])
    assert code_for(here, ("person",)) == code_for(there, ("person",))
    assert code_for(here, ("person",)) != code_for(here, ("firm",))
    assert code_for(here, ("person",)) != code_for(other, ("person",))
