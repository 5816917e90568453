"""The general application: a form for any item that has none of its own.

Who applies, what for, the documents the guide names, a declaration. Items whose guides name the
same documents share one form. Offices replace it by a form of the item's own when they have one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from tongban.catalogue.guide import Guide, Material
from tongban.forms.api import FieldDefinition, FormDefinition, Kind, Option, Prefill, Step
from tongban.kernel.localized import pick

_PERSON, _FIRM = "applying_as == 'person'", "applying_as == 'firm'"


def general_form(materials: Iterable[Material], audiences: Iterable[str]) -> FormDefinition:
    """The general application for these documents and applicants ("person", "firm", or both)."""
    uploads = [_upload(material) for material in materials if not material.is_form]
    steps = [
        Step(
            key="applicant",
            title={"zh": "申请人", "en": "Who is applying"},
            fields=_applicant(frozenset(audiences)),
        ),
        Step(
            key="request",
            title={"zh": "申请内容", "en": "What you are applying for"},
            fields=_REQUEST if uploads else (*_REQUEST, _DECLARATION),
        ),
    ]
    if uploads:
        steps.append(
            Step(
                key="documents",
                title={"zh": "申请材料", "en": "Your documents"},
                intro={
                    "zh": "请上传办事指南列出的材料，照片或扫描件都可以。"
                    "暂时没有或者不适用的可以先空着；"
                    "需要补充的，工作人员会一次性告知。",
                    "en": "Upload the documents the guide names, as photos or scans. Leave out what"
                    " you do not have or what does not apply: if anything is missing, the office"
                    " asks you for all of it at once.",
                },
                fields=(*uploads, _DECLARATION),
            )
        )
    return FormDefinition(steps=tuple(steps))


def general_sample(materials: Iterable[Material], audiences: Iterable[str]) -> dict[str, object]:
    """Answers of a fictional applicant to the general application for these documents."""
    wanted = frozenset(audiences)
    sample: dict[str, object] = {}
    if wanted != {"firm"}:
        sample |= _SAMPLE_PERSON
    if wanted == {"firm"}:
        sample |= _SAMPLE_FIRM
    elif wanted != {"person"}:
        sample["applying_as"] = "person"
    sample |= _SAMPLE_REQUEST
    for material in materials:
        if not material.is_form:
            sample[f"upload_{material.key}"] = [f"{pick(material.name, 'zh')[:40]}.pdf"]
    return sample


def code_for(guide: Guide, audiences: tuple[str, ...]) -> str:
    """The code of the general application for a guide: the same for the same documents."""
    asked = [
        [material.key, material.name, material.notes]
        for material in guide.materials
        if not material.is_form
    ]
    text = json.dumps([asked, audiences], ensure_ascii=False, sort_keys=True)
    return f"general-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def _applicant(audiences: frozenset[str]) -> tuple[FieldDefinition, ...]:
    both = audiences != {"person"} and audiences != {"firm"}
    fields: list[FieldDefinition] = []
    if both:
        fields.append(_APPLYING_AS)
    if audiences != {"firm"}:
        fields += [_only(field, _PERSON if both else None) for field in _OF_PERSONS]
    if audiences != {"person"}:
        fields += [_only(field, _FIRM if both else None) for field in _OF_FIRMS]
    return (*fields, _PHONE)


def _only(field: FieldDefinition, when: str | None) -> FieldDefinition:
    return field.model_copy(update={"when": when})


def _upload(material: Material) -> FieldDefinition:
    return FieldDefinition(
        key=f"upload_{material.key}",
        kind=Kind.FILE,
        label=dict(material.name),
        hint=dict(material.notes),
        required=False,
        material=material.key,
    )


_APPLYING_AS = FieldDefinition(
    key="applying_as",
    kind=Kind.CHOICE,
    label={"zh": "您以什么身份申请？", "en": "As whom are you applying?"},
    options=(
        Option(value="person", label={"zh": "个人", "en": "As a person"}),
        Option(value="firm", label={"zh": "单位", "en": "For a firm or other body"}),
    ),
)
_OF_PERSONS = (
    FieldDefinition(
        key="person_name",
        kind=Kind.TEXT,
        label={"zh": "申请人姓名", "en": "Your name"},
        prefill=Prefill.PERSON_NAME,
        max_length=100,
    ),
    FieldDefinition(
        key="person_id",
        kind=Kind.ID_NUMBER,
        label={"zh": "身份证号码", "en": "Identity number"},
        hint={
            "zh": "没有居民身份证的可以不填，在申请内容里写明您的证件。",
            "en": "Leave it out if you have no resident identity card; name your document below.",
        },
        required=False,
        prefill=Prefill.PERSON_ID_NUMBER,
    ),
    FieldDefinition(
        key="person_address",
        kind=Kind.ADDRESS,
        label={"zh": "联系地址", "en": "Address"},
        required=False,
        prefill=Prefill.PERSON_ADDRESS,
    ),
)
_OF_FIRMS = (
    FieldDefinition(
        key="firm_name",
        kind=Kind.TEXT,
        label={"zh": "单位名称", "en": "Name of the firm or body"},
        prefill=Prefill.FIRM_NAME,
        max_length=200,
    ),
    FieldDefinition(
        key="firm_code",
        kind=Kind.CREDIT_CODE,
        label={"zh": "统一社会信用代码", "en": "Unified social credit code"},
        prefill=Prefill.FIRM_CREDIT_CODE,
    ),
    FieldDefinition(
        key="firm_representative",
        kind=Kind.TEXT,
        label={"zh": "法定代表人或者负责人", "en": "Legal representative or head"},
        prefill=Prefill.FIRM_REPRESENTATIVE,
        max_length=100,
    ),
    FieldDefinition(
        key="firm_contact",
        kind=Kind.TEXT,
        label={"zh": "联系人姓名", "en": "Who can we talk to?"},
        prefill=Prefill.PERSON_NAME,
        max_length=100,
    ),
)
_PHONE = FieldDefinition(
    key="phone",
    kind=Kind.PHONE,
    label={"zh": "联系电话", "en": "Telephone"},
    prefill=Prefill.PERSON_PHONE,
)
_REQUEST = (
    FieldDefinition(
        key="request",
        kind=Kind.LONG_TEXT,
        label={"zh": "您要办什么？", "en": "What are you applying for?"},
        hint={
            "zh": "用自己的话写清楚要办的事、涉及的人或者地点、希望什么时候办好。",
            "en": "In your own words: what you need, for whom or which place, and by when.",
        },
        max_length=2000,
    ),
    FieldDefinition(
        key="details",
        kind=Kind.LONG_TEXT,
        label={"zh": "还有要说明的吗？", "en": "Is there anything else we should know?"},
        hint={
            "zh": "例如已有的证照编号，或者您需要的帮助。",
            "en": "For example the numbers of papers you hold, or help you need.",
        },
        required=False,
        max_length=2000,
    ),
)
_DECLARATION = FieldDefinition(
    key="declared",
    kind=Kind.DECLARATION,
    label={
        "zh": "我填写的内容和上传的材料真实、准确；如有虚假，愿意承担法律责任。",
        "en": "What I have written and uploaded is true and correct. I know that false statements"
        " have consequences in law.",
    },
)
# Nobody: the numbers are of a region that does not exist, with right check digits.
_SAMPLE_PERSON = {"person_name": "林示例", "person_id": "990102199001010015"}
_SAMPLE_FIRM = {
    "firm_name": "示例商贸有限公司",
    "firm_code": "91990100MA1CHENG0Q",
    "firm_representative": "林示例",
    "firm_contact": "林示例",
}
_SAMPLE_REQUEST = {
    "phone": "13900000000",
    "request": "申请办理本事项，材料已按办事指南备齐，希望尽快办好。",
    "declared": "yes",
}
