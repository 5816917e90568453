"""Fills a running platform's database for the crash test; a process of its own.

`python -m tests.ops.crash_content N` prints, as JSON, N applications that are ready to be sent:
each a draft, the session of the person whose it is, and nothing else to do but press the button.
"""

from __future__ import annotations

import json
import os
import sys

import django


def main(count: int) -> None:
    from django.conf import settings
    from django.test import Client

    from tests.case_factories import ANSWERS, make_offering
    from tests.factories import make_agency, make_calendar, make_resident
    from tongban.cases.api import save_draft, start_draft

    # Nobody signs in by password here, and real hashes are slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make_calendar()
    offering = make_offering(make_agency())
    ready = []
    for n in range(count):
        person = make_resident(f"sender{n}", email=f"sender{n}@tongban.example")
        draft = start_draft(person.resident, offering.pk, person.party.pk)
        save_draft(person.resident, draft.pk, ANSWERS, step="parents")
        client = Client()
        client.force_login(person.account)
        ready.append({"draft": str(draft.pk), "session": client.cookies["sessionid"].value})
    json.dump(ready, sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    django.setup()
    main(int(sys.argv[1]))
