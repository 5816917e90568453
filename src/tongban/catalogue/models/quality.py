"""How guides stand: what the bulk check knew of each, and counts for the report."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models

from tongban.catalogue.models.guides import Offering


class GuideCheck(models.Model):
    """What a bulk check knew when it examined a guide: until that changes, its findings stand."""

    offering = models.OneToOneField(
        Offering, models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    mark = models.CharField(max_length=32)  # digest of all that rules look at, and of the rules
    until = models.DateField(null=True)  # the last day on which the same would be found
    links = ArrayField(models.CharField(max_length=64), default=list)  # `LinkCheck`s it names
    dead = models.CharField(max_length=32, blank=True)  # digest of those that did not open


class QualityCount(models.Model):
    """By how much an agency's counts in a region changed: sum them up. Written by triggers.

    With a rule: guides that it found something in, and places. Without: how guides stand.
    An offering that moves to another agency takes its findings along at the next nightly check.
    """

    agency = models.ForeignKey(
        "directory.Agency", models.CASCADE, db_constraint=False, related_name="+"
    )
    region_path = models.CharField(max_length=255)
    rule = models.CharField(max_length=40, blank=True)
    guides = models.IntegerField()
    places = models.IntegerField()
    checked = models.IntegerField()
    with_errors = models.IntegerField()
    without_findings = models.IntegerField()
    points = models.BigIntegerField()  # the sum of scores

    class Meta:
        indexes = [
            models.Index(
                OpClass("region_path", name="varchar_pattern_ops"), name="quality_by_region"
            )
        ]
