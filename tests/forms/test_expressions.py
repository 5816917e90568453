from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.forms.expressions import (
    BadExpression,
    Expression,
    Lookup,
    Shape,
    Type,
    Value,
    compile_expression,
)

TODAY = date(2026, 11, 22)
YES_NO = frozenset({"yes", "no"})
NAMES = {
    "a": Shape(Type.NUMBER),
    "b": Shape(Type.NUMBER),
    "born": Shape(Type.DATE),
    "since": Shape(Type.DATE),
    "married": Shape(Type.TEXT, YES_NO),
    "name": Shape(Type.TEXT),
    "wants": Shape(Type.LIST, frozenset({"x", "y", "z"})),
    "home": Shape(Type.RECORD, fields={"region": Shape(Type.TEXT), "street": Shape(Type.TEXT)}),
    "items": Shape(Type.GROUP, fields={"amount": Shape(Type.NUMBER), "bought": Shape(Type.DATE)}),
}


def lookup(**values: Value) -> Lookup:
    return lambda name: values.get(name)


def value(source: str, **values: Value) -> Value:
    return compile_expression(source, NAMES).value(lookup(**values), today=TODAY)


def rows(*rows: dict[str, Value]) -> tuple[Lookup, ...]:
    return tuple(row.get for row in rows)


def condition(source: str) -> Expression:
    return compile_expression(source, NAMES, condition=True)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b * 2", Decimal("7")),
        ("-a - -b", Decimal("2")),
        ("a / 3 * 3 == a", False),  # decimals, to 28 digits; not pretending to be exact
        ("round(a / 3, 2)", Decimal("0.33")),
        ("round(2.5)", Decimal("3")),  # halves go up, as in accounts
        ("0.1 + 0.2 == 0.3", True),
        ("0 < a < b", True),
        ("a in (1, 2)", True),
        ("a not in (2, 3)", True),
        ("max(a, b, 2)", Decimal("3")),
        ("b if married == 'yes' else a", Decimal("3")),
        ("years(born, today())", Decimal("26")),
        ("days('2026-11-01', today())", Decimal("21")),
        ("born < '2000-11-23'", True),
        ("'2000-11-22' == born", True),
        ("min(born, since)", date(2000, 11, 22)),
        ("'x' in wants and 'z' not in wants", True),
        ("count(wants)", Decimal("2")),
        ("home.region == '990102'", True),
        ("filled(name)", False),
        ("filled(home.street)", False),
        ("sum(items.amount)", Decimal("4.5")),
        ("count(items)", Decimal("3")),
        ("max(items.amount)", Decimal("3")),
        ("min(items.bought)", None),
        ("not married == 'no' and (a > 5 or b > 2)", True),
    ],
)
def test_values(source: str, expected: Value) -> None:
    found = value(
        source,
        a=Decimal(1),
        b=Decimal(3),
        born=date(2000, 11, 22),
        since=date(2020, 1, 1),
        married="yes",
        wants=("x", "y"),
        home={"region": "990102"},
        items=rows({"amount": Decimal("1.5")}, {"amount": Decimal(3)}, {}),
    )
    assert found == expected


@pytest.mark.parametrize(
    ("source", "in_conditions", "broken"),
    [
        ("a > 1", False, False),
        ("a != 1", False, False),
        ("not (a > 1)", True, False),
        ("married == 'yes' or a > 1", False, False),
        ("b == 3 or a > 1", True, False),
        ("b == 4 and a > 1", False, True),
        ("filled(a)", False, True),
        ("sum(items.amount) == 100", False, False),
        ("count(items) >= 1", False, False),
        ("'x' not in wants", False, False),
    ],
)
def test_missing_values(source: str, in_conditions: bool, broken: bool) -> None:
    """A comparison with a missing value is false; a rule is broken only if certainly so."""
    known = lookup(b=Decimal(3))
    assert condition(source).holds(known, today=TODAY) is in_conditions
    assert condition(source).is_broken(known, today=TODAY) is broken


@pytest.mark.parametrize("source", ["a + b", "a / 0", "years(born, today())", "max(a, b)", "-a"])
def test_what_cannot_be_computed_is_none(source: str) -> None:
    assert value(source, b=Decimal(0)) is None
    assert value("b / b", b=Decimal(0)) is None


def test_a_sum_of_nothing_is_nought() -> None:
    assert value("sum(items.amount) + count(items)") == 0


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("x > 1", "unknown name 'x'"),
        ("home.city == 'a'", "unknown name 'home.city'"),
        ("sum(items.price)", "unknown column"),
        ("items.amount > 1", "use sum()"),
        ("married == 'Yes'", "can never be"),
        ("'w' in wants", "can never be"),
        ("married in ('maybe',)", "can never be"),
        ("married", "must be true or false"),
        ("married and a > 1", "compare it"),
        ("not married", "compare it"),
        ("a == 'one'", "cannot compare"),
        ("name < 'b'", "cannot order"),
        ("born > 'yesterday'", "not a date"),
        ("a + name", "arithmetic needs a number"),
        ("days(a, born)", "needs dates"),
        ("a ** 9", "only + - * /"),
        ("a % 2 == 0", "only + - * /"),
        ("a is None", "filled(x)"),
        ("a == None", "filled(x)"),
        ("True", "filled(x)"),
        ("__import__('os')", "unknown function __import__()"),
        ("name.__class__ == 'a'", "unknown name 'name.__class__'"),
        ("(lambda: 1)()", "unknown function"),
        ("[a for a in wants]", "ListComp is not part"),
        ("f'{a}' == name", "JoinedStr is not part"),
        ("(a := 3) > 1", "NamedExpr is not part"),
        ("wants[0] == 'x'", "Subscript is not part"),
        ("count(*wants)", "plain values only"),
        ("round(a, 99)", "0 to 6 places"),
        ("sum(a, b)", "takes 1 value"),
        ("a >", "cannot be read"),
        ("1e400 > a", "too large"),
        ("a" + "+a" * 800, "longer than"),
        ("(" * 300 + "a" + ")" * 300, "cannot be read"),
        ("-" * 400 + "a > 1", "deeper than"),
        ("a > 1 if a > 2 else 'x'", "outcomes differ"),
    ],
)
def test_mistakes_are_found_when_written(source: str, fault: str) -> None:
    with pytest.raises(BadExpression) as error:
        condition(source)
    assert fault in str(error.value)


def test_it_says_what_it_needs() -> None:
    assert condition("filled(name) or sum(items.amount) > a").names == {"name", "items", "a"}


numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)


@given(numbers, numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_comparisons_are_pythons(a: Decimal, b: Decimal, sign: str) -> None:
    expected = eval(f"a {sign} b", {"a": a, "b": b})
    assert value(f"a {sign} b", a=a, b=b) is expected


@given(st.one_of(st.none(), numbers), st.one_of(st.none(), numbers))
def test_a_broken_rule_fails_as_a_condition_too(a: Decimal | None, b: Decimal | None) -> None:
    for source in ("a < b", "a < b or filled(b)", "not (a == b) and a > 0"):
        rule, known = condition(source), lookup(a=a, b=b)
        if rule.is_broken(known, today=TODAY):
            assert a is None or b is None or not rule.holds(known, today=TODAY)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_full_years_turn_on_the_birthday(born: date, age: int) -> None:
    try:
        birthday = born.replace(year=born.year + age)
    except ValueError:  # 29 February
        return
    assert value("years(born, since)", born=born, since=birthday) == age
    if age:
        eve = birthday - timedelta(1)
        assert value("years(born, since)", born=born, since=eve) == age - 1


@given(st.text(max_size=80))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    try:
        compile_expression(source, NAMES)
    except BadExpression:
        return


@given(st.from_regex(r"[ab()+*/<>=! .,0-9a-z'-]{1,60}", fullmatch=True))
def test_expressions_that_compile_have_a_value(source: str) -> None:
    try:
        expression = compile_expression(source, NAMES)
    except BadExpression:
        return
    for known in (lookup(), lookup(a=Decimal(1), b=Decimal(0))):
        found = expression.value(known, today=TODAY)
        assert found is None or isinstance(found, Decimal | bool | str | date)
