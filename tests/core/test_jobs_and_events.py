"""Background jobs run in a runspace of their own; events reach those who listen."""

from __future__ import annotations

from tests.core.conftest import Machine, Run
from winsim.interpreter.hosting import Limits, PipelineRequest, RemoteCommand


def test_a_job_gets_arguments_input_and_using_variables(run: Run) -> None:
    assert run("$y = 5; Start-Job { param($x) $x + $using:y } -ArgumentList 2 | Wait-Job | Receive-Job") == ["7"]
    assert run("1..3 | Start-Job { $input | ForEach-Object { $_ * 2 } } | Wait-Job | Receive-Job") == ["2", "4", "6"]


def test_a_job_shares_nothing_with_its_session(run: Run) -> None:
    text = "$z = 1; function f { 'here' }; $j = Start-Job { \"[$z]\"; Get-Command f -ErrorAction SilentlyContinue }"
    assert run(f"{text}; Receive-Job $j -Wait -AutoRemoveJob; @(Get-Job).Count") == ["[]", "0"]


def test_results_come_deserialized_and_once(run: Run) -> None:
    run("$j = Start-Job { [pscustomobject]@{ a = 1 }; Get-Date '2014-01-01' } | Wait-Job")
    assert run("$r = Receive-Job $j -Keep; $r[0].PSObject.TypeNames[0]; $r[1].Year; $r[0].PSComputerName") == [
        "Deserialized.System.Management.Automation.PSCustomObject",
        "2014",
        "localhost",
    ]
    assert run("$j.HasMoreData; $null = Receive-Job $j; $j.HasMoreData; @(Receive-Job $j).Count") == [
        *("True", "False", "0"),
    ]


def test_a_job_that_fails_keeps_its_error(machine: Machine) -> None:
    machine.run("$j = Start-Job -Name sad { Write-Error 'first'; throw 'boom' } | Wait-Job")
    assert machine.run("$j.State; $j.ChildJobs[0].JobStateInfo.Reason.Message; Receive-Job sad") == ["Failed", "boom"]
    assert machine.errors == ["Microsoft.PowerShell.Commands.WriteErrorException", "boom"]


def test_what_the_lab_cannot_do_in_a_job_is_an_error_of_the_lab(machine: Machine) -> None:
    job = "Start-Job { Send-MailMessage -To a -From b -Subject c }"
    machine.run(f"try {{ {job} | Wait-Job | Receive-Job }} catch {{ 'no' }}")
    assert machine.errors == ["LabNotBuilt"]


def test_a_job_is_waited_for_stopped_and_removed(machine: Machine) -> None:
    run = machine.run
    assert run("$j = Start-Job { Start-Sleep 1000 }; @($j | Wait-Job -Timeout 1).Count; $j.State") == ["0", "Running"]
    run("Remove-Job $j; Get-Job -Id 99")
    assert machine.errors == [
        "JobObjectNotFinishedCannotBeRemoved,Microsoft.PowerShell.Commands.RemoveJobCommand",
        "JobWithSpecifiedSessionNotFound,Microsoft.PowerShell.Commands.GetJobCommand",
    ]
    assert run("Stop-Job $j; $j.State; Remove-Job $j; @(Get-Job).Count") == ["Stopped", "0"]


def test_an_action_runs_when_its_event_comes(run: Run) -> None:
    action = "{ $global:seen = \"$($Event.SourceIdentifier) $($Event.MessageData) $($args -join '+')\"; 'out' }"
    text = f"$j = Register-EngineEvent -SourceIdentifier My.Event -Action {action}; "
    text += "$null = New-Event My.Event -MessageData m -EventArguments 1, 2; $seen; Receive-Job $j; @(Get-Event).Count"
    assert run(text) == ["My.Event m 1+2", "out", "0"]


def test_an_event_without_a_listener_waits(machine: Machine) -> None:
    text = "$null = New-Event a -MessageData 1; (Wait-Event a).MessageData; Remove-Event a; @(Get-Event).Count"
    assert machine.run(f"{text}; Get-Event b; Unregister-Event c") == ["1", "0"]
    assert machine.errors == [
        "INVALID_SOURCE_IDENTIFIER,Microsoft.PowerShell.Commands.GetEventCommand",
        "INVALID_SOURCE_IDENTIFIER,Microsoft.PowerShell.Commands.UnregisterEventCommand",
    ]


def test_the_end_of_a_job_is_an_event(run: Run) -> None:
    text = "$j = Start-Job { 5 }; Register-ObjectEvent $j StateChanged -SourceIdentifier done"
    assert run(f"{text}; (Wait-Event done -Timeout 600).Sender.State") == ["Completed"]


def test_sleeping_ends_with_the_time_of_the_pipeline(machine: Machine) -> None:
    request = PipelineRequest([RemoteCommand("Start-Sleep 3600; 'late'", True)], limits=Limits(seconds=0.2))
    outcome = machine.session.invoke(request, machine)
    assert outcome.state == "failed"
    assert machine.values == []
