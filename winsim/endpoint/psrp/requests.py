"""The client's messages taken apart: capability, CreatePipeline, GetCommandMetadata."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from winsim.endpoint.psrp import codec
from winsim.endpoint.psrp.codec import BrokenData
from winsim.endpoint.psrp.host_ui import HostInfo, read_host_info
from winsim.endpoint.psrp.pipeline import PipelineSpec
from winsim.endpoint.psrp.session_key import SessionKey
from winsim.interpreter.binder import NO_VALUE
from winsim.interpreter.hosting import RemoteCommand
from winsim.interpreter.values import Array, PSObject

_OUTPUT, _ERROR, _WARNING, _VERBOSE, _DEBUG = 0x1, 0x2, 0x4, 0x8, 0x10
_MERGES = (("MergeWarning", "3"), ("MergeVerbose", "4"), ("MergeDebug", "5"))
_COMMAND_TYPES = ("Alias", "Function", "Filter", "Cmdlet", "ExternalScript", "Application", "Script", "Workflow")


def read_capability(text: str) -> tuple[int, int] | None:
    """The protocol version of a client that this server can talk to."""
    content = codec.read_notes(text, None)
    versions = [str(content.get(name, "")) for name in ("protocolversion", "PSVersion", "SerializationVersion")]
    try:
        protocol, engine, serialization = (tuple(int(part) for part in text.split(".")) for text in versions)
    except ValueError:
        raise BrokenData("the capability has no versions") from None
    if protocol[0] != 2 or engine[0] != 2 or serialization[:2] != (1, 1):
        return None
    return protocol[0], protocol[1]


def read_pipeline(text: str, key: SessionKey) -> PipelineSpec:
    content = codec.read_notes(text, key)
    pipeline = content.get("PowerShell")
    if not isinstance(pipeline, PSObject):
        raise BrokenData("the message has no pipeline")
    commands: list[RemoteCommand] = []
    statements: list[object] = [pipeline.get("Cmds"), *_extra(pipeline.get("ExtraCmds"))]
    if pipeline.get("ExtraCmds") is not None and _items(pipeline.get("ExtraCmds")):
        statements = _extra(pipeline.get("ExtraCmds"))  # holds all statements, the first one included
    for number, statement in enumerate(statements):
        entries = _items(statement)
        first = len(commands)
        for position, entry in enumerate(entries):
            last = position == len(entries) - 1 and number < len(statements) - 1
            if isinstance(entry, PSObject) and codec.number(entry.get("MergePreviousResults")) & _ERROR:
                # The errors of all commands before it in the statement become its input.
                commands[first:] = [replace(command, merge_errors=True) for command in commands[first:]]
            commands.append(_command(entry, last))
    options = content.get("RemoteStreamOptions")
    return PipelineSpec(
        tuple(commands),
        content.get("NoInput") is not False,
        content.get("AddToHistory") is True,
        read_host_info(content.get("HostInfo")),
        bool(codec.number(options) & 0xF),
        pipeline.get("IsNested") is True or content.get("IsNested") is True,
    )


def _extra(value: object) -> list[object]:
    return [entry.get("Cmds") for entry in _items(value) if isinstance(entry, PSObject)]


def _items(value: object) -> Sequence[object]:
    if isinstance(value, PSObject) and value.base is not None:
        value = value.base
    return value if isinstance(value, list) else ()


def _command(value: object, end_of_statement: bool) -> RemoteCommand:
    if not isinstance(value, PSObject) or not isinstance(value.get("Cmd"), str):
        raise BrokenData("a command has no text")
    local = value.get("UseLocalScope")
    my, to = codec.number(value.get("MergeMyResult")), codec.number(value.get("MergeToResult"))
    merge_errors = codec.number(value.get("MergeError")) == _OUTPUT or (bool(my & _ERROR) and to == _OUTPUT)
    others = frozenset(stream for name, stream in _MERGES if codec.number(value.get(name)) == _OUTPUT)
    return RemoteCommand(
        str(value.get("Cmd")),
        value.get("IsScript") is True,
        tuple(_parameters(_items(value.get("Args")))),
        merge_errors,
        others,
        end_of_statement,
        local if isinstance(local, bool) else None,
    )


def _parameters(entries: Iterable[object]) -> Iterable[tuple[str | None, object]]:
    for entry in entries:
        if not isinstance(entry, PSObject):
            raise BrokenData("an argument is malformed")
        name, value = entry.get("N"), codec.plain(entry.get("V"))
        if name is None:
            yield None, value
        else:
            # A named parameter without a value is a switch, or misses its argument.
            yield str(name).removeprefix("-").removesuffix(":") or None, NO_VALUE if value is None else value


def command_metadata_pipeline(text: str, key: SessionKey) -> PipelineSpec:
    """GetCommandMetadata runs Get-Command and selects from it, as the real server does; first comes the count."""
    content = codec.read_notes(text, key)
    names = [item for item in _items(content.get("Name")) if isinstance(item, str)] or ["*"]
    kinds = codec.number(content.get("CommandType"))
    selected = [kind for bit, kind in enumerate(_COMMAND_TYPES) if kinds & (1 << bit)]
    parameters: list[tuple[str | None, object]] = [("Name", Array(names, "System.String"))]
    if selected and len(selected) < len(_COMMAND_TYPES):
        parameters.append(("CommandType", ", ".join(selected)))
    if namespaces := [item for item in _items(content.get("Namespace")) if isinstance(item, str)]:
        parameters.append(("Module", Array(namespaces, "System.String")))
    if arguments := list(_items(content.get("ArgumentList"))):
        parameters.append(("ArgumentList", Array(arguments)))
    parameters.append(("ErrorAction", "SilentlyContinue"))
    get = RemoteCommand("Get-Command", False, tuple(parameters))
    count = Array(["Count"], "System.String")
    columns = Array(
        ["Name", "Namespace", "HelpUri", "CommandType", "ResolvedCommandName", "OutputType", "Parameters"],
        "System.String",
    )
    commands = (
        get,
        RemoteCommand("Measure-Object", False),
        RemoteCommand("Select-Object", False, (("Property", count),), end_of_statement=True),
        get,
        RemoteCommand("Select-Object", False, (("Property", columns),)),
    )
    return PipelineSpec(commands, True, False, HostInfo(), False, False)
