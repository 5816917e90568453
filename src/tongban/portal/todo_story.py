"""A task's story in a few sentences, as somebody would tell it who had read everything."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.kernel import clock
from tongban.kernel.localized import language, pick
from tongban.look.api import day
from tongban.portal.todo_views import TaskRow
from tongban.supervision.api import Task, TimeState


def story(row: TaskRow, *, moves: int, reports: int, last_report: datetime | None) -> str:
    """What was promised and what became of it; what the unit, the office and people say."""
    sentences = (
        _promise(row), _moved(row, moves), _state(row), _again(row.task),
        _reported(reports, last_report), _found(row.task), _said(row),
    )  # fmt: skip
    return ("" if language() == "zh" else " ").join(one for one in sentences if one)


def _promise(row: TaskRow) -> str:
    task = row.task
    said = {"unit": pick(task.lead_name), "when": day(task.plan.published_at)}
    if task.first_due:
        return _("On %(when)s it was promised that %(unit)s would do this by %(due)s.") % {
            **said,
            "due": day(task.first_due),
        }
    return _("On %(when)s it was promised that %(unit)s would do this, without a date.") % said


def _moved(row: TaskRow, moves: int) -> str:
    task = row.task
    if not moves or task.due is None:
        return ""
    words = ngettext("The date was moved once since; now it is %(due)s.",
                     "The date was moved %(count)d times since; now it is %(due)s.",
                     moves)  # fmt: skip
    return words % {"count": moves, "due": day(task.due)}


def _state(row: TaskRow) -> str:
    task, late = row.task, row.view.late
    if task.state == Task.State.DROPPED:
        return _("On %(when)s it was taken off the list.") % {"when": day(task.closed_on)}
    if task.state == Task.State.CLOSED:
        claimed = {"claimed": day(task.claimed_on), "closed": day(task.closed_on), "late": late}
        if row.view.time == TimeState.DONE_IN_TIME:
            words = _("It was done in time: the unit said so on %(claimed)s, and the programme "
                      "office closed it on %(closed)s.")  # fmt: skip
        elif late:
            words = ngettext(
                "It was done %(late)d working day late: the unit said so on %(claimed)s, and the "
                "programme office closed it on %(closed)s.",
                "It was done %(late)d working days late: the unit said so on %(claimed)s, and the "
                "programme office closed it on %(closed)s.",
                late,
            )
        else:
            words = _("The unit said on %(claimed)s that it is done, and the programme office "
                      "closed it on %(closed)s.")  # fmt: skip
        return words % claimed
    if task.state == Task.State.CLAIMED:
        said = {"claimed": day(task.claimed_on), "until": day(task.window_until)}
        if row.view.window_open:
            return (
                _("On %(claimed)s the unit said that it is done. Until %(until)s everybody may "
                  "look at what that rests on, and object.") % said
            )  # fmt: skip
        return (
            _("On %(claimed)s the unit said that it is done. Everybody could object until "
              "%(until)s; now the programme office decides.") % said
        )  # fmt: skip
    return _open(row)


def _open(row: TaskRow) -> str:
    task, today = row.task, clock.today()
    if row.view.time == TimeState.NOT_STARTED and task.start:
        return _("Work on it begins on %(start)s.") % {"start": day(task.start)}
    if task.due is None:
        return ""
    if late := row.view.late:
        words = ngettext("It is not done and is %(days)d working day late.",
                         "It is not done and is %(days)d working days late.", late)  # fmt: skip
        return words % {"days": late}
    left = (task.due - today).days
    if left > 0:
        words = ngettext("There is %(days)d day left.", "There are %(days)d days left.", left)
        return words % {"days": left}
    return _("It is due today.") if left == 0 else _("It is not done, and its date has passed.")


def _again(task: Task) -> str:
    if not task.reopened:
        return ""
    words = ngettext("After it had been closed, it was opened again.",
                     "After it had been closed, it was opened again, %(count)d times.",
                     task.reopened)  # fmt: skip
    return words % {"count": task.reopened}


def _reported(reports: int, last: datetime | None) -> str:
    if last is None:
        return _("The unit has not reported anything yet.")
    words = ngettext("The unit has reported once, on %(when)s.",
                     "The unit has reported %(count)d times, last on %(when)s.",
                     reports)  # fmt: skip
    return words % {"count": reports, "when": day(last)}


def _found(task: Task) -> str:
    if task.assessed_at is None:
        return _("The programme office has not looked at it yet.")
    return _("The programme office looked on %(when)s and found: %(level)s.") % {
        "when": day(task.assessed_at),
        "level": Task.Level(task.assessed).label,
    }


def _said(row: TaskRow) -> str:
    public = row.public
    if not public.observations:
        return _("Nobody has asked or reported anything.")
    words = ngettext("People have said something once",
                     "People have said something %(count)d times", public.observations)  # fmt: skip
    words %= {"count": public.observations}
    if public.unanswered:
        left = ngettext("%(said)s; %(left)d waits for an answer.",
                        "%(said)s; %(left)d wait for an answer.", public.unanswered)  # fmt: skip
        return left % {"said": words, "left": public.unanswered}
    return _("%(said)s, and were answered.") % {"said": words}
