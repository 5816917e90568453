"""Guides taken out: at once, or as a file that the worker prepares."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from tests.case_factories import make_offering
from tests.factories import make_agency, make_officer, make_region
from tongban.catalogue.exchange import exporting
from tongban.catalogue.models import DirectoryWork
from tongban.catalogue.working import do_work

pytestmark = pytest.mark.django_db
PREPARE = "/en/work/guides/exchange/export/?form=jsonl"


def test_many_guides_are_prepared_and_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(enforce_csrf_checks=True)
    agency = make_agency(make_region("990100"))
    codes = {make_offering(agency).code for _ in range(3)}
    editor = make_officer("editor", agency)
    client.force_login(editor.account)
    start = client.get("/en/work/guides/exchange/").content.decode()
    assert f'href="{PREPARE}"' in start  # three are few

    monkeypatch.setitem(exporting.AT_ONCE, "jsonl", 2)
    start = client.get("/en/work/guides/exchange/").content.decode()
    assert f'action="{PREPARE}"' in start
    assert client.get(PREPARE).status_code == 302  # an old link: nothing is begun
    form = start[start.index(f'action="{PREPARE}"') :]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form[: form.index("</form>")])
    assert token is not None
    assert not DirectoryWork.objects.exists()
    asked = client.post(PREPARE, {"csrfmiddlewaretoken": token[1]})
    work = DirectoryWork.objects.get()
    assert asked["Location"] == f"/en/work/guides/work/{work.pk}/"
    page = client.get(asked["Location"])
    assert (page["Refresh"], "0 of 3 guides" in page.content.decode()) == ("3", True)
    file = f"/en/work/guides/work/{work.pk}/file/"
    assert client.get(file).status_code == 404

    do_work(work_id=work.pk)
    page = client.get(asked["Location"])
    assert "Refresh" not in page
    assert f'href="{file}"' in page.content.decode()
    assert work.parameters["name"] in client.get("/en/work/guides/work/").content.decode()
    answer = client.get(file)
    lines = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert {json.loads(line)["code"] for line in lines} == codes
    assert answer["Content-Disposition"].endswith(f'filename="{work.parameters["name"]}"')

    colleague = make_officer("editor", agency)
    client.force_login(colleague.account)
    assert client.get(file).status_code == 404
    assert client.get(asked["Location"]).status_code == 404


def test_only_what_fits_the_filters_is_prepared(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The filters stand in the address that the button sends to."""
    province = make_region("990000")
    cities = [make_region(code, parent=province) for code in ("990100", "990200")]
    wanted, _other = (make_offering(make_agency(city)) for city in cities)
    client.force_login(make_officer("editor", None, region=province).account)
    monkeypatch.setitem(exporting.AT_ONCE, "jsonl", 0)
    page = client.get("/en/work/guides/exchange/?region=990100").content.decode()
    assert "1 guide · as you narrowed the list" in page
    found = re.search(r'action="(/en/work/guides/exchange/export/\?[^"]*jsonl)"', page)
    assert found is not None
    client.post(found[1].replace("&amp;", "&"))
    work = DirectoryWork.objects.get()
    do_work(work_id=work.pk)
    answer = client.get(f"/en/work/guides/work/{work.pk}/file/")
    lines = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert [json.loads(line)["code"] for line in lines] == [wanted.code]


def test_a_workbook_for_too_many_guides_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = make_agency(make_region("990100"))
    for _ in range(2):
        make_offering(agency)
    client.force_login(make_officer("editor", agency).account)
    monkeypatch.setattr(exporting, "MOST_IN_XLSX", 1)
    monkeypatch.setitem(exporting.AT_ONCE, "xlsx", 0)
    answer = client.post("/en/work/guides/exchange/export/?form=xlsx", follow=True)
    assert "A workbook holds 1 guides. Narrow the list, or take CSV or JSON." in (
        answer.content.decode()
    )
    assert not DirectoryWork.objects.exists()
    assert client.post("/en/work/guides/exchange/export/?form=exe").status_code == 404
