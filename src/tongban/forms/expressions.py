"""The expression language of conditions, checks and computed values. Pure.

A small subset of Python's syntax over named values, parsed once and compiled to closures; nothing
is ever handed to `eval`. All mistakes are found when an expression is written, not when it runs:
unknown names, wrong types, options that do not exist.

Values: numbers are Decimals, dates are dates, choices and texts are strings, several choices and
files are tuples of strings. Missing values are None: a comparison with one is false, arithmetic
with one is None. A check is run with `unknown=None`: there a comparison with a missing value is
neither true nor false (Kleene's logic), so a rule is broken only if it is certainly broken.

Functions: sum(group.field), count(group), days(from, to), years(from, to) (full years), today(),
min(…), max(…), round(number, places), filled(name).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import NoReturn, TypeAlias

MAX_LENGTH = 1000  # characters
MAX_DEPTH = 30  # nested operations
MAX_PLACES = 6  # of round()

# No traps: what cannot be computed becomes NaN or infinity, which `_number` turns into None.
_ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_UP, traps=[])


class BadExpression(ValueError):
    """An expression that cannot be meant; the message says what is wrong with it."""


class Type(StrEnum):
    """What kind of value an expression has."""

    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    TRUTH = "truth"
    LIST = "list"  # several texts
    RECORD = "record"  # texts with names, such as an address
    GROUP = "group"  # rows of values


@dataclass(frozen=True)
class Shape:
    """What stands behind a name: its type, the texts it may take, the fields it has."""

    type: Type
    options: frozenset[str] | None = None
    fields: Mapping[str, Shape] = field(default_factory=dict)


Lookup: TypeAlias = Callable[[str], "Value"]
# A record is a mapping; a group is a sequence of look-ups, one for each row.
Value: TypeAlias = (
    Decimal | date | str | bool | tuple[str, ...] | Mapping[str, str] | Sequence[Lookup] | None
)


@dataclass(frozen=True)
class _Scope:
    lookup: Lookup
    today: date
    unknown: bool | None


_Run: TypeAlias = Callable[[_Scope], Value]


@dataclass(frozen=True)
class Expression:
    """A compiled expression: its type, and the names it needs."""

    source: str
    shape: Shape
    names: frozenset[str]
    _run: _Run = field(repr=False, compare=False)

    def value(self, lookup: Lookup, *, today: date) -> Value:
        """What it comes to; `lookup` gives the value of each name."""
        return self._run(_Scope(lookup, today, unknown=False))

    def holds(self, lookup: Lookup, *, today: date) -> bool:
        """Whether a condition is true. Comparisons with missing values are false."""
        return self._run(_Scope(lookup, today, unknown=False)) is True

    def is_broken(self, lookup: Lookup, *, today: date) -> bool:
        """Whether a rule is certainly broken, whatever the missing values may be."""
        return self._run(_Scope(lookup, today, unknown=None)) is False


def compile_expression(
    source: str, names: Mapping[str, Shape], *, condition: bool = False
) -> Expression:
    """Compile `source` over `names`; a `condition` must be true or false. Raises BadExpression."""
    if len(source) > MAX_LENGTH:
        raise BadExpression(f"longer than {MAX_LENGTH} characters: {source[:60]!r}…")
    compiler = _Compiler(source, names)
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression(f"{source!r}: cannot be read ({error})") from error
    run, shape = compiler.compile(tree.body)
    if condition and shape.type is not Type.TRUTH:
        compiler.fail(f"must be true or false, such as `married == 'yes'`, not a {shape.type}")
    if shape.type in (Type.LIST, Type.RECORD, Type.GROUP):
        compiler.fail(f"must come to one value, not a {shape.type}")
    return Expression(source, shape, frozenset(compiler.used), run)


_Compiled: TypeAlias = tuple[_Run, Shape]

_NUMBER = Shape(Type.NUMBER)
_DATE = Shape(Type.DATE)
_TEXT = Shape(Type.TEXT)
_TRUTH = Shape(Type.TRUTH)

_BINARY: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: _ARITHMETIC.add,
    ast.Sub: _ARITHMETIC.subtract,
    ast.Mult: _ARITHMETIC.multiply,
    ast.Div: _ARITHMETIC.divide,
}
_ORDER: dict[type[ast.cmpop], Callable[..., bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class _Compiler:
    def __init__(self, source: str, names: Mapping[str, Shape]) -> None:
        self.source = source
        self.names = names
        self.used: set[str] = set()
        self.depth = 0

    def fail(self, fault: str) -> NoReturn:
        raise BadExpression(f"{self.source!r}: {fault}")

    def compile(self, node: ast.expr) -> _Compiled:
        """Compile one node by the method named after it."""
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            self.fail(f"{type(node).__name__} is not part of the language")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH}")
        compiled: _Compiled = method(node)
        self.depth -= 1
        return compiled

    def _of_type(self, node: ast.expr, wanted: Type, what: str) -> _Run:
        run, shape = self.compile(node)
        if shape.type is not wanted:
            if wanted is Type.TRUTH:
                name = ast.unparse(node)
                self.fail(f"{name} is a {shape.type}: compare it, as in `{name} == 'yes'`")
            self.fail(f"{what} needs a {wanted}, and {ast.unparse(node)} is a {shape.type}")
        return run

    # --- values ----------------------------------------------------------------------------

    def _Constant(self, node: ast.Constant) -> _Compiled:
        value: Value
        if isinstance(node.value, str):
            value, shape = node.value, Shape(Type.TEXT, frozenset({node.value}))
        elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
            value, shape = Decimal(str(node.value)), _NUMBER
            if not value.is_finite() or abs(value) > Decimal(10) ** 18:
                self.fail(f"{node.value} is too large")
        else:
            self.fail(f"{node.value!r} is not part of the language; filled(x) asks for an answer")
        return (lambda scope: value), shape

    def _Name(self, node: ast.Name) -> _Compiled:
        name = node.id
        if name not in self.names:
            self.fail(f"unknown name {name!r}")
        self.used.add(name)
        return (lambda scope: scope.lookup(name)), self.names[name]

    def _Attribute(self, node: ast.Attribute) -> _Compiled:
        run, shape = self.compile(node.value)
        if shape.type is Type.GROUP:
            self.fail(f"{ast.unparse(node)} has a value in every row: use sum(), min() or max()")
        if node.attr not in shape.fields:
            self.fail(f"unknown name {ast.unparse(node)!r}")

        def part(scope: _Scope) -> Value:
            record = run(scope)
            return (record.get(node.attr) or None) if isinstance(record, Mapping) else None

        return part, shape.fields[node.attr]

    def _UnaryOp(self, node: ast.UnaryOp) -> _Compiled:
        if isinstance(node.op, ast.Not):
            truth = self._of_type(node.operand, Type.TRUTH, "not")

            def negate(scope: _Scope) -> Value:
                value = truth(scope)
                return None if value is None else value is False

            return negate, _TRUTH
        if not isinstance(node.op, ast.USub):
            self.fail(f"{ast.unparse(node)} is not part of the language")
        number = self._of_type(node.operand, Type.NUMBER, "-")
        return (lambda scope: _number(number(scope), Decimal(-1), _ARITHMETIC.multiply)), _NUMBER

    def _BinOp(self, node: ast.BinOp) -> _Compiled:
        operation = _BINARY.get(type(node.op))
        if operation is None:
            self.fail(f"{ast.unparse(node)}: only + - * / are part of the language")
        left = self._of_type(node.left, Type.NUMBER, "arithmetic")
        right = self._of_type(node.right, Type.NUMBER, "arithmetic")
        return (lambda scope: _number(left(scope), right(scope), operation)), _NUMBER

    def _IfExp(self, node: ast.IfExp) -> _Compiled:
        test = self._of_type(node.test, Type.TRUTH, "if")
        yes, shape = self.compile(node.body)
        no, other = self.compile(node.orelse)
        if shape.type is not other.type:
            self.fail(f"the two outcomes differ: a {shape.type} and a {other.type}")
        options = None
        if shape.options is not None and other.options is not None:
            options = shape.options | other.options

        def choose(scope: _Scope) -> Value:
            value = test(scope)
            return None if value is None else yes(scope) if value is True else no(scope)

        return choose, Shape(shape.type, options, shape.fields)

    # --- truth -----------------------------------------------------------------------------

    def _BoolOp(self, node: ast.BoolOp) -> _Compiled:
        parts = [self._of_type(part, Type.TRUTH, "and/or") for part in node.values]
        return _settled(parts, isinstance(node.op, ast.Or)), _TRUTH

    def _Compare(self, node: ast.Compare) -> _Compiled:
        operands = [node.left, *node.comparators]
        links = [
            self._membership(left, op, right)
            if isinstance(op, ast.In | ast.NotIn)
            else self._comparison(left, op, right)
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return (links[0] if len(links) == 1 else _settled(links, False)), _TRUTH

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> _Run:
        (first, one), (second, two) = self._dated(self.compile(left), self.compile(right))
        words = f"{ast.unparse(left)} and {ast.unparse(right)}"
        if one.type is not two.type:
            self.fail(f"cannot compare {words}: a {one.type} with a {two.type}")
        if isinstance(op, ast.Eq | ast.NotEq):
            if one.type not in (Type.NUMBER, Type.DATE, Type.TEXT):
                self.fail(f"cannot compare {words}: each is a {one.type}")
            self._options_meet(one, two)
            equal = isinstance(op, ast.Eq)
            return _compared(first, second, lambda a, b: (a == b) is equal)
        compare = _ORDER.get(type(op))
        if compare is None:
            self.fail("`is` is not part of the language; filled(x) asks whether there is an answer")
        if one.type not in (Type.NUMBER, Type.DATE):
            self.fail(f"cannot order {words}: only numbers and dates have an order")
        return _compared(first, second, compare)

    def _membership(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> _Run:
        inside = isinstance(op, ast.In)
        item, shape = self.compile(left)
        if isinstance(right, ast.Tuple | ast.List):
            candidates = [self._dated((item, shape), self.compile(part))[1] for part in right.elts]
            for _, candidate in candidates:
                if candidate.type is not shape.type:
                    self.fail(f"{ast.unparse(right)} holds a {candidate.type}")
                self._options_meet(shape, candidate)
            runs = [run for run, _ in candidates]
            return _compared(
                item, lambda scope: scope, lambda a, s: (a in [r(s) for r in runs]) is inside
            )
        several, of = self.compile(right)
        if of.type is not Type.LIST or shape.type is not Type.TEXT:
            self.fail(f"{ast.unparse(right)} is a {of.type}: `in` needs a question with choices")
        self._options_meet(shape, of)
        return _compared(item, several, lambda a, b: (a in b) is inside)

    def _options_meet(self, one: Shape, two: Shape) -> None:
        if one.options is not None and two.options is not None and not one.options & two.options:
            self.fail(f"{sorted(one.options)} can never be {sorted(two.options)}")

    def _dated(self, one: _Compiled, two: _Compiled) -> tuple[_Compiled, _Compiled]:
        """A text literal beside a date is a date."""
        if one[1].type is Type.DATE:
            return one, self._date(two)
        if two[1].type is Type.DATE:
            return self._date(one), two
        return one, two

    def _date(self, compiled: _Compiled) -> _Compiled:
        _, shape = compiled
        if shape.type is not Type.TEXT or shape.options is None or len(shape.options) != 1:
            return compiled
        text = next(iter(shape.options))
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is not a date like '2026-11-22'")
        return (lambda scope: day), _DATE

    # --- functions -------------------------------------------------------------------------

    def _Call(self, node: ast.Call) -> _Compiled:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        arguments = {"sum": 1, "count": 1, "days": 2, "years": 2, "today": 0, "filled": 1}
        if name not in (*arguments, "min", "max", "round"):
            self.fail(f"unknown function {name}()")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            self.fail(f"{name}() takes plain values only")
        if name in arguments and len(node.args) != arguments[name]:
            self.fail(f"{name}() takes {arguments[name]} value(s)")
        method: Callable[[list[ast.expr], str], _Compiled] = {
            "sum": self._sum,
            "count": self._count,
            "days": self._span,
            "years": self._span,
            "today": self._today,
            "filled": self._filled,
            "min": self._extreme,
            "max": self._extreme,
            "round": self._round,
        }[name]
        return method(node.args, name)

    def _column(self, node: ast.expr) -> tuple[Callable[[_Scope], list[Value] | None], Shape]:
        """group.field: its values over the rows, None if the group was not answered."""
        if not isinstance(node, ast.Attribute):
            self.fail(f"{ast.unparse(node)}: name a column, as in sum(items.amount)")
        run, shape = self.compile(node.value)
        if shape.type is not Type.GROUP or node.attr not in shape.fields:
            self.fail(f"unknown column {ast.unparse(node)!r}")

        def column(scope: _Scope) -> list[Value] | None:
            rows = run(scope)
            if not isinstance(rows, list | tuple):
                return None
            values = [row(node.attr) for row in rows if callable(row)]
            return [value for value in values if value is not None]

        return column, shape.fields[node.attr]

    def _sum(self, nodes: list[ast.expr], name: str) -> _Compiled:
        column, shape = self._column(nodes[0])
        if shape.type is not Type.NUMBER:
            self.fail(f"sum() needs numbers, and {ast.unparse(nodes[0])} is a {shape.type}")

        def total(scope: _Scope) -> Value:
            values = column(scope)
            if values is None:
                return None if scope.unknown is None else Decimal(0)
            result: Value = Decimal(0)
            for value in values:
                result = _number(result, value, _ARITHMETIC.add)
            return result

        return total, _NUMBER

    def _count(self, nodes: list[ast.expr], name: str) -> _Compiled:
        run, shape = self.compile(nodes[0])
        if shape.type not in (Type.GROUP, Type.LIST):
            self.fail(f"count() counts rows or choices, and {ast.unparse(nodes[0])} has none")

        def count(scope: _Scope) -> Value:
            value = run(scope)
            if isinstance(value, list | tuple):
                return Decimal(len(value))
            return None if scope.unknown is None else Decimal(0)

        return count, _NUMBER

    def _span(self, nodes: list[ast.expr], name: str) -> _Compiled:
        ends = [self._date(self.compile(node)) for node in nodes]
        for node, (_, shape) in zip(nodes, ends, strict=True):
            if shape.type is not Type.DATE:
                self.fail(f"{name}() needs dates, and {ast.unparse(node)} is a {shape.type}")
        (start, _), (end, _) = ends
        measure = _full_years if name == "years" else _full_days

        def span(scope: _Scope) -> Value:
            first, last = start(scope), end(scope)
            if isinstance(first, date) and isinstance(last, date):
                return measure(first, last)
            return None

        return span, _NUMBER

    def _today(self, nodes: list[ast.expr], name: str) -> _Compiled:
        return (lambda scope: scope.today), _DATE

    def _filled(self, nodes: list[ast.expr], name: str) -> _Compiled:
        if not isinstance(nodes[0], ast.Name | ast.Attribute):
            self.fail("filled() takes the name of a question")
        run, _ = self.compile(nodes[0])
        return (lambda scope: run(scope) not in (None, "", (), [])), _TRUTH

    def _extreme(self, nodes: list[ast.expr], name: str) -> _Compiled:
        pick = min if name == "min" else max
        if len(nodes) == 1:
            column, shape = self._column(nodes[0])
            if shape.type not in (Type.NUMBER, Type.DATE):
                self.fail(f"{name}() needs numbers or dates")

            def of_rows(scope: _Scope) -> Value:
                found: list[Value] = column(scope) or []
                result: Value = pick(found, default=None)  # type: ignore[type-var]
                return result

            return of_rows, shape
        parts = [self.compile(node) for node in nodes]
        if any(shape.type is Type.DATE for _, shape in parts):
            parts = [self._date(part) for part in parts]
        types = {shape.type for _, shape in parts}
        if types not in ({Type.NUMBER}, {Type.DATE}):
            self.fail(f"{name}() needs numbers only, or dates only")

        def of_values(scope: _Scope) -> Value:
            values: list[Value] = [run(scope) for run, _ in parts]
            if any(value is None for value in values):
                return None
            result: Value = pick(values)  # type: ignore[type-var]
            return result

        return of_values, parts[0][1]

    def _round(self, nodes: list[ast.expr], name: str) -> _Compiled:
        if len(nodes) not in (1, 2):
            self.fail("round() takes a number and how many places")
        number = self._of_type(nodes[0], Type.NUMBER, "round()")
        places = nodes[1].value if len(nodes) == 2 and isinstance(nodes[1], ast.Constant) else 0
        if type(places) is not int or not 0 <= places <= MAX_PLACES:
            self.fail(f"round() takes 0 to {MAX_PLACES} places")
        unit = Decimal(1).scaleb(-places)
        return (lambda scope: _number(number(scope), unit, _ARITHMETIC.quantize)), _NUMBER


def _number(
    one: Value, two: Value, operation: Callable[[Decimal, Decimal], Decimal]
) -> Decimal | None:
    if not isinstance(one, Decimal) or not isinstance(two, Decimal):
        return None
    result = operation(one, two)
    return result if result.is_finite() else None


def _compared(
    first: _Run, second: Callable[[_Scope], object], compare: Callable[..., bool]
) -> _Run:
    """A comparison that is neither true nor false while a side is missing."""

    def run(scope: _Scope) -> Value:
        one, two = first(scope), second(scope)
        return scope.unknown if one is None or two is None else compare(one, two)

    return run


def _settled(parts: Sequence[_Run], decisive: bool) -> _Run:
    """`or` (True is decisive) or `and` (False is) of parts that may be neither true nor false."""

    def run(scope: _Scope) -> Value:
        result: bool | None = not decisive
        for part in parts:
            value = part(scope)
            if value is decisive:
                return decisive
            if value is None:
                result = None
        return result

    return run


def _full_days(start: date, end: date) -> Decimal:
    return Decimal((end - start).days)


def _full_years(start: date, end: date) -> Decimal:
    """Full years from `start` to `end`, as in ages; negative years count down likewise."""
    if end < start:
        return -_full_years(end, start)
    return Decimal(end.year - start.year - ((end.month, end.day) < (start.month, start.day)))
