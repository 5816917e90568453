"""Topics as published catalogues name them, and the themes people browse by here.

The names are those of the national list of topics for natural persons and legal persons
(国办函〔2016〕108号) with Guangdong's additions; codes and English are ours.
A topic that the list has for both (纳税, 规划建设, 其他) is two themes here: people browse as one
or the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max

from tongban.catalogue.models import Theme

_TABLE = """
birth person 生育收养 Having a child
birth person 生小孩 Having a child
education person+ 教育科研 Education and research
education person 义务教育 Compulsory schooling
education person 升学 Going on to the next school
work person 就业创业 Work
work person 找工作 Finding work
work person 失业 Losing work
work person 创业 Starting out on your own
work person 高校毕业生 University graduates
marriage person 婚姻登记 Marriage
marriage person 结婚 Getting married
housing person 住房保障 Housing
housing person 买房子 Buying a home
housing person 迁居 Moving home
health person+ 医疗卫生 Health
transport person 交通出行 Transport
social_security person+ 社会保障（社会保险、社会救助） Social security
retirement person 离职退休 Leaving work and retiring
retirement person 退休 Retiring
retirement person 老年人 Older people
retirement person 养老服务 Care for older people
hardship person 社会救助 Help in hardship
identity person 证件办理 Identity papers
identity person 户籍办理 Household registration
qualifications person 职业资格 Professional qualifications
travel person 出境入境 Leaving and entering the country
culture person+ 文化体育 Culture and sport
tourism person 旅游观光 Tourism
justice person+ 司法公证 Justice and notaries
safety person+ 公共安全 Public safety
consumers person 消费维权 Consumer rights
utilities person+ 公用事业 Water, power and other utilities
religion person+ 民族宗教 Ethnic and religious affairs
environment person+ 环保绿化 Environment
payments person 行政缴费 Paying fees and fines
disability person 残疾人 People with disabilities
women person 妇女 Women
children person 儿童青少年 Children and young people
farmers person 农民 Farmers
farmers person 涉农补贴 Farming subsidies
foreigners person 外国人 Foreign nationals
compatriots person 港澳台侨 Hong Kong, Macao, Taiwan and overseas Chinese
talent person 人才 Skilled people
city person 城市综合执法 City management
other person+ 其他 Other
starting firm+ 设立变更 Starting a business
operating firm+ 准营准办 Licences to operate
tax firm+ 纳税 Tax
property firm+ 知识产权 Intellectual property
construction firm+ 规划建设 Planning and building
pledges firm+ 抵押质押 Mortgages and pledges
"""


_OTHER = {"person": "firm", "firm": "person"}


@dataclass(frozen=True)
class Topic:
    """A topic of a source: the theme it belongs to here, and its names."""

    theme: str
    audience: str
    zh: str
    en: str


def _read() -> dict[str, tuple[Topic, ...]]:
    """The themes of each topic; "+" means that there is one for the other audience as well."""
    topics = {}
    for line in _TABLE.strip().splitlines():
        theme, audience, zh, en = line.split(" ", 3)
        own = audience.rstrip("+")
        found = [Topic(theme, own, zh, en)]
        if audience != own:
            found.append(Topic(f"{theme}_{_OTHER[own]}s", _OTHER[own], zh, en))
        topics[zh] = tuple(found)
    return topics


TOPICS = _read()


def themes_of(topic: str, audiences: Iterable[str]) -> tuple[str, ...]:
    """The themes of a topic for those whom a service is for; none if nobody knows the topic.

    Where it has none for them, the one it has.
    """
    known = TOPICS.get(topic, ())
    wanted = set(audiences)
    fitting = tuple(one.theme for one in known if one.audience in wanted)
    return fitting or tuple(one.theme for one in known[:1])


def add_missing_themes(codes: set[str]) -> int:
    """Make those of the themes that are not here yet, after the others; how many."""
    missing = codes - set(Theme.objects.filter(pk__in=codes).values_list("pk", flat=True))
    last = Theme.objects.aggregate(last=Max("position"))["last"] or 0
    firsts: dict[str, Topic] = {}
    for topics in TOPICS.values():
        for topic in topics:
            firsts.setdefault(topic.theme, topic)
    new = [topic for topic in firsts.values() if topic.theme in missing]
    Theme.objects.bulk_create(
        Theme(
            code=topic.theme,
            name={"zh": topic.zh, "en": topic.en},
            audience=topic.audience,
            position=min(last + place, 32767),
        )
        for place, topic in enumerate(new, start=1)
    )
    return len(new)
