"""Reading and writing variables and other assignable expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pslang import syntax
from winsim.interpreter.compiling import Evaluate, Unit, expression
from winsim.interpreter.convert import Reference
from winsim.interpreter.errors import error
from winsim.interpreter.frames import Frame
from winsim.interpreter.scopes import CONSTANTS, MISSING, Scope, not_writable

if TYPE_CHECKING:
    from winsim.interpreter.nettypes import NetType

Write = Callable[[Frame, object], None]
NAMES = {"psitem": "_"}
SCOPES = ("global", "script", "local", "private", "using")


def key_of(name: str) -> str:
    lower = name.lower()
    return NAMES.get(lower, lower)


def undefined(name: str) -> Exception:
    message = f"The variable '${name}' cannot be retrieved because it has not been set."
    return error("VariableIsUndefined", message, "InvalidOperation", name)


def variable(unit: Unit, node: syntax.Variable) -> Evaluate:
    key = key_of(node.name)
    scope_name = node.scope.lower() if node.scope else None
    if scope_name is None:
        if key == "null":
            return lambda frame: None
        if key == "true":
            return lambda frame: True
        if key == "false":
            return lambda frame: False
        if key == "?":
            return lambda frame: frame.session.last_ok
        if key in ("psscriptroot", "pscommandpath") and "\\" in unit.source.name:
            place = place_of_file(unit.source.name, key)
            return lambda frame: place
        return plain_variable(key, node.name, unit.strictness)
    if scope_name not in SCOPES:
        return drive_variable(scope_name, node.name)
    return scoped_variable(scope_name, key, node.name, unit.strictness)


def place_of_file(path: str, key: str) -> str:
    """What a script file knows of its own place, also in the functions that it defines."""
    if key == "pscommandpath":
        return path
    folder = path.rpartition("\\")[0]
    return folder + "\\" if folder.endswith(":") else folder


def plain_variable(key: str, name: str, strictness: int) -> Evaluate:
    def read(frame: Frame) -> object:
        scope: Scope | None = frame.scope
        while scope is not None:
            value = scope.vars.get(key, MISSING)
            if value is not MISSING and (not scope.infos or visible(scope, key, frame)):
                return value
            scope = scope.parent
        return absent(frame, key, name, strictness)

    return read


def visible(scope: Scope, key: str, frame: Frame) -> bool:
    info = scope.infos.get(key)
    return info is None or not info.private or scope is frame.scope


def absent(frame: Frame, key: str, name: str, strictness: int) -> object:
    dynamic = frame.session.automatic(key, frame)
    if dynamic is not MISSING:
        return dynamic
    return missing(frame, name, strictness)


def scoped_variable(scope_name: str, key: str, name: str, strictness: int) -> Evaluate:
    def read(frame: Frame) -> object:
        if scope_name == "using":
            return frame.session.using(key, frame)
        if scope_name == "local":
            holder: Scope | None = frame.scope
        else:
            holder = frame.scope.numbered(scope_name)
        value = holder.vars.get(key, MISSING) if holder is not None else MISSING
        if value is not MISSING:
            return value
        if scope_name == "global" or key in ("true", "false"):
            return absent(frame, key, name, strictness)
        return missing(frame, name, strictness)

    return read


def missing(frame: Frame, name: str, strictness: int) -> object:
    if frame.scope.strict >= strictness:
        raise undefined(name)
    return None


def drive_variable(drive: str, name: str) -> Evaluate:
    """``$env:Path``, ``$function:f``, ``$variable:x``, ``$alias:dir``."""
    return lambda frame: frame.session.drive_value(drive, name, frame)


# -- writing ----------------------------------------------------------------------------------------------------------


def write_target(unit: Unit, node: syntax.Expression) -> Write:
    """Assigns to an expression."""
    if isinstance(node, syntax.Variable):
        return write_variable(node)
    if isinstance(node, syntax.Member):
        return write_member(unit, node)
    if isinstance(node, syntax.Index):
        return write_index(unit, node)
    if isinstance(node, syntax.Cast):
        return write_typed(unit, node)
    if isinstance(node, syntax.AttributedExpression):
        return write_attributed(unit, node)
    if isinstance(node, syntax.ArrayLiteral):
        return write_many(unit, node.items)
    if isinstance(node, syntax.Paren) and isinstance(node.pipeline, syntax.Pipeline):
        inner = node.pipeline.elements[0]
        if isinstance(inner, syntax.CommandExpression):
            return write_target(unit, inner.expression)
    call = expression(unit, node)

    def refuse(frame: Frame, value: object) -> None:
        call(frame)
        raise error("InvalidLeftHandSide", "The assignment expression is not valid.", "InvalidOperation")

    return refuse


def write_variable(node: syntax.Variable) -> Write:
    key, name = key_of(node.name), node.name
    scope_name = node.scope.lower() if node.scope else None
    if scope_name is None:
        if key == "null":
            return lambda frame, value: None
        if key in ("true", "false", "?"):

            def refuse(frame: Frame, value: object) -> None:
                raise not_writable(name)

            return refuse
        return plain_write(key, name)
    if scope_name not in SCOPES:
        return lambda frame, value: frame.session.set_drive_value(scope_name, name, value, frame)
    return scoped_write(scope_name, key, name)


def plain_write(key: str, name: str) -> Write:
    if key in CONSTANTS:

        def refuse(frame: Frame, value: object) -> None:
            raise not_writable(name)

        return refuse

    def write(frame: Frame, value: object) -> None:
        scope = frame.scope
        if scope.infos:
            scope.set_local(key, value, name)
            return
        if key not in scope.vars:
            scope.names[key] = name
            check_outer(scope, key, name)
        scope.vars[key] = value

    return write


def check_outer(scope: Scope, key: str, name: str) -> None:
    """A constant of the global scope cannot be hidden."""
    info = scope.top.infos.get(key)
    if info is not None and info.constant:
        raise not_writable(name)


def scoped_write(scope_name: str, key: str, name: str) -> Write:
    def write(frame: Frame, value: object) -> None:
        scope = frame.scope.numbered(scope_name)
        if scope is None:
            raise undefined(name)
        scope.set_local(key, value, name)
        if scope_name == "private":
            from winsim.interpreter.scopes import VariableInfo

            scope.infos.setdefault(key, VariableInfo()).private = True

    return write


def write_member(unit: Unit, node: syntax.Member) -> Write:
    from winsim.interpreter.compile_access import member_name
    from winsim.interpreter.convert import to_type
    from winsim.interpreter.members import set_property
    from winsim.interpreter.methods import set_static_property
    from winsim.interpreter.nettypes import NetType

    target, name = expression(unit, node.target), member_name(unit, node.name)
    if node.static:

        def write_static(frame: Frame, value: object) -> None:
            kind = to_type(target(frame))
            assert isinstance(kind, NetType)
            set_static_property(kind, name(frame), value)

        return write_static
    return lambda frame, value: set_property(frame, target(frame), name(frame), value)


def write_index(unit: Unit, node: syntax.Index) -> Write:
    from winsim.interpreter.indexing import set_index

    target, index = expression(unit, node.target), expression(unit, node.index)
    return lambda frame, value: set_index(frame, target(frame), index(frame), value)


def write_typed(unit: Unit, node: syntax.Cast) -> Write:
    """``[int]$x = ..``: the variable keeps the type for later assignments."""
    from winsim.interpreter.attributes import constrain
    from winsim.interpreter.compile_expressions import type_of_name
    from winsim.interpreter.convert import convert

    look_up = type_of_name(unit, node.type)
    inner = node.operand
    if isinstance(inner, syntax.Variable):
        return constrain(inner, look_up, ())
    write = write_target(unit, inner)
    return lambda frame, value: write(frame, convert(value, look_up()))


def write_attributed(unit: Unit, node: syntax.AttributedExpression) -> Write:
    from winsim.interpreter.attributes import constrain, declared_attributes, validators

    inner: syntax.Expression = node.operand
    look_up: Callable[[], NetType] | None = None
    attributes = [node.attribute]
    while isinstance(inner, syntax.AttributedExpression | syntax.Cast):
        if isinstance(inner, syntax.Cast):
            from winsim.interpreter.compile_expressions import type_of_name

            look_up = type_of_name(unit, inner.type)
        else:
            attributes.append(inner.attribute)
        inner = inner.operand
    if isinstance(inner, syntax.Variable):
        return constrain(inner, look_up, validators(unit, attributes), declared_attributes(unit, attributes))
    return write_target(unit, inner)


def write_many(unit: Unit, items: tuple[syntax.Expression, ...]) -> Write:
    """``$a, $b = 1, 2, 3``: the last one takes the rest."""
    from winsim.interpreter.collect import items_of
    from winsim.interpreter.values import Array

    writes = [write_target(unit, item) for item in items]

    def write(frame: Frame, value: object) -> None:
        found = items_of(value)
        values = list(found) if found is not None else [value]
        for position, one in enumerate(writes):
            if position == len(writes) - 1:
                rest = values[position:]
                one(frame, rest[0] if len(rest) == 1 else Array(rest) if rest else None)
            else:
                one(frame, values[position] if position < len(values) else None)

    return write


def reference_to(unit: Unit, node: syntax.Variable) -> Evaluate:
    """``[ref]$x`` reads and writes the variable where it is found."""
    key, name = key_of(node.name), node.name
    read, write = variable(unit, node), write_variable(node)
    if node.scope is None and key in ("null", "true", "false"):  # what is written to them goes nowhere
        return lambda frame: Reference.holding(read(frame))

    def evaluate(frame: Frame) -> object:
        holder = frame.scope.find(key) if node.scope is None else None
        if holder is None and node.scope is None:
            message = "[ref] cannot be applied to a variable that does not exist."
            raise error("NonExistingVariableReference", message, "InvalidOperation", name)
        if holder is not None and isinstance(holder.vars.get(key), Reference):
            return holder.vars[key]
        if holder is None:
            return Reference(lambda: read(frame), lambda value: write(frame, value))
        return Reference(lambda: holder.vars.get(key), lambda value: holder.set_local(key, value, name))

    return evaluate
