"""Examine an accepted application (审查)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.lifecycle import Act
from tongban.cases.models import Case
from tongban.cases.records import lock_as_officer, move
from tongban.identity.api import Officer
from tongban.kernel.errors import Refused


@transaction.atomic
def examine(case_id: UUID, *, by: Officer, opinion: str) -> Case:
    """Record the examination and its opinion, which colleagues see and applicants do not.

    Raises Refused.
    """
    if not opinion.strip():
        raise Refused(
            "case.opinion_needed", _("Write what you examined and what you found."), "opinion"
        )
    case, stage, part = lock_as_officer(case_id, by, Act.EXAMINE)
    move(
        case,
        stage,
        Act.EXAMINE,
        by=by.account_id,
        actor=part,
        data={"opinion": opinion.strip()},
    )
    return case
