"""Guangdong's published items (政务服务事项实施清单), as one CSV or JSON table of 33 columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tongban.catalogue import codes
from tongban.catalogue.guide import (
    Appointments,
    Authority,
    Channels,
    Condition,
    Courier,
    Guide,
    Material,
    OfficeSystem,
    Way,
)
from tongban.catalogue.importing.rows import Row
from tongban.catalogue.importing.sources import Body, Column, Entry, ItemKey
from tongban.catalogue.importing.topics import themes_of
from tongban.kernel.localized import Localized

_TYPE_TEXTS = {
    own: codes.TYPES[national]["zh"] for own, national in codes.GUANGDONG.tables["type"].items()
}
_TEXTS_ALSO_SEEN = {"20": "其他权力"}

# What stands where a list or a text would be if there were anything to say.
_NOTHING = {"无", "无。", "无条件", "无条件。", "无条件限制", "/", "-"}
# What stands where a place would be, if nobody can come.
_NO_WINDOW = {"无线下办理窗口", *_NOTHING}
_LEVEL_TEXTS = {"2": "省级", "3": "市级", "4": "县级", "5": "镇级", "6": "村级"}
# Kept as it came, under a name that readers of the guide understand: several topics of the source
# are one theme here.
_EXTRA = {"themes": "来源主题"}
_PERSON = "自然人"


@lru_cache(maxsize=20_000)
def _materials(listed: str) -> tuple[Material, ...]:
    """Materials from their names joined with "|". Agencies that offer one item list the same."""
    names = dict.fromkeys(name.strip() for name in listed.split("|"))
    return tuple(
        Material(key=f"material_{place}", name={"zh": name}, medium="either")
        for place, name in enumerate((n for n in names if n and n not in _NOTHING), start=1)
    )


@lru_cache(maxsize=5_000)
def _channels(
    window: bool, online: bool, courier: bool | None, appointments: bool | None, system: str
) -> Channels:
    """The same for many rows."""
    ways: tuple[Way, ...] = (
        *(("window",) if window else ()),
        *(("online",) if online else ()),
        *(("courier",) if courier else ()),
    )
    return Channels(
        ways=ways,
        appointments=Appointments(offered=appointments),
        courier=Courier(offered=courier),
        system=OfficeSystem(used=True, name={"zh": system}) if system else OfficeSystem(),
    )


def _unless_nothing(text: str) -> str:
    return "" if text in _NOTHING else text


class Guangdong:
    """Codes of the national form throughout; limits, materials, places and telephones."""

    code = "gd"
    title = "Guangdong (广东省政务服务事项)"
    columns: Mapping[str, Column] = {
        "task_code": Column("实施编码 (31) or 业务办理项编码 (33)", "Offering.code, slug"),
        "impl_code31": Column("实施编码", "checked: task_code begins with it", kept=False),
        "handle_item_seq": Column(
            "serial of the 业务办理项", "checked: ends task_code", kept=False
        ),
        "dept_uscc": Column("the body's credit code", "Agency.code, credit_code"),
        "use_level": Column("行使层级", "Offering.level; checked against task_code"),
        "catalog_code": Column("基本编码", "Item.code; checked against task_code"),
        "task_name": Column("事项名称", "Offering.name; Item.name without the part in brackets"),
        "sub_task_name": Column(
            "办理项名称", "Offering.name, which it ends in brackets; else guide.extra"
        ),
        "parent_catalog_code": Column("基本编码 of the main item", "Item.parent"),
        "parent_catalog_name": Column("name of the main item", "Item.name of the parent"),
        "task_type": Column(
            "事项类型, own table", "Item.type, through codes.GUANGDONG (20→10, 21→20)"
        ),
        "task_type_text": Column(
            "事项类型 in words", "checked: says what task_type says", kept=False
        ),
        "dept_name": Column("实施主体", "Agency.name"),
        "org_code": Column(
            "organisation code", "checked: characters 9–17 of dept_uscc", kept=False
        ),
        "area_code": Column("区划代码", "Offering.region, Agency.region"),
        "area_name": Column("区划名称", "Region.name, if the region is made"),
        "level_text": Column("行使层级 in words", "checked: says what use_level says", kept=False),
        "legal_days": Column("法定时限", "guide.limits.statutory"),
        "promise_days": Column("承诺时限", "guide.limits.promised"),
        "days_unit": Column("工作日 or 自然日", "guide.limits.unit"),
        "visits": Column("到办事现场次数", "guide.visits"),
        "online": Column("是否网上办理", "guide.online, guide.channels.ways"),
        "appointment": Column("是否支持预约", "guide.channels.appointments.offered"),
        "courier": Column(
            "是否支持物流快递", "guide.channels.courier.offered, guide.channels.ways"
        ),
        "platform": Column("办理系统", "guide.channels.system.name"),
        "location": Column(
            "办理地点", "guide.place; without a window: not among guide.channels.ways"
        ),
        "accept_condition": Column("受理条件", "guide.conditions"),
        "consult_phone": Column("咨询方式, free text", "guide.consult_phone"),
        "complain_phone": Column("监督投诉方式, free text", "guide.complaint_phone"),
        "themes": Column("主题, joined with |", "Offering.themes through topics.py; guide.extra"),
        "service_objects": Column("服务对象, joined with |", "guide.served; Offering.audiences"),
        "materials": Column("材料, joined with |", "guide.materials; uploads of the form"),
        "co_dept": Column("联办机构", "guide.authority.partners"),
    }
    required = frozenset(columns)
    region_names: Mapping[str, Localized] = {}

    body_columns = ("dept_uscc", "dept_name", "area_code", "area_name")

    def body(self, row: Row) -> Body | None:
        code, name, area = row["dept_uscc"].upper(), row["dept_name"], row["area_code"]
        if not (code and name and len(area) == 6 and area.isdigit()) or len(code) > 40:
            return None
        return Body(code, name, code, area, row["area_name"])

    def entry(self, row: Row, body: Body) -> Entry | None:
        row.code = row["task_code"]
        code = self._code(row)
        name, guide = row.text("task_name", 250), self._guide(row)
        item_type = codes.GUANGDONG.tables["type"].get(row["task_type"])
        if item_type is None:
            row.error("task_type", f"is not a type of this source: {row['task_type']!r}")
        audiences = self._audiences(row)
        themes = self._themes(row, audiences)
        if row.failed or code is None or item_type is None:
            return None
        basic, parent = str(code.basic), row["parent_catalog_code"].upper()
        own_name = name.removesuffix(f"({row['sub_task_name']})").strip() or name
        main = ItemKey(parent, row["parent_catalog_name"] or own_name, item_type)
        return Entry(
            code=str(code),
            name=name,
            item=main if parent == basic else ItemKey(basic, own_name, item_type),
            parent=main if parent and parent != basic else None,
            level=code.level,
            audiences=audiences,
            themes=themes,
            guide=guide,
        )

    def _code(self, row: Row) -> codes.OfferingCode | None:
        try:
            code = codes.read_code(row["task_code"])
        except codes.BadCode as error:
            row.error("task_code", str(error))
            return None
        facts = {
            "impl_code31": code.offering,
            "handle_item_seq": code.serial,
            "dept_uscc": code.body,
            "use_level": code.level,
            "catalog_code": str(code.basic),
        }
        for column, wanted in facts.items():
            if row[column].upper() != wanted:
                row.error(
                    column,
                    f"does not agree with task_code, which says {wanted!r}",
                    sort="does not agree with task_code",
                )
        parent = row["parent_catalog_code"]
        if parent and parent != row["catalog_code"]:
            try:
                codes.read_basic_code(parent)
            except codes.BadCode as error:
                row.error("parent_catalog_code", str(error))
        self._warn_of_contradictions(row, code)
        return code

    def _warn_of_contradictions(self, row: Row, code: codes.OfferingCode) -> None:
        """Columns that only repeat others: a difference shows that something was mistyped."""
        if code.basic.type != row["task_type"]:
            row.warn("task_type", "is not the type in task_code (characters 22–23)")
        own = row["task_type"]
        if row["task_type_text"] not in (_TYPE_TEXTS.get(own), _TEXTS_ALSO_SEEN.get(own)):
            row.warn("task_type_text", "does not say what task_type says")
        if row["level_text"] != _LEVEL_TEXTS.get(code.level):
            row.warn("level_text", "does not say what use_level says")
        if row["org_code"].upper() != code.body[8:17]:
            row.warn("org_code", "is not what stands in dept_uscc (characters 9–17)")

    def _guide(self, row: Row) -> Guide:
        condition, place = row["accept_condition"], row["location"]
        kind = _TYPE_TEXTS.get(row["task_type"], "")
        online, courier = row.yes("online"), self._flag(row, "courier")
        has_window = place not in _NO_WINDOW
        sub_task, partners = row["sub_task_name"], row["co_dept"]
        extra = row.kept(_EXTRA)
        if sub_task and not row["task_name"].endswith(f"({sub_task})"):
            extra["办理项名称"] = sub_task
        return Guide(
            summary={"zh": f"由{row['dept_name']}办理的{kind}事项。"},
            conditions=() if condition in {"", *_NOTHING} else (Condition(text={"zh": condition}),),
            materials=_materials(row["materials"]),
            limits=row.limits("legal_days", "promise_days", "days_unit"),
            visits=row.number("visits", 50),
            online=online,
            place={"zh": place} if place and has_window else {},
            consult_phone=_unless_nothing(row["consult_phone"]),
            complaint_phone=_unless_nothing(row["complain_phone"]),
            served=tuple(
                codes.GUANGDONG.tables["served"][name]
                for name in row.list("service_objects")
                if name in codes.GUANGDONG.tables["served"]
            ),
            channels=_channels(
                bool(place) and has_window,
                online,
                courier,
                self._flag(row, "appointment"),
                row["platform"],
            ),
            extra=extra,
            **({"authority": Authority(partners={"zh": partners})} if partners else {}),
        )

    def _flag(self, row: Row, column: str) -> bool | None:
        said = row[column]
        if not said:
            return None
        try:
            return codes.GUANGDONG.read("flag", said) == "yes"
        except codes.BadCode:
            what = "says neither yes nor no"
            row.warn(column, f"{what}: {said[:40]!r}", sort=what)
            return None

    def _themes(self, row: Row, audiences: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for name in row.list("themes"):
            themes = themes_of(name, audiences)
            if not themes:
                row.warn(
                    "themes",
                    f"names a topic unknown here: {name!r}; not browsable by it",
                    sort="names a topic unknown here",
                )
            else:
                found += themes
        return tuple(dict.fromkeys(found))

    def _audiences(self, row: Row) -> tuple[str, ...]:
        named = set(row.list("service_objects"))
        if unknown := named - codes.GUANGDONG.tables["served"].keys():
            what = "names somebody unknown here"
            row.warn("service_objects", f"{what}: {', '.join(sorted(unknown))}", sort=what)
        known = named - unknown
        audiences = ("person",) * (_PERSON in known) + ("firm",) * bool(known - {_PERSON})
        return audiences or ("person", "firm")
