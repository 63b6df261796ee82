"""Running cmdlets: binding, the call object that their bodies see, the lock of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from winsim.interpreter.binder import Argument, Binding, Origin, bind, current_set
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError
from winsim.interpreter.common import COMMON, preference_values, with_variables
from winsim.interpreter.convert import to_bool
from winsim.interpreter.defaults import default_values
from winsim.interpreter.errors import (
    ErrorRecord,
    ExceptionObject,
    InvocationInfo,
    Position,
    StopUpstream,
    TerminatingError,
)
from winsim.interpreter.escaped import escaped
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.pipeline import Stage
from winsim.interpreter.pipeline_binding import bind_object, not_bound
from winsim.interpreter.scriptblocks import CmdletInfo
from winsim.interpreter.streams import InformationalRecord, Streams
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame
    from winsim.interpreter.session import Session
    from winsim.world.host import Host
    from winsim.world.lab import World


class CommandCall:
    """What the body of a cmdlet is given (see ``Call`` in command.py). ``input`` is the pipeline object, if any."""

    def __init__(self, stage: CmdletStage, frame: Frame, binding: Binding) -> None:
        self.name = stage.info.name
        self.stage = stage
        self.frame = frame
        self.binding = binding
        self.bound: Mapping[str, object] = binding.values
        self.common = {n: v for n, v in binding.values.items() if n in COMMON}
        self.preferences = preference_values(self.common)
        self.queue: list[Callable[[], None]] | None = None
        self.expecting_input = stage.expecting_input

    @property
    def parameter_set(self) -> str:
        chosen = self.binding.given.get("set")
        return chosen if isinstance(chosen, str) else current_set(self.binding)

    @property
    def session(self) -> Session:
        return self.stage.session

    @property
    def host(self) -> Host:
        host: Host = self.stage.session.host
        return host

    @property
    def world(self) -> World:
        return self.stage.session.world

    # -- parameters ---------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        return name in self.bound

    def get(self, name: str, default: object = None) -> object:
        return self.bound.get(name, default)

    def text(self, name: str, default: str = "") -> str:
        return to_text(self.bound[name]) if name in self.bound else default

    def texts(self, name: str) -> list[str]:
        value = self.bound.get(name)
        if value is None:
            return []
        items = items_of(value)
        return [to_text(item) for item in items] if items is not None else [to_text(value)]

    def switch(self, name: str) -> bool:
        return to_bool(self.bound.get(name))

    # -- streams ------------------------------------------------------------------------------------------------------

    def later(self, action: Callable[[], None]) -> None:
        if self.queue is not None:
            self.queue.append(action)
        else:
            action()

    def write(self, value: object) -> None:
        if self.queue is not None:
            self.queue.append(lambda: self.stage.emit(value))
        else:
            self.stage.emit(value)

    def write_all(self, values: Iterable[object]) -> None:
        for value in values:
            self.write(value)

    def preference(self, name: str) -> str:
        given = self.preferences.get(name)
        if given is not None:
            return to_text(given)
        return self.session.preference(name, self.frame.scope)

    def record(self, error: CommandError) -> ErrorRecord:
        """The error record of an error that the body reports."""
        inner = ExceptionObject(*error.inner) if error.inner else None
        exception = ExceptionObject(error.exception, error.message, inner)
        if SESSION_STATE in exception.type_names:
            category = EnumValue("System.Management.Automation.SessionStateCategory", "Drive", 3)
            exception.properties.update(ItemName=to_text(error.target), SessionStateCategory=category)
        named = NAMED_TARGETS.get(error.exception)
        if named is not None:
            exception.properties[named] = to_text(error.target)
        made = ErrorRecord(exception, error.id, error.category, error.target, self.invocation())
        made.command = self.stage.info.declaration.net_class
        made.activity = self.name
        exception.record = made
        return made

    def invocation(self) -> InvocationInfo:
        made = InvocationInfo(self.stage.info, self.stage.called_as, self.stage.position, dict(self.bound))
        made.expecting_input = self.expecting_input
        return made

    def write_error(self, error: CommandError) -> None:
        self.write_record(self.record(error))

    def write_record(self, record: ErrorRecord) -> None:
        """A non-terminating error; terminates under Stop."""
        if record.invocation is None:
            record.invocation = self.invocation()
        self.stage.failed = True
        action = self.preference("erroractionpreference")
        if action == "Stop":
            raise TerminatingError(record, stop=True)
        session = self.session
        if action == "Ignore":
            return
        session.add_error(record)
        streams = session.streams
        streams.collect_error(record)
        record.written = True
        if action != "SilentlyContinue":
            self.later(lambda: streams.error(record))

    def warning(self, text: str, invocation: InvocationInfo | None = None) -> None:
        self.note("Warning", "warningpreference", text, invocation)

    def verbose(self, text: str, invocation: InvocationInfo | None = None) -> None:
        self.note("Verbose", "verbosepreference", text, invocation)

    def debug(self, text: str, invocation: InvocationInfo | None = None) -> None:
        self.note("Debug", "debugpreference", text, invocation)

    def note(self, kind: str, preference: str, text: str, invocation: InvocationInfo | None = None) -> None:
        session = self.session
        record = InformationalRecord(kind, text, invocation or self.invocation())
        if kind == "Warning":
            session.streams.collect_warning(record)
        self.later(lambda: session.write_note(record, kind, self.preference(preference)))
        if self.preference(preference) == "Stop" and self.queue is not None:
            self.flush()

    def should_process(self, target: str, action: str | None = None) -> bool:
        verb = action or self.name
        if to_bool(self.preferences.get("whatifpreference", self.session.whatif(self.frame.scope))):
            text = f'What if: Performing the operation "{verb}" on target "{target}".'
            self.session.ui_line(text)
            return False
        if to_text(self.preferences.get("confirmpreference", "")) == "Low":
            return self.session.confirm(f'Performing the operation "{verb}" on target "{target}".')
        if self.preference("verbosepreference") == "Continue":
            self.verbose(f'Performing the operation "{verb}" on target "{target}".')
        return True

    def sleep(self, seconds: float) -> None:
        self.session.sleep(seconds)

    def flush(self) -> None:
        queue, self.queue = self.queue, None
        for action in queue or ():
            action()

    # -- script blocks ------------------------------------------------------------------------------------------------

    def stop_upstream(self) -> None:
        """No more input is wanted: the commands before this one stop."""
        raise StopUpstream(self.stage)

    @property
    def caller(self) -> Frame:
        """The frame that called the cmdlet: script blocks of ForEach-Object and the like run in its scope."""
        return self.frame


class CmdletStage(Stage):
    def __init__(
        self,
        session: Session,
        streams: Streams,
        info: CmdletInfo,
        caller: Frame,
        arguments: Sequence[Argument],
        position: Position | None,
        called_as: str,
    ) -> None:
        super().__init__(session, streams)
        self.info = info
        self.caller = caller
        self.arguments = arguments
        self.position = position
        self.called_as = called_as
        self.call: CommandCall
        self.instance: Any = None
        self.direct: str | None = None  # the parameter that takes every pipeline object as it is
        self.body: Callable[[CommandCall], object]

    def prepare(self) -> None:
        declaration = self.info.declaration
        try:
            defaults = default_values(self.caller, self.info.name)
            label, arguments = declaration.net_class, self.arguments
            origin = Origin(self.info, self.position, self.called_as)
            binding = bind(self.session, self.info.parameters, label, arguments, self.expecting_input, defaults, origin)
        except TerminatingError as problem:
            if problem.record.invocation is None:
                problem.record.invocation = InvocationInfo(self.info, self.called_as, self.position)
            raise
        if binding.common_given():
            common = {n: v for n, v in binding.values.items() if n in COMMON}
            self.streams, self.emit = with_variables(common, self.caller.scope, self.streams, self.emit)
            self.session.streams = self.streams
        self.call = CommandCall(self, self.caller, binding)
        if isinstance(declaration.body, type):
            self.instance = declaration.body()
            self.body = getattr(self.instance, "process", _nothing)
        else:
            self.body = declaration.body

    def begin(self) -> None:
        if hasattr(self.instance, "begin"):
            self.run_body(self.instance.begin)

    def run(self) -> None:
        self.run_body(self.body)

    def process(self, value: object) -> None:
        call = self.call
        command = call.binding.command
        fixed = call.binding.values
        if self.direct is not None:
            self.run_with({**fixed, self.direct: None if value is AUTOMATION_NULL else value})
            return
        if not (command.takes_value or command.takes_name):
            self.report(not_bound(call.binding, value))
            return
        try:
            found = bind_object(call.binding, value)
        except TerminatingError as problem:
            self.report(problem)
            return
        if found is None:
            self.report(not_bound(call.binding, value))
            return
        self.direct = direct_parameter(call.binding)
        self.run_with({**fixed, **found})

    def run_with(self, bound: dict[str, object]) -> None:
        call = self.call
        call.bound = bound
        try:
            self.run_body(self.body)
        finally:
            call.bound = call.binding.values

    def end(self) -> None:
        if self.instance is not None and hasattr(self.instance, "end"):
            self.run_body(self.instance.end)

    def report(self, problem: TerminatingError) -> None:
        problem.record.invocation = problem.record.invocation or InvocationInfo(
            self.info, self.called_as, self.position
        )
        self.call.write_record(problem.record)

    def run_body(self, body: Callable[[CommandCall], object]) -> None:
        """Runs a part of the cmdlet; under the lock of the world its output waits until the lock is free."""
        call = self.call
        try:
            if not self.info.declaration.locks_world or self.session.world is None:
                body(call)
                return
            outer, call.queue = call.queue, []
            try:
                with self.session.world.lock:
                    body(call)
                    if self.info.name.partition("-")[0].lower() not in READING_VERBS:
                        self.session.world.touch()
            finally:
                queue, call.queue = call.queue, outer
                for action in queue or ():
                    action()
        except CommandError as problem:
            raise TerminatingError(call.record(problem), from_cmdlet=True) from None
        except TerminatingError as problem:
            self.invocation_failed(problem)
            raise
        except (NetError, OSError) as problem:
            told = escaped(problem)
            if told is None:
                raise
            raise TerminatingError(call.record(told), from_cmdlet=True) from None

    def invocation_failed(self, problem: TerminatingError) -> None:
        """What escapes from inside of a cmdlet is from then on an error of that cmdlet."""
        if problem.thrown or problem.preferred or problem.from_cmdlet or problem.downstream:
            return
        record = problem.record
        if SCRIPT_DEPTH in record.exception.type_names:
            return
        problem.from_cmdlet = True
        record.command, record.activity = self.info.declaration.net_class, self.info.name
        record.invocation = InvocationInfo(self.info, self.called_as, self.position)


SCRIPT_DEPTH = "System.Management.Automation.ScriptCallDepthException"
SESSION_STATE = "System.Management.Automation.SessionStateException"
# Exceptions that tell what was not found under a name of their own.
NAMED_TARGETS = {
    "Microsoft.PowerShell.Commands.ProcessCommandException": "ProcessName",
    "Microsoft.PowerShell.Commands.ServiceCommandException": "ServiceName",
}
READING_VERBS = frozenset(
    [
        "compare",
        "convertfrom",
        "convertto",
        "foreach",
        "format",
        "get",
        "group",
        "join",
        "measure",
        "out",
        "read",
        "resolve",
        "select",
        "sort",
        "split",
        "test",
        "where",
        "write",
    ]
)


def direct_parameter(binding: Binding) -> str | None:
    """The only parameter that can take pipeline input, where it takes any object without conversion or checks."""
    command = binding.command
    if command.takes_name or len(command.takes_value) != 1:
        return None
    only = command.takes_value[0]
    plain = only.type is None or only.type.full_name in ("System.Object", "System.Management.Automation.PSObject")
    checked = only.validators or only.accepted or only.array or (only.mandatory_anywhere and not only.allow_null)
    return only.name if plain and not checked else None


def _nothing(call: CommandCall) -> None:
    """A cmdlet class without process."""
