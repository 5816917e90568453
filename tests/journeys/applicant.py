"""Filling in the demo's forms as a person would: question by question, from the samples."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FilePayload

from tests.journeys.visitor import Visitor
from tongban.catalogue.api import read_item
from tongban.config.demo_cases import WRITTEN_ON, _moved, blank_png
from tongban.forms.api import FieldDefinition, Kind
from tongban.kernel import clock
from tools.stamps import ROOT

GO_ON = "main form .govuk-button-group button:not([name])"


class Applicant:
    """Somebody who applies for one of the demo's items, with its sample answers or others."""

    def __init__(self, visitor: Visitor, item: str, **others: Any) -> None:
        self.visitor = visitor
        content = read_item(ROOT / "demo" / "items" / f"{item}.yaml")
        self.slug = f"{item}-990100"
        self.name = content.name[visitor.language]
        self.steps = {step.key: step for step in content.form.steps}
        today = clock.today() - WRITTEN_ON
        self.answers: dict[str, Any] = _moved(dict(content.sample_answers), today) | others

    def begin(self, party: str = "") -> Applicant:
        """From the page before the form to its first page."""
        self.visitor.go(f"/apply/{self.slug}")
        if party:
            self.visitor.page.get_by_label(party, exact=False).check()
        self.visitor.after(self.visitor.find("main form button").first.click)
        return self

    @property
    def step(self) -> str:
        """The page of the form that is open; empty on the review."""
        found = self.visitor.path.partition("/steps/")[2]
        return found.partition("?")[0].partition("#")[0]

    def fill_step(self) -> Applicant:
        """Answer one page and go on; answers that open further questions are gone through again."""
        here = self.step
        for _attempt in range(4):
            for field in self.steps[here].fields:
                self._answer(field.key, field, self.answers.get(field.key))
            self.visitor.after(self.visitor.find(GO_ON).first.click)
            if self.step != here:
                return self
        raise AssertionError(f"does not get past {here}:\n{self.visitor.text}")

    def fill_all(self) -> Applicant:
        """Answer all pages, up to the review."""
        while self.step:
            self.fill_step()
        assert self.visitor.path.endswith("/review"), self.visitor.path
        return self

    def send(self) -> str:
        """Declare and send; the case's number."""
        self.visitor.after(self.visitor.find("main form[action$='/send'] button").click)
        assert self.visitor.path.endswith("/sent"), self.visitor.text
        return self.visitor.path.split("/")[2]

    def _answer(self, name: str, field: FieldDefinition, answer: Any) -> None:
        page = self.visitor.page
        if answer is None:
            return
        if field.kind in (Kind.CHOICE, Kind.YES_NO, Kind.DECLARATION, Kind.CHOICES):
            wanted = answer if isinstance(answer, list) else [answer]
            if page.locator(f"select[name='{name}']").is_visible():
                page.select_option(f"select[name='{name}']", answer)
                return
            for value in wanted:
                box = page.locator(f"input[name='{name}'][value='{value}']")
                if box.is_visible() and not box.is_checked():
                    box.check()
        elif field.kind is Kind.GROUP:
            self._answer_rows(name, field, answer)
        elif field.kind is Kind.FILE:
            control = page.locator(f"input[type=file][name='{name}']")
            if control.is_visible():
                files: list[FilePayload] = [
                    {"name": "照片.png", "mimeType": "image/png", "buffer": blank_png()}
                ]
                control.set_input_files(files)
        else:
            for part, value in self._parts(name, field, answer).items():
                self._type(part, value, keeps=bool(field.prefill))

    def _answer_rows(self, name: str, field: FieldDefinition, rows: list[dict[str, Any]]) -> None:
        add = self.visitor.find(f"button[name='_add'][value='{name}']")
        for number, row in enumerate(rows):
            if not self.visitor.find(f"[name^='{name}-{number}-']").count():
                if not add.is_visible():
                    return
                self.visitor.after(add.click)
            for inner in field.fields:
                self._answer(f"{name}-{number}-{inner.key}", inner, row.get(inner.key))

    def _parts(self, name: str, field: FieldDefinition, answer: Any) -> dict[str, str]:
        if field.kind is Kind.DATE:
            year, month, day = str(answer).split("-")
            return {f"{name}-year": year, f"{name}-month": month, f"{name}-day": day}
        if field.kind is Kind.ADDRESS:
            return {f"{name}-{part}": str(answer[part]) for part in ("region", "street")}
        return {name: str(answer)}

    def _type(self, name: str, value: str, *, keeps: bool) -> None:
        control = self.visitor.find(f"main [name='{name}']").first
        if not control.count() or not control.is_visible():
            return
        if keeps and control.input_value():
            return  # filled in from what is known of the person
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
