"""Runspaces that a script makes: ``[runspacefactory]``, pools, initial session states, pipelines in threads.

Objects go from one runspace to the other as they are: it is one process.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from winsim.interpreter.ambient import running_session
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import GenericList
from winsim.interpreter.engine_powershell import RUNSPACE, SMA, LocalRunspace
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.hosting import Limits, Nobody, Outcome, PipelineRequest, RemoteCommand
from winsim.interpreter.net.identifiers import Guid, new_guid
from winsim.interpreter.nettypes import NetError, TypeDef, enumeration
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.hosting import Sink
    from winsim.interpreter.session import Session

SPACES: Final = SMA + "Runspaces."
STATES: Final = {"BeforeOpen": 0, "Opening": 1, "Opened": 2, "Closed": 3, "Closing": 4, "Broken": 5}
AVAILABILITIES: Final = {"None": 0, "Available": 1, "AvailableForNestedCommand": 2, "Busy": 3, "RemoteDebug": 4}
APARTMENTS: Final = {"STA": 0, "MTA": 1, "Unknown": 2}
STACK: Final = 256 * 1024 * 1024


class InitialState(NetObject):
    """What a runspace starts with besides the built-in commands."""

    type_names = (SPACES + "InitialSessionState", "System.Object")

    def __init__(self) -> None:
        self.variables = GenericList((), SPACES + "SessionStateVariableEntry")
        self.commands = GenericList((), SPACES + "SessionStateCommandEntry")
        self.modules: list[str] = []


class VariableEntry(NetObject):
    type_names = (SPACES + "SessionStateVariableEntry", "System.Object")

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value


class FunctionEntry(NetObject):
    type_names = (SPACES + "SessionStateFunctionEntry", SPACES + "SessionStateCommandEntry", "System.Object")

    def __init__(self, name: str, definition: str) -> None:
        self.name, self.definition = name, definition


class OwnRunspace(LocalRunspace):
    """A runspace that a script opened: a session of its own on the same host, under the same identity."""

    def __init__(self, maker: Session, initial: InitialState | None = None) -> None:
        from winsim.interpreter.session import Session

        super().__init__(Session(maker.world, maker.host, maker.identity))
        self.maker = maker
        self.initial = initial
        self.state = "BeforeOpen"
        self.instance_id: Guid = new_guid()
        self.name = f"Runspace{id(self) % 1000}"
        self.busy = threading.Lock()
        self.apartment = "Unknown"
        weakref.finalize(maker, self.session.stop)  # it ends with the runspace that made it

    def open(self) -> None:
        if self.state != "BeforeOpen":
            message = "Cannot open the runspace because the runspace is not in the BeforeOpen state. Current state of "
            raise invalid_state(f"{message}the runspace is '{self.state}'.")
        self.state = "Opened"
        for entry in self.initial.variables if self.initial is not None else ():
            assert isinstance(entry, VariableEntry)
            self.session.scope.set_local(entry.name.lower(), entry.value, entry.name)
        for command in self.initial.commands if self.initial is not None else ():
            assert isinstance(command, FunctionEntry)
            text = f"function {command.name} {{ {command.definition} }}"
            self.session.invoke(PipelineRequest([RemoteCommand(text, True)]), Nobody())
        for module in self.initial.modules if self.initial is not None else ():
            text = f"Import-Module -Name '{module}'"
            self.session.invoke(PipelineRequest([RemoteCommand(text, True)]), Nobody())


class RunspacePool(NetObject):
    """As many runspaces as pipelines run at once, up to ``most``; each is used again."""

    type_names = (SPACES + "RunspacePool", "System.Object")

    def __init__(self, maker: Session, least: int, most: int, initial: InitialState | None = None) -> None:
        self.maker, self.least, self.most = maker, least, most
        self.initial = initial
        self.state = "BeforeOpen"
        self.apartment = "Unknown"
        self.instance_id: Guid = new_guid()
        self.free: list[OwnRunspace] = []
        self.places = threading.BoundedSemaphore(most)
        self.lock = threading.Lock()

    def take(self) -> OwnRunspace:
        if self.state != "Opened":
            raise invalid_state(f"The runspace pool is in the state '{self.state}'.")
        self.places.acquire()
        with self.lock:
            if self.free:
                return self.free.pop()
        made = OwnRunspace(self.maker, self.initial)
        made.open()
        return made

    def give_back(self, runspace: OwnRunspace) -> None:
        with self.lock:
            self.free.append(runspace)
        self.places.release()


def invalid_state(message: str) -> NetError:
    return NetError(SPACES + "InvalidRunspaceStateException", message)


class Run(NetObject):
    """A pipeline in a thread: what BeginInvoke gives (IAsyncResult)."""

    type_names = (SMA + "PowerShellAsyncResult", "System.IAsyncResult", "System.Object")

    def __init__(
        self, place: OwnRunspace | RunspacePool, request: PipelineRequest, sink: Sink, caller: Session
    ) -> None:
        self.place, self.sink = place, sink
        self.request = replace(request, limits=Limits(seconds=caller.limits.seconds))
        self.done = threading.Event()
        self.outcome: Outcome | None = None
        self.session: Session | None = None

    def start(self) -> Run:
        previous = threading.stack_size(STACK)
        try:
            threading.Thread(target=self.work, daemon=True).start()
        finally:
            threading.stack_size(previous)
        return self

    def work(self) -> None:
        runspace = self.place.take() if isinstance(self.place, RunspacePool) else self.place
        try:
            with runspace.busy:
                self.session = runspace.session
                self.outcome = runspace.session.invoke(self.request, self.sink)
        finally:
            if isinstance(self.place, RunspacePool):
                self.place.give_back(runspace)
            self.done.set()

    def stop(self) -> None:
        if self.session is not None and not self.done.is_set():
            self.session.stop()
            self.done.wait()

    def wait(self, caller: Session, seconds: float | None = None) -> bool:
        """Waits as the caller's own work would: a stop request of the caller stops the pipeline, too."""
        left = seconds
        while not self.done.wait(0 if left is not None and left <= 0 else 0.02):
            if caller.stopping.is_set():
                self.stop()
                caller.check()
            if left is not None:
                left -= 0.02
                if left <= 0:
                    return False
            caller.pause(0)
        return True


class WaitHandle(NetObject):
    type_names = ("System.Threading.ManualResetEvent", "System.Threading.WaitHandle", "System.Object")

    def __init__(self, run: Run) -> None:
        self.run = run


class StateProxy(NetObject):
    """Runspace.SessionStateProxy: the variables of a runspace, from outside."""

    type_names = (SPACES + "SessionStateProxy", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class StateInfo(NetObject):
    def __init__(self, kind: str, state: EnumValue, reason: object = None) -> None:
        self.type_names = (kind, "System.Object")
        self.state, self.reason = state, reason

    def __str__(self) -> str:
        return self.state.name


# -- the types --------------------------------------------------------------------------------------------------------

FACTORY = TypeDef(SPACES + "RunspaceFactory", accelerators=("runspacefactory",))
OWN = TypeDef(RUNSPACE, accelerators=("runspace",))
LOCAL = TypeDef(SPACES + "LocalRunspace", python=(LocalRunspace,), base=RUNSPACE)
POOL = TypeDef(SPACES + "RunspacePool", python=(RunspacePool,))
INITIAL = TypeDef(SPACES + "InitialSessionState", python=(InitialState,), accelerators=("initialsessionstate",))
VARIABLE = TypeDef(SPACES + "SessionStateVariableEntry", python=(VariableEntry,))
FUNCTION = TypeDef(SPACES + "SessionStateFunctionEntry", python=(FunctionEntry,))
RESULT = TypeDef(SMA + "PowerShellAsyncResult", python=(Run,), interfaces=("System.IAsyncResult",))
HANDLE = TypeDef("System.Threading.WaitHandle", python=(WaitHandle,))
PROXY = TypeDef(SPACES + "SessionStateProxy", python=(StateProxy,))
INFO = TypeDef(SPACES + "RunspaceStateInfo")
INVOCATION_INFO = TypeDef(SMA + "PSInvocationStateInfo")
STATE = enumeration(SPACES + "RunspaceState", STATES)
AVAILABILITY = enumeration(SPACES + "RunspaceAvailability", AVAILABILITIES)
APARTMENT = enumeration("System.Threading.ApartmentState", APARTMENTS)
THREADS = enumeration(
    SPACES + "PSThreadOptions", {"Default": 0, "UseNewThread": 1, "ReuseThread": 2, "UseCurrentThread": 3}
)


@OWN.static_property("DefaultRunspace")
def default_runspace() -> LocalRunspace:
    return LocalRunspace(running_session())


@FACTORY.static_method("CreateRunspace")
def create_runspace() -> OwnRunspace:
    return OwnRunspace(running_session())


@FACTORY.static_method("CreateRunspace", "System.Object")
def create_with(given: object) -> OwnRunspace:
    """With an initial session state, or the host that the caller has anyway."""
    return OwnRunspace(running_session(), given if isinstance(given, InitialState) else None)


@FACTORY.static_method("CreateRunspacePool")
def create_pool() -> RunspacePool:
    return RunspacePool(running_session(), 1, 1)


@FACTORY.static_method(
    "CreateRunspacePool", "System.Int32", "System.Int32", "System.Object", "System.Object", optional=2
)
def create_sized_pool(least: int, most: int, initial: object = None, host: object = None) -> RunspacePool:
    if most < 1 or least > most or least < 1:
        raise NetError("System.ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.")
    state = next((one for one in (initial, host) if isinstance(one, InitialState)), None)
    return RunspacePool(running_session(), int(least), int(most), state)


@FACTORY.static_method("CreateRunspacePool", SPACES + "InitialSessionState")
def create_pool_with(initial: InitialState) -> RunspacePool:
    return RunspacePool(running_session(), 1, 1, initial)


def opened(this: object) -> object:
    if isinstance(this, OwnRunspace):
        this.open()
    elif isinstance(this, RunspacePool):
        this.state = "Opened"
    else:
        raise invalid_state("The runspace is already open.")
    return AUTOMATION_NULL


def closed(this: object) -> object:
    if isinstance(this, OwnRunspace | RunspacePool):
        this.state = "Closed"
        return AUTOMATION_NULL
    raise NotBuilt("closing the runspace that runs the script")


def availability(this: object) -> EnumValue:
    name = "Busy"
    if isinstance(this, OwnRunspace):
        name = "None" if this.state != "Opened" else "Busy" if this.busy.locked() else "Available"
    return EnumValue(SPACES + "RunspaceAvailability", name, AVAILABILITIES[name])


def state_of(this: object) -> EnumValue:
    name = getattr(this, "state", "Opened")
    return EnumValue(SPACES + "RunspaceState", name, STATES[name])


for _type in (OWN, POOL):
    _type.method("Open")(opened)
    _type.method("Close")(closed)
    _type.method("Dispose")(closed)
    _type.property("RunspaceStateInfo")(lambda this: StateInfo(SPACES + "RunspaceStateInfo", state_of(this)))
    _type.property("InstanceId")(lambda this: getattr(this, "instance_id", None))

    @_type.property("ApartmentState", "System.Threading.ApartmentState")
    def apartment(this: object) -> EnumValue:
        name = getattr(this, "apartment", "MTA")
        return EnumValue("System.Threading.ApartmentState", name, APARTMENTS[name])

    @_type.setter("ApartmentState")
    def set_apartment(this: OwnRunspace | RunspacePool, value: EnumValue) -> None:
        this.apartment = value.name

    @_type.property("ThreadOptions", SPACES + "PSThreadOptions")
    def thread_options(this: object) -> EnumValue:
        return getattr(this, "thread_options", None) or EnumValue(SPACES + "PSThreadOptions", "Default", 0)

    @_type.setter("ThreadOptions")
    def set_thread_options(this: OwnRunspace | RunspacePool, value: EnumValue) -> None:
        this.thread_options = value  # type: ignore[union-attr]


OWN.property("RunspaceAvailability")(availability)
OWN.property("SessionStateProxy")(lambda this: StateProxy(this.session))
OWN.property("Name")(lambda this: getattr(this, "name", "Runspace1"))


@POOL.method("GetMaxRunspaces")
def most_runspaces(this: RunspacePool) -> int:
    return this.most


@POOL.method("GetMinRunspaces")
def least_runspaces(this: RunspacePool) -> int:
    return this.least


@INITIAL.static_method("CreateDefault")
def default_state() -> InitialState:
    return InitialState()


INITIAL.static_method("CreateDefault2")(default_state)
INITIAL.attribute("Variables", "Commands")


@INITIAL.method("ImportPSModule", "System.String[]")
def import_modules(this: InitialState, names: Sequence[object]) -> object:
    this.modules.extend(to_text(name) for name in names)
    return AUTOMATION_NULL


@VARIABLE.constructor("System.String", "System.Object", "System.String", "System.Object", optional=1)
def variable_entry(name: str, value: object, description: str, options: object = None) -> VariableEntry:
    return VariableEntry(name, value)


VARIABLE.attribute("Name", "Value")


@FUNCTION.constructor("System.String", "System.String")
def function_entry(name: str, definition: str) -> FunctionEntry:
    return FunctionEntry(name, definition)


FUNCTION.attribute("Name", "Definition")


@PROXY.method("SetVariable", "System.String", "System.Object")
def set_variable(this: StateProxy, name: str, value: object) -> object:
    this.session.scope.set_local(name.lower(), value, name)
    return AUTOMATION_NULL


@PROXY.method("GetVariable", "System.String")
def get_variable(this: StateProxy, name: str) -> object:
    return this.session.scope.lookup(name.lower(), None)


INFO.attribute("State", "Reason")
INVOCATION_INFO.attribute("State", "Reason")


@RESULT.property("IsCompleted")
def is_completed(this: Run) -> bool:
    return this.done.is_set()


RESULT.property("CompletedSynchronously")(lambda this: False)
RESULT.property("AsyncState")(lambda this: None)
RESULT.property("AsyncWaitHandle")(WaitHandle)


@HANDLE.method("WaitOne", "System.Int32", optional=1)
def wait_one(this: WaitHandle, milliseconds: int = -1) -> bool:
    return this.run.wait(running_session(), None if milliseconds < 0 else milliseconds / 1000)


@HANDLE.method("Close")
def close_handle(this: WaitHandle) -> object:
    return AUTOMATION_NULL


def failure_of(outcome: Outcome | None) -> ErrorRecord | None:
    """The error that ended a pipeline."""
    found = outcome.error if outcome is not None and outcome.state == "failed" else None
    return found if isinstance(found, ErrorRecord) else None


RUNSPACE_TYPES: Final = (
    *(FACTORY, OWN, LOCAL, POOL, INITIAL, VARIABLE, FUNCTION, RESULT, HANDLE, PROXY, INFO, INVOCATION_INFO),
    *(STATE, AVAILABILITY, APARTMENT, THREADS),
)
