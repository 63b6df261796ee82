"""Pipelines and commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pslang import syntax
from winsim.interpreter.binder import NO_VALUE, Argument
from winsim.interpreter.collect import emit_each, items_of
from winsim.interpreter.compiling import Evaluate, Run, Unit, expression, pure_expression
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import error, position_of
from winsim.interpreter.frames import Frame
from winsim.interpreter.pipeline import ExpressionStage, Stage, run_pipeline
from winsim.interpreter.redirections import Redirected, redirections
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, ParameterWord

Build = Callable[[Frame], Stage]
Gather = Callable[[Frame, list[Argument]], None]


def pipeline(unit: Unit, node: syntax.Pipeline) -> Run:
    elements = node.elements
    if len(elements) == 1:
        only = elements[0]
        if isinstance(only, syntax.CommandExpression) and not only.redirections:
            return expression_statement(unit, only.expression)
    builds = [stage_builder(unit, element) for element in elements]

    def run(frame: Frame) -> None:
        session = frame.session
        stages: list[Stage] = []
        emit = frame.emit
        redirected: list[Redirected] = []
        for position, (build, redirect) in enumerate(builds):
            if redirect is None:
                stages.append(build(frame))
                continue
            made = redirect(frame)
            redirected.append(made)
            outer, session.streams = session.streams, made.streams
            try:
                stage = build(frame)
            finally:
                session.streams = outer
            made.stage = stage
            made.is_last = position == len(builds) - 1
            stages.append(stage)
        try:
            run_pipeline(session, stages, output_of(redirected, emit))
        finally:
            for one in redirected:
                one.finish()

    return run


def output_of(redirected: list[Redirected], emit: Callable[[object], None]) -> Callable[[object], None]:
    """Where the output of the whole pipeline goes: to a file when its last command says so."""
    last = next((r for r in redirected if r.is_last), None)
    return last.output(emit) if last is not None else emit


def expression_statement(unit: Unit, node: syntax.Expression) -> Run:
    evaluate = expression(unit, node)
    if isinstance(node, syntax.IncDec):

        def quiet(frame: Frame) -> None:
            evaluate(frame)
            frame.session.last_ok = True

        return quiet

    def run(frame: Frame) -> None:
        value = evaluate(frame)
        frame.session.last_ok = True
        emit_each(value, frame.emit)

    return run


def stage_builder(
    unit: Unit, node: syntax.Command | syntax.CommandExpression
) -> tuple[Build, Callable[[Frame], Redirected] | None]:
    redirect = redirections(unit, node.redirections) if node.redirections else None
    if isinstance(node, syntax.CommandExpression):
        evaluate = expression(unit, node.expression)
        return lambda frame: ExpressionStage(frame.session, frame.session.streams, evaluate, frame), redirect
    return command_builder(unit, node), redirect


def command_builder(unit: Unit, node: syntax.Command) -> Build:
    first = node.elements[0]
    assert isinstance(first, syntax.Expression)
    name = command_name(unit, first)
    gathers = [gather(unit, element) for element in node.elements[1:]]
    verbatim = node.verbatim
    invoke = node.invoke
    place = position_of(unit.source, node)
    like_method = called_like_method(node)

    def build(frame: Frame) -> Stage:
        if like_method and frame.scope.strict >= 2:
            message = (
                "The function or command was called as if it were a method. Parameters should be separated by spaces. "
                "For information about parameters, see the about_Parameters Help topic."
            )
            raise error("StrictModeFunctionCallWithParens", message, "InvalidOperation")
        target = name(frame)
        arguments: list[Argument] = []
        for one in gathers:
            one(frame, arguments)
        if verbatim is not None:
            arguments.extend(Argument(None, word, word) for word in verbatim.split())
        return frame.session.stage_for(frame, target, arguments, place, dotted=invoke == ".", called=invoke != "")

    return build


def called_like_method(node: syntax.Command) -> bool:
    """``f(1, 2)``: one argument in parentheses right after the name, with commas."""
    if len(node.elements) != 2 or node.invoke:
        return False
    name, argument = node.elements
    if not isinstance(argument, syntax.Paren) or argument.start != name.end:
        return False
    return isinstance(pure_expression(argument.pipeline), syntax.ArrayLiteral)


def command_name(unit: Unit, node: syntax.Expression) -> Evaluate:
    if isinstance(node, syntax.String) and node.value:
        text = node.value
        return lambda frame: text
    read = expression(unit, node)

    def evaluate(frame: Frame) -> object:
        value = read(frame)
        if value is None or value == "":
            message = (
                "The expression after '&' in a pipeline element produced an object that was not valid. It must result "
                "in a command name, a script block, or a CommandInfo object."
            )
            raise error("BadExpression", message, "InvalidOperation")
        return value

    return evaluate


def gather(unit: Unit, node: syntax.CommandElement) -> Gather:
    if isinstance(node, syntax.CommandParameter):
        return gather_parameter(unit, node)
    if isinstance(node, syntax.Variable) and node.splat:
        return gather_splat(unit, node)
    text = unit.source.text[node.start : node.end]
    place = position_of(unit.source, node)
    read = expression(unit, node)

    literal = written_number(node, text)
    if isinstance(node, syntax.ArrayLiteral):
        read = without_nothing(read)

    def add(frame: Frame, arguments: list[Argument]) -> None:
        arguments.append(Argument(None, read(frame), text, False, place, literal))

    return add


def without_nothing(read: Evaluate) -> Evaluate:
    """A list of arguments: no output of a command in it counts as $null."""

    def evaluate(frame: Frame) -> object:
        values = read(frame)
        assert isinstance(values, Array)
        return Array([None if value is AUTOMATION_NULL else value for value in values])

    return evaluate


def written_number(node: syntax.CommandElement, text: str) -> str | None:
    """How a number is written, where that is not the text of its value."""
    return text if isinstance(node, syntax.Constant) and text != to_text(node.value) else None


def gather_parameter(unit: Unit, node: syntax.CommandParameter) -> Gather:
    text = unit.source.text[node.start : node.end]
    name = node.name
    if node.argument is None:
        fixed = Argument(name, NO_VALUE, text, False, position_of(unit.source, node))
        return lambda frame, arguments: arguments.append(fixed)
    read = expression(unit, node.argument)
    place = position_of(unit.source, node.argument)
    literal = written_number(node.argument, unit.source.text[node.argument.start : node.argument.end])
    return lambda frame, arguments: arguments.append(Argument(name, read(frame), text, False, place, literal))


def gather_splat(unit: Unit, node: syntax.Variable) -> Gather:
    """``@name``: a dictionary gives named arguments, anything else positional ones."""
    plain = syntax.Variable(start=node.start, end=node.end, name=node.name, scope=node.scope)
    read = expression(unit, plain)

    def add(frame: Frame, arguments: list[Argument]) -> None:
        value = read(frame)
        if isinstance(value, Dictionary):
            for key, item in value.items():
                name = to_text(key)
                arguments.append(Argument(name, item, f"-{name}", True))
            return
        items = items_of(value)
        for item in items if items is not None else [value]:
            arguments.append(splatted_word(item))

    return add


def splatted_word(item: object) -> Argument:
    """Words such as ``-Name`` that come out of $args act as parameters again."""
    if isinstance(item, ParameterWord):
        return Argument(item[1:].rstrip(":"), NO_VALUE, str(item))
    return Argument(None, item, "")


COMPILERS: Final[dict[type, Callable[..., Run]]] = {syntax.Pipeline: pipeline}
