"""A form's rehearsal that got stuck becomes a notice to the editors of its guides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tongban.kernel.announcements import Payload
from tongban.kernel.localized import pick
from tongban.notices.sending import notify

_LANGUAGES = ("zh", "en")


def tell(payload: Payload) -> None:
    """Listens to "rehearsal.broken": each editor is told once of each break."""
    said = {language: _said(payload["problem"], language) for language in _LANGUAGES}
    for editor in payload["editors"]:
        notify(
            editor["account"],
            "rehearsal.broken",
            f"rehearsal-{payload['form']}-{payload['at']}",
            {"item": editor["item"], "count": editor["count"], "problem": said},
            subject="rehearsals",
            at=datetime.fromisoformat(payload["at"]),
        )


def _said(problem: Mapping[str, Mapping[str, str]], language: str) -> str:
    """Step, question and message on a line each."""
    parts = (problem[name] for name in ("step_title", "label", "message"))
    return "\n".join(filter(None, (pick(part, language) for part in parts)))
