"""Sending twice is sending once, however it comes about."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.demo_site import DemoSite
from tests.journeys.applicant import Applicant
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
SEND = "main form[action$='/send'] button"


def cases_of(site: DemoSite, username: str) -> int:
    return int(
        site.ask(
            "SELECT count(*) FROM cases_case c JOIN identity_account a ON a.id = c.filed_by_id "
            "WHERE a.username = %s",
            username,
        )
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_gives_one_case(demo_site: DemoSite, visit: Visit, scripts: bool) -> None:
    zhou = visit("zhou.mingde", scripts=scripts)
    before = cases_of(demo_site, "zhou.mingde")
    form = Applicant(zhou, "resident-parking-permit", home_link="own_name", zone_region="990102",
                     plate="云A6K263" if scripts else "云A6K264")  # fmt: skip
    form.begin().fill_all()
    zhou.find(SEND).dblclick()
    # The second click cuts off the first answer: what counts is where the browser ends up.
    expect(zhou.page).to_have_url(re.compile("/sent$"))
    zhou.page.wait_for_load_state("load")
    zhou.see()
    assert cases_of(demo_site, "zhou.mingde") == before + 1


def test_two_tabs_give_one_case(demo_site: DemoSite, visit: Visit) -> None:
    ye = visit("ye.zihan")
    before = cases_of(demo_site, "ye.zihan")
    form = Applicant(ye, "resident-parking-permit", home_link="own_name", zone_region="990102")
    form.begin().fill_all()
    other = ye.new_tab()
    other.goto(ye.page.url)
    number = form.send()
    other.locator(SEND).click()
    expect(other).to_have_url(re.compile(f"/cases/{number}/sent$"))
    other.go_back()
    assert cases_of(demo_site, "ye.zihan") == before + 1
