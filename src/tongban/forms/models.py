"""Rows of forms."""

from __future__ import annotations

import pgtrigger
from django.db import models

from tongban.kernel import clock


class FormVersion(models.Model):
    """One published state of a form. Never changes: guides and cases refer to it."""

    code = models.CharField(max_length=80)
    number = models.PositiveIntegerField()  # 1, 2, 3 … per code
    definition = models.JSONField()  # FormDefinition
    schema = models.JSONField()  # derived JSON Schema 2020-12
    sample = models.JSONField(default=dict)  # answers of a fictional applicant; {} for none
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of code, definition, sample
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="form_version_number_once"),
            models.CheckConstraint(
                name="form_version_counts_from_one", condition=models.Q(number__gte=1)
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="form_version_is_immutable", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]
