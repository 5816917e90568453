"""Days and visits as a guide, and every list of guides, puts them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def days_in_words(days: int | None, unit: str) -> str:
    """ "3 working days", "While you wait", or "" where the agency gives no limit."""
    if days is None:
        return ""
    if days == 0:
        return _("While you wait")
    if unit == "calendar_days":
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    return ngettext("%(days)d working day", "%(days)d working days", days) % {"days": days}


def visits_in_words(visits: int | None) -> str:
    """ "No visit", "1 visit", or "" where nobody says."""
    if visits is None:
        return ""
    if visits == 0:
        return _("No visit needed")
    return ngettext("%(visits)d visit", "%(visits)d visits", visits) % {"visits": visits}
