"""The demonstration's files: complete, consistent, loaded once however often."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tongban.directory.api import agencies_of, centres_of, load_demo_directory, region
from tongban.directory.models import Agency, Centre, Region
from tongban.identity.api import colleagues, load_demo_people, resident_for
from tongban.identity.models import Account, Mandate, Party, Post

pytestmark = pytest.mark.django_db

DEMO = Path(settings.ROOT) / "demo"


def counts() -> list[int]:
    tables = (Region, Agency, Centre, Account, Party, Mandate, Post)
    return [table.objects.count() for table in tables]


def test_the_demo_loads_and_loading_it_again_changes_nothing(client: Client) -> None:
    load_demo_directory(DEMO)
    shown = load_demo_people(DEMO)
    before = counts()
    load_demo_directory(DEMO)
    assert load_demo_people(DEMO) == shown
    assert counts() == before
    assert all(one.note["zh"] and one.note["en"] for one in shown)
    login = {"login": "lin.xiaoyu", "password": "tongban-demo-2026"}
    assert client.post(reverse("account_login"), login).status_code == 302
    assert "_auth_user_id" in client.session


def test_every_agency_that_offers_items_has_a_clerk_and_an_officer() -> None:
    load_demo_directory(DEMO)
    load_demo_people(DEMO)
    for agency in agencies_of(region("990000").path, below=True):
        assert agency.credit_code_valid
        assert agency.phone != agency.complaint_phone
        roles = {one.role for one in colleagues(agency.id)}
        # The province's departments and the county lead tasks of lists; they offer nothing.
        leads = agency.function.endswith("government_services") or "provincial" in agency.function
        if not leads:
            assert roles == {"clerk", "officer"}, agency.name
    assert len(centres_of(region("990000").path)) == 5


def test_guardians_agents_and_representatives_may_act() -> None:
    load_demo_directory(DEMO)
    load_demo_people(DEMO)
    capacities = set(Mandate.objects.values_list("capacity", flat=True))
    assert capacities == {"self", "representative", "agent", "guardian"}
    he = resident_for(Account.objects.get(username="he.jiaqi"))
    assert len(he.party_ids) == 2
