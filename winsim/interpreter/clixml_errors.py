"""Exceptions and invocations as CLIXML has them: the properties of .NET Framework, in its order."""

from __future__ import annotations

from typing import Final

from winsim.interpreter.containers import Dictionary, GenericDictionary, GenericList
from winsim.interpreter.errors import ExceptionObject, InvocationInfo
from winsim.interpreter.members import PropertyInfo, get_property_of, properties_of
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, EnumValue, Int64

_BASE: Final = ("Message", "Data", "InnerException", "TargetSite", "StackTrace", "HelpLink", "Source", "HResult")
_RUNTIME: Final = "System.Management.Automation.RuntimeException"
_SMA: Final = "System.Management.Automation."


class ExceptionData(Dictionary):
    """What ``Exception.Data`` is."""

    type_names = ("System.Collections.ListDictionaryInternal", "System.Object")


def _member(name: str, value: object, kind: str) -> PropertyInfo:
    return PropertyInfo(name, kind, lambda: value)


def _property(name: str, value: object) -> PropertyInfo:
    return _member(name, value, "Property")


def exception_members(value: ExceptionObject) -> list[PropertyInfo]:
    """The exception's own properties, then those of System.Exception."""
    known = {name.lower() for name in (*_BASE, "ErrorRecord", "WasThrownFromThrowStatement")}
    found = [info for info in properties_of(value) if info.name.lower() not in known and info.kind == "Property"]
    if value.type_name.startswith(_SMA):
        found.append(_property("ErrorRecord", value.message))
    if _RUNTIME in value.type_names:
        found.append(_property("WasThrownFromThrowStatement", value.thrown))
    data = ExceptionData(value.data.items())
    base: tuple[object, ...] = (
        value.message,
        data,
        value.inner,
        None,
        None,
        value.help_link,
        value.source,
        get_property_of(value, "HResult"),
    )
    return found + [_property(name, held) for name, held in zip(_BASE, base, strict=True)]


def _bound(info: InvocationInfo) -> object:
    """An error has a copy of its invocation that knows no arguments; the same object wherever a message tells it."""
    if info.bound_shown is None:
        info.bound_shown = GenericDictionary("System.String", "System.Object")
    return info.bound_shown


def _really_bound(info: InvocationInfo) -> object:
    made = GenericDictionary("System.String", "System.Object", ignore_case=True)
    made.type_names = (f"{_SMA}PSBoundParametersDictionary", *made.type_names)
    for name, value in info.bound.items() if isinstance(info.bound, Dictionary) else ():
        made[name] = value
    return made


def _unbound(info: InvocationInfo) -> object:
    if info.unbound_shown is None:
        info.unbound_shown = GenericList()
    return info.unbound_shown


def _number(info: InvocationInfo, name: str) -> int:
    found = get_property_of(info, name)
    return int(found) if isinstance(found, int) else 0


def _command(info: InvocationInfo) -> object:
    command = get_property_of(info, "MyCommand")  # a script has no name: its text stands there
    if command is None:
        return None
    return to_text(get_property_of(command, "Name")) or to_text(get_property_of(command, "Definition"))


def invocation_members(info: InvocationInfo) -> list[PropertyInfo]:
    """An InvocationInfo as a property of an error record."""
    pairs: tuple[tuple[str, object], ...] = (
        ("MyCommand", _command(info)),
        ("BoundParameters", _bound(info)),
        ("UnboundArguments", _unbound(info)),
        ("ScriptLineNumber", _number(info, "ScriptLineNumber")),
        ("OffsetInLine", _number(info, "OffsetInLine")),
        ("HistoryId", Int64(_number(info, "HistoryId"))),
        ("ScriptName", to_text(get_property_of(info, "ScriptName"))),
        ("Line", to_text(get_property_of(info, "Line"))),
        ("PositionMessage", to_text(get_property_of(info, "PositionMessage"))),
        ("PSScriptRoot", to_text(get_property_of(info, "PSScriptRoot"))),
        ("PSCommandPath", None),
        ("InvocationName", info.name),
        ("PipelineLength", 0),
        ("PipelinePosition", 0),
        ("ExpectingInput", False),  # the copy that an error has does not know it
        ("CommandOrigin", "Internal"),
        ("DisplayScriptPosition", None),
    )
    return [_property(name, value) for name, value in pairs]


def extended_members(info: InvocationInfo, *, of_error: bool) -> list[PropertyInfo]:
    """The InvocationInfo_... members of a record whose client asked for them (MS-PSRP 2.2.3.15.1)."""
    # By a command line; a script is the engine's own, and an error has a copy without these.
    called = info.position is not None and bool(info.name) and not of_error
    origin = (
        EnumValue(f"{_SMA}CommandOrigin", "Runspace", 0) if called else EnumValue(f"{_SMA}CommandOrigin", "Internal", 1)
    )
    bound = _really_bound(info) if called else _bound(info)
    iterations = Array([0] * info.pipeline_length + [1] if called else [], "System.Int32")
    pairs: list[tuple[str, object]] = [
        ("InvocationInfo_BoundParameters", bound),
        ("InvocationInfo_CommandOrigin", origin),
        ("InvocationInfo_ExpectingInput", info.expecting_input and not of_error),
        ("InvocationInfo_InvocationName", info.name),
        ("InvocationInfo_Line", to_text(get_property_of(info, "Line"))),
        ("InvocationInfo_OffsetInLine", _number(info, "OffsetInLine")),
        ("InvocationInfo_HistoryId", Int64(_number(info, "HistoryId"))),
        ("InvocationInfo_PipelineIterationInfo", iterations),
        ("InvocationInfo_PipelineLength", info.pipeline_length if called else 0),
        ("InvocationInfo_PipelinePosition", info.pipeline_position if called else 0),
        ("InvocationInfo_PSScriptRoot", to_text(get_property_of(info, "PSScriptRoot"))),
        ("InvocationInfo_PSCommandPath", None),
        ("InvocationInfo_PositionMessage", to_text(get_property_of(info, "PositionMessage"))),
        ("InvocationInfo_ScriptLineNumber", _number(info, "ScriptLineNumber")),
        ("InvocationInfo_ScriptName", to_text(get_property_of(info, "ScriptName"))),
        ("InvocationInfo_UnboundArguments", _unbound(info)),
        ("SerializeExtent", False),
    ]
    if info.command is not None:
        command = get_property_of(info, "MyCommand")
        definition = get_property_of(command, "Definition")
        pairs += [
            ("CommandInfo_CommandType", get_property_of(command, "CommandType")),
            ("CommandInfo_Definition", None if definition is None else to_text(definition)),
            ("CommandInfo_Name", to_text(get_property_of(command, "Name"))),
            ("CommandInfo_Visibility", EnumValue(f"{_SMA}SessionStateEntryVisibility", "Public", 0)),
        ]
    return [_member(name, value, "NoteProperty") for name, value in pairs]
