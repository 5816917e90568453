"""Rows of cases. The constraints tie each state to the facts it stands for."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import State
from tongban.kernel.ids import uuid7

# Where a stage without a deadline sorts in a queue ordered by deadline.
NO_DAY = date(9999, 12, 31)

_APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
]


class Draft(models.Model):
    """An application being filled in: saved at every step, resumed on any device."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    party = models.ForeignKey("identity.Party", models.PROTECT, related_name="+")
    offering = models.ForeignKey("catalogue.Offering", models.PROTECT, related_name="+")
    guide_version = models.ForeignKey("catalogue.GuideVersion", models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)  # sealed, forms.api
    prefilled = models.JSONField(default=list)  # keys the platform filled in
    step = models.CharField(max_length=60, blank=True)  # where the applicant was last
    # Step → the page that saved it last, as a browser shows it: two tabs are two pages.
    saved_from = models.JSONField(default=dict)
    client_key = models.CharField(max_length=120, null=True)  # an API client's idempotency key
    client_digest = models.CharField(max_length=64, blank=True)  # of the request it came with
    case = models.OneToOneField(
        "cases.Case", models.PROTECT, null=True, related_name="draft"
    )  # once sent
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "party", "offering"],
                name="one_open_draft",
                condition=Q(case__isnull=True, client_key__isnull=True),
            ),
            models.UniqueConstraint(fields=["account", "client_key"], name="client_key_once"),
        ]
        indexes = [models.Index(fields=["account", "-updated_at"], name="draft_by_account")]


class Case(models.Model):
    """The handling of one application (办件)."""

    class Channel(models.TextChoices):
        ONLINE = "online", _("Online")
        WINDOW = "window", _("At a window")
        API = "api", _("Through another system")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=12, unique=True)
    region = models.ForeignKey("directory.Region", models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=255)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    offering = models.ForeignKey("catalogue.Offering", models.PROTECT, related_name="+")
    guide_version = models.ForeignKey("catalogue.GuideVersion", models.PROTECT, related_name="+")
    party = models.ForeignKey("identity.Party", models.PROTECT, related_name="+")
    filed_by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.ONLINE)
    state = models.CharField(max_length=12)

    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    examined_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # not accepted, withdrawn, terminated

    limit_days = models.PositiveSmallIntegerField(null=True)  # the guide's, or none
    limit_unit = models.CharField(max_length=14, default="working_days")
    # Derived from acceptance, limit, pauses and calendar; null while the clock stands or has none.
    due_on = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["party", "-id"], name="case_by_party"),
            models.Index(fields=["agency", "due_on"], name="case_by_due"),
            models.Index(fields=["offering", "-id"], name="case_by_offering"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_state_known", condition=Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="unaccepted_has_no_acceptance",
                condition=~Q(state__in=["submitted", "incomplete", "not_accepted"])
                | Q(accepted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="accepted_has_time",
                condition=~Q(
                    state__in=[
                        "accepted",
                        "suspended",
                        "examined",
                        "granted",
                        "refused",
                        "completed",
                        "delivered",
                        "terminated",
                    ]
                )
                | Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="examined_has_time",
                condition=~Q(state__in=["examined", "granted", "refused", "completed", "delivered"])
                | Q(examined_at__isnull=False),
            ),
            models.CheckConstraint(
                name="decided_has_time",
                condition=Q(
                    state__in=["granted", "refused", "completed", "delivered"],
                    decided_at__isnull=False,
                )
                | (
                    ~Q(state__in=["granted", "refused", "completed", "delivered"])
                    & Q(decided_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="completed_has_time",
                condition=Q(state__in=["completed", "delivered"], completed_at__isnull=False)
                | (~Q(state__in=["completed", "delivered"]) & Q(completed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="delivered_has_time",
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="ended_has_time",
                condition=Q(
                    state__in=["not_accepted", "withdrawn", "terminated"], ended_at__isnull=False
                )
                | (
                    ~Q(state__in=["not_accepted", "withdrawn", "terminated"])
                    & Q(ended_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="case_times_in_order",
                condition=(Q(accepted_at__isnull=True) | Q(accepted_at__gte=F("submitted_at")))
                & (Q(examined_at__isnull=True) | Q(examined_at__gte=F("accepted_at")))
                & (Q(decided_at__isnull=True) | Q(decided_at__gte=F("examined_at")))
                & (Q(completed_at__isnull=True) | Q(completed_at__gte=F("decided_at")))
                & (Q(delivered_at__isnull=True) | Q(delivered_at__gte=F("completed_at"))),
            ),
            models.CheckConstraint(
                name="clock_stands_while_suspended",
                condition=~Q(state="suspended") | Q(due_on__isnull=True),
            ),
        ]


class Submission(models.Model):
    """What an applicant sent, once: the application, or a supplement to it."""

    class Kind(models.TextChoices):
        APPLICATION = "application", _("Application")
        SUPPLEMENT = "supplement", _("Supplement")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    answers = models.JSONField()  # whole, sealed
    note = models.TextField(blank=True)
    made_by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="submission_number_once"),
            models.CheckConstraint(
                name="first_submission_is_the_application",
                condition=Q(number=1, kind="application") | Q(number__gt=1, kind="supplement"),
            ),
        ]
        triggers = _APPEND_ONLY


class Attachment(models.Model):
    """A stored file belongs to a draft and, once sent, to its case."""

    file = models.OneToOneField("kernel.StoredFile", models.PROTECT, related_name="+")
    draft = models.ForeignKey(Draft, models.CASCADE, null=True, related_name="attachments")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="attachments")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attachment_belongs_somewhere",
                condition=Q(draft__isnull=False) | Q(case__isnull=False),
            )
        ]


class Stage(models.Model):
    """One agency's piece of work on a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="stages")
    kind = models.CharField(max_length=12)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=255)
    assignee = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    waiting = models.BooleanField(default=False)  # for the applicant; the clock stands
    due_on = models.DateField(null=True)
    sort_day = models.DateField(default=NO_DAY)  # due_on, or NO_DAY

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "agency", "kind"],
                name="one_open_stage",
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="stage_sorts_by_its_day",
                condition=Q(due_on__isnull=False, sort_day=F("due_on"))
                | Q(due_on__isnull=True, sort_day=NO_DAY),
            ),
            models.CheckConstraint(
                name="stage_closes_after_opening",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
        ]
        # Open stages are few and lie scattered among all that were ever closed. What a queue counts
        # by is therefore kept in its indexes: a province's 40,000 open stages among 800,000 are
        # counted in 11 ms from the index, in 240 ms from the table.
        indexes = [
            models.Index(
                fields=["agency", "sort_day", "id"],
                name="stage_queue_covered",
                condition=Q(closed_at__isnull=True),
                include=["kind", "assignee", "waiting", "region_path"],
            ),
            models.Index(
                fields=["assignee", "sort_day", "id"],
                name="stage_mine",
                condition=Q(closed_at__isnull=True),
            ),
            # For whoever sees many agencies: the first page of a province's queue without sorting
            # all of it (100,000 open stages: 100 ms without, 1 ms with).
            models.Index(
                fields=["sort_day", "id"],
                name="stage_in_order_covered",
                condition=Q(closed_at__isnull=True),
                include=["agency", "kind", "assignee", "waiting", "region_path"],
            ),
        ]


class SupplementRequest(models.Model):
    """What was asked of the applicant, all at once (一次性告知)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="supplement_requests")
    # [{"field": key or "", "what": text}]: what is missing or wrong, in the asker's words.
    points = models.JSONField()
    asked_by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                name="one_open_supplement_request",
                condition=Q(answered_at__isnull=True),
            ),
            models.CheckConstraint(
                name="supplement_answered_after_asking",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
            ),
        ]


class Pause(models.Model):
    """The clock stands: from the day after `asked_on` up to and with `answered_on`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses")
    asked_on = models.DateField()
    answered_on = models.DateField(null=True)
    reason = models.CharField(max_length=20, default="supplement")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_open_pause", condition=Q(answered_on__isnull=True)
            ),
            models.CheckConstraint(
                name="pause_ends_after_start",
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("asked_on")),
            ),
        ]


class Decision(models.Model):
    """What was decided, and why."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=7)  # granted, refused
    document_number = models.CharField(max_length=60, unique=True)
    reason = models.TextField()  # a refusal says why, and on what ground
    decided_by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_outcome", condition=Q(outcome__in=["granted", "refused"])
            ),
            models.CheckConstraint(
                name="refusal_has_reason", condition=Q(outcome="granted") | ~Q(reason="")
            ),
        ]
        triggers = _APPEND_ONLY


class CaseEvent(models.Model):
    """One act on a case. Feeds timeline, audit and supervision; nobody can change it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    act = models.CharField(max_length=20)  # lifecycle.Act, or claim, release, assign, recalculate
    state = models.CharField(max_length=12)  # after the act
    by = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=10)  # lifecycle.Actor, or system
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)  # shown to the applicant
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="event_by_case")]
        triggers = _APPEND_ONLY
