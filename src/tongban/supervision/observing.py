"""What the public says: questions, observations, objections to claims; seconds, answers, removals.

The ledger holds that something was said, answered or removed, never the words: of those a salted
hash (`ledger.commitment`), which says nothing once the salt is gone.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import agency, workdays
from tongban.identity.api import Officer, Resident
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.supervision import ledger
from tongban.supervision.models import Observation, Reply, Second, Task
from tongban.supervision.records import (
    enter,
    is_programme,
    keep_file,
    lock_task,
    require_programme,
    require_unit,
)
from tongban.supervision.timing import after_workdays

LONGEST = 2000
# One person says so much on one list a day; more is a campaign, or a machine.
MOST_A_DAY = 20

# The published rules of moderation: why words are held back or removed.
RULES = {
    "personal": _("It names somebody’s telephone, address or identity number."),
    "insult": _("It insults people."),
    "advertising": _("It advertises something."),
    "off_topic": _("It is not about this task."),
    "unlawful": _("It breaks a law."),
    "repeated": _("The same was said already."),
}
_PERSONAL = re.compile(
    r"(?<![\dA-Za-z])(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\d{17}[\dXx]|0\d{2,3}[- ]?\d{7,8})(?!\d)"
    r"|[\w.+-]+@[\w-]+\.\w+"
)
# Only what is nothing else than an insult, also within other words: no 废物 (固体废物), no 畜生
# (牲畜生产). A person looks at what is meant.
_INSULT = re.compile(
    r"混蛋|王八蛋|他妈的|你妈的|妈逼|傻逼|傻屄|煞笔|操你|滚蛋|狗官|狗东西|不要脸的东西|去死吧"
    r"|\b(?:fuck\w*|bastards?|assholes?|morons?|son of a bitch)\b",
    re.IGNORECASE,
)
_ADVERTISING = re.compile(r"(?:https?://|www\.)\S+.*(?:https?://|www\.)\S+", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """What somebody wants to say. `kind`: question, observation, objection."""

    kind: str
    text: str
    place: str = ""
    picture_id: UUID | None = None


def breaks(text: str) -> str:
    """The rule that words look like breaking, so that a person looks first; "" if none. Pure."""
    text = unicodedata.normalize("NFKC", text)  # digits of full width are digits
    if _PERSONAL.search(text):
        return "personal"
    if _INSULT.search(text):
        return "insult"
    return "advertising" if _ADVERTISING.search(text) else ""


@transaction.atomic
def observe(task_id: int, said: Said, *, by: Resident) -> Observation:
    """Say something about a task. A person whose name is verified is told from others.

    Words that look like breaking a rule are held back for a moderator. Raises Refused.
    """
    words = "\n".join(line.rstrip() for line in said.text.strip().splitlines())
    if not words:
        raise Refused("observation.empty", _("Write what you see or want to know."), field="text")
    if len(words) > LONGEST:
        raise Refused(
            "observation.long",
            _("Please say it in at most %(most)d characters.") % {"most": LONGEST},
            field="text",
        )
    task = lock_task(task_id)
    if said.kind not in Observation.Kind.values:
        raise Refused("observation.kind", _("Choose what it is."), field="kind")
    if said.kind == Observation.Kind.OBJECTION and task.state != Task.State.CLAIMED:
        raise Refused(
            "observation.no_claim",
            _("One can object while a claim is open to everybody. Report an observation instead."),
            field="kind",
        )
    moment = clock.now()
    _within_measure(task, words, by, moment)
    rule = breaks(f"{words}\n{said.place}")
    shown = not rule
    salt = secrets.token_hex(16)
    made = Observation.objects.create(
        task=task,
        kind=said.kind,
        account_id=by.account_id,
        is_verified=by.own_party_id is not None,
        text=words,
        place=said.place.strip()[:200],
        picture=keep_file(said.picture_id, by.account_id) if said.picture_id else None,
        salt=salt,
        state=Observation.State.SHOWN if shown else Observation.State.HELD,
        rule=rule,
        at=moment,
        reply_due=after_workdays(clock.today(), task.plan.reply_days, workdays()),
    )
    enter(
        task.plan,
        "observed",
        {
            "observation": str(made.pk),
            "kind": made.kind,
            "verified": made.is_verified,
            "words": ledger.commitment(salt, words),
            "reply_due": made.reply_due.isoformat() if made.reply_due else "",
            "held_back": rule,
        },
        task=task,
        unit={"zh": "公众", "en": "The public"},
        role="public",
    )
    if shown:
        _count(task)
    return made


@transaction.atomic
def second(observation_id: UUID, *, by: Resident) -> bool:
    """See the same; False if the person did so before, or said it. Raises Refused."""
    found = _shown(observation_id)
    if found.account_id == by.account_id:
        return False
    _, created = Second.objects.get_or_create(
        observation=found, account_id=by.account_id, defaults={"at": clock.now()}
    )
    if created:
        column = "seconds_verified" if by.own_party_id is not None else "seconds_others"
        Observation.objects.filter(pk=found.pk).update(**{column: F(column) + 1})
    return created


@transaction.atomic
def reply(observation_id: UUID, text: str, *, by: Officer) -> Reply:
    """Answer for the responsible unit, or for the programme office. Raises Refused."""
    found = _shown(observation_id)
    task = lock_task(found.task_id)
    from_office = is_programme(by, task.plan)
    if not from_office:
        require_unit(by, task)
    if not text.strip():
        raise Refused("reply.empty", _("Write an answer."), field="text")
    unit = task.plan.office_id if from_office else task.lead_id
    moment = clock.now()
    made = Reply.objects.create(
        observation=found, text=text.strip(), agency_id=unit, by_id=by.account_id, at=moment
    )
    Observation.objects.filter(pk=found.pk, answered_at__isnull=True).update(answered_at=moment)
    enter(
        task.plan,
        "answered",
        {"observation": str(found.pk), "text": text.strip()},
        task=task,
        unit=agency(unit).name if unit else task.lead_name,
        role="programme" if from_office else "unit",
    )
    _count(task)
    return made


@transaction.atomic
def remove(observation_id: UUID, *, rule: str, by: Officer) -> Observation:
    """Take words off the page under a published rule; that they were there stays.

    Raises Refused.
    """
    found, task = _moderated(observation_id, by)
    if rule not in RULES:
        raise Refused("removal.no_rule", _("Choose the rule that the words break."), field="rule")
    found.state, found.rule = Observation.State.REMOVED, rule
    found.save()
    enter(task.plan, "removed", {"observation": str(found.pk), "rule": rule}, task=task)
    _count(task)
    return found


@transaction.atomic
def show(observation_id: UUID, *, by: Officer) -> Observation:
    """Show words that were held back or removed. Raises Refused."""
    found, task = _moderated(observation_id, by)
    if found.state == Observation.State.ERASED:
        raise Refused("observation.erased", _("Its author has erased it."))
    found.state, found.rule = Observation.State.SHOWN, ""
    found.save()
    enter(task.plan, "shown", {"observation": str(found.pk)}, task=task)
    _count(task)
    return found


@transaction.atomic
def erase(observation_id: UUID, *, by: Resident) -> Observation:
    """Erase one's own words and the salt that proved them. The entry that something was said stays,
    and says nothing of it any more. Raises Refused."""
    found = Observation.objects.filter(pk=observation_id, account_id=by.account_id).first()
    if found is None:
        raise Refused("observation.not_yours", _("Only its author can erase this."))
    task = lock_task(found.task_id)
    found.state, found.rule = Observation.State.ERASED, ""
    found.text = found.salt = found.place = ""
    found.picture = found.account = None
    found.save()
    enter(
        task.plan,
        "erased",
        {"observation": str(found.pk)},
        task=task,
        unit={"zh": "公众", "en": "The public"},
        role="public",
    )
    _count(task)
    return found


def _shown(observation_id: UUID) -> Observation:
    found = Observation.objects.filter(pk=observation_id, state=Observation.State.SHOWN).first()
    if found is None:
        raise Refused("observation.not_found", _("This is not shown any more."))
    return found


def _moderated(observation_id: UUID, by: Officer) -> tuple[Observation, Task]:
    found = Observation.objects.filter(pk=observation_id).first()
    if found is None:
        raise Refused("observation.not_found", _("This is not shown any more."))
    task = lock_task(found.task_id)
    require_programme(by, task.plan)
    return found, task


def _count(task: Task) -> None:
    """Counts of what is shown, and of what waits for an answer."""
    shown = task.said.filter(state=Observation.State.SHOWN)
    Task.objects.filter(pk=task.pk).update(
        observations=shown.count(), unanswered=shown.filter(answered_at__isnull=True).count()
    )


def _within_measure(task: Task, words: str, by: Resident, moment: datetime) -> None:
    recent = Observation.objects.filter(
        account_id=by.account_id, at__gt=moment - timedelta(days=1), task__plan=task.plan
    )
    if recent.count() >= MOST_A_DAY:
        raise Refused(
            "observation.many",
            _("You have said much on this list today. Please go on tomorrow."),
        )
    if recent.filter(task=task, text=words).exists():
        raise Refused("observation.twice", _("You have said this already."), field="text")
