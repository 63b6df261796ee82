"""Errors as PowerShell has them: exception objects, error records, and the Python exceptions that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from winsim.interpreter.containers import Hashtable
from winsim.interpreter.exception_types import hierarchy
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.values import EnumValue, NetObject

if TYPE_CHECKING:
    from pslang.syntax import Node, Source

RUNTIME_EXCEPTION: Final = "System.Management.Automation.RuntimeException"

CATEGORIES: Final = (
    *("NotSpecified", "OpenError", "CloseError", "DeviceError", "DeadlockDetected", "InvalidArgument", "InvalidData"),
    *("InvalidOperation", "InvalidResult", "InvalidType", "MetadataError", "NotImplemented", "NotInstalled"),
    *("ObjectNotFound", "OperationStopped", "OperationTimeout", "SyntaxError", "ParserError", "PermissionDenied"),
    *("ResourceBusy", "ResourceExists", "ResourceUnavailable", "ReadError", "WriteError", "FromStdErr"),
    *("SecurityError", "ProtocolError", "ConnectionError", "AuthenticationError", "LimitsExceeded", "QuotaExceeded"),
    "NotEnabled",
)


def category(name: str) -> EnumValue:
    return EnumValue("System.Management.Automation.ErrorCategory", name, CATEGORIES.index(name))


class ExceptionObject(NetObject):
    """A .NET exception as a value."""

    def __init__(
        self,
        type_name: str,
        message: str | None = None,
        inner: ExceptionObject | None = None,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        self.type_names = hierarchy(type_name)
        self.message = f"Exception of type '{type_name}' was thrown." if message is None else message
        self.inner = inner
        self.properties = dict(properties or {})
        self.data = Hashtable(ignore_case=False)
        self.record: ErrorRecord | None = None
        self.source: str | None = None
        self.help_link: str | None = None
        self.thrown = False  # by a throw statement

    @property
    def type_name(self) -> str:
        return self.type_names[0]

    def __str__(self) -> str:
        text = f"{self.type_name}: {self.message}"
        return text if self.inner is None else f"{text} ---> {self.inner}"


def exception_of(error: NetError) -> ExceptionObject:
    if isinstance(error.carried, ExceptionObject):
        return error.carried
    inner = exception_of(error.inner) if error.inner else None
    made = ExceptionObject(error.type_name, error.message, inner, error.properties)
    _, named, parameter = error.message.rpartition("\r\nParameter name: ")
    if named and "System.ArgumentException" in made.type_names:
        made.properties.setdefault("ParamName", parameter)
    return made


class Position:
    """Where something stands in a script."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def line_column(self) -> tuple[int, int]:
        return self.source.line_column(self.start)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line_text(self) -> str:
        line, _ = self.line_column
        lines = self.source.text.split("\n")
        return lines[line - 1].rstrip("\r") if line <= len(lines) else ""

    @property
    def whole_line(self) -> str:
        """The line with its end."""
        line, _ = self.line_column
        lines = self.source.text.split("\n")
        return lines[line - 1] + ("\n" if line < len(lines) else "") if line <= len(lines) else ""

    @property
    def message(self) -> str:
        """``At line:1 char:5`` with the line and the part underlined."""
        line, column = self.line_column
        where = f"{self.source.name}:{line}" if self.source.name else f"line:{line}"
        text = self.line_text
        width = max(1, min(self.end - self.start, len(text) - column + 1))
        marks = " " * (column - 1) + "~" * width
        return f"At {where} char:{column}\n+ {text}\n+ {marks}"


def position_of(source: Source, node: Node) -> Position:
    return Position(source, node.start, node.end)


class InvocationInfo(NetObject):
    """What ``$MyInvocation`` and ``$_.InvocationInfo`` are."""

    type_names = ("System.Management.Automation.InvocationInfo", "System.Object")

    def __init__(
        self,
        command: object = None,
        name: str = "",
        position: Position | None = None,
        bound: object = None,
        unbound: object = None,
        expecting_input: bool = False,
    ) -> None:
        self.command = command
        self.name = name
        self.position = position
        self.bound = bound
        self.unbound = unbound
        self.expecting_input = expecting_input
        self.pipeline_length = 1
        self.pipeline_position = 1
        # What a serialized record says was bound; one object, so that a message refers to it twice.
        self.bound_shown: object = None
        self.unbound_shown: object = None


class CategoryInfo(NetObject):
    type_names = ("System.Management.Automation.ErrorCategoryInfo", "System.Object")

    def __init__(self, record: ErrorRecord) -> None:
        self.record = record
        self.activity_override: str | None = None
        self.reason_override: str | None = None
        self.target_name_override: str | None = None
        self.target_type_override: str | None = None

    def __str__(self) -> str:
        from winsim.interpreter.engine_errors import category_message

        return category_message(self)

    @property
    def activity(self) -> str:
        if self.activity_override is not None:
            return self.activity_override
        return self.record.activity

    @property
    def reason(self) -> str:
        return self.reason_override or self.record.exception.type_name.rpartition(".")[2]


class ErrorDetails(NetObject):
    type_names = ("System.Management.Automation.ErrorDetails", "System.Object")

    def __init__(self, message: str, recommended: str = "") -> None:
        self.message = message
        self.recommended = recommended

    def __str__(self) -> str:
        return self.message


class ErrorRecord(NetObject):
    """System.Management.Automation.ErrorRecord. ``command`` is the part of the id after the comma."""

    type_names: tuple[str, ...] = ("System.Management.Automation.ErrorRecord", "System.Object")

    def __init__(
        self,
        exception: ExceptionObject,
        id: str | None,
        category_name: str = "NotSpecified",
        target: object = None,
        invocation: InvocationInfo | None = None,
    ) -> None:
        self.exception = exception
        self.id = id or ""
        self.command = ""
        self.activity = ""
        self.category = category(category_name)
        self.category_info = CategoryInfo(self)
        self.target = target
        self.invocation = invocation
        self.details: ErrorDetails | None = None
        self.written = False  # to the error stream, which marks it for ever
        self.stack: str | None = None

    @property
    def full_id(self) -> str:
        return f"{self.id},{self.command}" if self.command and self.id else self.id or self.command

    @property
    def message(self) -> str:
        return self.details.message if self.details and self.details.message else self.exception.message

    def __str__(self) -> str:
        return self.message


class TerminatingError(Exception):
    """An error on its way up. ``thrown``: by ``throw``; ``stop``: raised by an action preference Stop.

    PowerShell carries an error in exceptions of several types, which decide what a catch sees: ``preferred`` stands
    for an ActionPreferenceStopException, ``from_cmdlet`` for a CmdletInvocationException, ``given`` for a
    RuntimeException around a record that a script threw.
    """

    def __init__(
        self,
        record: ErrorRecord,
        *,
        thrown: bool = False,
        stop: bool = False,
        from_cmdlet: bool = False,
        given: bool = False,
    ) -> None:
        super().__init__(record)
        self.record = record
        self.thrown = thrown
        self.stop = stop
        self.preferred = stop
        self.from_cmdlet = from_cmdlet
        self.given = given
        self.downstream = False  # on its way up through the commands before the one that failed
        self.ends: object = None  # the function that it ends, whatever the preferences say: ThrowTerminatingError
        self.recorded = False  # already in $Error

    def __str__(self) -> str:
        return f"{self.record.full_id}: {self.record.message}"


def error(
    id: str,
    message: str,
    category_name: str = "InvalidOperation",
    target: object = None,
    type_name: str = RUNTIME_EXCEPTION,
    inner: ExceptionObject | None = None,
    properties: Mapping[str, object] | None = None,
) -> TerminatingError:
    """A statement-terminating error of the language."""
    exception = ExceptionObject(type_name, message, inner, properties)
    record = ErrorRecord(exception, id, category_name, target)
    exception.record = record
    return TerminatingError(record)


def escaping(problem: TerminatingError) -> ExceptionObject:
    """The exception in which an error reaches .NET code that ran a script block or a pipeline."""
    record = problem.record
    exception, text = record.exception, record.message
    if problem.preferred:
        text = (
            'The running command stopped because the preference variable "ErrorActionPreference" or common parameter '
            f"is set to Stop: {text}"
        )
        made = ExceptionObject("System.Management.Automation.ActionPreferenceStopException", text)
    elif problem.from_cmdlet:
        made = ExceptionObject("System.Management.Automation.CmdletInvocationException", text, exception)
    elif problem.given or RUNTIME_EXCEPTION not in exception.type_names:
        made = ExceptionObject(RUNTIME_EXCEPTION, text, exception)
    else:
        made = exception
    made.record = record
    return made


def carrying(exception: ExceptionObject) -> NetError:
    """What a method throws when an exception comes out of the script that it ran."""
    raised = NetError(exception.type_name, exception.message)
    raised.carried = exception
    return raised


def from_net(problem: NetError) -> TerminatingError:
    """What .NET threw where no method call wraps it: the id is the full name of the exception's type."""
    exception = exception_of(problem)
    return TerminatingError(ErrorRecord(exception, problem.type_name, "OperationStopped"))


def invalid_cast(
    id: str, message: str, inner: ExceptionObject | None = None, type_name: str | None = None
) -> TerminatingError:
    return error(
        id, message, "InvalidArgument", None, type_name or "System.Management.Automation.PSInvalidCastException", inner
    )


class FlowControl(Exception):
    """Base of what leaves blocks on purpose."""


class BreakLoop(FlowControl):
    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class ContinueLoop(FlowControl):
    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class ReturnBlock(FlowControl):
    """``return``: its value was written before."""


class ExitScript(FlowControl):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class StopUpstream(FlowControl):
    """A command of a pipeline wants no more input; ``stage`` is the one that asked."""

    def __init__(self, stage: object) -> None:
        super().__init__()
        self.stage = stage


class PipelineStopped(Exception):
    """The client asked the pipeline to stop."""


class LimitExceeded(Exception):
    """The lab cut the pipeline off; scripts cannot catch it."""
