"""Where a guide's page leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from tongban.catalogue.api import Offering


@dataclass(frozen=True)
class Links:
    """The addresses of what belongs to one version's page; "" leaves a link out.

    `paper` gives a paper's blank form or (True) its filled-in sample by the paper's key. `guides`
    are pages of other services instead of their public ones, by the offering's id.
    """

    guide: str
    apply: str
    rehearse: str
    fit: str
    checklist: str
    paper: Callable[[str, bool], str]
    guides: Mapping[int, str] = field(default_factory=dict)

    def of(self, offering: Offering) -> str:
        """The page of another offering's guide."""
        return self.guides.get(offering.pk) or public("guide", offering.slug)


def public_links(offering: Offering) -> Links:
    """Of the guide in force, as the public reads it."""
    slug = offering.slug

    def paper(key: str, filled: bool) -> str:
        return public("material_sample" if filled else "material", slug, key)

    return Links(
        guide=public("guide", slug),
        apply=public("apply", slug),
        rehearse=public("rehearse", slug),
        fit=public("guide_fit", slug),
        checklist=public("guide_checklist", slug),
        paper=paper,
    )


def public(name: str, *arguments: object) -> str:
    """The portal's address of that name; "" in an installation without it."""
    try:
        return reverse(f"portal:{name}", args=arguments)
    except NoReverseMatch:  # an installation that only informs, or one without a portal
        return ""
