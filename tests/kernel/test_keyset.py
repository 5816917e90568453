"""Keyset pages: every row once, in order, both ways, whatever is inserted meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.factories import make_region
from tongban.directory.models import Region
from tongban.kernel.keyset import BadCursor, paginate


class Pages(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(0, 5), min_size=0, max_size=25), st.integers(1, 7), st.booleans())
    def test_walking_forwards_and_back_meets_every_row_once(
        self, keys: list[int], size: int, down: bool
    ) -> None:
        Region.objects.all().delete()
        for number, key in enumerate(keys):
            make_region(f"{number:04d}", sort_key=str(key))
        by = ("-sort_key", "code") if down else ("sort_key", "code")
        expected = list(Region.objects.order_by(*by))
        pages, cursor = [], None
        while True:
            page = paginate(Region.objects.all(), by=by, cursor=cursor, size=size)
            pages.append(list(page.rows))
            cursor = page.next
            if cursor is None:
                break
        assert [row for rows in pages for row in rows] == expected
        for earlier in reversed(pages[:-1]):
            assert page.previous is not None
            page = paginate(Region.objects.all(), by=by, cursor=page.previous, size=size)
            assert list(page.rows) == earlier
        assert page.previous is None


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "W10", "eyJhIjoxfQ", "WzAsICJhIl0", "\u4e2d", "=" * 500])
def test_what_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        paginate(Region.objects.all(), by=("sort_key", "code"), cursor=cursor)
