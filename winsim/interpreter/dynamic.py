"""Dynamic parameters of functions: what a dynamicparam block writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from winsim.interpreter.collect import items_of
from winsim.interpreter.containers import Dictionary, GenericDictionary
from winsim.interpreter.nettypes import NetType, TypeDef
from winsim.interpreter.parameters import ALL_SETS, CommandParameters, InSet, Parameter, Validator, assemble
from winsim.interpreter.validation import VALIDATORS
from winsim.interpreter.values import Array, NetObject

SMA = "System.Management.Automation."


class AttributeObject(NetObject):
    """An attribute as a value: its constructor arguments and its properties."""

    def __init__(self, kind: str, arguments: list[object]) -> None:
        self.type_names = (f"{SMA}{kind}Attribute", "System.Attribute", "System.Object")
        self.kind = kind
        self.arguments = arguments
        self.values: dict[str, object] = {}


class RuntimeParameter(NetObject):
    type_names = (SMA + "RuntimeDefinedParameter", "System.Object")

    def __init__(self, name: str, kind: NetType, attributes: object) -> None:
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.value: object = None
        self.is_set = False


class RuntimeDictionary(GenericDictionary):
    """System.Management.Automation.RuntimeDefinedParameterDictionary."""

    def __init__(self) -> None:
        super().__init__("System.String", SMA + "RuntimeDefinedParameter", ignore_case=True)
        self.type_names = (SMA + "RuntimeDefinedParameterDictionary", *self.type_names)


def lenient(command: CommandParameters) -> CommandParameters:
    """For the first binding, before the dynamic parameters are known: nothing is unknown, missing or too much."""
    return replace(command, strict=False, has_mandatory=False)


def added_parameters(command: CommandParameters, output: list[object]) -> CommandParameters:
    added: list[Parameter] = []
    for value in output:
        if isinstance(value, Dictionary):
            added.extend(parameter_of(p) for p in value.values() if isinstance(p, RuntimeParameter))
    common = tuple(p for p in command.parameters if p.common)
    own = tuple(p for p in command.parameters if not p.common)
    return assemble((*own, *added, *common), command.default_set, strict=command.strict)


def parameter_of(declared: RuntimeParameter) -> Parameter:
    sets: dict[str, InSet] = {}
    aliases: tuple[str, ...] = ()
    checks: list[Validator] = []
    for attribute in items_of(declared.attributes) or []:
        if not isinstance(attribute, AttributeObject):
            continue
        if attribute.kind == "Parameter":
            name, data = in_set(attribute)
            sets[name] = data
        elif attribute.kind == "Alias":
            aliases += tuple(str(a) for a in flat(attribute.arguments))
        elif attribute.kind.lower() in VALIDATORS:
            checks.append(VALIDATORS[attribute.kind.lower()](flat(attribute.arguments), attribute.values))
    return Parameter(declared.name, declared.kind, sets or {ALL_SETS: InSet()}, aliases, validators=tuple(checks))


def flat(arguments: list[object]) -> list[object]:
    """``ValidateSet(array)`` is the same as ``ValidateSet(a, b)``."""
    if len(arguments) == 1 and isinstance(arguments[0], list):
        return list(arguments[0])
    return arguments


def in_set(attribute: AttributeObject) -> tuple[str, InSet]:
    values = {name.lower(): value for name, value in attribute.values.items()}
    position = values.get("position")
    data = InSet(
        bool(values.get("mandatory", False)),
        int(position) if isinstance(position, int) else None,
        bool(values.get("valuefrompipeline", False)),
        bool(values.get("valuefrompipelinebypropertyname", False)),
        bool(values.get("valuefromremainingarguments", False)),
    )
    return str(values.get("parametersetname", ALL_SETS)), data


# -- the types --------------------------------------------------------------------------------------------------------

PROPERTIES: dict[str, tuple[tuple[str, str], ...]] = {
    "Parameter": (
        ("Mandatory", "System.Boolean"),
        ("Position", "System.Int32"),
        ("ValueFromPipeline", "System.Boolean"),
        ("ValueFromPipelineByPropertyName", "System.Boolean"),
        ("ValueFromRemainingArguments", "System.Boolean"),
        ("ParameterSetName", "System.String"),
        ("HelpMessage", "System.String"),
    ),
    "Alias": (),
    "ValidateSet": (("IgnoreCase", "System.Boolean"),),
    "ValidateRange": (),
    "ValidatePattern": (),
    "ValidateLength": (),
    "ValidateCount": (),
    "ValidateScript": (),
    "ValidateNotNull": (),
    "ValidateNotNullOrEmpty": (),
    "AllowNull": (),
    "AllowEmptyString": (),
    "AllowEmptyCollection": (),
}


def attribute_type(kind: str, properties: tuple[tuple[str, str], ...]) -> TypeDef:
    made = TypeDef(f"{SMA}{kind}Attribute", base="System.Attribute")

    @made.constructor("params System.Object[]")
    def new(arguments: list[object]) -> AttributeObject:
        return AttributeObject(kind, list(arguments))

    for name, type_name in properties:
        attribute_property(made, name, type_name)
    for name, position in ARGUMENTS.get(kind, ()):
        argument_property(made, name, position)
    return made


ARGUMENTS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "Alias": (("AliasNames", None),),
    "ValidateSet": (("ValidValues", None),),
    "ValidateRange": (("MinRange", 0), ("MaxRange", 1)),
    "ValidateLength": (("MinLength", 0), ("MaxLength", 1)),
    "ValidateCount": (("MinLength", 0), ("MaxLength", 1)),
    "ValidatePattern": (("RegexPattern", 0),),
    "ValidateScript": (("ScriptBlock", 0),),
}
"""Properties that are constructor arguments: one of them, or all (None)."""


def argument_property(made: TypeDef, name: str, position: int | None) -> None:
    @made.property(name)
    def read(this: AttributeObject) -> object:
        values = flat(this.arguments)
        if position is None:
            return Array(values, "System.String")
        return values[position] if position < len(values) else None


def attributes_of(parameter: Parameter) -> Array:
    """The attributes of a parameter as values."""
    found: list[object] = []
    for set_name, data in parameter.sets.items():
        made = AttributeObject("Parameter", [])
        made.values = {
            "Mandatory": data.mandatory,
            "Position": data.position if data.position is not None else -(2**31),
            "ValueFromPipeline": data.by_value,
            "ValueFromPipelineByPropertyName": data.by_name,
            "ValueFromRemainingArguments": data.remaining,
            "ParameterSetName": set_name,
            "HelpMessage": data.help or None,
        }
        found.append(made)
    return Array([*found, *parameter.declared], "System.Attribute")


def attribute_property(made: TypeDef, name: str, type_name: str) -> None:
    @made.property(name, type_name)
    def read(this: AttributeObject) -> object:
        return this.values.get(name)

    @made.setter(name)
    def write(this: AttributeObject, value: object) -> None:
        this.values[name] = value


PARAMETER = TypeDef(SMA + "RuntimeDefinedParameter")
DICTIONARY = TypeDef(SMA + "RuntimeDefinedParameterDictionary", base="System.Collections.Generic.Dictionary`2")


@PARAMETER.constructor("System.String", "System.Type", "System.Object")
def new_parameter(name: str, kind: NetType, attributes: object) -> RuntimeParameter:
    return RuntimeParameter(name, kind, attributes)


@PARAMETER.constructor()
def empty_parameter() -> RuntimeParameter:
    from winsim.interpreter.typetable import get_type

    return RuntimeParameter("", get_type("System.Object"), Array([]))


@PARAMETER.property("Name", "System.String")
def parameter_name(this: RuntimeParameter) -> str:
    return this.name


@PARAMETER.property("ParameterType", "System.Type")
def parameter_kind(this: RuntimeParameter) -> NetType:
    return this.kind


@PARAMETER.property("Attributes")
def parameter_attributes(this: RuntimeParameter) -> object:
    return this.attributes


@PARAMETER.property("Value")
def parameter_value(this: RuntimeParameter) -> object:
    return this.value


@PARAMETER.setter("Value")
def set_parameter_value(this: RuntimeParameter, value: object) -> None:
    this.value = value
    this.is_set = True


@PARAMETER.property("IsSet", "System.Boolean")
def parameter_is_set(this: RuntimeParameter) -> bool:
    return this.is_set


@DICTIONARY.constructor()
def new_dictionary() -> RuntimeDictionary:
    return RuntimeDictionary()


def all_types() -> tuple[TypeDef, ...]:
    attributes: list[Any] = [attribute_type(kind, properties) for kind, properties in PROPERTIES.items()]
    return (TypeDef("System.Attribute"), *attributes, PARAMETER, DICTIONARY)


DYNAMIC_TYPES: tuple[TypeDef, ...] = all_types()
