"""What editors are told of the guides they look after."""

from __future__ import annotations

from tongban.kernel.announcements import Payload
from tongban.notices.sending import notify


def tell_not_published(payload: Payload) -> None:
    """Listens to "guide.not_published": a guide whose day has come was kept back."""
    for account in payload["accounts"]:
        notify(
            account,
            "guide.not_published",
            f"version-{payload['version']}",
            {"item": payload["item"], "note": payload["why"]},
            subject="guide",
            subject_key=str(payload["offering"]),
        )


def tell_export_ready(payload: Payload) -> None:
    """Listens to "export.ready": the file that an editor asked for is there."""
    notify(
        payload["account"],
        "export.ready",
        f"export-{payload['work']}",
        {"item": payload["name"], "count": payload["guides"]},
        subject="directory_work",
        subject_key=str(payload["work"]),
    )


def tell_checks_due(payload: Payload) -> None:
    """Listens to "guide.checks_due": once a month, how many guides want a look."""
    notify(
        payload["account"],
        "guide.checks_due",
        payload["month"],
        {"count": payload["number"]},
        subject="guides_to_check",
    )
