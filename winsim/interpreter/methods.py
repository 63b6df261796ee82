"""Method calls and static members: ``$x.Name()``, ``[type]::Name``, ``New-Object``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import convert, enum_value
from winsim.interpreter.errors import TerminatingError, carrying, error, escaping, exception_of
from winsim.interpreter.members import MISSING, exists_unbuilt, flatten, read_property
from winsim.interpreter.nettypes import NetError, NetType, Overload
from winsim.interpreter.overloads import choose_for
from winsim.interpreter.special import CodeMethod, ScriptMethod, extras
from winsim.interpreter.typedata import type_member
from winsim.interpreter.typetable import get_type, table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, NetObject, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame
    from winsim.interpreter.session import Session


@lru_cache(maxsize=8192)
def net_methods(type_name: str, key: str, static: bool) -> tuple[str, tuple[Overload, ...]] | None:
    """The name as written and the overloads of a method, those of the base types after its own."""
    written = ""
    overloads: list[Overload] = []
    for definition in table().definitions_of(type_name):
        found = (definition.static_methods if static else definition.methods).get(key)
        if found:
            written = written or definition.method_names[key]
            overloads.extend(o for o in found if all(o.parameters != known.parameters for known in overloads))
    return (written, closed(overloads, type_name)) if overloads else None


def closed(overloads: Sequence[Overload], type_name: str) -> tuple[Overload, ...]:
    """The overloads with the arguments of a generic type for ``T``, ``TKey`` and ``TValue``."""
    kind = table().parse(type_name) if "`" in type_name else None
    given = [argument.full_name for argument in kind.args] if kind is not None else []
    names = {
        "T": given[0] if given else "System.Object",
        "TKey": given[0] if len(given) == 2 else "System.Object",
        "TValue": given[1] if len(given) == 2 else "System.Object",
    }
    return tuple(
        replace(overload, parameters=tuple(names.get(parameter, parameter) for parameter in overload.parameters))
        if any(parameter in names for parameter in overload.parameters)
        else overload
        for overload in overloads
    )


def parameter_names(type_name: str, method: str, static: bool) -> Callable[[int], list[str]]:
    """For errors: the names of the parameters of the overload with so many of them, where the catalogue knows it."""

    def names(count: int) -> list[str]:
        from winsim.interpreter.net.catalogue import facts

        for base in table().bases(type_name):
            known = facts(base.split("[")[0] if "`" in base else base)
            for signature in known.signatures(method, static=static) if known is not None else ():
                inside = signature[1 : signature.rindex(")")]
                found = [part.rpartition(" ")[2] for part in inside.split(", ") if part]
                if len(found) == count:
                    return found
        return []

    return names


def call_method(frame: Frame, value: object, name: str, arguments: Sequence[object]) -> object:
    """``$value.name(arguments)``"""
    if value is None or value is AUTOMATION_NULL:
        raise error("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.", "InvalidOperation")
    arguments = [None if a is AUTOMATION_NULL else a for a in arguments]
    result = call_on(frame, value, name, arguments)
    if result is not MISSING:
        return result
    if arguments and name.lower() in ("where", "foreach"):
        from winsim.interpreter.intrinsics import for_each, where

        return (where if name.lower() == "where" else for_each)(frame, value, arguments)
    items = items_of(value)
    if items is not None and not isinstance(value, Dictionary):
        own = type_name_of(value) or "System.Object"
        if exists_unbuilt(own, name, False):
            raise NotBuilt(f"the method {name} of [{own}]")
        return call_each(frame, items, name, arguments, value)
    raise missing_method(value, name)


def call_each(frame: Frame, items: list[object], name: str, arguments: list[object], owner: object) -> object:
    """The method of every element."""
    out: list[object] = []
    called = collect_calls(frame, items, name, arguments, out)
    if not called:
        raise missing_method(owner, name)
    if not out:
        return AUTOMATION_NULL
    return out[0] if len(out) == 1 else Array(out)


def collect_calls(frame: Frame, items: list[object], name: str, arguments: list[object], out: list[object]) -> bool:
    called = False
    for item in list(items):
        if item is None:
            raise error(
                "InvokeMethodOnNull", "You cannot call a method on a null-valued expression.", "InvalidOperation"
            )
        result = call_on(frame, item, name, arguments)
        if result is MISSING:
            nested = items_of(item)
            if nested is None:
                raise missing_method(item, name)
            called = collect_calls(frame, nested, name, arguments, out) or called
            continue
        called = True
        if result is not AUTOMATION_NULL:
            flatten(result, out)
    return called


def uncharted(type_name: str, name: str) -> bool:
    """Whether only .NET knows if a built type has the method: the catalogue does not list the type."""
    plain = type_name.split("[", maxsplit=1)[0] if "`" in type_name else type_name
    return (
        name.lower() != "new"  # PowerShell 5
        and plain.startswith("System.")
        and not plain.startswith("System.Management.Automation.")
        and not plain.endswith("Exception")
        and table().definition(type_name) is not None
        and table().facts(plain) is None
    )


def missing_method(value: object, name: str) -> TerminatingError:
    type_name = type_name_of(value) or "System.Object"
    if exists_unbuilt(type_name, name, False) or uncharted(type_name, name):
        raise NotBuilt(f"the method {name} of [{type_name}]")
    message = f"Method invocation failed because [{type_name}] does not contain a method named '{name}'."
    return error("MethodNotFound", message, "InvalidOperation", name)


def call_on(frame: Frame, value: object, name: str, arguments: list[object]) -> object:
    """The method of this one object, MISSING where it has none."""
    bag = extras(value)
    if bag is not None and name in bag:
        member = bag[name]
        if isinstance(member, ScriptMethod):
            return script_method(frame, value, member, name, arguments)
        if isinstance(member, CodeMethod):
            return guarded(name, arguments, lambda: member.body(value, *arguments))
    if isinstance(value, PSObject) and value.base is not None:
        return call_on(frame, value.base, name, arguments)
    given = type_member(value, name.lower())
    if isinstance(given, ScriptMethod):
        return script_method(frame, value, given, name, arguments)
    type_name = "System.RuntimeType" if isinstance(value, NetType) else type_name_of(value) or "System.Object"
    found = net_methods(type_name, name.lower(), False)
    if found is None and isinstance(value, PSObject | NetObject):
        found = next((m for m in (net_methods(n, name.lower(), False) for n in value.type_names) if m), None)
    if found is None:
        return MISSING if not accessor(name) else property_accessor(frame, value, name, arguments)
    written, overloads = found
    overload, converted = choose_for(written, overloads, arguments, parameter_names(type_name, written, False))
    if overload.needs_session:
        converted = [frame.session, *converted]
    return guarded(written, arguments, lambda: overload.call(value, *converted))


def accessor(name: str) -> bool:
    return name.lower().startswith(("get_", "set_"))


def property_accessor(frame: Frame, value: object, name: str, arguments: list[object]) -> object:
    """``get_Name()`` and ``set_Name(value)`` of a property; ``get_Item(key)`` indexes."""
    from winsim.interpreter.indexing import get_index
    from winsim.interpreter.members import set_property

    plain = name[4:]
    if plain.lower() == "item" and name.lower().startswith("get_"):
        return get_index(frame, value, arguments[0] if len(arguments) == 1 else Array(arguments))
    if name.lower().startswith("get_") and not arguments:
        return read_property(value, plain, frame)
    if name.lower().startswith("set_") and len(arguments) == 1 and read_property(value, plain, frame) is not MISSING:
        set_property(frame, value, plain, arguments[0])
        return AUTOMATION_NULL
    return MISSING


def script_method(frame: Frame, value: object, member: ScriptMethod, name: str, arguments: list[object]) -> object:
    try:
        return frame.session.call_block(member.block, *arguments, this=value, outside=True)
    except TerminatingError as problem:
        cause = carrying(escaping(problem))
        raise wrapped(name, arguments, "ScriptMethodRuntimeException", problem.record.message, cause) from None


def wrapped(name: str, arguments: Sequence[object], type_name: str, text: str, cause: object) -> TerminatingError:
    message = f'Exception calling "{name}" with "{len(arguments)}" argument(s): "{text}"'
    if isinstance(cause, NetError):
        inner = exception_of(cause)
    else:
        assert isinstance(cause, TerminatingError)
        inner = cause.record.exception
    kind = "System.Management.Automation.MethodInvocationException"
    return error(type_name.rpartition(".")[2], message, "NotSpecified", None, kind, inner)


def guarded(name: str, arguments: Sequence[object], call: object) -> object:
    """Runs a .NET method; what it throws comes wrapped."""
    assert callable(call)
    try:
        result: object = call()
        return result
    except NetError as problem:
        raise wrapped(name, arguments, problem.type_name, problem.message, problem) from None


# -- static members ---------------------------------------------------------------------------------------------------


def static_property(kind: NetType, name: str) -> object:
    """``[type]::Name``"""
    key = name.lower()
    for definition in table().definitions_of(kind.full_name):
        found = definition.static_properties.get(key)
        if found is not None:
            try:
                return found.getter()
            except NetError as problem:
                message = f'Exception getting "{name}": "{problem.message}"'
                exception = "System.Management.Automation.GetValueInvocationException"
                raise error(
                    "ExceptionWhenGetting", message, "NotSpecified", None, exception, exception_of(problem)
                ) from None
        for member, number in (definition.enum or {}).items():
            if member.lower() == key:
                return enum_value(definition, number)
    if net_methods(kind.full_name, key, True) is not None:
        raise NotBuilt(f"a method without a call: [{kind}]::{name}")
    if exists_unbuilt(kind.full_name, name, True) or uncharted(kind.full_name, name):
        raise NotBuilt(f"the member [{kind}]::{name}")
    return MISSING


def set_static_property(kind: NetType, name: str, value: object) -> None:
    for definition in table().definitions_of(kind.full_name):
        found = definition.static_properties.get(name.lower())
        if found is not None:
            if found.setter is None:
                raise error("PropertyAssignmentException", f"'{name}' is a ReadOnly property.", "InvalidOperation")
            found.setter(convert(value, get_type(found.type)))
            return
    if exists_unbuilt(kind.full_name, name, True):
        raise NotBuilt(f"setting [{kind}]::{name}")
    message = f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
    raise error("PropertyNotFound", message, "InvalidOperation")


def call_static(session: Session, kind: NetType, name: str, arguments: Sequence[object]) -> object:
    """``[type]::Name(arguments)``"""
    arguments = [None if a is AUTOMATION_NULL else a for a in arguments]
    found = net_methods(kind.full_name, name.lower(), True)
    if found is None and kind.args:
        found = net_methods(kind.name, name.lower(), True)
    if found is None:
        if exists_unbuilt(kind.full_name, name, True) or uncharted(kind.full_name, name):
            raise NotBuilt(f"the method [{kind}]::{name}")
        message = f"Method invocation failed because [{kind.full_name}] does not contain a method named '{name}'."
        raise error("MethodNotFound", message, "InvalidOperation", name)
    written, overloads = found
    overload, converted = choose_for(written, overloads, arguments, parameter_names(kind.full_name, written, True))
    if overload.needs_session:
        converted = [session, *converted]
    return guarded(written, arguments, lambda: overload.call(*converted))


def new_object(session: Session, kind: NetType, arguments: Sequence[object]) -> object:
    """A constructor; for closed generics and arrays the type is given to those that ask (``kind`` keyword)."""
    definition = table().definition(kind.full_name)
    if kind.element is not None:
        return new_array(kind, arguments)
    if definition is None or not definition.constructors:
        return without_constructor(kind, definition is not None and definition.value_type)
    overload, converted = choose_for(kind.name.rpartition(".")[2], definition.constructors, arguments)
    if overload.needs_session:
        converted = [session, *converted]
    call = overload.call
    if kind.args:
        return guarded(".ctor", arguments, lambda: call(*converted, kind=kind))
    return guarded(".ctor", arguments, lambda: call(*converted))


def without_constructor(kind: NetType, value_type: bool) -> object:
    if exists_unbuilt(kind.full_name, ".ctor", False) or table().facts(kind.name) is not None:
        raise NotBuilt(f"constructors of [{kind}]")
    message = f"A constructor was not found. Cannot find an appropriate constructor for type {kind.full_name}."
    raise error(
        "CannotFindAppropriateCtor", message, "ObjectNotFound", None, "System.Management.Automation.PSArgumentException"
    )


def new_array(kind: NetType, arguments: Sequence[object]) -> object:
    """``New-Object 'string[]' 5``"""
    from winsim.interpreter.numbers import to_integer
    from winsim.interpreter.sizes import check_size

    assert kind.element is not None
    if kind.rank > 1:
        from winsim.interpreter.net.matrices import Matrix

        sizes = [to_integer(argument, "System.Int32") for argument in arguments]
        check_size(4 * prod(sizes))
        return Matrix(kind.element.full_name, sizes, default_value(kind.element))
    size = to_integer(arguments[0], "System.Int32") if arguments else 0
    check_size(size * 4)
    return Array([default_value(kind.element)] * size, kind.element.full_name)


def default_value(kind: NetType) -> object:
    """What an uninitialised element of the type is."""
    definition = table().definition(kind.full_name)
    value_type = definition is not None and definition.value_type
    if value_type or table().base(kind.full_name) == "System.ValueType":
        try:
            return convert(0, kind)
        except TerminatingError:
            return None
    return None
