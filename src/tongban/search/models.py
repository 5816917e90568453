"""Tables of the index. Everything in them can be made anew from the documents' owner.

They are read and written by the SQL of `index.py` and `finding.py` alone.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tongban.search.kept import Change, Searched, Synonym, Vectors

__all__ = ["Change", "Entry", "Row", "Searched", "Synonym", "Vectors", "Word"]


class Entry(models.Model):
    """A service with one set of titles and synonyms, wherever it is offered."""

    service = models.BigIntegerField()
    key = models.CharField(max_length=32)  # digest of titles
    titles = ArrayField(models.TextField())
    synonyms = ArrayField(models.TextField(), default=list)
    words = ArrayField(models.TextField(), default=list)  # Latin ones, as they are written
    tsv = SearchVectorField()  # of titles and synonyms
    han = models.SmallIntegerField()  # how long the titles are, in tokens
    latin = models.SmallIntegerField()

    class Meta:
        db_table = "search_entry"
        constraints = [models.UniqueConstraint(fields=["service", "key"], name="search_entry_once")]
        # Without a list of pending tokens: it makes searches slow until somebody empties it, and
        # whoever does so waits.
        indexes = [GinIndex(fields=["tsv"], name="search_entry_tsv", fastupdate=False)]


class Row(models.Model):
    """A document. No GIN index: the index of regions says which services people are offered,
    which costs as much at three million rows as at a hundred thousand (docs/search.md)."""

    id = models.BigIntegerField(primary_key=True)  # the document's
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    region_path = models.CharField(max_length=255, db_collation="C")
    tsv = SearchVectorField()
    han = models.SmallIntegerField()
    latin = models.SmallIntegerField()
    facets = ArrayField(models.TextField())
    online = models.BooleanField()
    popularity = models.IntegerField()
    stamp = models.BigIntegerField()

    class Meta:
        db_table = "search_document"
        indexes = [
            models.Index(
                fields=["region_path", "entry"], include=["id"], name="search_document_region"
            ),
            models.Index(fields=["entry", "region_path"], name="search_document_entry"),
        ]


class Word(models.Model):
    """A token of titles and synonyms, and how rare it is; "W…": a Latin word as it is written.

    `entries`: in how many it stands, as counted last (`index.count_words`); "" holds their number.
    """

    word = models.CharField(max_length=120, primary_key=True, db_collation="C")
    entries = models.IntegerField()

    class Meta:
        db_table = "search_word"
