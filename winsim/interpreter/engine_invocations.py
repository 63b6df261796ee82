"""Where a record comes from, and the records of warnings and the like, as .NET types."""

from __future__ import annotations

from winsim.interpreter.errors import InvocationInfo
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.values import Array, EnumValue

SMA = "System.Management.Automation."
INVOCATION = TypeDef(SMA + "InvocationInfo")
INFORMATIONAL = TypeDef(SMA + "InformationalRecord")
ORIGIN = enumeration(SMA + "CommandOrigin", {"Runspace": 0, "Internal": 1})


@INVOCATION.property("MyCommand")
def invocation_command(this: InvocationInfo) -> object:
    from winsim.interpreter.engine_session import ScriptCommand
    from winsim.interpreter.scriptblocks import CompiledScript

    if isinstance(this.command, CompiledScript):
        return ScriptCommand(this.command)
    return this.command


@INVOCATION.property("BoundParameters")
def invocation_bound(this: InvocationInfo) -> object:
    return this.bound


@INVOCATION.property("UnboundArguments")
def invocation_unbound(this: InvocationInfo) -> object:
    return Array(this.unbound) if isinstance(this.unbound, list) else Array()


@INVOCATION.property("ScriptLineNumber", "System.Int32")
def invocation_line(this: InvocationInfo) -> int:
    return this.position.line_column[0] if this.position is not None else 0


@INVOCATION.property("OffsetInLine", "System.Int32")
def invocation_offset(this: InvocationInfo) -> int:
    return this.position.line_column[1] if this.position is not None else 0


@INVOCATION.property("HistoryId", "System.Int64")
def invocation_history(this: InvocationInfo) -> int:
    return 1


@INVOCATION.property("ScriptName", "System.String")
def invocation_script(this: InvocationInfo) -> object:
    return (this.position.source.name or None) if this.position is not None else None


@INVOCATION.property("Line", "System.String")
def invocation_text(this: InvocationInfo) -> str:
    return this.position.whole_line if this.position is not None else ""


@INVOCATION.property("PositionMessage", "System.String")
def invocation_message(this: InvocationInfo) -> str:
    return this.position.message if this.position is not None else ""


@INVOCATION.property("PSScriptRoot", "System.String")
def invocation_root(this: InvocationInfo) -> str:
    return this.position.source.name.rpartition("\\")[0] if this.position is not None else ""


@INVOCATION.property("PSCommandPath", "System.String")
def invocation_path(this: InvocationInfo) -> object:
    return invocation_script(this)


@INVOCATION.property("InvocationName", "System.String")
def invocation_name(this: InvocationInfo) -> str:
    return this.name


@INVOCATION.property("PipelineLength", "System.Int32")
def invocation_length(this: InvocationInfo) -> int:
    return this.pipeline_length


@INVOCATION.property("PipelinePosition", "System.Int32")
def invocation_position(this: InvocationInfo) -> int:
    return this.pipeline_position


@INVOCATION.property("ExpectingInput", "System.Boolean")
def invocation_expecting(this: InvocationInfo) -> bool:
    return this.expecting_input


@INVOCATION.property("CommandOrigin")
def invocation_origin(this: InvocationInfo) -> EnumValue:
    return EnumValue(ORIGIN.name, "Internal", 1)


@INVOCATION.property("DisplayScriptPosition")
def invocation_display(this: InvocationInfo) -> object:
    return None


@INFORMATIONAL.property("Message", "System.String")
def note_message(this: InformationalRecord) -> str:
    return this.message


@INFORMATIONAL.property("InvocationInfo")
def note_invocation(this: InformationalRecord) -> object:
    return this.invocation


INVOCATION_TYPES: tuple[TypeDef, ...] = (
    INVOCATION,
    INFORMATIONAL,
    *(TypeDef(SMA + f"{kind}Record", base=SMA + "InformationalRecord") for kind in ("Warning", "Verbose", "Debug")),
    ORIGIN,
)
