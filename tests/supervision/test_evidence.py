"""Figures that the platform counts itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_region
from tongban.catalogue.api import Rehearsal
from tongban.kernel import clock
from tongban.supervision.api import Task, live_figure

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 1, tzinfo=UTC)


def count(**evidence: object) -> int | None:
    cache.clear()
    figure = live_figure(Task(evidence={"region": "990000", **evidence}))
    return figure.count if figure else None


def test_what_is_published_in_the_region_is_counted_and_nothing_else() -> None:
    province = make_region("990000")
    police = make_agency(make_region("990100", parent=province))
    elsewhere = make_agency(make_region("880000"))
    with clock.freeze(NOW):
        online = make_offering(police)
        make_offering(police, form=None, guide=make_guide(visits=2, visits_reason={"zh": "核验"}))
        checked = make_offering(police, form=None)
        make_offering(elsewhere)
        gone = make_offering(police)
        type(gone).objects.filter(pk=gone.pk).update(current=None, withdrawn_at=NOW)
        type(gone).objects.filter(pk=checked.pk).update(error_count=1)
        assert online.current is not None
        assert online.current.form_id is not None
        Rehearsal.objects.create(form_id=online.current.form_id, run_at=NOW, passed_at=NOW)
        assert count(measure="online_items") == 1
        assert count(measure="single_window_items") == 2
        assert count(measure="guides_without_errors") == 2
        assert count(measure="rehearsed_items") == 1
        codes = [online.item.code, checked.item.code, gone.item.code]
        assert count(measure="offerings_of", items=codes) == 2
        assert count(measure="offerings_of", items="not a list") == 0


def test_the_figure_has_its_target_and_is_five_minutes_old_at_most() -> None:
    police = make_agency(make_region("990000"))
    task = Task(evidence={"measure": "online_items", "region": "990000", "target": 2})
    cache.clear()
    with clock.freeze(NOW):
        make_offering(police)
        first = live_figure(task)
        assert first is not None
        assert (first.count, first.target, first.share, first.is_reached) == (1, 2, 0.5, False)
        make_offering(police)
        assert live_figure(task) == first
        cache.clear()
        assert (now := live_figure(task)) is not None
        assert now.is_reached


@pytest.mark.parametrize(
    "evidence", [{}, {"measure": "moon", "region": "990000"}, {"measure": "online_items"}]
)
def test_what_names_nothing_that_can_be_counted_has_no_figure(evidence: dict[str, object]) -> None:
    assert live_figure(Task(evidence=evidence)) is None
