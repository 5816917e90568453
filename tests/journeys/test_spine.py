"""The whole way of an application, from finding the service to rating it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.demo_site import DemoSite
from tests.journeys.applicant import Applicant
from tests.journeys.office import act, grant
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


def test_a_birth_is_registered(demo_site: DemoSite, visit: Visit) -> None:
    lin = visit()
    lin.go("/")
    lin.page.fill("main [name=q]", "出生登记")
    lin.after(lin.find("main form:has([name=q]) button").first.click)
    lin.sees("新生儿出生登记")
    lin.go("/services/birth-registration-990100").sees("常见问题", "还没有人评价")

    # Not signed in: by way of signing in to where one wanted to go.
    lin.go("/apply/birth-registration-990100")
    assert lin.path.startswith("/account/login/")
    lin.fill_sign_in("lin.xiaoyu")
    assert lin.path == "/apply/birth-registration-990100"
    form = Applicant(lin, "birth-registration", certificate_photo=["x"], receive_by="pick_up")
    form.begin()
    lin.after(lin.find("main form .govuk-button-group button:not([name])").first.click)
    assert lin.find(".govuk-error-summary").is_visible()
    assert form.step == "baby"
    form.fill_step()

    # The rest on another device, from where it was left.
    at_home = visit("lin.xiaoyu", width=390)
    at_home.go("/drafts")
    at_home.after(at_home.find("main a[href^='/drafts/']:not([href$=discard])").first.click)
    rest = Applicant(at_home, "birth-registration", receive_by="pick_up")
    assert rest.step == "parents"
    rest.fill_all()
    at_home.sees("照片.png", "沈知禾")
    number = rest.send()

    clerk, officer = visit("chen.clerk"), visit("wu.officer")
    clerk.go("/work/?whose=unclaimed")
    grant(clerk, officer, number)

    demo_site.finish_jobs()
    lin.go("/inbox")
    assert lin.find("main li").filter(has_text="新生儿出生登记").count() >= 3, lin.text
    lin.go(f"/cases/{number}").sees("已送达", "谁查看过")
    assert lin.find(".tb-timeline > li").count() >= 6
    lin.go(f"/cases/{number}/decision")
    lin.go(f"/cases/{number}/rate")
    lin.find("#level-5").check()
    lin.page.fill("[name=words]", "全程网上办，很方便。")
    lin.after(lin.find("main form button[type=submit]").first.click)
    lin.sees("非常满意")

    guide = visit().go("/services/birth-registration-990100")
    assert "还没有人评价" not in guide.text


def test_a_parking_permit_in_english_on_a_phone(demo_site: DemoSite, visit: Visit) -> None:
    lin = visit(language="en", width=390)
    lin.go("/search?q=parking").sees("Resident's parking permit")
    lin.go("/services/resident-parking-permit-990100")
    lin.sign_in("lin.xiaoyu@tongban.example")
    form = Applicant(
        lin, "resident-parking-permit", home_link="own_name", zone_region="990102"
    )  # fmt: skip
    number = form.begin().fill_all().send()
    lin.sees("Your application has been sent")

    clerk = visit("chen.clerk", language="en", width=390)
    officer = visit("luo.officer", language="en", width=390)
    act(clerk, number, "accept", note="All papers are here.")
    act(officer, number, "examine", opinion="The address was checked.")
    act(officer, number, "decide", outcome="granted")
    act(officer, number, "complete")
    demo_site.finish_jobs()

    lin.go("/inbox")
    lin.after(lin.find("main li button, main li a").first.click)
    lin.go(f"/cases/{number}").sees("Rate this case")
    lin.go(f"/cases/{number}/result")
    lin.go(f"/cases/{number}/rate")
    lin.find("#level-4").check()
    lin.after(lin.find("main form button[type=submit]").first.click)
    lin.sees("Satisfied")


def test_a_certificate_without_scripts(demo_site: DemoSite, visit: Visit) -> None:
    he = visit("he.jiaqi", scripts=False)
    form = Applicant(
        he, "no-criminal-record-certificate", has_former_names="no", purpose="job",
        receive_by="online",
    )  # fmt: skip
    form.begin("何佳琪")
    number = form.fill_all().send()
    clerk, officer = visit("chen.clerk", scripts=False), visit("wu.officer", scripts=False)
    grant(clerk, officer, number)
    demo_site.finish_jobs()
    he.go("/inbox")
    he.go(f"/cases/{number}/rate")
    he.find("#level-1").check()
    he.find("[name=tags][value]").last.check()
    he.page.fill("[name=words]", "等得有点久。")
    he.after(he.find("main form button[type=submit]").first.click)
    he.go(f"/cases/{number}").sees("非常不满意")
