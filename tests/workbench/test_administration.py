"""Calendars, posts of staff, guides: what administrators and editors do."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.case_factories import make_case, make_guide, make_offering
from tests.factories import make_officer, make_resident
from tests.workbench.conftest import Office, SignIn
from tongban.cases.api import Act, recalculate
from tongban.catalogue.api import add_version
from tongban.directory.api import calendar_coverage, special_days, workdays
from tongban.identity.models import Post

pytestmark = pytest.mark.django_db

DAY = {
    "act": "day",
    "what": "holiday",
    "date": "2026-11-04",
    "name_zh": "地方节日",
    "name_en": "Local feast",
    "source": "Notice 12",
}


def test_a_holiday_is_previewed_then_moves_deadlines(office: Office, sign_in: SignIn) -> None:
    case = make_case(
        office.applicant.resident, office.offering, until=Act.ACCEPT, by=office.officer.officer
    )
    assert case.due_on == date(2026, 11, 5)
    waiting = make_case(office.applicant.resident, office.offering)  # by the 9th, also moves
    client = sign_in(office.administrator)
    page = client.post("/en/work/calendars/change/", DAY).content.decode()
    assert "2 open cases get a new deadline." in page
    assert "Local feast" in page
    assert not special_days(date(2026, 1, 1), date(2026, 12, 31))
    assert workdays().is_workday(date(2026, 11, 4))
    answer = client.post("/en/work/calendars/change/", {**DAY, "confirm": "1"})
    assert answer["Location"].endswith("?year=2026")
    assert recalculate(date(2026, 11, 4)) == 2  # what the listener does, as many as foretold
    case.refresh_from_db()
    assert case.due_on == date(2026, 11, 6)
    assert waiting.stages.get().due_on == date(2026, 11, 10)
    assert "Local feast" in client.get(answer["Location"]).content.decode()


def test_a_day_that_moves_nothing_says_so(office: Office, sign_in: SignIn) -> None:
    make_case(office.applicant.resident, office.offering)
    client = sign_in(office.administrator)
    page = client.post("/en/work/calendars/change/", {**DAY, "date": "2026-12-24"})
    assert "No open case’s deadline moves." in page.content.decode()


def test_removing_a_day_moves_deadlines_back(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.administrator)
    client.post("/en/work/calendars/change/", {**DAY, "confirm": "1"})
    make_case(office.applicant.resident, office.offering)
    remove = {"act": "remove", "date": "2026-11-04"}
    page = client.post("/en/work/calendars/change/", remove).content.decode()
    assert "1 open case gets a new deadline." in page
    client.post("/en/work/calendars/change/", {**remove, "confirm": "1"})
    assert not special_days(date(2026, 1, 1), date(2026, 12, 31))


def test_slips_of_the_pen_are_refused(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.administrator)
    makeup = {**DAY, "what": "makeup"}
    answer = client.post("/en/work/calendars/change/", {**makeup, "confirm": "1"})
    assert answer.status_code == 422
    assert "That day is worked anyway" in answer.content.decode()
    assert 'value="Local feast"' in answer.content.decode()
    for wrong in ({"act": "nonsense"}, {"act": "day"}, {"act": "remove", "date": "x"}, {}):
        assert client.post("/en/work/calendars/change/", wrong).status_code == 422
    shorter = {"act": "coverage", "last": "2026-01-01"}
    assert client.post("/en/work/calendars/change/", shorter).status_code == 422


def test_coverage_grows(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.administrator)
    longer = {"act": "coverage", "last": "2100-12-31", "confirm": "1"}
    assert client.post("/en/work/calendars/change/", longer).status_code == 302
    assert calendar_coverage().last == date(2100, 12, 31)


def test_the_calendar_is_the_whole_regions(office: Office, sign_in: SignIn) -> None:
    local = make_officer("administrator", region=office.agency.region)
    client = sign_in(local)
    page = client.get("/en/work/calendars/?year=2026").content.decode()
    assert "its administrators change it" in page
    assert "change/" not in page
    assert client.post("/en/work/calendars/change/", {**DAY, "confirm": "1"}).status_code == 403
    assert sign_in(office.supervisor).get("/en/work/calendars/").status_code == 403
    for year in ("x", "99999999", "0", "-3"):
        assert client.get(f"/en/work/calendars/?year={year}").status_code == 200


# --- staff --------------------------------------------------------------------------------------


def test_posts_are_given_and_ended(office: Office, sign_in: SignIn) -> None:
    newcomer = make_resident("new.colleague", name="新同事")
    client = sign_in(office.administrator)
    data = {"username": "New.Colleague", "role": "clerk", "where": f"agency:{office.agency.pk}"}
    assert client.post("/en/work/staff/", data).status_code == 302
    page = client.get("/en/work/staff/?q=NEW.col").content.decode()
    assert "新同事" in page
    assert "吴建国" not in page
    post = Post.objects.get(account=newcomer.account)
    assert (post.role, post.agency_id) == ("clerk", office.agency.pk)
    assert sign_in(newcomer).get("/en/work/").status_code == 200
    client.post(f"/en/work/staff/{post.pk}/end/")
    assert sign_in(newcomer).get("/en/work/").status_code == 403
    assert (
        "has ended already"
        in client.post(f"/en/work/staff/{post.pk}/end/", follow=True).content.decode()
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": "nobody.here"}, "no account with that user name"),
        ({"role": "clerk", "where": "region:990100"}, "work for one agency"),
        ({"role": "king"}, "king"),
        ({"where": "agency:999999"}, "agency:999999"),
        ({"until": "2020-01-01"}, "must lie in the future"),
        ({"until": "tomorrow"}, "Enter a day"),
    ],
)
def test_posts_are_refused_at_their_fields(
    office: Office, sign_in: SignIn, changes: dict[str, str], said: str
) -> None:
    make_resident("new.colleague")
    data = {"username": "new.colleague", "role": "supervisor", "where": "region:990100"} | changes
    answer = sign_in(office.administrator).post("/en/work/staff/", data)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_administrators_reach_no_further_than_their_post(office: Office, sign_in: SignIn) -> None:
    local = make_officer("administrator", region=office.agency.region)
    client = sign_in(local)
    page = client.get("/en/work/staff/").content.decode()
    assert "吴建国" in page
    assert "曹远" not in page
    make_resident("new.colleague")
    data = {
        "username": "new.colleague",
        "role": "officer",
        "where": f"agency:{office.other_agency.pk}",
    }
    assert client.post("/en/work/staff/", data).status_code == 422
    client.post(f"/en/work/staff/{office.stranger.post.pk}/end/")
    office.stranger.post.refresh_from_db()
    assert office.stranger.post.until is None
    assert sign_in(office.supervisor).get("/en/work/staff/").status_code == 403


# --- guides -------------------------------------------------------------------------------------


def test_editors_see_and_publish_their_own_guides(office: Office, sign_in: SignIn) -> None:
    other = make_offering(office.other_agency)
    changed = make_guide(visits=1)
    draft, _new = add_version(office.offering, changed)  # an import’s: one editor may publish it
    client = sign_in(office.editor)
    page = client.get("/en/work/guides/").content.decode()
    assert "Draft" in page
    assert re.findall(r"/en/work/guides/(\d+)/", page) == [str(office.offering.pk)]
    page = client.get(f"/en/work/guides/{office.offering.pk}/").content.decode()
    assert "Published" in page
    path = f"/en/work/guides/{office.offering.pk}/publish/"
    assert client.post(path, {"version": draft.number}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    assert "Draft" not in client.get("/en/work/guides/").content.decode()
    for wrong in ("99", "", "x"):
        assert client.post(path, {"version": wrong}).status_code == 404
    for path in ("", "publish/", "withdraw/"):
        answer = client.post(f"/en/work/guides/{other.pk}/{path}", {"version": "1"})
        assert answer.status_code == 404, path
    assert sign_in(office.officer).get("/en/work/guides/").status_code == 403


def test_a_service_is_withdrawn_with_a_reason_in_both_languages(
    office: Office, sign_in: SignIn
) -> None:
    client = sign_in(office.editor)
    path = f"/en/work/guides/{office.offering.pk}/withdraw/"
    answer = client.post(path, {"why_zh": "法规废止", "why_en": ""})
    assert answer.status_code == 422
    assert "法规废止" in answer.content.decode()
    answer = client.post(
        path, {"why_zh": "法规废止", "why_en": "The rule was repealed"}, follow=True
    )
    assert "The rule was repealed" in answer.content.decode()
    office.offering.refresh_from_db()
    assert office.offering.current_id is None


def test_guides_are_searched(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.editor)
    assert "出生登记" in client.get("/work/guides/?q=出生").content.decode()
    assert "No guide of yours fits" in client.get("/en/work/guides/?q=没有").content.decode()
