"""Guides as files: taken out, and brought back."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.catalogue.api import desk
from tongban.identity.api import OfficerRequest, officer_required
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.workbench.guides import FILTERS, narrowed_by
from tongban.workbench.pages import show

# CSV and XLSX are written whole before they are sent; JSON lines flow.
MOST_IN_CSV, MOST_IN_JSON = 20_000, 200_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    here = reverse("workbench:export_guides")
    count = desk.worklist(request.officer, narrowed_by(request)).order_by().count()
    context = {
        "count": count,
        "too_many_for_xlsx": count > desk.MOST_IN_XLSX,
        "most_in_xlsx": desk.MOST_IN_XLSX,
        "urls": {form: f"{here}?{urlencode({**kept, 'form': form})}" for form in FORMS},
        "is_narrowed": bool(kept),
        "works": desk.works_of(request.officer)[:5],
    }
    return show(request, "directory/exchange.html", context, active="workbench:guides")


FORMS = ("xlsx", "csv", "jsonl")


@officer_required("editor")
def export(request: OfficerRequest) -> HttpResponseBase:
    """The guides that fit the filters, as a file."""
    form = request.GET.get("form", "")
    if form not in FORMS:
        raise Http404
    found = desk.worklist(request.officer, narrowed_by(request))
    ids = list(found.order_by("sort_key", "id").values_list("pk", flat=True)[: MOST_IN_JSON + 1])
    if len(ids) > {"xlsx": desk.MOST_IN_XLSX, "csv": MOST_IN_CSV}.get(form, MOST_IN_JSON):
        messages.error(
            request,
            _("These are too many guides for one such file. Narrow the filters, or take JSON."),
        )
        return redirect("workbench:exchange")
    name = f"guides-{clock.today().isoformat()}"
    if form == "jsonl":
        lines = desk.write_json(desk.exported(ids))
        answer: HttpResponseBase = StreamingHttpResponse(lines, "application/jsonl")
        answer["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    else:
        kinds = {
            "xlsx": (desk.write_xlsx, XLSX, "xlsx"),
            "csv": (desk.write_csv, "application/zip", "zip"),
        }
        write, kind, suffix = kinds[form]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            write(lambda: desk.exported(ids), path)
            file = path.open("rb")  # stays readable when its folder is gone
        answer = FileResponse(
            file, as_attachment=True, filename=f"{name}.{suffix}", content_type=kind
        )
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
    out.writerow([_("Sheet"), _("Row"), _("Column"), _("What is wrong"), _("Kind"), _("Code")])
    for table, row, column, words, is_error, code in work.outcome.get("problems", []):
        kind = _("error") if is_error else _("note")
        out.writerow([_safe(str(cell)) for cell in (table, row or "", column, words, kind, code)])
    return answer


def _safe(cell: str) -> str:
    """No cell is taken for a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
