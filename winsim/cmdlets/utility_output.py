"""Write-Output, Write-Host and the other streams, Read-Host, Tee-Object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.binder import Argument
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import ErrorDetails, ErrorRecord, ExceptionObject, InvocationInfo
from winsim.interpreter.hosting import HostUI
from winsim.interpreter.net.secrets import SecureString
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

WRITE_ERROR = "Microsoft.PowerShell.Commands.WriteErrorException"


@cmdlet(
    "Write-Output",
    ("InputObject", "NoEnumerate"),
    locks_world=False,
    remaining=("InputObject",),
    nullable=("InputObject",),
)
def write_output(call: CommandCall) -> None:
    value = call.get("InputObject")
    items = None if call.switch("NoEnumerate") else items_of(value)
    if items is None:
        if value is not AUTOMATION_NULL:
            call.write(value)
        return
    call.write_all(list(items))


def host_text(value: object, separator: str) -> str:
    items = items_of(value)
    if items is None:
        return to_text(value)
    return separator.join(host_text(item, separator) for item in items)


@cmdlet(
    "Write-Host",
    ("Object", "NoNewline", "Separator", "ForegroundColor", "BackgroundColor"),
    locks_world=False,
    by_value=("Object",),
    remaining=("Object",),
)
def write_host(call: CommandCall) -> None:
    separator = to_text(call.get("Separator", " "))
    ui = call.session.ui
    if ui is None:
        return
    front, back = call.get("ForegroundColor"), call.get("BackgroundColor")
    ui.write(
        host_text(call.get("Object"), separator),
        int(front) if isinstance(front, EnumValue) else None,
        int(back) if isinstance(back, EnumValue) else None,
        not call.switch("NoNewline"),
    )


def caller_invocation(call: CommandCall) -> InvocationInfo:
    """Records of the Write-* cmdlets say where the function or script that wrote them was called."""
    found = call.caller.scope.lookup("myinvocation", None)
    return found if isinstance(found, InvocationInfo) else call.invocation()


@cmdlet("Write-Warning", ("Message",), empties=("Message",), locks_world=False, by_value=("Message",))
def write_warning(call: CommandCall) -> None:
    call.warning(call.text("Message"), caller_invocation(call))


@cmdlet("Write-Verbose", ("Message",), empties=("Message",), locks_world=False, by_value=("Message",))
def write_verbose(call: CommandCall) -> None:
    call.verbose(call.text("Message"), caller_invocation(call))


@cmdlet("Write-Debug", ("Message",), empties=("Message",), locks_world=False, by_value=("Message",))
def write_debug(call: CommandCall) -> None:
    call.debug(call.text("Message"), caller_invocation(call))


@cmdlet(
    "Write-Error",
    (
        "Message",
        "Category",
        "ErrorId",
        "TargetObject",
        "RecommendedAction",
        "CategoryActivity",
        "CategoryReason",
        "CategoryTargetName",
        "CategoryTargetType",
        "Exception",
        "ErrorRecord",
    ),
    nullable=("Message",),
    locks_world=False,
)
def write_error(call: CommandCall) -> None:
    call.write_record(made_record(call))


def made_record(call: CommandCall) -> ErrorRecord:
    given = unwrap(call.get("ErrorRecord"))
    if isinstance(given, ErrorRecord):
        record = copied(given)
    else:
        record = new_record(call)
    info = record.category_info
    info.activity_override = call.text("CategoryActivity") or "Write-Error"
    if call.has("CategoryReason"):
        info.reason_override = call.text("CategoryReason")
    if call.has("CategoryTargetName"):
        info.target_name_override = call.text("CategoryTargetName")
    if call.has("CategoryTargetType"):
        info.target_type_override = call.text("CategoryTargetType")
    record.invocation = caller_invocation(call)
    # Inside a function the id carries its name.
    record.command = getattr(getattr(record.invocation, "command", None), "name", "")
    return record


def copied(given: ErrorRecord) -> ErrorRecord:
    made = ErrorRecord(given.exception, given.id, given.category.name, given.target)
    made.details = given.details
    return made


def new_record(call: CommandCall) -> ErrorRecord:
    exception = unwrap(call.get("Exception"))
    category = call.get("Category")
    name = category.name if isinstance(category, EnumValue) else "NotSpecified"
    if isinstance(exception, ExceptionObject):
        made = ErrorRecord(exception, call.text("ErrorId") or exception.type_name, name, call.get("TargetObject"))
        if call.has("Message"):
            made.details = ErrorDetails(call.text("Message"))
    else:
        exception = ExceptionObject(WRITE_ERROR, call.text("Message"))
        made = ErrorRecord(exception, call.text("ErrorId") or WRITE_ERROR, name, call.get("TargetObject"))
    if call.has("RecommendedAction"):
        made.details = ErrorDetails(made.message, call.text("RecommendedAction"))
    return made


@cmdlet(
    "Write-Progress",
    (
        "Activity",
        "Status",
        "Id",
        "PercentComplete",
        "SecondsRemaining",
        "CurrentOperation",
        "ParentId",
        "Completed",
        "SourceId",
    ),
    locks_world=False,
)
def write_progress(call: CommandCall) -> None:
    from winsim.interpreter.values import PSObject

    sink = call.session.sink
    if sink is not None:
        sink.progress(PSObject(dict(call.bound.items())))


def ask_field(ui: HostUI, name: str, *, secure: bool) -> object:
    """A question with text is a prompt with one field (MS-PSRP 2.2.3.17, method Prompt)."""
    kind = "System.Security.SecureString" if secure else "System.String"
    assembly = "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
    field = {
        "name": name,
        "label": "",
        "parameterTypeName": kind.rpartition(".")[2],
        "parameterTypeFullName": kind,
        "parameterAssemblyFullName": f"{kind}, {assembly}",
        "helpMessage": "",
        "isMandatory": True,
        "metadata": [],
        "modifiedByRemotingProtocol": False,
        "isFromRemoteHost": False,
    }
    answer = ui.call("Prompt", ("", "", [field]))
    return answer.get(name) if isinstance(answer, Dictionary) else None


@cmdlet("Read-Host", ("Prompt", "AsSecureString"), locks_world=False, remaining=("Prompt",))
def read_host(call: CommandCall) -> None:
    from winsim.interpreter.hosting import HostUnavailable

    ui = call.session.ui
    try:
        if ui is None:
            raise HostUnavailable
        if call.has("Prompt"):
            answer = ask_field(ui, host_text(call.get("Prompt"), " "), secure=call.switch("AsSecureString"))
        else:
            answer = ui.call("ReadLineAsSecureString" if call.switch("AsSecureString") else "ReadLine", ())
    except HostUnavailable:
        from winsim.interpreter.command import CommandError
        from winsim.interpreter.engine_host_ui import HOST_EXCEPTION, refusal

        message = refusal("" if call.has("Prompt") else None)
        raise CommandError("HostFunctionNotImplemented", message, "NotImplemented", None, HOST_EXCEPTION) from None
    if call.switch("AsSecureString") and not isinstance(answer, SecureString):
        answer = SecureString(to_text(answer), True)
    call.write(answer)


@cmdlet("Tee-Object", ("InputObject", "Variable", "FilePath", "LiteralPath", "Append"), locks_world=False)
class TeeObject:
    """Passes its input on, and keeps it in a variable or a file."""

    def begin(self, call: CommandCall) -> None:
        self.kept: list[object] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject")
        self.kept.append(value)
        call.write(value)

    def end(self, call: CommandCall) -> None:
        from winsim.interpreter.collect import collapse

        if call.has("Variable"):
            name = call.text("Variable")
            kept = collapse(self.kept)
            if call.switch("Append"):
                old = call.caller.scope.lookup(name.lower(), None)
                kept = collapse([*(items_of(old) or ([] if old is None else [old])), *self.kept])
            call.caller.scope.set_local(name.lower(), None if kept is AUTOMATION_NULL else kept, name)
            return
        path = call.text("LiteralPath") or call.text("FilePath")
        arguments = [Argument("LiteralPath", path), *([Argument("Append")] if call.switch("Append") else [])]
        call.session.run_command("Out-File", arguments, self.kept, call.caller)


@cmdlet("Measure-Command", ("Expression", "InputObject"), locks_world=False)
def measure_command(call: CommandCall) -> None:
    import time

    from winsim.interpreter.net.datetimes import TICKS_PER_SECOND, TimeSpan

    block = call.get("Expression")
    started = time.monotonic()
    call.session.invoke_in_scope(block, call.caller, call.get("InputObject"), lambda value: None)  # type: ignore[arg-type]
    seconds = time.monotonic() - started
    call.write(TimeSpan(int(seconds * call.world.clock.scale * TICKS_PER_SECOND)))
