"""Rows of the directory."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """An administrative division (行政区划). GB/T 2260 codes in China, any text elsewhere."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.JSONField()  # Localized
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField()  # 0 nation, 1 province, 2 city, 3 county, 4, 5
    # Codes from the root, each followed by "/": "990000/990100/990102/".
    path = models.CharField(max_length=255)
    calendar = models.ForeignKey("directory.Calendar", models.PROTECT, null=True)
    sort_key = models.CharField(max_length=120, blank=True)  # pinyin of the name

    class Meta:
        indexes = [
            models.Index(fields=["path"], name="region_path", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["parent", "code"], name="region_children"),
        ]
        constraints = [
            models.CheckConstraint(
                name="region_path_ends_with_code",
                condition=Q(path__endswith=Concat(F("code"), Value("/"))),
            ),
            models.CheckConstraint(
                name="region_root_has_its_own_path",
                condition=Q(parent__isnull=False) | Q(path=Concat(F("code"), Value("/"))),
            ),
        ]


class Calendar(models.Model):
    """A working-day calendar: a weekend rule and the days that depart from it."""

    code = models.SlugField(max_length=32, primary_key=True)
    name = models.JSONField()
    weekend = models.JSONField(default=list)  # weekday numbers, Monday = 0; [5, 6] usually
    covered_from = models.DateField(null=True)
    covered_until = models.DateField(null=True)  # the last day its authority has published
    # Changes with every edit of the calendar or its days, so that each process can tell whether
    # what it remembers still holds. The days' trigger sees to edits made by hand as well.
    revision = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="calendar_covers_forwards",
                condition=Q(covered_from__isnull=True, covered_until__isnull=True)
                | Q(covered_until__gte=F("covered_from")),
            )
        ]


class CalendarDay(models.Model):
    """A day that departs from the weekend rule."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Public holiday")
        MAKEUP = "makeup", _("Make-up working day")

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    date = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.JSONField(default=dict)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once"),
            models.CheckConstraint(
                name="calendar_day_kind", condition=Q(kind__in=["holiday", "makeup"])
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="new_revision",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # Every calendar: there are few, and a statement may touch the days of several.
                func="UPDATE directory_calendar SET revision = gen_random_uuid(); RETURN NULL;",
            )
        ]


class Agency(models.Model):
    """A body that offers items and handles cases (实施机关)."""

    code = models.CharField(max_length=40, unique=True)  # its credit code, or a source's own code
    credit_code = models.CharField(max_length=18, blank=True)
    # Real bodies carry wrong codes: kept, marked, shown to editors; never a reason to refuse.
    credit_code_valid = models.BooleanField(default=False)
    name = models.JSONField()
    short_name = models.JSONField(default=dict)
    function = models.CharField(max_length=40, blank=True)  # civil_affairs, health …
    region = models.ForeignKey(Region, models.PROTECT, related_name="agencies")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="branches")
    phone = models.CharField(max_length=80, blank=True)
    complaint_phone = models.CharField(max_length=80, blank=True)
    sort_key = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "agencies"
        indexes = [models.Index(fields=["region", "sort_key"], name="agency_by_region")]
        constraints = [
            models.CheckConstraint(
                name="valid_credit_code_is_there",
                condition=Q(credit_code_valid=False) | ~Q(credit_code=""),
            )
        ]


class Centre(models.Model):
    """A government service centre with windows (政务服务中心)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.JSONField()
    region = models.ForeignKey(Region, models.PROTECT, related_name="centres")
    address = models.JSONField()
    directions = models.JSONField(default=dict)
    phone = models.CharField(max_length=40, blank=True)
    # {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], …}; absent = closed. On working days only,
    # unless "holidays": true.
    hours = models.JSONField(default=dict)
    access = models.JSONField(default=dict)  # {"lift": Localized, "ramp": …, "sign_language": …}
    windows = models.JSONField(default=list)  # [{"code": "A01", "name": Localized}, …]
    agencies = models.ManyToManyField(Agency, related_name="centres")  # who has windows here
