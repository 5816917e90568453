"""The pages on which guides are written, reviewed, changed in bulk, exchanged."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.case_factories import make_guide, make_offering
from tests.catalogue.test_editing import Desk, desk
from tongban.catalogue.anatomy import elements
from tongban.catalogue.guide import Guide
from tongban.catalogue.models import DirectoryWork, GuideVersion
from tongban.catalogue.publishing import guide_of
from tongban.catalogue.working import do_work
from tongban.workbench.directory import labels, parts

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


def browser(who: Any) -> Client:
    client = Client()
    client.force_login(who.account)
    return client


def fields_of(html: str) -> dict[str, list[str]]:
    """What a browser would post of a page's main form."""
    form = html[html.index("data-warn-unsaved") :].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not name or (kind and kind[1] == "checkbox" and " checked" not in tag):
            continue
        found.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)">\n([^<]*)</textarea>', form):
        found.setdefault(name, []).append(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found.setdefault(name, []).append(chosen[1] if chosen else "")
    return found


def test_every_element_has_words_and_a_section() -> None:
    """Whoever adds an element to guides gives it a label and a place in the editor."""
    placed = [name for one in labels.SECTIONS for name in one.fields]
    assert sorted(placed) == sorted(Guide.model_fields)

    def walk(model: Any, prefix: str) -> None:
        for one in elements(model):
            path = f"{prefix}{one.name}"
            assert path in labels.LABELS or one.name in labels.LABELS, f"no label for {path}"
            for code in one.choices:
                assert labels.choice_of(path, code) != code, f"no word for {path}={code}"
            if one.model is not None:
                walk(one.model, f"{path}.")

    walk(Guide, "")


def test_saving_a_page_as_it_is_changes_nothing(desk: Desk) -> None:
    client = browser(desk.wang)
    start = f"/work/guides/{desk.offering.pk}/"
    assert client.post(start + "begin/").status_code == 302
    before = guide_of(GuideVersion.objects.get(offering=desk.offering, state="draft"))
    kinds = ("materials", "limits", "result", "places", "ways", "notes")  # every kind of control
    for one in (section for section in labels.SECTIONS if section.slug in kinds):
        page = client.get(f"{start}draft/{one.slug}/")
        posted = fields_of(page.content.decode()) | {"do": ["save"]}
        assert client.post(f"{start}draft/{one.slug}/", posted).status_code == 302, one.slug
    version = GuideVersion.objects.get(offering=desk.offering, state="draft")
    assert version.revision == 0
    assert guide_of(version) == before


def test_lists_grow_move_and_shrink_without_losing_a_word(desk: Desk) -> None:
    client = browser(desk.wang)
    start = f"/en/work/guides/{desk.offering.pk}/"
    client.post(start + "begin/")
    path = start + "draft/materials/"
    posted = fields_of(client.get(path).content.decode())
    posted |= {"materials.0.name.zh": ["改过的名字"], "do": ["add:materials"]}
    posted = fields_of(client.post(path, posted).content.decode())
    assert posted["materials.0.name.zh"] == ["改过的名字"]
    posted |= {
        "materials.1.name.zh": ["新材料"],
        "materials.1.necessity": ["conditional"],
        "do": ["up:materials.1"],
    }
    posted = fields_of(client.post(path, posted).content.decode())
    assert posted["materials.0.name.zh"] == ["新材料"]
    # A conditional material must say when: everything typed is still there.
    refused = client.post(path, posted | {"do": ["save"]})
    assert refused.status_code == 422
    assert "Say when this material is needed" in refused.content.decode()
    posted = fields_of(refused.content.decode())
    assert posted["materials.0.name.zh"] == ["新材料"]
    assert posted["materials.1.name.zh"] == ["改过的名字"]
    posted |= {"materials.0.condition.zh": ["代办的"], "do": ["save"]}
    assert client.post(path, posted).status_code == 302
    guide = guide_of(GuideVersion.objects.get(offering=desk.offering, state="draft"))
    assert [one.name["zh"] for one in guide.materials] == ["新材料", "改过的名字"]
    assert guide.materials[1].notes == make_guide().materials[0].notes
    posted = fields_of(client.get(path).content.decode()) | {"do": ["remove:materials.0"]}
    posted = fields_of(client.post(path, posted).content.decode()) | {"do": ["save"]}
    client.post(path, posted)
    version = GuideVersion.objects.get(offering=desk.offering, state="draft")
    assert len(guide_of(version).materials) == 1
    for nonsense in ("up:materials.9", "add:summary", "remove:x.y", "add:"):
        assert client.post(path, posted | {"do": [nonsense]}).status_code in (302, 422, 409)


def test_the_second_of_two_sees_both_texts(desk: Desk) -> None:
    wang, li = browser(desk.wang), browser(desk.li)
    path = f"/en/work/guides/{desk.offering.pk}/draft/notes/"
    wang.post(f"/en/work/guides/{desk.offering.pk}/begin/")
    opened = {who: fields_of(who.get(path).content.decode()) for who in (wang, li)}
    wang.post(path, opened[wang] | {"notes.zh": ["王的说明"], "do": ["save"]})
    told = li.post(path, opened[li] | {"notes.zh": ["李的说明"], "do": ["save"]})
    page = told.content.decode()
    assert told.status_code == 409
    assert "王编辑" in page
    assert "王的说明" in page
    posted = fields_of(page)
    assert posted["notes.zh"] == ["李的说明"]
    assert li.post(path, posted | {"notes.zh": ["两人的说明"], "do": ["save"]}).status_code == 302
    version = GuideVersion.objects.get(offering=desk.offering, state="draft")
    assert (guide_of(version).notes, version.revision) == ({"zh": "两人的说明"}, 2)
    # A third, whose draft was discarded meanwhile, still has the words.
    li.post(f"/work/guides/{desk.offering.pk}/draft/discard/")
    gone = wang.post(path, opened[wang] | {"notes.zh": ["留住"], "do": ["save"]})
    assert gone.status_code == 409
    assert "留住" in gone.content.decode()


def test_a_preview_is_the_public_page_with_the_draft_in_it(desk: Desk) -> None:
    client = browser(desk.wang)
    start = f"/en/work/guides/{desk.offering.pk}/"
    client.post(start + "begin/")
    opened = fields_of(client.get(start + "draft/notes/").content.decode())
    client.post(start + "draft/notes/", opened | {"notes.en": ["Only in the draft."]})
    public = f"/en/services/{desk.offering.slug}"
    preview, guide = client.get(start + "versions/2/"), Client().get(public)
    page = preview.content.decode()
    assert "Preview, not public" in page
    assert "Only in the draft." in page
    assert "Only in the draft." not in guide.content.decode()
    assert "Version 2, not published yet" in page
    # The same parts in the same order, the same answers, the same way on.
    sections = [one for one in preview.context["sections"] if one[0] != "rules"]  # the new note
    assert sections == guide.context["sections"]
    assert preview.context["view"].facts == guide.context["view"].facts
    for words in ("Apply online", "Checklist to print"):
        assert (words in page) == (words in guide.content.decode()), words
    assert f'href="{start}versions/2/checklist/"' in page
    assert client.get(start + "versions/2/checklist/").status_code == 200
    assert "/apply/" not in page
    # Beside each other on the page of telephones; nobody else may frame it.
    framed = re.findall(
        r'<iframe src="([^"]*)"', client.get(start + "versions/2/phones/").content.decode()
    )
    assert framed == [
        f"{root}/work/guides/{desk.offering.pk}/versions/2/?framed=1" for root in ("", "/en")
    ]
    assert "frame-ancestors 'self'" in client.get(framed[1])["Content-Security-Policy"]


def test_strangers_find_nothing(desk: Desk) -> None:
    browser(desk.wang).post(f"/work/guides/{desk.offering.pk}/begin/")
    stranger = browser(desk.stranger)
    start = f"/work/guides/{desk.offering.pk}/"
    for rest in ("", "draft/", "draft/notes/", "review/", "compare/", "texts/", "versions/1/",
                 "versions/1/phones/", "versions/1/checklist/"):  # fmt: skip
        assert stranger.get(start + rest).status_code == 404, rest
    before = list(GuideVersion.objects.order_by("pk").values())
    for rest in ("begin/", "draft/discard/", "draft/submit/", "draft/notes/", "checked/",
                 "hand-over/", "publish/", "withdraw/", "texts/"):  # fmt: skip
        assert stranger.post(start + rest, {"notes.zh": "x"}).status_code == 404, rest
    assert list(GuideVersion.objects.order_by("pk").values()) == before
    export = stranger.get("/work/guides/exchange/export/?form=jsonl")
    assert b"".join(export) == b""  # type: ignore[arg-type]


def test_a_bulk_change_is_looked_at_then_done(desk: Desk) -> None:
    agency = desk.offering.agency
    others = [make_offering(agency) for _ in range(3)]
    client = browser(desk.wang)
    asked = {"kind": "phone", "field": "consult_phone", "value": "0990-5550177", "look": "1"}
    page = client.get("/en/work/guides/bulk/", asked).content.decode()
    assert page.count("<ins>0990-5550177</ins>") == 4
    refused = client.post("/en/work/guides/bulk/", asked | {"then": "submit"})
    assert refused.status_code == 422  # no reason given
    assert not DirectoryWork.objects.exists()
    begun = client.post("/en/work/guides/bulk/", asked | {"reason_zh": "换号", "then": "submit"})
    work = DirectoryWork.objects.get()
    assert client.get(begun["Location"])["Refresh"] == "3"
    do_work(work_id=work.pk)
    do_work(work_id=work.pk)  # a second run finds it done
    work.refresh_from_db()
    assert (work.state, work.outcome["changed"]) == ("done", 4)
    assert "Refresh" not in client.get(begun["Location"])
    versions = GuideVersion.objects.filter(state="review")
    assert versions.count() == 4
    assert {guide_of(one).consult_phone for one in versions} == {"0990-5550177"}
    # The colleague approves them all; the author cannot.
    for who, approved in ((desk.wang, 0), (desk.li, 4)):
        browser(who).post("/work/guides/bulk/", {"kind": "approve", "look": "1", "reason_zh": "好"})
        latest = DirectoryWork.objects.latest("pk")
        do_work(work_id=latest.pk)
        latest.refresh_from_db()
        assert latest.outcome["changed"] == approved
    assert others[0].versions.get(state="published").number == 2


def test_a_bulk_change_is_taken_back_as_one(desk: Desk) -> None:
    """Drafts it began go, a draft that was there says what it said, what moved on stays."""
    others = [make_offering(desk.offering.agency) for _ in range(2)]
    client, start = browser(desk.wang), "/en/work/guides/"
    client.post(f"{start}{desk.offering.pk}/begin/")
    path = f"{start}{desk.offering.pk}/draft/notes/"
    opened = fields_of(client.get(path).content.decode())
    client.post(path, opened | {"notes.zh": ["原来的草稿"]})
    before = GuideVersion.objects.get(offering=desk.offering, state="draft").content
    asked = {"kind": "phone", "field": "consult_phone", "value": "0990-5550177", "look": "1"}
    begun = client.post(f"{start}bulk/", asked | {"reason_zh": "换号", "then": "submit"})
    work = DirectoryWork.objects.get()
    do_work(work_id=work.pk)
    browser(desk.li).post(f"{start}{others[1].pk}/review/", {"decision": "now"})
    assert "Take the whole change back" in client.get(begun["Location"]).content.decode()
    assert browser(desk.li).post(f"{begun['Location']}take-back/").status_code == 404
    back = client.post(f"{begun['Location']}take-back/")
    client.post(f"{begun['Location']}take-back/")  # once is enough
    do_work(work_id=DirectoryWork.objects.get(kind="undo").pk)
    outcome = DirectoryWork.objects.get(kind="undo").outcome
    assert (outcome["changed"], outcome["left_out"]) == (2, 1)
    assert "approved or published since" in client.get(back["Location"]).content.decode()
    assert GuideVersion.objects.get(offering=desk.offering, state="draft").content == before
    assert [one.state for one in others[0].versions.all()] == ["published"]
    assert others[1].versions.get(state="published").number == 2
    assert "This change was taken back" in client.get(begun["Location"]).content.decode()


def test_looking_at_a_bulk_change_is_bounded(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        make_offering(desk.offering.agency)
    client = browser(desk.wang)
    for kind in ({"kind": "promised", "value": "3"}, {"kind": "approve"}, {"kind": "remove_theme"}):
        with django_assert_max_num_queries(24):
            page = client.get("/work/guides/bulk/", {**kind, "theme": "x", "look": "1"})
        assert page.status_code in (200, 422)


def test_the_list_is_bounded(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        make_offering(desk.offering.agency)
    client = browser(desk.wang)
    client.get("/work/guides/")
    with django_assert_max_num_queries(14):
        page = client.get("/en/work/guides/?concern=unchecked")
    assert page.status_code == 200
    with django_assert_max_num_queries(17):
        client.get(f"/work/guides/{desk.offering.pk}/")
    for odd in ("concern=x", "region=nowhere", "agency=abc", "theme=%00", "item=9" * 9, "q=%00"):
        assert client.get(f"/work/guides/?{odd}").status_code == 200, odd


def test_a_file_comes_in_over_the_page(desk: Desk) -> None:
    client = browser(desk.wang)
    content = f"code,notes.zh,colour\n{desk.offering.code},来自表格,红\n".encode("gbk")
    upload = SimpleUploadedFile("guides.csv", content)
    begun = client.post("/en/work/guides/exchange/", {"file": upload})
    work = DirectoryWork.objects.get()
    do_work(work_id=work.pk)
    page = client.get(begun["Location"]).content.decode()
    assert "GB18030" in page
    assert "colour" in page
    assert "colour" in client.get(begun["Location"] + "report.csv").content.decode()
    assert browser(desk.li).get(begun["Location"]).status_code == 404  # somebody else's
    client.post(begun["Location"] + "confirm/", {"then": "draft", "reason_zh": "表格"})
    do_work(work_id=work.pk)
    version = GuideVersion.objects.get(offering=desk.offering, state="draft")
    assert guide_of(version).notes == {"zh": "来自表格"}


def test_what_is_typed_is_read_whatever_it_is() -> None:
    from django.http import QueryDict

    odd = QueryDict(
        "notes=1&notes.zh=a%00b&notes.zh.x=2&materials.x.name=1&materials.0.name.zh=%20"
        "&limits=5&limits.statutory=1&extra.key=k&extra.value=v&materials.99999.name.zh=z"
    )
    raw = parts.raw_posted(odd, Guide, list(Guide.model_fields))
    content, lacking = parts.content_of(parts.tidied(raw, Guide), Guide)
    assert "summary" in lacking
    assert content["materials"] == []
