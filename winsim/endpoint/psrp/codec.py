"""Values and records of the interpreter as PSRP messages say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from winsim.endpoint.psrp import messages
from winsim.endpoint.psrp.messages import MessageType
from winsim.endpoint.psrp.session_key import BrokenKey, SessionKey
from winsim.interpreter.clixml import BrokenClixml, Writer, deserialize, serialize_element
from winsim.interpreter.clixml_errors import extended_members
from winsim.interpreter.clixml_records import informational_members, record_members, type_names
from winsim.interpreter.clixml_writer import encode
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Dictionary, ReadOnlyCollection
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import ErrorRecord, ExceptionObject, InvocationInfo
from winsim.interpreter.members import PropertyInfo, get_property_of
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, DeserializedObject, EnumValue, PSObject

_SMA: Final = "System.Management.Automation."
_INFORMATIONAL: Final = {
    MessageType.WARNING_RECORD: "WarningRecord",
    MessageType.VERBOSE_RECORD: "VerboseRecord",
    MessageType.DEBUG_RECORD: "DebugRecord",
}


class BrokenData(ValueError):
    """A message that is no CLIXML, or not the object that it should be."""


def read(text: str, key: SessionKey | None) -> object:
    """The value of a message; empty data is $null."""
    if not text:
        return None
    try:
        return deserialize(text, key)
    except (BrokenClixml, BrokenKey) as error:
        raise BrokenData(str(error)) from error


def read_notes(text: str, key: SessionKey | None) -> PSObject:
    value = read(text, key)
    if not isinstance(value, PSObject):
        raise BrokenData("the message is no object")
    return value


def write(value: object, key: SessionKey) -> str:
    """The data of a PipelineOutput message: nothing at all for $null."""
    if value is None:
        return ""
    base = value.base if isinstance(value, PSObject) else value
    if isinstance(base, InformationalRecord):
        return _merged(base, key)
    if isinstance(base, ErrorRecord) and base.written:
        return _object(Writer(key), base, "", [_note("writeErrorStream", True), *_members(base, [])])
    return serialize_element(value, 1, key)


def _merged(record: InformationalRecord, key: SessionKey) -> str:
    """A record that was merged into output says of which stream it was."""
    stream = record.type_names[0].rpartition(".")[2].removesuffix("Record")
    writer = Writer(key)
    writer.start(record, "", record.type_names, record.message)
    writer.write_members("MS", [_note(f"Write{stream}Stream", True), *informational_members(record)], 1)
    writer.out.append("</Obj>")
    return "".join(writer.out)


def plain(value: object) -> object:
    """A collection of the protocol itself, without the type names under which it came."""
    if isinstance(value, DeserializedObject) and isinstance(value.base, list | Dictionary):
        return value.base
    return value


def number(value: object) -> int:
    """An enumeration value or a plain number; 0 for anything else."""
    if isinstance(value, PSObject):
        value = value.base
    return int(value) if isinstance(value, int) else 0


# records


def _record(value: object) -> ErrorRecord:
    """An error as a record; what is none becomes one."""
    if isinstance(value, PSObject) and isinstance(value.base, ErrorRecord):
        return value.base
    if isinstance(value, ErrorRecord):
        return value
    return ErrorRecord(ExceptionObject(f"{_SMA}RuntimeException", to_text(value)), "RuntimeException")


def error_record(value: object, key: SessionKey, *, extended: bool) -> str:
    record = _record(value)
    block = extended_members(record.invocation, of_error=True) if extended and record.invocation is not None else []
    if block:
        block.append(_note("PipelineIterationInfo", ReadOnlyCollection([0, 0], "System.Int32")))
    members = [_note("writeErrorStream", True), *_members(record, block), _note("PSMessageDetails", None)]
    return _object(Writer(key), record, "", members)


def state_error(value: object, key: SessionKey) -> str:
    """The error of a PipelineState message, to be put into its notes."""
    record, writer = _record(value), Writer(key)
    writer.new_reference(object())  # the message itself is object 0
    return _object(writer, record, ' N="ExceptionAsErrorRecord"', _members(record, []))


def _note(name: str, value: object) -> PropertyInfo:
    return PropertyInfo(name, "NoteProperty", lambda: value)


def _members(record: ErrorRecord, block: list[PropertyInfo]) -> list[PropertyInfo]:
    """The notes of a record as PowerShell 4.0 sends them: without the stack of the script."""
    found: list[PropertyInfo] = []
    for info in record_members(record):
        if info.name == "SerializeExtendedInfo":
            found += [_note(info.name, bool(block)), *block]
        elif info.name != "ErrorDetails_ScriptStackTrace":
            found.append(info)
    return found


def _object(writer: Writer, record: ErrorRecord, label: str, members: list[PropertyInfo]) -> str:
    writer.start(record, label, type_names(record), str(record))
    writer.write_members("MS", members, 1)
    writer.out.append("</Obj>")
    return "".join(writer.out)


def informational_record(kind: MessageType, value: object, key: SessionKey, *, extended: bool) -> str:
    text = record_text(value)
    invocation = getattr(value, "invocation", None)
    block = extended_members(invocation, of_error=False) if extended and isinstance(invocation, InvocationInfo) else []
    if block:
        block.append(_note("InformationalRecord_PipelineIterationInfo", ReadOnlyCollection([0, 1], "System.Int32")))
    members = [
        _note("InformationalRecord_Message", text),
        _note("InformationalRecord_SerializeInvocationInfo", bool(block)),
        *block,
    ]
    writer = Writer(key)
    names = (f"{_SMA}{_INFORMATIONAL[kind]}", f"{_SMA}InformationalRecord", "System.Object")
    writer.start(value, "", names, text)
    writer.write_members("MS", members, 1)
    writer.out.append("</Obj>")
    return "".join(writer.out)


def record_text(value: object) -> str:
    if isinstance(value, str):
        return value
    message = get_property_of(value, "Message")
    return to_text(value if message is None else message)


_PROGRESS: Final = (
    ("Activity", "S", ""), ("ActivityId", "I32", 0), ("StatusDescription", "S", "Processing"),
    ("CurrentOperation", "S", None), ("ParentActivityId", "I32", -1), ("PercentComplete", "I32", -1),
)  # fmt: skip


_PROGRESS_PARAMETERS: Final = {
    "StatusDescription": "Status", "ActivityId": "Id", "ParentActivityId": "ParentId",
}  # fmt: skip


@dataclass(frozen=True)
class ProgressNotes:
    """A progress record as an argument of a host call."""

    record: object


def progress_source(value: object) -> int:
    """Which source the record names; 0 without one."""
    found = getattr(value, "source_id", None)
    return number(get_property_of(value, "SourceId") if found is None else found)


def progress_record(value: object) -> str:
    return messages.notes(*_progress_members(value, 1, '<TN RefId="0">'))


def _progress_members(value: object, reference: int, types: str) -> list[str]:
    members = []
    for name, tag, default in _PROGRESS:
        found = get_property_of(value, name)
        if found is None and name in _PROGRESS_PARAMETERS:
            found = get_property_of(value, _PROGRESS_PARAMETERS[name])
        found = default if found is None else found
        text = encode(to_text(found))
        members.append(f'<Nil N="{name}" />' if found is None else f'<{tag} N="{name}">{text}</{tag}>')
    kind = get_property_of(value, "RecordType")
    if not isinstance(kind, EnumValue):
        kind = get_property_of(value, "Type")
    completed = (isinstance(kind, EnumValue) and kind.name == "Completed") or kind == "Completed"
    completed = completed or to_bool(get_property_of(value, "Completed"))
    members.append(
        f'<Obj N="Type" RefId="{reference}">{types}<T>{_SMA}ProgressRecordType</T><T>System.Enum</T>'
        f"<T>System.ValueType</T><T>System.Object</T></TN><ToString>{'Completed' if completed else 'Processing'}"
        f"</ToString><I32>{int(completed)}</I32></Obj>"
    )
    seconds = get_property_of(value, "SecondsRemaining")
    members.append(messages.int32("SecondsRemaining", -1 if seconds is None else number(seconds)))
    return members


_EVENT: Final = (
    *("EventIdentifier", "SourceIdentifier", "TimeGenerated", "Sender", "SourceArgs", "MessageData", "ComputerName"),
    "RunspaceId",
)


def user_event(event: object, key: SessionKey) -> str:
    """An event of a subscription with -Forward, as the pool tells it (MS-PSRP 2.2.2.12)."""
    writer = Writer(key)
    writer.start(event, "", (), None)
    writer.write_members("MS", [_note(f"PSEventArgs.{name}", get_property_of(event, name)) for name in _EVENT], 1)
    writer.out.append("</Obj>")
    return "".join(writer.out)


def stopped_record() -> ErrorRecord:
    exception = ExceptionObject(f"{_SMA}PipelineStoppedException", "The pipeline has been stopped.")
    return ErrorRecord(exception, "PipelineStopped", "OperationStopped")


def defect_record(error: Exception) -> ErrorRecord:
    """For what should not happen: the lab lacks something, or is broken."""
    if isinstance(error, NotBuilt):
        exception = ExceptionObject("System.NotImplementedException", str(error))
        return ErrorRecord(exception, "SimulatedLab.NotBuilt", "NotImplemented", error.what)
    text = f"the simulated lab failed: {type(error).__name__}: {error}"
    return ErrorRecord(ExceptionObject("System.ApplicationException", text), "SimulatedLab.Defect", "NotSpecified")


# host calls


def host_call(call_id: int, number: int, method: str, arguments: Sequence[object]) -> str:
    writer = _HostWriter()
    parameters = "".join(writer.argument(value) for value in arguments)
    listed = f"<LST>{parameters}</LST>" if parameters else "<LST />"
    return messages.notes(
        messages.int64("ci", call_id),
        f'<Obj N="mi" RefId="1"><TN RefId="0"><T>{_SMA}Remoting.RemoteHostMethodId</T><T>System.Enum</T>'
        f"<T>System.ValueType</T><T>System.Object</T></TN><ToString>{method}</ToString><I32>{number}</I32></Obj>",
        '<Obj N="mp" RefId="2"><TN RefId="1"><T>System.Collections.ArrayList</T><T>System.Object</T></TN>'
        f"{listed}</Obj>",
    )


class _HostWriter:
    """Arguments of host calls: objects are bags of notes without a type."""

    def __init__(self) -> None:
        self._next = 3

    def argument(self, value: object, name: str | None = None) -> str:
        if isinstance(value, EnumValue):
            value = int(value)
        if isinstance(value, ProgressNotes):
            number = self._take()
            members = _progress_members(value.record, self._take(), '<TN RefId="2">')
            return f'<Obj RefId="{number}"><MS>{"".join(members)}</MS></Obj>'
        if isinstance(value, Array) and value.element_type == "System.Int32":
            return self._numbers(value, name)
        if isinstance(value, PSObject) and value.base is None:
            return self._notes(dict(value.items()), name)
        if isinstance(value, Mapping):
            return self._notes({str(key): item for key, item in value.items()}, name)
        if isinstance(value, list | tuple):
            number = self._take()
            label = "" if name is None else f' N="{name}"'
            inner = "".join(self.argument(item) for item in value)
            listed = f"<LST>{inner}</LST>" if inner else "<LST />"
            return f'<Obj{label} RefId="{number}"><TNRef RefId="1" />{listed}</Obj>'
        writer = Writer()
        writer.write(value, name, 1)
        return "".join(writer.out)

    def _numbers(self, values: Array, name: str | None) -> str:
        label = "" if name is None else f' N="{name}"'
        listed = "".join(f"<I32>{value}</I32>" for value in values)
        names = '<TN RefId="2"><T>System.Int32[]</T><T>System.Array</T><T>System.Object</T></TN>'
        return f'<Obj{label} RefId="{self._take()}">{names}<LST>{listed}</LST></Obj>'

    def _take(self) -> int:
        self._next += 1
        return self._next - 1

    def _notes(self, members: Mapping[str, object], name: str | None) -> str:
        label = "" if name is None else f' N="{name}"'
        number = self._take()
        inner = "".join(self.argument(value, key) for key, value in members.items())
        return f'<Obj{label} RefId="{number}"><MS>{inner}</MS></Obj>'
