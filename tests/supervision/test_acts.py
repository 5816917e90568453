"""Acts on lists: what units claim, what the office finds, what the public says; all of it in the
ledger, and none of it quietly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import (
    make_account,
    make_agency,
    make_calendar,
    make_officer,
    make_region,
    make_resident,
)
from tongban.identity.api import Officer, Resident, resident_for
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.supervision import verify_ledger
from tongban.supervision.api import (
    Change,
    Entry,
    EvidenceEntry,
    Ground,
    Observation,
    Plan,
    PlanEntry,
    Progress,
    Said,
    Task,
    TaskEntry,
    UnitEntry,
    adopt,
    assess,
    change,
    claim,
    close,
    drop,
    effects,
    erase,
    follow,
    followers,
    lines,
    make_digest,
    make_plan,
    observe,
    publish,
    published,
    remove,
    reopen,
    reply,
    report,
    second,
    send_back,
    tell_superiors,
    unfollow,
    warn_all,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 1, tzinfo=UTC)
GROUND = Ground({"zh": "设备晚到", "en": "The equipment came late"}, "省政府令第3号")
DONE = Progress(
    {"zh": "已上线", "en": "It is online"}, [EvidenceEntry("网站", url="https://example.org/")]
)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@dataclass
class World:
    plan: Plan
    task: Task
    office: Officer
    unit: Officer
    stranger: Officer
    lin: Resident


@pytest.fixture
def world() -> Iterator[World]:
    make_calendar()
    province = make_region("990000")
    city = make_region("990100", parent=province)
    office, bureau = make_agency(province), make_agency(city)
    with clock.freeze(MONDAY):
        programme = make_officer("programme", office, region=province).officer
        plan = make_plan(
            entry(office.pk),
            [
                TaskEntry("1", {"zh": "接通平台", "en": "Connect the platform"},
                          UnitEntry(bureau.name, bureau.pk), due=date(2027, 6, 30)),
                TaskEntry("2", {"zh": "清理系统", "en": "Clear old systems"},
                          UnitEntry({"zh": "各市"}), start=date(2027, 4, 1)),
            ],
            by=programme,
        )  # fmt: skip
        publish(plan.pk, by=programme)
        yield World(
            Plan.objects.get(pk=plan.pk),
            plan.tasks.get(code="1"),
            programme,
            make_officer("reporter", bureau).officer,
            make_officer("reporter", make_agency(city)).officer,
            make_resident(name="林晓雨").resident,
        )


def entry(office: int, slug: str = "plan-2027", region: str = "990000") -> PlanEntry:
    return PlanEntry(slug, "province", region, office, {"zh": "2027年清单", "en": "List of 2027"})


def kinds(plan: Plan) -> list[str]:
    return list(Entry.objects.filter(plan=plan).order_by("number").values_list("kind", flat=True))


def verified(plan: Plan, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path, digest = folder / "ledger.jsonl", folder / "digest.json"
    path.write_text("".join(lines(plan)), encoding="utf-8")
    digest.write_text(json.dumps(published(make_digest())), encoding="utf-8")
    status = verify_ledger.main([str(path), str(digest)])
    return status, capsys.readouterr().out


def test_from_publishing_to_closing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task = world.task.pk
    report(task, Progress({"zh": "招标完成", "en": "Tender done"}), by=world.unit)
    with clock.freeze(at(date(2027, 6, 28))):
        claim(task, DONE, by=world.unit)
        window = Task.objects.get(pk=task).window_until
        assert window == date(2027, 7, 12)
        objection = observe(task, Said("objection", "我打开是空白页"), by=world.lin)
        with pytest.raises(Refused, match=r"task.window_open"):
            close(task, reasons={"zh": "好"}, by=world.office)
    with clock.freeze(at(date(2027, 7, 13))):
        with pytest.raises(Refused, match=r"task.objections"):
            close(task, reasons={"zh": "好"}, by=world.office)
        reply(objection.pk, "已修复，请再试", by=world.unit)
        close(task, reasons={"zh": "核实完成", "en": "Checked"}, by=world.office)
    with clock.freeze(at(date(2027, 8, 2))):
        reopen(task, level="substantial", reasons={"zh": "又打不开了"}, by=world.office)
        assert Task.objects.get(pk=task).state == "open"
        assert kinds(world.plan)[3:] == [
            "reported", "claimed_done", "observed", "answered", "closed", "reopened",
        ]  # fmt: skip
        assert verified(world.plan, tmp_path, capsys)[0] == 0


def test_a_moved_date_stands_in_the_ledger(world: World) -> None:
    moved = Change(world.task.pk, 0, {"due": date(2027, 9, 30)})
    (effect,) = effects(world.plan, [moved])
    assert effect.changes == {"due": {"old": "2027-06-30", "new": "2027-09-30"}}
    change(world.plan.pk, [moved], ground=GROUND, by=world.office)
    task = Task.objects.get(pk=world.task.pk)
    assert (task.due, task.first_due) == (date(2027, 9, 30), date(2027, 6, 30))
    body = json.loads(Entry.objects.get(plan=world.plan, kind="task_changed").body)
    assert body["data"]["due"] == {"old": "2027-06-30", "new": "2027-09-30"}
    assert body["reason"]["en"] == "The equipment came late"
    assert body["basis"] == "省政府令第3号"


@pytest.mark.parametrize(
    ("values", "reason", "code"),
    [
        ({"due": date(2027, 9, 30)}, {"zh": "  "}, "change.no_reason"),
        ({"due": date(2027, 6, 30)}, {"zh": "为了"}, "change.nothing"),
        ({"start": date(2027, 7, 1)}, {"zh": "为了"}, "task.dates"),
        ({"state": "closed"}, {"zh": "为了"}, "task.not_found"),
    ],
)
def test_a_change_needs_sense_and_a_reason(
    world: World, values: dict[str, object], reason: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        change(
            world.plan.pk, [Change(world.task.pk, 0, values)], ground=Ground(reason),
            by=world.office,
        )  # fmt: skip


def test_the_second_of_two_officers_is_told(world: World) -> None:
    first = Change(world.task.pk, 0, {"due": date(2027, 9, 30)})
    change(world.plan.pk, [first], ground=GROUND, by=world.office)
    with pytest.raises(Refused, match=r"task.changed_meanwhile"):
        change(
            world.plan.pk, [Change(world.task.pk, 0, {"due": date(2027, 8, 31)})], ground=GROUND,
            by=world.office,
        )  # fmt: skip


def test_nobody_acts_for_others(world: World) -> None:
    task, claimed = world.task.pk, Progress({"zh": "好了"}, DONE.evidence)
    for refused in (
        lambda: claim(task, claimed, by=world.stranger),
        lambda: claim(task, claimed, by=world.office),
        lambda: assess(task, level="complete", reasons={"zh": "好"}, by=world.unit),
        lambda: change(world.plan.pk, [Change(task, 0, {"due": None})], ground=GROUND,
                       by=world.unit),
        lambda: drop(task, ground=GROUND, by=world.unit),
    ):  # fmt: skip
        with pytest.raises(Refused, match="not_yours"):
            refused()


def test_a_claim_needs_evidence_and_can_be_sent_back(world: World) -> None:
    with pytest.raises(Refused, match=r"claim.no_evidence"):
        claim(world.task.pk, Progress({"zh": "好了"}), by=world.unit)
    claim(world.task.pk, DONE, by=world.unit)
    send_back(world.task.pk, level="limited", reasons={"zh": "只有首页"}, by=world.office)
    task = Task.objects.get(pk=world.task.pk)
    assert (task.state, task.claimed_on, task.assessed) == ("open", None, "limited")


def test_words_that_are_erased_leave_only_that_they_were(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = observe(world.task.pk, Said("observation", "窗口没有人"), by=world.lin)
    erase(said.pk, by=world.lin)
    gone = Observation.objects.get(pk=said.pk)
    assert (gone.text, gone.salt, gone.account_id) == ("", "", None)
    assert "窗口没有人" not in "".join(lines(world.plan))
    assert verified(world.plan, tmp_path, capsys)[0] == 0
    with pytest.raises(Refused, match="not_yours"):
        erase(said.pk, by=world.lin)


def test_words_with_a_telephone_wait_for_a_moderator(world: World) -> None:
    said = observe(world.task.pk, Said("observation", "打13800138000问问"), by=world.lin)
    assert (said.state, said.rule) == ("held", "personal")
    assert Task.objects.get(pk=world.task.pk).observations == 0


def test_a_removal_leaves_a_trace(world: World) -> None:
    said = observe(world.task.pk, Said("observation", "你们都是骗子"), by=world.lin)
    with pytest.raises(Refused, match=r"removal.no_rule"):
        remove(said.pk, rule="dislike", by=world.office)
    remove(said.pk, rule="insult", by=world.office)
    assert kinds(world.plan)[-2:] == ["observed", "removed"]


def test_stuffing_is_bounded(world: World) -> None:
    for number in range(20):
        observe(world.task.pk, Said("observation", f"第{number}次看到"), by=world.lin)
    with pytest.raises(Refused, match=r"observation.many"):
        observe(world.task.pk, Said("observation", "又看到"), by=world.lin)
    stranger = make_resident(name="周明德").resident
    observe(world.task.pk, Said("observation", "一样的话"), by=stranger)
    with pytest.raises(Refused, match=r"observation.twice"):
        observe(world.task.pk, Said("observation", "一样的话"), by=stranger)


def test_a_person_is_counted_once(world: World) -> None:
    said = observe(world.task.pk, Said("observation", "没有变化"), by=world.lin)
    zhou = make_resident(name="周明德").resident
    assert [second(said.pk, by=zhou), second(said.pk, by=zhou), second(said.pk, by=world.lin)] == [
        True, False, False,
    ]  # fmt: skip
    assert Observation.objects.get(pk=said.pk).seconds_verified == 1


def test_the_superior_hears_of_answers_that_do_not_come(world: World) -> None:
    for number in range(3):
        observe(world.task.pk, Said("question", f"什么时候好？{number}"), by=world.lin)
    somebody = resident_for(make_account())
    for number in range(3):
        observe(world.task.pk, Said("question", f"何时？{number}"), by=somebody)
    assert tell_superiors() == []
    with clock.freeze(at(date(2027, 3, 20))):
        assert len(tell_superiors()) == 3
        assert tell_superiors() == []
        assert kinds(world.plan)[-1] == "superior_told"


def test_the_chain_goes_step_by_step_and_once(world: World) -> None:
    seen = []
    for day in (date(2027, 6, 1), date(2027, 6, 17), date(2027, 7, 1), date(2027, 7, 8),
                date(2027, 7, 29)):  # fmt: skip
        with clock.freeze(at(day)):
            seen.append((warn_all(), warn_all()))
    assert seen == [(0, 0), (1, 0), (1, 0), (1, 0), (1, 0)]
    assert kinds(world.plan)[-4:] == ["step_remind", "step_warn", "step_superior", "step_mark"]


def test_a_list_taken_over_shows_where_it_is_looser(world: World) -> None:
    city = make_region("990100")
    own_office = make_agency(city)
    officer = make_officer("programme", own_office, region=city).officer
    copy = adopt(world.plan.pk, entry(own_office.pk, "city-2027", "990100"), by=officer)
    publish(copy.pk, by=officer)
    task = copy.tasks.get(code="1")
    tighter, looser = date(2027, 5, 31), date(2027, 7, 31)
    (fine,) = change(copy.pk, [Change(task.pk, 0, {"due": tighter})], ground=GROUND, by=officer)
    (loose,) = change(copy.pk, [Change(task.pk, 1, {"due": looser})], ground=GROUND, by=officer)
    assert (fine.loosens, loose.loosens) == (False, True)
    with pytest.raises(Refused, match=r"plan.circular"):
        adopt(copy.pk, entry(world.plan.office_id, "again"), by=world.office)


def test_followers_hear_whatever_they_follow(world: World) -> None:
    people = [make_resident(name=f"人{number}").resident for number in range(4)]
    for person, (kind, key) in zip(
        people,
        [("plan", world.plan.pk), ("task", world.task.pk), ("unit", world.task.lead_id),
         ("region", "990000")],
        strict=True,
    ):  # fmt: skip
        follow(kind, key, by=person)  # type: ignore[arg-type]
    assert followers(world.plan, [world.task]) == {person.account_id for person in people}
    unfollow("plan", world.plan.pk, by=people[0])
    assert people[0].account_id not in followers(world.plan, [world.task])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE supervision_entry SET body = '{}'",
        "DELETE FROM supervision_entry",
        "TRUNCATE supervision_entry CASCADE",
        "INSERT INTO supervision_entry (plan_id, number, kind, at, body, hash)"
        " SELECT plan_id, 9, kind, at, body, hash FROM supervision_entry LIMIT 1",
        "INSERT INTO supervision_entry (plan_id, number, kind, at, body, hash)"
        " SELECT plan_id, 4, kind, at, '{}', hash FROM supervision_entry LIMIT 1",
        "INSERT INTO supervision_entry (plan_id, number, kind, at, body, hash)"
        " SELECT plan_id, 4, kind, at, '{\"number\":4}',"
        " encode(sha256('{\"number\":4}'), 'hex') FROM supervision_entry LIMIT 1",
    ],
)
def test_the_database_refuses_what_does_not_fit(world: World, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"entry|pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_row_changed_by_a_superuser_shows(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE supervision_entry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE supervision_entry SET body = replace(body, '2027-06-30', '2027-12-31')"
            " WHERE number = 2"
        )
        cursor.execute("ALTER TABLE supervision_entry ENABLE TRIGGER USER")
    status, answer = verified(world.plan, tmp_path, capsys)
    assert status == 1
    assert "Entry 2 was altered" in answer
