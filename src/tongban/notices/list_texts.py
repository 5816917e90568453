"""What notices about to-do lists say."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from tongban.notices.words import Words

_CHANGED = _(
    "Task “%(item)s” of the list “%(list)s” was changed.\n\nIt was due %(old_due)s, now %(due)s."
    "\n\nThe reason given:\n%(note)s"
)
_CHANGED_WITHOUT_DATE = _(
    "Task “%(item)s” of the list “%(list)s” was changed. Its page shows what.\n\n"
    "The reason given:\n%(note)s"
)
_REOPENED = Words(
    _("Reopened: %(item)s"),
    _("Task “%(item)s” of “%(list)s” had been closed and is open again.\n\nThe reason:\n%(note)s"),
)
_CLOSED = Words(
    _("Closed: %(item)s"),
    _("The programme office found task “%(item)s” of “%(list)s” complete.\n\n%(note)s"),
)
_SENT_BACK = Words(
    _("Not done yet: %(item)s"),
    _(
        "Task “%(item)s” of “%(list)s” was claimed to be done. The programme office does not agree:"
        "\n\n%(note)s\n\nThe clock runs on as if it had not been claimed."
    ),
)
_MARKED = Words(
    _("Very late: %(item)s"),
    _("Task “%(item)s” of “%(list)s” was due %(due)s and is marked as very late."),
)
_CHANGED_WORDS = Words(_("Changed: %(item)s"), _CHANGED, _CHANGED_WITHOUT_DATE)

_ADDED = Words(
    _("A new task: %(item)s"),
    _(
        "Task “%(item)s” was added to the list “%(list)s”. It is due %(due)s.\n\n"
        "The reason given:\n%(note)s"
    ),
    _("Task “%(item)s” was added to the list “%(list)s”.\n\nThe reason given:\n%(note)s"),
)
_DROPPED = Words(
    _("Taken off the list: %(item)s"),
    _("Task “%(item)s” will not be done under the list “%(list)s”.\n\nThe reason given:\n%(note)s"),
)

LIST_KINDS: Mapping[str, Words] = {
    "list.list_published": Words(
        _("A new list: %(item)s"),
        _("%(agency)s has published the list “%(item)s”. You can follow each of its tasks."),
    ),
    "list.list_closed": Words(
        _("All done: %(item)s"),
        _("%(agency)s has closed the list “%(item)s”.\n\n%(note)s"),
    ),
    "list.task_changed": _CHANGED_WORDS,
    "list.task_changed.staff": _CHANGED_WORDS,
    "list.task_dropped": _DROPPED,
    "list.task_dropped.staff": _DROPPED,
    "list.task_published": _ADDED,
    "list.task_published.staff": _ADDED,
    "list.list_published.staff": Words(
        _("Tasks for your unit: %(item)s"),
        _(
            "%(agency)s has published the list “%(item)s”. Your unit is responsible for tasks on "
            "it; the workbench shows them."
        ),
    ),
    "list.claimed_done": Words(
        _("Said to be done: %(item)s"),
        _(
            "%(agency)s says that task “%(item)s” of “%(list)s” is done:\n\n%(note)s\n\n"
            "Until %(answer_by)s everybody can look at the evidence and object."
        ),
    ),
    "list.claimed_done.staff": Words(
        _("To be looked at: %(item)s"),
        _(
            "%(agency)s claims that task “%(item)s” of “%(list)s” is done:\n\n%(note)s\n\n"
            "The public may object until %(answer_by)s; after that you can close it or send it "
            "back."
        ),
    ),
    "list.claim_taken_back": Words(
        _("Not done after all: %(item)s"),
        _("%(agency)s has taken back that task “%(item)s” of “%(list)s” is done.\n\n%(note)s"),
    ),
    "list.claim_taken_back.staff": Words(
        _("Claim taken back: %(item)s"),
        _("%(agency)s has taken back that task “%(item)s” of “%(list)s” is done.\n\n%(note)s"),
    ),
    "list.closed": _CLOSED,
    "list.closed.staff": _CLOSED,
    "list.sent_back": _SENT_BACK,
    "list.sent_back.staff": _SENT_BACK,
    "list.reopened": _REOPENED,
    "list.reopened.staff": _REOPENED,
    "list.step_mark": _MARKED,
    "list.step_mark.staff": _MARKED,
    "list.assessed.staff": Words(
        _("Assessed: %(item)s"),
        _("The programme office has assessed task “%(item)s” of “%(list)s”:\n\n%(note)s"),
    ),
    "list.observed.staff": Words(
        _("Somebody writes about: %(item)s"),
        _(
            "There is a new question or observation on task “%(item)s” of “%(list)s”. "
            "Please answer by %(answer_by)s."
        ),
    ),
    "list.answered": Words(
        _("An answer: %(item)s"),
        _(
            "%(agency)s has answered what you wrote about task “%(item)s” of “%(list)s”:\n\n"
            "%(note)s"
        ),
    ),
    "list.step_remind.staff": Words(
        _("Soon due: %(item)s"),
        _(
            "Task “%(item)s” of “%(list)s” is due %(due)s. Report how it goes, or claim it done; "
            "it takes two minutes."
        ),
    ),
    "list.step_warn.staff": Words(
        _("Late: %(item)s"),
        _(
            "Task “%(item)s” of “%(list)s” was due %(due)s. Everybody can see that it is late. "
            "Report where it stands."
        ),
    ),
    "list.step_superior.staff": Words(
        _("Late in your area: %(item)s"),
        _("Task “%(item)s” of “%(list)s” was due %(due)s and is not done. Its unit was warned."),
    ),
    "list.superior_told.staff": Words(
        _("Unanswered in your area: %(item)s"),
        _(
            "%(count)s observations of the public on task “%(item)s” of “%(list)s” have had no "
            "answer in time."
        ),
    ),
}
