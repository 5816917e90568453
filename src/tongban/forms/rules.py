"""A form's expressions, compiled together, and what they say about given answers. Pure.

`Rules` belongs to a definition and finds its mistakes; a `Situation` is one set of answers under
those rules. A question that is not asked counts as unanswered, whatever was once answered to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tongban.forms.expressions import (
    BadExpression,
    Expression,
    Lookup,
    Shape,
    Type,
    Value,
    compile_expression,
)
from tongban.forms.kinds import Kind

if TYPE_CHECKING:
    from tongban.forms.definition import Check, FieldDefinition, FormDefinition, Step

_YES_NO = Shape(Type.TEXT, frozenset({"yes", "no"}))
_TEXT = Shape(Type.TEXT)
_SHAPES = {
    Kind.INTEGER: Shape(Type.NUMBER),
    Kind.NUMBER: Shape(Type.NUMBER),
    Kind.MONEY: Shape(Type.NUMBER),
    Kind.DATE: Shape(Type.DATE),
    Kind.YES_NO: _YES_NO,
    Kind.DECLARATION: Shape(Type.TEXT, frozenset({"yes"})),
    Kind.FILE: Shape(Type.LIST),
    Kind.ADDRESS: Shape(Type.RECORD, fields={"region": _TEXT, "street": _TEXT}),
}


class _Names(Mapping[str, Shape]):
    """The shapes of fields by key. A computed field's shape is its formula's, found on demand."""

    def __init__(self, fields: Iterable[FieldDefinition], outer: Mapping[str, Shape]) -> None:
        self.fields = {field.key: field for field in fields}
        self.outer = outer
        self.shapes: dict[str, Shape] = {}
        self.formulas: dict[str, Expression] = {}
        self.computing: list[str] = []

    def __getitem__(self, key: str) -> Shape:
        if key not in self.fields:
            return self.outer[key]
        if key not in self.shapes:
            if key in self.computing:
                raise BadExpression(f"goes in circles: {' → '.join([*self.computing, key])}")
            self.computing.append(key)
            self.shapes[key] = self._shape(self.fields[key])
            self.computing.pop()
        return self.shapes[key]

    def _shape(self, field: FieldDefinition) -> Shape:
        if field.kind is Kind.GROUP:
            return Shape(Type.GROUP, fields=_Names(field.fields, self))
        if field.kind is Kind.COMPUTED:
            try:
                formula = compile_expression(field.formula or "", self)
            except BadExpression as error:
                raise BadExpression(f"{field.key}: formula: {error}") from None
            self.formulas[field.key] = formula
            # What is computed is kept as an answer, where truth is "yes" or "no".
            return _YES_NO if formula.shape.type is Type.TRUTH else formula.shape
        if field.kind in (Kind.CHOICE, Kind.CHOICES):
            options = frozenset(option.value for option in field.options)
            return Shape(Type.TEXT if field.kind is Kind.CHOICE else Type.LIST, options)
        return _SHAPES.get(field.kind, _TEXT)

    def __iter__(self) -> Iterator[str]:
        yield from {**self.fields, **dict.fromkeys(self.outer)}

    def __len__(self) -> int:
        return len({*self.fields, *self.outer})

    def __contains__(self, key: object) -> bool:
        return key in self.fields or key in self.outer


class Conditions:
    """The conditions and formulas of some fields: of the whole form, or of one group's rows."""

    def __init__(self, fields: Iterable[FieldDefinition], names: _Names) -> None:
        self.fields = {field.key: field for field in fields}
        self.when: dict[str, Expression] = {}
        self.rows: dict[str, Conditions] = {}
        for key, field in self.fields.items():
            shape = names[key]  # compiles formulas
            if field.when:
                self.when[key] = _compiled(field.when, names, f"{key}: when")
            if field.kind is Kind.GROUP:
                assert isinstance(shape.fields, _Names)
                self.rows[key] = Conditions(field.fields, shape.fields)
        self.formulas = names.formulas

    def needs(self, key: str) -> set[str]:
        """The names on which this field's being asked and its value depend."""
        found: set[str] = set()
        for expressions in (self.when, self.formulas):
            if key in expressions:
                found |= expressions[key].names
        if key in self.rows:
            inner = self.rows[key]
            for part in inner.fields:
                found |= inner.needs(part)
            found -= inner.fields.keys()
        return found


class Rules:
    """All of a form's expressions. Raises BadExpression, which names the field or step."""

    def __init__(self, definition: FormDefinition) -> None:
        self.steps: dict[str, Step] = {step.key: step for step in definition.steps}
        self.step_of = {field.key: step for step in definition.steps for field in step.fields}
        fields = [field for step in definition.steps for field in step.fields]
        names = _Names(fields, {})
        self.fields = Conditions(fields, names)
        self.steps_when = {
            step.key: _compiled(step.when, names, f"step {step.key}: when")
            for step in definition.steps
            if step.when
        }
        self.checks: list[tuple[Check, Expression]] = [
            (check, _compiled(check.holds, names, f"check at {check.field}"))
            for check in definition.checks
        ]
        _refuse_circles(self.fields.fields, self.needs)
        for inner in self.fields.rows.values():
            _refuse_circles(inner.fields, inner.needs)

    def needs(self, key: str) -> set[str]:
        """The fields on which this one's being asked and its value depend, directly."""
        found = self.fields.needs(key)
        step = self.step_of[key].key
        if step in self.steps_when:
            found |= self.steps_when[step].names
        return found

    def needs_within_step(self, key: str) -> bool:
        """Whether being asked depends, directly or not, on an answer of the same step."""
        here = self.step_of[key]
        condition = self.fields.when.get(key)
        waiting, seen = set(condition.names if condition else ()), set[str]()
        while waiting:
            name = waiting.pop()
            if self.step_of[name] is here:
                return True
            seen.add(name)
            waiting |= self.needs(name) - seen
        return False


def _compiled(source: str, names: _Names, where: str) -> Expression:
    try:
        return compile_expression(source, names, condition=True)
    except BadExpression as error:
        raise BadExpression(f"{where}: {error}") from None


def _refuse_circles(keys: Iterable[str], needs: Callable[[str], set[str]]) -> None:
    """Raise BadExpression if a field depends on itself, through whatever others."""
    inside = set(keys)
    done: set[str] = set()
    for start in inside:
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(needs(start) & inside))]
        path = [start]
        while stack:
            key, following = stack[-1]
            name = next(following, None)
            if name is None:
                stack.pop()
                path.pop()
                done.add(key)
            elif name in path:
                circle = [*path[path.index(name) :], name]
                raise BadExpression(f"goes in circles: {' → '.join(circle)}")
            elif name not in done:
                stack.append((name, iter(needs(name) & inside)))
                path.append(name)


class Situation:
    """Answers under a form's rules on a day: what is asked, and what computed values come to."""

    def __init__(self, rules: Rules, answers: Mapping[str, Any], today: date) -> None:
        self.rules = rules
        self.answers = answers
        self.today = today
        self._steps: dict[str, bool] = {}
        self._values: dict[str, Value] = {}
        self._asked: dict[str, bool] = {}

    def step_asked(self, key: str) -> bool:
        """Whether the step's condition holds."""
        if key not in self._steps:
            when = self.rules.steps_when.get(key)
            self._steps[key] = when is None or when.holds(self.value, today=self.today)
        return self._steps[key]

    def asked(self, key: str) -> bool:
        """Whether this question is asked: its step's condition and its own hold."""
        if key not in self._asked:
            when = self.rules.fields.when.get(key)
            self._asked[key] = self.step_asked(self.rules.step_of[key].key) and (
                when is None or when.holds(self.value, today=self.today)
            )
        return self._asked[key]

    def value(self, key: str) -> Value:
        """The typed answer, or computed value, of a question; None if missing or not asked."""
        if key not in self._values:
            self._values[key] = self._value(key) if self.asked(key) else None
        return self._values[key]

    def _value(self, key: str) -> Value:
        if key in self.rules.fields.formulas:
            return as_answer_value(
                self.rules.fields.formulas[key].value(self.value, today=self.today)
            )
        if key in self.rules.fields.rows:
            rows = self.rows(key)
            return tuple(row.value for row in rows) if rows else None
        return typed(self.rules.fields.fields[key].kind, self.answers.get(key))

    def rows(self, key: str) -> list[RowSituation]:
        """The rows of a group, each a situation of its own."""
        rows = self.answers.get(key)
        if not isinstance(rows, list):
            return []
        return [
            RowSituation(self, self.rules.fields.rows[key], row if isinstance(row, Mapping) else {})
            for row in rows
        ]


class RowSituation:
    """One row of a group: its own fields first, then the form's."""

    def __init__(
        self, outer: Situation, conditions: Conditions, answers: Mapping[str, Any]
    ) -> None:
        self.outer = outer
        self.conditions = conditions
        self.answers = answers
        self._values: dict[str, Value] = {}

    def asked(self, key: str) -> bool:
        """Whether this question of the row is asked."""
        when = self.conditions.when.get(key)
        return when is None or when.holds(self.value, today=self.outer.today)

    def value(self, key: str) -> Value:
        """The typed answer, or computed value, of a question of the row or of the form."""
        if key not in self.conditions.fields:
            return self.outer.value(key)
        if key not in self._values:
            self._values[key] = self._value(key) if self.asked(key) else None
        return self._values[key]

    def _value(self, key: str) -> Value:
        if key in self.conditions.formulas:
            return as_answer_value(
                self.conditions.formulas[key].value(self.value, today=self.outer.today)
            )
        return typed(self.conditions.fields[key].kind, self.answers.get(key))


def as_answer_value(value: Value) -> Value:
    """A computed value as a question's: truth becomes "yes" or "no"."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


def as_answer(value: Value) -> str | None:
    """A computed value as it is kept among answers: text, or None if it cannot be computed yet."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else None


def typed(kind: Kind, answer: Any) -> Value:
    """An answer as a value of expressions; None if it is missing or has not its kind's shape."""
    if kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY):
        return _decimal(answer)
    if kind is Kind.DATE:
        return _day(answer)
    if kind in (Kind.CHOICES, Kind.FILE):
        if not isinstance(answer, list) or not answer:
            return None
        return tuple(item for item in answer if isinstance(item, str))
    if kind is Kind.ADDRESS:
        return answer if isinstance(answer, dict) and answer else None
    return answer if isinstance(answer, str) and answer else None


def _decimal(answer: Any) -> Decimal | None:
    if isinstance(answer, bool) or not isinstance(answer, str | int):
        return None
    try:
        value = Decimal(answer)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _day(answer: Any) -> date | None:
    if not isinstance(answer, str):
        return None
    try:
        return date.fromisoformat(answer)
    except ValueError:
        return None


__all__ = ["BadExpression", "Lookup", "RowSituation", "Rules", "Situation", "as_answer", "typed"]
