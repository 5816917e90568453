"""A case as its applicant sees it: what comes next and by when, papers, supplements, rating."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.case_factories import SMALL_FORM, make_case, make_guide
from tests.factories import make_firm, make_mandate, make_resident
from tests.portal.personal_world import (
    CHILD,
    FAMILY,
    FORM,
    PDF,
    World,
    browser,
    en,
    make_world,
    read,
    text_of,
)
from tongban.cases.api import (
    Act,
    Case,
    Draft,
    Point,
    State,
    ask_supplement,
    case_answers,
    case_attachments,
    decide,
    deliver,
    examine,
    grouped,
    refuse_acceptance,
    supplement,
    terminate,
)
from tongban.catalogue.api import add_version, publish
from tongban.directory.api import SpecialDay, set_day
from tongban.forms.api import publish_form
from tongban.identity.api import record_access
from tongban.kernel import clock
from tongban.ratings.api import Rating

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # 10:00 in Beijing


def on(day: int) -> Any:
    return clock.freeze(datetime(2026, 11, day, 2, 0, tzinfo=UTC))


@pytest.fixture
def world() -> World:
    return make_world(SMALL_FORM)


@pytest.fixture
def client(world: World) -> Client:
    return browser(world.lin.account)


def sent(world: World, until: Act | None = None) -> Case:
    """A case of 2 November, a Monday."""
    with on(2):
        return make_case(world.lin.resident, world.offering, until=until, by=world.officer.officer)


def page_of(client: Client, case: Case, day: int = 2) -> str:
    with on(day):
        response = client.get(en("case", case.number))
    assert response.status_code == 200
    return text_of(response)


# --- what comes next -----------------------------------------------------------------------------
def test_a_new_case_says_who_answers_by_when(world: World, client: Client) -> None:
    page = page_of(client, sent(world))
    assert "Police checks whether your application is complete" in page
    assert "by 9 November 2026" in page  # five working days after Monday the 2nd
    assert "Take this application back" in page


def test_an_accepted_case_names_the_day_of_the_decision_and_explains_it(
    world: World, client: Client
) -> None:
    set_day(
        "cn", SpecialDay(date(2026, 11, 4), "holiday", {"zh": "泼水节", "en": "Water Festival"})
    )
    set_day("cn", SpecialDay(date(2026, 11, 7), "makeup", {"zh": "泼水节", "en": "Water Festival"}))
    page = page_of(client, sent(world, Act.ACCEPT))
    # Tuesday 1, (Wednesday off), Thursday 2, Friday 3.
    assert "You have a decision by 6 November 2026" in page
    assert "The time allowed is 3 working days" in page
    assert "does not count: Water Festival" in page
    assert "3 working days left" in page


def test_a_late_case_says_so_with_the_number_to_call(world: World, client: Client) -> None:
    page = page_of(client, sent(world, Act.ACCEPT), day=8)  # a Sunday: no working day late yet
    assert "should have finished by 5 November 2026" in page
    assert "Late: was due on Thu 5 Nov" in page
    assert "Due today" not in page
    assert world.agency.phone in page


def test_who_is_asked_sees_what_and_by_when(world: World, client: Client) -> None:
    case = sent(world, Act.ACCEPT)
    ask(world, case)
    page = page_of(client, case, day=3)
    assert "Please answer what Police asks by 20 November 2026" in page
    assert "The name is unreadable." in page
    assert en("supplement", case.number) in page
    assert "The clock stands while the office waits" in page
    late = page_of(client, case, day=24)
    assert "That day has passed" in late


def test_paused_days_are_named_once_the_clock_runs_again(world: World, client: Client) -> None:
    case = sent(world, Act.ACCEPT)
    ask(world, case)
    with on(5):
        supplement(case.pk, by=world.lin.resident, answers=case_answers(case))
    page = page_of(client, case, day=5)
    assert "does not count: the office was waiting for your answer" in page
    assert "by 9 November 2026" in page


def test_a_refusal_gives_the_reason_and_the_remedies(world: World, client: Client) -> None:
    case = sent(world, Act.EXAMINE)
    with on(3):
        decide(case.pk, by=world.officer.officer, granted=False, reason="Not born here.")
    page = page_of(client, case, day=3)
    assert "Police has refused your application" in page
    assert "Not born here." in page
    assert "reconsideration within 60 days" in page
    notice = text_of(client.get(en("decision", case.number)))
    assert "the application is refused" in notice
    assert "Not born here." in notice
    assert "reconsideration within 60 days" in notice


@pytest.mark.parametrize("ending", ["not_accepted", "terminated", "withdrawn"])
def test_cases_that_end_early_say_why(world: World, client: Client, ending: str) -> None:
    case = sent(world, Act.ACCEPT if ending == "terminated" else None)
    with on(3):
        if ending == "not_accepted":
            refuse_acceptance(case.pk, by=world.officer.officer, reason="Wrong office.")
        elif ending == "terminated":
            terminate(case.pk, by=world.officer.officer, reason="Wrong office.")
        else:
            client.post(en("withdraw", case.number), {"reason": "Wrong office."})
    page = page_of(client, case, day=3)
    assert "Wrong office." in page
    assert "apply again" in page
    assert "Take this application back" not in page


def test_a_result_is_opened_online_once_it_is_ready(world: World, client: Client) -> None:
    case = sent(world, Act.GRANT)
    assert client.get(en("result", case.number)).status_code == 404
    case = sent(world, Act.COMPLETE)
    page = page_of(client, case)
    assert en("result", case.number) in page
    result = text_of(client.get(en("result", case.number)))
    assert "Entry in the register" in result
    assert "林晓雨" in result
    with on(3):
        deliver(case.pk, by=world.officer.officer, way="online")
    assert "The case is closed" in page_of(client, case, day=3)


def test_the_offices_own_words_never_reach_the_applicant(world: World, client: Client) -> None:
    case = sent(world, Act.ACCEPT)
    with on(3):
        examine(case.pk, by=world.officer.officer, opinion="Neighbours say otherwise.")
    secret = ("Neighbours", "吴建国", world.officer.account.username)
    for address in (en("case", case.number), en("sent", case.number), en("me_data")):
        page = text_of(client.get(address))
        assert not any(word in page for word in secret), address
    assert "Application examined" in page_of(client, case, day=3)


def test_who_looked_is_told_by_agency_and_role(world: World, client: Client) -> None:
    case = sent(world)
    record_access(
        world.officer.officer,
        party_id=case.party_id,
        agency_id=world.agency.pk,
        case_number=case.number,
    )
    page = page_of(client, case)
    assert "Police, case officer · the case" in page
    assert "吴建国" not in page


# --- supplements ---------------------------------------------------------------------------------
def ask(world: World, case: Case, field: str = "child_name") -> None:
    """On 3 November, to be answered by the 20th."""
    points = [Point("The name is unreadable.", field), Point("Send the certificate.")]
    by = world.officer.officer
    with on(3):
        ask_supplement(case.pk, by=by, points=points, answer_by=date(2026, 11, 20))


def test_a_supplement_from_the_points_to_the_office(world: World, client: Client) -> None:
    case = sent(world)
    ask(world, case)
    with on(3):
        page = text_of(client.get(en("supplement", case.number)))
        child = en("supplement_step", case.number, "child")
        assert f"{child}#f-child_name" in page
        step = text_of(client.get(child))
        assert "The office asks: The name is unreadable." in step
        assert "Send the certificate." in step  # a point without a question stands at the top
        assert 'value="林小满"' in step

        saved = client.post(
            child,
            {
                "child_name": "林小雪",
                "born_on-year": "2026",
                "born_on-month": "10",
                "born_on-day": "1",
            },
        )
        assert saved["Location"] == en("supplement", case.number)
        # The office does not see it yet; the applicant does, on any device.
        assert case_answers(case)["child_name"] == "林小满"
        again = text_of(browser(world.lin.account).get(en("supplement", case.number)))
        assert "林小雪" in again

        upload = SimpleUploadedFile("证明.pdf", PDF, "application/pdf")
        client.post(
            en("supplement_step", case.number, "parents"),
            {"mother_id": "990102199001010015", "agreed": "yes", "proof": upload},
        )
        assert not case_attachments(case).exists()
        done = client.post(en("supplement", case.number), {"note": "Corrected."})
        assert done["Location"] == en("case", case.number)
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    assert case_answers(case)["child_name"] == "林小雪"
    assert case_attachments(case).get().file.name == "证明.pdf"
    assert "Corrected." in page_of(client, case, day=3)
    assert "林小雪" in text_of(client.get(en("case_answers", case.number, 2)))


def test_an_incomplete_supplement_is_not_sent(world: World, client: Client) -> None:
    case = sent(world)
    ask(world, case)
    client.post(en("supplement_step", case.number, "child"), {"child_name": "林小雪"})
    page = client.post(en("supplement", case.number), {"note": "Here."})
    assert f"{en('supplement_step', case.number, 'child')}#f-born_on" in text_of(page)
    assert "Here." in text_of(page)  # the note is kept
    case.refresh_from_db()
    assert case.state == State.INCOMPLETE


def test_a_file_taken_away_again_is_not_sent(world: World, client: Client) -> None:
    case = sent(world)
    ask(world, case)
    step = en("supplement_step", case.number, "parents")
    upload = SimpleUploadedFile("falsch.pdf", PDF, "application/pdf")
    rest = {"mother_id": "990102199001010015", "agreed": "yes"}
    client.post(step, {**rest, "proof": upload, "_upload": "proof"})
    file_id = Draft.objects.get(case=case).attachments.get().file_id
    assert read(client.get(en("file", file_id))) == PDF
    client.post(step, {**rest, "_remove": f"proof:{file_id}"})
    client.post(en("supplement", case.number))
    assert not case_attachments(case).exists()


def test_nothing_is_supplemented_unasked(world: World, client: Client) -> None:
    case = sent(world)
    for address in (
        en("supplement", case.number),
        en("supplement_step", case.number, "child"),
    ):
        assert client.get(address)["Location"] == en("case", case.number)
        assert client.post(address)["Location"] == en("case", case.number)
    assert case_answers(case)["child_name"] == "林小满"
    assert client.get(en("supplement_step", case.number, "nowhere")).status_code == 302


def test_a_colleague_of_the_firm_answers_too(world: World) -> None:
    """A firm's second agent supplements what the first sent, with a file of their own."""
    firm = make_firm(world.lin.account)
    second = make_resident(name="同事")
    make_mandate(second.account, firm)
    with on(2):
        case = make_case(world.lin.resident, world.offering, party_id=firm.pk)
    ask(world, case)
    theirs = browser(second.account)
    upload = SimpleUploadedFile("证明.pdf", PDF, "application/pdf")
    theirs.post(
        en("supplement_step", case.number, "parents"),
        {"mother_id": "990102199001010015", "agreed": "yes", "proof": upload},
    )
    theirs.post(en("supplement", case.number))
    file_id = case_attachments(case).get().file_id
    assert read(theirs.get(en("file", file_id))) == PDF
    assert read(browser(world.lin.account).get(en("file", file_id))) == PDF


# --- withdrawing and rating ----------------------------------------------------------------------
def test_withdrawing_asks_first(world: World, client: Client) -> None:
    case = sent(world)
    assert "cannot be undone" in text_of(client.get(en("withdraw", case.number)))
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    client.post(en("withdraw", case.number), {"reason": "A mistake."})
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN
    again = client.post(en("withdraw", case.number), follow=True)
    assert "moved on" in text_of(again)


def test_a_case_is_rated_once(world: World, client: Client) -> None:
    case = sent(world, Act.COMPLETE)
    assert en("rate", case.number) in page_of(client, case)
    unsaid = client.post(en("rate", case.number), {"words": "Well done"})
    assert "Choose how satisfied you are." in text_of(unsaid)
    assert "Well done" in text_of(unsaid)
    long = client.post(en("rate", case.number), {"level": "5", "words": "x" * 1001})
    assert "1,000 characters" in text_of(long)
    assert not Rating.objects.exists()

    # Tags that do not go with the level are left out.
    given = {"level": "5", "tags": ["fast", "slow"], "words": "Well done"}
    thanks = client.post(en("rate", case.number), given, follow=True)
    assert "Thank you for your rating" in text_of(thanks)
    assert Rating.objects.get().tags == ["fast"]
    client.post(en("rate", case.number), {"level": "1"})
    assert Rating.objects.get().level == 5
    page = page_of(client, case)
    assert "Very satisfied" in page
    assert "Rate this case" not in page


def test_an_unanswered_case_is_not_rated(world: World, client: Client) -> None:
    case = sent(world)
    assert client.get(en("rate", case.number))["Location"] == en("case", case.number)
    client.post(en("rate", case.number), {"level": "5"})
    assert not Rating.objects.exists()


# --- lists, numbers, doors -----------------------------------------------------------------------
def test_the_list_says_whose_turn_it_is(world: World, client: Client) -> None:
    assert "You have no cases yet" in text_of(client.get(en("cases")))
    running, asked, closed = sent(world, Act.ACCEPT), sent(world), sent(world)
    with on(3):
        ask(world, asked)
        refuse_acceptance(closed.pk, by=world.officer.officer, reason="Wrong office.")
        page = text_of(client.get(en("cases")))
    assert "Your turn: answer by 20 November 2026" in page
    assert "Decided by 5 November 2026" in page
    only = text_of(client.get(en("cases") + "?show=closed"))
    assert grouped(closed.number) in only
    assert grouped(running.number) not in only
    assert grouped(closed.number) not in text_of(client.get(en("cases") + "?show=open"))


def test_the_list_goes_on_over_pages_and_survives_nonsense(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(25):
        make_case(world.lin.resident, world.offering)
    with django_assert_max_num_queries(10):
        first = client.get(en("cases"))
    assert first.content.count(b"tb-number") == 20
    address = first.context["next_url"]
    second = client.get(en("cases") + address)
    assert second.content.count(b"tb-number") == 5
    back = client.get(en("cases") + second.context["previous_url"])
    assert back.content.count(b"tb-number") == 20
    for nonsense in ("x", "WzAsIngiXQ", "%00", "WzAsMV0"):
        assert client.get(en("cases") + f"?after={nonsense}").content.count(b"tb-number") == 20


@pytest.mark.parametrize("written", ["{0} {1} {2}", "{0}{1}{2}", "{0}-{1}-{2}", " {0}·{1}·{2} "])
def test_a_number_is_found_however_it_is_written(
    world: World, client: Client, written: str
) -> None:
    number = sent(world).number
    typed = written.format(number[:4], number[4:8], number[8:])
    found = client.get(en("case_search"), {"number": typed})
    assert found["Location"] == en("case", number)


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(world: World, client: Client) -> None:
    number = sent(world).number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    page = text_of(client.get(en("case_search"), {"number": wrong}))
    assert "That is not a case number" in page
    assert wrong in page
    strangers = make_case(world.stranger.resident, world.offering).number
    page = text_of(client.get(en("case_search"), {"number": strangers}))
    assert "No case with that number is open to you." in page


def test_nobody_else_gets_near_a_case(world: World) -> None:
    case = sent(world, Act.COMPLETE)
    other = browser(world.stranger.account)
    for name, *rest in (
        ("case",),
        ("sent",),
        ("decision",),
        ("result",),
        ("withdraw",),
        ("rate",),
        ("supplement",),
        ("supplement_step", "child"),
        ("case_answers", 1),
    ):
        address = en(name, case.number, *rest)
        assert other.get(address).status_code == 404, address
        assert Client().get(address).status_code == 302, address
        # Staff see cases in the workbench, never here.
        assert browser(world.officer.account).get(address).status_code == 404, address
    for name in ("withdraw", "rate", "supplement"):
        assert other.post(en(name, case.number), {"level": "1"}).status_code == 404
    assert not Rating.objects.exists()


def test_a_file_opens_for_the_applicant_only_and_runs_nothing(world: World, client: Client) -> None:
    form = publish_form("family", FORM)
    version, _new = add_version(world.offering, make_guide(), form_id=form.pk)
    publish(version.pk)
    client.post(en("apply", world.offering.slug), {"party": world.lin.party.pk})
    draft = Draft.objects.get()
    client.post(en("apply_step", draft.pk, "child"), CHILD)
    upload = SimpleUploadedFile("证明.pdf", PDF, "application/pdf")
    client.post(en("apply_step", draft.pk, "family"), {**FAMILY, "proof": upload})
    client.post(en("apply_send", draft.pk))
    file_id = case_attachments(Case.objects.get()).get().file_id
    response = client.get(en("file", file_id))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert read(response) == PDF
    for other in (world.stranger.account, world.officer.account):
        assert browser(other).get(en("file", file_id)).status_code == 404


def test_a_case_page_asks_the_database_little(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    case = sent(world, Act.COMPLETE)
    with django_assert_max_num_queries(22):
        client.get(en("case", case.number))
    with django_assert_max_num_queries(12):
        client.get(en("case_answers", case.number, 1))
