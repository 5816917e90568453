"""Uploaded files, for those who may see the draft or case they belong to."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from tongban.cases.api import find_file
from tongban.identity.api import ResidentRequest, resident_required
from tongban.kernel.errors import Refused
from tongban.kernel.files import open_file


@resident_required
@require_safe
def file(request: ResidentRequest, file_id: UUID) -> FileResponse:
    """The file as it was uploaded. Pictures open in the browser, PDFs are saved.

    Whatever hides in it runs nothing: the type is ours, not guessed, and the page is a sandbox
    (in which browsers show no PDF).
    """
    try:
        stored = find_file(request.resident, file_id)
        content = open_file(stored)
    except (Refused, FileNotFoundError):
        raise Http404("no such file") from None
    response = FileResponse(
        content,
        as_attachment=stored.kind == "pdf",
        filename=stored.name,
        content_type=stored.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
