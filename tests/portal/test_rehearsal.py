"""Rehearsing over HTTP: every page, nothing kept, and what does not come from us is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.access_world import state_of_everything
from tests.portal.public_world import DEMO, MORNING
from tongban.cases.api import BadNumber, read_number
from tongban.catalogue.api import Offering, load_items, load_themes
from tongban.directory.api import load_demo_directory
from tongban.kernel import clock
from tongban.kernel.often import too_often

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]

FIRM = "company-registration-990100"
CARD = "id-card-renewal-990100"


@pytest.fixture
def province(db: None) -> Iterator[None]:
    """Two demo items in three cities, on a Wednesday morning; what they relate to is left out."""
    with clock.freeze(MORNING):
        load_demo_directory(DEMO)
        load_themes(DEMO / "themes.yaml")
        names = ("id-card-renewal", "company-registration")
        loading = load_items([DEMO / "items" / f"{name}.yaml" for name in names])
        for _name in names:
            next(loading)
        yield


class Rehearsal:
    """Somebody without an account who rehearses, without scripts, and sends pages back."""

    def __init__(self, client: Client, slug: str, language: str = "en") -> None:
        self.client = client
        self.address = f"{'/en' if language == 'en' else ''}/services/{slug}/rehearse"
        self.page: Any = client.get(self.address)
        self.trace()

    @property
    def text(self) -> str:
        return str(self.page.content.decode())

    def trace(self) -> None:
        """What every page must be."""
        assert self.page["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in self.text
        assert not self.client.cookies, self.client.cookies
        assert "multipart" not in self.text
        assert re.search(r'role="note".*?(This is a rehearsal|现在是演练)', self.text, re.DOTALL)

    def sends(self, **given: Any) -> Rehearsal:
        """Post the page: its controls as they stand, some changed; None leaves one out."""
        sent = {**self.controls(), **given}
        sent = {name: value for name, value in sent.items() if value is not None}
        self.page = self.client.post(self.address, sent)
        self.trace()
        return self

    def controls(self) -> dict[str, Any]:
        form = self.text[self.text.index('<form method="post"') :]
        found: dict[str, Any] = {}
        for tag in re.findall(r"<input [^>]*>", form):
            given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            kind = given.get("type", "text")
            ticked = re.search(r"\schecked\b", tag)
            if re.search(r"\sdisabled\b", tag):
                continue
            if "name" in given and (kind not in ("radio", "checkbox", "file") or ticked):
                found.setdefault(given["name"], []).append(given.get("value", ""))
        for name, body in re.findall(
            r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', form, re.S
        ):
            chosen = re.search(r'value="([^"]*)" selected', body)
            found[name] = chosen[1] if chosen else ""
        for name, body in re.findall(
            r'<textarea[^>]*?name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S
        ):
            found[name] = body.strip("\n")
        return found


@pytest.fixture
def nothing_changes(province: None) -> Iterator[None]:
    before = state_of_everything()
    yield
    assert state_of_everything() == before


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("slug", [FIRM, CARD])
def test_the_sample_leads_to_a_specimen(client: Client, slug: str) -> None:
    play = Rehearsal(client, slug).sends(_begin="1")
    for _page in range(12):
        if 'name="_send"' in play.text:
            break
        play.sends()
        assert "govuk-error-summary" not in play.text
    assert "In earnest, your application would go to" in play.text
    play.sends(_send="1")
    context = play.page.context
    assert "SPECIMEN 0000 0000" in play.text
    with pytest.raises(BadNumber):
        read_number(context["specimen_number"])
    # Sent on a Wednesday; each day by the official calendar.
    first, *ahead = [step.when for step in context["steps"]]
    assert first == clock.today()
    assert all(one.startswith("by ") for one in ahead)
    assert context["document_title"] in play.text


@pytest.mark.usefixtures("nothing_changes")
def test_answers_can_be_changed_and_mistakes_are_pointed_out(client: Client) -> None:
    play = Rehearsal(client, FIRM).sends(_begin="1")
    play.sends(company_name="")
    assert 'href="#f-company_name"' in play.text
    assert "Enter an answer." in play.text
    play.sends(company_name="云泽改名有限公司").sends()
    assert "shareholders-1-holder_name" in play.text
    # Rows of a group come and go; a question of theirs goes with its condition.
    play.sends(_add="shareholders")
    assert "shareholders-2-holder_name" in play.text
    play.sends(_remove="shareholders:2")
    assert "shareholders-2-holder_name" not in play.text
    play.sends(_back="1")
    assert 'name="company_name"' not in play.text
    play.sends(_back="1")
    assert "云泽改名有限公司" in play.text
    while 'name="_send"' not in play.text:
        play.sends()
    # From the review to a page and back, without the pages between.
    (step,) = set(re.findall(r'name="_goto" value="(company\w*)"', play.text)) or {""}
    play.sends(_goto=step or re.findall(r'name="_goto" value="(\w+)"', play.text)[1])
    play.sends(company_name="云泽再改有限公司")
    assert 'name="_send"' in play.text
    assert "云泽再改有限公司" in play.text


@pytest.mark.usefixtures("nothing_changes")
def test_files_are_names_and_nothing_else(client: Client) -> None:
    play = Rehearsal(client, FIRM).sends(_begin="1").sends()
    name = "柳桥路18号租赁合同.pdf"
    assert name in play.text
    assert "(sample)" in play.text
    play.sends(_remove=f"domicile_file:{name}")
    assert name not in play.text
    play.sends()
    assert "Upload at least one file." in play.text
    play.sends(domicile_file="C:\\temp\\照片.exe")
    assert "This file cannot be read here." in play.text
    play.sends(domicile_file="C:\\temp\\照片.png", _upload="domicile_file")
    assert "照片.png" in play.text
    assert "temp\\照片" not in play.text
    play.sends(_upload="domicile_file")  # without choosing one: a sample is put there
    assert play.text.count("(sample)") == 2
    play.sends()
    assert 'name="shareholders-rows"' in play.text


@pytest.mark.usefixtures("nothing_changes")
def test_what_does_not_come_from_us_begins_again(client: Client) -> None:
    firm = Rehearsal(client, FIRM).sends(_begin="1")
    card = Rehearsal(client, CARD).sends(_begin="1")
    (answers,) = firm.controls()["_answers"]
    card.sends(_answers=answers)  # another form's
    assert card.page.status_code == 400
    for spoilt in ("", "x", answers[:-2], "a" * 200_000):
        firm.sends(_answers=spoilt)
        assert firm.page.status_code == 400
        assert "Please begin the rehearsal again." in firm.text
    for nonsense in ({"_step": "nowhere"}, {"_goto": "nowhere"}):
        page = client.post(firm.address, {"_answers": answers, **nonsense})
        assert page.status_code == 404
    with clock.freeze(MORNING):
        longest = {"_answers": answers, "_step": "company", "business_scope": "地" * 4000}
    assert client.post(firm.address, longest).status_code in (200, 404)


def test_only_what_can_be_applied_for_online_is_rehearsed(client: Client) -> None:
    offering = Offering.objects.get(slug=CARD)
    offering.online = False
    offering.save()
    assert client.get(f"/services/{CARD}/rehearse").status_code == 404
    assert client.get("/services/nothing/rehearse").status_code == 404


def test_too_often_is_refused_by_address(client: Client) -> None:
    cache.clear()
    with clock.freeze(MORNING):
        assert not any(too_often("it", "192.0.2.1", most=3) for _time in range(3))
        assert too_often("it", "192.0.2.1", most=3)
        assert not too_often("it", "192.0.2.2", most=3)
    with clock.freeze(MORNING + timedelta(minutes=1)):
        assert not too_often("it", "192.0.2.1", most=3)
    address = f"/services/{CARD}/rehearse"
    with clock.freeze(MORNING):
        for _time in range(89):
            too_often("rehearse", "127.0.0.1", most=90)
        answers = [client.post(address, {"_answers": "x"}).status_code for _time in range(2)]
    assert answers == [400, 429]
