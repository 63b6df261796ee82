"""Source text becomes the tree that PowerShell would build, or the errors that it would report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pslang import syntax
from pslang.parser import parse
from tests.pslang.trees import expression, found, script, shape, statements

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "parse_errors.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["text"].splitlines()[0] for case in CASES])
def test_what_powershell_rejects_is_rejected_with_its_errors(case: dict[str, Any]) -> None:
    errors = [error.id for error in parse(case["text"]).errors]
    assert errors
    if case["errors"]:
        assert errors == case["errors"]


def arguments(text: str) -> list[object]:
    (pipeline,) = statements(text)
    assert isinstance(pipeline, syntax.Pipeline)
    (command,) = pipeline.elements
    assert isinstance(command, syntax.Command)
    return [
        item.value if isinstance(item, (syntax.String, syntax.Constant)) else text[item.start : item.end]
        for item in command.elements[1:]
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f 1+1", ["1+1"]),
        ("f a.b [int] *.log", ["a.b", "[int]", "*.log"]),
        ("f -5 5 5x", ["-5", 5, "5x"]),
        (r"f $x\y $o.n\x", [r"$x\y", "$o.n", r"\x"]),
        ('f "a"b (1)b a"b"', ["a", "b", "(1)", "b", "ab"]),
        ("f a>b a=b", ["a>b", "a=b"]),
        ("f if else #x", ["if", "else"]),
        ("f 1kb 0x10 1e3 2L", [1024, 16, 1000.0, 2]),
        ("f a `\n b`tc ``", ["a", "b\tc", "`"]),
        ("f ‘it’’s’ “q”””", ["it’s", "q”"]),
        ("f –Name –– x", ["–Name", "––", "x"]),
        ("f -a:b -c:$true,1", ["-a:b", "-c:$true,1"]),
        ("f 'x''y'", ["x'y"]),
    ],
)
def test_arguments(text: str, expected: list[object]) -> None:
    assert arguments(text) == expected


def test_text_after_stop_parsing_is_verbatim() -> None:
    (pipeline,) = statements("icacls x --% /grant (a):%b% 'c | more")
    assert isinstance(pipeline, syntax.Pipeline)
    first, second = pipeline.elements
    assert isinstance(first, syntax.Command) and isinstance(second, syntax.Command)
    assert first.verbatim == "/grant (a):%b% 'c "


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1, 2 + 3", "(1, 2) + 3"),
        ("1..2 + 3", "(1..2) + 3"),
        ("'{0}' -f 1, 2", "'{0}' -f (1, 2)"),
        ("$a -or $b -and $c", "($a -or $b) -and $c"),
        ("-not $a -eq $b", "(-not $a) -eq $b"),
        ("-join 1, 2", "(-join 1), 2"),
        ("[int]'1' + 1", "([int]'1') + 1"),
        ("1 -IEQ 2", "1 -eq 2"),
        ("$a –eq 1", "$a -eq 1"),
        ("1 -band 2 -eq 2", "1 -band (2 -eq 2)"),
    ],
)
def test_precedence(text: str, same: str) -> None:
    def without_parentheses(node: syntax.Expression) -> object:
        if isinstance(node, syntax.Paren):
            assert isinstance(node.pipeline, syntax.Pipeline)
            inner = node.pipeline.elements[0]
            assert isinstance(inner, syntax.CommandExpression)
            return without_parentheses(inner.expression)
        if isinstance(node, syntax.Binary):
            return (node.op, without_parentheses(node.left), without_parentheses(node.right))
        if isinstance(node, syntax.ArrayLiteral):
            return tuple(without_parentheses(item) for item in node.items)
        return shape(node)

    assert without_parentheses(expression(text)) == without_parentheses(expression(same))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0x7FFFFFFF", "System.Int32", 2147483647),
        ("0xFFFFFFFF", "System.Int32", -1),
        ("2147483648", "System.Int64", 2147483648),
        ("1gb", "System.Int32", 1 << 30),
        ("2GB", "System.Int64", 2 << 30),
        (".5", "System.Double", 0.5),
        ("1.", "System.Double", 1.0),
        ("1.5kb", "System.Double", 1536.0),
        ("-2147483648", "System.Int32", -(1 << 31)),
        ("9223372036854775807", "System.Int64", (1 << 63) - 1),
    ],
)
def test_numbers(text: str, kind: str, value: object) -> None:
    number = expression(text)
    assert isinstance(number, syntax.Constant)
    assert (number.type, number.value) == (kind, value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('"$x.y"', ["$x", ".y"]),
        ('"$a::b"', ["$a", "::b"]),
        ('"a$(1+1)b"', ["a", "$(1+1)", "b"]),
        ('"${a b}c"', ["${a b}", "c"]),
        ('"`$x $"', ["$x $"]),
        ('"a""b`"c"', ['a"b"c']),
        ('"$(""x"")"', ["'x'"]),
        ('@"\na\n$b\n"@', ["a\n", "$b"]),
        ("@'\na\n'b'\n'@", ["a\n'b'"]),
        ("@'\r\na\r\nb\r\n'@", ["a\r\nb"]),
        ("@'\n'@", [""]),
    ],
)
def test_strings(text: str, parts: list[str]) -> None:
    node = expression(text)
    if isinstance(node, syntax.String):
        assert [node.value] == parts
        return
    assert isinstance(node, syntax.ExpandableString)
    shown = [part if isinstance(part, str) else text[part.start : part.end] for part in node.parts]
    if parts == ["'x'"]:
        (subexpression,) = node.parts
        assert isinstance(subexpression, syntax.SubExpression)
        assert [item.value for item in found('$("x")', syntax.String) if isinstance(item, syntax.String)] == ["x"]
        return
    assert shown == parts


def test_statements_of_the_language() -> None:
    text = """
    :outer foreach ($i in 1..3) { while ($true) { continue outer } }
    for ($i = 0; $i -lt 3; $i++) { }
    do { 1 } until ($x)
    switch -regex -casesensitive ($x) { 'a' { 1 } { $_ -gt 1 } { 2 } default { 3 } }
    try { 1 } catch [System.IO.IOException], [System.ArgumentException] { 2 } catch { 3 } finally { 4 }
    trap [Exception] { continue }
    data Texts -SupportedCommand Get-Thing { @{ a = 1 } }
    filter Only { param([Parameter(Mandatory, Position = 0)][string[]]$Name = @('a')) process { $_ } }
    if (1) { } elseif (2) { } else { }
    throw 'x'
    """
    names = [type(item).__name__ for item in statements(text)]
    assert names == ["ForEach", "For", "DoLoop", "Switch", "Try", "Data", "FunctionDefinition", "If", "Throw"]
    (trap,) = found(text, syntax.Trap)
    assert isinstance(trap, syntax.Trap) and trap.type is not None and trap.type.name == "Exception"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("if ($a == 1) { }", "="),
        ("(if (1) { 2 })", "if"),
        ("$x = else { }", "else"),
        ("% { 1 }", "%"),
        ("? { 1 }", "?"),
    ],
)
def test_words_that_are_commands(text: str, kind: str) -> None:
    names = [
        node.elements[0].value
        for node in found(text, syntax.Command)
        if isinstance(node, syntax.Command) and isinstance(node.elements[0], syntax.String)
    ]
    assert kind in names


@pytest.mark.parametrize(
    "text",
    ["class C { }", "enum E { A }", "using namespace System", "$a ? 1 : 2", "$a ?? 1", "a && b", "a || b", "a &"],
)
def test_later_syntax_is_rejected_with_one_reason(text: str) -> None:
    (error,) = parse(text).errors[:1]
    assert error.id in ("ReservedKeywordNotAllowed", "LabLaterVersion", "InvalidEndOfLine", "AmpersandNotAllowed")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("@{ a = 'x', 1; b = $true } ", None),
        ("ConvertFrom-StringData 'a=b'", None),
        ("if ($PSCulture -eq 'en-US') { 'a' } else { [int]'5' }", None),
        ("Get-Thing 1", None),
        ("Get-Date", "CmdletNotInAllowedListForDataSection"),
        ("$x", "VariableReferenceNotSupportedInDataSection"),
        ("$a = 1", "AssignmentStatementNotSupportedInDataSection"),
        ("'a'.Length", "PropertyReferenceNotSupportedInDataSection"),
        ("'a' -replace 'a', 'b'", "OperatorNotSupportedInDataSection"),
        ("{ $x }", "ScriptBlockNotSupportedInDataSection"),
        ("[xml]'<a/>'", "TypeNotAllowedInDataSection"),
    ],
)
def test_data_sections_are_restricted(body: str, error: str | None) -> None:
    errors = [item.id for item in parse(f"data Texts -SupportedCommand Get-Thing {{ {body} }}").errors]
    assert errors[:1] == ([error] if error else [])


def test_several_errors_are_reported() -> None:
    errors = parse("if ($a { 1 }\n$b = \nGet-Item 'x'\nforeach ($i 1) { }\n").errors
    assert len(errors) >= 3
    assert errors[0].start < errors[-1].start


@pytest.mark.parametrize(
    "text", ["(" * 5000, "@(" * 5000 + ")" * 5000, "{" * 5000, "!" * 9000 + "1", '"$(' * 3000, "[a[" * 4000]
)
def test_deep_nesting_is_an_error_of_its_own(text: str) -> None:
    assert parse(text).errors


def test_strings_in_strings_are_not_parsed_again_and_again() -> None:
    depth = 40
    assert parse('"$(' * depth + "')('" + ')"' * depth).errors  # at two attempts a level this would not end
    assert not parse("[a({" * depth + "1" + "})]$x" * depth).errors


def test_positions_point_into_the_text() -> None:
    text = "Get-Item -Path 'C:\\x'\n$h = @{\n    a = 1\n}\n"
    source = script(text).source
    (parameter,) = found(text, syntax.CommandParameter)
    assert source.cut(parameter) == "-Path"
    (table,) = found(text, syntax.Hashtable)
    assert source.line_column(table.start) == (2, 6)
    assert source.cut(table) == "@{\n    a = 1\n}"


TOKENS = """
$a ${b} @c @( @{ $( ( ) { } [ ] [int] :: . .. , ; | & = += - + ! -not -eq -f -join # <# #> ` " ' "$( "@ @" @' '@ \0
if else elseif foreach in for while do until switch function param begin process end try catch finally trap return
break throw data class 1 2.5 0x1F 1kb abc -Name -Name: > 2>&1 >> * % ? :label --% “ ‘ –eq
"""
PIECES = st.sampled_from([*TOKENS.split(), "\n", "\r\n"])


@given(st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_the_parser_raise(text: str) -> None:
    result = parse(text)
    for error in result.errors:
        assert 0 <= error.start <= error.end <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("#requires -version 4.0 -modules a, b", []),
        ("#requires -foo", ["ParameterRequiresArgument"]),
        ("#requires -foo 1", ["ScriptRequiresInvalidFormat"]),
        ("#requires -version x", ["RequiresVersionInvalid"]),
        ("#requires -version $x", ["RequiresArgumentMustBeConstant"]),
        ("#requires -version 2 -version 3", ["ParameterAlreadyBound"]),
        ("#requires -shellid 5", ["RequiresInvalidStringArgument"]),
        ("#requires -runasadministrator 1", ["ParameterCannotHaveArgument"]),
        ("$a = '\n#requires -foo 1\n'", []),
    ],
)
def test_requires_comments_are_read(text: str, ids: list[str]) -> None:
    assert [error.id for error in parse(text).errors] == ids


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("foreach (@a in $b) {}", [("SplattingNotPermitted", 9)]),
        ("param(@a)", [("SplattingNotPermitted", 6)]),
        ("[int][ref]$x", [("ReferenceNeedsToBeLastTypeInTypeConversion", 5)]),
        ("[ref][ref]$x", [("ReferenceNeedsToBeByItselfInTypeSequence", 5)]),
        ("[int][ref]$x = 42", [("ReferenceNeedsToBeByItselfInTypeConstraint", 5)]),
        ("[int]$args = 1", [("AssignmentStatementToAutomaticNotSupported", 0)]),
        ("[string]$PSScriptRoot = 'x'; [int]$global:args = 1; [object[]]$args = 1", []),
        ("switch", [("PipelineValueRequired", 6)]),
        ("switch ()", [("PipelineValueRequired", 8), ("MissingCurlyBraceInSwitchStatement", 9)]),
        ("data -abc", [("InvalidParameterForDataSectionStatement", 5)]),
        ("@{ a=1;", [("MissingEndCurlyBrace", 2)]),
        ("#requiresVersion -version 3", [("ScriptRequiresInvalidFormat", 1)]),
        ("#requires -version 1.", [("RequiresVersionInvalid", 19)]),
        ("<#\n#requiresVersion 3\n#>", []),
    ],
)
def test_errors_stand_where_powershell_reports_them(text: str, errors: list[tuple[str, int]]) -> None:
    assert [(error.id, error.start) for error in parse(text).errors] == errors
