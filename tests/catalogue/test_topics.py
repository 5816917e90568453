"""Removing a topic: refused while services stand under it, or all of them move in one go."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from tests.case_factories import make_offering
from tests.factories import make_agency, make_officer, make_region
from tongban.catalogue.api import Offering, check_index, desk
from tongban.catalogue.api import themes as all_themes
from tongban.catalogue.indexing import reindex
from tongban.catalogue.models import DirectoryWork, Item, Theme
from tongban.catalogue.topics import Moved, remove_topic
from tongban.catalogue.working import do_work
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


def test_the_page_moves_what_stands_there_and_takes_it_back(
    offerings: list[Offering], client: Client
) -> None:
    """Preview, the worker's act, and one act back: all but what was classified anew since."""
    keeper = make_officer("editor", region=make_region())
    client.force_login(keeper.account)
    page = client.get("/en/work/topics/old/remove/?into=new").content.decode()
    assert "Move 3 guides and remove the topic" in page
    assert client.post("/en/work/topics/old/remove/", {"into": "firms"}).status_code == 422
    done = client.post("/en/work/topics/old/remove/", {"into": "new"})
    work = DirectoryWork.objects.get()
    assert done["Location"].endswith(f"/work/guides/work/{work.pk}/")
    do_work(work_id=work.pk)
    assert not Theme.objects.filter(pk="old").exists()
    assert check_index().total == 0

    Item.objects.filter(pk=offerings[0].item_id).update(themes=["firms"])
    Offering.objects.filter(pk=offerings[0].pk).update(themes=["firms"])
    client.post(f"/en/work/guides/work/{work.pk}/take-back/")
    back = DirectoryWork.objects.latest("pk")
    do_work(work_id=back.pk)
    back.refresh_from_db()
    assert (back.state, back.outcome["changed"], back.outcome["left_out"]) == ("done", 2, 1)
    kept = Offering.objects.filter(pk__in=[one.pk for one in offerings]).order_by("pk")
    assert list(kept.values_list("themes", flat=True)) == [
        ["firms"], ["new", "old"], ["firms"], ["old", "firms"]
    ]  # fmt: skip
    client.post(f"/en/work/guides/work/{work.pk}/take-back/")  # once
    assert DirectoryWork.objects.count() == 2


def test_topics_are_named_once_and_stand_in_their_order(
    offerings: list[Offering], client: Client
) -> None:
    keeper = make_officer("editor", region=make_region())
    client.force_login(keeper.account)
    given = {"name_zh": "宠物", "name_en": "Pets", "audience": "person", "code": "Pets"}
    assert client.post("/en/work/topics/new/", given | {"name_en": "old"}).status_code == 422
    assert client.post("/en/work/topics/new/", given).status_code == 302
    assert client.post("/en/work/topics/new/", given | {"name_zh": "猫"}).status_code == 422
    assert [one.code for one in all_themes("person")][-1] == "pets"
    changed = {"name_zh": "动物", "name_en": "Animals", "after": ""}
    assert client.post("/en/work/topics/pets/", changed).status_code == 302
    first = all_themes("person")[0]
    assert (first.code, first.name) == ("pets", {"zh": "动物", "en": "Animals"})

    local = make_officer("editor", region=make_region("990100", parent=make_region()))
    client.force_login(local.account)
    assert client.get("/en/work/topics/").status_code == 403
    with pytest.raises(Refused, match=r"topic\.not_yours"):
        desk.begin_removal("old", into="new", by=local.officer)
