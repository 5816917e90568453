"""Changes of the catalogue: each one told, in an order that no follower can miss anything in."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from tests.catalogue.sources import gd_row, write_csv
from tests.factories import make_agency, make_calendar, make_region
from tongban.catalogue.api import Guide, Item, Offering, add_version, publish, withdraw
from tongban.catalogue.feed import changes, last_position, latest_changes, number_changes
from tongban.catalogue.importing.importer import SOURCES, Options, import_items
from tongban.catalogue.importing.problems import Problems
from tongban.catalogue.models import Change
from tongban.kernel import clock

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def make_offering(number: int, region: str = "990100") -> Offering:
    province = make_region("990000")
    city = make_region(region, parent=province)
    item = Item.objects.create(source="t", code=f"item{number}", name={"zh": f"事项{number}"})
    return Offering.objects.create(
        item=item,
        agency=make_agency(city),
        region=city,
        source="t",
        code=f"code{number}",
        slug=f"t-{number}",
        name={"zh": f"事项{number}", "en": f"Item {number}"},
        region_path=city.path,
        sort_key=f"{number}",
    )


def put_out(offering: Offering, says: str = "办好一件事。") -> None:
    version, _new = add_version(offering, Guide(summary={"zh": says, "en": says}))
    publish(version.pk)


def set_current(offering: Offering) -> None:
    """What publishing comes down to here, without what else it may wait for."""
    Offering.objects.filter(pk=offering.pk).update(current=offering.versions.get())


@pytest.mark.django_db
def test_a_service_appears_changes_goes_and_comes_back() -> None:
    make_calendar()
    offering = make_offering(1)
    with clock.freeze(NOON):
        put_out(offering)
        put_out(offering, "办好两件事。")
        withdraw(offering.pk, why={"zh": "不再办理。", "en": "No longer done."})
        first = changes()
        assert [(one.kind.value, one.version) for one in first] == [
            ("new", 1),
            ("changed", 2),
            ("withdrawn", None),
        ]
        assert first[-1].why["en"] == "No longer done."
        put_out(offering, "又能办了。")
    later = changes(first[-1].position)
    assert [(one.kind.value, one.version) for one in later] == [("returned", 3)]
    assert [one.position for one in latest_changes()] == [4, 3, 2, 1]
    assert {one.at for one in first} == {NOON}
    # What changes nothing that is published is no change: a save, a draft, a count.
    Offering.objects.update(applications=7)
    add_version(offering, Guide(summary={"zh": "草稿。"}))
    assert last_position() == 4


@pytest.mark.django_db
def test_imports_are_told_like_everything_else(tmp_path: Path) -> None:
    make_calendar()

    def run(*rows: dict[str, str]) -> None:
        path = write_csv(tmp_path / "items.csv", list(rows))
        import_items(path, SOURCES["gd"], Problems(), Options(withdraw_missing=True))

    run(gd_row(1), gd_row(2))
    assert [one.kind.value for one in changes()] == ["new", "new"]
    run(gd_row(1, promise_days="3"))
    assert sorted(one.kind.value for one in changes(2)) == ["changed", "withdrawn"]
    run(gd_row(1, promise_days="3"), gd_row(2))
    assert [one.kind.value for one in changes(4)] == ["returned"]
    assert changes(region_path="990200/") == []
    assert len(changes(region_path="990000/990100/", most=2)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_is_not_passed_over() -> None:
    """The first to begin is the last to commit: its lower id must not hide it from followers."""
    make_calendar()
    slow, quick = make_offering(1), make_offering(2)
    for offering in (slow, quick):
        add_version(offering, Guide(summary={"zh": "办好一件事。"}))
    published, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                put_out(slow)
                published.set()
                may_commit.wait(300)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slowly)
    thread.start()
    try:
        assert published.wait(300)
        set_current(quick)
        seen = changes()
        assert [one.slug for one in seen] == ["t-2"]
        assert Change.objects.count() == 1  # the other cannot be seen yet …
    finally:
        may_commit.set()
        thread.join(300)
    after = changes(seen[-1].position)
    assert [one.slug for one in after] == ["t-1"]  # … and comes after what was read
    ids = dict(Change.objects.values_list("position", "pk"))
    assert ids[1] > ids[2]


@pytest.mark.django_db
def test_positions_are_dense_and_given_once() -> None:
    make_calendar()
    for number in range(5):
        put_out(make_offering(number))
    assert number_changes() == 5
    assert number_changes() == 0
    assert [one.position for one in changes()] == [1, 2, 3, 4, 5]
    assert [one.position for one in changes(2, most=2)] == [3, 4]
    with connection.cursor() as cursor, pytest.raises(Exception, match="numbered_change"):
        cursor.execute("UPDATE catalogue_change SET at = NULL")
