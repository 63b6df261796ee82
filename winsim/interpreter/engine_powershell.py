"""``[powershell]`` and ``[runspace]``: pipelines that a script builds and runs itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from winsim.interpreter.ambient import running_session
from winsim.interpreter.collect import listed
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Dictionary, GenericList, ObjectCollection
from winsim.interpreter.errors import ExceptionObject, TerminatingError, carrying, escaping
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand
from winsim.interpreter.net.identifiers import new_guid
from winsim.interpreter.nettypes import NetError, NetType, TypeDef, enumeration
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.engine_runspaces import OwnRunspace, Run, RunspacePool
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


class DataCollection(GenericList):
    """PSDataCollection[T]"""

    @property
    def type_name(self) -> str:
        return f"{SMA}PSDataCollection`1[{self.element_type}]"


class PowerShell(NetObject):
    """A pipeline: in the runspace of the script that made it, or in another one or a pool (``place``)."""

    type_names = (SMA + "PowerShell", "System.Object")

    def __init__(self, session: Session, place: OwnRunspace | RunspacePool | None = None) -> None:
        self.session = session
        self.place = place
        self.commands: list[RemoteCommand] = []
        self.streams = DataStreams()
        self.had_errors = False
        self.state = "NotStarted"
        self.run: Run | None = None
        self.instance_id = new_guid()

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
    """The sink of a pipeline: what it writes stays with it."""

    owner: PowerShell
    output_values: list[object] = field(default_factory=list)

    def output(self, value: object) -> None:
        self.output_values.append(value)

    def error(self, record: object) -> None:
        self.owner.had_errors = True
        self.owner.streams.records["Error"].append(record)

    def warning(self, record: object) -> None:
        self.owner.streams.records["Warning"].append(record)

    def verbose(self, record: object) -> None:
        self.owner.streams.records["Verbose"].append(record)

    def debug(self, record: object) -> None:
        self.owner.streams.records["Debug"].append(record)

    def progress(self, record: object) -> None:
        self.owner.streams.records["Progress"].append(record)


def begin(this: PowerShell, values: list[object] | None = None, target: list[object] | None = None) -> Run:
    """Starts the pipeline in its runspace; its output goes to ``target`` where that is given."""
    from winsim.interpreter.engine_runspaces import Run

    if this.place is None:
        raise NotBuilt("BeginInvoke in the runspace that runs the script")
    if this.state == "Running":
        message = "The state of the current PowerShell instance is not valid for this operation."
        raise NetError(SMA + "InvalidPowerShellStateException", message)
    collected = _Collected(this, DataCollection() if target is None else target)
    request = PipelineRequest(list(this.commands), iter(values) if values is not None else None, own_errors=True)
    this.state = "Running"
    this.run = Run(this.place, request, collected, this.session).start()
    return this.run


def end(this: PowerShell, run: Run) -> list[object]:
    """Waits for the pipeline; an error that ended it is thrown to the caller, one of the lab cannot be caught."""
    from winsim.interpreter.engine_runspaces import failure_of

    run.wait(this.session)
    failure = failure_of(run.outcome)
    stopped = run.outcome is not None and run.outcome.state == "stopped"
    this.state = "Stopped" if stopped else "Completed" if failure is None else "Failed"
    if failure is not None:
        this.had_errors = True
        if failure.id.startswith("Lab"):
            raise NotBuilt(failure.message.removeprefix("the simulated lab does not implement "))
        exception = run.outcome.exception if run.outcome is not None else None
        raise carrying(exception if isinstance(exception, ExceptionObject) else failure.exception)
    sink = run.sink
    assert isinstance(sink, _Collected)
    return sink.output_values


def invoke(this: PowerShell, values: list[object] | None = None) -> ObjectCollection:
    """Runs the pipeline; an error that ends it is thrown to the caller."""
    from winsim.interpreter.requests import run_request

    if this.place is not None:
        return ObjectCollection(end(this, begin(this, values)), SMA + "PSObject")
    session = this.session
    collected = _Collected(this)
    outer, tried = session.streams, session.in_try
    session.streams = outer.copy()
    session.streams.replaced("2", collected.error)
    session.in_try = 0
    try:
        run_request(
            session,
            PipelineRequest(this.commands, iter(values) if values is not None else None, own_errors=True),
            collected,
        )
    except TerminatingError as problem:
        this.had_errors = True
        raise carrying(escaping(problem)) from problem
    finally:
        session.streams, session.in_try = outer, tried
    return ObjectCollection(collected.output_values, SMA + "PSObject")


POWERSHELL = TypeDef(SMA + "PowerShell", python=(PowerShell,), accelerators=("powershell",))
STREAMS = TypeDef(SMA + "PSDataStreams", python=(DataStreams,))
COLLECTED = TypeDef(SMA + "PSDataCollection`1", python=(DataCollection,), base="System.Collections.Generic.List`1")
COMMANDS = TypeDef(SMA + "PSCommand")
INVOCATION_STATES: Final = {
    **{"NotStarted": 0, "Running": 1, "Stopping": 2, "Stopped": 3},
    **{"Completed": 4, "Failed": 5, "Disconnected": 6},
}
INVOCATION = enumeration(SMA + "PSInvocationState", INVOCATION_STATES)
MODES = enumeration(SMA + "RunspaceMode", {"CurrentRunspace": 0, "NewRunspace": 1})
LANGUAGE_MODES = enumeration(
    SMA + "PSLanguageMode", {"FullLanguage": 0, "RestrictedLanguage": 1, "NoLanguage": 2, "ConstrainedLanguage": 3}
)


class Commands(NetObject):
    """PowerShell.Commands: what the pipeline will run."""

    type_names = (SMA + "PSCommand", "System.Object")

    def __init__(self, owner: PowerShell) -> None:
        self.owner = owner


@COMMANDS.method("Clear")
def clear_commands(this: Commands) -> object:
    this.owner.commands.clear()
    return AUTOMATION_NULL


def with_runspace() -> PowerShell:
    from winsim.interpreter.engine_runspaces import OwnRunspace

    runspace = OwnRunspace(running_session())
    runspace.open()
    return PowerShell(running_session(), runspace)


POWERSHELL.static_method("Create")(with_runspace)


@POWERSHELL.static_method("Create", SMA + "RunspaceMode")
def create(mode: EnumValue) -> PowerShell:
    return PowerShell(running_session()) if mode.name == "CurrentRunspace" else with_runspace()


@POWERSHELL.property("Runspace")
def runspace_of(this: PowerShell) -> object:
    from winsim.interpreter.engine_runspaces import OwnRunspace

    return this.place if isinstance(this.place, OwnRunspace) else None


@POWERSHELL.setter("Runspace")
def set_runspace(this: PowerShell, value: OwnRunspace) -> None:
    this.place = value


@POWERSHELL.property("RunspacePool")
def pool_of(this: PowerShell) -> object:
    from winsim.interpreter.engine_runspaces import RunspacePool

    return this.place if isinstance(this.place, RunspacePool) else None


@POWERSHELL.setter("RunspacePool")
def set_pool(this: PowerShell, value: RunspacePool) -> None:
    this.place = value


@POWERSHELL.property("InvocationStateInfo")
def invocation_state(this: PowerShell) -> object:
    from winsim.interpreter.engine_runspaces import StateInfo

    name = this.state
    if name == "Running" and this.run is not None and this.run.done.is_set():
        outcome = this.run.outcome
        name = outcome.state.capitalize() if outcome is not None else "Completed"
    state = EnumValue(SMA + "PSInvocationState", name, INVOCATION_STATES[name])
    return StateInfo(SMA + "PSInvocationStateInfo", state)


POWERSHELL.property("Commands")(Commands)


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


@POWERSHELL.method("Invoke", "System.Collections.IEnumerable")
def invoke_with(this: PowerShell, values: object) -> object:
    return invoke(this, listed(values))


@POWERSHELL.method("BeginInvoke")
def begin_it(this: PowerShell) -> object:
    return begin(this)


@POWERSHELL.method("BeginInvoke", "System.Object")
def begin_with(this: PowerShell, values: object) -> object:
    return begin(this, listed(values))


@POWERSHELL.method("BeginInvoke", "System.Object", "System.Object")
def begin_between(this: PowerShell, values: object, target: object) -> object:
    assert isinstance(target, list)
    return begin(this, listed(values), target)


@POWERSHELL.method("EndInvoke", "System.IAsyncResult")
def end_it(this: PowerShell, result: Run) -> object:
    return end(this, result)


@POWERSHELL.method("Stop")
def stop(this: PowerShell) -> object:
    if this.run is not None:
        this.run.stop()
    return AUTOMATION_NULL


@POWERSHELL.method("Dispose")
def dispose(this: PowerShell) -> object:
    if this.run is not None:
        this.run.stop()
    return AUTOMATION_NULL


@COLLECTED.constructor()
def make_collected(kind: NetType | None = None) -> DataCollection:
    return DataCollection((), kind.args[0].full_name if kind is not None and kind.args else SMA + "PSObject")


@COLLECTED.method("ReadAll")
def read_all(this: DataCollection) -> ObjectCollection:
    found = ObjectCollection(list(this), this.element_type)
    this.clear()
    return found


@STREAMS.method("ClearStreams")
def clear_streams(this: DataStreams) -> object:
    for records in this.records.values():
        records.clear()
    return AUTOMATION_NULL


POWERSHELL.attribute("Streams", "HadErrors", "InstanceId")

for _name in _STREAMS:

    @STREAMS.property(_name)
    def stream(this: DataStreams, name: str = _name) -> GenericList:
        return this.records[name]


POWERSHELL_TYPES: Final = (POWERSHELL, STREAMS, COLLECTED, COMMANDS, INVOCATION, MODES, LANGUAGE_MODES)
