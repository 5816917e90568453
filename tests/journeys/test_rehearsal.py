"""Somebody without an account rehearses an application, from the guide to the specimen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.demo_site import DemoSite
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]

# Everything a rehearsal could leave behind.
KEPT = ("cases_case", "cases_draft", "cases_submission", "kernel_storedfile", "django_session",
        "identity_account", "catalogue_rehearsal")  # fmt: skip
SLUG = "company-registration-990100"


def rows(site: DemoSite) -> dict[str, int]:
    return {table: int(site.ask(f"SELECT count(*) FROM {table}")) for table in KEPT}


@pytest.mark.parametrize(
    ("language", "width", "scripts", "words"),
    [
        ("zh", 390, True, ("现在是演练", "样本 0000 0000", "营业执照")),
        ("en", 1280, False, ("This is a rehearsal", "SPECIMEN 0000 0000", "SPECIMEN")),
    ],
)
def test_from_the_guide_to_the_specimen(
    demo_site: DemoSite,
    visit: Visit,
    language: str,
    width: int,
    scripts: bool,
    words: tuple[str, ...],
) -> None:
    before = rows(demo_site)
    anybody = visit(language=language, width=width, scripts=scripts)
    anybody.go(f"/services/{SLUG}")
    anybody.after(anybody.find(f"main a[href$='/services/{SLUG}/rehearse']").first.click)
    anybody.after(anybody.find("[name=_begin]").click)
    anybody.find("[name=company_name]").fill("")
    onward = "main form .govuk-button-group button"
    anybody.after(anybody.find(onward).click)
    assert anybody.find(".govuk-error-summary a[href='#f-company_name']").count() == 1
    anybody.find("[name=company_name]").fill("云泽演练有限公司")
    pages = 0
    while not anybody.find("[name=_send]").count():
        anybody.sees(words[0])
        anybody.after(anybody.find(onward).click)
        pages += 1
        assert pages < 10, anybody.text
    anybody.sees("云泽演练有限公司")
    anybody.after(anybody.find("[name=_send]").click)
    anybody.sees(*words)
    anybody.page.emulate_media(media="print")
    assert anybody.find("[role=note]").is_visible()  # paper says what it is, too
    assert not anybody.page.context.cookies()
    assert rows(demo_site) == before
    assert re.search(r"20\d\d", anybody.text)
