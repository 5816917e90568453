"""A guide changes: written by one editor, approved by another for a day, public when it comes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.demo_site import MANAGE, DemoSite
from tests.journeys.visitor import Visitor
from tests.ops.running import clean_environment
from tongban.kernel import clock

pytestmark = [pytest.mark.journey]

# What the worker does every quarter of an hour, a day later.
THE_DAY_COMES = """
from datetime import timedelta
from tongban.catalogue.scheduling import publish_due
from tongban.kernel import clock
with clock.freeze(clock.now() + timedelta(days=1)):
    print(publish_due())
"""


def tomorrow(site: DemoSite) -> str:
    """Let tomorrow's planned guides be published; what the run said."""
    info = site.database.info
    address = f"postgresql://{info.user}@/{info.dbname}?host={info.host}&port={info.port}"
    if not info.host.startswith("/"):
        address = f"postgresql://{info.user}@{info.host}:{info.port}/{info.dbname}"
    variables = clean_environment() | {
        "TONGBAN_MODE": "demo",
        "TONGBAN_HOME": str(site.home),
        "DATABASE_URL": address,
    }
    done = subprocess.run(
        (*MANAGE, "shell", "--no-imports", "-c", THE_DAY_COMES),
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_change_from_draft_to_the_public(
    demo_site: DemoSite, visit: Callable[..., Visitor]
) -> None:
    bai = visit("bai.editor", language="en")
    bai.go("/work/guides/?q=Replacement+birth+certificate&region=990100")
    bai.after(bai.find("main tbody a").first.click)
    guide = bai.path
    bai.press("Edit this guide")
    # Both languages, side by side.
    bai.follow("Notes")
    bai.page.fill("[name='notes.zh']", "补发期间急用的，可先开具存根证明。")
    bai.page.fill("[name='notes.en']", "If you need proof meanwhile, ask for a counterfoil.")
    bai.press("Save").sees("Saved as number 1")
    # A promise longer than the law allows is an error, and is not published.
    bai.follow("Time limits")
    bai.page.fill("[name='limits.promised']", "30")
    bai.press("Save").sees("Saved as number 2")
    assert bai.find(".tb-status--refused, .tb-findings, [class*=finding]").count(), bai.text
    bai.page.fill("[name='limits.promised']", "2")
    bai.press("Save").sees("Saved as number 3")
    bai.go(f"{guide}draft/")
    bai.page.fill("[name=note_zh]", "承诺时限缩短为2个工作日。")
    bai.page.fill("[name=note_en]", "The promised limit is now 2 working days.")
    bai.press("Submit for review").sees("A colleague looks at it")
    bai.go(f"{guide}review/").sees("A colleague has to approve it")
    # The second editor, on a phone without scripts, approves it for tomorrow.
    shen = visit("shen.editor", language="en", width=390, scripts=False)
    shen.go("/work/guides/?concern=review")
    shen.after(shen.find("main tbody a").first.click)
    shen.press("Review it").sees("The promised limit is now 2 working days.", "counterfoil")
    day = clock.today().fromordinal(clock.today().toordinal() + 1)
    shen.find("[name=decision][value=day]").check()
    shen.page.fill("[name=effective_on]", day.isoformat())
    shen.press("Record the decision").sees("It is published on")
    assert tomorrow(demo_site) == "1"
    bai.go(f"{guide}compare/").sees("counterfoil")
    visit(language="en").go(_public(bai, guide)).sees("counterfoil")


def _public(editor: Visitor, guide: str) -> str:
    """Where residents read the guide."""
    editor.go(guide)
    link = editor.page.get_by_role("link", name="The guide as residents see it")
    return (link.get_attribute("href") or "").removeprefix("/en")
