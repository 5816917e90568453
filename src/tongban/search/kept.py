"""Tables of search that are more than an index: people's words for things, what was searched for.

And two that can be made anew at some cost: vectors of meaning, and what an outside engine has not
been told yet.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Synonym(models.Model):
    """Who types `words` is shown what has `means`, too. Removed rows stay, so that it is undone."""

    words = models.CharField(max_length=40)  # normal text
    means = models.CharField(max_length=80)  # normal text
    by = models.CharField(max_length=80)  # whose work it is, as editors know each other
    at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=80, default="")

    class Meta:
        db_table = "search_synonym"
        constraints = [
            models.UniqueConstraint(
                fields=["words", "means"],
                condition=Q(removed_at=None),
                name="search_synonym_once",
            ),
            models.CheckConstraint(
                condition=~Q(words=F("means")), name="search_synonym_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(words__regex="^.?$"),
                name="search_synonym_of_two_characters",
            ),
        ]


class Searched(models.Model):
    """How often something was searched for on a day. Nobody's: no account, no address, no time."""

    day = models.DateField()
    words = models.CharField(max_length=60)  # normal text; "": not kept, see log.py
    region_path = models.CharField(max_length=255)
    audience = models.CharField(max_length=10)
    searches = models.IntegerField(default=0)
    nothing = models.IntegerField(default=0)  # of them, how many found nothing
    clicked = models.IntegerField(default=0)  # results that were opened
    positions = models.IntegerField(default=0)  # sum of their places, from 1

    class Meta:
        db_table = "search_log"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "words", "region_path", "audience"], name="search_log_once"
            ),
            # Numbers of people, firms and telephones are long.
            models.CheckConstraint(
                condition=~Q(words__regex=r"[0-9][0-9 -]{4,}[0-9]") & ~Q(words__contains="@"),
                name="search_log_nobody",
            ),
        ]


class Vectors(models.Model):
    """What titles mean: vectors of their fields, as float16, one after the other."""

    number = models.BigAutoField(primary_key=True)  # rises with every change
    key = models.CharField(max_length=32, unique=True)  # of search_entry
    made_of = models.CharField(max_length=32)  # digest of texts and embedder
    scripts = models.CharField(max_length=40, default="h")  # of each field: h Han, o other
    vectors = models.BinaryField()

    class Meta:
        db_table = "search_vectors"


class Change(models.Model):
    """A document that an outside engine must be told of: its row now, or that it is gone."""

    id = models.BigAutoField(primary_key=True)
    document = models.BigIntegerField()

    class Meta:
        db_table = "search_change"
