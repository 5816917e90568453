"""Guides as files: taken out, and brought back."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.contrib import messages
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import desk
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.kernel.cells import safe_cell
from tongban.kernel.errors import Refused
from tongban.workbench.directory.bulk import state_of
from tongban.workbench.guides import FILTERS, narrowed_by
from tongban.workbench.pages import show

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "jsonl": "application/jsonl",
}


@dataclass(frozen=True)
class FormChoice:
    """A form of file: fetched at once, written by the worker, or too small for so many guides."""

    form: str
    url: str
    at_once: bool
    fits: bool


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def exchange(request: OfficerRequest) -> HttpResponse:
    """Choose a form to take guides out in; bring a file."""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            messages.error(request, _("Choose a file first."))
            return redirect("workbench:exchange")
        try:
            work = desk.begin_import(upload, by=request.officer)
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return redirect("workbench:exchange")
        return redirect("workbench:work", work.pk)
    kept = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    count = desk.worklist(request.officer, narrowed_by(request)).order_by().count()
    context = {
        "count": count,
        "most_in_xlsx": desk.MOST_IN_XLSX,
        "forms": {form: _choice(form, count, kept) for form in desk.EXPORT_FORMS},
        "is_narrowed": bool(kept),
        "files": [
            (one, state_of(one))
            for one in desk.works_of(request.officer)
            if one.kind == "export" and (one.path or one.state == "running")
        ][:10],
    }
    return show(request, "directory/exchange.html", context, active="workbench:guides")


def _choice(form: desk.ExportForm, count: int, kept: dict[str, str]) -> FormChoice:
    query = urlencode({**kept, "form": form})
    return FormChoice(
        form,
        f"{reverse('workbench:export_guides')}?{query}",
        at_once=count <= desk.AT_ONCE[form],
        fits=form != "xlsx" or count <= desk.MOST_IN_XLSX,
    )


@officer_required("editor")
@require_http_methods(["GET", "POST"])
def export(request: OfficerRequest) -> HttpResponseBase:
    """The guides that fit the filters, as a file: at once, or (POST) written by the worker."""
    form = next((one for one in desk.EXPORT_FORMS if one == request.GET.get("form")), None)
    if form is None:
        raise Http404
    narrowed = narrowed_by(request, by_address=True)
    if request.method == "POST":
        try:
            work = desk.begin_export(request.officer, narrowed, form)
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return redirect(f"{reverse('workbench:exchange')}?{request.GET.urlencode()}")
        return redirect("workbench:work", work.pk)
    found = desk.worklist(request.officer, narrowed).order_by("sort_key", "id")
    ids = list(found.values_list("pk", flat=True)[: desk.AT_ONCE[form] + 1])
    if len(ids) > desk.AT_ONCE[form]:
        messages.info(request, _("These are many guides: have the file prepared."))
        return redirect(f"{reverse('workbench:exchange')}?{request.GET.urlencode()}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        desk.write_file(form, lambda: desk.exported(ids), path)
        file = path.open("rb")  # stays readable when its folder is gone
    name = f"guides-{clock.today().isoformat()}.{desk.SUFFIXES[form]}"
    return _sent(file, name, form)


@officer_required("editor")
def export_file(request: OfficerRequest, work_id: int) -> HttpResponseBase:
    """The file that the worker wrote, for who asked for it."""
    found = desk.exported_file(request.officer, work_id)
    if found is None:
        raise Http404
    try:
        file = default_storage.open(found.path, "rb")
    except FileNotFoundError:
        raise Http404 from None
    return _sent(file, found.name, found.form)


def _sent(file: IO[bytes] | File[bytes], name: str, form: str) -> FileResponse:
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[form])
    answer["Cache-Control"] = "no-store, private"
    return answer


@officer_required("editor")
def report(request: OfficerRequest, work_id: int) -> HttpResponse:
    """Every bad row of a file, as a table."""
    work = desk.work_of(request.officer, work_id)
    if work is None:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{work.pk}.csv"'
    answer["Cache-Control"] = "no-store, private"
    answer.write("\ufeff")
    out = csv.writer(answer)
    code = pgettext("identifier", "Code")
    out.writerow([_("Sheet"), _("Row"), _("Column"), _("What is wrong"), _("Kind"), code])
    for table, row, column, words, is_error, code in work.outcome.get("problems", []):
        kind = _("error") if is_error else _("note")
        out.writerow(
            [safe_cell(str(cell)) for cell in (table, row or "", column, words, kind, code)]
        )
    return answer
