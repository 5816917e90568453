"""Applications being filled in: saved at every step, resumed on any device."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tongban.cases.models import Attachment, Draft
from tongban.catalogue.api import published_guide
from tongban.forms.api import (
    FormDefinition,
    form,
    prefilled,
    seal_answers,
    unseal_answers,
)
from tongban.forms.api import file_ids as files_of
from tongban.identity.api import Resident, known_answers
from tongban.kernel import clock, files
from tongban.kernel.errors import Refused

_PAGE_ID = 12  # characters


@transaction.atomic
def start_draft(resident: Resident, offering_id: int, party_id: int) -> Draft:
    """The open draft for this offering and party, or a new one with what is already known.

    A draft keeps the guide version it was begun under; a newer one is offered, not forced.
    Raises Refused if the offering cannot be applied for here.
    """
    if not resident.may_act_for(party_id):
        raise Refused("draft.not_your_party", _("You may not act for that applicant."), "party")
    existing = drafts_of(resident).filter(offering_id=offering_id, party_id=party_id).first()
    if existing is not None:
        return existing
    guide = published_guide(offering_id)
    if guide is None or guide.form_id is None:
        raise Refused("draft.not_online", _("This service cannot be applied for online here."))
    definition = form(guide.form_id)
    known = prefilled(definition, known_answers(resident, party_id))
    moment = clock.now()
    draft, _created = Draft.objects.get_or_create(
        account_id=resident.account_id,
        party_id=party_id,
        offering_id=offering_id,
        case=None,
        client_key=None,
        defaults={
            "guide_version": guide,
            "answers": seal_answers(definition, known.answers),
            "prefilled": sorted(known.sources),
            "created_at": moment,
            "updated_at": moment,
        },
    )
    return draft


def drafts_of(resident: Resident) -> QuerySet[Draft]:
    """The resident's drafts that were not sent yet, newest first."""
    return (
        Draft.objects.filter(
            account_id=resident.account_id,
            party_id__in=resident.party_ids,
            case__isnull=True,
            client_key__isnull=True,
        )
        .select_related("offering", "guide_version", "party")
        .order_by("-updated_at")
    )


def find_draft(resident: Resident, draft_id: UUID) -> Draft:
    """One of the resident's drafts, sent or not. Raises Refused."""
    draft = (
        Draft.objects.filter(
            pk=draft_id, account_id=resident.account_id, party_id__in=resident.party_ids
        )
        .select_related("offering", "guide_version", "party", "case")
        .first()
    )
    if draft is None:
        raise Refused("draft.not_found", _("That application is not among yours."))
    return draft


def draft_form(draft: Draft) -> FormDefinition:
    """The form a draft fills in."""
    form_id = draft.guide_version.form_id
    if form_id is None:
        raise Refused("draft.not_online", _("This service cannot be applied for online here."))
    return form(form_id)


def draft_answers(draft: Draft) -> dict[str, Any]:
    """A draft's answers, unsealed."""
    return unseal_answers(draft_form(draft), draft.answers)


@dataclass(frozen=True)
class Saved:
    """A draft as it was saved.

    `overwrote`: since the page was opened, another tab or device had saved something else there.
    """

    draft: Draft
    overwrote: bool = False


def page_mark(draft: Draft, step: str) -> str:
    """What a step's page carries as `seen`: an id of its own, and what it shows of the answers."""
    return f"{uuid4().hex[:_PAGE_ID]}.{_mark(draft_form(draft), step, draft_answers(draft))}"


@transaction.atomic
def save_draft(
    resident: Resident,
    draft_id: UUID,
    answers: Mapping[str, Any],
    *,
    step: str,
    base: Mapping[str, Any] | None = None,
    seen: str = "",
) -> Saved:
    """Keep the answers given so far. Raises Refused if the draft was already sent.

    `base`: the answers that `answers` were made from. Only what differs between the two is saved,
    so that two steps saved at the same moment do not undo each other; without it, all of them are.
    For the same question the last one counts. `seen`: the page's `page_mark`.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .filter(pk=draft_id, account_id=resident.account_id, party_id__in=resident.party_ids)
        .select_related("guide_version")
        .first()
    )
    if draft is None:
        raise Refused("draft.not_found", _("That application is not among yours."))
    if draft.case_id is not None:
        raise Refused("draft.sent", _("This application has already been sent."))
    definition = draft_form(draft)
    stored = draft_answers(draft)
    merged = dict(answers) if base is None else _merged(stored, base, answers)
    page, _dot, mark = seen.partition(".")
    overwrote = (
        bool(mark)
        and draft.saved_from.get(step) not in (None, page)
        and mark != _mark(definition, step, stored)
        and _of_step(definition, step, merged) != _of_step(definition, step, stored)
    )
    changed = {key for key, value in merged.items() if value != stored.get(key)}
    draft.answers = seal_answers(definition, merged)
    draft.prefilled = sorted(set(draft.prefilled) - changed)
    draft.step = step
    if page:
        draft.saved_from = {**draft.saved_from, step: page[:_PAGE_ID]}
    draft.updated_at = clock.now()
    draft.save(update_fields=["answers", "prefilled", "step", "saved_from", "updated_at"])
    attach(draft, files_of(definition, merged))
    return Saved(draft, overwrote)


def _merged(
    stored: Mapping[str, Any], base: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """What is stored, with what `answers` changed of `base`."""
    merged = dict(stored)
    for key in answers.keys() | base.keys():
        if answers.get(key) == base.get(key):
            continue
        if key in answers:
            merged[key] = answers[key]
        else:
            merged.pop(key, None)
    return merged


def _of_step(definition: FormDefinition, step: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of one step; empty ones are as good as none."""
    keys = [field.key for field in definition.step(step).fields]
    return {key: answers[key] for key in keys if answers.get(key) not in (None, "", [], {})}


def _mark(definition: FormDefinition, step: str, answers: Mapping[str, Any]) -> str:
    text = json.dumps(_of_step(definition, step, answers), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def attach(draft: Draft, file_ids: Iterable[str]) -> None:
    """Make the draft's attachments those of its answers.

    A file is attached once and stays with its first owner, so naming somebody else's file's id in
    one's answers gives no access to it.
    """
    wanted = {str(file_id) for file_id in file_ids}
    have = {str(row.file_id): row for row in draft.attachments.all()}
    for file_id in have.keys() - wanted:
        have[file_id].delete()
    files.detach(have.keys() - wanted)
    own = files.owned(wanted - have.keys(), draft.account_id)
    taken = Attachment.objects.filter(file_id__in=own).values_list("file_id", flat=True)
    free = own - {str(pk) for pk in taken}
    Attachment.objects.bulk_create(Attachment(draft=draft, file_id=pk) for pk in sorted(free))
    files.attach(free)


@transaction.atomic
def discard_draft(resident: Resident, draft_id: UUID) -> None:
    """Throw an unsent draft away. Its files go with the nightly clean-up."""
    draft = find_draft(resident, draft_id)
    if draft.case_id is not None:
        raise Refused("draft.sent", _("This application has already been sent."))
    files.detach(str(pk) for pk in draft.attachments.values_list("file_id", flat=True))
    draft.delete()
