"""The steps of a start that need Django, in one process because each start of it takes seconds.

`python -m tools.prepare static migrate demo`, any of them, in this order.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from tools import stamps, up
from tools.console import step
from tools.stamps import ROOT


def static() -> None:
    with step("collecting static files"):
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamps.write(up.COLLECTED_STAMP, up.collected_mark())


def migrate() -> None:
    with step("migrating the database"):
        call_command("migrate", interactive=False, verbosity=0)
        _make_calendar()


def _make_calendar() -> None:
    """Where there is none. Without one no guide can be shown; editors carry on from it."""
    from tongban.directory.api import NoSuchCalendar, calendar_coverage, seed_calendar

    try:
        calendar_coverage()
    except NoSuchCalendar:
        seed_calendar()


def demo() -> None:
    with step("loading the demo content", talks=True):
        call_command("load_demo")
    accounts = io.StringIO()
    call_command("demo_accounts", stdout=accounts)
    Path(os.environ["TONGBAN_HOME"], "demo-accounts.txt").write_text(accounts.getvalue())


if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    import django
    from django.core.management import call_command

    with step("starting Django"):
        django.setup()
    STEPS = {"static": static, "migrate": migrate, "demo": demo}
    for word in sys.argv[1:]:
        STEPS[word]()
