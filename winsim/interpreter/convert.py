"""Conversions of the language: ``[T]$value``, parameters, arguments of .NET methods, operands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Dictionary, GenericList, Hashtable, ObjectCollection
from winsim.interpreter.errors import RUNTIME_EXCEPTION, ExceptionObject, TerminatingError, error, exception_of
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.numbers import INTEGERS, cast_error, to_decimal, to_double, to_integer
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import NUMBER_TYPES, table, type_name_of
from winsim.interpreter.values import (
    AUTOMATION_NULL,
    Array,
    ArrayList,
    Char,
    EnumValue,
    NetObject,
    PSObject,
)

Converter = Callable[[object], object]
SMA: Final = "System.Management.Automation."


class SwitchParameter(NetObject):
    """System.Management.Automation.SwitchParameter."""

    type_names = (SMA + "SwitchParameter", "System.ValueType", "System.Object")

    def __init__(self, present: bool) -> None:
        self.present = present

    def __str__(self) -> str:
        return "True" if self.present else "False"

    def __eq__(self, other: object) -> bool:
        return self.present == other.present if isinstance(other, SwitchParameter) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.present)


class Reference(NetObject):
    """``[ref]``: reads and writes a variable (or holds a value of its own)."""

    type_names = (SMA + "PSReference", "System.Object")

    def __init__(self, read: Callable[[], object], write: Callable[[object], None]) -> None:
        self.read = read
        self.write = write

    @classmethod
    def holding(cls, value: object) -> Reference:
        cell = [value]

        def write(new: object) -> None:
            cell[0] = new

        return cls(lambda: cell[0], write)


def invalid(
    value: object, target: NetType, reason: str | None = None, cause: ExceptionObject | None = None
) -> TerminatingError:
    """The error of a conversion that does not exist or failed."""
    name = str(target)
    shown = own_text(value)
    if reason is not None:
        id, message = (
            "InvalidCastConstructorException",
            f'Cannot convert value "{shown}" to type "{name}". Error: "{reason}"',
        )
    elif value is None:
        id, message = "nullToObjectInvalidCast", f'Cannot convert null to type "{name}".'
    else:
        id = "ConvertToFinalInvalidCastException"
        message = f'Cannot convert the "{shown}" value of type "{type_name_of(value)}" to type "{name}".'
    outer = ExceptionObject(SMA + "PSInvalidCastException", message, cause)
    return error(id, message, "InvalidArgument", None, RUNTIME_EXCEPTION, outer)


def own_text(value: object) -> str:
    """ToString() of the value itself: a collection says its type, a date is written in the current culture."""
    base = unwrap(value)
    if isinstance(base, list):
        return type_name_of(base) or "System.Object"
    definition = table().definition("System.DateTime")
    if definition is not None and definition.format is not None and isinstance(base, definition.python):
        return definition.format(base, "G")
    return to_text(value)


def to_bool(value: object) -> bool:
    """The truth of a value."""
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[return-value]
    if value is None or value is AUTOMATION_NULL:
        return False
    if isinstance(value, Char):
        return value != "\0"
    if isinstance(value, str):
        return len(value) > 0
    if isinstance(value, list):
        return list_truth(value)
    if isinstance(value, SwitchParameter):
        return value.present
    if isinstance(value, NetObject):
        return True
    if isinstance(value, PSObject):
        return True if value.base is None else to_bool(value.base)
    return bool(value)


def list_truth(items: list[object]) -> bool:
    if len(items) != 1:
        return len(items) > 1
    first = unwrap(items[0])
    return len(first) > 0 if isinstance(first, list) else to_bool(first)


def to_char(value: object) -> object:
    if isinstance(value, str) and len(value) == 1:
        return Char(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= 0xFFFF:
            reason = "Value was either too large or too small for a character."
            raise not_convertible(value, "System.Char", "System.OverflowException", reason)
        return Char(chr(value))
    if value is None:
        return Char("\0")
    if isinstance(value, str):
        reason = "String must be exactly one character long."
        target = NetType("System.Char")
        raise unparsed(value, target, reason, ExceptionObject("System.FormatException", reason))
    raise TypeError


# The types of .NET that implement IConvertible besides numbers and text.
CONVERTIBLE: Final = frozenset({"System.DateTime", "System.Boolean", "System.Char", "System.Double", "System.Single"})


def not_convertible(value: object, target: str, kind: str, reason: str) -> TerminatingError:
    return cast_error("InvalidCastIConvertible", own_text(value), target, kind, reason)


def strict_bool(value: object) -> object:
    return to_bool(value)


def to_string(value: object) -> object:
    return to_text(value)


def to_array_list(value: object) -> object:
    items = items_of(value)
    if value is None:
        raise TypeError
    return ArrayList(items if items is not None else [value])


def to_hashtable(value: object) -> object:
    if isinstance(value, Hashtable) or value is None:
        return value
    if isinstance(value, Dictionary):
        return Hashtable(value.items(), value.ignore_case)
    raise TypeError


def to_custom_object(value: object) -> object:
    """``[pscustomobject]$value``: only dictionaries change."""
    value = unwrap(value)
    if isinstance(value, Dictionary):
        bag = PSObject({to_text(key): item for key, item in value.items()})
        return with_type_name(bag)
    return value


def with_type_name(bag: PSObject) -> PSObject:
    """``PSTypeName`` in ``[pscustomobject]@{}`` gives the object a type name."""
    if "PSTypeName" in bag:
        name = to_text(bag["PSTypeName"])
        del bag["PSTypeName"]
        bag.type_names = (name, *bag.type_names)
    return bag


def to_script_block(value: object) -> object:
    from winsim.interpreter.scriptblocks import ScriptBlock, create

    if isinstance(value, ScriptBlock) or value is None:
        return value
    if isinstance(value, str):
        return create(value)
    raise TypeError


def to_type(value: object) -> object:
    if isinstance(value, NetType) or value is None:
        return value
    if isinstance(value, str):
        found = table().parse(value.strip("[]") if value.startswith("[") else value)
        if found is not None:
            return found
        message = f'Cannot convert the "{value}" value of type "System.String" to type "System.Type".'
        outer = ExceptionObject(SMA + "PSInvalidCastException", message)
        raise error("InvalidCastFromStringToType", message, "InvalidArgument", None, RUNTIME_EXCEPTION, outer)
    raise TypeError


def to_switch(value: object) -> object:
    return value if isinstance(value, SwitchParameter) else SwitchParameter(to_bool(value))


def to_reference(value: object) -> object:
    return value if isinstance(value, Reference) else Reference.holding(value)


def same(value: object) -> object:
    return value


def to_void(value: object) -> object:
    return AUTOMATION_NULL


CONVERTERS: Final[dict[str, Converter]] = {
    "System.Object": same,
    "System.String": to_string,
    "System.Boolean": strict_bool,
    "System.Char": to_char,
    "System.Double": to_double,
    "System.Single": partial(to_double, type_name="System.Single"),
    "System.Decimal": to_decimal,
    "System.Void": to_void,
    "System.Type": to_type,
    "System.Collections.ArrayList": to_array_list,
    "System.Collections.Hashtable": to_hashtable,
    SMA + "PSObject": same,
    SMA + "PSCustomObject": same,
    SMA + "ScriptBlock": to_script_block,
    SMA + "SwitchParameter": to_switch,
    SMA + "PSReference": to_reference,
    **{name: partial(to_integer, type_name=name) for name in INTEGERS},
}


def convert(value: object, target: NetType) -> object:
    """A value as the type, or the error that the language raises."""
    if value is AUTOMATION_NULL:
        value = None
    name = target.full_name
    converter = CONVERTERS.get(name)
    if isinstance(value, PSObject) and value.base is not None and name not in ("System.Object", SMA + "PSObject"):
        value = value.base
    if converter is not None:
        if name in NUMBER_TYPES and isinstance(value, NetObject):
            value = getattr(value, "as_number", value)
        try:
            return converter(value)
        except TypeError:
            return no_conversion(value, target)
    if value is not None and table().is_instance(value, target):
        return value
    if target.element is not None:
        return to_array(value, target)
    if target.name == "System.Nullable`1":
        return None if value is None else convert(value, target.args[0])
    return to_net(value, target)


def no_conversion(value: object, target: NetType) -> object:
    """No conversion to the simple type exists: not even for a collection of one element."""
    source = type_name_of(unwrap(value)) or ""
    if source in CONVERTIBLE and target.full_name in (*INTEGERS, *OTHER_NUMBERS):
        reason = f"Invalid cast from '{source[7:]}' to '{target.full_name[7:]}'."
        raise not_convertible(value, target.full_name, "System.InvalidCastException", reason)
    raise invalid(value, target)


def to_array(value: object, target: NetType) -> object:
    element = target.element
    assert element is not None
    if value is None:
        return None
    if target.rank > 1:
        raise invalid(value, target)
    base = unwrap(value)
    if isinstance(base, str) and element.full_name == "System.Char" and not isinstance(base, Char):
        return Array([Char(c) for c in base], "System.Char")
    items = items_of(base)
    if items is None:
        items = [value]
    return Array([convert(item, element) for item in items], element.full_name)


def to_net(value: object, target: NetType) -> object:
    """Types of the table: enumerations, types with a conversion of their own, parsing, constructors."""
    definition = table().definition(target.full_name)
    if target.name == "System.Array":
        items = items_of(value)
        return None if value is None else Array(items if items is not None else [value])
    if definition is None:
        return without_definition(value, target)
    if definition.enum is not None:
        return to_enum(value, definition, target)
    try:
        if definition.convert is not None:
            return definition.convert(value)
        if definition.parse is not None and isinstance(value, str):
            return definition.parse(value)
    except TypeError:
        raise invalid(value, target) from None
    except NetError as problem:
        raise unparsed(value, target, problem.message, exception_of(problem)) from None
    except ValueError as problem:
        reason = str(problem)
        raise unparsed(value, target, reason, ExceptionObject("System.FormatException", reason)) from None
    if value is None:
        if definition.value_type:
            raise invalid(value, target)
        return None
    return construct(value, definition, target)


OTHER_NUMBERS: Final = ("System.Char", "System.Double", "System.Single", "System.Decimal")
INTERFACES: Final = frozenset({"System.Collections.IDictionary", "System.IComparable", "System.IDisposable"})
WITH_CULTURE: Final = ("System.DateTime", "System.TimeSpan", "System.DateTimeOffset")
PARSE_IDS: Final = {
    "System.Text.RegularExpressions.Regex": "InvalidCastFromStringToRegex",
    "System.Xml.XmlDocument": "InvalidCastToXmlDocument",
    "System.Uri": "InvalidCastFromStringToUri",
}


def unparsed(value: object, target: NetType, reason: str, cause: ExceptionObject) -> TerminatingError:
    """The error of text that the type's own Parse refuses."""
    problem = invalid(value, target, reason, cause)
    if isinstance(value, str):
        suffix = "WithFormatProvider" if target.name in WITH_CULTURE else ""
        problem.record.id = PARSE_IDS.get(target.name, f"InvalidCastParseTargetInvocation{suffix}")
    return problem


def without_definition(value: object, target: NetType) -> object:
    if value is None:
        return None
    if target.name in ("System.Collections.Generic.List`1", "System.Collections.ObjectModel.Collection`1"):
        items = items_of(value)
        inner = target.args[0]
        return GenericList([convert(i, inner) for i in (items if items is not None else [value])], inner.full_name)
    if target.name in ("System.Collections.IEnumerable", "System.Collections.IList", "System.Collections.ICollection"):
        return Array([value])
    if target.name == SMA + "PSListModifier":
        return value  # it is made of a hashtable of Add, Remove, Replace, of a collection, or of one object
    if target.name not in INTERFACES and table().facts(target.name) is not None:
        raise NotBuilt(f"conversions to [{target}]")
    raise invalid(value, target)


COLLECTIONS: Final = {
    "System.Collections.Generic.List`1": GenericList,
    "System.Collections.ObjectModel.Collection`1": ObjectCollection,
}


def construct(value: object, definition: TypeDef, target: NetType) -> object:
    """A constructor with one parameter, or properties set from a dictionary."""
    from winsim.interpreter.ambient import running_session
    from winsim.interpreter.members import set_properties
    from winsim.interpreter.overloads import arity_fits, choose

    if isinstance(value, Dictionary) and any(not o.parameters for o in definition.constructors):
        made = next(o for o in definition.constructors if not o.parameters).call()
        set_properties(made, value)
        return made
    if target.args and target.name in COLLECTIONS and items_of(value) is None:
        only = target.args[0]  # one object is a collection of one
        return COLLECTIONS[target.name]([convert(value, only)], only.full_name)
    # A constructor that copies takes only what is of the type already; trying it would convert the value again.
    ones = [o for o in definition.constructors if arity_fits(o, 1) and o.parameters[0] != definition.name]
    if not ones:
        raise invalid(value, target)
    try:
        overload, arguments = choose(ones, [value])
        if overload.needs_session:
            arguments = [running_session(), *arguments]
        return overload.call(*arguments, kind=target) if target.args else overload.call(*arguments)
    except LookupError:
        raise invalid(value, target) from None
    except NetError as problem:
        raise invalid(value, target, problem.message, exception_of(problem)) from None


def to_enum(value: object, definition: TypeDef, target: NetType) -> object:
    members = definition.enum or {}
    name = definition.name
    if isinstance(value, EnumValue) and value.type_name == name:
        return value
    if isinstance(value, list) and definition.flags:
        total = 0
        for item in value:
            total |= int(to_enum(item, definition, target))  # type: ignore[call-overload]
        return enum_value(definition, total)
    if isinstance(value, str):
        return parse_enum(str(value), definition, target)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = int(value)
        known = set(members.values())
        if number in known or definition.flags:
            return enum_value(definition, number)
        raise enum_error("InvalidCastEnumUndefinedValue", to_text(value), definition)
    if value is None:
        names = ",".join(members)
        message = (
            f'Cannot convert null to type "{name}" due to enumeration values that are not valid. Specify one of the '
            f'following enumeration values and try again. The possible enumeration values are "{names}".'
        )
        raise wrapped_cast("InvalidCastFromNullToEnum", message)
    raise invalid(value, target)


def wrapped_cast(id: str, message: str) -> TerminatingError:
    outer = ExceptionObject(SMA + "PSInvalidCastException", message)
    return error(id, message, "InvalidArgument", None, RUNTIME_EXCEPTION, outer)


def enum_error(id: str, text: str, definition: TypeDef) -> TerminatingError:
    names = ",".join(definition.enum or {})
    return wrapped_cast(
        id,
        f'Cannot convert value "{text}" to type "{definition.name}" due to enumeration values that are not valid. '
        "Specify one of the following enumeration values and try again. The possible enumeration values are "
        f'"{names}".',
    )


def parse_enum(text: str, definition: TypeDef, target: NetType) -> object:
    members = definition.enum or {}
    lower = {member.lower(): number for member, number in members.items()}
    parts = [part.strip() for part in text.split(",")]
    if not text.strip():
        raise wrapped_cast("InvalidCastEnumFromEmptyString", f'Cannot convert value "" to type "{definition.name}".')
    if len(parts) > 1 and not definition.flags:
        message = (
            f'Cannot convert value "{text}" to type "{target}" because no commas are allowed for this enumeration.'
        )
        raise wrapped_cast("InvalidCastEnumCommaAndNoFlags", message)
    total = 0
    for part in parts:
        if part.lstrip("+-").isdigit():
            total |= int(part)
        elif part.lower() in lower:
            total |= lower[part.lower()]
        else:
            starts = [number for member, number in lower.items() if member.startswith(part.lower())]
            if len(starts) != 1:
                raise enum_error("InvalidCastEnumStringNotFound", text, definition)
            total |= starts[0]
    return enum_value(definition, total)


def enum_value(definition: TypeDef, number: int) -> EnumValue:
    """A member of an enumeration by its number; several flags show as ``A, B``."""
    members = definition.enum or {}
    for member, value in members.items():
        if value == number:
            return EnumValue(definition.name, member, number)
    if definition.flags:
        names, left = [], number
        for member, value in sorted(members.items(), key=lambda item: -item[1]):
            if value and left & value == value:
                names.append(member)
                left &= ~value
        if names and not left:
            return EnumValue(definition.name, ", ".join(reversed(names)), number)
    return EnumValue(definition.name, str(number), number)


def can_convert(value: object, target: NetType) -> bool:
    try:
        convert(value, target)
    except TerminatingError:
        return False
    return True
