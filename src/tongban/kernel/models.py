"""Rows of the kernel."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongban.kernel import clock, ids


class StoredFile(models.Model):
    """One uploaded file. Its content never changes; who may read it is for its user to say."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPG = "jpg", "JPEG"
        PNG = "png", "PNG"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(max_length=120)  # as the person called it, made harmless
    kind = models.CharField(max_length=3, choices=Kind.choices)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    attached = models.BooleanField(default=False)  # some row refers to it: a draft, a submission

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="stored_file_kind", condition=Q(kind__in=["pdf", "jpg", "png"])
            ),
            models.CheckConstraint(name="stored_file_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="stored_file_digest", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="stored_file_loose", condition=Q(attached=False)
            )
        ]

    @property
    def content_type(self) -> str:
        """The media type to serve it as."""
        return {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}[self.kind]

    @property
    def path(self) -> str:
        """Where the storage keeps it: spread over folders, without the person's words."""
        text = str(self.id)
        return f"{text[-2:]}/{text}.{self.kind}"
