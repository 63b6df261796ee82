"""Every command of every host, called with arguments by chance: no call may be a defect of the lab.

    python -m campaigns.calls [--seed 1] [--rounds 2] [--lab simulated] [--host arr01] [--command Get-] [--jobs 2]

What a command says to nonsense is its own affair; that the lab itself stumbles over it is not. The lab is built once in
this process. Each host has a copy of that world for a hundred calls: what they change is thrown away with it.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from campaigns.forking import in_processes
from campaigns.inprocess import NoUser, Snapshot, in_deep_thread
from campaigns.stages import rehearse
from campaigns.variants import make_lab
from passivelab.commands.connecting import connections
from winsim.endpoint.contracts import Runspace
from winsim.endpoint.world_machine import WorldMachine
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.texts import to_text
from winsim.run_script import Recorder
from winsim.world.lab import World

BATCH = 100  # calls on one copy of the world
SECONDS = 10.0  # of this computer, for one call
PIPED = 0.3  # how many of the calls get input
LIST = r"""
Get-Command -CommandType Cmdlet, Function | Where-Object { $_.ModuleName } | ForEach-Object {
    $_.Name + '|' + (@($_.Parameters.Values | ForEach-Object { "$($_.Name):$([int]$_.SwitchParameter)" }) -join ',')
}
"""
VALUES = (
    *("'x'", "''", "'*'", "'[x'", "'a b c'", '"a\'b"', "0", "1", "-1", "443", "99999999999", "1.5", "$true", "$null"),
    *("@()", "@('a', 'b')", "@{ a = 1 }", "{ 1 }", "(Get-Date)", "[guid]::Empty", "[timespan]1", "[version]'1.2'"),
    *(
        "(ConvertTo-SecureString -String 'P@ssw0rd' -AsPlainText -Force)",
        "(Get-Item -Path C:\\Windows)",
        "(Get-Service)",
    ),
    *(
        "(Get-Service)",
        "(New-Object -TypeName PSObject -Property @{ Name = 'x'; Path = 'C:\\' })",
        "([xml]'<a b=\"1\"/>')",
    ),
    *("'C:\\Windows'", "'HKLM:\\SOFTWARE'", "'Cert:\\LocalMachine\\My'", "'IIS:\\Sites\\Default Web Site'"),
    *(
        "'https://se01.corp.contoso.com/'",
        "'se01.corp.contoso.com'",
        "'corp.contoso.com'",
        "'anna'",
        "'Default Web Site'",
    ),
    *("'global'", "'Service:WebServer:se01.corp.contoso.com'", "'CN=Users,DC=corp,DC=contoso,DC=com'"),
)
# Parameters that every command has, or that make a call wait.
LEFT_OUT = frozenset(
    [
        *("Verbose", "Debug", "WhatIf", "Confirm", "ErrorAction", "WarningAction", "ErrorVariable", "WarningVariable"),
        *("OutVariable", "OutBuffer", "PipelineVariable", "UseTransaction"),
        *("Wait", "Timeout", "TimeoutSec", "Seconds", "Milliseconds", "Continuous"),
    ]
)
WAITING = frozenset(["Start-Sleep", "Read-Host", "Get-Credential", "Wait-Event", "Wait-Job", "Wait-Process", "Pause"])


@dataclass(frozen=True)
class Command:
    name: str
    parameters: tuple[tuple[str, bool], ...]  # name, and whether it is a switch


def open_runspace(world: World, host: str, user: str) -> Runspace:
    """As the lab's administrator, with a second hop."""
    machine = WorldMachine(world, world.hosts[host], lambda: None)
    domain, _, name = user.rpartition("\\")
    account, configuration = machine.find_account(domain, name), machine.configuration("microsoft.powershell")
    assert account is not None and configuration is not None
    return machine.open_runspace(replace(account.identity(), delegated=True), NoUser(), configuration)


def commands_of(runspace: Runspace) -> list[Command]:
    sink = Recorder()
    runspace.invoke(PipelineRequest([RemoteCommand(LIST, True)]), sink)
    found = []
    for line in map(to_text, sink.values):
        name, _, rest = line.partition("|")
        pairs = [text.rpartition(":") for text in rest.split(",") if text]
        parameters = tuple((key, switch == "1") for key, _, switch in pairs if key not in LEFT_OUT)
        found.append(Command(name, parameters))
    return [command for command in found if command.name not in WAITING]


def calls(command: Command, rounds: int, chance: random.Random) -> Iterator[str]:
    """Without arguments, and then with one more in each round."""
    for count in range(rounds + 1):
        chosen = chance.sample(command.parameters, min(count, len(command.parameters)))
        words = [command.name]
        words += [f"-{name}" if switch else f"-{name} {chance.choice(VALUES)}" for name, switch in chosen]
        line = " ".join(words)
        yield f"{chance.choice(VALUES)} | {line}" if chance.random() < PIPED else line


def complaint(runspace: Runspace, line: str) -> str:
    """What the lab stumbled over; empty when it answered, whatever it said."""
    sink = Recorder()
    commands = [RemoteCommand(f"$ConfirmPreference = 'None'\n{line} | Out-String", True)]
    outcome = runspace.invoke(PipelineRequest(commands, limits=Limits(seconds=SECONDS)), sink)
    errors = [record for record in (*sink.errors, outcome.error) if isinstance(record, ErrorRecord)]
    found = [error.message for error in errors if error.full_id in ("LabDefect", "LabLimitExceeded")]
    return f"{line}: {found[0]}" if found else ""


@dataclass(frozen=True)
class Trial:
    """Some calls on one host."""

    host: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Calls:
    """The built lab, and who calls."""

    built: Snapshot
    users: Mapping[str, str]  # by host

    def __call__(self, trial: Trial) -> list[str]:
        world = self.built.world()
        runspace, boots = open_runspace(world, trial.host, self.users[trial.host]), world.hosts[trial.host].boots
        complaints: list[str] = []
        for line in trial.lines:
            if world.hosts[trial.host].boots != boots or world.hosts[trial.host].down_until is not None:
                return complaints  # restarted or off: nobody is left to call
            complaints.append(complaint(runspace, line))
        return [f"{trial.host}: {text}" for text in complaints if text]


def trials(calls_of: Calls, options: argparse.Namespace) -> list[Trial]:
    world = calls_of.built.world()
    found = []
    for host in [options.host] if options.host else list(world.hosts):
        chance = random.Random(f"{options.seed} {host}")
        wanted = [
            c
            for c in commands_of(open_runspace(world, host, calls_of.users[host]))
            if c.name.startswith(options.command)
        ]
        lines = [line for command in wanted for line in calls(command, options.rounds, chance)]
        found += [Trial(host, tuple(lines[at : at + BATCH])) for at in range(0, len(lines), BATCH)]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--lab", default="simulated")
    parser.add_argument("--host", default="")
    parser.add_argument("--command", default="")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # the traceback of a defect belongs to the lab's log
    with tempfile.TemporaryDirectory() as folder:
        lab = make_lab(options.lab, Path(folder) / options.lab)
        rehearsed = in_deep_thread(lambda: rehearse(lab, Path(folder) / "journal.jsonl", keep=False))
        declared = rehearsed.workshop.lab
        users = {host.name: connections(declared, host.name, "local", None)[0].user for host in declared.hosts}
        tried = Calls(rehearsed.built, users)
        work = in_deep_thread(lambda: trials(tried, options))
        number = 0
        for complaints in in_processes(tried, work, options.jobs):
            number += len(complaints)
            for text in complaints:
                print(text, flush=True)
    print(
        f"{sum(len(trial.lines) for trial in work)} calls on {len({t.host for t in work})} hosts, {number} complaints"
    )
    return 1 if number else 0


if __name__ == "__main__":
    sys.exit(main())
