"""Rows of notices."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kernel.ids import uuid7


class Notice(models.Model):
    """Something an account is told. Its words are made from `kind` and `context` when read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)  # texts.KINDS
    key = models.CharField(max_length=80)  # what it is about, once: "case-event-123"
    context = models.JSONField(default=dict)
    subject = models.CharField(max_length=20, blank=True)  # what kind of page it leads to: "case"
    subject_key = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "key"], name="notice_once")
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="notice_inbox"),
            models.Index(
                fields=["account"], name="notice_unread", condition=Q(read_at__isnull=True)
            ),
        ]


class Delivery(models.Model):
    """One sending of a notice through one channel. `sending` is written before the letter goes out,
    so that a worker killed in between does not send it again: it is then left `uncertain`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        UNCERTAIN = "uncertain", _("Possibly sent")
        FAILED = "failed", _("Failed")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10)  # email
    address = models.CharField(max_length=254)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once"),
            models.CheckConstraint(
                name="sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
        ]
