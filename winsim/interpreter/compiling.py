"""From syntax tree to Python closures: the entry points that the compiler's modules share.

An expression becomes a function of the frame that returns its value; a statement becomes a function of the frame that
writes its output through ``frame.emit``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pslang import syntax
from winsim.interpreter.collect import collapse
from winsim.interpreter.errors import ReturnBlock
from winsim.interpreter.frames import Frame

Evaluate = Callable[[Frame], object]
Run = Callable[[Frame], None]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is being compiled."""

    source: syntax.Source
    strictness: int = 1  # the version of strict mode from which a variable that is not set is an error; 2 in texts


@cache
def expression_compilers() -> dict[type, Callable[..., Evaluate]]:
    from winsim.interpreter import compile_access, compile_expressions

    return {**compile_expressions.COMPILERS, **compile_access.COMPILERS}


@cache
def statement_compilers() -> dict[type, Callable[..., Run]]:
    from winsim.interpreter import compile_errors, compile_loops, compile_statements
    from winsim.interpreter.compile_pipelines import COMPILERS as PIPELINES

    return {
        **compile_statements.COMPILERS,
        **compile_loops.COMPILERS,
        **compile_errors.COMPILERS,
        **PIPELINES,
    }


def expression(unit: Unit, node: syntax.Node) -> Evaluate:
    return expression_compilers()[type(node)](unit, node)


def statement(unit: Unit, node: syntax.Statement) -> Run:
    return statement_compilers()[type(node)](unit, node)


def pure_expression(node: syntax.Statement | None) -> syntax.Expression | None:
    """The expression of a pipeline that is nothing else."""
    if isinstance(node, syntax.Pipeline) and len(node.elements) == 1:
        element = node.elements[0]
        if isinstance(element, syntax.CommandExpression) and not element.redirections:
            return element.expression
    return None


def captured(run: Run) -> Callable[[Frame], list[object]]:
    """Runs with the output collected."""

    def collect(frame: Frame) -> list[object]:
        out: list[object] = []
        outer = frame.emit
        frame.emit = out.append
        try:
            run(frame)
        except ReturnBlock:  # what was written so far belongs to the block that is left
            for value in out:
                outer(value)
            raise
        finally:
            frame.emit = outer
        return out

    return collect


def value_of(unit: Unit, node: syntax.Statement) -> Evaluate:
    """A statement as a value: pure expressions as they are, everything else through a pipeline."""
    pure = pure_expression(node)
    if pure is not None:
        return expression(unit, pure)
    if isinstance(node, syntax.Assignment):
        from winsim.interpreter.compile_assignments import assignment_value

        return assignment_value(unit, node)
    collect = captured(statement(unit, node))
    return lambda frame: collapse(collect(frame))
