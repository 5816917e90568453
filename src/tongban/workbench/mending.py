"""From a finding to the field of the editor where it is mended."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel

from tongban.catalogue.api import FindingView, Guide, GuideVersion, check_guide, desk, guide_of
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel.errors import Refused
from tongban.workbench.directory.labels import SECTIONS, Section
from tongban.workbench.guides import own
from tongban.workbench.pages import show


def mend_url(offering_id: int, finding: FindingView) -> str:
    """Where a finding of a guide is mended."""
    query = urlencode({"place": finding.place, "rule": finding.rule})
    return f"{reverse('workbench:mend', args=[offering_id])}?{query}"


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def mend(request: OfficerRequest, offering_id: int) -> HttpResponse:
    """To the field in the draft; where nobody has begun one, ask first."""
    offering = own(request, offering_id)
    place = request.GET.get("place", "")
    version = desk.in_work(offering.pk)
    if request.method == "POST" and version is None:
        try:
            version = desk.start_draft(offering.pk, by=request.officer)
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return redirect("workbench:guide", offering.pk)
    if version is not None:
        if version.state != GuideVersion.State.DRAFT:
            return redirect("workbench:guide", offering.pk)
        return HttpResponseRedirect(_field_url(offering.pk, place))
    if offering.current is None:
        raise Http404
    found = [
        one
        for one in check_guide(
            offering,
            guide_of(offering.current),
            form_id=offering.current.form_id,
            translated_from=offering.current.translated_from,
        )
        if one.rule == request.GET.get("rule") and one.place == place
    ]
    section = _section(place)
    context = {"offering": offering, "findings": found, "section": section}
    return show(request, "mend.html", context, active="workbench:quality")


def _section(place: str) -> Section | None:
    """The page of the editor that has this place; None for what no page has."""
    first = place.partition(".")[0]
    return next((one for one in SECTIONS if first in one.fields), None)


def _field_url(offering_id: int, place: str) -> str:
    section = _section(place)
    if section is None:
        return reverse("workbench:draft", args=[offering_id])
    url = reverse("workbench:write", args=[offering_id, section.slug])
    return f"{url}#{control_id(place)}"


def control_id(place: str) -> str:
    """The control of a place; of a text its Chinese, of a part its first field."""
    model: type[BaseModel] = Guide
    path = [part for part in place.split(".") if part]
    kind = ""
    for part in path:
        if part.isdigit() or kind == "localized":
            continue
        one = next((each for each in desk.elements(model) if each.name == part), None)
        if one is None:
            break
        kind, model = one.kind, one.model or model
    if kind in ("one", "many"):
        first = desk.elements(model)[0]
        if kind == "many" and not path[-1].isdigit():
            path.append("0")
        path.append(first.name)
        kind = first.kind
    if kind == "localized" and path[-1] not in ("zh", "en"):
        path.append("zh")
    return "id_" + "_".join(path)
