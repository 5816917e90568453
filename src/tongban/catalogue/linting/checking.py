"""Check one guide: what its editor is told while it is written, and before it is published."""

from __future__ import annotations

from collections.abc import Mapping

from tongban.catalogue.guide import Guide
from tongban.catalogue.linting.findings import FindingView
from tongban.catalogue.models import Offering


def check_guide(
    offering: Offering,
    guide: Guide,
    *,
    form_id: int | None = None,
    translated_from: Mapping[str, str] | None = None,
) -> list[FindingView]:
    """What is wrong with a guide as it stands now, worst first. Stores nothing.

    Two queries besides the offering's item.
    """
    return []
