"""The three kinds of errors, and what no script can catch."""

from __future__ import annotations

import threading
import time

import pytest

from tests.interpreter.conftest import Run, Sink
from winsim.interpreter.hosting import Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session


def test_a_failed_statement_is_skipped(run: Run) -> None:
    ran = run("1 / 0; 'after'")
    assert ran.output == ["after"]
    assert ran.ids == ["RuntimeException"]


def test_inside_any_try_it_leaves_the_block(run: Run) -> None:
    ran = run("function f { 1 / 0; 'not reached' }; try { f } catch { 'caught' }")
    assert ran.output == ["caught"]


def test_throw_ends_the_script(run: Run) -> None:
    ran = run("'a'; throw 'no'; 'b'")
    assert ran.output == ["a"]
    assert ran.outcome.state == "failed"
    assert ran.ended_by == "no"


def test_typed_catch_sees_inner_exceptions(run: Run) -> None:
    text = "try { 'abc'.Substring(10) } catch [System.ArgumentOutOfRangeException] { 'range' } catch { 'other' }"
    assert run(text).output == ["range"]


def test_trap_continues_after_the_statement(run: Run) -> None:
    assert run("function f { trap { 'trapped'; continue } throw 'x'; 'after' }; f").output == ["trapped", "after"]


def test_unknown_commands_have_their_own_error(run: Run) -> None:
    assert run("Get-Nothing").ids == ["CommandNotFoundException"]


def test_what_is_not_built_cannot_be_caught(run: Run) -> None:
    ran = run("try { Get-Transaction -ErrorAction SilentlyContinue } catch { 'caught' }; 'after'")
    assert ran.output == []
    assert ran.ended_by == "LabNotBuilt"


def test_endless_recursion_can_be_caught(run: Run) -> None:
    assert run("function deep { deep }; try { deep } catch { $_.FullyQualifiedErrorId }").output == [
        "CallDepthOverflow"
    ]


def test_limits_cut_endless_loops_off(run: Run) -> None:
    ran = run("try { while ($true) { } } catch { 'caught' }", Limits(statements=5000))
    assert ran.output == []
    assert ran.ended_by == "LabLimitExceeded"


@pytest.mark.parametrize(
    "text",
    [
        "'x' * 2000000000",
        "$s = 'a'; while ($true) { $s += $s }",
        "$a = @(1); while ($true) { $a += $a }",
        "'x'.PadLeft(2000000000)",
        "'{0,2000000000}' -f 'x'",
        "1..2000000000",
    ],
)
def test_huge_values_are_refused(run: Run, text: str) -> None:
    assert run(text).ended_by == "LabLimitExceeded"


def test_workflows_are_refused(run: Run) -> None:
    assert run("workflow w { 'x' }; 'after'").ended_by == "LabNotBuilt"


def test_a_stop_request_takes_effect_within_a_second(session: Session) -> None:
    from tests.interpreter.conftest import Ran

    ran = Ran()
    request = PipelineRequest([RemoteCommand("while ($true) { }", True)])
    worker = threading.Thread(target=lambda: setattr(ran, "outcome", session.invoke(request, Sink(ran))))
    worker.start()
    time.sleep(0.05)
    session.stop()
    worker.join(5)
    assert not worker.is_alive()
    assert ran.outcome.state == "stopped"


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (
            "try { 1 | ForEach-Object { 1/0 } } catch { $_.FullyQualifiedErrorId; $_.InvocationInfo.MyCommand.Name }",
            ["RuntimeException,Microsoft.PowerShell.Commands.ForEachObjectCommand", "ForEach-Object"],
        ),
        (
            "try { Invoke-Expression 'nosuch' } catch { $_.FullyQualifiedErrorId }",
            ["CommandNotFoundException,Microsoft.PowerShell.Commands.InvokeExpressionCommand"],
        ),
        ("try { 1 | ForEach-Object { throw 'x' } } catch { $_.FullyQualifiedErrorId }", ["x"]),
        (
            "function f { process { 1/0 } }; try { 1 | ForEach-Object { $_ } | f } catch { $_.FullyQualifiedErrorId }",
            ["RuntimeException"],
        ),
        ("try { & { 1/0 } } catch { $_.FullyQualifiedErrorId }", ["RuntimeException"]),
    ],
)
def test_an_error_that_leaves_a_cmdlet_is_of_that_cmdlet(run: Run, text: str, output: list[str]) -> None:
    assert run(text).output == output


def test_such_an_error_is_reported_where_it_happens_without_try(run: Run) -> None:
    assert run("1, 2 | ForEach-Object { 1/0 }").ids == ["RuntimeException"] * 2


@pytest.mark.parametrize(
    ("body", "clauses", "output"),
    [
        ("[int]'x'", "catch [FormatException] { 'f' } catch [InvalidCastException] { 'i' }", "i"),
        (
            "Get-Item Q:\\ -ErrorAction Stop",
            "catch [System.Management.Automation.DriveNotFoundException] { $_.FullyQualifiedErrorId } catch { }",
            "DriveNotFound",
        ),
        (
            "throw (New-Object System.Management.Automation.ItemNotFoundException)",
            "catch [System.Management.Automation.ItemNotFoundException] { 'item' } catch [Exception] { 'any' }",
            "item",
        ),
        (
            "1 | % { [int]::Parse('x') }",
            "catch [FormatException] { $_.Exception.GetType().Name }",
            "MethodInvocationException",
        ),
        ("[int]::Parse('x')", "catch [FormatException] { $_.Exception.GetType().Name }", "FormatException"),
    ],
)
def test_the_most_specific_clause_takes_an_error(run: Run, body: str, clauses: str, output: str) -> None:
    assert run(f"try {{ {body} }} {clauses}").output == [output]


@pytest.mark.parametrize(
    ("text", "output", "ids"),
    [
        ("{ 1/0; 'on' }.Invoke(); 'end'", ["end"], ["RuntimeException"]),
        ("[regex]::Replace('a', 'a', { 1/0; 'on' }); 'end'", ["end"], ["RuntimeException"]),
        ("(1 | Select-Object @{ n = 'a'; e = { 1/0; 'on' } }).a -eq $null", [True], []),
        (
            "$o = New-Object psobject | Add-Member ScriptMethod m { 1/0; 'on' } -PassThru; $o.m()",
            [],
            ["ScriptMethodRuntimeException"],
        ),
        ("$o = New-Object psobject | Add-Member ScriptProperty p { 1/0; 'on' } -PassThru; $o.p", ["on"], []),
        ("1 | Where-Object { 1/0; $true }", [1], ["RuntimeException"]),
    ],
)
def test_an_error_ends_a_block_that_dotnet_runs(run: Run, text: str, output: list[object], ids: list[str]) -> None:
    ran = run(text)
    assert (ran.output, ran.ids) == (output, ids)


@pytest.mark.parametrize(
    ("body", "inner"),
    [
        ("throw (New-Object ArgumentException 'x')", "RuntimeException ArgumentException"),
        ("Get-Item Q:\\ -ErrorAction Stop", "ActionPreferenceStopException"),
        ("[int]::Parse('x')", "MethodInvocationException FormatException"),
    ],
)
def test_what_leaves_such_a_block_is_the_exception_that_carries_it(run: Run, body: str, inner: str) -> None:
    text = (
        f"try {{ {{ {body} }}.Invoke() }} catch {{ for ($e = $_.Exception.InnerException; $e; $e = $e.InnerException) "
        "{ $e.GetType().Name } }"
    )
    assert run(text).output == inner.split()


def throwing(rest: str) -> str:
    return (
        "function f { [CmdletBinding()] param() $PSCmdlet.ThrowTerminatingError((New-Object "
        "System.Management.Automation.ErrorRecord (New-Object Exception 'x'), 'Id', 'InvalidData', $null)); 'on' }; "
        f"{rest}"
    )


def test_a_terminating_error_ends_its_function_whatever_is_preferred(run: Run) -> None:
    ran = run(throwing("f; 'next'; f -ErrorAction Ignore; function g { f; 'g goes on' }; g"))
    assert (ran.output, ran.ids) == (["next", "g goes on"], ["Id,f"] * 3)


def test_errors_merged_into_the_output_are_no_output_of_the_command(run: Run) -> None:
    text = "function f { [CmdletBinding()] param() 'o'; Write-Error 'e' }; f -OutVariable v 2>&1 | Out-Null; \"$v\""
    assert run(text).output == ["o"]


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("function f { 1/0; 'on' }; trap { 'T'; continue }; f; 'after'", ["T", "after"]),
        ("trap { 'T'; continue }; if ($true) { 1/0; 'on' }; 'after'", ["T", "after"]),
        (
            "function f { [CmdletBinding()] param() throw 'x'; 'on' }; trap { 'T'; continue }; f -ea Ignore; 'after'",
            ["T", "after"],
        ),
    ],
)
def test_a_trap_takes_what_goes_wrong_further_inside(run: Run, text: str, output: list[str]) -> None:
    ran = run(text)
    assert (ran.output, ran.ids) == (output, [])


def test_the_stack_names_the_functions_that_ran(run: Run) -> None:
    text = "function a { b }\nfunction b {\n 1/0 }\ntry { a } catch { $_.ScriptStackTrace }"
    assert run(text).output == [
        "at b, <No file>: line 3\r\nat a, <No file>: line 1\r\nat <ScriptBlock>, <No file>: line 4"
    ]


def test_a_condition_that_fails_stands_where_it_is_written(run: Run) -> None:
    assert run("try {\ndo { }\nwhile (1/0) } catch { $_.InvocationInfo.ScriptLineNumber }").output == [3]
