"""What the directory workbench uses of the catalogue, beside what `api` names for everybody.

Reached as `from tongban.catalogue.api import desk`: names only, as in an api.
"""

from __future__ import annotations

from tongban.catalogue.anatomy import Element, Gaps, digest_of_text, elements, gaps, texts
from tongban.catalogue.complaints import Complaint, complaints_of, missing
from tongban.catalogue.differences import Change, Piece, differences, marked
from tongban.catalogue.editing import (
    Overtaken,
    Saved,
    confirm_checked,
    confirm_translations,
    discard_draft,
    in_work,
    mark_of,
    save_draft,
    start_draft,
    states_in_work,
)
from tongban.catalogue.models import DirectoryWork, Proposal
from tongban.catalogue.publishing import authors_of
from tongban.catalogue.reach import keeps_directory, may_edit, within
from tongban.catalogue.recording import ActEntry, acts_of
from tongban.catalogue.reviewing import approve, send_back, submit
from tongban.catalogue.worklist import (
    CONCERNS,
    Concern,
    GuideFilter,
    concern_counts,
    unchecked_before,
    worklist,
)

__all__ = [
    "CONCERNS",
    "ActEntry",
    "Change",
    "Complaint",
    "Concern",
    "DirectoryWork",
    "Element",
    "Gaps",
    "GuideFilter",
    "Overtaken",
    "Piece",
    "Proposal",
    "Saved",
    "acts_of",
    "approve",
    "authors_of",
    "complaints_of",
    "concern_counts",
    "confirm_checked",
    "confirm_translations",
    "differences",
    "digest_of_text",
    "discard_draft",
    "elements",
    "gaps",
    "in_work",
    "keeps_directory",
    "mark_of",
    "marked",
    "may_edit",
    "missing",
    "save_draft",
    "send_back",
    "start_draft",
    "states_in_work",
    "submit",
    "texts",
    "unchecked_before",
    "within",
    "worklist",
]
