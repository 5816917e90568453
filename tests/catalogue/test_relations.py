"""Relations of items: both ways in one query, never round in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.case_factories import make_offering
from tests.factories import make_agency, make_officer, make_region
from tongban.catalogue.api import (
    Item,
    ItemRelation,
    read_item,
    relate,
    related,
    unrelate,
)
from tongban.catalogue.relations import relate_by_codes
from tongban.kernel.errors import Refused

Kind = ItemRelation.Kind


def item(code: str) -> Item:
    return Item.objects.create(source="test", code=code, name={"zh": code, "en": code})


@pytest.mark.django_db
def test_both_items_show_the_relation_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    shop, firm, sign = item("shop"), item("firm"), item("sign")
    relate(shop.pk, firm.pk, Kind.NEEDS, note={"en": "either"})
    relate(shop.pk, sign.pk, Kind.USUAL_NEXT)
    with django_assert_num_queries(1):
        found = related(shop.pk)
    assert [(one.code, one.kind, one.forward) for one in found] == [
        ("firm", Kind.NEEDS, True),
        ("sign", Kind.USUAL_NEXT, True),
    ]
    assert found[0].note == {"en": "either"}
    with override("en"):
        back = related(firm.pk)[0]
        assert (back.code, back.forward, back.heading) == ("shop", False, "Needed for")
    unrelate(ItemRelation.objects.get(other=sign).pk)
    assert [one.code for one in related(shop.pk)] == ["firm"]


@pytest.mark.django_db
def test_the_nearest_offering_is_linked() -> None:
    city = make_region("990100", parent=make_region("990000"))
    other = make_region("990200", parent=make_region("990000"))
    far, province, near = (
        make_offering(make_agency(region)) for region in (other, make_region("990000"), city)
    )
    shop = item("shop")
    for offering in (far, province):
        type(offering).objects.filter(pk=offering.pk).update(item_id=near.item_id)
    relate(shop.pk, near.item_id, Kind.NEEDS)
    assert related(shop.pk, city.path)[0].slug == near.slug
    assert related(shop.pk, other.path)[0].slug == far.slug
    type(near).objects.filter(pk=near.pk).update(current=None)
    assert related(shop.pk, city.path)[0].slug == province.slug
    type(far).objects.update(current=None)
    assert related(shop.pk, city.path)[0].slug == ""


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8))
def test_whatever_is_tried_no_circle_comes_about(tries: list[tuple[int, int]]) -> None:
    items = [
        Item.objects.get_or_create(source="t", code=str(n), defaults={"name": {}})[0]
        for n in range(5)
    ]
    ItemRelation.objects.all().delete()
    kept: set[tuple[int, int]] = set()

    def reaches(start: int, goal: int) -> bool:
        return start == goal or any(reaches(b, goal) for a, b in kept if a == start)

    for a, b in tries:
        closes = reaches(b, a)
        try:
            relate(items[a].pk, items[b].pk, Kind.NEEDS)
        except Refused:
            assert closes
        else:
            assert not closes
            kept.add((a, b))
        relate_usual(items, a, b)


def relate_usual(items: list[Item], a: int, b: int) -> None:
    """What people usually do next may go round."""
    if a != b:
        relate(items[a].pk, items[b].pk, Kind.USUAL_NEXT)


@pytest.mark.django_db
def test_two_at_the_same_moment_cannot_close_a_circle() -> None:
    """Whoever says what needs what holds a lock until it is said; "usually next" needs none."""

    def locks() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND pid = pg_backend_pid()"
            )
            return int(cursor.fetchone()[0])

    first, second = item("a").pk, item("b").pk
    before = locks()
    relate(first, second, Kind.USUAL_NEXT)
    assert locks() == before
    relate(first, second, Kind.REPLACES)
    assert locks() == before + 1
    with pytest.raises(Refused, match="circle"):
        relate(second, first, Kind.REPLACES)


@pytest.mark.django_db
def test_only_who_looks_after_every_offering_relates() -> None:
    city = make_region("990100", parent=make_region("990000"))
    police, other = (
        make_agency(city),
        make_agency(make_region("990200", parent=make_region("990000"))),
    )
    mine = make_offering(police)
    theirs = make_offering(other)
    own = theirs.item_id
    type(theirs).objects.filter(pk=theirs.pk).update(item_id=mine.item_id)
    goal = item("goal")
    editor = make_officer("editor", police).officer
    with pytest.raises(Refused, match="not_yours"):
        relate(mine.item_id, goal.pk, Kind.NEEDS, by=editor)
    type(theirs).objects.filter(pk=theirs.pk).update(item_id=own)
    made = relate(mine.item_id, goal.pk, Kind.NEEDS, by=editor)
    with pytest.raises(Refused, match="not_yours"):
        unrelate(made.pk, by=make_officer("editor", other).officer)
    unrelate(made.pk, by=editor)
    assert not ItemRelation.objects.exists()


@pytest.mark.django_db
def test_files_name_relations_by_code() -> None:
    ids = [item(code).pk for code in ("a", "b", "c")]
    relations = [(Kind.NEEDS, one, {}) for one in ("b", "c")]
    assert relate_by_codes("test", "a", relations) == 2
    relate_by_codes("test", "a", relations)
    assert [(r.item_id, r.other_id) for r in ItemRelation.objects.order_by("pk")] == [
        (ids[0], ids[1]),
        (ids[0], ids[2]),
    ]
    with pytest.raises(Item.DoesNotExist, match="no item zzz"):
        relate_by_codes("test", "a", [(Kind.NEEDS, "zzz", {})])


def test_the_demo_names_no_item_that_is_not_there() -> None:
    """Read as files: loading them all is what `load_demo` does."""
    contents = [read_item(path) for path in sorted(Path("demo/items").glob("*.yaml"))]
    codes = {content.code for content in contents}
    named = [(c.code, r.item) for c in contents for r in c.relations]
    assert len(named) > 30
    assert {other for _code, other in named} <= codes
    assert all(code != other for code, other in named)
