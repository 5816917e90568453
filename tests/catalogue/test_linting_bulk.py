"""Checks in bulk: what did not change is not examined, what is alike once; and counts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_factories import make_guide, make_offering
from tests.catalogue.guides_at_random import guides
from tests.factories import make_agency, make_region
from tongban.catalogue.api import Offering, add_version, publish, withdraw
from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.alike import OWN, alike
from tongban.catalogue.linting.bulk import lint_all
from tongban.catalogue.linting.counting import recount
from tongban.catalogue.linting.facts import GuideFacts, links
from tongban.catalogue.linting.findings import Found
from tongban.catalogue.linting.links import Answer, keep
from tongban.catalogue.linting.rules import RULES, lint
from tongban.catalogue.models import Finding, QualityCount, Theme
from tongban.catalogue.publishing import guide_of
from tongban.kernel import clock

TODAY = date(2026, 11, 23)

# Words that rules mind, and some that they do not.
_SAID = [
    "", "望江路1号", "No. 1, River Road", "无", "tbd", "按有关规定办理", "pursuant to the law",
    "到 ABC（一个中心）", "ABC 大厅", "长" * 95, "九点到五点。", "《" + "法" * 95 + "》",
]  # fmt: skip
_TEXT = st.dictionaries(st.sampled_from(["zh", "en", "fr"]), st.sampled_from(_SAID), max_size=2)
_PHONE = st.sampled_from(
    [
        "",
        "0990-5551000",
        "0990-5551000",
        "5551000",
        "12345",
        "无",
        "13900000001 转 5",
        "+86 10 6000 1",
    ]
)
_ADDRESS = st.sampled_from(["https://a.example/x", "https://b.example/ABCD"])
_OWN = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("place", "hall", "hours", "directions"), _TEXT),
        "website": st.dictionaries(st.sampled_from(["zh", "en"]), _ADDRESS, max_size=2),
        **dict.fromkeys(("consult_phone", "complaint_phone"), _PHONE),
        "windows": st.lists(
            st.fixed_dictionaries({"centre": st.just("c-1"), "window": _TEXT}), max_size=2
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(guides, _OWN, st.booleans(), st.booleans(), st.booleans())
def test_an_example_stands_for_words_that_no_rule_minds(
    guide: Guide, own: dict[str, Any], named: bool, stale: bool, broken: bool
) -> None:
    """Whatever the guide and the words, findings are the same, and in the same order."""
    common = {key: said for key, said in guide.model_dump(mode="json").items() if key not in OWN}
    dead = {"https://a.example/x": "not_found"} if broken else {}
    made_from = {"place": "0" * 16, "summary": "1" * 16} if stale else {}

    def found(words: dict[str, Any]) -> list[Found]:
        facts = GuideFacts(
            guide=Guide.model_validate(common | words),
            name={"zh": "占道许可"} if named else {"en": "Using the road"},
            today=TODAY,
            translated_from=made_from,
            dead_links=dead,
        )
        return lint(facts)

    example = alike(
        own, dead=bool(set(own.get("website", {}).values()) & set(dead)), translated=stale
    )
    assert found(example) == found(own)
    assert set(example) == set(own)


def test_agencies_own_words_are_seen_through() -> None:
    """Two counties' guides become one where only addresses and telephones differ."""
    first, second = (
        alike(
            {
                "place": {"zh": f"望江路{n}号", "en": f"{n} River Road"},
                "consult_phone": f"0990-555100{n}",
                "complaint_phone": f"0990-555200{n}",
                "windows": [{"centre": f"c-{n}", "window": {"zh": f"{n}号窗口"}}],
                "website": {"zh": f"https://{n}.example/"},
            },
            dead=False,
            translated=False,
        )
        for n in (1, 2)
    )
    assert first == second


# Rules that look at an agency's own words, and are minded in `alike`. All others may not: a new
# one belongs here when `alike` keeps what it would find.
MINDED = {
    "sentence_long", "officialese", "abbreviation_unexplained", "placeholder",
    "translation_missing", "translation_stale", "dead_link", "online_nowhere",
    "complaint_phone_missing", "phone_with_more", "visit_nowhere", "phones_same",
    "phone_without_area_code", "class_missing",
}  # fmt: skip


def test_no_other_rule_looks_at_an_agencys_own_words() -> None:
    seen: set[str] = set()

    class Spy:
        """A guide that notes what it is asked for."""

        def __init__(self, guide: Guide) -> None:
            self._guide = guide

        def __getattr__(self, name: str) -> Any:
            seen.add(name)
            return getattr(self._guide, name)

    class Watched(GuideFacts):
        def __getattribute__(self, name: str) -> Any:
            if name in ("texts", "prose"):
                seen.update(OWN)
                return getattr(plain, name)
            found = object.__getattribute__(self, name)
            return Spy(found) if name == "guide" else found

    guides_asked = (make_guide(), make_guide(visits=0, channels={"level": "4"}, materials=[]))
    for rule in RULES.values():
        seen.clear()
        for guide, kind in product(guides_asked, ("01", "20")):
            said: dict[str, Any] = {
                "guide": guide,
                "name": {"zh": "甲"},
                "today": TODAY,
                "item_type": kind,
                "dead_links": {"https://a.example/": "gone"},
                "translated_from": {"summary": "0" * 16},
            }
            plain = GuideFacts(**said)
            list(rule.check(Watched(**said)))
        if seen & set(OWN):
            assert rule.key in MINDED


def _found(offering: Offering) -> list[tuple[Any, ...]]:
    rows = Finding.objects.filter(offering=offering).order_by("pk")
    return list(rows.values_list("version_id", "rule", "severity", "place", "facts"))


def _sums() -> dict[tuple[Any, ...], tuple[int, ...]]:
    """All counts, summed up, without those that came to nothing."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    columns = ("guides", "places", "checked", "with_errors", "without_findings", "points")
    for one in QualityCount.objects.all():
        total = sums.setdefault((one.agency_id, one.region_path, one.rule), [0] * len(columns))
        for at, name in enumerate(columns):
            total[at] += getattr(one, name)
    return {key: tuple(total) for key, total in sums.items() if any(total)}


@pytest.mark.django_db
def test_alike_or_not_in_bulk_the_same_is_found_as_guide_by_guide() -> None:
    region = make_region("990100", parent=make_region("990000"))
    said: list[dict[str, Any]] = [
        {"place": {"zh": f"望江路{n}号"}, "consult_phone": f"0990-555100{n}"} for n in range(4)
    ]
    said += [{"place": {"zh": "按有关规定确定"}}, {"consult_phone": "5551000"}]
    said += [{"website": {"zh": "https://gone.example/"}}, {"limits": {"promised": 9}}]
    offerings = [make_offering(make_agency(region), guide=make_guide(**words)) for words in said]
    Offering.objects.update(item=offerings[0].item)
    for _twice in range(2):
        keep([Answer("https://gone.example/", 404, "not_found")])
    tally = lint_all()
    assert (tally.guides, tally.examined) == (len(said), len(said))
    for offering in Offering.objects.select_related("current"):
        guide = guide_of(offering.current)
        facts = GuideFacts(
            guide=guide,
            name=offering.name,
            today=clock.today(),
            item_type=offering.item.type,
            audiences=frozenset(offering.item.audiences),
            theme_audiences=frozenset(
                Theme.objects.filter(code__in=offering.item.themes).values_list(
                    "audience", flat=True
                )
            ),
            has_form=offering.current.form_id is not None,
            translated_from=offering.current.translated_from,
            dead_links={
                url: "not_found" for _path, url in links(guide) if url == "https://gone.example/"
            },
        )
        assert _found(offering) == [
            (offering.current_id, one.rule, one.severity, one.place, dict(one.facts))
            for one in lint(facts)
        ]
    again = _sums()
    assert lint_all().examined == 0
    assert lint_all(whole=True).examined == len(said)
    assert _sums() == again


@pytest.mark.django_db
def test_only_what_changed_is_examined_again() -> None:
    today = clock.today()
    basis = {"title": {"zh": "《条例》"}, "says": {"zh": "要许可。"}}
    ending = basis | {"ends_on": (today + timedelta(days=3)).isoformat()}
    lasting, ends, linked = (
        make_offering(make_agency(), guide=make_guide(**said))
        for said in (
            {},
            {"basis": [basis, ending]},
            {"website": {"zh": "https://slow.example/"}},
        )
    )
    assert lint_all().examined == 3

    def examined() -> int:
        return lint_all().examined

    assert examined() == 0
    moment = clock.now()
    with clock.freeze(moment + timedelta(days=3)):
        assert examined() == 0  # the basis is in force on its last day
    with clock.freeze(moment + timedelta(days=4)):
        assert examined() == 1
        assert "basis_expired" in {rule for _version, rule, *_rest in _found(ends)}
    for _twice in range(2):
        keep([Answer("https://slow.example/", None, "timeout")])
    assert examined() == 1
    assert "dead_link" in {rule for _version, rule, *_rest in _found(linked)}
    keep([Answer("https://slow.example/", 200, "")])
    assert examined() == 1

    newer, _new = add_version(lasting, make_guide(limits={"promised": 3}))
    publish(newer.pk)
    assert examined() == 1
    lasting.item.audiences = ["firm"]
    lasting.item.save()
    assert examined() == 1
    Theme.objects.create(code="odd", name={"zh": "奇"}, audience="person")
    assert examined() == 3  # topics are asked about in every guide
    # Another agency offers the same otherwise: both are told, and nobody else is examined.
    other = make_offering(
        make_agency(lasting.region), guide=make_guide(limits={"promised": 8}), name=lasting.name
    )
    Offering.objects.filter(pk=other.pk).update(item=lasting.item)
    assert examined() == 2
    assert "agencies_contradict" in {rule for _version, rule, *_rest in _found(lasting)}


@pytest.mark.django_db
def test_counts_are_in_step_with_every_act() -> None:
    region = make_region("990100", parent=make_region("990000"))
    late = {"limits": {"statutory": 10, "promised": 30}}
    first = make_offering(make_agency(region), guide=make_guide(**late))
    second = make_offering(first.agency)
    gone = make_offering(first.agency)
    steps = (
        lambda: None,
        lambda: publish(add_version(second, make_guide(**late))[0].pk),
        lambda: withdraw(gone.pk, why={}),
        lambda: lint_all(whole=True),
        lambda: publish(add_version(gone, make_guide())[0].pk),
        lambda: Offering.objects.filter(pk=first.pk).update(agency=make_agency(region)),
    )
    for step in steps:
        step()
        kept = {key: counts for key, counts in _sums().items() if step is not steps[-1]}
        recount()
        assert not kept or kept == _sums()
    key = (first.agency_id, region.path, "promise_beyond_law")
    assert _sums()[key][:2] == (1, 1)
    assert not Finding.objects.filter(offering=gone, version_id__lt=gone.current_id).exists()
    with connection.cursor() as cursor:  # folded: a row a place and rule
        cursor.execute(
            "SELECT count(*), count(DISTINCT (agency_id, region_path, rule))"
            " FROM catalogue_qualitycount"
        )
        rows, places = cursor.fetchone()
    assert rows == places
