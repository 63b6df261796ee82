"""Member access, method calls and indexing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pslang import syntax
from winsim.interpreter.compiling import Evaluate, Unit, expression
from winsim.interpreter.errors import error
from winsim.interpreter.frames import Frame
from winsim.interpreter.indexing import get_index
from winsim.interpreter.members import MISSING, get_property, strict_error
from winsim.interpreter.methods import call_method, call_static, static_property
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.texts import to_text

Name = Callable[[Frame], str]


def member_name(unit: Unit, node: syntax.Expression) -> Name:
    if isinstance(node, syntax.String):
        text = node.value
        return lambda frame: text
    read = expression(unit, node)
    return lambda frame: to_text(read(frame))


def member(unit: Unit, node: syntax.Member) -> Evaluate:
    target = expression(unit, node.target)
    if node.static:
        return static_member(unit, node, target)
    if isinstance(node.name, syntax.String):
        text = node.name.value
        return lambda frame: get_property(frame, target(frame), text)
    name = expression(unit, node.name)
    return lambda frame: by_value(frame, target(frame), name(frame))


def by_value(frame: Frame, target: object, name: object) -> object:
    """``$x.$name``: a dictionary takes the key as it is."""
    from winsim.interpreter.containers import Dictionary

    if isinstance(target, Dictionary) and not isinstance(name, str) and name is not None and name in target:
        return target[name]
    return get_property(frame, target, to_text(name))


def static_member(unit: Unit, node: syntax.Member, target: Evaluate) -> Evaluate:
    name = member_name(unit, node.name)

    def evaluate(frame: Frame) -> object:
        kind, text = static_target(target(frame)), name(frame)
        found = static_property(kind, text)
        if found is not MISSING:
            return found
        if frame.scope.strict >= 2:
            raise strict_error(text)
        return None

    return evaluate


def static_target(value: object) -> NetType:
    if isinstance(value, NetType):
        return value
    from winsim.interpreter.typetable import type_of

    if isinstance(value, str):
        from winsim.interpreter.typetable import table

        found = table().parse(value)
        if found is not None:
            return found
    kind = type_of(value)
    if kind is None:
        raise error("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.", "InvalidOperation")
    return kind


def invoke(unit: Unit, node: syntax.Invoke) -> Evaluate:
    target = expression(unit, node.target)
    name = member_name(unit, node.name)
    arguments = [expression(unit, argument) for argument in node.args]
    if node.static:
        return lambda frame: call_static(
            frame.session, static_target(target(frame)), name(frame), [argument(frame) for argument in arguments]
        )
    return lambda frame: call_method(frame, target(frame), name(frame), [a(frame) for a in arguments])


def index(unit: Unit, node: syntax.Index) -> Evaluate:
    target, key = expression(unit, node.target), expression(unit, node.index)
    return lambda frame: get_index(frame, target(frame), key(frame))


COMPILERS: Final[dict[type, Callable[..., Evaluate]]] = {
    syntax.Member: member,
    syntax.Invoke: invoke,
    syntax.Index: index,
}
