"""Check one guide: what its editor is told while it is written, and before it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import ngettext

from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.conflicts import conflicts_with, others_of
from tongban.catalogue.linting.facts import Conflict, GuideFacts, links
from tongban.catalogue.linting.findings import FindingView, Found
from tongban.catalogue.linting.links import dead_links
from tongban.catalogue.linting.rules import lint
from tongban.catalogue.linting.score import score
from tongban.catalogue.linting.words import in_words
from tongban.catalogue.models import Finding, GuideVersion, Offering, Theme
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import pick

# The longest place and the largest count that are stored.
LONGEST_PLACE, _COUNT = 120, 32767
# Findings kept of one guide: what is worse comes first.
MOST_KEPT = 200


@dataclass(frozen=True)
class ToCheck:
    """A guide as it would stand, whoever has written it. The offering comes with its item."""

    offering: Offering
    guide: Guide
    form_id: int | None = None
    translated_from: Mapping[str, str] = field(default_factory=dict)


def check_guide(
    offering: Offering,
    guide: Guide,
    *,
    form_id: int | None = None,
    translated_from: Mapping[str, str] | None = None,
) -> list[FindingView]:
    """What is wrong with a guide as it stands now, worst first. Stores nothing.

    At most three queries besides the offering's item.
    """
    (found,) = check_guides([ToCheck(offering, guide, form_id, translated_from or {})])
    return found


def check_guides(guides: Sequence[ToCheck]) -> list[list[FindingView]]:
    """What is wrong with each of some guides, worst first. Stores nothing. At most three queries
    besides the offerings' items, however many guides."""
    return [[in_words(one) for one in found] for found in _lint(guides)]


def refuse_broken(version: GuideVersion, guide: Guide) -> None:
    """Raises Refused, with what is wrong, if a guide has findings that are errors."""
    (found,) = _lint([_to_check(version, guide)])
    _refuse_errors(found)


def examine(version: GuideVersion, guide: Guide, *, refuse: bool) -> None:
    """Check a version that is being published and keep what was found.

    Sets the offering's counts and score, not saved here. With `refuse`, raises Refused if there
    are errors.
    """
    offering = version.offering
    (found,) = _lint([_to_check(version, guide)])
    if refuse:
        _refuse_errors(found)
    Finding.objects.filter(offering=offering).delete()
    Finding.objects.bulk_create(
        Finding(
            offering=offering,
            version=version,
            rule=one.rule,
            severity=one.severity,
            place=one.place[:LONGEST_PLACE],
            facts=dict(one.facts),
        )
        for one in found[:MOST_KEPT]
    )
    for name, value in figures(found).items():
        setattr(offering, name, value)
    offering.checked_at = clock.now()


def facts_of(
    offering: Offering,
    guide: Guide,
    *,
    form_id: int | None,
    translated_from: Mapping[str, str],
    theme_audiences: Mapping[str, str],
    dead: Mapping[str, str],
    conflicts: tuple[Conflict, ...],
) -> GuideFacts:
    """What rules may look at. Reads the offering's item."""
    item = offering.item
    return GuideFacts(
        guide=guide,
        name=offering.name,
        today=clock.today(),
        item_type=item.type,
        audiences=frozenset(item.audiences),
        theme_audiences=frozenset(
            theme_audiences[code] for code in item.themes if code in theme_audiences
        ),
        has_form=form_id is not None,
        translated_from=translated_from,
        dead_links=dead,
        conflicts=conflicts,
    )


def figures(found: list[Found]) -> dict[str, int]:
    """The columns of an offering that a check determines."""
    return {
        "error_count": min(sum(one.severity == "error" for one in found), _COUNT),
        "warning_count": min(sum(one.severity == "warning" for one in found), _COUNT),
        "score": score(found),
    }


def _to_check(version: GuideVersion, guide: Guide) -> ToCheck:
    return ToCheck(version.offering, guide, version.form_id, version.translated_from)


def _lint(guides: Sequence[ToCheck]) -> list[list[Found]]:
    codes = {code for one in guides for code in one.offering.item.themes}
    themes = dict(Theme.objects.filter(code__in=codes).values_list("code", "audience"))
    addresses = [[address for _path, address in links(one.guide)] for one in guides]
    dead = dead_links({address for some in addresses for address in some})
    others = others_of({one.offering.pk for one in guides})
    return [
        lint(
            facts_of(
                one.offering,
                one.guide,
                form_id=one.form_id,
                translated_from=one.translated_from,
                theme_audiences=themes,
                dead={address: dead[address] for address in some if address in dead},
                conflicts=conflicts_with(one.guide, others.get(one.offering.pk, ())),
            )
        )
        for one, some in zip(guides, addresses, strict=True)
    ]


def _refuse_errors(found: list[Found]) -> None:
    errors = [in_words(one) for one in found if one.severity == "error"]
    if not errors:
        return
    said = " ".join(f"{pick(one.where)}: {pick(one.wrong)}" for one in errors)
    heading = ngettext(
        "The guide cannot be published: %(count)d error has to be mended first.",
        "The guide cannot be published: %(count)d errors have to be mended first.",
        len(errors),
    ) % {"count": len(errors)}
    raise Refused("guide.has_errors", f"{heading} {said}")
