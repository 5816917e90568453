"""Addresses of the workbench, all below /work/."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tongban.workbench import (
    acts,
    calendars,
    case_page,
    find,
    guides,
    inbox,
    mending,
    overview,
    quality,
    queue,
    rehearsals,
    searching,
    staff,
    supplement_page,
)
from tongban.workbench.directory import (
    bulk,
    draft,
    exchange,
    items,
    preview,
    review,
    topics,
    translations,
)
from tongban.workbench.lists import change as list_change
from tongban.workbench.lists import compare as list_compare
from tongban.workbench.lists import desk as list_desk
from tongban.workbench.lists import draft as list_draft
from tongban.workbench.lists import exchange as list_exchange
from tongban.workbench.lists import plan as list_plan
from tongban.workbench.lists import report as list_report
from tongban.workbench.lists import said as list_said
from tongban.workbench.lists import task as list_task


class CaseNumber(StringConverter):
    """The twelve digits of a case number."""

    regex = r"\d{12}"


register_converter(CaseNumber, "case_number")

app_name = "workbench"

_VERSION = "guides/<int:offering_id>/versions/<int:version_number>"

urlpatterns = [
    path("", queue.queue_page, name="queue"),
    path("claim/", queue.claim_many, name="claim_many"),
    path("release/", queue.release_many, name="release_many"),
    path("find/", find.find, name="find"),
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/read/", inbox.read_all, name="inbox_read"),
    path("messages/<uuid:notice_id>/open/", inbox.open_notice, name="open_notice"),
    path("overview/", overview.overview, name="overview"),
    path("overview/open-cases.csv", overview.download, name="open_cases"),
    path("calendars/", calendars.year, name="calendars"),
    path("calendars/change/", calendars.change, name="change_calendar"),
    path("staff/", staff.staff_page, name="staff"),
    path("staff/<int:post_id>/end/", staff.end, name="end_post"),
    path("guides/", guides.guides, name="guides"),
    path("guides/<int:offering_id>/", guides.guide, name="guide"),
    path("guides/<int:offering_id>/publish/", guides.publish_version, name="publish_guide"),
    path("guides/<int:offering_id>/withdraw/", guides.withdraw_offering, name="withdraw_guide"),
    path("guides/<int:offering_id>/checked/", guides.checked, name="checked_guide"),
    path("guides/<int:offering_id>/hand-over/", guides.hand_over, name="hand_over"),
    path("guides/<int:offering_id>/begin/", draft.begin, name="begin_draft"),
    path("guides/<int:offering_id>/draft/", draft.draft, name="draft"),
    path("guides/<int:offering_id>/draft/discard/", draft.discard, name="discard_draft"),
    path("guides/<int:offering_id>/draft/submit/", draft.submit, name="submit_guide"),
    path("guides/<int:offering_id>/draft/form/", draft.take_form, name="take_form"),
    path("guides/<int:offering_id>/draft/<slug:section_slug>/", draft.write, name="write"),
    path("guides/<int:offering_id>/review/", review.review, name="review_guide"),
    path("guides/<int:offering_id>/compare/", review.compare, name="compare_guide"),
    path("guides/<int:offering_id>/texts/", translations.translations, name="translations"),
    path(f"{_VERSION}/", preview.preview, name="preview_guide"),
    path(f"{_VERSION}/phones/", preview.phones, name="preview_phones"),
    path(f"{_VERSION}/fit/", preview.fit, name="preview_fit"),
    path(f"{_VERSION}/checklist/", preview.checklist, name="preview_checklist"),
    path(f"{_VERSION}/papers/<str:key>/", preview.paper, name="preview_paper"),
    path("guides/<int:offering_id>/proposals/<int:proposal_id>/", items.proposal, name="proposal"),
    path("guides/bulk/", bulk.bulk, name="bulk"),
    path("guides/work/", bulk.work_list, name="work_list"),
    path("guides/work/<int:work_id>/", bulk.work, name="work"),
    path("guides/work/<int:work_id>/confirm/", bulk.confirm_work, name="confirm_work"),
    path("guides/work/<int:work_id>/take-back/", bulk.take_back_work, name="take_back_work"),
    path("guides/work/<int:work_id>/report.csv", exchange.report, name="work_report"),
    path("guides/work/<int:work_id>/file/", exchange.export_file, name="export_file"),
    path("guides/exchange/", exchange.exchange, name="exchange"),
    path("guides/exchange/export/", exchange.export, name="export_guides"),
    path("items/", items.items, name="items"),
    path("items/<int:item_id>/", items.item, name="item"),
    path("topics/", topics.topics, name="topics"),
    path("topics/new/", topics.new_topic, name="new_topic"),
    path("topics/<slug:code>/", topics.topic, name="topic"),
    path("topics/<slug:code>/remove/", topics.remove_topic, name="remove_topic"),
    path("lists/", list_desk.desk, name="lists"),
    path("lists/queue/<slug:name>/", list_desk.queue, name="list_queue"),
    path("lists/import/", list_exchange.bring, name="bring_list_file"),
    path("lists/import/<uuid:incoming_id>/", list_exchange.look, name="look_at_list_file"),
    path(
        "lists/import/<uuid:incoming_id>/problems.csv",
        list_exchange.problems,
        name="list_file_problems",
    ),
    path("lists/template.xlsx", list_exchange.empty, name="list_template"),
    path("lists/new/", list_plan.new_list, name="new_list"),
    path("lists/said/<uuid:said_id>/", list_said.observation, name="observation"),
    path("lists/<slug:slug>/", list_plan.list_page, name="list"),
    path("lists/<slug:slug>/export/<slug:kind>/", list_exchange.take_out, name="export_list"),
    path("lists/<slug:slug>/settings/", list_plan.settings_of_list, name="list_settings"),
    path("lists/<slug:slug>/adopt/", list_plan.adopt_list, name="adopt_list"),
    path("lists/<slug:slug>/publish/", list_plan.publish_list, name="publish_list"),
    path("lists/<slug:slug>/discard/", list_plan.discard_list, name="discard_list"),
    path("lists/<slug:slug>/close/", list_plan.close_list, name="close_list"),
    path("lists/<slug:slug>/compare/", list_compare.compare, name="compare_list"),
    path("lists/<slug:slug>/change/", list_change.change_tasks, name="change_tasks"),
    path("lists/<slug:slug>/files/<uuid:file_id>/", list_task.evidence_file, name="list_file"),
    path("lists/<slug:slug>/tasks/add/", list_draft.add, name="add_list_task"),
    path("lists/<slug:slug>/tasks/<int:task_id>/", list_task.task_page, name="list_task"),
    path("lists/<slug:slug>/tasks/<int:task_id>/edit/", list_draft.edit, name="edit_list_task"),
    path(
        "lists/<slug:slug>/tasks/<int:task_id>/arrange/",
        list_draft.arrange,
        name="arrange_list_task",
    ),
    path(
        "lists/<slug:slug>/tasks/<int:task_id>/report/", list_report.report_task, name="report_task"
    ),
    path(
        "lists/<slug:slug>/tasks/<int:task_id>/take-back/",
        list_task.take_claim_back,
        name="take_claim_back",
    ),
    path("lists/<slug:slug>/tasks/<int:task_id>/<slug:name>/", list_task.judge, name="judge_task"),
    path("lists/<slug:slug>/numbered/<path:code>/", list_task.task_by_code, name="task_by_code"),
    path("quality/", quality.quality_page, name="quality"),
    path("guides/<int:offering_id>/mend/", mending.mend, name="mend"),
    path("quality/findings.csv", quality.download, name="quality_findings"),
    path("rehearsals/", rehearsals.rehearsals, name="rehearsals"),
    path("rehearsals/<int:form_id>/", rehearsals.rehearse_now, name="rehearse_now"),
    path("searches/", searching.searches, name="searches"),
    path("searches/synonym/", searching.synonym, name="synonym"),
    path("<case_number:number>/", case_page.case_page, name="case"),
    path("<case_number:number>/id-number/", case_page.reveal, name="reveal"),
    path("<case_number:number>/files/<uuid:file_id>/", case_page.file, name="file"),
    path("<case_number:number>/claim/", acts.claim, name="claim"),
    path("<case_number:number>/release/", acts.release, name="release"),
    path("<case_number:number>/ask-supplement/", supplement_page.ask, name="ask_supplement"),
    path("<case_number:number>/<slug:slug>/", acts.act, name="act"),
]
