"""Rows of ratings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Rating(models.Model):
    """What the applicant said of an answered case. No row: unrated."""

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="rating")
    # 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意 (GB/T 39735-2020)
    level = models.PositiveSmallIntegerField()
    tags = ArrayField(models.CharField(max_length=30), default=list)
    words = models.TextField(blank=True)
    by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Copies of the case's, for counting without a join.
    offering = models.ForeignKey("catalogue.Offering", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    region = models.ForeignKey("directory.Region", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="rating_level", condition=Q(level__gte=1, level__lte=5)),
        ]
        indexes = [
            models.Index(fields=["offering", "-at"], name="rating_by_offering"),
            models.Index(fields=["agency", "-at"], name="rating_by_agency"),
        ]
