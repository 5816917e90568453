"""Addresses of the signed-in half."""

from __future__ import annotations

from django.urls import URLPattern, path

from tongban.portal import (
    applying,
    cases,
    drafts,
    files,
    inbox,
    me,
    papers,
    rating,
    supplementing,
    todo_following,
    todo_saying,
    tokens,
)

urlpatterns: list[URLPattern] = [
    path("apply/<slug:slug>", applying.apply, name="apply"),
    path("drafts", drafts.drafts, name="drafts"),
    path("drafts/<uuid:draft_id>", drafts.resume, name="draft"),
    path("drafts/<uuid:draft_id>/discard", drafts.discard, name="discard"),
    path("drafts/<uuid:draft_id>/steps/<slug:step>", applying.apply_step, name="apply_step"),
    path("drafts/<uuid:draft_id>/review", applying.apply_review, name="apply_review"),
    path("drafts/<uuid:draft_id>/send", applying.apply_send, name="apply_send"),
    path("cases", cases.cases, name="cases"),
    path("cases/search", cases.case_search, name="case_search"),
    path("cases/<str:number>", cases.case, name="case"),
    path("cases/<str:number>/sent", applying.sent, name="sent"),
    path("cases/<str:number>/answers/<int:nth>", papers.answers, name="case_answers"),
    path("cases/<str:number>/decision", papers.decision, name="decision"),
    path("cases/<str:number>/result", papers.result, name="result"),
    path("cases/<str:number>/withdraw", cases.withdraw_case, name="withdraw"),
    path("cases/<str:number>/rate", rating.rate_case, name="rate"),
    path("cases/<str:number>/supplement", supplementing.supplement_case, name="supplement"),
    path(
        "cases/<str:number>/supplement/<slug:step>",
        supplementing.supplement_step,
        name="supplement_step",
    ),
    path("files/<uuid:file_id>", files.file, name="file"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/read", inbox.read_all, name="inbox_read"),
    path("inbox/<uuid:notice_id>", inbox.message, name="message"),
    path("inbox/<uuid:notice_id>/open", inbox.open_message, name="message_open"),
    path("me", me.me, name="me"),
    path("me/contact", me.contact, name="me_contact"),
    path("me/identity-number", me.identity_number, name="me_identity_number"),
    path("me/region", me.home_region, name="me_region"),
    path("me/firms/new", me.add_firm, name="me_firm"),
    path("me/parties/<int:party_id>/authorise", me.give_mandate, name="me_authorise"),
    path("me/mandates/<int:mandate_id>/revoke", me.end_mandate, name="me_revoke"),
    path("me/looks", me.looks, name="me_looks"),
    path("me/data", me.download, name="me_data"),
    path("me/following", todo_following.mine, name="me_following"),
    path("me/following/change", todo_following.change, name="todo_follow"),
    path("lists/<slug:slug>/say/<path:code>", todo_saying.say, name="todo_say"),
    path(
        "lists/observations/<uuid:observation_id>/second", todo_saying.second_it, name="todo_second"
    ),
    path("lists/observations/<uuid:observation_id>/erase", todo_saying.erase_it, name="todo_erase"),
    path("me/programs", tokens.tokens, name="me_tokens"),
    path("me/programs/<int:token_id>/end", tokens.end_token, name="me_token_end"),
]
