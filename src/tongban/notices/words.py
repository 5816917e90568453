"""The words of a notice."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Words:
    """The words of one kind, with %(names)s of the context. `body_without_due` if no date."""

    title: Promise
    body: Promise
    body_without_due: Promise | None = None
