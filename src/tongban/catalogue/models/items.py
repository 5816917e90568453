"""What government does, wherever it is offered: the basic directory and its topics."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Theme(models.Model):
    """A topic people browse by (主题), for persons or for firms."""

    code = models.SlugField(max_length=60, primary_key=True)
    name = models.JSONField()
    audience = models.CharField(max_length=6)  # person, firm
    description = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        triggers = [
            # Items name topics in an array, which no foreign key can watch.
            pgtrigger.Trigger(
                name="nothing_stands_under_it",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("code"),  # type: ignore[no-untyped-call]
                func="""
                IF EXISTS (SELECT FROM catalogue_item WHERE themes @> ARRAY[OLD.code])
                OR EXISTS (SELECT FROM catalogue_offering WHERE themes @> ARRAY[OLD.code]) THEN
                    RAISE EXCEPTION 'services stand under topic %: see remove_topic', OLD.code
                        USING ERRCODE = 'restrict_violation';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
                """,
            )
        ]


class Item(models.Model):
    """What government does for people, wherever it is offered (事项, 基本目录)."""

    source = models.CharField(max_length=40)  # "tongban", "gd", "sc": whose catalogue
    code = models.CharField(max_length=60)  # 基本编码: 12 digits in the national standard
    name = models.JSONField()
    type = models.CharField(max_length=4, blank=True)  # national: 01 permit … 20 public service
    audiences = ArrayField(models.CharField(max_length=12), default=list)
    themes = ArrayField(models.CharField(max_length=60), default=list)
    everyday_names = ArrayField(models.CharField(max_length=120), default=list)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    # What the basic directory prescribes to everybody who offers it: `standards.Standard`.
    standard = models.JSONField(default=dict)
    effective_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="item_code_once"),
            models.CheckConstraint(
                name="item_ends_after_it_begins",
                condition=Q(effective_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("effective_on")),
            ),
        ]


class ItemRelation(models.Model):
    """What an item has to do with another: read "`item` — kind — `other`"."""

    class Kind(models.TextChoices):
        NEEDS = "needs", _("Needed first")  # `other` must be done before `item`
        USUAL_NEXT = "usual_next", _("Usually next")  # people go on with `other`
        REPLACES = "replaces", _("Replaces")  # `item` takes the place of `other`

    item = models.ForeignKey(Item, models.CASCADE, related_name="relations")
    other = models.ForeignKey(Item, models.CASCADE, related_name="related_from")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    note = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "other", "kind"], name="relation_once"),
            models.CheckConstraint(
                name="item_is_not_related_to_itself", condition=~Q(item=F("other"))
            ),
        ]
