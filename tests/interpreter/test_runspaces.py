"""Runspaces and pipelines that a script makes itself."""

from __future__ import annotations

import pytest

from tests.interpreter.conftest import Run
from winsim.interpreter.hosting import Limits


def test_a_pipeline_of_its_own_keeps_its_streams_and_its_variables(run: Run) -> None:
    text = (
        "$x = 1; $p = [powershell]::Create(); [void]$p.AddScript('param($n) $x = $n * 2; $x; Write-Error e; "
        'Write-Warning w\').AddArgument(21); $p.Invoke(); $p.HadErrors; "$($p.Streams.Error[0])"; '
        '$p.Streams.Warning.Count; "$($p.InvocationStateInfo.State)"; $x'
    )
    ran = run(text)
    assert ran.output == [42, True, "e", 1, "Completed", 1]
    assert ran.errors == ran.warnings == []


def test_a_pool_runs_pipelines_side_by_side(run: Run) -> None:
    text = """
        $pool = [runspacefactory]::CreateRunspacePool(1, 2); $pool.Open()
        $running = 1..4 | ForEach-Object {
            $p = [powershell]::Create().AddScript({ param($n) "r$n" }).AddArgument($_); $p.RunspacePool = $pool
            @{ P = $p; H = $p.BeginInvoke() }
        }
        $running | ForEach-Object { $_.P.EndInvoke($_.H); $_.P.Dispose() }; $pool.Close()
    """
    assert run(text).output == ["r1", "r2", "r3", "r4"]


def test_objects_go_into_a_runspace_as_they_are(run: Run) -> None:
    text = """
        $shared = [hashtable]::Synchronized(@{}); $rs = [runspacefactory]::CreateRunspace(); $rs.Open()
        $rs.SessionStateProxy.SetVariable('shared', $shared)
        $p = [powershell]::Create(); $p.Runspace = $rs; [void]$p.AddScript('$shared.done = "yes"; $v = 5')
        $h = $p.BeginInvoke(); $h.AsyncWaitHandle.WaitOne(); [void]$p.EndInvoke($h)
        $shared.done; $rs.SessionStateProxy.GetVariable('v')
    """
    assert run(text).output == [True, "yes", 5]


@pytest.mark.parametrize(
    ("script", "output", "ended_by"),
    [
        ("throw 'boom'", ['Exception calling "Invoke" with "0" argument(s): "boom"'], None),
        ("Get-Transaction", [], "LabNotBuilt"),
    ],
)
def test_what_ends_the_inner_pipeline_reaches_its_caller(
    run: Run, script: str, output: list[str], ended_by: str | None
) -> None:
    ran = run(f'try {{ [powershell]::Create().AddScript("{script}").Invoke() }} catch {{ $_.Exception.Message }}')
    assert (ran.output, ran.ended_by) == (output, ended_by)


def test_the_limit_of_the_caller_holds_inside(run: Run) -> None:
    ran = run("[powershell]::Create().AddScript('while ($true) { }').Invoke()", Limits(seconds=0.3))
    assert ran.ended_by in ("LabLimitExceeded", "LabNotBuilt")
