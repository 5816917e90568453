"""A guide's texts in both languages side by side: what lacks, what fell behind."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import GuideVersion, Offering, desk, guide_of
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.workbench.directory.labels import section_of, words_of
from tongban.workbench.guides import own
from tongban.workbench.pages import number_in, show


@dataclass(frozen=True)
class TextRow:
    """One text in both languages."""

    path: str
    label: str
    href: str
    zh: str
    en: str
    stale: bool


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def translations(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """All texts of what is in work, else of what is published; and confirming that they fit."""
    offering = own(request, offering_id)
    version = _version(offering)
    if request.method == "POST":
        return _confirm(request, offering, version)
    guide = guide_of(version)
    gaps = desk.gaps(guide, version.translated_from)
    only = request.GET.get("only", "")
    wanted = {"stale": set(gaps.stale), "missing": set(gaps.missing)}.get(only)
    found = desk.texts(guide)
    context = {
        "offering": offering,
        "version": version,
        "only": only if wanted is not None else "",
        "rows": [
            TextRow(
                path,
                _label(path),
                _href(offering, path),
                text.get("zh", ""),
                text.get("en", ""),
                path in gaps.stale,
            )
            for path, text in found.items()
            if wanted is None or path in wanted
        ],
        "count_all": len(found),
        "count_stale": len(gaps.stale),
        "count_missing": len(gaps.missing),
    }
    return show(request, "directory/translations.html", context, active="workbench:guides")


def _confirm(request: OfficerRequest, offering: Offering, version: GuideVersion) -> HttpResponse:
    if number_in(request.POST.get("version")) == version.number:
        try:
            count = desk.confirm_translations(
                version.pk, request.POST.getlist("path"), by=request.officer
            )
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)d translation is confirmed.",
                    "%(count)d translations are confirmed.",
                    count,
                )
                % {"count": count},
            )
    return redirect("workbench:translations", offering.pk)


def _version(offering: Offering) -> GuideVersion:
    version = (
        desk.in_work(offering.pk)
        or GuideVersion.objects.filter(pk=offering.current_id or 0).first()
    )
    if version is None:
        raise Http404
    return version


def _label(path: str) -> str:
    parts = path.split(".")
    bare = [part for part in parts if not part.isdigit()]
    numbers = [int(part) + 1 for part in parts if part.isdigit()]
    words = [str(words_of(".".join(bare[: at + 1])).label) for at in range(len(bare))]
    if numbers:
        words[0] += f" {numbers[0]}"
    return " · ".join(words)


def _href(offering: Offering, path: str) -> str:
    section = section_of(path.partition(".")[0])
    at = path.replace(".", "_")
    return reverse("workbench:write", args=[offering.pk, section.slug]) + f"#id_{at}"
