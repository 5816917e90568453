"""Check many guides: every night, after an import, or by command. Memory does not grow.

Guides are read and findings written in batches, each in a transaction of its own; a guide that is
published meanwhile keeps what its own check found.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import F, QuerySet

from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.checking import LONGEST_PLACE, MOST_KEPT, facts_of, figures
from tongban.catalogue.linting.conflicts import all_conflicts, conflicts_of
from tongban.catalogue.linting.facts import links
from tongban.catalogue.linting.findings import Found
from tongban.catalogue.linting.links import dead_links
from tongban.catalogue.linting.rules import lint
from tongban.catalogue.models import Finding, Offering, Theme
from tongban.kernel import clock
from tongban.kernel.announcements import Payload

BATCH = 500


@dataclass
class Tally:
    """What a check of many guides came to."""

    guides: int = 0
    with_errors: int = 0
    scores: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)  # (severity, rule) → guides

    @property
    def score(self) -> float:
        """The mean score."""
        return self.scores / self.guides if self.guides else 0.0

    def add(self, found: list[Found], score: int) -> None:
        self.guides += 1
        self.scores += score
        self.with_errors += any(one.severity == "error" for one in found)
        self.by_rule.update({(one.severity, one.rule) for one in found})


def lint_all(
    *,
    source: str = "",
    region_path: str = "",
    store: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Check the current guides of a source or region, or all. Raises nothing of its own."""
    tally = Tally()
    offerings = Offering.objects.filter(current__isnull=False)
    if source:
        offerings = offerings.filter(source=source)
    if region_path:
        offerings = offerings.filter(region_path__startswith=region_path)
    theme_audiences = dict(Theme.objects.values_list("code", "audience"))
    with all_conflicts():
        for batch in _batches(offerings):
            checked = _check(batch, theme_audiences)
            for _offering, found in checked:
                tally.add(found, figures(found)["score"])
            if store:
                _keep(checked)
            if progress:
                progress(tally.guides)
    if store:
        forget_withdrawn()
    return tally


def lint_imported(payload: Payload) -> None:
    """Listener of "catalogue.imported": check what came in."""
    lint_all(source=payload["source"])


def forget_withdrawn() -> int:
    """Findings of guides that are no longer published go; how many."""
    return Finding.objects.exclude(version_id=F("offering__current_id")).delete()[0]


def _batches(offerings: QuerySet[Offering]) -> Iterator[list[Offering]]:
    last = 0
    rows = (
        offerings.select_related("item", "current")
        .defer("item__standard", "item__everyday_names")
        .order_by("pk")
    )
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield batch


def _check(
    batch: list[Offering], theme_audiences: dict[str, str]
) -> list[tuple[Offering, list[Found]]]:
    versions = [offering.current for offering in batch]
    guides = [Guide.model_validate(version.content) for version in versions if version]
    dead = dead_links({address for guide in guides for _path, address in links(guide)})
    conflicts = conflicts_of(offering.pk for offering in batch)
    checked = []
    for offering, version, guide in zip(batch, versions, guides, strict=True):
        assert version is not None  # current__isnull=False
        facts = facts_of(
            offering,
            guide,
            form_id=version.form_id,
            translated_from=version.translated_from,
            theme_audiences=theme_audiences,
            dead=dead,
            conflicts=conflicts.get(offering.pk, ()),
        )
        checked.append((offering, lint(facts)))
    return checked


_SCORES = """
UPDATE catalogue_offering o SET checked_at = %s, error_count = n.errors,
    warning_count = n.warnings, score = n.score
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[])
    AS n (id, version_id, errors, warnings, score)
WHERE o.id = n.id AND o.current_id = n.version_id RETURNING o.id
"""


@transaction.atomic
def _keep(checked: list[tuple[Offering, list[Found]]]) -> None:
    values = [(one.pk, one.current_id, figures(found)) for one, found in checked]
    with connection.cursor() as cursor:
        cursor.execute(
            _SCORES,
            [
                clock.now(),
                [pk for pk, _version, _figures in values],
                [version for _pk, version, _figures in values],
                *(
                    [said[name] for _pk, _version, said in values]
                    for name in ("error_count", "warning_count", "score")
                ),
            ],
        )
        still = {pk for (pk,) in cursor.fetchall()}
    Finding.objects.filter(offering_id__in=still).delete()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY catalogue_finding (offering_id, version_id, rule, severity, place, facts)"
            " FROM STDIN"
        ) as copy,
    ):
        for offering, found in checked:
            if offering.pk in still and offering.current_id:
                ids = (offering.pk, offering.current_id)
                for one in found[:MOST_KEPT]:
                    facts = json.dumps(dict(one.facts), ensure_ascii=False)
                    place = one.place[:LONGEST_PLACE]
                    copy.write_row([*ids, one.rule, one.severity, place, facts])
