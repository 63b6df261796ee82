"""Attributes of scripts, parameters and variables: binding metadata and validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pslang import syntax
from winsim.interpreter.binding_values import ValidationFailed
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.compiling import Unit, expression
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.errors import TerminatingError, error
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.parameters import (
    ALL_SETS,
    CommandParameters,
    InSet,
    Parameter,
    Validator,
    assemble,
    common_parameters,
    should_process_parameters,
)
from winsim.interpreter.scopes import VariableInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import table
from winsim.interpreter.validation import VALIDATORS

if TYPE_CHECKING:
    from winsim.interpreter.compile_variables import Write
    from winsim.interpreter.frames import Frame
    from winsim.interpreter.scriptblocks import CompiledScript


def attribute_name(node: syntax.Attribute) -> str:
    name = node.type.name.lower()
    name = name.removeprefix("system.management.automation.")
    return name.removesuffix("attribute")


def constant_of(unit: Unit, node: syntax.Expression) -> object:
    """The value of an attribute's argument: constants and script blocks."""
    evaluate = expression(unit, node)
    return evaluate(CONSTANT_FRAME)


class ConstantFrame:
    """What constant expressions are evaluated against: no variables, no session."""

    session = None
    cmdlet = None

    def __init__(self) -> None:
        from winsim.interpreter.scopes import Scope

        self.scope = Scope(None)


CONSTANT_FRAME: Any = ConstantFrame()


def is_advanced(script: syntax.Script) -> bool:
    if any(attribute_name(a) == "cmdletbinding" for a in script.attributes):
        return True
    return any(attribute_name(a) == "parameter" for p in script.parameters or () for a in p.attributes)


def cmdlet_binding(script: syntax.Script) -> dict[str, object]:
    unit = Unit(script.source)
    for attribute in script.attributes:
        if attribute_name(attribute) == "cmdletbinding":
            return {name.lower(): constant_of(unit, value) for name, value in attribute.named}
    return {}


def output_types(code: CompiledScript) -> list[tuple[str, NetType | None]]:
    """(name, type) of every type that [OutputType()] names."""
    unit = Unit(code.source)
    found: list[tuple[str, NetType | None]] = []
    for attribute in code.script.attributes:
        if attribute_name(attribute) != "outputtype":
            continue
        for argument in attribute.args:
            value = constant_of(unit, argument)
            for item in items_of(value) or [value]:
                kind = item if isinstance(item, NetType) else table().parse(to_text(item))
                found.append((kind.full_name if kind is not None else to_text(item), kind))
    return found


def script_parameters(code: CompiledScript) -> CommandParameters:
    unit = Unit(code.source)
    declared = code.script.parameters or ()
    advanced = code.advanced
    facts = code.binding
    positional = to_bool(facts.get("positionalbinding", True))
    explicit = any(
        name.lower() in ("position", "parametersetname") and name.lower() == "position"
        for p in declared
        for a in p.attributes
        if attribute_name(a) == "parameter"
        for name, _ in a.named
    )
    parameters = []
    place = 0
    for node in declared:
        automatic = None if explicit or not positional else place
        parameter = script_parameter(unit, node, automatic)
        if automatic is not None and not parameter.is_switch and not any(d.remaining for d in parameter.sets.values()):
            place += 1
        parameters.append(parameter)
    extra: tuple[Parameter, ...] = ()
    if advanced:
        extra = common_parameters()
        if to_bool(facts.get("supportsshouldprocess", False)):
            extra += should_process_parameters()
    default = facts.get("defaultparametersetname")
    return assemble((*parameters, *extra), to_text(default) if default else None, strict=advanced)


def script_parameter(unit: Unit, node: syntax.Parameter, automatic: int | None) -> Parameter:
    from winsim.interpreter.compile_expressions import type_of_name

    types: list[NetType] = [type_of_name(unit, name)() for name in node.types]
    first = types[-1] if types else None
    switch = first is not None and first.name.endswith("SwitchParameter")
    sets: dict[str, InSet] = {}
    aliases: tuple[str, ...] = ()
    flags: set[str] = set()
    for attribute in node.attributes:
        name = attribute_name(attribute)
        if name == "parameter":
            set_name, data = parameter_attribute(unit, attribute, automatic)
            sets[set_name] = data
        elif name == "alias":
            aliases += tuple(to_text(constant_of(unit, a)) for a in attribute.args)
        else:
            flags.add(name)
    if not sets:
        sets[ALL_SETS] = InSet(position=None if switch else automatic)
    default = expression(unit, node.default) if node.default is not None else None
    return Parameter(
        node.name,
        first,
        sets,
        aliases,
        default,
        validators(unit, node.attributes),
        "allownull" in flags,
        "allowemptystring" in flags,
        "allowemptycollection" in flags,
        type_names=tuple(reversed(types[:-1])),
        declared=declared_attributes(unit, node.attributes),
    )


def declared_attributes(unit: Unit, attributes: Sequence[syntax.Attribute]) -> tuple[object, ...]:
    """The attributes other than [Parameter()] as ``Get-Command`` shows them."""
    from winsim.interpreter.dynamic import PROPERTIES, AttributeObject

    names = {name.lower(): name for name in PROPERTIES}
    found = []
    for attribute in attributes:
        name = names.get(attribute_name(attribute))
        if name is not None and name != "Parameter":
            found.append(AttributeObject(name, [constant_of(unit, a) for a in attribute.args]))
    return tuple(found)


def parameter_attribute(unit: Unit, node: syntax.Attribute, automatic: int | None) -> tuple[str, InSet]:
    given = {name.lower(): constant_of(unit, value) for name, value in node.named}
    remaining = to_bool(given.get("valuefromremainingarguments", False))
    position = given.get("position", None if remaining else automatic)
    data = InSet(
        to_bool(given.get("mandatory", False)),
        int(position) if isinstance(position, int) else None,
        to_bool(given.get("valuefrompipeline", False)),
        to_bool(given.get("valuefrompipelinebypropertyname", False)),
        remaining,
        to_text(given.get("helpmessage", "")),
    )
    return to_text(given.get("parametersetname", ALL_SETS)), data


# -- validation -------------------------------------------------------------------------------------------------------


def validators(unit: Unit, attributes: Sequence[syntax.Attribute]) -> tuple[Validator, ...]:
    found: list[Validator] = []
    for attribute in attributes:
        build = VALIDATORS.get(attribute_name(attribute))
        if build is not None:
            arguments = [constant_of(unit, a) for a in attribute.args]
            refuse_count(attribute, len(arguments))
            named = {name.lower(): constant_of(unit, value) for name, value in attribute.named}
            found.append(build(arguments, named))
        elif attribute_name(attribute) not in HARMLESS:
            raise NotBuilt(f"the attribute [{attribute.type.name}()]")
    return tuple(found)


#: How many positional arguments the constructors take, where not any number.
ARITY = {
    "validaterange": 2,
    "validatepattern": 1,
    "validatelength": 2,
    "validatecount": 2,
    "validatescript": 1,
    "validatenotnull": 0,
    "validatenotnullorempty": 0,
}


def refuse_count(attribute: syntax.Attribute, count: int) -> None:
    name = attribute_name(attribute)
    if ARITY.get(name, count) != count:
        shown = f"{attribute.type.name}Attribute"
        message = f'Cannot find an overload for "{shown}" and the argument count: "{count}".'
        raise error("MethodCountCouldNotFindBest", message, "MetadataError")


HARMLESS = frozenset(
    {
        *("parameter", "alias", "allownull", "allowemptystring", "allowemptycollection", "cmdletbinding", "outputtype"),
        *("psdefaultvalue", "supportswildcards", "credential", "system.management.automation.credential"),
    }
)


# -- variables --------------------------------------------------------------------------------------------------------


def constrain(
    node: syntax.Variable,
    look_up: Callable[[], NetType] | None,
    checks: tuple[Validator, ...],
    declared: tuple[object, ...] = (),
) -> Write:
    """``[int]$x = 1``: assigns and makes the variable keep type and validation."""
    from winsim.interpreter.compile_variables import key_of, write_variable
    from winsim.interpreter.dynamic import AttributeObject

    key = key_of(node.name)
    write = write_variable(node)

    def assign(frame: Frame, value: object) -> None:
        target = look_up() if look_up is not None else None
        scope = frame.scope.numbered(node.scope) if node.scope else frame.scope
        if scope is None:
            scope = frame.scope
        info = scope.infos.setdefault(key, VariableInfo())
        old = info.convert
        info.convert = conversion(frame, node.name, target, checks)
        info.attributes = declared
        if target is not None:
            info.types = (target,)
            info.attributes = (AttributeObject("ArgumentTypeConverter", [target]), *declared)
        try:
            write(frame, value)
        except TerminatingError:
            info.convert = old
            raise

    return assign


def constrained(value: object, target: NetType) -> object:
    """The value for a variable with a type."""
    try:
        return convert(value, target)
    except TerminatingError as problem:
        cause = problem.record.exception
        kind = "System.Management.Automation.ArgumentTransformationMetadataException"
        raise error("RuntimeException", cause.message, "MetadataError", None, kind, cause) from None


def conversion(
    frame: Frame, name: str, target: NetType | None, checks: tuple[Validator, ...]
) -> Callable[[object], object]:
    session = frame.session

    def apply(value: object) -> object:
        result = constrained(value, target) if target is not None else value
        for check in checks:
            try:
                check(session, name, result)
            except ValidationFailed as problem:
                message = (
                    f"The variable cannot be validated because the value {to_text(result)} is not a valid value for "
                    f"the {name} variable."
                )
                kind = "System.Management.Automation.ValidationMetadataException"
                raise error("ValidateSetFailure", message, "MetadataError", None, kind) from problem
        return result

    return apply
