"""Values, operators, scopes and statements, as PowerShell 4.0 has them."""

from __future__ import annotations

import pytest

from tests.interpreter.conftest import Run
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import type_name_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 + '2'", "3"),
        ("'1' + 2", "12"),
        ("7 / 2", "3.5"),
        ("-7 % 3", "-1"),
        ("[int]2.5", "2"),
        ("2147483647 + 1", "2147483648"),
        ("@($null).Count", "1"),
        ("$x = @(5); $x.GetType().Name", "Object[]"),
        ("$x = $(@(5)); $x.GetType().Name", "Int32"),
        ("10 -eq '10'", "True"),
        ("'10' -gt 9", "False"),
        ("(1,2,3,2 -eq 2).Count", "2"),
        ("if (@(0)) { 'yes' } else { 'no' }", "no"),
        ("$true -or $false -and $false", "False"),
        ("'a.b' -split '\\.' -join '|'", "a|b"),
        ("'x{0:D3}' -f 7", "x007"),
        ('"$(1,2)"', "1 2"),
        ("function f { $x }; $x = 4; f", "4"),
        ("$x = 1; function f { $x += 1; $x }; f", "1"),
        ("$x = 1; $b = { $x }.GetNewClosure(); $x = 2; & $b", "1"),
    ],
)
def test_expressions(run: Run, text: str, shown: str) -> None:
    ran = run(text)
    assert [to_text(value) for value in ran.output] == [shown]
    assert ran.errors == []


def test_overflow_becomes_double(run: Run) -> None:
    assert type_name_of(run("2147483647 + 1").output[0]) == "System.Double"


def test_first_stops_the_upstream_commands(run: Run) -> None:
    ran = run("$script:n = 0; $null = 1..10 | ForEach-Object { $script:n++; $_ } | Select-Object -First 2; $script:n")
    assert ran.output == [2]


@pytest.mark.parametrize(
    ("pipeline", "shown"),
    [
        ("begins | takes", ["begun", "<1>", "<2>"]),
        ("begins | Sort-Object -Descending", ["2", "1"]),
        ("begins | takes | Select-Object -First 2", ["begun", "<1>"]),
        ("begins | Select-Object -First 1 | takes", ["begun", "<1>"]),
    ],
)
def test_what_a_command_writes_in_its_begin_makes_the_next_one_begin(run: Run, pipeline: str, shown: list[str]) -> None:
    functions = """
    function begins { begin { 1 } end { 2 } }
    function takes { begin { 'begun' } process { "<$_>" } }
    """
    assert [to_text(value) for value in run(functions + pipeline).output] == shown


def test_nothing_begins_when_a_later_command_cannot_be_bound(run: Run) -> None:
    ran = run(
        "function f { begin { $script:begun = 1 } }; try { f | Sort-Object -Nonsense 1 } catch { 'caught' }; $begun"
    )
    assert ran.output == ["caught", None]


def test_plain_hashtables_do_not_keep_their_order(run: Run) -> None:
    keys = run('$h = @{}; 1..20 | ForEach-Object { $h["k$_"] = $_ }; $h.Keys').output
    assert len(keys) == 20
    assert keys != [f"k{n}" for n in range(1, 21)]


def test_modules_have_a_scope_of_their_own(run: Run) -> None:
    text = """
    $n = 100
    $null = New-Module -Name Counter { $script:n = 0; function Get-N { $script:n++; $script:n }; function hidden { 1 }
        Export-ModuleMember -Function Get-N }
    Get-N; Get-N; $n; [bool](Get-Command hidden -ErrorAction SilentlyContinue)
    """
    assert run(text).output == [1, 2, 100, False]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("$h = @{ a = 1; b = 2 }; foreach ($k in $h.Keys) { $h[$k] = 2 }", "System.InvalidOperationException"),
        ("$h = @{ a = 1 }; foreach ($e in $h.GetEnumerator()) { $h.b = 2 }", "System.InvalidOperationException"),
        ("$l = [Collections.ArrayList](1); foreach ($x in $l) { $l.Remove($x) }", "System.InvalidOperationException"),
        ("$h = @{ a = 1; b = 2 }; $h.Keys | ForEach-Object { $h.Remove($_) }", "BadEnumeration"),
        ("$l = [Collections.ArrayList](1, 2); $l | ForEach-Object { $l.Remove($_) }", "BadEnumeration"),
    ],
)
def test_a_collection_must_not_change_while_it_is_gone_through(run: Run, text: str, id: str) -> None:
    assert run(text).ids == [id]


@pytest.mark.parametrize(
    "text",
    [
        "$h = @{ a = 1; b = 2 }; foreach ($k in @($h.Keys)) { $h.Remove($k) }; $h.Count",
        "$l = [Collections.ArrayList](1, 2); foreach ($x in $l.ToArray()) { $l.Remove($x) }; $l.Count",
        "$l = [Collections.ArrayList](1); foreach ($x in $l) { $l.Remove($x); break }; $l.Count",
    ],
)
def test_a_copy_may_be_gone_through_while_the_collection_changes(run: Run, text: str) -> None:
    ran = run(text)
    assert (ran.output, ran.errors) == ([0], [])


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ('$n = & { }; 1, $n, 2 | ForEach-Object { "<$_>" }; (1, $n, 2).Count', ["<1>", "<2>", 3]),
        ("([int]$x = '42').GetType().Name", ["Int32"]),
        ("function f { $y = if ($true) { 'a'; return 'b' }; 'never' }; f", ["a", "b"]),
        ("(date -Year 2014).Year", [2014]),
        (
            "Set-Alias a1 b1; Set-Alias b1 a1; try { a1 } catch { $_.FullyQualifiedErrorId }",
            ["CommandNotFoundException"],
        ),
        ("@{ a = 1; b = 2 }.Length", [1]),
        ("([System.Collections.Generic.List[string]]1)[0].GetType().Name", ["String"]),
        (
            "Update-TypeData -TypeName My.T -MemberName ToString -MemberType ScriptMethod -Value { 'mine' }; "
            "\"$([pscustomobject]@{ PSTypeName = 'My.T' })\"",
            ["mine"],
        ),
    ],
)
def test_small_rules(run: Run, text: str, output: list[object]) -> None:
    assert run(text).output == output


@pytest.mark.parametrize(
    "text",
    [
        "1, 2 | Select-Object @{ n = 'x'; e = { $i++ } } | Out-Null",
        "3, 1 | Sort-Object { $i++; $_ } | Out-Null",
        "switch (1) { { $i++; $true } { } }",
        "'a' -split { $i++; $false } | Out-Null",
    ],
)
def test_blocks_for_single_objects_have_a_scope_of_their_own(run: Run, text: str) -> None:
    assert run(f"$i = 0; {text}; $i").output == [0]
