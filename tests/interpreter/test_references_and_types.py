"""References, empty arguments, default functions and less common types of .NET."""

from __future__ import annotations

import pytest

from tests.interpreter.conftest import Run
from winsim.interpreter.texts import to_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[int]::TryParse('5', [ref]$null)", "True"),
        ("$h = @{ a = 1 }; $r = [ref]$h.a; $r.Value = 2; $h.a", "1"),
        ("function f([int]$a) { $a + 1 }; $x = 1; f ([ref]$x)", "2"),
        ("$null -eq $nodrive:x", "True"),
        ("""$a = 'x'; "[$a:b]" """, "[]"),
        ("$a = New-Object 'int[,]' 2,3; $a[1,2] = '5'; $a[1,2] + $a.Length + $a.GetLength(1)", "14"),
        ("$a = New-Object 'object[,]' 2,2; @($a).Count * 10 + $a.Rank", "42"),
        ('$t = [Tuple]::Create(1, "a"); "$t $($t.Item2)"', "(1, a) a"),
        ("(New-Object 'Tuple[int,string]' '5', 'x').Item1.GetType().Name", "Int32"),
        ("$null -eq [Reflection.Assembly]::LoadWithPartialName('Nope')", "True"),
        ("[xml].Assembly.GetName().Name", "System.Xml"),
        ("(New-Object Management.Automation.WildcardPattern 'a*', 'IgnoreCase').IsMatch('ABC')", "True"),
        ("[Management.Automation.LanguagePrimitives]::ConvertTo('5', [int]).GetType().Name", "Int32"),
        ("[array]::FindLast((1, 2, 3), [Predicate[object]]{ $args[0] -lt 3 })", "2"),
        ("$q = New-Object Collections.Queue; $q.Enqueue(1); $q.Clone().Count", "1"),
        ("$s = New-Object Collections.SortedList; $s.Add('b', 1); $s.RemoveAt(0); $s.Count", "0"),
        ("[decimal]::Multiply(1.5, 2)", "3.0"),
        ("([DateTimeOffset]'2014-05-31T00:00:00+02:00').AddMonths(1).ToString('yyyy-MM-dd zzz')", "2014-06-30 +02:00"),
        ("[pscustomobject]@{ a = 5 } | Where-Object a -Is [int] | ForEach-Object a", "5"),
        ("(Get-Command mkdir).CommandType", "Function"),
        ("(Get-Alias md).Definition", "mkdir"),
        ("ConvertTo-Json @() -Compress", "[]"),
        ("Compare-Object @() 1 | ForEach-Object SideIndicator", "=>"),
        ("function f { param([Parameter(Mandatory = $true)]$x) 'ok' }; f ''", "ok"),
        ("Select-Xml -Content '<a><b>1</b></a>' -XPath '//b' | ForEach-Object { \"$_\" }", "1"),
    ],
)
def test_values(run: Run, text: str, shown: str) -> None:
    ran = run(text)
    assert [to_text(value) for value in ran.output] == [shown]
    assert ran.errors == []


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("function f([ref]$r) { }; f 5", "ParameterArgumentTransformationError,f"),
        ("& ''", "BadExpression"),
        ("$nodrive:x = 1", "DriveNotFound"),
        ("$a = New-Object 'int[,]' 2,2; $a[5,5] = 1", "System.IndexOutOfRangeException"),
        ("[Reflection.Assembly]::Load('nope')", "FileNotFoundException"),
        (
            "function f { param([Parameter(Mandatory = $true)][string[]]$x) }; f @()",
            "ParameterArgumentValidationErrorEmptyArrayNotAllowed,f",
        ),
    ],
)
def test_errors(run: Run, text: str, id: str) -> None:
    ran = run(text)
    assert id in (*ran.ids, ran.ended_by)


def test_a_method_of_a_collection_that_is_not_built_is_not_asked_of_its_elements(run: Run) -> None:
    assert run("$q = New-Object Collections.Queue; $q.Enqueue(1); $q.TrimToSize()").ended_by == "LabNotBuilt"


def test_tables_round_fractions_and_lists_do_not(run: Run) -> None:
    made = "[pscustomobject]@{ a = 1/3; b = [decimal]2; c = 5 }"
    [table], [listed] = run(f"{made} | Out-String").output, run(f"{made} | Format-List | Out-String").output
    assert "0.33 2.00 5" in str(table)
    assert "a : 0.333333333333333" in str(listed)
