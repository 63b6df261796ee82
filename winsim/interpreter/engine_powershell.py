"""``[powershell]`` and ``[runspace]``: pipelines that a script builds and runs itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from winsim.interpreter.ambient import running_session
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Dictionary, GenericList, ObjectCollection
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand
from winsim.interpreter.nettypes import NetError, TypeDef, enumeration
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA: Final = "System.Management.Automation."
RUNSPACE: Final = SMA + "Runspaces.Runspace"
_STREAMS: Final = ("Error", "Warning", "Verbose", "Debug", "Progress")


class LocalRunspace(NetObject):
    """The runspace of a session, as ``[runspace]::DefaultRunspace`` and ``$Host.Runspace`` give it."""

    type_names = (SMA + "Runspaces.LocalRunspace", SMA + "Runspaces.RunspaceBase", RUNSPACE, "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class DataStreams(NetObject):
    """What a pipeline wrote besides its output, stream by stream."""

    type_names = (SMA + "PSDataStreams", "System.Object")

    def __init__(self) -> None:
        self.records = {name: GenericList((), SMA + f"{name}Record") for name in _STREAMS}


class PowerShell(NetObject):
    """A pipeline in the runspace of the script that made it."""

    type_names = (SMA + "PowerShell", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.commands: list[RemoteCommand] = []
        self.streams = DataStreams()
        self.had_errors = False

    def add(self, command: RemoteCommand) -> PowerShell:
        self.commands.append(command)
        return self

    def parameter(self, name: str | None, value: object) -> PowerShell:
        if not self.commands:
            raise NotBuilt("a parameter before the first command of [powershell]")
        last = self.commands[-1]
        self.commands[-1] = replace(last, parameters=(*last.parameters, (name, value)))
        return self


@dataclass
class _Collected:
    """The sink of an inner pipeline: errors stay with it, the other streams go on to the outer one as well."""

    owner: PowerShell
    output_values: list[object] = field(default_factory=list)

    def output(self, value: object) -> None:
        self.output_values.append(value)

    def error(self, record: object) -> None:
        self.owner.had_errors = True
        self.owner.streams.records["Error"].append(record)


def invoke(this: PowerShell) -> ObjectCollection:
    """Runs the pipeline; an error that ends it is thrown to the caller."""
    from winsim.interpreter.requests import run_request

    session = this.session
    collected = _Collected(this)
    outer, tried = session.streams, session.in_try
    session.streams = outer.copy()
    session.streams.replaced("2", collected.error)
    session.in_try = 0
    try:
        run_request(session, PipelineRequest(this.commands), collected)  # type: ignore[arg-type]
    except TerminatingError as problem:
        this.had_errors = True
        exception = problem.record.exception
        raise NetError(exception.type_name, exception.message) from problem
    finally:
        session.streams, session.in_try = outer, tried
    return ObjectCollection(collected.output_values, SMA + "PSObject")


POWERSHELL = TypeDef(SMA + "PowerShell", python=(PowerShell,), accelerators=("powershell",))
STREAMS = TypeDef(SMA + "PSDataStreams", python=(DataStreams,))
RUNSPACES = TypeDef(RUNSPACE, accelerators=("runspace",))
MODES = enumeration(SMA + "RunspaceMode", {"CurrentRunspace": 0, "NewRunspace": 1})
LANGUAGE_MODES = enumeration(
    SMA + "PSLanguageMode", {"FullLanguage": 0, "RestrictedLanguage": 1, "NoLanguage": 2, "ConstrainedLanguage": 3}
)


@RUNSPACES.static_property("DefaultRunspace")
def default_runspace() -> LocalRunspace:
    return LocalRunspace(running_session())


@POWERSHELL.static_method("Create")
def create_with_runspace() -> PowerShell:
    raise NotBuilt("[powershell]::Create() with a runspace of its own")


@POWERSHELL.static_method("Create", SMA + "RunspaceMode")
def create(mode: EnumValue) -> PowerShell:
    if mode.name != "CurrentRunspace":
        raise NotBuilt("[powershell]::Create() with a runspace of its own")
    return PowerShell(running_session())


@POWERSHELL.method("AddScript", "System.String")
def add_script(this: PowerShell, text: str) -> PowerShell:
    return this.add(RemoteCommand(text, True))


@POWERSHELL.method("AddScript", "System.String", "System.Boolean")
def add_scoped_script(this: PowerShell, text: str, local: bool) -> PowerShell:
    return this.add(RemoteCommand(text, True, local_scope=local))


@POWERSHELL.method("AddCommand", "System.String")
def add_command(this: PowerShell, name: str) -> PowerShell:
    return this.add(RemoteCommand(name, False))


@POWERSHELL.method("AddParameter", "System.String", "System.Object", optional=1)
def add_parameter(this: PowerShell, name: str, value: object = True) -> PowerShell:
    return this.parameter(name, value)


@POWERSHELL.method("AddParameters", "System.Collections.IDictionary")
def add_parameters(this: PowerShell, values: Dictionary) -> PowerShell:
    for name, value in values.items():
        this.parameter(to_text(name), value)
    return this


@POWERSHELL.method("AddArgument", "System.Object")
def add_argument(this: PowerShell, value: object) -> PowerShell:
    return this.parameter(None, value)


@POWERSHELL.method("AddStatement")
def add_statement(this: PowerShell) -> PowerShell:
    if this.commands:
        this.commands[-1] = replace(this.commands[-1], end_of_statement=True)
    return this


@POWERSHELL.method("Invoke")
def invoke_it(this: PowerShell) -> object:
    return invoke(this)


@POWERSHELL.method("Dispose")
def dispose(this: PowerShell) -> object:
    return AUTOMATION_NULL


POWERSHELL.attribute("Streams", "HadErrors")

for _name in _STREAMS:

    @STREAMS.property(_name)
    def stream(this: DataStreams, name: str = _name) -> GenericList:
        return this.records[name]


POWERSHELL_TYPES: Final = (POWERSHELL, STREAMS, RUNSPACES, MODES, LANGUAGE_MODES)
