"""What an agency offers, the versions of its guide, and what followers are told of both."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.models import counting
from tongban.catalogue.models.items import Item


class Offering(models.Model):
    """An agency of a region offers an item (实施清单事项)."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="offerings")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    region = models.ForeignKey("directory.Region", models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    # 实施编码, 31 characters, or 33 with the serial of a 办理项; the source's own code otherwise.
    code = models.CharField(max_length=80)
    slug = models.SlugField(max_length=90, unique=True)  # the address of its page
    name = models.JSONField()  # usually the item's; a 办理项 has its own
    level = models.CharField(max_length=2, blank=True)  # 行使层级
    # Copies, kept in the same transaction as the current guide, for browsing and searching.
    audiences = ArrayField(models.CharField(max_length=12), default=list)
    themes = ArrayField(models.CharField(max_length=60), default=list)
    online = models.BooleanField(default=False)  # can be applied for here
    region_path = models.CharField(max_length=255)
    sort_key = models.CharField(max_length=300)  # pinyin
    current = models.OneToOneField(
        "catalogue.GuideVersion", models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.JSONField(default=dict)
    applications = models.PositiveIntegerField(default=0)  # for "most used"; counted nightly
    # Who looks after the guide, and what the last check of it found (`Finding`).
    owner = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    error_count = models.PositiveSmallIntegerField(default=0)
    warning_count = models.PositiveSmallIntegerField(default=0)
    score = models.PositiveSmallIntegerField(null=True)  # of 100; null: not checked yet

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="offering_code_once"),
            models.CheckConstraint(
                name="withdrawn_offering_has_no_current_guide",
                condition=Q(withdrawn_at__isnull=True) | Q(current__isnull=True),
            ),
        ]
        indexes = [
            GinIndex(fields=["themes"], name="offering_themes"),
            GinIndex(fields=["audiences"], name="offering_audiences"),
            models.Index(
                OpClass("region_path", name="varchar_pattern_ops"),
                "sort_key",
                name="offering_by_region",
            ),
            models.Index(fields=["agency", "sort_key", "id"], name="offering_by_agency"),
            models.Index(
                fields=["score", "id"],
                name="offering_by_score",
                condition=Q(current__isnull=False, score__isnull=False),
            ),
            # Of all, for editors' lists too: most have a current guide, so readers lose nothing.
            models.Index(fields=["sort_key", "id"], name="offering_in_order"),
            # As `lists` writes it: by the English name, else by pinyin.
            models.Index(
                Coalesce(
                    Lower(NullIf(KT("name__en"), Value(""))),
                    "sort_key",
                    output_field=models.TextField(),
                ),
                "item_id",
                "sort_key",
                name="offering_in_english_order",
                condition=Q(current__isnull=False),
            ),
            models.Index(
                fields=["withdrawn_at", "id"],
                name="offering_withdrawals",
                condition=Q(withdrawn_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="tells_of_new",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="after"),  # type: ignore[no-untyped-call]
                func="""
                INSERT INTO catalogue_change (kind, offering_id, version_id)
                SELECT 'new', id, current_id FROM after WHERE current_id IS NOT NULL;
                RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="tells_of_change",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(  # type: ignore[no-untyped-call]
                    old="before", new="after"
                ),
                func="""
                INSERT INTO catalogue_change (kind, offering_id, version_id, at)
                SELECT CASE WHEN after.current_id IS NULL THEN 'withdrawn'
                            WHEN before.current_id IS NOT NULL THEN 'changed'
                            WHEN before.withdrawn_at IS NOT NULL THEN 'returned'
                            ELSE 'new' END,
                    after.id, after.current_id, after.withdrawn_at
                FROM after JOIN before USING (id)
                WHERE after.current_id IS DISTINCT FROM before.current_id
                ORDER BY after.id;
                RETURN NULL;
                """,
            ),
            *counting.OF_OFFERINGS,
        ]


class GuideVersion(models.Model):
    """One version of a guide to an offering (办事指南). Its content never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        APPROVED = "approved", _("Approved")  # waits for `effective_on`
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    offering = models.ForeignKey(Offering, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField()  # guide.Guide
    digest = models.CharField(max_length=64)  # SHA-256 of name, content and form
    form = models.ForeignKey("forms.FormVersion", models.PROTECT, null=True, related_name="+")
    # The law's clock as columns: cases and reports read them without opening the document.
    statutory_days = models.PositiveSmallIntegerField(null=True)
    promised_days = models.PositiveSmallIntegerField(null=True)
    limit_unit = models.CharField(max_length=14, default="working_days")
    acceptance_days = models.PositiveSmallIntegerField(default=5)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    checked_on = models.DateField(null=True)  # when an editor last confirmed it
    checked_by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    effective_on = models.DateField(null=True)  # planned: published on that day
    ends_on = models.DateField(null=True)  # planned: the last day it applies
    change_note = models.JSONField(default=dict)  # what changed and why, for readers
    # A draft's saves are numbered, so that the second of two editors is told.
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        "identity.Account", models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    review_note = models.TextField(blank=True)
    # Path of a text → digest of the Chinese that its translation was made from.
    translated_from = models.JSONField(default=dict)
    stale = models.PositiveSmallIntegerField(db_default=0, default=0)  # translations to look at
    # Texts in Chinese without their English, counted by the database whoever writes the row.
    untranslated = models.GeneratedField(
        expression=Func(
            "content",
            template=(
                "jsonb_array_length(jsonb_path_query_array(%(expressions)s, "
                '\'strict $.** ? (exists(@.zh ? (@ != "")) && !exists(@.en ? (@ != "")))\'))'
            ),
        ),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offering", "number"], name="guide_number_once"),
            models.UniqueConstraint(
                fields=["offering"],
                name="one_published_guide",
                condition=Q(state="published"),
            ),
            models.CheckConstraint(
                name="guide_state_has_its_time",
                condition=Q(
                    state__in=["draft", "review", "approved"],
                    published_at__isnull=True,
                    withdrawn_at__isnull=True,
                )
                | Q(state="published", published_at__isnull=False, withdrawn_at__isnull=True)
                | Q(state="withdrawn", withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="guide_in_review_was_submitted",
                condition=~Q(state="review") | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approved_guide_has_its_day",
                condition=~Q(state="approved")
                | Q(reviewed_at__isnull=False, effective_on__isnull=False),
            ),
            models.CheckConstraint(
                name="guide_ends_after_it_begins",
                condition=Q(effective_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("effective_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["published_at", "id"],
                name="guide_changes",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["published_at", "id"],
                name="guide_later_versions",
                condition=Q(published_at__isnull=False, number__gt=1),
            ),
            models.Index(
                fields=["effective_on"], name="guide_begins", condition=Q(state="approved")
            ),
            models.Index(
                fields=["ends_on"],
                name="guide_ends",
                condition=Q(state="published", ends_on__isnull=False),
            ),
            models.Index(
                fields=["state", "offering"],
                name="guide_in_work",
                condition=Q(state__in=["draft", "review", "approved"]),
            ),
            models.Index(
                fields=["checked_on", "offering"],
                name="guide_checks",
                condition=Q(state="published"),
            ),
            models.Index(
                fields=["offering"],
                name="guide_translations",
                condition=Q(state="published") & (Q(stale__gt=0) | Q(untranslated__gt=0)),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="content_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'draft' AND (OLD.offering_id, OLD.number, OLD.content,"
                    " OLD.digest, OLD.form_id, OLD.statutory_days, OLD.promised_days,"
                    " OLD.limit_unit, OLD.acceptance_days)"
                    " IS DISTINCT FROM (NEW.offering_id, NEW.number, NEW.content,"
                    " NEW.digest, NEW.form_id, NEW.statutory_days, NEW.promised_days,"
                    " NEW.limit_unit, NEW.acceptance_days)"
                ),
            ),
            pgtrigger.Protect(
                name="published_is_kept",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            ),
        ]


class ImportedRow(models.Model):
    """The row an offering was last imported from, so that it is known again unread."""

    offering = models.OneToOneField(
        Offering, models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    number = models.PositiveIntegerField()  # of the version the row stands for
    read = models.UUIDField(db_index=True)  # digest of the row and of all it was read with
    item = models.JSONField()  # what it says of its item: code, name, type, main item's code, name


class Change(models.Model):
    """A service appeared, changed, came back or went: what `feed` tells followers, in order.

    Written by triggers, so that no way of publishing can forget it. `position` comes later, from
    `feed.number_changes`: the order in which changes became visible.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        RETURNED = "returned", _("Back again")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    position = models.BigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    offering = models.ForeignKey(Offering, models.CASCADE, db_constraint=False, related_name="+")
    version = models.ForeignKey(
        GuideVersion, models.CASCADE, null=True, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField(null=True)  # null until it has its position

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="numbered_change_has_its_time",
                condition=Q(position__isnull=True) | Q(at__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="change_unnumbered", condition=Q(position__isnull=True)
            )
        ]
