"""Runs PowerShell on a host of the prepared lab and gives back what its streams said."""

from __future__ import annotations

from dataclasses import dataclass, field

from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import Identity, Outcome, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session
from winsim.interpreter.texts import to_text
from winsim.world.lab import World


@dataclass
class Answer:
    output: list[object] = field(default_factory=list)
    errors: list[ErrorRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outcome: Outcome = field(default_factory=lambda: Outcome("completed"))

    @property
    def texts(self) -> list[str]:
        return [to_text(value) for value in self.output]

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    @property
    def ids(self) -> list[str]:
        return [to_text(record.full_id) for record in self.errors]

    def good(self) -> Answer:
        assert self.outcome.state == "completed", self.outcome.error
        assert not self.errors, [str(record) for record in self.ids]
        return self


class _Sink:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def output(self, value: object) -> None:
        self.answer.output.append(value)

    def error(self, record: object) -> None:
        assert isinstance(record, ErrorRecord)
        self.answer.errors.append(record)

    def warning(self, record: object) -> None:
        self.answer.warnings.append(str(getattr(record, "message", record)))

    def verbose(self, record: object) -> None: ...

    def debug(self, record: object) -> None: ...

    def progress(self, record: object) -> None: ...


@dataclass
class Lab:
    world: World

    def run(self, host: str, script: str, *, delegated: bool = True, user: str = "CORP\\labadmin") -> Answer:
        domain, _, name = user.partition("\\")
        machine = self.world.host(host)
        logon = self.world.authenticate(machine, domain, name)
        assert logon is not None
        identity = Identity(logon.account, logon.groups, logon.is_admin, delegated, logon.sid)
        self.world.run_due()
        answer = Answer()
        session = Session(self.world, machine, identity)
        answer.outcome = session.invoke(PipelineRequest([RemoteCommand(script, True)]), _Sink(answer))
        return answer

    def wait(self, seconds: float) -> None:
        self.world.clock.skip(seconds)
        self.world.run_due()
