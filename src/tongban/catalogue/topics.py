"""Topics (主题): made, renamed, put in order; taken out of the lists, with what stands under them.

A topic that anything stands under cannot be deleted: the database refuses it (`Theme`), so that
browsing, facets and the index never know a topic that is gone. Topics are everybody's: only who
edits for the whole tree of regions changes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Count, F, Func
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import DirectoryWork, Item, Offering, Theme
from tongban.catalogue.reach import keeps_topics
from tongban.catalogue.working import Progress, enqueue_work
from tongban.identity.api import Officer
from tongban.kernel import clock
from tongban.kernel.counted import counted
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized, pick

# What is counted of so many offerings is told for a minute (seconds).
_LARGE = 50_000
_FRESH = 60
_BATCH = 500  # offerings put into the index between two notes of progress
TABLES: dict[str, type[Item] | type[Offering]] = {"items": Item, "offerings": Offering}


@dataclass(frozen=True)
class Moved:
    """What stood under a topic that is gone."""

    items: int
    offerings: int


@dataclass(frozen=True)
class Topic:
    """A topic as editors see it: with what stands under it."""

    code: str
    name: Localized
    audience: str
    description: Localized
    items: int = 0
    offerings: int = 0


@dataclass(frozen=True)
class Under:
    """An item of the basic directory under a topic, and how many agencies offer it."""

    id: int
    name: Localized
    offerings: int
    in_both: bool  # it stands under the other topic already


@dataclass(frozen=True)
class Removal:
    """What removing a topic would do."""

    items: int
    offerings: int
    in_both: int  # services that stand under the other topic already
    first: Sequence[Under]  # the items that most agencies offer

    @property
    def more(self) -> int:
        """How many items are not among the first."""
        return self.items - len(self.first)


# --- looking ------------------------------------------------------------------------------------
def topics() -> list[Topic]:
    """All topics in their order, those for persons first, with what stands under each.

    Three queries. Of very many offerings the counts may be a minute old: counting a million takes a
    second and more.
    """
    counts = {table: _counts(model) for table, model in TABLES.items()}
    return [
        Topic(
            row.code, row.name, row.audience, row.description,
            counts["items"].get(row.code, 0), counts["offerings"].get(row.code, 0),
        )
        for row in Theme.objects.order_by("-audience", "position", "code")
    ]  # fmt: skip


def topic_of(code: str) -> Topic | None:
    """The topic with that code, with what stands under it."""
    row = Theme.objects.filter(pk=code).first()
    if row is None:
        return None
    items = Item.objects.filter(themes__contains=[code]).count()
    offerings = Offering.objects.filter(themes__contains=[code]).count()
    return Topic(row.code, row.name, row.audience, row.description, items, offerings)


def removal_of(code: str, into: str = "", *, most: int = 20) -> Removal:
    """What `begin_removal` would move. Four queries, however much stands there."""
    items = Item.objects.filter(themes__contains=[code])
    offerings = Offering.objects.filter(themes__contains=[code])
    first = items.annotate(offered=Count("offerings")).order_by("-offered", "pk")[:most]
    return Removal(
        items.count(),
        offerings.count(),
        offerings.filter(themes__contains=[into]).count() if into else 0,
        [Under(one.pk, one.name, one.offered, into in one.themes) for one in first],
    )


def _counts(model: type[Item] | type[Offering]) -> dict[str, int]:
    each = model.objects.annotate(topic=Func(F("themes"), function="unnest"))
    rows = each.order_by().values("topic").annotate(count=Count("pk"))
    return counted(
        f"topics:{model.__name__}",
        lambda: dict(rows.values_list("topic", "count")),
        fresh=_FRESH,
        worth=lambda counts: sum(counts.values()) > _LARGE,
    )


# --- making, renaming, putting in order ---------------------------------------------------------
@transaction.atomic
def add_topic(topic: Topic, *, by: Officer) -> None:
    """Make a topic, the last for its people. Raises Refused: not the officer's to make; the code
    or the name is taken."""
    _require(by)
    if Theme.objects.filter(pk=topic.code).exists():
        raise Refused("topic.code_taken", _("Another topic has this code."), "code")
    _require_name(topic)
    Theme.objects.create(
        code=topic.code, name=topic.name, audience=topic.audience, description=topic.description
    )
    others = Theme.objects.filter(audience=topic.audience).exclude(pk=topic.code)
    last = others.order_by("position", "code").last()
    _put_after(topic.code, last.pk if last else "")


@transaction.atomic
def change_topic(topic: Topic, *, after: str, by: Officer) -> None:
    """Rename a topic, describe it, put it in another place. Raises Refused."""
    _require(by)
    row = Theme.objects.select_for_update().filter(pk=topic.code).first()
    if row is None:
        raise _unknown(topic.code)
    _require_name(topic)
    row.name, row.description = topic.name, topic.description
    row.save(update_fields=["name", "description"])
    _put_after(topic.code, after)


def _put_after(code: str, after: str) -> None:
    """After that topic, or ("") before all for the same people."""
    rows = list(Theme.objects.select_for_update().order_by("position", "code"))
    one = next(row for row in rows if row.pk == code)
    rest = [row for row in rows if row.pk != code]
    same = [at for at, row in enumerate(rest) if row.audience == one.audience]
    at = next((at + 1 for at in same if rest[at].pk == after), same[0] if same else len(rest))
    rows = [*rest[:at], one, *rest[at:]]
    for position, row in enumerate(rows):
        row.position = position
    Theme.objects.bulk_update(rows, ["position"])


def _require(by: Officer) -> None:
    if not keeps_topics(by):
        raise Refused(
            "topic.not_yours", _("Only an editor of the whole directory changes its topics.")
        )


def _require_name(topic: Topic) -> None:
    others = Theme.objects.filter(audience=topic.audience).exclude(pk=topic.code)
    for language, name in topic.name.items():
        if others.filter(**{f"name__{language}": name}).exists():
            raise Refused(
                "topic.name_taken",
                _("Another topic for the same people is called “%(name)s”.") % {"name": name},
                f"name_{language}",
            )


# --- taking one out of the lists ----------------------------------------------------------------
@transaction.atomic
def begin_removal(code: str, *, into: str, by: Officer) -> DirectoryWork:
    """Have the worker remove a topic, as `remove_topic` does. Raises Refused."""
    _require(by)
    topic, goal = _removable(code, into)
    work = DirectoryWork.objects.create(
        kind="topic",
        state=DirectoryWork.State.RUNNING,
        by_id=by.account_id,
        at=clock.now(),
        total=Offering.objects.filter(themes__contains=[code]).count(),
        parameters={
            "kind": "remove_topic",
            "code": code,
            "into": into,
            "topic": topic.name,
            "goal": goal.name if goal else {},
        },
    )
    enqueue_work(work)
    return work


def run_topic(work: DirectoryWork, officer: Officer, progress: Progress) -> dict[str, Any]:
    """Remove a topic, or bring a removed one back, in the caller's transaction."""
    _require(officer)
    given = work.parameters
    if given["kind"] == "remove_topic":
        return _remove(given["code"], given["into"], progress)
    removal = DirectoryWork.objects.get(pk=given["of"]).outcome
    return _restore(removal["topic"], removal["moved"], progress)


@transaction.atomic
def remove_topic(code: str, *, into: str = "") -> Moved:
    """Remove a topic. Raises Refused: no such topic; services stand under it and `into` is empty;
    `into` is for others.

    Whoever browses sees either all of before or all of after: the index changes in the same
    transaction.
    """
    done = _remove(code, into, lambda _done: None)
    return Moved(done["items"], done["changed"])


def _removable(code: str, into: str) -> tuple[Theme, Theme | None]:
    """The topic, and the one that takes its place. Raises Refused."""
    known = {one.pk: one for one in Theme.objects.select_for_update().filter(pk__in=[code, into])}
    topic, goal = known.get(code), known.get(into)
    if topic is None or (into and goal is None):
        raise _unknown(code if topic is None else into)
    if goal is None:
        count = Offering.objects.filter(themes__contains=[code]).count()
        if count or Item.objects.filter(themes__contains=[code]).exists():
            raise Refused(
                "topic.in_use",
                ngettext(
                    "%(count)d service stands under “%(name)s”. Say which topic it moves to.",
                    "%(count)d services stand under “%(name)s”. Say which topic they move to.",
                    count,
                )
                % {"count": count, "name": pick(topic.name)},
                "into",
            )
    elif goal.audience != topic.audience or goal == topic:
        raise Refused(
            "topic.for_others",
            _("“%(into)s” is not another topic for the same people. Choose one that is.")
            % {"into": pick(goal.name)},
            "into",
        )
    return topic, goal


def _unknown(code: str) -> Refused:
    return Refused("topic.unknown", _("There is no topic “%(code)s”.") % {"code": code})


def _remove(code: str, into: str, progress: Progress) -> dict[str, Any]:
    topic, goal = _removable(code, into)
    groups = {table: _groups(table, code) for table in TABLES} if goal else {}
    for table, rows in groups.items():
        for before, ids in rows:
            _set(table, ids, before, _after(before, code, into))
    items, offerings = (
        [pk for _before, ids in groups.get(table, []) for pk in ids] for table in TABLES
    )
    _reindex(offerings, progress)
    row = {
        name: getattr(topic, name)
        for name in ("code", "name", "audience", "description", "position")
    }
    topic.delete()
    # What it takes to bring the topic back.
    moved = {"into": into, "groups": groups}
    return {
        "changed": len(offerings), "unchanged": 0, "left_out": 0, "refused": [],
        "items": len(items), "topic": row, "moved": moved,
    }  # fmt: skip


def _restore(topic: dict[str, Any], moved: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """A removed topic as it was, with what stood under it and was not classified anew since."""
    code, into = topic["code"], moved["into"]
    if Theme.objects.filter(pk=code).exists():
        raise Refused("topic.code_taken", _("Another topic has this code."))
    Theme.objects.create(**topic)
    back: dict[str, list[int]] = {table: [] for table in TABLES}
    count = 0
    for table in TABLES:
        for before, ids in moved["groups"].get(table, []):
            back[table] += _set(table, ids, _after(before, code, into), before)
            count += len(ids) if table == "offerings" else 0
    items, offerings = back["items"], back["offerings"]
    _reindex(offerings, progress)
    return {
        "changed": len(offerings), "unchanged": 0, "left_out": count - len(offerings),
        "refused": [], "items": len(items),
    }  # fmt: skip


def _after(before: Sequence[str], code: str, into: str) -> list[str]:
    """Who stands under both keeps its place; nobody stands under one twice."""
    if into in before:
        return [one for one in before if one != code]
    return [into if one == code else one for one in before]


def _groups(table: str, code: str) -> list[tuple[list[str], list[int]]]:
    """What stands under a topic, by the topics it stands under."""
    rows = TABLES[table].objects.filter(themes__contains=[code]).order_by()
    return list(rows.values("themes").annotate(ids=ArrayAgg("pk")).values_list("themes", "ids"))


def _set(table: str, ids: Sequence[int], old: Sequence[str], new: Sequence[str]) -> list[int]:
    """Put rows that still stand under `old` under `new`; which."""
    rows = TABLES[table].objects.filter(pk__in=ids, themes=list(old))
    found = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    TABLES[table].objects.filter(pk__in=found).update(themes=list(new))
    return found


def _reindex(offerings: Sequence[int], progress: Progress) -> None:
    for start in range(0, len(offerings), _BATCH):
        progress(start)
        reindex(offerings[start : start + _BATCH])
