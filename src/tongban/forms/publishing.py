"""Published forms."""

from __future__ import annotations

from tongban.forms.definition import FormDefinition
from tongban.forms.models import FormVersion


def publish_form(code: str, definition: FormDefinition) -> FormVersion:
    """The version of form `code` with exactly this definition, made if it is new."""
    raise NotImplementedError


def form(version_id: int) -> FormDefinition:
    """The definition of a published version (kept in memory: versions never change).

    Raises FormVersion.DoesNotExist.
    """
    raise NotImplementedError
