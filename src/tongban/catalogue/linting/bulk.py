"""Check many guides: every night, after an import, or by command. Memory does not grow.

Examined are guides of which something changed that rules look at: the guide, its item, the rules,
other agencies, links, the day (`due`). Of those that say the same but for their agency's own words
one is examined (`alike`). Findings are written in batches, each in a transaction of its own; a
guide that is published meanwhile keeps what its own check found.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.alike import OWN, alike
from tongban.catalogue.linting.checking import LONGEST_PLACE, MOST_KEPT, figures
from tongban.catalogue.linting.conflicts import all_conflicts, conflicts_of
from tongban.catalogue.linting.counting import recount
from tongban.catalogue.linting.due import Due, digest_of_dead, due_guides
from tongban.catalogue.linting.facts import Conflict, GuideFacts, links
from tongban.catalogue.linting.findings import Found
from tongban.catalogue.linting.links import all_dead, digest
from tongban.catalogue.linting.rules import lint
from tongban.catalogue.models import Finding, Offering, Theme
from tongban.kernel import clock
from tongban.kernel.announcements import Payload

_IDS = ("offering_id", "version_id")
_COPY = "COPY catalogue_finding (offering_id, version_id, rule, severity, place, facts) FROM STDIN"
# Results remembered at a time: guides of one item come together, so that few are enough.
_REMEMBERED = 5000


@dataclass
class Tally:
    """What a check of many guides came to."""

    guides: int = 0
    examined: int = 0  # the others had not changed
    with_errors: int = 0
    scores: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)  # (severity, rule) → guides

    @property
    def score(self) -> float:
        """The mean score."""
        return self.scores / self.guides if self.guides else 0.0

    def add(self, found: list[Found]) -> None:
        self.guides += 1
        self.scores += figures(found)["score"]
        self.with_errors += any(one.severity == "error" for one in found)
        self.by_rule.update({(one.severity, one.rule) for one in found})


@dataclass(frozen=True)
class Checked:
    """A guide, what was found in it, and what to remember of it."""

    due: Due
    found: list[Found]
    until: date | None
    links: tuple[str, ...]
    dead: str


def lint_all(
    *,
    source: str = "",
    region_path: str = "",
    store: bool = True,
    whole: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Check the current guides of a source or region, or all. Raises nothing of its own.

    `store` False keeps nothing; then, and with `whole`, what did not change is examined too.
    """
    tally = Tally()
    examiner = Examiner()
    with ExitStack() as stack:
        stack.enter_context(all_conflicts())
        batches = due_guides(
            stack, source=source, region_path=region_path, whole=whole or not store
        )
        for batch in batches:
            checked = examiner.check(batch)
            if store:
                _keep(checked)
            else:
                for one in checked:
                    tally.add(one.found)
            tally.examined += len(checked)
            if progress:
                progress(tally.examined)
    if store:
        forget_withdrawn()
        recount()
        _sum_up(tally, _current(source, region_path))
    return tally


def lint_imported(payload: Payload) -> None:
    """Listener of "catalogue.imported": check what came in."""
    lint_all(source=payload["source"])


def forget_withdrawn() -> int:
    """Findings of versions that are not the current ones any more go; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return int(cursor.rowcount)


def _current(source: str, region_path: str) -> QuerySet[Offering]:
    found = Offering.objects.filter(current__isnull=False)
    if source:
        found = found.filter(source=source)
    return found.filter(region_path__startswith=region_path) if region_path else found


def _sum_up(tally: Tally, offerings: QuerySet[Offering]) -> None:
    said = offerings.aggregate(
        guides=Count("pk"),
        with_errors=Count("pk", filter=Q(error_count__gt=0)),
        scores=Sum("score", default=0),
    )
    tally.guides, tally.with_errors = said["guides"], said["with_errors"]
    tally.scores = said["scores"]
    rows = Finding.objects.filter(offering__in=offerings).values_list("severity", "rule")
    for severity, rule, guides in rows.annotate(guides=Count("offering", distinct=True)):
        tally.by_rule[severity, rule] = guides


class Examiner:
    """Examines guides, and remembers what it found in guides that are alike."""

    def __init__(self) -> None:
        self.theme_audiences = dict(Theme.objects.values_list("code", "audience"))
        self.dead = all_dead()
        self.today = clock.today()
        self._found: dict[tuple[object, ...], list[Found]] = {}
        # Of what guides have in common: addresses, and the days on which their basis ends.
        self._common: dict[str, tuple[tuple[tuple[str, str], ...], tuple[date, ...]]] = {}

    def check(self, batch: list[Due]) -> list[Checked]:
        """What is found in these guides."""
        conflicts = conflicts_of(one.offering_id for one in batch)
        contents = _Contents(batch)
        return [self._check(one, conflicts.get(one.offering_id, ()), contents) for one in batch]

    def _check(self, due: Due, conflicts: tuple[Conflict, ...], contents: _Contents) -> Checked:
        addresses, ends = self._common_of(due, contents)
        own = [(url, digest(url)) for url in due.own.get("website", {}).values()]
        named = (*addresses, *own)
        dead = {url: self.dead[key] for url, key in named if key in self.dead}
        example = alike(
            due.own,
            dead=any(key in self.dead for _url, key in own),
            translated=bool(due.translated_from),
        )
        key = (
            due.common, due.name, due.has_form, due.translated, due.item_type,
            *due.audiences, "", *due.themes, json.dumps(example, sort_keys=True),
            tuple(dead.items()), conflicts,
        )  # fmt: skip
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[key] = lint(
                GuideFacts(
                    guide=Guide.model_validate(contents.of(due, self._common) | example),
                    name=json.loads(due.name),
                    today=self.today,
                    item_type=due.item_type,
                    audiences=frozenset(due.audiences),
                    theme_audiences=frozenset(
                        self.theme_audiences[code]
                        for code in due.themes
                        if code in self.theme_audiences
                    ),
                    has_form=due.has_form,
                    translated_from=due.translated_from,
                    dead_links=dead,
                    conflicts=conflicts,
                )
            )
        return Checked(
            due,
            found,
            min((day for day in ends if day >= self.today), default=None),
            tuple({key for _url, key in named}),
            digest_of_dead({key: self.dead[key] for _url, key in named if key in self.dead}),
        )

    def _common_of(
        self, due: Due, contents: _Contents
    ) -> tuple[tuple[tuple[str, str], ...], tuple[date, ...]]:
        known = self._common.get(due.common)
        if known is None:
            if len(self._common) >= _REMEMBERED:
                self._common.clear()
            guide = Guide.model_validate(contents.of(due, self._common))
            known = self._common[due.common] = (
                tuple((url, digest(url)) for _path, url in links(guide)),
                tuple(one.ends_on for one in guide.basis if one.ends_on),
            )
        return known


class _Contents:
    """What the guides of a batch say beside their own words, read when one has to be examined."""

    def __init__(self, batch: list[Due]) -> None:
        self._versions = {one.common: one.version_id for one in batch}
        self._read: dict[str, dict[str, Any]] = {}

    def of(self, due: Due, remembered: Collection[str]) -> dict[str, Any]:
        if due.common not in self._read:
            wanted = {key: pk for key, pk in self._versions.items() if key not in remembered}
            wanted[due.common] = due.version_id
            contents = _contents(wanted.values())
            self._read |= {key: contents[pk] for key, pk in wanted.items()}
        return self._read[due.common]


def _contents(version_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, (content - %s::text[])::text FROM catalogue_guideversion"
            " WHERE id = ANY(%s)",
            [list(OWN), list(version_ids)],
        )
        return {pk: json.loads(text) for pk, text in cursor.fetchall()}


_STILL = """
SELECT o.id FROM catalogue_offering o
JOIN unnest(%s::bigint[], %s::bigint[]) AS n (id, version_id)
    ON o.id = n.id AND o.current_id = n.version_id
ORDER BY o.id FOR NO KEY UPDATE OF o
"""
# Each finding looks its guide up: a join may be planned by what the tables held long ago.
_FORGET = """
DELETE FROM catalogue_finding f WHERE f.version_id IS DISTINCT FROM
    (SELECT o.current_id FROM catalogue_offering o WHERE o.id = f.offering_id)
"""
_SCORES = """
UPDATE catalogue_offering o SET checked_at = %s, error_count = n.errors,
    warning_count = n.warnings, score = n.score
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) AS n (id, errors, warnings, score)
WHERE o.id = n.id
AND (o.error_count, o.warning_count, o.score) IS DISTINCT FROM (n.errors, n.warnings, n.score)
"""
_REMEMBER = """
INSERT INTO catalogue_guidecheck (offering_id, mark, until, links, dead)
SELECT id, mark, until, links::varchar(64)[], dead
FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::text[], %s::text[])
    AS n (id, mark, until, links, dead)
ON CONFLICT (offering_id) DO UPDATE
SET mark = excluded.mark, until = excluded.until, links = excluded.links, dead = excluded.dead
"""


@transaction.atomic
def _keep(checked: list[Checked]) -> None:
    ids, versions = ([getattr(one.due, name) for one in checked] for name in _IDS)
    with connection.cursor() as cursor:
        cursor.execute(_STILL, [ids, versions])
        still = {pk for (pk,) in cursor.fetchall()}
        kept = [one for one in checked if one.due.offering_id in still]
        said = [figures(one.found) for one in kept]
        ids = [one.due.offering_id for one in kept]
        columns = (
            [one[name] for one in said] for name in ("error_count", "warning_count", "score")
        )
        cursor.execute(_SCORES, [clock.now(), ids, *columns])
        marks = [one.due.mark for one in kept]
        untils = [one.until for one in kept]
        links_of = ["{" + ",".join(one.links) + "}" for one in kept]
        cursor.execute(_REMEMBER, [ids, marks, untils, links_of, [one.dead for one in kept]])
    Finding.objects.filter(offering_id__in=ids).delete()
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for one in kept:
            for found in one.found[:MOST_KEPT]:
                facts = json.dumps(dict(found.facts), ensure_ascii=False)
                place = found.place[:LONGEST_PLACE]
                due = one.due
                copy.write_row(
                    [due.offering_id, due.version_id, found.rule, found.severity, place, facts]
                )
