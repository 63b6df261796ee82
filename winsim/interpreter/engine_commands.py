"""Commands, their parameters and parameter sets, and steppable pipelines as .NET types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pslang.signatures import tables
from winsim.interpreter.dynamic import attributes_of
from winsim.interpreter.nettypes import NetType, TypeDef, enumeration
from winsim.interpreter.parameters import ALL_SETS, InSet, Parameter
from winsim.interpreter.scriptblocks import AliasInfo, CmdletInfo, CommandInfo, FunctionInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.steppable import SteppablePipeline

SMA = "System.Management.Automation."
COMMAND = TypeDef(SMA + "CommandInfo")

COMMAND_TYPES = enumeration(
    SMA + "CommandTypes",
    {
        "Alias": 1,
        "Function": 2,
        "Filter": 4,
        "Cmdlet": 8,
        "ExternalScript": 16,
        "Application": 32,
        "Script": 64,
        "Workflow": 128,
        "All": 255,
    },
    flags=True,
)


@COMMAND.property("Name", "System.String")
def command_name(this: CommandInfo) -> str:
    return this.name


@COMMAND.property("CommandType")
def command_kind(this: CommandInfo) -> EnumValue:
    members = COMMAND_TYPES.enum or {}
    return EnumValue(COMMAND_TYPES.name, this.kind, members[this.kind])


@COMMAND.property("Definition", "System.String")
def command_definition(this: CommandInfo) -> object:
    if isinstance(this, FunctionInfo):
        return this.code.text
    if this.kind == "Script":
        return str(getattr(getattr(this, "code", None), "text", ""))
    if isinstance(this, AliasInfo):
        return this.definition
    return syntax_of(this) if isinstance(this, CmdletInfo) else getattr(this, "path", this.name)


def syntax_of(this: CommandInfo) -> str:
    """A line for each parameter set, as Get-Command -Syntax has them."""
    sets = command_sets(this)
    assert isinstance(sets, Array)
    return "".join(f"\r\n{this.name} {one}\r\n" for one in sets)


@COMMAND.property("ScriptBlock")
def command_block(this: CommandInfo) -> object:
    return this.block if isinstance(this, FunctionInfo) else None


@COMMAND.property("ModuleName", "System.String")
def command_module(this: CommandInfo) -> str:
    return getattr(this, "module_name", None) or str(getattr(this.module, "name", "") or "")


@COMMAND.property("Source", "System.String")
def command_source(this: CommandInfo) -> object:
    return getattr(this, "path", None) or command_module(this)


@COMMAND.property("Path", "System.String")
def command_path(this: CommandInfo) -> object:
    return getattr(this, "path", None)


@COMMAND.property("Verb", "System.String")
def command_verb(this: CommandInfo) -> str:
    return this.name.partition("-")[0] if "-" in this.name else ""


@COMMAND.property("Noun", "System.String")
def command_noun(this: CommandInfo) -> str:
    return this.name.partition("-")[2]


@COMMAND.property("CmdletBinding", "System.Boolean")
def command_advanced(this: CommandInfo) -> bool:
    return bool(getattr(getattr(this, "code", None), "advanced", False))


@COMMAND.property("DefaultParameterSet", "System.String")
def command_default_set(this: CommandInfo) -> object:
    found = getattr(this, "parameters", None) or getattr(getattr(this, "code", None), "parameters", None)
    return getattr(found, "default_set", None)


@COMMAND.property("Options")
def command_options(this: CommandInfo) -> str:
    return str(getattr(this, "options", "None"))


@COMMAND.property("Description", "System.String")
def command_description(this: CommandInfo) -> str:
    return str(getattr(this, "description", ""))


@COMMAND.property("Visibility")
def command_visibility(this: CommandInfo) -> str:
    return "Public"


@COMMAND.property("Module")
def command_module_info(this: CommandInfo) -> object:
    return this.module


class PSTypeName(NetObject):
    """A type by name, as [OutputType()] gives it."""

    type_names = (SMA + "PSTypeName", "System.Object")

    def __init__(self, name: str, kind: NetType | None) -> None:
        self.name = name
        self.kind = kind

    def __str__(self) -> str:
        return self.name


TYPE_NAME = TypeDef(SMA + "PSTypeName")
TYPE_NAME.attribute("Name")


@TYPE_NAME.property("Type", "System.Type")
def type_of_name(this: PSTypeName) -> object:
    return this.kind


@COMMAND.property("OutputType")
def command_output(this: CommandInfo) -> object:
    from winsim.interpreter.attributes import output_types

    code = getattr(this, "code", None)
    found = output_types(code) if code is not None else []
    return Array([PSTypeName(name, kind) for name, kind in found], SMA + "PSTypeName")


@COMMAND.property("ResolvedCommand")
def command_resolved(this: CommandInfo) -> object:
    return this.resolved if isinstance(this, AliasInfo) else None


@COMMAND.property("Parameters")
def command_parameters(this: CommandInfo) -> object:
    from winsim.interpreter.containers import GenericDictionary

    found = getattr(this, "parameters", None) or getattr(getattr(this, "code", None), "parameters", None)
    made = GenericDictionary("System.String", SMA + "ParameterMetadata", ignore_case=True)
    for parameter in getattr(found, "parameters", ()):
        entry = ParameterMetadata(parameter.name, parameter.type, parameter.aliases)
        entry.attributes = attributes_of(parameter)
        entry.parameter_sets = sets_of(parameter)
        made[parameter.name] = entry
    return made


class ParameterMetadata(NetObject):
    type_names = (SMA + "ParameterMetadata", "System.Object")

    def __init__(self, name: str, kind: NetType | None, aliases: tuple[str, ...]) -> None:
        self.name = name
        self.parameter_type = kind or get_type("System.Object")
        self.aliases = Array(aliases, "System.String")
        self.attributes = Array([])
        self.parameter_sets: object = None


METADATA = TypeDef(SMA + "ParameterMetadata")
METADATA.attribute("Name", "ParameterType", "Aliases", "Attributes", "ParameterSets")


@METADATA.property("SwitchParameter", "System.Boolean")
def metadata_switch(this: ParameterMetadata) -> bool:
    return this.parameter_type.name == SMA + "SwitchParameter"


@METADATA.property("IsDynamic", "System.Boolean")
def metadata_dynamic(this: ParameterMetadata) -> bool:
    return False


def sets_of(parameter: Parameter) -> object:
    """Parameter set name -> what the parameter is in it."""
    from winsim.interpreter.containers import GenericDictionary

    made = GenericDictionary("System.String", SMA + "ParameterSetMetadata", ignore_case=True)
    for name, data in parameter.sets.items():
        made[name] = SetParameter(parameter, data)
    return made


STEPPABLE = TypeDef(SMA + "SteppablePipeline")


@STEPPABLE.method("Begin", "System.Object")
def steppable_begin(this: SteppablePipeline, target: object) -> object:
    return this.begin(target)


@STEPPABLE.method("Process", "params System.Object[]")
def steppable_process(this: SteppablePipeline, values: list[object]) -> object:
    return this.process(values)


@STEPPABLE.method("End")
def steppable_end(this: SteppablePipeline) -> object:
    return this.end()


@STEPPABLE.method("Dispose")
def steppable_dispose(this: SteppablePipeline) -> object:
    return AUTOMATION_NULL


class ParameterSetInfo(NetObject):
    """A parameter set of a command."""

    type_names = (SMA + "CommandParameterSetInfo", "System.Object")

    def __init__(self, name: str, is_default: bool, parameters: Array) -> None:
        self.name = name
        self.is_default = is_default
        self.parameters = parameters

    def __str__(self) -> str:
        """The parameters as a line of syntax: positional ones, mandatory ones, the others, the common ones."""
        members: list[SetParameter] = list(self.parameters)  # type: ignore[arg-type]
        common = [one for one in members if one.common]
        rest = [one for one in members if not one.common]
        by_position = sorted((one for one in rest if one.position >= 0), key=lambda one: one.position)
        named = [one for one in rest if one.position < 0]
        ordered = [*by_position, *(o for o in named if o.is_mandatory), *(o for o in named if not o.is_mandatory)]
        return " ".join([*(one.shown() for one in ordered), *(["[<CommonParameters>]"] if common else [])])


class SetParameter(ParameterMetadata):
    """A parameter as it is in one parameter set."""

    def __init__(self, parameter: Parameter, data: InSet, declared: str = "") -> None:
        super().__init__(parameter.name, parameter.type, parameter.aliases)
        self.declared = declared  # the type's name where the lab does not know the type
        self.common = parameter.common and parameter.key not in ("whatif", "confirm")
        self.type_names = (SMA + "CommandParameterInfo", "System.Object")
        self.is_mandatory = data.mandatory
        self.position = data.position if data.position is not None else -2147483648
        self.value_from_pipeline = data.by_value
        self.value_from_pipeline_by_property_name = data.by_name
        self.value_from_remaining_arguments = data.remaining

    def shown(self) -> str:
        name = f"-{self.name}"
        if self.parameter_type.name == SMA + "SwitchParameter":
            return name if self.is_mandatory else f"[{name}]"
        text = self.declared or to_text(self.parameter_type)
        kind = text if "[" in text.removesuffix("[]") else text.rpartition(".")[2]
        name = f"[{name}]" if self.position >= 0 else name
        return f"{name} <{kind}>" if self.is_mandatory else f"[{name} <{kind}>]"


SET_INFO = TypeDef(SMA + "CommandParameterSetInfo")
SET_INFO.attribute("Name", "IsDefault", "Parameters")
SET_PARAMETER = TypeDef(SMA + "CommandParameterInfo")
SET_PARAMETER.attribute("Name", "ParameterType", "Aliases", "IsMandatory", "Position", "ValueFromPipeline")
SET_PARAMETER.attribute("ValueFromPipelineByPropertyName", "ValueFromRemainingArguments")


def in_order(parameters: tuple[Parameter, ...], signature: tables.Signature | None, name: str) -> Sequence[Parameter]:
    """The parameters of a set; the tables keep a cmdlet's in the order of its documentation."""
    if signature is None:
        return parameters
    listed = signature.sets.get(name) or next(iter(signature.sets.values()), ())
    order = {one.lower(): position for position, one in enumerate(listed)}
    return sorted(parameters, key=lambda one: order.get(one.key, len(order)))


def declared_type(parameter: Parameter, signature: tables.Signature | None) -> str:
    """The type as the tables write it, where the lab does not know it."""
    row = signature.parameters.get(parameter.name) if signature is not None else None
    return row.type if row is not None and parameter.type is None else ""


@COMMAND.property("ParameterSets")
def command_sets(this: CommandInfo) -> object:
    found = getattr(this, "parameters", None) or getattr(getattr(this, "code", None), "parameters", None)
    if found is None:
        return Array([])
    made = []
    signature = tables.find(this.name) if isinstance(this, CmdletInfo) else None
    for name in found.sets or (ALL_SETS,):
        data = [(p, p.in_set(name)) for p in in_order(found.parameters, signature, name)]
        members = Array([SetParameter(p, d, declared_type(p, signature)) for p, d in data if d is not None])
        made.append(ParameterSetInfo(name, name == found.default_set, members))
    return Array(made, SMA + "CommandParameterSetInfo")


@COMMAND.property("ResolvedCommandName", "System.String")
def command_resolved_name(this: CommandInfo) -> object:
    resolved = this.resolved if isinstance(this, AliasInfo) else None
    return resolved.name if resolved is not None else None


@COMMAND.property("ReferencedCommand")
def command_referenced(this: CommandInfo) -> object:
    return this.resolved if isinstance(this, AliasInfo) else None


@COMMAND.property("DisplayName", "System.String")
def command_display(this: CommandInfo) -> str:
    if isinstance(this, AliasInfo):
        return f"{this.name} -> {this.resolved.name if this.resolved is not None else this.definition}"
    return this.name


COMMAND_INFO_TYPES: tuple[TypeDef, ...] = (
    COMMAND,
    *(
        TypeDef(SMA + name, base=SMA + "CommandInfo")
        for name in ("FunctionInfo", "CmdletInfo", "ApplicationInfo", "ExternalScriptInfo", "AliasInfo")
    ),
    METADATA,
    STEPPABLE,
    SET_INFO,
    SET_PARAMETER,
    TYPE_NAME,
    COMMAND_TYPES,
)
