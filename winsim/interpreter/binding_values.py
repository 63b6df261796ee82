"""One argument to one parameter: conversion, validation and the errors of binding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import Reference, SwitchParameter, convert
from winsim.interpreter.errors import RUNTIME_EXCEPTION, ErrorRecord, ExceptionObject, InvocationInfo, TerminatingError
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import NUMBER_TYPES, table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64

if TYPE_CHECKING:
    from winsim.interpreter.binder import Binding
    from winsim.interpreter.parameters import Parameter

SMA: Final = "System.Management.Automation."
BINDING: Final = SMA + "ParameterBindingException"
VALIDATION: Final = SMA + "ParameterBindingValidationException"
TRANSFORMATION: Final = SMA + "ParameterBindingArgumentTransformationException"


class WouldConvert(TerminatingError):
    """Binding without conversion was asked for and the value is of another type."""


def binding_error(
    binding: Binding,
    id: str,
    message: str,
    parameter: str | None = None,
    type_name: str = BINDING,
    inner: ExceptionObject | None = None,
    category: str = "InvalidArgument",
) -> TerminatingError:
    """An error of binding: it points at the argument where there is one, else at the command."""
    exception = ExceptionObject(type_name, message, inner, {"ParameterName": parameter, "ErrorId": id})
    category = "InvalidData" if type_name in (VALIDATION, TRANSFORMATION) else category
    record = ErrorRecord(exception, id, category)
    record.command = binding.label
    record.activity = getattr(binding.info, "name", "") or binding.label
    place = binding.place or binding.position
    line, column = place.line_column if place is not None else (0, 0)
    called = InvocationInfo(binding.info, binding.called_as, binding.position)
    exception.properties.update(Line=Int64(line), Offset=Int64(column), CommandInvocation=called)
    if place is not None:
        record.invocation = InvocationInfo(binding.info, "", place)
    return TerminatingError(record)


def with_types(problem: TerminatingError, parameter: Parameter | None, value: object = None) -> TerminatingError:
    """Says in an error which type a parameter has and which one it was given."""
    properties = problem.record.exception.properties
    if parameter is not None:
        properties["ParameterType"] = parameter.type or NetType("System.Object")
    given = type_name_of(value)
    if given is not None:
        properties["TypeSpecified"] = NetType(given)
    return problem


def cast_failure(problem: TerminatingError) -> ExceptionObject:
    """The exception of a conversion itself, without the one of the statement around it."""
    exception = problem.record.exception
    return exception.inner if exception.type_name == RUNTIME_EXCEPTION and exception.inner else exception


def bind_value(binding: Binding, parameter: Parameter, value: object, coerce: bool) -> object:
    """The argument as the parameter takes it."""
    if value is AUTOMATION_NULL:
        value = None
    if binding.literal is not None and coerce and takes_text(parameter.type):
        value = binding.literal
    if not coerce and not fits_as_is(parameter, value):
        raise WouldConvert(ErrorRecord(ExceptionObject(BINDING, ""), ""))
    shown = value
    try:
        shown = converted = converted_value(binding, parameter, value)
        check_empty(binding, parameter, converted)
        for validate in parameter.validators:
            validated(binding, parameter, validate, converted)
        if parameter.accepted:
            check_accepted(binding, parameter, converted)
    except TerminatingError as problem:
        raise with_types(problem, parameter, shown) from None
    return converted


def takes_text(kind: NetType | None) -> bool:
    """string, string[], and what is made from text alone: 9.0 is a version, 9 is none."""
    return kind is not None and (kind.element or kind).full_name in ("System.String", "System.Version")


def fits_as_is(parameter: Parameter, value: object) -> bool:
    kind = parameter.type
    if kind is None or kind.full_name in ("System.Object", SMA + "PSObject"):
        return True
    if value is None or table().is_instance(value, kind):
        return True
    if kind.element is None or kind.element.full_name == "System.Object":
        return kind.element is not None
    items = items_of(value)
    element = kind.element
    return all(table().is_instance(item, element) for item in (items if items is not None else [value]))


def converted_value(binding: Binding, parameter: Parameter, value: object) -> object:
    kind = parameter.type
    if kind is None:
        if parameter.array and value is not None:
            items = items_of(value)
            return Array(items if items is not None else [value])
        return value
    if binding.command.is_cmdlet:
        return for_cmdlet(binding, parameter, kind, value)
    return for_function(binding, parameter, kind, value)


def for_cmdlet(binding: Binding, parameter: Parameter, kind: NetType, value: object) -> object:
    name = kind.full_name
    if value is None and (name in NUMBER_TYPES or name == "System.Boolean"):
        message = f'Cannot convert null to type "{name}".'
        raise cannot_convert(binding, parameter, message, None)
    if name == "System.String" and value is None:
        return None
    if kind.element is None and isinstance(unwrap(value), list) and not takes_lists(kind):
        message = (
            f"Cannot convert '{type_name_of(value)}' to the type "
            f"'{kind.full_name}' required by parameter '{parameter.name}'. Specified method is not supported."
        )
        raise binding_error(binding, "CannotConvertArgument", message, parameter.name)
    if name == "System.Boolean" or parameter.is_switch:
        return strict_boolean(binding, parameter, value)
    try:
        return convert(value, kind)
    except TerminatingError as problem:
        raise cannot_convert(binding, parameter, problem.record.exception.message, problem) from None


def takes_lists(kind: NetType) -> bool:
    name = kind.full_name
    if name in ("System.Object", SMA + "PSObject", "System.Array") or "Collection" in name or "List" in name:
        return True
    definition = table().definition(name)
    return definition is not None and (definition.flags or definition.convert is not None)


def cannot_convert(
    binding: Binding, parameter: Parameter, reason: str, cause: TerminatingError | None
) -> TerminatingError:
    message = f"Cannot bind parameter '{parameter.name}'. {reason}"
    inner = cast_failure(cause) if cause is not None else None
    return binding_error(binding, "CannotConvertArgumentNoMessage", message, parameter.name, BINDING, inner)


def strict_boolean(binding: Binding, parameter: Parameter, value: object) -> object:
    """Boolean parameters take booleans and numbers only."""
    base = unwrap(value)
    if isinstance(base, SwitchParameter):
        return base if parameter.is_switch else base.present
    if isinstance(base, bool | int | float) and not isinstance(base, EnumValue):
        return SwitchParameter(bool(base)) if parameter.is_switch else bool(base)
    kind = (SMA + "SwitchParameter") if parameter.is_switch else "System.Boolean"
    if base is None:
        reason = f'Cannot convert null to type "{kind}".'
    else:
        reason = (
            f'Cannot convert value "{to_text(base)}" to type "{kind}". Boolean parameters accept only Boolean values '
            "and numbers, such as $True, $False, 1 or 0."
        )
    id = "CannotConvertArgumentNoMessage"
    if not binding.command.is_cmdlet:
        message = f"Cannot process argument transformation on parameter '{parameter.name}'. {reason}"
        return raise_(
            binding_error(binding, "ParameterArgumentTransformationError", message, parameter.name, TRANSFORMATION)
        )
    return raise_(binding_error(binding, id, f"Cannot bind parameter '{parameter.name}'. {reason}", parameter.name))


def raise_(problem: TerminatingError) -> object:
    raise problem


def for_function(binding: Binding, parameter: Parameter, kind: NetType, value: object) -> object:
    """Script parameters convert as casts do, with stricter rules for strings and booleans."""
    name = kind.full_name
    if name == "System.Boolean" or (parameter.is_switch and not isinstance(value, SwitchParameter)):
        return strict_boolean(binding, parameter, value)
    bools = kind.element is not None and kind.element.full_name == "System.Boolean"
    if bools and binding.command.strict and value is not None:
        items = items_of(value)
        flags = [strict_boolean(binding, parameter, item) for item in (items if items is not None else [value])]
        return Array(flags, "System.Boolean")
    base = unwrap(value)
    if isinstance(base, Reference) and name not in (SMA + "PSReference", "System.Object"):
        value = base.read()
    if name == SMA + "PSReference" and not isinstance(base, Reference):
        message = (
            f"Cannot process argument transformation on parameter '{parameter.name}'. Reference type is expected in "
            "argument."
        )
        raise binding_error(binding, "ParameterArgumentTransformationError", message, parameter.name, TRANSFORMATION)
    if name == "System.String" and binding.command.strict and isinstance(unwrap(value), list):
        message = (
            f"Cannot process argument transformation on parameter '{parameter.name}'. Cannot convert value to type "
            "System.String."
        )
        raise binding_error(binding, "ParameterArgumentTransformationError", message, parameter.name, TRANSFORMATION)
    try:
        result = convert(value, kind)
        for further in parameter.type_names:
            result = convert(result, further)
        return result
    except TerminatingError as problem:
        reason = problem.record.exception.message
        message = f"Cannot process argument transformation on parameter '{parameter.name}'. {reason}"
        cause = ExceptionObject(SMA + "ArgumentTransformationMetadataException", reason, cast_failure(problem))
        id = "ParameterArgumentTransformationError"
        raise binding_error(binding, id, message, parameter.name, TRANSFORMATION, cause) from None


def check_empty(binding: Binding, parameter: Parameter, value: object) -> None:
    """Mandatory parameters do not take $null; those of strings and of collections take no empty ones."""
    if not parameter.mandatory_anywhere or parameter.common:
        return
    id = ""
    text = ""
    untyped = parameter.type is None or parameter.type.full_name in ("System.Object", SMA + "PSObject")
    if value is None:
        if not parameter.allow_null:
            id, text = "ParameterArgumentValidationErrorNullNotAllowed", "it is null"
    elif isinstance(value, str):
        if value == "" and not parameter.allow_empty_text and not untyped:
            id, text = "ParameterArgumentValidationErrorEmptyStringNotAllowed", "it is an empty string"
    elif isinstance(value, list) and (parameter.array or not untyped):
        id, text = empty_list(parameter, value)
    if id:
        message = f"Cannot bind argument to parameter '{parameter.name}' because {text}."
        raise binding_error(binding, id, message, parameter.name, VALIDATION)


def empty_list(parameter: Parameter, value: list[object]) -> tuple[str, str]:
    prefix = "ParameterArgumentValidationError"
    array = isinstance(value, Array)
    if not value and not parameter.allow_empty_collection:
        kind = "Array" if array else "Collection"
        return f"{prefix}Empty{kind}NotAllowed", f"it is an empty {kind.lower()}"
    if parameter.type is None or parameter.type.element is None:
        return "", ""
    element = parameter.type.element.full_name
    for item in value:
        if item is None and not parameter.allow_null and element not in NUMBER_TYPES:
            return f"{prefix}NullNotAllowed", "it is null"
        if item == "" and isinstance(item, str) and element == "System.String" and not parameter.allow_empty_text:
            return f"{prefix}EmptyStringNotAllowed", "it is an empty string"
    return "", ""


def validated(binding: Binding, parameter: Parameter, validate: object, value: object) -> None:
    assert callable(validate)
    try:
        validate(binding.session, parameter.name, value)
    except ValidationFailed as problem:
        message = f"Cannot validate argument on parameter '{parameter.name}'. {problem}"
        cause = problem.cause or ExceptionObject(SMA + "ValidationMetadataException", str(problem))
        if problem.cause is None:
            cause.record = ErrorRecord(cause, problem.id, "MetadataError")
        raise binding_error(
            binding, "ParameterArgumentValidationError", message, parameter.name, VALIDATION, cause
        ) from None


class ValidationFailed(Exception):
    """A validation attribute refused a value; the text is its reason, ``cause`` what its script raised."""

    def __init__(self, reason: str, id: str = "RuntimeException", cause: ExceptionObject | None = None) -> None:
        super().__init__(reason)
        self.id = id
        self.cause = cause


def check_accepted(binding: Binding, parameter: Parameter, value: object) -> None:
    """The documented values of a set or of an enumeration that the lab has no type for."""
    items = items_of(value)
    known = {text.lower() for text in parameter.accepted}
    for item in items if items is not None else [value]:
        if isinstance(item, int | Dictionary) and not isinstance(item, bool):
            continue
        for part in to_text(item).split(",") if parameter.is_enum else [to_text(item)]:
            if part.strip().lower() in known:
                continue
            names = ",".join(parameter.accepted)
            if parameter.is_enum:
                message = (
                    f"Cannot bind parameter '{parameter.name}'. Cannot convert value \"{to_text(item)}\" to the type "
                    f'of the parameter. The possible enumeration values are "{names}".'
                )
                raise binding_error(binding, "CannotConvertArgumentNoMessage", message, parameter.name)
            message = (
                f"Cannot validate argument on parameter '{parameter.name}'. The argument \"{to_text(item)}\" does not "
                f'belong to the set "{names}" specified by the ValidateSet attribute.'
            )
            raise binding_error(binding, "ParameterArgumentValidationError", message, parameter.name, VALIDATION)
