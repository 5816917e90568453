"""Applications being filled in: saved at every step, resumed on any device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

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


@transaction.atomic
def save_draft(
    resident: Resident, draft_id: UUID, answers: Mapping[str, Any], *, step: str
) -> Draft:
    """Keep the answers given so far. Raises Refused if the draft was already sent."""
    draft = (
        Draft.objects.select_for_update()
        .filter(pk=draft_id, account_id=resident.account_id, party_id__in=resident.party_ids)
        .first()
    )
    if draft is None:
        raise Refused("draft.not_found", _("That application is not among yours."))
    if draft.case_id is not None:
        raise Refused("draft.sent", _("This application has already been sent."))
    definition = draft_form(draft)
    changed = {key for key, value in answers.items() if value != draft_answers(draft).get(key)}
    draft.answers = seal_answers(definition, answers)
    draft.prefilled = sorted(set(draft.prefilled) - changed)
    draft.step = step
    draft.updated_at = clock.now()
    draft.save()
    attach(draft, files_of(definition, answers))
    return draft


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
