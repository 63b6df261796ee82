"""Operators on operands of unlike types, by the rules of the engine's binders."""

from __future__ import annotations

import pytest

from tests.interpreter.conftest import Run
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import type_name_of


@pytest.mark.parametrize(
    ("text", "shown", "kind"),
    [
        ("[char]'a' + 1", "a1", "String"),
        ("1 + [char]'a'", "98", "Int32"),
        ("[char]'b' - [char]'a'", "1", "Int32"),
        ("5.7 -band 3", "2", "UInt64"),
        ("-5.7 -band 3", "2", "Int64"),
        ("1 -bor [System.IO.FileAttributes]::Hidden", "3", "Int32"),
        ("[System.IO.FileAttributes]::ReadOnly -bor 2", "ReadOnly, Hidden", "IO.FileAttributes"),
        ("'ReadOnly' -bor [System.IO.FileAttributes]::Hidden", "ReadOnly, Hidden", "IO.FileAttributes"),
        ("[uint64]5 + -3", "2", "Decimal"),
        ("[uint32]5 - 6", "-1", "Double"),
        ("[single]1.5 + 1", "2.5", "Double"),
        ("-(-2147483648)", "-2147483648", "Int32"),
        ("-[byte]5", "-5", "Int32"),
        ("+[long]5", "5", "Int64"),
        ("$null -shl 3", "0", "Int32"),
        ("'4' -shl 1", "8", "Int32"),
        ("$true -lt 5", "False", "Boolean"),
        ("[char]'a' -gt 'B'", "True", "Boolean"),
        ("$null -lt 0", "True", "Boolean"),
        ("0 -le $null", "False", "Boolean"),
        ("'a_b' -lt 'a-b'", "True", "Boolean"),
        ("'a$' -lt 'a1'", "True", "Boolean"),
        ("'aB' -match [regex]'b'", "False", "Boolean"),
        ("'aB' -replace ([regex]'b'), 'x'", "aB", "String"),
        ('"$([pscustomobject]@{ a = [pscustomobject]@{ b = 1 } })"', "@{a=}", "String"),
        ("([pscustomobject]@{ a = 1 }).ToString()", "", "String"),
        ("@([pscustomobject]@{ a = 1 }) -join ','", "@{a=1}", "String"),
    ],
)
def test_value_and_type(run: Run, text: str, shown: str, kind: str) -> None:
    (value,) = run(text).output
    assert (to_text(value), type_name_of(value)) == (shown, f"System.{kind}")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("$true * 3", "MethodNotFound"),
        ("[char]'a' * 2", "MethodNotFound"),
        ("$true -shl 1", "MethodNotFound"),
        ("1 + @(2)", "MethodNotFound"),
        ("'a' * -1", "System.ArgumentOutOfRangeException"),
        ("@(1) * -1", "InvalidCastIConvertible"),
        ("1..(1, 2)", "ConvertToFinalInvalidCastException"),
        ("[char]70000", "InvalidCastIConvertible"),
        ("[char]'ab'", "InvalidCastParseTargetInvocation"),
        ("[int][datetime]'2014-01-01'", "InvalidCastIConvertible"),
        ("[datetime](1, 2)", "ConvertToFinalInvalidCastException"),
        ("[char]'a' -gt 'bc'", "ComparisonFailure"),
        ("'a' -split 'b', 0, 'SimpleMatch,Multiline'", "InvalidSplitOptionCombination"),
        ("'a' -split { $_ }, 0, 'Multiline'", "InvalidSplitOptionWithPredicate"),
    ],
)
def test_error(run: Run, text: str, id: str) -> None:
    assert run(text).ids == [id]


def test_an_array_is_named_by_its_type_in_the_error(run: Run) -> None:
    (record,) = run("[int](1, 2)").errors
    expected = 'Cannot convert the "System.Object[]" value of type "System.Object[]" to type "System.Int32".'
    assert record.message == expected


def test_strict_mode_one_spares_variables_in_texts(run: Run) -> None:
    assert run('Set-StrictMode -Version 1; "a$nope"').output == ["a"]
    assert run('Set-StrictMode -Version 2; "a$nope"').ids == ["VariableIsUndefined"]


def test_an_enumerator_has_no_count(run: Run) -> None:
    assert run("function f { $input.Count }; 1..3 | f").output == [1, 1, 1]


def test_a_wildcard_pattern_takes_no_more_than_length_times_length(run: Run) -> None:
    assert run("('a' * 3000) -like ('*a' * 30 + 'b')").output == [False]


@pytest.mark.parametrize(
    "text",
    [
        "$s = 'x' * 60000000; ($s, $s) -join ''",
        "$s = 'x' * 60000000; \"$s$s\"",
        "$s = 'x' * 60000000; [string]::Join('', $s, $s)",
        "$s = 'x' * 60000000; '{0}{0}' -f $s",
        "('x' * 6000000).Replace('x', 'y' * 60)",
        "[array]::CreateInstance([int], 2147483647)",
        "$a = 1, 2; [array]::Resize([ref]$a, 2147483647)",
        "$b = New-Object Text.StringBuilder; while ($true) { [void]$b.Append('x' * 1000000) }",
        "$b = New-Object Text.StringBuilder 'a'; $b.Length = 2147483647",
        "(New-Object IO.MemoryStream).SetLength(2147483647)",
        "1..1000000000",
        "'x' * 1000000000",
    ],
)
def test_no_value_fills_the_memory(run: Run, text: str) -> None:
    error = run(f"try {{ {text} }} catch {{ 'caught' }}").outcome.error
    assert "a value of" in str(error)


def test_a_pipeline_that_keeps_much_is_cut_off_where_memory_is_short(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("winsim.interpreter.sizes.MUCH", 2_000_000)
    monkeypatch.setattr("winsim.interpreter.sizes.resident", lambda: 4 * 1024**3)
    error = run("$kept = @(); while ($true) { $kept += 'x' * 100000 + $kept.Count }").outcome.error
    assert "memory" in str(error)
    assert run("'x' * 100000").output != []
