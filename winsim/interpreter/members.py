"""Properties of values: what ``$x.Name`` reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from winsim.interpreter.collect import Enumerator, items_of
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import convert
from winsim.interpreter.errors import (
    RUNTIME_EXCEPTION,
    ExceptionObject,
    TerminatingError,
    error,
    exception_of,
)
from winsim.interpreter.nettypes import NetError, NetType, Property
from winsim.interpreter.special import (
    AliasProperty,
    CodeProperty,
    PropertySet,
    ScriptProperty,
    SpecialMember,
    extend,
    extras,
)
from winsim.interpreter.streams import nowhere
from winsim.interpreter.texts import to_text
from winsim.interpreter.typedata import NONE, type_member, type_members
from winsim.interpreter.typetable import CUSTOM_OBJECT, get_type, table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, NetObject, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame

MISSING: Final = object()
INTRINSIC: Final = frozenset({"psobject", "pstypenames", "psbase", "psadapted", "psextended"})


@lru_cache(maxsize=8192)
def net_property(type_name: str, key: str) -> Property | None:
    """The property (lower-case name) of a type or of what it derives from."""
    for definition in table().definitions_of(type_name):
        found = definition.properties.get(key)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=8192)
def exists_unbuilt(type_name: str, name: str, static: bool) -> bool:
    """Whether 2012 R2 has the member although the lab has not built it."""
    for base in table().bases(type_name):
        facts = table().facts(base.split("[")[0] if "`" in base else base)
        if facts is not None and facts.has_member(name, static=static):
            return True
    return False


def read_property(value: object, name: str, frame: Frame | None) -> object:
    """The property of this one object, MISSING where it has none."""
    key = name.lower()
    bag = extras(value)
    if bag is not None:
        held = bag._values.get(key, MISSING)
        if held is not MISSING:
            return special_value(value, key, held, frame) if isinstance(held, SpecialMember) else held
        if isinstance(value, PSObject) and value.base is not None:
            return intrinsic(value, key) if key in INTRINSIC else read_property(value.base, name, frame)
    if isinstance(value, Dictionary) and name in value:
        return value[name]
    adapted = getattr(value, "adapted_property", None)  # what an adapter shows comes before the .NET members
    if adapted is not None:
        shown: object = adapted(name)
        if shown is not NotImplemented:
            return shown
    type_name = type_name_of(value)
    if type_name is None:
        return MISSING
    if isinstance(value, NetType):
        type_name = "System.RuntimeType"
    found = net_property(type_name, key)
    if found is not None:
        return read_net(value, found)
    if isinstance(value, PSObject | NetObject):
        found = first_property(value.type_names, key)
        if found is not None:
            return read_net(value, found)
    if key in INTRINSIC:
        return intrinsic(value, key)
    if isinstance(value, NetObject):
        dynamic = getattr(value, "dynamic_property", None)
        if dynamic is not None:
            answer: object = dynamic(name)
            if answer is not NotImplemented:
                return answer
    given = type_member(value, key)
    if given is not NONE:
        return special_value(value, key, given, frame) if isinstance(given, SpecialMember) else given
    return MISSING


def first_property(type_names: tuple[str, ...], key: str) -> Property | None:
    """The property of the first of a PSObject's type names that has it."""
    return next((p for p in (net_property(n, key) for n in type_names if n != CUSTOM_OBJECT) if p is not None), None)


def read_net(value: object, found: Property) -> object:
    try:
        return found.getter(value)
    except NetError as problem:
        message = f'Exception getting "{found.name}": "{problem.message}"'
        kind = "System.Management.Automation.GetValueInvocationException"
        raise error("ExceptionWhenGetting", message, "NotSpecified", None, kind, exception_of(problem)) from None


def intrinsic(value: object, key: str) -> object:
    from winsim.interpreter.engine_types import PSObjectView, TypeNameList

    extend(value)  # looking at it gives the object a PSObject of its own, which shows when it is serialized
    if key == "pstypenames":
        return TypeNameList(value)
    if key == "psobject":
        return PSObjectView(value)
    return value


def special_value(value: object, name: str, member: SpecialMember, frame: Frame | None) -> object:
    if isinstance(member, ScriptProperty):
        return run_getter(value, member, frame)
    if isinstance(member, AliasProperty):
        return read_property(value, member.target, frame)
    if isinstance(member, CodeProperty):
        return member.getter(value)
    if isinstance(member, PropertySet):
        return PSObject({n: get_property_of(value, n) for n in member.names})
    return method_value(value, name)


def method_value(value: object, name: str) -> object:
    """``$x.Method`` without a call: the method as a value, MISSING where there is none."""
    from winsim.interpreter.engine_views import MethodView, find_method

    found = find_method(value, name)
    return MISSING if found is None else MethodView(value, *found)


def run_getter(value: object, member: ScriptProperty, frame: Frame | None) -> object:
    """A script property: an error in it gives $null, as PowerShell does when it shows objects."""
    session = frame.session if frame is not None else member.getter.session
    if session is None:
        return None
    outer = session.streams
    session.streams = outer.copy()
    session.streams.error = nowhere  # what goes wrong inside, and does not end it, nobody sees
    try:
        return session.call_block(member.getter, this=value)
    except TerminatingError as problem:
        message = f'Exception getting "value": "{problem.record.message}"'
        kind = "System.Management.Automation.GetValueInvocationException"
        raise error(
            "ScriptGetValueRuntimeException", message, "NotSpecified", None, kind, problem.record.exception
        ) from None
    finally:
        session.streams = outer


def get_property_of(value: object, name: str, default: object = None) -> object:
    """For cmdlets: the property of an object, ``default`` where it has none; never an error."""
    try:
        found = read_property(value, name, None)
    except TerminatingError:
        return default
    return default if found is MISSING else found


def get_property(frame: Frame, value: object, name: str) -> object:
    """``$value.name`` with everything that the language adds: enumeration, Count, strict mode."""
    if value is None or value is AUTOMATION_NULL:
        return of_null(frame, name)
    found = read_property(value, name, frame)
    if found is not MISSING:
        return found
    method = method_value(value, name)
    if method is not MISSING:
        return method
    items = items_of(value)
    if items is not None and not isinstance(value, Dictionary):
        return enumerated(frame, items, name, value)
    if not isinstance(value, Dictionary):
        refuse_unbuilt(value, name)
    if frame.scope.strict >= 2:
        raise strict_error(name)
    if name.lower() in ("count", "length") and not is_custom(value):
        return 1
    return None


def is_custom(value: object) -> bool:
    return isinstance(value, PSObject) and value.base is None


def of_null(frame: Frame, name: str) -> object:
    if frame.scope.strict >= 2:
        raise strict_error(name)
    return 0 if name.lower() in ("count", "length") else None


def refuse_unbuilt(value: object, name: str) -> None:
    type_name = type_name_of(value)
    if type_name is not None and not is_custom(value) and exists_unbuilt(type_name, name, False):
        raise NotBuilt(f"the member {name} of [{type_name}]")


def strict_error(name: str) -> TerminatingError:
    message = f"The property '{name}' cannot be found on this object. Verify that the property exists."
    return error(
        "PropertyNotFoundStrict",
        message,
        "NotSpecified",
        name,
        "System.Management.Automation.PropertyNotFoundException",
    )


def enumerated(frame: Frame, items: list[object], name: str, owner: object) -> object:
    """Member enumeration: the property of the elements that have it, flattened."""
    counting = name.lower() in ("count", "length") and not isinstance(owner, list)
    if counting and not isinstance(owner, Enumerator):
        return len(items)
    out: list[object] = []
    collect_property(frame, items, name, out)
    if counting and not out:
        out = [1] * len(items)  # an enumerator has no Count, and each of its elements counts as one
    if len(out) == 1:
        return out[0]
    if not out:
        if frame.scope.strict >= 2:
            raise strict_error(name)
        return None
    return Array(out)


def collect_property(frame: Frame, items: list[object], name: str, out: list[object]) -> None:
    for item in items:
        if item is None:
            continue
        found = read_property(item, name, frame)
        if found is not MISSING:
            flatten(found, out)
            continue
        nested = items_of(item)
        if nested is not None:
            collect_property(frame, nested, name, out)
        else:
            refuse_unbuilt(item, name)


def flatten(value: object, out: list[object]) -> None:
    nested = items_of(value)
    if nested is None:
        if value is not AUTOMATION_NULL:
            out.append(value)
        return
    for item in nested:
        flatten(item, out)


# -- writing ----------------------------------------------------------------------------------------------------------


def set_property(frame: Frame | None, value: object, name: str, new: object) -> None:
    """``$value.name = new``"""
    if new is AUTOMATION_NULL:
        new = None
    if value is None:
        raise missing_property(name)
    bag = extras(value)
    if bag is not None and name in bag:
        write_member(frame, value, bag, name, new)
        return
    if isinstance(value, PSObject) and value.base is not None:
        set_property(frame, value.base, name, new)
        return
    if isinstance(value, Dictionary):
        value[name] = new
        return
    adapted = getattr(value, "set_adapted_property", None)
    if adapted is not None and write_adapted(adapted, name, new):
        return
    type_name = type_name_of(value) or ""
    found = net_property("System.RuntimeType" if isinstance(value, NetType) else type_name, name.lower())
    if found is not None:
        write_net(value, found, name, new)
        return
    dynamic = getattr(value, "set_dynamic_property", None)
    if dynamic is not None and write_adapted(dynamic, name, new):
        return
    if isinstance(value, list) and value and all(has_property(item, name) for item in value):
        raise missing_property(name)
    if is_custom(value) or dynamic is not None:
        raise missing_on_custom(name)
    refuse_unbuilt(value, name)
    raise missing_property(name)


def write_adapted(write: Callable[[str, object], object], name: str, new: object) -> bool:
    """Writes a property that the object makes up itself; False where it has none of the name."""
    try:
        return write(name, new) is not NotImplemented
    except NetError as problem:
        message = f'Exception setting "{name}": "{problem.message}"'
        kind = "System.Management.Automation.SetValueInvocationException"
        raise error("ExceptionWhenSetting", message, "NotSpecified", None, kind, exception_of(problem)) from None


def has_property(value: object, name: str) -> bool:
    return get_property_of(value, name, MISSING) is not MISSING


def write_member(frame: Frame | None, value: object, bag: PSObject, name: str, new: object) -> None:
    member = bag[name]
    if isinstance(member, AliasProperty):
        set_property(frame, value, member.target, new)
    elif isinstance(member, ScriptProperty):
        session = frame.session if frame is not None else member.getter.session
        if member.setter is None or session is None:
            raise set_error(name, "Set accessor for property is unavailable.", "SetWithoutSetterException")
        session.call_block(member.setter, new, this=value, outside=True)
    elif isinstance(member, CodeProperty):
        if member.setter is None:
            raise set_error(name, "Set accessor for property is unavailable.", "SetWithoutSetterException")
        member.setter(value, convert(new, get_type(member.type)))
    elif isinstance(member, SpecialMember):
        raise missing_property(name)
    else:
        bag[name] = new


def write_net(value: object, found: Property, name: str, new: object) -> None:
    if found.setter is None:
        message = f"'{found.name}' is a ReadOnly property."
        raise error("PropertyAssignmentException", message, "InvalidOperation", None)
    try:
        converted = convert(new, get_type(found.type))
        found.setter(value, converted)
    except TerminatingError as problem:
        message = f'Exception setting "{name}": "{problem.record.exception.message}"'
        kind = "System.Management.Automation.SetValueInvocationException"
        raise error("ExceptionWhenSetting", message, "NotSpecified", None, kind, problem.record.exception) from None
    except NetError as problem:
        message = f'Exception setting "{name}": "{problem.message}"'
        kind = "System.Management.Automation.SetValueInvocationException"
        raise error("ExceptionWhenSetting", message, "NotSpecified", None, kind, exception_of(problem)) from None


def set_error(name: str, reason: str, id: str) -> TerminatingError:
    message = f'Exception setting "{name}": "{reason}"'
    kind = "System.Management.Automation.SetValueException"
    return error(id, message, "NotSpecified", None, kind)


def missing_property(name: str) -> TerminatingError:
    message = f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
    return error("PropertyNotFound", message, "InvalidOperation", None)


def missing_on_custom(name: str) -> TerminatingError:
    reason = f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
    kind = "System.Management.Automation.SetValueInvocationException"
    cause = ExceptionObject(RUNTIME_EXCEPTION, reason)
    return error("ExceptionWhenSetting", f'Exception setting "{name}": "{reason}"', "NotSpecified", None, kind, cause)


def set_properties(made: object, values: Dictionary) -> None:
    """Properties from a dictionary, as ``[T]@{}`` and ``New-Object -Property`` set them."""
    for key, value in values.items():
        set_property(None, made, to_text(key), value)


# -- listing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PropertyInfo:
    """One property of an object: ``kind`` is the PSMemberTypes name."""

    name: str
    kind: str
    read: Callable[[], object]
    settable: bool = True
    type: str = "System.Object"


KINDS: Final = {ScriptProperty: "ScriptProperty", AliasProperty: "AliasProperty", CodeProperty: "CodeProperty"}


def properties_of(value: object) -> list[PropertyInfo]:
    """All properties of an object in PowerShell's order: its own, those of the type table, those of .NET."""
    found: dict[str, PropertyInfo] = {}
    bag = extras(value)
    base = value.base if isinstance(value, PSObject) else value
    if isinstance(value, PSObject) and value.base is None:
        for info in note_properties(value, value):
            found[info.name.lower()] = info
        for info in type_properties(value, first_type_with_properties(value)):
            found.setdefault(info.name.lower(), info)
        add_given(value, found)
        return list(found.values())
    for info in note_properties(value, bag) if bag is not None else ():
        found[info.name.lower()] = info
    add_given(value, found)
    own = list(net_properties(base))
    for info in (*(one for one in own if one.kind != "Property"), *(one for one in own if one.kind == "Property")):
        found.setdefault(info.name.lower(), info)
    return list(found.values())


def add_given(value: object, found: dict[str, PropertyInfo]) -> None:
    """The properties that Update-TypeData gave to the type."""
    for name, held in type_members(value):
        kind = KINDS.get(type(held)) if isinstance(held, SpecialMember) else "NoteProperty"
        if kind is not None:
            found.setdefault(name.lower(), PropertyInfo(name, kind, partial(get_property_of, value, name)))


@lru_cache(maxsize=4096)
def given_kind(type_name: str, name: str) -> str:
    """What kind of member PowerShell itself adds to a type under this name, Property for one of .NET's."""
    from winsim.interpreter.net.catalogue import extensions

    if type_name == "System.Array" and name == "Count":
        return "AliasProperty"
    known = extensions().get(type_name.lower())
    told = (known.members or {}).get(name, "") if known is not None else ""
    if told.startswith("alias of "):
        return "AliasProperty"
    return told if told in ("ScriptProperty", "CodeProperty") else "Property"


def first_type_with_properties(value: PSObject) -> str:
    return next((n for n in value.type_names if n != CUSTOM_OBJECT and table().definition(n)), "")


def type_properties(value: object, type_name: str) -> Iterator[PropertyInfo]:
    definition = table().definition(type_name)
    if definition is None:
        return
    for item in definition.properties.values():
        kind = given_kind(type_name, item.name)
        yield PropertyInfo(item.name, kind, partial(item.getter, value), item.setter is not None, item.type)


def note_properties(value: object, bag: PSObject) -> Iterator[PropertyInfo]:
    for name, held in bag.items():
        if isinstance(held, SpecialMember):
            kind = KINDS.get(type(held))
            if kind is not None:
                yield PropertyInfo(name, kind, partial(get_property_of, value, name))
        else:
            yield PropertyInfo(
                name,
                "NoteProperty",
                partial(get_property_of, value, name),
                True,
                type_name_of(held) or "System.Object",
            )


def net_properties(value: object) -> Iterator[PropertyInfo]:
    if value is None:
        return
    if isinstance(value, PSObject):
        yield from properties_of(value)
        return
    adapted = getattr(value, "adapted_names", None)
    if adapted is not None:
        for name in adapted():
            yield PropertyInfo(name, "Property", partial(get_property_of, value, name))
        return
    type_name = "System.RuntimeType" if isinstance(value, NetType) else type_name_of(value) or "System.Object"
    for definition in table().definitions_of(type_name):
        for item in definition.properties.values():
            kind = given_kind(definition.name, item.name)
            yield PropertyInfo(item.name, kind, partial(item.getter, value), item.setter is not None, item.type)
    dynamic = getattr(value, "dynamic_names", None)
    if dynamic is not None:
        for name in dynamic():
            yield PropertyInfo(name, "Property", partial(get_property_of, value, name))
