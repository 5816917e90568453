"""Editors' work on guides: what checks found, proposals, rehearsals, acts and long works."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.models import counting
from tongban.catalogue.models.guides import GuideVersion, Offering


class Finding(models.Model):
    """What a check of a guide found (`linting`); those of the version checked last are kept."""

    class Severity(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        HINT = "hint", _("Hint")

    offering = models.ForeignKey(Offering, models.CASCADE, related_name="findings")
    version = models.ForeignKey(GuideVersion, models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    place = models.CharField(max_length=120, blank=True)  # path in the guide: "materials.2.name"
    facts = models.JSONField(default=dict)  # what the rule's words are filled in with

    class Meta:
        indexes = [models.Index(fields=["rule", "offering"], name="finding_by_rule")]
        triggers = counting.OF_FINDINGS


class LinkCheck(models.Model):
    """How a web address that guides name answered when it was last tried (`linting.links`)."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the address
    address = models.TextField()
    checked_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP; null: no answer
    problem = models.CharField(max_length=20, blank=True)  # a key of `links.PROBLEMS`
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="failing_link_says_why",
                condition=Q(failures=0, problem="", failing_since__isnull=True)
                | (Q(failures__gt=0, failing_since__isnull=False) & ~Q(problem="")),
            )
        ]
        indexes = [models.Index(fields=["checked_at"], name="link_checked")]


class Proposal(models.Model):
    """A change of the basic directory, put before those who offer the item."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken over")
        DECLINED = "declined", _("Declined")

    offering = models.ForeignKey(Offering, models.CASCADE, related_name="proposals")
    changes = models.JSONField()  # path → {"old": …, "new": …}
    reason = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    answer_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="answered_proposal_has_its_time",
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
            )
        ]
        indexes = [models.Index(fields=["state", "offering"], name="proposal_open")]


class Rehearsal(models.Model):
    """How the last rehearsal of a form with its sample answers went; a form is shared by many."""

    form = models.OneToOneField(
        "forms.FormVersion", models.CASCADE, primary_key=True, related_name="+"
    )
    run_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True)  # the last time it passed
    problem = models.JSONField(default=dict)  # empty: the last run passed
    alerted_at = models.DateTimeField(null=True)


class EditorAct(models.Model):
    """What somebody did with a guide, and when: the record that stays. Append-only."""

    offering = models.ForeignKey(Offering, models.CASCADE, related_name="acts")
    version = models.ForeignKey(GuideVersion, models.SET_NULL, null=True, related_name="acts")
    act = models.CharField(max_length=16)  # recording.ACTS
    by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["offering", "-id"], name="act_of_offering")]


class DirectoryWork(models.Model):
    """A change of many guides, or a file read in: prepared, looked at, then done by the worker."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("Waits for you to confirm")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Not done: nothing was changed")

    kind = models.CharField(max_length=8)  # bulk, undo, topic, import, export
    state = models.CharField(max_length=8, choices=State.choices)
    by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    parameters = models.JSONField(default=dict)
    path = models.CharField(max_length=120, blank=True)  # of an uploaded file in the storage
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["by", "-id"], name="work_of_editor")]
