"""What the directory workbench uses of the catalogue, beside what `api` names for everybody.

Reached as `from tongban.catalogue.api import desk`: names only, as in an api.
"""

from __future__ import annotations

from tongban.catalogue.anatomy import Element, Gaps, digest_of_text, elements, gaps, texts
from tongban.catalogue.bulk import MOST as MOST_AT_ONCE
from tongban.catalogue.bulk import BulkRow, begin_bulk, chosen, previewed
from tongban.catalogue.changing import AROUND, KINDS, PHONES, TEXTS, BulkChange
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
from tongban.catalogue.exchange.exporting import (
    AT_ONCE,
    SUFFIXES,
    begin_export,
    exported_file,
    write_file,
)
from tongban.catalogue.exchange.exporting import FORMS as EXPORT_FORMS
from tongban.catalogue.exchange.exporting import Form as ExportForm
from tongban.catalogue.exchange.importing import begin_import, confirm_import, drop_import
from tongban.catalogue.exchange.writing import MOST_IN_XLSX, exported
from tongban.catalogue.item_forms import ItemForm, forms_of_items, take_form
from tongban.catalogue.models import DirectoryWork, Proposal
from tongban.catalogue.owning import assign
from tongban.catalogue.proposals import (
    PartProposed,
    ProposalView,
    counts_of,
    decline,
    open_proposals,
    take_over,
)
from tongban.catalogue.publishing import as_published, authors_of
from tongban.catalogue.reach import keeps_directory, keeps_topics, may_edit, within
from tongban.catalogue.recording import ActEntry, acts_of
from tongban.catalogue.rehearsing import FormBroken
from tongban.catalogue.reviewing import approve, needs_two, publish_now, send_back, submit
from tongban.catalogue.standards import (
    ItemEdit,
    Standard,
    StandardMaterial,
    change_item,
    edit_of,
)
from tongban.catalogue.taking_back import begin_taking_back, can_be_taken_back
from tongban.catalogue.topics import (
    Removal,
    Topic,
    add_topic,
    begin_removal,
    change_topic,
    removal_of,
    topic_of,
    topics,
)
from tongban.catalogue.working import work_of, works_of
from tongban.catalogue.worklist import (
    CONCERNS,
    Concern,
    GuideFilter,
    concern_counts,
    unchecked_before,
    worklist,
)

__all__ = [
    "AROUND",
    "AT_ONCE",
    "CONCERNS",
    "EXPORT_FORMS",
    "KINDS",
    "MOST_AT_ONCE",
    "MOST_IN_XLSX",
    "PHONES",
    "SUFFIXES",
    "TEXTS",
    "ActEntry",
    "BulkChange",
    "BulkRow",
    "Change",
    "Complaint",
    "Concern",
    "DirectoryWork",
    "Element",
    "ExportForm",
    "FormBroken",
    "Gaps",
    "GuideFilter",
    "ItemEdit",
    "ItemForm",
    "Overtaken",
    "PartProposed",
    "Piece",
    "Proposal",
    "ProposalView",
    "Removal",
    "Saved",
    "Standard",
    "StandardMaterial",
    "Topic",
    "acts_of",
    "add_topic",
    "approve",
    "as_published",
    "assign",
    "authors_of",
    "begin_bulk",
    "begin_export",
    "begin_import",
    "begin_removal",
    "begin_taking_back",
    "can_be_taken_back",
    "change_item",
    "change_topic",
    "chosen",
    "complaints_of",
    "concern_counts",
    "confirm_checked",
    "confirm_import",
    "confirm_translations",
    "counts_of",
    "decline",
    "differences",
    "digest_of_text",
    "discard_draft",
    "drop_import",
    "edit_of",
    "elements",
    "exported",
    "exported_file",
    "forms_of_items",
    "gaps",
    "in_work",
    "keeps_directory",
    "keeps_topics",
    "mark_of",
    "marked",
    "may_edit",
    "missing",
    "needs_two",
    "open_proposals",
    "previewed",
    "publish_now",
    "removal_of",
    "save_draft",
    "send_back",
    "start_draft",
    "states_in_work",
    "submit",
    "take_form",
    "take_over",
    "texts",
    "topic_of",
    "topics",
    "unchecked_before",
    "within",
    "work_of",
    "worklist",
    "works_of",
    "write_file",
]
