"""Services, applications and cases for tests of the packages above `catalogue`.

birth = make_offering(police)                      # a published guide with a small form
case = make_case(lin.resident, birth)              # sent today, waiting for acceptance
case = make_case(lin.resident, birth, until=Act.ACCEPT, by=wu.officer)
"""

from __future__ import annotations

import itertools
from typing import Any

from tongban.cases.api import (
    Act,
    Case,
    accept,
    complete,
    decide,
    examine,
    submit_answers,
)
from tongban.catalogue.api import Guide, Item, Offering, add_version, publish
from tongban.directory.api import sort_key
from tongban.directory.models import Agency
from tongban.forms.api import FormDefinition, publish_form
from tongban.identity.api import Officer, Resident

_serial = itertools.count(1)

ANSWERS: dict[str, Any] = {
    "child_name": "林小满",
    "born_on": "2026-10-01",
    "mother_id": "990102199001010015",
    "agreed": "yes",
}

SMALL_FORM = FormDefinition.model_validate(
    {
        "steps": [
            {
                "key": "child",
                "title": {"zh": "孩子", "en": "The child"},
                "fields": [
                    {
                        "key": "child_name",
                        "kind": "text",
                        "label": {"zh": "孩子叫什么名字？", "en": "What is the child’s name?"},
                        "max_length": 20,
                    },
                    {
                        "key": "born_on",
                        "kind": "date",
                        "label": {"zh": "孩子哪天出生？", "en": "When was the child born?"},
                        "maximum": "today",
                    },
                ],
            },
            {
                "key": "parents",
                "title": {"zh": "父母", "en": "The parents"},
                "fields": [
                    {
                        "key": "mother_id",
                        "kind": "id_number",
                        "label": {"zh": "母亲的身份证号码", "en": "The mother’s identity number"},
                    },
                    {
                        "key": "proof",
                        "kind": "file",
                        "required": False,
                        "material": "proof",
                        "label": {"zh": "出生医学证明", "en": "Birth certificate"},
                    },
                    {
                        "key": "agreed",
                        "kind": "declaration",
                        "label": {"zh": "以上属实。", "en": "All of this is true."},
                    },
                ],
            },
        ]
    }
)


def make_guide(**changes: Any) -> Guide:
    """A short guide: decided within 10 working days, 3 promised."""
    content: dict[str, Any] = {
        "summary": {"zh": "给新生儿登记户口。", "en": "Registers a newborn."},
        "conditions": [{"text": {"zh": "孩子已出生。", "en": "The child is born."}}],
        "materials": [
            {
                "key": "proof",
                "name": {"zh": "出生医学证明", "en": "Birth certificate"},
                "notes": {"zh": "四角拍全。", "en": "All four corners must show."},
            }
        ],
        "limits": {"statutory": 10, "promised": 3},
        "result": {
            "name": {"zh": "户口登记", "en": "Entry in the register"},
            "kind": "record",
            "delivery": ["online"],
        },
    }
    return Guide.model_validate(content | changes)


def make_offering(
    agency: Agency,
    *,
    guide: Guide | None = None,
    form: FormDefinition | None = SMALL_FORM,
    **fields: Any,
) -> Offering:
    """A service of an agency with a published guide; `form=None` for one that is not online."""
    serial = next(_serial)
    name = fields.pop("name", {"zh": f"出生登记{serial}", "en": f"Birth registration {serial}"})
    item = Item.objects.create(
        source="test", code=f"{serial:012d}", name=name, type="07", audiences=["person"],
        themes=["birth"],
    )  # fmt: skip
    columns = {
        "code": f"test-{serial}",
        "slug": f"birth-registration-{serial}",
        "sort_key": sort_key(name),
    }
    offering = Offering.objects.create(
        item=item,
        agency=agency,
        region=agency.region,
        region_path=agency.region.path,
        source="test",
        name=name,
        **columns | fields,
    )
    form_id = publish_form(f"test-{serial}", form).pk if form else None
    version, _new = add_version(offering, guide or make_guide(), form_id=form_id)
    publish(version.pk)
    offering.refresh_from_db()
    return offering


def make_case(
    applicant: Resident,
    offering: Offering,
    *,
    until: Act | None = None,
    by: Officer | None = None,
    party_id: int | None = None,
    **answers: Any,
) -> Case:
    """A case, taken as far as `until` by the officer `by`."""
    party = party_id or applicant.own_party_id
    assert party is not None
    case, _new = submit_answers(
        offering.pk, party, ANSWERS | answers, by=applicant, key=f"key-{next(_serial)}"
    )
    way = (Act.ACCEPT, Act.EXAMINE, Act.GRANT, Act.COMPLETE)
    if until is not None:
        assert by is not None
        for act in way[: way.index(until) + 1]:
            if act is Act.ACCEPT:
                case = accept(case.pk, by=by)
            elif act is Act.EXAMINE:
                case = examine(case.pk, by=by, opinion="Complete.")
            elif act is Act.GRANT:
                case = decide(case.pk, by=by, granted=True)
            else:
                case = complete(case.pk, by=by)
    return case
