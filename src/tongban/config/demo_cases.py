"""The demo's cases: lived through by the platform's own acts, with the clock set to their past."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tongban.cases import api as cases
from tongban.catalogue.api import BadContent, Offering, published_guide, read_item, read_yaml
from tongban.directory.api import workdays
from tongban.forms.api import FormDefinition, Kind, form, prefilled
from tongban.identity.api import (
    Officer,
    Resident,
    colleagues,
    known_answers,
    officer_of,
    parties_of,
    record_access,
    resident_named,
)
from tongban.kernel import clock, files
from tongban.ratings.api import rate

# The day the sample answers were written for, and how near to it a date must lie to move along
# with the calendar; birth dates of adults and the like stay.
WRITTEN_ON = date(2026, 11, 22)
RECENT = timedelta(days=3 * 365)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Story:
    """One case of `demo/cases.yaml`, with its acts spelt out."""

    key: str
    item: str
    region: str
    applicant: str
    party: str
    submitted: int  # working days ago
    acts: tuple[Mapping[str, Any], ...]


def load_cases(folder: Path) -> Iterator[tuple[int, int]]:
    """Load the cases of `folder/cases.yaml` that are not there yet; yields (done, of how many)."""
    written = read_yaml(folder / "cases.yaml")
    stories = [_story(entry, written["patterns"]) for entry in written["cases"]]
    samples = {path.stem: read_item(path).sample_answers for path in folder.glob("items/*.yaml")}
    for done, story in enumerate(stories, start=1):
        try:
            _live(story, samples)
        except (cases.InvalidAnswers, KeyError) as error:
            details = getattr(error, "errors", error)
            raise BadContent(f"cases.yaml, {story.key}: {details}") from error
        yield done, len(stories)
    cases.count_applications()


def _story(entry: Mapping[str, Any], patterns: Mapping[str, Any]) -> Story:
    pattern = patterns[entry["pattern"]]
    own = entry.get("words", {})
    return Story(
        key="/".join(str(entry[part]) for part in ("item", "region", "applicant", "pattern")),
        item=entry["item"],
        region=str(entry["region"]),
        applicant=entry["applicant"],
        party=str(entry.get("party", "self")),
        submitted=entry.get("submitted", pattern["submitted"]),
        acts=tuple({**act, **own.get(act["act"], {})} for act in pattern["acts"]),
    )


def _live(story: Story, samples: Mapping[str, Mapping[str, Any]]) -> None:
    """Submit and act, each on its day. A story that was lived before is left as it is."""
    offering = Offering.objects.get(slug=f"{story.item}-{story.region}")
    resident = resident_named(story.applicant)
    party_id = _party(resident, story.party)
    days = _days_from(story.submitted)
    minute = int(hashlib.sha256(story.key.encode()).hexdigest()[:4], 16) % 400
    with clock.freeze(_at(next(days), minute)):
        guide = published_guide(offering.pk)
        if guide is None or guide.form_id is None:
            raise KeyError(f"{offering.slug} is not online")
        definition = form(guide.form_id)
        key = f"demo/{story.key}"
        if cases.sent_with_key(resident, key):
            return
        known = prefilled(definition, known_answers(resident, party_id)).answers
        answers = _with_files(definition, {**samples[story.item], **known}, resident)
        case, _new = cases.submit_answers(
            offering.pk,
            party_id,
            answers,
            by=resident,
            key=key,
            channel=cases.Case.Channel.ONLINE,
        )
    for act in story.acts:
        after = act.get("after", 1)
        for _ in range(after):
            day = next(days)
        minute = (minute + 97) % 400 if after else minute + 13  # the same day: later
        with clock.freeze(_at(day, minute)):
            _act(case, act, resident, definition)


def _act(
    case: cases.Case, act: Mapping[str, Any], resident: Resident, definition: FormDefinition
) -> None:
    name, note = act["act"], act.get("note", "")
    if name == "supplement":
        cases.supplement(case.pk, by=resident, answers=cases.case_answers(case), note=note)
    elif name == "withdraw":
        cases.withdraw(case.pk, by=resident, reason=note)
    elif name == "rate":
        rate(case.pk, by=resident, level=act["level"], tags=act.get("tags", ()), words=note)
    else:
        _office_act(case, name, act, note)


def _office_act(case: cases.Case, name: str, act: Mapping[str, Any], note: str) -> None:
    by = _colleague(case, "clerk" if name in ("accept", "claim_clerk", "deliver") else "officer")
    record_access(
        by, party_id=case.party_id, agency_id=case.agency_id, what="case", case_number=case.number
    )
    if name == "accept":
        cases.accept(case.pk, by=by, note=note)
    elif name == "refuse_acceptance":
        cases.refuse_acceptance(case.pk, by=by, reason=note)
    elif name == "ask_supplement":
        points = [cases.Point(line) for line in note.splitlines()]
        until = clock.today() + timedelta(days=15)
        cases.ask_supplement(case.pk, by=by, points=points, answer_by=until)
    elif name == "claim":
        stage = case.stages.get(closed_at__isnull=True)
        cases.claim([stage.pk], by=by)
    elif name == "examine":
        cases.examine(case.pk, by=by, opinion=note)
    elif name in ("grant", "refuse"):
        cases.decide(case.pk, by=by, granted=name == "grant", reason=note)
    elif name == "complete":
        cases.complete(case.pk, by=by, note=note)
    elif name == "deliver":
        cases.deliver(
            case.pk, by=by, way=act.get("way", "online"), reference=act.get("reference", "")
        )
    elif name == "terminate":
        cases.terminate(case.pk, by=by, reason=note)
    else:
        raise BadContent(f"cases.yaml: unknown act {name}")


def _colleague(case: cases.Case, role: str) -> Officer:
    """Who of the agency does this: the stage's assignee, else the first with the role."""
    stage = case.stages.filter(closed_at__isnull=True).first()
    if stage is not None and stage.assignee_id is not None:
        officer = officer_of(stage.assignee_id)
    else:
        officer = _first_with(case.agency_id, role) or _first_with(case.agency_id, "officer")
    if officer is not None:
        return officer
    raise KeyError(f"nobody works as {role} at agency {case.agency.code}")


@lru_cache
def _first_with(agency_id: int, role: str) -> Officer | None:
    holders = colleagues(agency_id, (role,))
    return officer_of(holders[0].account_id) if holders else None


def _party(resident: Resident, wanted: str) -> int:
    for party in parties_of(resident):
        if wanted == "self" and party.id == resident.own_party_id:
            return party.id
        if wanted == party.credit_code:
            return party.id
    raise KeyError(f"account {resident.account_id} may not act for {wanted}")


def _days_from(working_days_ago: int) -> Iterator[Any]:
    """Working days, beginning so many ago and ending with today again and again."""
    calendar, day = workdays(), clock.today()
    for _ in range(working_days_ago):
        day -= timedelta(days=1)
        while not calendar.is_workday(day):
            day -= timedelta(days=1)
    today = clock.today()
    while True:
        yield min(day, today)
        day = calendar.next_workday(day + timedelta(days=1))


def _at(day: Any, minute: int) -> datetime:
    """A moment of office hours on a day, never in the future."""
    moment = timezone.make_aware(datetime.combine(day, time(9))) + timedelta(minutes=minute)
    return min(moment, clock.now())


def _moved(answer: Any, by: timedelta) -> Any:
    """Sample answers with their recent dates moved, so that a sample never grows old."""
    if isinstance(answer, dict):
        return {key: _moved(value, by) for key, value in answer.items()}
    if isinstance(answer, list):
        return [_moved(value, by) for value in answer]
    if isinstance(answer, str) and _DATE.fullmatch(answer):
        day = date.fromisoformat(answer)
        return (day + by).isoformat() if abs(day - WRITTEN_ON) < RECENT else answer
    return answer


def _with_files(
    definition: FormDefinition, sample: Mapping[str, Any], resident: Resident
) -> dict[str, Any]:
    """Sample answers as of today, whose file names have become stored specimen files."""
    answers: dict[str, Any] = _moved(dict(sample), clock.today() - WRITTEN_ON)
    for step in definition.steps:
        for field in step.fields:
            if field.kind is Kind.FILE and answers.get(field.key):
                answers[field.key] = [
                    str(_specimen(name, resident).pk) for name in answers[field.key]
                ]
    return answers


def _specimen(name: str, resident: Resident) -> Any:
    stem = Path(str(name)).stem
    upload = SimpleUploadedFile(f"{stem}.png", blank_png(), "image/png")
    return files.store(upload, owner_id=resident.account_id, allowed=("png",))


def blank_png(width: int = 120, height: int = 80) -> bytes:
    """A plain grey picture, so that specimen files can be opened."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\xd8" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
