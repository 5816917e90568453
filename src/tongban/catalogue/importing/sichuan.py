"""Items of Guang'an district as Sichuan publishes them: names, bodies and codes, no guides yet.

The older form of codes; dirt is real: bodies under several codes, placeholders instead of credit
codes, basic codes cut off at their first hyphen. All of it can be told apart, so it is a warning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tongban.catalogue import codes
from tongban.catalogue.guide import Guide
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sources import Body, Column, Entry, ItemKey
from tongban.kernel.localized import Localized

# Kept as they came, under names that readers of the guide understand.
_EXTRA = {
    "body_code": "来源机构代码",
    "dept_code": "来源部门编号",
}


class Sichuan:
    """A body is told by its name: the codes its rows give differ."""

    code = "sc"
    title = "Sichuan, Guang'an district (四川省广安市广安区)"
    columns: Mapping[str, Column] = {
        "dept": Column("实施主体", "Agency.name"),
        "main_item": Column("主项", "Item.parent, by name"),
        "name": Column("事项名称 (子项)", "Offering.name, Item.name"),
        "item_code": Column(
            "code of the older form", "Offering.code, slug; its basic part: Item.code"
        ),
        "local_basic_code": Column(
            "basic part of item_code", "checked against item_code", kept=False
        ),
        "area_code": Column("区划代码, 12 digits", "Offering.region, Agency.region; checked"),
        "body_code": Column(
            "the body's credit code, or what stands for one",
            "Agency.credit_code: the one most of the body's rows give; guide.extra",
        ),
        "task_type": Column("事项类型, national table", "Item.type"),
        "task_type_text": Column(
            "事项类型 in words", "checked: says what task_type says", kept=False
        ),
        "dept_code": Column("the body's number in the source", "guide.extra"),
    }
    required = frozenset(columns)
    # The file gives codes of regions without names (GB/T 2260 has them).
    region_names: Mapping[str, Localized] = {
        "510000": {"zh": "四川省", "en": "Sichuan"},
        "511600": {"zh": "广安市", "en": "Guang'an"},
        "511602": {"zh": "广安区", "en": "Guang'an District"},
    }

    body_columns = ("dept", "area_code", "body_code")

    def body(self, row: Row) -> Body | None:
        name, area = row["dept"], row["area_code"]
        if not name or len(area) != 12 or not area.isdigit():
            return None
        return Body(name, name, row["body_code"].upper(), area[:6], "")

    def entry(self, row: Row, body: Body) -> Entry | None:
        row.code = row["item_code"]
        name = row.text("name", 250)
        item_type = codes.SICHUAN.tables["type"].get(row["task_type"])
        if item_type is None:
            row.error("task_type", f"is not a type of this source: {row['task_type']!r}")
        elif row["task_type_text"] != codes.TYPES[item_type]["zh"]:
            row.warn("task_type_text", "does not say what task_type says")
        code = self._code(row)
        if row.failed or code is None or item_type is None:
            return None
        main = " ".join(row["main_item"].split())
        kind = codes.TYPES[item_type]["zh"]
        return Entry(
            code=str(code),
            name=name,
            item=ItemKey(code.basic, name, item_type),
            parent=ItemKey(_code_of_main(main), main, item_type) if main else None,
            level="4",
            # Whom an item is for stands nowhere in this source.
            audiences=("person", "firm"),
            themes=(),
            guide=Guide(
                summary={"zh": f"由{row['dept']}办理的{kind}事项。"},
                visits=None,
                extra=row.kept(_EXTRA),
            ),
        )

    def _code(self, row: Row) -> codes.SichuanCode | None:
        try:
            code = codes.read_sichuan_code(row["item_code"])
        except codes.BadCode as error:
            row.error("item_code", str(error))
            return None
        if not code.area:
            row.warn("item_code", "is of the oldest form, without area; taken from area_code")
        elif code.area != row["area_code"]:
            row.warn("area_code", "is not the area in item_code; the item counts as this area's")
        if row["local_basic_code"] != code.basic:
            row.warn("local_basic_code", "is not the basic part of item_code, which is used")
        elif not _is_regular(code.basic):
            row.warn("local_basic_code", "is not of the form 511A0138000000; kept as it is")
        if row["body_code"] != code.body and code.area:
            row.warn("body_code", "is not the body in item_code")
        elif len(row["body_code"]) != 18:
            row.warn("body_code", "is not a credit code (18 characters)")
        return code


def _is_regular(basic: str) -> bool:
    """Three digits, a letter or a digit, and eight or ten characters more."""
    return len(basic) in (12, 14) and basic.isalnum() and basic[:3].isdigit()


def _code_of_main(name: str) -> str:
    """Main items have a name and no code: one made from the name stays the same in every file."""
    return f"main-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
