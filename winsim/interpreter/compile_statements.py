"""Blocks, conditions, flow control and function definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pslang import syntax
from winsim.interpreter.collect import emit_each
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.compile_assignments import assignment
from winsim.interpreter.compiling import Evaluate, Run, Unit, expression, pure_expression, statement, value_of
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.errors import (
    BreakLoop,
    ContinueLoop,
    ExitScript,
    ReturnBlock,
    TerminatingError,
    error,
)
from winsim.interpreter.frames import Frame
from winsim.interpreter.scriptblocks import CompiledScript, FunctionInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL


def block(unit: Unit, node: syntax.Block) -> Run:
    """Statements one after the other; an error is handled where PowerShell handles it, statement by statement."""
    runs = [(statement(unit, child), child) for child in node.statements if not isinstance(child, syntax.Trap)]
    traps = tuple(node.traps) + tuple(c for c in node.statements if isinstance(c, syntax.Trap) and c not in node.traps)
    from winsim.interpreter.compile_errors import handle_error, trap_handlers

    handlers = trap_handlers(unit, traps)
    source = unit.source

    def run(frame: Frame) -> None:
        session = frame.session
        for one, child in runs:
            session.budget -= 1
            if session.budget < 0:
                session.check()
            try:
                one(frame)
            except TerminatingError as problem:
                handle_error(frame, problem, source, child, handlers)
            except RecursionError:
                handle_error(frame, too_deep(), source, child, handlers)

    return inside_try(run) if handlers else run


def inside_try(body: Run) -> Run:
    """What goes wrong further inside leaves its block: it comes up to these statements, to their traps or their try."""

    def run(frame: Frame) -> None:
        session = frame.session
        session.in_try += 1
        try:
            body(frame)
        finally:
            session.in_try -= 1

    return run


def too_deep() -> TerminatingError:
    message = "The script failed due to call depth overflow."
    kind = "System.Management.Automation.ScriptCallDepthException"
    return error("CallDepthOverflow", message, "InvalidOperation", None, kind)


def if_statement(unit: Unit, node: syntax.If) -> Run:
    clauses = [(condition(unit, test), block(unit, body)) for test, body in node.clauses]
    otherwise = block(unit, node.otherwise) if node.otherwise is not None else None

    def run(frame: Frame) -> None:
        for test, body in clauses:
            if test(frame):
                body(frame)
                return
        if otherwise is not None:
            otherwise(frame)

    return run


def condition(unit: Unit, node: syntax.Statement) -> Callable[[Frame], bool]:
    from winsim.interpreter.compile_errors import place

    evaluate = value_of(unit, node)

    def test(frame: Frame) -> bool:
        try:
            value = evaluate(frame)
        except TerminatingError as problem:
            place(problem, unit.source, node)
            raise
        return value if type(value) is bool else to_bool(value)

    return test


def return_statement(unit: Unit, node: syntax.Return) -> Run:
    write = output_of(unit, node.value) if node.value is not None else None

    def run(frame: Frame) -> None:
        if write is not None:
            write(frame)
        raise ReturnBlock

    return run


def output_of(unit: Unit, node: syntax.Statement) -> Run:
    """Writes a statement's value: an expression is enumerated, a command streams."""
    pure = pure_expression(node)
    if pure is None:
        return statement(unit, node)
    evaluate = expression(unit, pure)
    return lambda frame: emit_each(evaluate(frame), frame.emit)


def label_of(unit: Unit, node: syntax.Expression | None) -> Callable[[Frame], str]:
    if node is None:
        return lambda frame: ""
    read: Evaluate = expression(unit, node)
    return lambda frame: to_text(read(frame)).lower()


def break_statement(unit: Unit, node: syntax.Break) -> Run:
    label = label_of(unit, node.label)

    def run(frame: Frame) -> None:
        raise BreakLoop(label(frame))

    return run


def continue_statement(unit: Unit, node: syntax.Continue) -> Run:
    label = label_of(unit, node.label)

    def run(frame: Frame) -> None:
        raise ContinueLoop(label(frame))

    return run


def exit_statement(unit: Unit, node: syntax.Exit) -> Run:
    value = value_of(unit, node.value) if node.value is not None else None

    def run(frame: Frame) -> None:
        code: object = value(frame) if value is not None else 0
        try:
            number = convert(code if code is not AUTOMATION_NULL else 0, get_type("System.Int32"))
        except TerminatingError:
            number = 0
        assert isinstance(number, int)
        raise ExitScript(int(number))

    return run


def function_definition(unit: Unit, node: syntax.FunctionDefinition) -> Run:
    if node.kind == "workflow":
        return refusal("workflows")
    compiled = CompiledScript(node.body, kind=node.kind, text=body_text(unit, node))
    scope_name, _, rest = node.name.rpartition(":")
    name = rest if scope_name.lower() in ("global", "script", "local", "private") else node.name

    def run(frame: Frame) -> None:
        scope = frame.scope
        if scope_name and rest is name:
            scope = scope.numbered(scope_name) or scope
        scope.functions[name.lower()] = FunctionInfo(name, compiled, frame.session, frame.scope.module)

    return run


def refusal(what: str) -> Run:
    """A statement that the lab does not implement fails when it runs."""

    def run(frame: Frame) -> None:
        raise NotBuilt(what)

    return run


def body_text(unit: Unit, node: syntax.FunctionDefinition) -> str:
    """The definition as ``Get-Command`` shows it: what stands between the braces, after the parameters in front."""
    text, script = unit.source.text, node.body
    body = text[script.start : script.end]
    if body.startswith("{"):
        body = body[1:-1]
    listed = [text[one.start : one.end] for one in script.parameters or () if one.start < script.start]
    return f"param({', '.join(listed)})\r\n{body}" if listed else body


def data_statement(unit: Unit, node: syntax.Data) -> Run:
    from winsim.interpreter.collect import collapse
    from winsim.interpreter.compiling import captured

    body = block(unit, node.body)
    if node.variable is None:
        return body
    collect, key = captured(body), node.variable.lower()

    def run(frame: Frame) -> None:
        frame.scope.set_local(key, collapse(collect(frame)), node.variable)

    return run


COMPILERS: Final[dict[type, Callable[..., Run]]] = {
    syntax.Assignment: assignment,
    syntax.If: if_statement,
    syntax.Return: return_statement,
    syntax.Break: break_statement,
    syntax.Continue: continue_statement,
    syntax.Exit: exit_statement,
    syntax.FunctionDefinition: function_definition,
    syntax.Data: data_statement,
}
