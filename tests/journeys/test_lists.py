"""A to-do list from its making to a claim that the public contests, in browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.demo_site import DemoSite
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey]


def test_published_claimed_contested_answered_sent_back(
    demo_site: DemoSite, visit: Callable[..., Visitor]
) -> None:
    office = demo_site.ask("SELECT id FROM directory_agency WHERE code = %s", "11990000100001019W")
    gu = visit("gu.programme", language="en")
    gu.go("/work/lists/new/")
    gu.page.fill("[name=title_zh]", "窗口服务清单")
    gu.page.fill("[name=title_en]", "Windows that serve people")
    gu.page.fill("[name=slug]", "windows-journey")
    gu.page.select_option("[name=level]", "province")
    gu.page.select_option("[name=office]", str(office))
    gu.press("Make the draft").sees("Nobody but your office sees")
    gu.go("/work/lists/windows-journey/tasks/add/")
    gu.page.fill("[name=title_zh]", "所有窗口延时服务")
    gu.page.fill("[name=title_en]", "All windows open longer")
    gu.page.select_option("[name=lead]", str(office))
    gu.page.fill("[name=due]", "2099-06-30")
    gu.page.fill("[name=milestones]", "试点 | A first hall | 2099-03-31")
    gu.press("Save").sees("The task is on the draft", "All windows open longer")
    gu.follow("Look at it as the public will, and publish")
    gu.press("Publish the list").sees("From now on every change")
    # The unit, on a phone without scripts: first an error, then a claim; nothing is typed twice.
    yan = visit("yan.reporter", language="en", width=390, scripts=False)
    task = demo_site.ask(
        "SELECT t.id FROM supervision_task t JOIN supervision_plan p ON p.id = t.plan_id "
        "WHERE p.slug = 'windows-journey'"
    )
    place = f"/work/lists/windows-journey/tasks/{task}/"
    yan.go(place).press("Claim it done")
    yan.page.fill("[name=text_zh]", "全部窗口已延时。")
    yan.press("Send the report").sees("Show what was done")
    yan.page.fill("[name='evidence-0-title']", "时间表")
    yan.page.fill("[name='evidence-0-url']", "https://example.org/hours")
    yan.find("[name=step_0]").check()
    yan.press("Send the report").sees("Claimed done", "Evidence window until")
    # A resident objects; the office cannot close while everybody may still look.
    lin = visit("lin.xiaoyu", language="en")
    lin.go("/lists/windows-journey/say/1?kind=objection")
    lin.find("[name=kind][value=objection]").check()
    lin.page.fill("[name=text]", "东城窗口五点就关门了。")
    lin.after(lin.find("main form:has([name=text]) button[type=submit]").last.click)
    gu.go("/work/lists/").sees("1 objection")
    gu.go(f"{place}close/").page.fill("[name=reasons_zh]", "已完成")
    gu.press("Close the task").sees("Everybody may look at the evidence until")
    yan.go("/work/lists/")
    yan.follow("东城窗口五点就关门了。")
    yan.page.fill("[name=text]", "下周起延到七点。")
    yan.press("Publish the answer").sees("Your answer is on the task")
    gu.go(f"{place}send-back/")
    gu.find("[name=level][value=limited]").check()
    gu.page.fill("[name=reasons_zh]", "东城尚未延时。")
    gu.press("Send back").sees("Sent back", "Limited")
    # The day is moved in the open, after a look at what that does.
    gu.go(f"/work/lists/windows-journey/change/?task={task}&kind=due")
    gu.page.fill("[name=due]", "2099-09-30")
    gu.press("Look at what it does").sees("30 June 2099", "30 September 2099")
    gu.page.fill("[name=reason_zh]", "东城装修。")
    gu.press("Change 1 task").sees("is changed, with your reason")
    gu.go("/work/lists/windows-journey/compare/").sees("Nothing has changed since then")
    for path in ("", "new/", "yunze-services/", "yunze-seniors/", "windows-journey/compare/"):
        gu.go(f"/work/lists/{path}")
        gu.see()
