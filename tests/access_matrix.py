"""Every address of the platform × every role: what each is answered."""

from __future__ import annotations

from typing import Any

from tests.access_world import ROLES

SIGN_IN = "sign in"
Row = dict[str, Any]


def row(nobody: Any, others: Any, **exceptions: Any) -> Row:
    """What each role is answered: a status, or SIGN_IN."""
    return {"nobody": nobody, **dict.fromkeys(ROLES[1:], others), **exceptions}


def staff(others: Any = 403, **roles: Any) -> Row:
    return row(SIGN_IN, others, **roles)


EVERYBODY = row(200, 200)
SIGNED_IN = row(SIGN_IN, 200)
OWNERS = row(SIGN_IN, 404, owner=200)  # whose it is not, cannot tell it from what does not exist
POST_ONLY = row(SIGN_IN, 405)
PEOPLE = row(SIGN_IN, 200, superuser=404)  # an emergency account is nobody's
TOKEN_ONLY = row(401, 401)
CASE = staff(clerk=200, officer=200, supervisor=200, elsewhere=404)
ACT = staff(clerk=403, officer=200, supervisor=403, elsewhere=404)  # an officer's act: examine
WORKERS_POST = staff(clerk=405, officer=405, elsewhere=405)

_STAFF = ("clerk", "officer", "elsewhere", "supervisor", "editor", "programme", "reporter",
          "administrator")  # fmt: skip
STAFF = staff(**dict.fromkeys(_STAFF, 200))
STAFF_POST = staff(**dict.fromkeys(_STAFF, 405))

# The rows by the name of the address. See OTHER_PARTS for which of the owner’s things is meant.
MATRIX: dict[str, Row] = {
    **dict.fromkeys(
        ("portal:home", "portal:search", "portal:suggest", "portal:browse", "portal:guide",
         "portal:guide_version", "portal:material", "portal:material_sample", "portal:guide_fit",
         "portal:guide_checklist", "portal:guide_changes", "portal:guide_places", "portal:a_to_z",
         "portal:newest", "portal:changed", "portal:withdrawn", "portal:regions", "portal:agencies",
         "portal:agency", "portal:centre", "portal:about", "portal:accessibility",
         "portal:privacy", "portal:help", "openapi:docs", "look:colours", "look:gallery",
         "v1:openapi-json", "v1:one_region", "v1:region_children", "v1:top_regions", "v1:agencies",
         "v1:one_agency", "v1:items", "v1:one_item", "v1:lists", "v1:one_list",
         "v1:tasks_of_list", "v1:one_task", "v1:tasks", "v1:digests"),
        EVERYBODY,
    ),
    "portal:rehearse": EVERYBODY,
    **dict.fromkeys(
        ("portal:open_data", "portal:open_data_terms", "portal:open_data_stream",
         "portal:changes_feed", "portal:changes_atom", "portal:service_jsonld", "portal:robots",
         "portal:site_map_index", "portal:site_map_pages"),
        EVERYBODY,
    ),
    **dict.fromkeys(
        ("portal:todo", "portal:todo_feed_all", "portal:todo_rules", "portal:todo_digests",
         "portal:todo_digest", "portal:todo_verifier", "portal:todo_list", "portal:todo_csv",
         "portal:todo_json", "portal:todo_jsonld", "portal:todo_ics", "portal:todo_feed",
         "portal:todo_badge", "portal:todo_embed", "portal:todo_ledger", "portal:todo_ledger_file",
         "portal:todo_task", "portal:todo_units", "portal:todo_unit", "portal:todo_region",
         "portal:todo_levels", "portal:todo_ics_all", "portal:todo_lists_csv",
         "portal:todo_lists_json", "portal:todo_lists_jsonld", "portal:todo_all_csv",
         "portal:todo_all_json", "portal:todo_digests_json", "portal:todo_part"),
        EVERYBODY,
    ),
    **dict.fromkeys(("portal:todo_evidence", "portal:todo_picture"), row(404, 404)),  # none yet
    **dict.fromkeys(("portal:me_following", "portal:todo_say"), SIGNED_IN),
    **dict.fromkeys(("portal:todo_follow", "portal:todo_second"), POST_ONLY),
    "portal:todo_erase": OWNERS,
    **dict.fromkeys(("portal:open_data_file", "portal:site_map"), row(404, 404)),  # none yet
    "portal:centre": row(404, 404),  # there is none in this world
    "v1:api-root": row(404, 404),
    "look:display": row(302, 302),
    "look:error": row(403, 403),
    **dict.fromkeys(("v1:parties", "v1:cases", "v1:one_case"), TOKEN_ONLY),
    # Signed in, each to their own
    **dict.fromkeys(
        ("portal:apply", "portal:drafts", "portal:cases", "portal:case_search", "portal:inbox",
         "portal:me_firm", "portal:me_looks", "portal:me_data", "portal:me_region",
         "portal:me_tokens", "portal:me"),
        SIGNED_IN,
    ),
    "portal:me_contact": PEOPLE,
    "portal:me_identity_number": row(SIGN_IN, 302, superuser=404),  # they have given theirs
    **dict.fromkeys(
        ("portal:discard", "portal:apply_step", "portal:apply_review", "portal:case",
         "portal:sent", "portal:case_answers", "portal:decision", "portal:result",
         "portal:withdraw", "portal:rate", "portal:supplement", "portal:supplement_step",
         "portal:file", "portal:message", "portal:me_authorise", "portal:me_revoke"),
        OWNERS,
    ),
    "portal:draft": row(SIGN_IN, 404, owner=302),
    **dict.fromkeys(
        ("portal:apply_send", "portal:inbox_read", "portal:message_open", "portal:me_token_end"),
        POST_ONLY,
    ),
    # The workbench
    "workbench:queue": staff(
        clerk=200, officer=200, elsewhere=200, supervisor=200, editor=302, administrator=302,
        programme=302, reporter=302,
    ),
    "workbench:find": staff(clerk=200, officer=200, elsewhere=200, supervisor=200),
    "workbench:overview": staff(supervisor=200),
    "workbench:open_cases": staff(supervisor=200),
    "workbench:calendars": staff(administrator=200),
    "workbench:change_calendar": staff(administrator=405),
    "workbench:staff": staff(administrator=200),
    "workbench:end_post": staff(administrator=405),
    "workbench:guides": staff(editor=200),
    "workbench:quality": staff(editor=200, supervisor=200),
    "workbench:mend": staff(editor=302),  # on to the draft that is in work
    "workbench:export_file": staff(editor=404),  # none yet
    "workbench:quality_findings": staff(editor=200, supervisor=200),
    "workbench:searches": staff(editor=200),
    "workbench:synonym": staff(editor=405),
    "workbench:guide": staff(editor=200),
    "workbench:publish_guide": staff(editor=405),
    "workbench:withdraw_guide": staff(editor=405),
    "workbench:rehearsals": staff(editor=200),
    "workbench:rehearse_now": staff(editor=405),
    "workbench:inbox": STAFF,
    "workbench:inbox_read": STAFF_POST,
    "workbench:open_notice": STAFF_POST,
    **dict.fromkeys(
        ("workbench:draft", "workbench:write", "workbench:compare_guide", "workbench:translations",
         "workbench:preview_guide", "workbench:preview_phones", "workbench:preview_fit",
         "workbench:preview_checklist", "workbench:preview_paper", "workbench:bulk",
         "workbench:work_list", "workbench:work",
         "workbench:work_report", "workbench:exchange", "workbench:export_guides",
         "workbench:items", "workbench:item", "workbench:proposal", "workbench:topics",
         "workbench:new_topic", "workbench:topic", "workbench:remove_topic"),
        staff(editor=200),
    ),
    "workbench:review_guide": staff(editor=302),  # it is not in review
    **dict.fromkeys(
        ("workbench:checked_guide", "workbench:hand_over", "workbench:begin_draft",
         "workbench:take_form",
         "workbench:discard_draft", "workbench:submit_guide", "workbench:confirm_work",
         "workbench:take_back_work"),
        staff(editor=405),
    ),
    # To-do lists
    **dict.fromkeys(
        ("workbench:lists", "workbench:list", "workbench:list_task", "workbench:compare_list",
         "workbench:observation"),
        staff(programme=200, reporter=200, supervisor=200),
    ),
    "workbench:export_list": staff(programme=200, reporter=200, supervisor=200),
    # No file was brought.
    "workbench:look_at_list_file": staff(programme=302),
    "workbench:list_file_problems": staff(programme=404),
    "workbench:task_by_code": staff(programme=302, reporter=302, supervisor=302),
    "workbench:list_queue": staff(programme=200, reporter=404, supervisor=404),
    "workbench:list_file": staff(programme=404, reporter=404, supervisor=404),  # none yet
    **dict.fromkeys(
        ("workbench:new_list", "workbench:list_settings", "workbench:adopt_list",
         "workbench:publish_list", "workbench:close_list",
         "workbench:add_list_task", "workbench:edit_list_task",
         "workbench:bring_list_file", "workbench:list_template"),
        staff(programme=200),
    ),
    "workbench:change_tasks": staff(programme=302),  # none are ticked
    "workbench:judge_task": staff(programme=200, reporter=403, supervisor=403),
    **dict.fromkeys(
        ("workbench:discard_list", "workbench:arrange_list_task"), staff(programme=405)
    ),
    **dict.fromkeys(
        ("workbench:report_task", "workbench:take_claim_back"), staff(reporter=200)
    ),
    "workbench:case": CASE,
    "workbench:reveal": staff(clerk=405, officer=405, supervisor=405, elsewhere=405),
    "workbench:file": CASE,
    "workbench:act": ACT,
    "workbench:ask_supplement": staff(clerk=200, officer=200, supervisor=403, elsewhere=404),
    **dict.fromkeys(
        ("workbench:claim_many", "workbench:release_many", "workbench:claim", "workbench:release"),
        WORKERS_POST,
    ),
    # Accounts
    "account_login": row(200, 302),
    "account_signup": row(200, 302),
    "account_logout": row(302, 200),
    "account_inactive": EVERYBODY,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_email_verification_sent": row(SIGN_IN, 302),  # only in the middle of signing up
    "account_change_password": SIGNED_IN,
    "account_set_password": row(SIGN_IN, 302),
    "account_reset_password": row(200, 200),
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": EVERYBODY,  # says that the link is used up
    "account_reset_password_from_key_done": EVERYBODY,
    "account_request_login_code": row(200, 302),
    "account_confirm_login_code": row(302, 302),
    "account_verify_phone": row(SIGN_IN, 302),
    "account_change_phone": SIGNED_IN,
    **dict.fromkeys(("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"),
                    SIGNED_IN),
    "mfa_authenticate": row(SIGN_IN, 302),
    "mfa_reauthenticate": row(SIGN_IN, 302),
    "mfa_reauthenticate_webauthn": row(SIGN_IN, 302),
    "mfa_deactivate_totp": row(SIGN_IN, 404),
    "mfa_view_recovery_codes": row(SIGN_IN, 404),
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": row(SIGN_IN, 404),
    "mfa_remove_webauthn": row(SIGN_IN, 404),
    "mfa_edit_webauthn": row(SIGN_IN, 404),
    "mfa_login_webauthn": row(SIGN_IN, 302),
}  # fmt: skip

# What stands in these addresses instead of the parts of the same name.
OTHER_PARTS: dict[str, dict[str, str]] = {
    **{
        f"portal:todo_{name}": {"slug": "list_slug"}
        for name in (
            "list",
            "csv",
            "json",
            "jsonld",
            "ics",
            "feed",
            "badge",
            "embed",
            "ledger",
            "ledger_file",
            "levels",
        )
    },
    "portal:todo_unit": {"key": "unit_key"},
    "v1:one_list": {"slug": "list_slug"},
    "v1:tasks_of_list": {"slug": "list_slug"},
    "v1:one_task": {"slug": "list_slug", "code": "task_code"},
    "portal:todo_part": {"slug": "list_slug", "part": "list_part"},
    "portal:todo_task": {"slug": "list_slug", "code": "task_code"},
    "portal:todo_say": {"slug": "list_slug", "code": "task_code"},
    "portal:decision": {"number": "done_number"},
    "portal:result": {"number": "done_number"},
    "portal:rate": {"number": "done_number"},
    "portal:supplement": {"number": "asked_number"},
    "portal:supplement_step": {"number": "asked_number"},
    "workbench:file": {"file_id": "case_file_id"},
    **{
        f"workbench:{name}": {"slug": "list_slug"}
        for name in (
            "list",
            "list_task",
            "compare_list",
            "export_list",
            "list_file",
            "adopt_list",
            "close_list",
            "change_tasks",
            "judge_task",
            "report_task",
            "take_claim_back",
        )
    },
    "workbench:task_by_code": {"slug": "list_slug", "code": "task_code"},
    **{
        f"workbench:{name}": {"slug": "draft_slug", "task_id": "draft_task_id"}
        for name in (
            "list_settings",
            "publish_list",
            "discard_list",
            "add_list_task",
            "edit_list_task",
            "arrange_list_task",
        )
    },
}
OTHER_WORDS: dict[str, dict[str, Any]] = {
    "portal:guide_version": {"number": 1},
    "portal:open_data_stream": {"form": "jsonl"},
    "portal:open_data_file": {"filename": "manifest.json"},
    "portal:site_map": {"number": 99},
    "workbench:act": {"slug": "examine"},
    "workbench:list_queue": {"name": "review"},
    "workbench:export_list": {"kind": "json"},
    "workbench:judge_task": {"name": "assess"},
    "workbench:write": {"section_slug": "summary"},
    **{
        f"workbench:preview_{name}": {"version_number": 1}
        for name in ("guide", "phones", "fit", "checklist", "paper")
    },
    "portal:todo_region": {"code": "990100"},
    **{f"workbench:{name}": {"code": "birth"} for name in ("topic", "remove_topic")},
    "v1:one_region": {"code": "990100"},
    "v1:region_children": {"code": "990100"},
    "look:error": {"status": 403},
    "account_reset_password_from_key": {"uidb36": "abc", "key": "set-password"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
}
QUERIES = {"workbench:export_guides": "?form=jsonl", "v1:agencies": "?region=990000"}
# Only to be posted to; the tests of programs do.
SAME_ADDRESS = {"v1:send", "v1:upload"}
