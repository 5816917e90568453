"""Removing a topic: refused while services stand under it, or all of them move in one go."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from tests.case_factories import make_offering
from tests.factories import make_agency
from tongban.catalogue.api import Offering, check_index
from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import Item, Theme
from tongban.catalogue.topics import Moved, remove_topic
from tongban.kernel.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def offerings() -> list[Offering]:
    for code, audience in (("old", "person"), ("new", "person"), ("firms", "firm")):
        Theme.objects.create(code=code, name={"zh": code, "en": code}, audience=audience)
    agency = make_agency()
    made = []
    for themes in (["old"], ["new", "old"], ["firms"], ["old", "firms"]):
        offering = make_offering(agency)
        Item.objects.filter(pk=offering.item_id).update(themes=themes)
        Offering.objects.filter(pk=offering.pk).update(themes=themes)
        made.append(offering)
    reindex(one.pk for one in made)
    return made


def test_services_move_with_their_topic(offerings: list[Offering], client: Client) -> None:
    ids = [one.pk for one in offerings]
    with pytest.raises(Refused, match=r"topic\.in_use"):
        remove_topic("old")
    assert remove_topic("old", into="new") == Moved(items=3, offerings=3)
    themes = [["new"], ["new"], ["firms"], ["new", "firms"]]
    assert list(
        Offering.objects.filter(pk__in=ids).order_by("pk").values_list("themes", flat=True)
    ) == (themes)
    assert (
        list(
            Item.objects.filter(offerings__in=ids)
            .order_by("offerings__pk")
            .values_list("themes", flat=True)
        )
        == themes
    )
    assert check_index().total == 0
    under = client.get("/en/search?theme=new").content.decode()
    assert all(under.count(f"/services/{offerings[at].slug}") for at in (0, 1, 3))
    # An old address leads to a page all the same.
    assert client.get("/en/search?theme=old").status_code == 200


def test_the_database_keeps_topics_that_are_in_use(offerings: list[Offering]) -> None:
    for act in (
        lambda: Theme.objects.filter(code="old").delete(),
        lambda: Theme.objects.filter(code="old").update(code="renamed"),
    ):
        with (
            pytest.raises(IntegrityError, match="services stand under topic"),
            transaction.atomic(),
        ):
            act()
    Theme.objects.create(code="empty", name={"zh": "空"}, audience="person")
    assert remove_topic("empty") == Moved(0, 0)


@pytest.mark.parametrize(
    ("code", "into"), [("old", "firms"), ("old", "old"), ("old", "no"), ("no", "")]
)
def test_where_services_cannot_move(offerings: list[Offering], code: str, into: str) -> None:
    with pytest.raises(CommandError):
        call_command("remove_topic", code, into=into)
    assert Theme.objects.filter(code="old").exists()
