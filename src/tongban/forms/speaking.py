"""In whose language: texts for one reader while another's page is being made (mails, exports)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Interface texts, names and dates in this content language; None: as it is."""
    if language is None:
        yield
        return
    tags = [tag for tag, _name in settings.LANGUAGES if tag.split("-")[0] == language]
    with translation.override(tags[0] if tags else language):
        yield
