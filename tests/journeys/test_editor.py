"""A guide changes: written by one editor, approved by another, public."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.visitor import Visitor
from tongban.kernel import clock

pytestmark = [pytest.mark.journey]


def test_a_change_from_draft_to_the_public(visit: Callable[..., Visitor]) -> None:
    bai = visit("bai.editor", language="en")
    bai.go("/work/guides/?q=Replacement+birth+certificate&region=990100")
    bai.after(bai.find("main tbody a").first.click)
    guide = bai.path
    bai.press("Edit this guide")
    # A promise longer than the law allows is an error, said at the field.
    bai.go(f"{guide}draft/limits/")
    bai.page.fill("[name='limits.promised']", "30")
    bai.page.fill("[name='limits.note.zh']", "补发期间急用的，可先开具存根证明。")
    bai.page.fill("[name='limits.note.en']", "If you need proof meanwhile, ask for a counterfoil.")
    bai.press("Save").sees("Saved as number 1")
    promised = bai.find("[name='limits.promised']")
    at_field = bai.find(".govuk-form-group").filter(has=promised)
    assert "30 days are promised" in at_field.inner_text()
    bai.page.fill("[name='limits.promised']", "2")
    bai.press("Save").sees("Saved as number 2")
    # The draft as the public will read it; then a colleague's turn.
    bai.go(f"{guide}versions/2/").sees("Preview, not public", "counterfoil")
    bai.follow("Back to the draft")
    bai.page.fill("[name=note_zh]", "承诺时限缩短为2个工作日。")
    bai.page.fill("[name=note_en]", "The promised limit is now 2 working days.")
    bai.press("Submit for review").sees("A colleague looks at it", "A colleague has to look at it")
    # The second editor, on a phone without scripts, plans it for tomorrow; then it is urgent.
    shen = visit("shen.editor", language="en", width=390, scripts=False)
    shen.go(f"{guide}review/").sees("The promised limit is now 2 working days.", "counterfoil")
    tomorrow = clock.today().fromordinal(clock.today().toordinal() + 1)
    shen.find("[name=decision][value=day]").check()
    shen.page.fill("[name=effective_on]", tomorrow.isoformat())
    shen.press("Record the decision").sees("It is published on")
    shen.press("Publish now").sees("Version 2 is published.")
    shen.follow("The guide as residents see it").sees("counterfoil", "2 working days")
