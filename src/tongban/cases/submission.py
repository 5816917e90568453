"""Submit: a draft becomes a case. Sending twice gives one case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.drafts import attach, draft_answers, draft_form
from tongban.cases.lifecycle import FIRST, Act, Actor, StageKind
from tongban.cases.models import Case, Draft, Submission
from tongban.cases.numbers import case_number
from tongban.cases.records import open_new_stage, write_event
from tongban.catalogue.api import published_guide
from tongban.forms.api import (
    FieldError,
    check_all,
    check_submission,
    complete,
    file_ids,
    form,
    seal_answers,
)
from tongban.identity.api import Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused


class InvalidAnswers(Exception):
    """The answers do not satisfy the form; nothing was sent. `errors` says where and why."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(f"{len(errors)} answers to mend")
        self.errors = list(errors)


class KeyReused(Refused):
    """An idempotency key came back with a different request."""


# What sending reads of the rows joined to a draft: a third of their columns, and no long text.
_READ = (
    "account_id", "answers", "case_id", "party__id", "offering__current_id", "offering__name",
    "offering__agency__name", "offering__region__path", "guide_version__state",
    "guide_version__form_id", "guide_version__promised_days", "guide_version__statutory_days",
    "guide_version__limit_unit", "guide_version__acceptance_days",
)  # fmt: skip


@transaction.atomic
def submit(draft_id: UUID, *, by: Resident, channel: str = Case.Channel.ONLINE) -> Case:
    """Send a draft: the case it becomes, or the one it already became.

    The draft's row is locked, so a double click, a retry after a lost reply and a second tab all
    end with the same case. Raises InvalidAnswers, Refused.
    """
    return _send(draft_id, by, channel)


def _send(
    draft_id: UUID, by: Resident, channel: str, correct: Mapping[str, Any] | None = None
) -> Case:
    """`correct`: answers that were found to satisfy the form, in this transaction."""
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .filter(pk=draft_id, account_id=by.account_id, party_id__in=by.party_ids)
        .select_related("offering__agency", "offering__region", "guide_version", "party")
        .only(*_READ)
        .first()
    )
    if draft is None:
        raise Refused("draft.not_found", _("That application is not among yours."))
    # Read only now: who waited for the lock has the draft's row as it is, but joined rows as they
    # were before the wait, when there was no case yet.
    if draft.case is not None:
        return draft.case
    if draft.guide_version.state == "withdrawn" and draft.offering.current_id is None:
        raise Refused(
            "draft.service_withdrawn",
            _("This service has been withdrawn since you began. Your answers are kept."),
        )
    definition = draft_form(draft)
    answers = draft_answers(draft)
    known = {str(file_id) for file_id in draft.attachments.values_list("file_id", flat=True)}
    # What was found correct is so still, if it is the same and its files are the applicant's.
    is_checked = answers == correct and known.issuperset(file_ids(definition, answers))
    if not is_checked and (errors := check_all(definition, answers, known_files=known)):
        raise InvalidAnswers(errors)
    case = _open_case(draft, channel)
    Submission.objects.create(
        case=case,
        number=1,
        kind=Submission.Kind.APPLICATION,
        answers=seal_answers(definition, complete(definition, answers)),
        made_by_id=by.account_id,
        made_at=case.submitted_at,
    )
    if known:
        draft.attachments.update(case=case)
    draft.case = case
    draft.save(update_fields=["case"])
    open_new_stage(case, StageKind.ACCEPTANCE, None, last_sent=case.submitted_at)
    write_event(case, Act.SUBMIT, by=by.account_id, actor=Actor.APPLICANT)
    return case


@transaction.atomic
def submit_answers(
    offering_id: int,
    party_id: int,
    answers: Mapping[str, Any],
    *,
    by: Resident,
    key: str,
    channel: str = Case.Channel.API,
) -> tuple[Case, bool]:
    """Send a whole application at once, as programs do: the case, and whether it is new.

    The same `key` from the same account gives the same case; with other answers, KeyReused.
    Raises InvalidAnswers, Refused.
    """
    if not by.may_act_for(party_id):
        raise Refused("draft.not_your_party", _("You may not act for that applicant."), "party")
    digest = hashlib.sha256(
        json.dumps([offering_id, party_id, answers], sort_keys=True, default=str).encode()
    ).hexdigest()
    # A second request with the key waits here until the first has committed or failed.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{by.account_id} {key}"]
        )
    earlier = (
        Draft.objects.filter(account_id=by.account_id, client_key=key)
        .select_related("case")
        .first()
    )
    if earlier is not None:
        if earlier.client_digest != digest or earlier.case is None:
            raise KeyReused(
                "case.key_reused",
                _("This idempotency key was used for a different request. Use a new key."),
            )
        return earlier.case, False
    guide = published_guide(offering_id)
    if guide is None or guide.form_id is None:
        raise Refused("draft.not_online", _("This service cannot be applied for online here."))
    definition = form(guide.form_id)
    if errors := check_submission(definition, answers):
        raise InvalidAnswers(errors)
    moment = clock.now()
    draft = Draft.objects.create(
        account_id=by.account_id,
        party_id=party_id,
        offering_id=offering_id,
        guide_version=guide,
        answers=seal_answers(definition, dict(answers)),
        client_key=key,
        client_digest=digest,
        created_at=moment,
        updated_at=moment,
    )
    if files := file_ids(definition, answers):
        attach(draft, files)
    return _send(draft.pk, by, channel, correct=dict(answers)), True


def sent_with_key(resident: Resident, key: str) -> bool:
    """Whether the account has sent an application with this idempotency key."""
    return Draft.objects.filter(account_id=resident.account_id, client_key=key).exists()


def _open_case(draft: Draft, channel: str) -> Case:
    moment = clock.now()
    offering, guide = draft.offering, draft.guide_version
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number')")
        (count,) = cursor.fetchone()
    limit = guide.promised_days if guide.promised_days is not None else guide.statutory_days
    return Case.objects.create(
        number=case_number(clock.local_date(moment).year, count),
        region=offering.region,
        region_path=offering.region.path,
        agency=offering.agency,
        offering=offering,
        guide_version=guide,
        party=draft.party,
        filed_by_id=draft.account_id,
        channel=channel,
        state=FIRST,
        submitted_at=moment,
        limit_days=limit,
        limit_unit=guide.limit_unit,
    )
