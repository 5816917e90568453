"""Ways a case can go other than straight on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.demo_site import DemoSite
from tests.journeys.applicant import Applicant
from tests.journeys.office import act
from tests.journeys.visitor import Visitor
from tongban.kernel import clock

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def parking(visitor: Visitor, **others: object) -> Applicant:
    """The shortest form of the demo: three pages, no files."""
    return Applicant(
        visitor, "resident-parking-permit", home_link="own_name", zone_region="990102", **others
    )


def test_a_supplement_is_asked_for_and_answered(demo_site: DemoSite, visit: Visit) -> None:
    shi = visit("shi.lei")
    number = parking(shi).begin().fill_all().send()
    clerk, officer = visit("chen.clerk"), visit("luo.officer")
    act(clerk, number, "accept")
    shi.go(f"/cases/{number}").sees("为什么是这一天")  # each day of the limit is explained

    officer.go(f"/work/{number}/ask-supplement/")
    officer.after(officer.find("main form .govuk-button-group button").first.click)
    assert officer.find(".govuk-error-summary").is_visible()  # nothing was asked
    officer.page.select_option("[name=points-0-field]", "plate")
    officer.page.fill("[name=points-0-what]", "车牌号看不清，请重新填写。")
    officer.page.fill("[name=answer_by]", str(clock.today() + timedelta(days=10)))
    officer.after(officer.find("main form .govuk-button-group button").first.click)
    assert officer.path == f"/work/{number}/"

    demo_site.finish_jobs()
    shi.go("/inbox").sees("补正")
    shi.go(f"/cases/{number}").sees("需要您来办", "车牌号看不清，请重新填写。")
    assert "为什么没有日期" in shi.text  # the clock stands
    waiting = "SELECT due_on IS NULL FROM cases_case WHERE number = %s"
    assert demo_site.ask(waiting, number)
    shi.after(shi.find(f"main a[href='/cases/{number}/supplement']").first.click)
    shi.after(shi.find("main ol a[href*='/supplement/']").first.click)
    shi.page.fill("[name=plate]", "云A8K261")
    shi.after(shi.find("main form .govuk-button-group button").first.click)
    shi.page.fill("[name=note]", "已改正。")
    shi.after(shi.find("main form:has([name=note]) button").first.click)
    assert shi.path == f"/cases/{number}"
    assert not demo_site.ask(waiting, number)
    officer.go(f"/work/{number}/").sees("云A8K261", "已改正。")


def test_a_refusal_says_why_and_what_can_be_done(demo_site: DemoSite, visit: Visit) -> None:
    ma = visit("ma.jun", language="en")
    number = parking(ma).begin("马骏").fill_all().send()
    clerk, officer = visit("chen.clerk"), visit("luo.officer")
    act(clerk, number, "accept")
    act(officer, number, "examine", opinion="该路段没有空余车位。")
    officer.go(f"/work/{number}/decide/")
    officer.find("[name=outcome][value=refused]").check()
    officer.after(officer.find("main form .govuk-button-group button").first.click)
    assert officer.find(".govuk-error-summary").is_visible()  # a refusal needs its reason
    assert officer.find("[name=outcome][value=refused]").is_checked()
    officer.page.fill("[name=reason]", "该路段已无空余车位（《停车管理办法》第十条）。")
    officer.after(officer.find("main form .govuk-button-group button").first.click)
    demo_site.finish_jobs()
    ma.go("/inbox")
    ma.go(f"/cases/{number}").sees("Refused", "该路段已无空余车位", "If you disagree")
    ma.go(f"/cases/{number}/decision").sees("该路段已无空余车位")


def test_an_application_is_taken_back(demo_site: DemoSite, visit: Visit) -> None:
    shi = visit("shi.lei", width=390)
    number = parking(shi, plate="云A7K262").begin().fill_all().send()
    shi.go(f"/cases/{number}")
    shi.after(shi.find(f"main a[href='/cases/{number}/withdraw']").click)
    shi.page.fill("[name=reason]", "车卖了。")
    shi.after(shi.find("main form button[type=submit]").click)
    shi.sees("已撤回")
    assert demo_site.ask("SELECT state FROM cases_case WHERE number = %s", number) == "withdrawn"
    clerk = visit("chen.clerk")
    clerk.go(f"/work/{number}/").sees("车卖了。")
    assert clerk.find(f"main a[href$='/{number}/accept/']").count() == 0


def test_a_representative_applies_for_the_firm(demo_site: DemoSite, visit: Visit) -> None:
    gao = visit("gao.yun")
    form = Applicant(gao, "outdoor-advertising-permit")
    form.begin("云州青禾食品有限公司")
    number = form.fill_all().send()
    gao.go(f"/cases/{number}").sees("云州青禾食品有限公司")
    # Whoever else acts for the firm sees it; who does not, does not.
    sun = visit("sun.hao")
    sun.go(f"/cases/{number}").sees("云州青禾食品有限公司")
    other = visit("fu.cheng")
    other.go(f"/cases/{number}", status=404)
    clerk = visit("chen.clerk")
    act(clerk, number, "accept")
