"""A to-do list from its making to its end, in browsers: published, claimed, contested, reopened,
closed; a follower who hears of a moved date; a journalist who checks ledgers on her own computer.

Pages that other journeys or tests look at are only passed through (`quick`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.demo_site import DemoSite
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey]
TASK = "windows-journey"


def quick(who: Visitor, path: str, press: str, **fields: str) -> Visitor:
    """Fill in a form and press, without looking at the pages."""
    who.page.goto(f"{who.site.url}/en{path}", wait_until="domcontentloaded")
    for name, value in fields.items():
        field = who.find(f"main [name='{name.replace('__', '-')}']")
        kind = field.first.evaluate("one => one.type")
        if kind == "radio":
            who.find(f"main [name='{name}'][value='{value}']").check()
        elif kind.startswith("select"):
            field.first.select_option(value)
        else:
            field.first.fill(value)
    with who.page.expect_navigation(wait_until="domcontentloaded"):
        who.find("main").get_by_role("button", name=press).first.click()
    return who


def test_published_claimed_contested_reopened_closed(
    demo_site: DemoSite, visit: Callable[..., Visitor]
) -> None:
    office = demo_site.ask("SELECT id FROM directory_agency WHERE code = %s", "11990000100001019W")
    gu = visit("gu.programme", language="en")
    gu.go("/work/lists/new/")
    quick(gu, "/work/lists/new/", "Make the draft", title_zh="窗口服务清单", slug=TASK,
          title_en="Windows that serve people", level="province", office=str(office))  # fmt: skip
    quick(gu, f"/work/lists/{TASK}/tasks/add/", "Add a step", title_zh="所有窗口延时服务",
          title_en="All windows open longer", lead=str(office), due="2099-06-30")  # fmt: skip
    gu.page.fill("[name=milestones-0-title_zh]", "试点")
    gu.page.fill("[name=milestones-0-due]", "2099-03-31")
    gu.press("Save")
    gu.sees("The task is on the draft").follow("Look at it as the public will, and publish")
    gu.press("Publish the list").sees("From now on every change")
    task = demo_site.ask(
        "SELECT t.id FROM supervision_task t JOIN supervision_plan p ON p.id = t.plan_id "
        "WHERE p.slug = %s", TASK,
    )  # fmt: skip
    place, page = f"/work/lists/{TASK}/tasks/{task}/", f"/lists/{TASK}/tasks/1"
    follower = visit("he.jiaqi", language="en", width=390)
    quick(follower, f"/lists/{TASK}", "Follow this list").sees("You follow this now")
    # The day is moved in the open, after a look at what that does; who follows hears of it.
    gu.go(f"/work/lists/{TASK}/change/?task={task}&kind=due")
    gu.page.fill("[name=due]", "2099-09-30")
    gu.press("Look at what it does").sees("30 June 2099", "30 September 2099")
    gu.page.fill("[name=reason_zh]", "东城装修。")
    gu.press("Change 1 task").sees("is changed, with your reason")
    demo_site.finish_jobs()
    follower.go("/inbox").press("All windows open longer")
    follower.sees("30 June 2099", "30 September 2099", "东城装修。")
    # The unit, on a phone without scripts: first an error, then a claim; nothing is typed twice.
    yan = visit("yan.reporter", language="en", width=390, scripts=False)
    yan.go(place).press("Claim it done")
    yan.page.fill("[name=text_zh]", "全部窗口已延时。")
    yan.press("Send the report").sees("Show what was done")
    yan.page.fill("[name='evidence-0-title']", "时间表")
    yan.page.fill("[name='evidence-0-url']", "https://example.org/hours")
    yan.find("[name=step_0]").check()
    yan.press("Send the report").sees("Claimed done", "Evidence window until")
    # A resident objects; the office cannot close while everybody may still look.
    lin = visit("lin.xiaoyu", language="en")
    lin.go(f"/lists/{TASK}/say/1?kind=objection")
    quick(lin, f"/lists/{TASK}/say/1", "Publish it", kind="objection",
          text="东城窗口五点就关门了。").sees("the unit answers by")  # fmt: skip
    gu.go("/work/lists/").sees("1 objection")
    quick(gu, f"{place}close/", "Close the task", reasons_zh="已完成")
    gu.sees("Everybody may look at the evidence until")
    said = demo_site.ask("SELECT id FROM supervision_observation WHERE task_id = %s", task)
    yan.go(f"/work/lists/said/{said}/").sees("东城窗口五点就关门了。")
    yan.page.fill("[name=text]", "下周起延到七点。")
    yan.press("Publish the answer").sees("Your answer is on the task")
    # Closed after its window, opened again when it turns out not to be so, claimed and closed anew.
    _let_the_window_pass(demo_site, task)
    quick(gu, f"{place}close/", "Close the task", reasons_zh="已抽查").sees("Closed")
    lin.go(page).sees("It was done in time", "下周起延到七点。")
    quick(gu, f"{place}reopen/", "Open again", level="limited", reasons_zh="东城又提前关门。")
    lin.go(page).sees("opened again", "东城又提前关门。", "Limited")
    quick(yan, f"{place}report/?kind=claim", "Send the report", text_zh="已恢复。",
          evidence__0__title="时间表", evidence__0__url="https://example.org/hours")  # fmt: skip
    _let_the_window_pass(demo_site, task)
    quick(gu, f"{place}close/", "Close the task", reasons_zh="全部属实")
    lin.go(f"/lists/{TASK}").sees("1 task, done", "opened again 1 time")
    gu.go(f"/work/lists/{TASK}/compare/")
    for path in ("units", "units/11990000100001019W", "regions/990000", "yunze-services/levels"):
        lin.go(f"/lists/{path}")


def _let_the_window_pass(site: DemoSite, task: int) -> None:
    site.database.execute(
        "UPDATE supervision_task SET window_until = current_date - 1 WHERE id = %s", [task]
    )


def test_a_journalist_checks_ledgers_on_her_own_computer(
    demo_site: DemoSite, tmp_path: Path
) -> None:
    def fetch(path: str) -> bytes:
        with urllib.request.urlopen(f"{demo_site.url}{path}") as answer:
            content: bytes = answer.read()
            return content

    def check(lines: list[bytes]) -> tuple[int, str]:
        """As somebody would who has Python and three files, and nothing of ours."""
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines))
        done = subprocess.run(
            [sys.executable, "-I", "verify_ledger.py", "ledger.jsonl", "digest.json", "--key", key],
            cwd=tmp_path, env={"PYTHONIOENCODING": "utf-8"}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    published = json.loads(fetch("/lists/digests.json"))
    newest, key = published["digests"][-1], published["public_key"]
    (tmp_path / "verify_ledger.py").write_bytes(fetch("/lists/verify_ledger.py"))
    (tmp_path / "digest.json").write_bytes(fetch(f"/lists/digests/{newest['day']}.json"))
    good = fetch("/lists/yunzhou-services/ledger.jsonl").splitlines(keepends=True)
    last = len(good) - 1
    attested = newest["ledgers"]["yunzhou-services"]["entries"]
    assert 11 < attested <= last  # other journeys may have written since the digest
    code, said = check(good)
    assert code == 0, said
    assert f"{last} entries" in said
    altered = [*good[:5], good[5].replace(b"2026", b"2025", 1), *good[6:]]
    if altered == good:  # the demo is loaded in another year
        altered[5] = good[5].replace(b'"at":"20', b'"at":"19', 1)
    tampered = {
        "Entry 5 was altered": altered,
        "Entry 7 is missing": [*good[:7], *good[8:]],
        "was moved": [*good[:9], good[10], good[9], *good[11:]],
        "The end was cut off": good[:attested],
        "they end at 1": good[:2],
    }
    for words, lines in tampered.items():
        code, said = check(lines)
        assert code == 1, (words, said)
        assert words in said, (words, said)
    # Who owns the table can switch its triggers off and write; whoever downloads it then, sees it.
    _rewrite(demo_site, "青石县", "别的县")
    code, said = check(fetch("/lists/yunzhou-services/ledger.jsonl").splitlines(keepends=True))
    assert (code, "was altered" in said) == (1, True), said
    _rewrite(demo_site, "别的县", "青石县")
    code, said = check(fetch("/lists/yunzhou-services/ledger.jsonl").splitlines(keepends=True))
    assert code == 0, said


def _rewrite(site: DemoSite, old: str, new: str) -> None:
    with site.database.transaction():
        site.database.execute("ALTER TABLE supervision_entry DISABLE TRIGGER USER")
        site.database.execute(
            "UPDATE supervision_entry SET body = replace(body, %s, %s) WHERE kind = 'task_changed'",
            [old, new],
        )
        site.database.execute("ALTER TABLE supervision_entry ENABLE TRIGGER USER")
