"""The people and things of the access tests: one of every kind, and somebody in every role.

The owner has things that nobody else may touch; everybody else has an account of their own.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.case_factories import ANSWERS, SMALL_FORM, make_case, make_guide, make_offering
from tests.factories import (
    make_account,
    make_agency,
    make_calendar,
    make_firm,
    make_officer,
    make_region,
    make_resident,
)
from tongban.cases.api import Act, Point, accept, ask_supplement, save_draft, start_draft
from tongban.catalogue.api import GuideVersion, add_version
from tongban.catalogue.editing import mark_of
from tongban.catalogue.models import DirectoryWork, Proposal, Theme
from tongban.config.demo_cases import blank_png
from tongban.directory.models import Agency
from tongban.identity.api import Officer, Resident, authorise, make_token, mandates_for, tokens_of
from tongban.identity.models import Account
from tongban.kernel import clock, files
from tongban.notices.models import Notice
from tongban.supervision.api import (
    Observation,
    PlanEntry,
    Said,
    TaskEntry,
    UnitEntry,
    make_digest,
    make_plan,
    observe,
    publish,
)

ROLES = (
    "nobody", "owner", "other", "clerk", "officer", "elsewhere", "supervisor", "editor",
    "programme", "reporter", "administrator", "superuser",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Accounts by role, and what stands in addresses by the name of the part."""

    accounts: dict[str, Account]
    parts: dict[str, Any]
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, role: str, *, checks_token: bool = False) -> Client:
        """A browser in which somebody of the role has just signed in."""
        client = Client()
        client.handler = _handler(checks_token)
        if role not in self.sessions:
            self.sessions[role] = self._sign_in(role)
        client.cookies.load(self.sessions[role])
        return client

    def _sign_in(self, role: str) -> dict[str, str]:
        """The cookies of somebody who has just signed in: signing in is slow, so once a role."""
        client = Client()
        client.handler = _handler(False)
        account = self.accounts.get(role)
        if account is not None:
            client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
            session = client.session
            # As allauth notes that the password has just been given.
            session["account_authentication_methods_user"] = str(account.pk)
            session["account_authentication_methods"] = [
                {"method": "password", "at": time.time(), "reauthenticated": True}
            ]
            session.save()
        return {name: morsel.value for name, morsel in client.cookies.items()}

    def address(self, name: str, /, **given: Any) -> str:
        """The address of a view: the parts it needs are those of the owner's things."""
        parts = {part: given.get(part, self.parts.get(part)) for part in addresses()[name]}
        return reverse(name, kwargs=parts)


@cache
def _handler(checks_token: bool) -> ClientHandler:
    """The platform, read in once: a handler of its own for each browser would read all settings."""
    return ClientHandler(enforce_csrf_checks=checks_token)


@cache
def addresses() -> dict[str, tuple[str, ...]]:
    """Every named address outside the emergency door, with the parts it needs."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(resolver: URLResolver, spaces: tuple[str, ...], parts: tuple[str, ...]) -> None:
        for one in resolver.url_patterns:
            below = (*parts, *one.pattern.regex.groupindex)
            if isinstance(one, URLResolver):
                walk(one, (*spaces, one.namespace) if one.namespace else spaces, below)
            elif isinstance(one, URLPattern) and one.name:
                found[":".join((*spaces, one.name))] = below

    walk(get_resolver(), (), ())
    return {name: parts for name, parts in found.items() if not name.startswith("admin:")}


def upload(owner: Resident, name: str = "证明.png") -> str:
    """A file of somebody's, as its id."""
    stored = files.store(
        SimpleUploadedFile(name, blank_png(), "image/png"), owner_id=owner.account_id
    )
    return str(stored.pk)


def make_world() -> World:
    make_calendar()
    province = make_region("990000")
    city = make_region("990100", parent=province)
    police = make_agency(city)
    Theme.objects.create(code="birth", name={"zh": "生育", "en": "Birth"}, audience="person")
    lakeside = make_region("990200", parent=province)
    owner = make_resident("owner", name="林晓雨", email="owner@tongban.example")
    other = make_resident("other", name="许清", email="other@tongban.example")
    friend = make_resident("friend", name="马骏", email="friend@tongban.example")
    staff = {
        "clerk": make_officer("clerk", police, username="clerk"),
        "officer": make_officer("officer", police, username="officer"),
        "elsewhere": make_officer("officer", make_agency(lakeside), username="elsewhere"),
        "supervisor": make_officer("supervisor", region=city, username="supervisor"),
        "editor": make_officer("editor", region=province, username="editor"),
        "programme": make_officer("programme", police, username="programme"),
        "reporter": make_officer("reporter", police, username="reporter"),
        "administrator": make_officer("administrator", region=province, username="administrator"),
    }
    extra = make_officer("clerk", police, username="extra")
    root = make_account("root", is_staff=True, is_superuser=True)
    lin, officer = owner.resident, staff["officer"].officer
    paper = {
        "key": "proof",
        "name": {"zh": "出生医学证明", "en": "Birth certificate"},
        "blank": {"zh": "申请表\n姓名：____", "en": "Form\nName: ____"},
        "sample": {"zh": "申请表\n姓名：林小满", "en": "Form\nName: Lin Xiaoman"},
    }
    birth = make_offering(police, guide=make_guide(materials=[paper]))
    guide = make_guide(summary={"zh": "新的一版。", "en": "A new version."}, materials=[paper])
    version, _new = add_version(birth, guide, form_id=birth.current.form_id)  # type: ignore[union-attr]
    GuideVersion.objects.filter(pk=version.pk).update(translated_from={"summary": "other"}, stale=1)
    proposal = Proposal.objects.create(
        offering=birth,
        changes={"limits": {"old": {"statutory": 10, "unit": "working_days"},
                            "new": {"statutory": 8, "unit": "working_days"}}},
        proposed_at=clock.now(),
    )  # fmt: skip
    brought = DirectoryWork.objects.create(
        kind="import", state="ready", by=staff["editor"].account, at=clock.now(),
        outcome={"changed": 1, "unchanged": 0, "bad_guides": 0, "guides": 1},
    )  # fmt: skip
    draft = start_draft(lin, birth.pk, lin.own_party_id or 0)
    proof = upload(lin)
    save_draft(lin, draft.pk, {**ANSWERS, "proof": [proof]}, step="child")
    running = make_case(lin, birth, until=Act.ACCEPT, by=officer, proof=[upload(lin)])
    new = make_case(lin, birth)
    done = make_case(lin, birth, until=Act.COMPLETE, by=officer)
    asked = accept(make_case(lin, birth).pk, by=officer)
    asked = ask_supplement(
        asked.pk,
        by=officer,
        points=[Point("请补一张照片。", "proof")],
        answer_by=clock.today() + timedelta(days=15),
    )
    authorise(lin, lin.own_party_id or 0, contact="friend@tongban.example", name="马骏")
    given = [one for one in mandates_for(lin, lin.own_party_id or 0) if one.capacity == "agent"]
    make_token(lin, name="一个程序", scopes=["cases:read"], days=30)
    notice = Notice.objects.create(
        account=owner.account, kind="case.accept", key="test", context={}, created_at=clock.now()
    )
    make_firm(owner.account)
    said = _say_something(police, staff["programme"].officer, lin)
    return World(
        accounts={
            "owner": owner.account,
            "other": other.account,
            "friend": friend.account,
            **{role: rows.account for role, rows in staff.items()},
            "superuser": root,
        },
        parts={
            # of the portal
            "slug": birth.slug,
            "number": running.number,
            "new_number": new.number,
            "done_number": done.number,
            "asked_number": asked.number,
            "nth": 1,
            "key": "proof",
            "code": police.code,
            "draft_id": draft.pk,
            "step": SMALL_FORM.steps[0].key,
            "file_id": proof,
            "case_file_id": running.attachments.get().file_id,
            "notice_id": notice.pk,
            "party_id": lin.own_party_id,
            "mandate_id": given[0].id,
            "token_id": tokens_of(lin)[0].id,
            "list_slug": said.task.plan.slug,
            "task_code": said.task.code,
            "unit_key": said.task.lead.code,  # type: ignore[union-attr]
            "list_part": "milestones",
            "observation_id": said.pk,
            "said_id": said.pk,
            "task_id": said.task.pk,
            "draft_slug": "draft-list",
            "draft_task_id": said.task.pk - 1,
            "incoming_id": said.pk,  # no file was brought under this id
            "evidence_id": 1,
            "day": clock.today().isoformat(),
            # of the workbench
            "offering_id": birth.pk,
            "form_id": birth.current.form_id,  # type: ignore[union-attr]
            "work_id": brought.pk,
            "item_id": birth.item_id,
            "proposal_id": proposal.pk,
            "editor_said": {
                "SEEN": mark_of(guide, ["summary", "served", "quota"]),
                "OWNER": staff["editor"].account.pk,
            },
            "post_id": extra.post.pk,
            "stage_id": new.stages.get(closed_at__isnull=True).pk,
        },
    )


def _say_something(office: Agency, programme: Officer, lin: Resident) -> Observation:
    """A published list with one task, on which the owner has said something; a digest."""
    task = TaskEntry("1", {"zh": "任务", "en": "Task"}, UnitEntry(office.name, office.pk))
    draft, open_ = (
        PlanEntry(slug, "city", office.region_id, office.pk, {"zh": "清单", "en": "List"})
        for slug in ("draft-list", "open-list")
    )
    make_plan(draft, [task], by=programme)
    plan = make_plan(open_, [task], by=programme)
    publish(plan.pk, by=programme)
    make_digest()
    return observe(plan.tasks.get().pk, Said("question", "什么时候完成？"), by=lin)


# Looking changes these, which is no effect: who looked, and since when the language is known.
_QUIET = {"accessrecord", "session"}


def state_of_everything() -> str:
    """A hash of all rows of the platform: the same as long as nothing has changed."""
    whole = hashlib.sha256()
    for model in _models():
        for row in model._default_manager.order_by("pk").values():
            row.pop("last_login", None)
            row.pop("language", None)
            whole.update(repr((model._meta.label, sorted(row.items()))).encode())
    return whole.hexdigest()


def _models() -> Iterable[Any]:
    for config in apps.get_app_configs():
        if config.name.startswith("tongban."):
            yield from (one for one in config.get_models() if one._meta.model_name not in _QUIET)


def goes_to_sign_in(answer: Any) -> bool:
    path = urlsplit(answer.headers.get("Location", "")).path
    return answer.status_code == 302 and path.endswith("/account/login/")
