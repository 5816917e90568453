"""Finding and browsing services: each list, each way to narrow down, on a phone and in the dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def test_services_are_browsed_on_a_phone_without_scripts(visit: Visit) -> None:
    visitor = visit(language="en", width=390, scripts=False)
    visitor.go("/regions?next=/en/browse").press("Yunzhou")
    assert visitor.path == "/browse"
    visitor.follow("Identity and residence").sees("Renew an identity card")
    visitor.follow("At a service window")
    assert "theme=identity" in visitor.path
    assert "way=counter" in visitor.path
    visitor.after(visitor.find(".tb-active__link").first.click)
    assert "theme=identity" not in visitor.path
    assert "way=counter" in visitor.path
    for name in ("a-z", "new", "changed", "withdrawn"):
        visitor.go(f"/lists/{name}")
    visitor.go("/agencies").follow("Yunzhou Public Security Bureau").sees("Renew an identity card")
    visitor.go("/services/id-card-renewal-990100/places").sees("Choose yours")


def test_words_are_searched_for_narrowed_down_and_not_found(visit: Visit) -> None:
    visitor = visit(dark=True)
    visitor.go("/search?q=登记&way=online").go("/search?q=登记&for=firm")
    visitor.go("/search?q=身份证&audience=firm").sees("12345")
    visitor.after(visitor.find(".tb-empty .tb-choices a").first.click)
    assert "audience" not in visitor.path
    visitor.go("/search?q=zzqqxx").sees("12345")
    visitor.go("/search?q=？！")
    visitor.go("/lists/a-z?letter=s").go("/regions")
