"""A Session whose scripts run in the simulated PowerShell of one host, without a network in between."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.commands.paths import FUNCTIONS, ROOT
from passivelab.transport import Connection, ErrorRecord, Output, Parameter, Statistics
from winsim.interpreter.errors import ErrorRecord as HostError
from winsim.interpreter.hosting import Identity, Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session as Runspace
from winsim.interpreter.texts import to_text
from winsim.run_script import Recorder
from winsim.world.machines import load_machines


class LocalSession:
    """``batches`` as told; secrets are given as they are, since nothing has to be decrypted."""

    def __init__(self, host: str = "arr01", batches: bool = True) -> None:
        self.connection = Connection(host, "", 0, "Administrator", "")
        self.statistics = Statistics()
        self.batches = batches
        world = load_machines(ROOT / "inventory" / "simulated" / "machines.yml")
        identity = Identity("LAB\\Administrator", frozenset({"builtin\\administrators"}), True)
        self.runspace = Runspace(world, world.hosts[host], identity)
        self._invoke([RemoteCommand(FUNCTIONS.read_text("utf-8"), True, local_scope=False)])

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        self.statistics.count(pipelines=1)
        return self._invoke([RemoteCommand(script, True, list(parameters.items()))])

    def _invoke(self, commands: list[RemoteCommand]) -> Output:
        sink = Recorder()
        outcome = self.runspace.invoke(PipelineRequest(commands, limits=Limits(seconds=30)), sink)
        errors = [record for record in (*sink.errors, outcome.error) if isinstance(record, HostError)]
        return Output(
            tuple(to_text(value) for value in sink.values),
            tuple(ErrorRecord(error.full_id, error.message) for error in errors),
            completed=outcome.state == "completed",
        )

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass
