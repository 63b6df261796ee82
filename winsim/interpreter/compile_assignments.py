"""Assignments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pslang import syntax
from winsim.interpreter import arithmetic
from winsim.interpreter.compile_variables import key_of, write_target
from winsim.interpreter.compiling import Evaluate, Run, Unit, expression, value_of
from winsim.interpreter.frames import Frame
from winsim.interpreter.scopes import MISSING

OPERATORS: Final[dict[str, Callable[[object, object], object]]] = {
    "+=": arithmetic.add,
    "-=": arithmetic.subtract,
    "*=": arithmetic.multiply,
    "/=": arithmetic.divide,
    "%=": arithmetic.remainder,
}


def assignment_value(unit: Unit, node: syntax.Assignment) -> Evaluate:
    """Assigns and gives the value."""
    write = write_target(unit, node.target)
    value = value_of(unit, node.value)
    declared = declared_variable(node.target)
    if node.op == "=" and declared is not None:
        held = expression(unit, declared)

        def declare(frame: Frame) -> object:
            write(frame, value(frame))
            return held(frame)

        return declare
    if node.op == "=":

        def assign(frame: Frame) -> object:
            result = value(frame)
            write(frame, result)
            return result

        return assign
    read = read_for_update(unit, node.target)
    operate = OPERATORS[node.op]

    def update(frame: Frame) -> object:
        right = value(frame)
        result = operate(read(frame), right)
        write(frame, result)
        return result

    return update


def declared_variable(target: syntax.Expression) -> syntax.Variable | None:
    """The variable of ``[int]$x = ..``, which converts what it is given."""
    if not isinstance(target, syntax.Cast | syntax.AttributedExpression):
        return None
    while isinstance(target, syntax.Cast | syntax.AttributedExpression):
        target = target.operand
    return target if isinstance(target, syntax.Variable) else None


def read_for_update(unit: Unit, node: syntax.Expression) -> Evaluate:
    """``$x += 1`` reads the variable of the current scope only."""
    if isinstance(node, syntax.Cast | syntax.AttributedExpression):
        return read_for_update(unit, node.operand)
    if isinstance(node, syntax.Variable) and node.scope is None:
        key = key_of(node.name)
        absent = expression(unit, node)

        def read(frame: Frame) -> object:
            value = frame.scope.vars.get(key, MISSING)
            if value is not MISSING:
                return value
            return None if frame.scope.find(key) is not None else absent(frame)

        return read
    return expression(unit, node)


def assignment(unit: Unit, node: syntax.Assignment) -> Run:
    evaluate = assignment_value(unit, node)

    def run(frame: Frame) -> None:
        frame.session.last_ok = True
        evaluate(frame)

    return run
