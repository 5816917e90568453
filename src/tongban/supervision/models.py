"""Rows of the supervision of to-do lists."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.kernel import ids


class Plan(models.Model):
    """A to-do list that a government publishes (清单)."""

    class Level(models.TextChoices):
        NATIONAL = "national", pgettext_lazy("list", "National")
        PROVINCE = "province", pgettext_lazy("list", "Province")
        CITY = "city", pgettext_lazy("list", "City")
        COUNTY = "county", pgettext_lazy("list", "County")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        CLOSED = "closed", _("Closed")

    slug = models.SlugField(max_length=60, unique=True)  # also the name of its ledger
    level = models.CharField(max_length=8, choices=Level.choices)
    region = models.ForeignKey("directory.Region", models.PROTECT, related_name="+")
    # The programme office: publishes, assesses, closes.
    office = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    title = models.JSONField()
    summary = models.JSONField(default=dict)
    basis = models.JSONField(default=dict)
    source_url = models.URLField(max_length=500, blank=True)
    adopted_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="adoptions")
    # The list's own rules, in working days.
    evidence_days = models.PositiveSmallIntegerField(default=10)
    reply_days = models.PositiveSmallIntegerField(default=10)
    soon_days = models.PositiveSmallIntegerField(default=10)
    very_late_days = models.PositiveSmallIntegerField(default=20)
    # So many unanswered observations on a task, and the superior is told.
    unanswered_most = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The ledger's head; moved by the database itself when an entry is added.
    entries = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_state_has_its_time",
                condition=Q(state="draft", published_at__isnull=True, closed_at__isnull=True)
                | Q(state="published", published_at__isnull=False, closed_at__isnull=True)
                | Q(state="closed", published_at__isnull=False, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_is_not_its_own_source",
                condition=Q(adopted_from__isnull=True) | ~Q(adopted_from=F("id")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_plan_is_kept",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            )
        ]


class Section(models.Model):
    """A part of a list."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="section_in_its_place")
        ]


class Task(models.Model):
    """One thing to be done: by whom, what, by when (任务)."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "Open")
        CLAIMED = "claimed", _("Claimed done")  # the public looks at the evidence
        CLOSED = "closed", _("Closed")
        DROPPED = "dropped", _("Dropped")

    class Level(models.TextChoices):
        """How far it is, as the programme office sees it; after the Open Government
        Partnership's independent reporting."""

        NO_EVIDENCE = "no_evidence", _("No evidence")
        NOT_STARTED = "not_started", _("Not started")
        LIMITED = "limited", _("Limited")
        SUBSTANTIAL = "substantial", _("Substantial")
        COMPLETE = "complete", pgettext_lazy("assessment", "Complete")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    section = models.ForeignKey(Section, models.PROTECT, null=True, related_name="tasks")
    code = models.CharField(max_length=20)  # as the document numbers it: "3.1", "一-2"
    position = models.PositiveSmallIntegerField()
    title = models.JSONField()
    text = models.JSONField(default=dict)
    deliverable = models.JSONField(default=dict)
    basis = models.JSONField(default=dict)
    # The responsible unit as the document names it; the agency of the directory, if it is one.
    lead_name = models.JSONField()
    lead = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    start = models.DateField(null=True)
    due = models.DateField(null=True)
    first_due = models.DateField(null=True)  # when the list was published
    adopted_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="adoptions")
    # A figure that the platform itself can count: {"measure": "online_items", "target": 35, …}.
    evidence = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    # Claimed, assessed: side by side, never mixed. What the public says is in Observation.
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    claimed_on = models.DateField(null=True)
    window_until = models.DateField(null=True)  # the last day of the public evidence window
    closed_on = models.DateField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)  # times
    assessed = models.CharField(max_length=12, choices=Level.choices, blank=True)
    assessed_at = models.DateTimeField(null=True)
    # Counts of what the public says, kept by the acts.
    observations = models.PositiveIntegerField(default=0)
    unanswered = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="task_code_once"),
            models.CheckConstraint(
                name="task_is_not_due_before_it_starts",
                condition=Q(start__isnull=True) | Q(due__isnull=True) | Q(due__gte=F("start")),
            ),
            models.CheckConstraint(
                name="task_state_has_its_days",
                condition=Q(state="open", claimed_on__isnull=True, closed_on__isnull=True)
                | Q(
                    state="claimed",
                    claimed_on__isnull=False,
                    window_until__isnull=False,
                    closed_on__isnull=True,
                )
                | Q(state="closed", claimed_on__isnull=False, closed_on__isnull=False)
                | Q(state="dropped", closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="closed_task_was_found_complete",
                condition=~Q(state="closed") | Q(assessed="complete"),
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "due"], name="task_by_lead"),
            models.Index(fields=["due"], name="task_open_by_due", condition=Q(state="open")),
            models.Index(
                fields=["window_until"], name="task_in_window", condition=Q(state="claimed")
            ),
        ]


class CoUnit(models.Model):
    """A unit that shares in a task (配合单位)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="co_units")
    position = models.PositiveSmallIntegerField()
    name = models.JSONField()
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "position"], name="co_unit_in_its_place")
        ]


class Milestone(models.Model):
    """A step on the way, with a day of its own."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.JSONField()
    due = models.DateField(null=True)
    done_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "position"], name="milestone_in_its_place")
        ]


class Indicator(models.Model):
    """A figure that a task is to reach. Values are texts of decimal numbers."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField()
    name = models.JSONField()
    unit = models.JSONField(default=dict)
    baseline = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    actual = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    actual_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "position"], name="indicator_in_its_place")
        ]


class Report(models.Model):
    """What a unit says of its task, with evidence; a claim says that it is done."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    is_claim = models.BooleanField(default=False)
    text = models.JSONField()
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["task", "-at"], name="report_by_task")]


class Evidence(models.Model):
    """What a report rests on: an address, a file, or a figure."""

    class Kind(models.TextChoices):
        LINK = "link", _("Link")
        FILE = "file", _("File")
        FIGURE = "figure", _("Figure")

    report = models.ForeignKey(Report, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)
    file = models.ForeignKey("kernel.StoredFile", models.PROTECT, null=True, related_name="+")
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evidence_shows_something",
                condition=(Q(kind="link") & ~Q(url=""))
                | Q(kind="file", file__isnull=False)
                | Q(kind="figure", value__isnull=False),
            )
        ]


class Assessment(models.Model):
    """What the programme office finds, and what follows from it."""

    class Verdict(models.TextChoices):
        NOTED = "noted", _("Noted")
        CLOSED = "closed", _("Closed")
        SENT_BACK = "sent_back", _("Sent back")
        REOPENED = "reopened", _("Reopened")

    task = models.ForeignKey(Task, models.PROTECT, related_name="assessments")
    level = models.CharField(max_length=12, choices=Task.Level.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reasons = models.JSONField()
    by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Observation(models.Model):
    """What somebody sees or asks. The words can be erased; that they were there cannot."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        OBSERVATION = "observation", _("Observation")
        OBJECTION = "objection", _("Objection")  # to a claim, within its window

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        HELD = "held", _("Held back")  # looks like it breaks a rule; waits for a moderator
        REMOVED = "removed", _("Removed")
        ERASED = "erased", _("Erased by its author")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="said")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    account = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    is_verified = models.BooleanField()  # a real name stands behind it
    text = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)
    picture = models.ForeignKey("kernel.StoredFile", models.PROTECT, null=True, related_name="+")
    salt = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SHOWN)
    rule = models.CharField(max_length=30, blank=True)  # why it is held back or was removed
    at = models.DateTimeField()
    reply_due = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    seconds_verified = models.PositiveIntegerField(default=0)
    seconds_others = models.PositiveIntegerField(default=0)
    superior_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="gone_words_are_gone",
                condition=~Q(state="erased") | Q(text="", salt="", place="", picture__isnull=True),
            ),
            models.CheckConstraint(
                name="removal_names_its_rule",
                condition=~Q(state__in=["removed", "held"]) | ~Q(rule=""),
            ),
        ]
        indexes = [
            models.Index(fields=["task", "-at"], name="said_by_task"),
            models.Index(
                fields=["reply_due"],
                name="said_unanswered",
                condition=Q(answered_at__isnull=True, state="shown"),
            ),
        ]


class Reply(models.Model):
    """A unit's answer to an observation."""

    observation = models.ForeignKey(Observation, models.PROTECT, related_name="replies")
    text = models.TextField()
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Second(models.Model):
    """Somebody sees what another one saw."""

    observation = models.ForeignKey(Observation, models.CASCADE, related_name="seconds")
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["observation", "account"], name="second_once")
        ]


class Follow(models.Model):
    """An account wants to hear of a list, a task, a unit or a region: exactly one of them."""

    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, related_name="+")
    task = models.ForeignKey(Task, models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey("directory.Agency", models.CASCADE, null=True, related_name="+")
    region = models.ForeignKey("directory.Region", models.CASCADE, null=True, related_name="+")
    # A unit that is no agency of the directory ("the cities' governments"), by its name in lists.
    named = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="follows_one_thing",
                condition=Q(plan__isnull=False, task=None, unit=None, region=None, named="")
                | Q(task__isnull=False, plan=None, unit=None, region=None, named="")
                | Q(unit__isnull=False, plan=None, task=None, region=None, named="")
                | Q(region__isnull=False, plan=None, task=None, unit=None, named="")
                | (~Q(named="") & Q(plan=None, task=None, unit=None, region=None)),
            ),
            models.UniqueConstraint(
                fields=["account", "plan", "task", "unit", "region", "named"],
                name="follows_once",
                nulls_distinct=False,
            ),
        ]


class Incoming(models.Model):
    """A file of a list that an officer has brought, until they have looked at what it does."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    slug = models.CharField(max_length=60, blank=True)  # another address than the file's
    office = models.CharField(max_length=40, blank=True)  # an agency's code
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="incoming_by_time")]


class Urging(models.Model):
    """A step of the chain before and after a due date (督办): each once for each due date."""

    class Step(models.TextChoices):
        REMIND = "remind", _("Reminded")
        WARN = "warn", _("Warned")
        SUPERIOR = "superior", _("Superior told")
        MARK = "mark", _("Marked publicly")

    task = models.ForeignKey(Task, models.CASCADE, related_name="urgings")
    step = models.CharField(max_length=8, choices=Step.choices)
    due = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "step", "due"], name="urged_once")]


_CHECK_ENTRY = """
    SELECT entries, head INTO last_number, last_hash
    FROM supervision_plan WHERE id = NEW.plan_id FOR UPDATE;
    IF NEW.number <> last_number + 1 THEN
        RAISE EXCEPTION 'entry % does not follow entry %', NEW.number, last_number;
    END IF;
    IF NEW.hash <> encode(sha256(convert_to(NEW.body, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash of entry % is not that of its body', NEW.number;
    END IF;
    IF last_number > 0 AND (NEW.body::jsonb ->> 'previous') IS DISTINCT FROM last_hash THEN
        RAISE EXCEPTION 'entry % does not hang on the one before it', NEW.number;
    END IF;
    IF (NEW.body::jsonb ->> 'number')::bigint <> NEW.number THEN
        RAISE EXCEPTION 'entry % calls itself otherwise', NEW.number;
    END IF;
    UPDATE supervision_plan SET entries = NEW.number, head = NEW.hash WHERE id = NEW.plan_id;
    RETURN NEW;
"""


class Entry(models.Model):
    """An entry of a list's ledger (`ledger.py`). The database adds only what fits, and nothing
    changes or leaves again."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=30)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    body = models.TextField()  # its one spelling
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="entry_number_once")]
        indexes = [
            models.Index(fields=["task", "id"], name="entry_by_task"),
            models.Index(fields=["at", "id"], name="entry_by_time"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="entry_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_CHECK_ENTRY,
                declare=[("last_number", "bigint"), ("last_hash", "text")],
            ),
            pgtrigger.Protect(name="entry_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="entries_stay",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
            ),
        ]


class Digest(models.Model):
    """The heads of all ledgers on a day, signed and published."""

    day = models.DateField(unique=True)
    body = models.TextField()  # what is signed
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    made_at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="digest_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
