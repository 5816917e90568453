"""The engine on PostgreSQL: typos, pinyin, regions, both ways of searching, freshness, mending."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests.search.documents import document
from tongban.search import finding, lexicon
from tongban.search.api import Document, check, count, find, put, rebuild, remove, suggest

pytestmark = pytest.mark.django_db

TITLES = (
    ("居民身份证换领", "Renewing an identity card"),
    ("普通护照首次申领", "Applying for a first passport"),
    ("机动车驾驶证补领", "Replacing a lost driving licence"),
    ("新生儿出生登记", "Registering a birth"),
    ("企业注销登记", "Closing a company"),
    ("不动产权证书补发", "Replacing a property certificate"),
    ("公共租赁住房申请", "Applying for public rental housing"),
    ("食品经营许可", "Food business permit"),
    ("出具婚姻登记记录证明", "Certificate of marriage registration"),
    ("高龄老人津贴申领", "Allowance for the very old"),
)


@pytest.fixture
def catalogue() -> None:
    rebuild(document(number, *titles) for number, titles in enumerate(TITLES))


def ids(query: str, **narrowed: object) -> list[int]:
    return [hit.id for hit in find(query, **narrowed).hits]  # type: ignore[arg-type]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("region", ["99/", ""])
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("护照", 1), ("passport", 1), ("huzhao", 1), ("hu zhao", 1), ("ptzs", -1), ("pthz", 1),
        ("shenfenzheng", 0), ("sfzhl", 0), ("身分证", 0), ("身证换领", 0), ("居明身份证", 0),
        ("pasport", 1), ("drivng licence", 2), ("shenfnzheng", 0), ("marrige certificate", 8),
        ("registered births", 3), ("我想给孩子办出生登记该怎么弄", 3), ("食品 许可", 7),
    ],
)  # fmt: skip
def test_words_sounds_initials_and_mistakes_find(query: str, wanted: int, region: str) -> None:
    assert ids(query, region_path=region)[:1] == ([wanted] if wanted >= 0 else [])


@pytest.mark.usefixtures("catalogue")
def test_what_was_searched_for_instead_is_said() -> None:
    assert find("renew identty card").corrected == "renew identity card"
    assert find("renew identity card").corrected == ""


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_words_that_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_kept", lexicon._Lists())
    put([document(1, "护照换发", "Passport")])
    assert find("pasport").corrected == "passport"
    put([document(2, "驾驶证换发", "Driving licence")])
    cache.clear()  # the words are old now
    assert find("licnece").corrected == ""
    for thread in threading.enumerate():
        if thread.name == lexicon.RENEWING:
            thread.join()
    assert find("licnece").corrected == "licence"


@pytest.mark.usefixtures("catalogue")
def test_what_is_not_offered_is_not_found_but_something_similar_is() -> None:
    assert find("律师").total == 0
    assert find("量子火箭").total == 0
    assert ids("婚礼", loose=True) == [8]


def test_region_first_and_services_first_find_the_same(
    catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = ["身份证", "登记", "补领驾驶证", "apply", "证", "huzhao", "公租房申请"]
    near = [find(query, region_path="99/") for query in queries]
    monkeypatch.setattr(finding, "LARGE", 0)
    monkeypatch.setattr(finding, "_known_sizes", {})
    for _time in range(2):  # nobody knows yet that it is large; it is known
        assert [find(query, region_path="99/") for query in queries] == near


def test_a_service_is_found_once_where_it_is_nearest() -> None:
    paths = ["99/", "99/01/", "99/01/02/", "99/02/"]
    put(
        Document(number, 7, path, ("居住证申领",), (), "", ("way:online",), number == 3, 5, 1)
        for number, path in enumerate(paths)
    )
    assert ids("居住证", region_path="99/01/02/") == [2]
    assert ids("居住证", region_path="99/01/") == [1]
    remove([1])
    assert ids("居住证", region_path="99/01/") == [0]
    assert ids("居住证", region_path="99/01/02/03/") == [2]
    assert find("居住证", region_path="99/01/").facets == {"way": {"online": 1}}
    assert count(region_path="99/") == (1, {"way": {"online": 1}})
    assert ids("居住证", region_path="88/") == []


def test_near_online_used_and_preferred_come_first_among_equals() -> None:
    put(
        Document(one, one, path, (f"{zh}补贴",), (), "", (f"audience:{who}",), online, used, 1)
        for one, path, zh, who, online, used in (
            (1, "99/", "农机", "person", False, 0),
            (2, "99/", "农业", "person", True, 0),
            (3, "99/", "农田", "firm", True, 900),
            (4, "99/01/", "农具", "person", True, 900),
        )
    )  # fmt: skip
    assert ids("补贴", region_path="99/01/") == [4, 3, 2, 1]
    assert ids("补贴", region_path="99/01/", prefer=["audience:firm"])[0] == 3
    assert ids("农机补贴", region_path="99/01/")[0] == 1  # words say more


@pytest.mark.parametrize("region", ["99/", ""])
def test_who_names_a_thing_alone_wants_to_have_it(region: str) -> None:
    acts = ("注销 cancellation", "延续 renewal", "新办 first application", "停止 stopping")
    put(
        document(number, f"农机证（{zh}）", f"Tractor licence: {en}")
        for number, (zh, _space, en) in enumerate(act.partition(" ") for act in acts)
    )
    for thing in ("农机证", "tractor licence"):
        found = ids(thing, region_path=region)
        assert found[0] == 2
        assert set(found[2:]) == {0, 3}
    assert ids("注销农机证", region_path=region)[0] == 0
    assert ids("renew tractor licence", region_path=region)[0] == 1


def test_a_service_counts_once_for_a_facet_and_facets_of_all_its_offerings_count() -> None:
    put(
        Document(number, service, path, ("居住证申领",), (), "", facets, False, 0, 1)
        for number, service, path, facets in (
            (1, 1, "99/", ("way:online", "level:1")),
            (2, 1, "99/01/", ("way:online", "level:2")),
            (3, 2, "99/", ("way:online", "level:1")),
            (4, 3, "99/", ()),
        )
    )
    found = find("居住证", region_path="99/01/")
    assert found.total == 3
    assert found.facets == {"way": {"online": 2}, "level": {"1": 2, "2": 1}}
    assert find("居住证", region_path="99/01/", facets=["level:2"]).total == 1


def test_what_is_set_for_a_search_is_set_back_where_a_transaction_goes_on() -> None:
    put([document(1, "护照换发")])
    names = ("enable_seqscan", "enable_nestloop", "random_page_cost")

    def settings() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(f'current_setting({n!r})' for n in names)}")
            return list(cursor.fetchone())

    with transaction.atomic():
        before = settings()
        assert ids("护照", region_path="99/") == ids("护照") == [1]
        assert settings() == before


def test_what_is_put_is_found_at_once_and_what_is_undone_never_was() -> None:
    one = document(1, "护照换发")
    put([one])
    put([replace(one, titles=("签证延期",))])
    assert (ids("护照"), ids("签证")) == ([], [1])
    with transaction.atomic():
        remove([1])
        assert ids("签证") == []
        transaction.set_rollback(True)
    assert ids("签证") == [1]
    remove([1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_entry")
        assert cursor.fetchone() == (0,)


def test_what_is_out_of_step_is_counted_and_mended() -> None:
    documents = [document(number, f"事项{number}", stamp=number) for number in range(5)]
    put(documents)
    assert check((one.id, one.stamp) for one in documents).total == 0
    with connection.cursor() as cursor:  # as if part of a table had been lost
        cursor.execute("DELETE FROM search_document WHERE id = 2")
        cursor.execute("UPDATE search_document SET stamp = 77 WHERE id = 3")
        cursor.execute("UPDATE search_document SET id = 9 WHERE id = 4")
    found = check((one.id, one.stamp) for one in documents)
    assert (found.missing, found.stale, found.surplus) == (2, 1, 1)
    assert rebuild(iter(documents)) == 5
    assert check((one.id, one.stamp) for one in documents).total == 0


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("region", ["99/", ""])
def test_suggestions_need_all_words_and_the_beginning_of_the_last(region: str) -> None:
    assert suggest("登记", region_path=region)[0] == 4  # the shortest title first
    assert set(suggest("登记", region_path=region)) == {3, 4, 8}
    assert suggest("婚姻登", region_path=region) == [8]
    assert suggest("replacing a p", region_path=region) == [5]
    assert suggest("chushengd", region_path=region) == [3]
    assert suggest("100%_'", region_path=region) == []
