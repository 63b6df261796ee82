"""Values survive the way to a PowerShell literal and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pslang.constant import NotConstant, evaluate
from pslang.literal import NotLiteral, literal
from pslang.parser import parse
from pslang.semantic import pure
from pslang.syntax import Command, Expression, Pipeline, String

TEXT = st.text(
    st.one_of(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), st.sampled_from("'‘’‚‛\"“”„`$\r\n{}()@#;,–")
    ),
    max_size=20,
)
SCALARS = st.one_of(
    TEXT,
    st.booleans(),
    st.none(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TEXT, inner, max_size=4).filter(lambda d: len({k.lower() for k in d}) == len(d)),
    ),
    max_leaves=12,
)


def only_expression(text: str) -> Expression:
    result = parse(text)
    assert not result.errors, result.errors
    assert result.script is not None and result.script.end_block is not None
    (statement,) = result.script.end_block.statements
    found = pure(statement)
    assert found is not None
    return found


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_a_value_is_read_back_as_itself(value: object) -> None:
    read = evaluate(only_expression(literal(value)))
    assert read == value
    assert repr(read) == repr(value)  # tells 1 from 1.0 and True, and 0.0 from -0.0


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_a_literal_is_one_argument_of_a_command(value: object) -> None:
    result = parse(f"Set-Thing -Value {literal(value)} -Force")
    assert not result.errors
    assert result.script is not None and result.script.end_block is not None
    (statement,) = result.script.end_block.statements
    assert isinstance(statement, Pipeline)
    (command,) = statement.elements
    assert isinstance(command, Command)
    name, _, argument, _ = command.elements
    assert isinstance(name, String) and name.value == "Set-Thing"
    assert isinstance(argument, Expression)
    assert repr(evaluate(argument)) == repr(value)


def test_nan_is_read_back() -> None:
    read = evaluate(only_expression(literal(math.nan)))
    assert isinstance(read, float) and math.isnan(read)


@pytest.mark.parametrize("value", ["a\0b", 1 << 63, object(), b"bytes", {1: "a"}, {"a": 1, "A": 2}, {"k": {"x": "\0"}}])
def test_what_has_no_literal_is_refused(value: object) -> None:
    with pytest.raises(NotLiteral):
        literal(value)


def test_names_are_looked_up_where_the_caller_knows_them() -> None:
    source = "@{ Thumbprint = $Needs.Thumbprint; Name = 'a' + 'b'; List = @(1, (-2)); On = $true }"
    seen: list[Expression] = []

    def names(node: Expression) -> object:
        seen.append(node)
        return "AB12"

    value = evaluate(only_expression(source), names)
    assert value == {"Thumbprint": "AB12", "Name": "ab", "List": [1, -2], "On": True}
    assert [source[node.start : node.end] for node in seen] == ["$Needs.Thumbprint"]


@pytest.mark.parametrize(
    "text", ["$x", "@{ a = Get-Date }", "[datetime]'2014-01-01'", "$(1; 2)", "@(1)[0]", "'a'.Length", "1 -eq 1"]
)
def test_what_needs_a_host_is_not_constant(text: str) -> None:
    with pytest.raises(NotConstant):
        evaluate(only_expression(text))
