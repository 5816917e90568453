"""Case news become notices. Listens to `case.*`; knows the payload, not the package `cases`."""

from __future__ import annotations

from datetime import datetime

from tongban.kernel.announcements import Payload
from tongban.notices.sending import notify

# What applicants are told; claims, hand-overs and opinions are the office's own affair.
TOLD = (
    "submit", "accept", "refuse_acceptance", "ask_supplement", "supplement", "grant", "refuse",
    "complete", "deliver", "withdraw", "terminate", "recalculate",
)  # fmt: skip


def tell(payload: Payload) -> None:
    """Tell the applicant's accounts, and the officer who waits for a supplement."""
    context = {
        "item": payload["item"],
        "agency": payload["agency"],
        "number": _grouped(payload["number"]),
        "note": payload["note"],
        "due": payload["due_on"],
        "answer_by": payload["data"].get("answer_by"),
    }
    key = f"case-event-{payload['event']}"
    at = datetime.fromisoformat(payload["at"])
    for account in payload["accounts"]:
        notify(
            account,
            f"case.{payload['act']}",
            key,
            context,
            subject="case",
            subject_key=payload["number"],
            at=at,
        )
    if payload["act"] == "supplement" and payload["assignee"]:
        notify(
            payload["assignee"],
            "case.supplement.staff",
            key,
            context,
            subject="staff_case",
            subject_key=payload["number"],
            at=at,
        )


def _grouped(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
