"""The application form of an item: that of the agencies which take applications for it already.

A guide that a file brings, or that was imported without a form, takes it over; nobody draws one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.editing import drafted
from tongban.catalogue.models import GuideVersion, Offering
from tongban.catalogue.publishing import digest_of, guide_of
from tongban.catalogue.recording import record
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused


@dataclass(frozen=True)
class ItemForm:
    """A form that is in use for an item, and how many offerings are applied for with it."""

    form_id: int
    offerings: int


def forms_of_items(item_ids: Iterable[int]) -> dict[int, ItemForm]:
    """By item, the form most of its offerings use, the newer of two; items without are left out.

    One query.
    """
    rows = (
        Offering.objects.filter(
            item_id__in=set(item_ids), withdrawn_at=None, current__form__isnull=False
        )
        .values("item_id", "current__form_id")
        .annotate(count=Count("pk"))
        .order_by("item_id", "count", "current__form_id")
        .values_list("item_id", "current__form_id", "count")
    )
    return {item: ItemForm(form, count) for item, form, count in rows}


@transaction.atomic
def take_form(version_id: int, *, by: Officer) -> GuideVersion:
    """Give a draft the form of its item. Raises Refused: nobody has one; it is a draft no more."""
    version = drafted(version_id, by)
    offering = version.offering
    found = forms_of_items([offering.item_id]).get(offering.item_id)
    if found is None:
        raise Refused("form.none", _("No agency has an application form for this item yet."))
    if version.form_id == found.form_id:
        return version
    version.form_id = found.form_id
    version.digest = digest_of(offering.name, guide_of(version), version.form_id)
    version.revision += 1
    version.changed_at = clock.now()
    version.changed_by_id = by.account_id
    version.save(update_fields=["form", "digest", "revision", "changed_at", "changed_by"])
    record("save", offering.pk, by=by, version=version, note="form", revision=version.revision)
    return version
