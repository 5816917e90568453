"""Editors see what people do not find, and mend it; what would break searches is refused."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.case_factories import make_guide, make_offering
from tests.workbench.conftest import Office, SignIn
from tongban.search.api import count_words, find, record_search, synonyms
from tongban.search.kept import Searched

pytestmark = pytest.mark.django_db


def test_nothing_found_is_mended_previewed_and_undone(office: Office, sign_in: SignIn) -> None:
    make_offering(
        office.agency, guide=make_guide(), name={"zh": "养犬登记", "en": "Register a dog"}
    )
    count_words()
    for _ in range(3):
        record_search("毛孩子", found=0, region_path=office.editor.officer.posts[0].region_path)
    client = sign_in(office.editor)
    page = client.get("/en/work/searches/").content.decode()
    assert "毛孩子" in page
    given = {"words": "毛孩子", "means": "养犬登记"}
    preview = client.post("/en/work/searches/synonym/", given).content.decode()
    assert "Register a dog" in preview
    assert not synonyms()  # a preview changes nothing
    assert not find("毛孩子").hits
    answer = client.post("/en/work/searches/synonym/", {**given, "confirm": "1"})
    assert answer.status_code == 302
    assert find("毛孩子").hits
    page = client.get(answer["Location"]).content.decode()
    assert "Undo" in page
    (number,) = re.findall(r'name="remove" value="(\d+)"', page)
    page = client.post("/en/work/searches/synonym/", {"remove": number}).content.decode()
    assert 'value="毛孩子"' in page  # to be put back
    assert not find("毛孩子").hits


def test_a_refused_synonym_says_why_beside_what_was_typed(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.editor)
    for given, words in (
        ({"words": "证", "means": "居住证"}, "single character"),
        ({"words": "what", "means": "居住证"}, "says nothing about a service"),
        ({"words": "", "means": ""}, ""),
    ):
        answer = client.post("/en/work/searches/synonym/", {**given, "confirm": "1"})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'value="{given["words"]}"' in answer.content.decode() or not given["words"]
    assert not synonyms()


def test_a_search_and_what_is_opened_from_it_are_counted(office: Office, sign_in: SignIn) -> None:
    offering = make_offering(office.agency, guide=make_guide(), name={"zh": "养犬登记"})
    count_words()
    client = sign_in(office.applicant)
    search, guide = reverse("portal:search"), reverse("portal:guide", args=[offering.slug])
    assert client.get(search, {"q": "养犬"}).status_code == 200
    assert client.get(search, {"q": "养犬", "theme": "birth"}).status_code == 200  # narrowed
    client.get(guide, HTTP_REFERER=f"http://testserver{search}?q=%E5%85%BB%E7%8A%AC")
    client.get(guide, HTTP_REFERER=f"http://elsewhere{search}?q=%E5%85%BB%E7%8A%AC")
    client.get(guide, HTTP_REFERER=f"http://testserver{guide}?q=%E5%85%BB%E7%8A%AC")
    (row,) = Searched.objects.all()
    assert (row.words, row.searches, row.nothing) == ("养犬", 1, 0)
    assert (row.clicked, row.positions) == (1, 1)
