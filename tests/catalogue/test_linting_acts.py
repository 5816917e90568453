"""Checks as they are run: on publishing, in bulk, against other agencies, over the network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.case_factories import make_guide, make_offering
from tests.factories import make_agency, make_officer, make_region
from tongban.catalogue.api import (
    FindingView,
    Offering,
    add_version,
    check_guide,
    publish,
    quality,
    withdraw,
)
from tongban.catalogue.linting import links
from tongban.catalogue.linting.bulk import lint_all, lint_imported
from tongban.catalogue.linting.checking import examine
from tongban.catalogue.models import Finding, LinkCheck
from tongban.catalogue.publishing import guide_of
from tongban.kernel import clock
from tongban.kernel.errors import Refused

pytestmark = pytest.mark.django_db
LATE = {"limits": {"statutory": 10, "promised": 30}}


def rules(offering: Offering) -> set[str]:
    return set(Finding.objects.filter(offering=offering).values_list("rule", flat=True))


def findings_of(offering_id: int) -> list[FindingView]:
    return quality.findings_by_offering([offering_id]).get(offering_id, [])


def test_a_guide_with_errors_is_refused_to_editors_and_taken_from_imports(
    settings: Any,
) -> None:
    settings.GUIDES_NEED_TWO = False
    offering = make_offering(make_agency(make_region("990100")))
    editor = make_officer("editor", offering.agency).officer
    late, _new = add_version(offering, make_guide(**LATE), by=editor)
    before = rules(offering)
    with pytest.raises(Refused, match=r"guide\.has_errors") as refusal:
        publish(late.pk, by=editor)
    assert "30" in str(refusal.value.message)
    late.refresh_from_db()
    assert late.state == "draft"
    assert rules(offering) == before

    publish(late.pk)
    offering.refresh_from_db()
    assert "promise_beyond_law" in rules(offering)
    assert (offering.error_count, offering.checked_at is not None) == (1, True)
    assert offering.score is not None
    assert findings_of(offering.pk)[0].severity == "error"
    worse = offering.score

    mended, _new = add_version(offering, make_guide(), by=editor)
    publish(mended.pk, by=editor)
    offering.refresh_from_db()
    assert (offering.error_count, "promise_beyond_law" in rules(offering)) == (0, False)
    assert offering.score == worse + 20


def test_what_is_shown_while_editing_is_what_publishing_finds() -> None:
    offering = make_offering(make_agency())
    form_id = offering.current.form_id
    with CaptureQueriesContext(connection) as queries:
        shown = check_guide(offering, make_guide(), form_id=form_id)
    assert len(queries) <= 4  # the item is one of them
    assert shown == findings_of(offering.pk)


def test_in_bulk_the_same_is_found_as_one_by_one() -> None:
    offerings = [make_offering(make_agency(), guide=make_guide(**said)) for said in ({}, LATE)]
    gone = make_offering(make_agency())
    withdraw(gone.pk, why={})
    assert not rules(gone)  # they go with the guide
    columns = ("pk", "error_count", "warning_count", "score")
    before = set(Offering.objects.values_list(*columns).exclude(pk=gone.pk))
    found = {one.pk: findings_of(one.pk) for one in offerings}
    Finding.objects.filter(offering__in=offerings).delete()
    Offering.objects.update(error_count=0, warning_count=0, score=None)
    assert (tally := lint_all()).guides == 2
    assert tally.with_errors == 1
    assert set(Offering.objects.values_list(*columns).exclude(pk=gone.pk)) == before
    assert {one.pk: findings_of(one.pk) for one in offerings} == found
    assert lint_all(source="elsewhere").guides == 0
    assert lint_all(region_path=offerings[0].region_path, store=False).guides >= 1
    lint_imported({"source": "test"})


def test_agencies_that_contradict_each_other() -> None:
    """The law is the same everywhere; what agencies set is the same within a region."""
    city, other = (make_region(code, parent=make_region("990000")) for code in ("990100", "990200"))
    same = {"name": {"zh": "同一事项", "en": "The same"}}
    first, second, far, elsewhere = (
        make_offering(make_agency(region), guide=make_guide(**said), **same)
        for region, said in (
            (city, {}),
            (city, {"limits": {"statutory": 10, "promised": 5}, "materials": []}),
            (other, {"limits": {"statutory": 20, "promised": 9}}),
            (other, {"limits": {"statutory": 10, "promised": 1}}),
        )
    )
    Offering.objects.update(item=first.item)
    Offering.objects.filter(pk=elsewhere.pk).update(name={"zh": "另一种情形"})
    lint_all()

    def contradictions(offering: Offering) -> set[str]:
        return set(
            Finding.objects.filter(offering=offering, rule="agencies_contradict").values_list(
                "place", flat=True
            )
        )

    assert contradictions(first) == {"limits.promised", "materials"} == contradictions(second)
    assert contradictions(far) == {"limits.statutory"}
    assert contradictions(elsewhere) == set()
    facts = Finding.objects.get(offering=far, rule="agencies_contradict").facts
    assert (facts["ours"], facts["theirs"]) == ("20 working_days", "10 working_days")
    for offering in (first, second, far, elsewhere):
        fresh = Offering.objects.get(pk=offering.pk)
        live = check_guide(fresh, guide_of(fresh.current), form_id=fresh.current.form_id)
        assert {one.place for one in live if one.rule == "agencies_contradict"} == contradictions(
            offering
        )


def test_a_guide_published_meanwhile_keeps_its_own_findings() -> None:
    offering = make_offering(make_agency())
    older = offering.current
    newer, _new = add_version(offering, make_guide(**LATE))
    publish(newer.pk)
    with pytest.raises(Refused, match=r"guide\.has_errors"):
        examine(newer, guide_of(newer), refuse=True)
    Offering.objects.filter(pk=offering.pk).update(current=older)
    assert Finding.objects.filter(version=newer).exists()
    lint_all()
    assert not Finding.objects.filter(version=newer).exists()


class Site(BaseHTTPRequestHandler):
    """/200, /404 … answer so; /to/x leads to /x; /loop leads to itself."""

    def do_GET(self) -> None:
        if self.path.startswith(("/to/", "/loop")):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to"))
        else:
            self.send_response(int(self.path.strip("/").partition("?")[0]))
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setattr(links, "_ALLOWED", {"127.0.0.1"})
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_how_addresses_answer(site: str) -> None:
    wanted = {
        "/200": (200, ""),
        "/to/200": (200, ""),
        "/200?说=中文": (200, ""),
        "/403": (403, ""),  # it does not like robots
        "/404": (404, "not_found"),
        "/410": (410, "gone"),
        "/418": (418, "client_error"),
        "/500": (500, "server_error"),
        "/loop": (None, "redirects"),
    }
    for path, answer in wanted.items():
        found = links.try_address(site + path)
        assert (found.status, found.problem) == answer, path
    tls = links.try_address(site.replace("http:", "https:") + "/200")
    assert tls.problem in ("tls", "refused")


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://127.0.0.1:9/", "private"),
        ("http://10.1.2.3/", "private"),
        ("http://169.254.169.254/latest/meta-data", "private"),
        ("http://[::1]/", "private"),
        ("ftp://example.org/", "malformed"),
        ("http://", "malformed"),
        ("http://[", "malformed"),
        ("http://a.invalid:99999/", "malformed"),
    ],
)
def test_the_server_goes_nowhere_inside(address: str, problem: str) -> None:
    assert links.try_address(address).problem == problem


def test_a_link_that_fails_twice_is_a_finding(site: str) -> None:
    offering = make_offering(make_agency(), guide=make_guide(website={"zh": f"{site}/404"}))
    make_offering(make_agency(), guide=make_guide(website={"zh": f"{site}/200"}))
    assert links.check_links() == (2, 1)
    assert links.check_links() == (0, 0)  # both were tried just now
    lint_all()
    assert "dead_link" not in rules(offering)
    moment = clock.now()
    with clock.freeze(moment + timedelta(days=1)):
        assert links.check_links() == (1, 1)  # the one that failed, soon again
        lint_all()
    finding = next(one for one in findings_of(offering.pk) if one.rule == "dead_link")
    assert finding.place == "website.zh"
    assert "404" in finding.wrong["en"]
    assert LinkCheck.objects.get(failures=2).failing_since < moment + timedelta(hours=1)
    links.keep([links.Answer(f"{site}/404", 200, "")])
    lint_all()
    assert "dead_link" not in rules(offering)
    with clock.freeze(moment + timedelta(days=60)):
        links.forget_unused()
    assert not LinkCheck.objects.exists()
