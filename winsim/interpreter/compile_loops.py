"""Loops and switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pslang import syntax
from winsim.interpreter import compare as comparing
from winsim.interpreter.collect import Enumerator, items_of
from winsim.interpreter.compile_statements import block, condition, refusal
from winsim.interpreter.compile_variables import write_variable
from winsim.interpreter.compiling import Run, Unit, expression, statement, value_of
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import BreakLoop, ContinueLoop, error
from winsim.interpreter.frames import Frame
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.operators import groups_table, pattern_of
from winsim.interpreter.scopes import MISSING
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL
from winsim.interpreter.wildcards import wildcard_match

Step = Callable[[Frame], bool]


def turn(body: Run, label: str) -> Step:
    """One turn of a loop: False when the loop is to end."""

    def run(frame: Frame) -> bool:
        session = frame.session
        session.budget -= 1
        if session.budget < 0:
            session.check()
        try:
            body(frame)
        except BreakLoop as leaving:
            if leaving.label and leaving.label != label:
                raise
            return False
        except ContinueLoop as leaving:
            if leaving.label and leaving.label != label:
                raise
        return True

    return run


def lower(label: str | None) -> str:
    return (label or "").lower()


def looping(run: Run) -> Run:
    """A loop counts as one for break and continue: outside of any, they end the script."""

    def counted(frame: Frame) -> None:
        frame.session.loops += 1
        try:
            run(frame)
        finally:
            frame.session.loops -= 1

    return counted


def while_loop(unit: Unit, node: syntax.While) -> Run:
    test, step = condition(unit, node.condition), turn(block(unit, node.body), lower(node.label))

    def run(frame: Frame) -> None:
        while test(frame):
            if not step(frame):
                return

    return looping(run)


def do_loop(unit: Unit, node: syntax.DoLoop) -> Run:
    test, step = condition(unit, node.condition), turn(block(unit, node.body), lower(node.label))
    until = node.until

    def run(frame: Frame) -> None:
        while step(frame):
            if test(frame) == until:
                return

    return looping(run)


def for_loop(unit: Unit, node: syntax.For) -> Run:
    initial = quiet(unit, node.initial)
    test = condition(unit, node.condition) if node.condition is not None else None
    advance = quiet(unit, node.iterator)
    step = turn(block(unit, node.body), lower(node.label))

    def run(frame: Frame) -> None:
        initial(frame)
        while test is None or test(frame):
            if not step(frame):
                return
            advance(frame)

    return looping(run)


def quiet(unit: Unit, node: syntax.Statement | None) -> Run:
    """The first and the last part of ``for``: their output is thrown away."""
    if node is None:
        return lambda frame: None
    if isinstance(node, syntax.Assignment):
        return statement(unit, node)
    evaluate = value_of(unit, node)

    def run(frame: Frame) -> None:
        evaluate(frame)

    return run


def foreach_loop(unit: Unit, node: syntax.ForEach) -> Run:
    if node.parallel:
        return refusal("foreach -parallel")
    write = write_variable(node.variable)
    collection = value_of(unit, node.collection)
    step = turn(block(unit, node.body), lower(node.label))

    def run(frame: Frame) -> None:
        value = collection(frame)
        if value is AUTOMATION_NULL or value is None:
            return
        items = items_of(value)
        source = value.source if isinstance(value, Enumerator) else value
        enumerator = Enumerator(items, None, source) if items is not None else Enumerator([value])
        variables = frame.scope.vars
        outer = variables.get("foreach", MISSING)
        variables["foreach"] = enumerator
        try:
            while advanced(enumerator):
                write(frame, enumerator.items[enumerator.index])
                if not step(frame):
                    return
        finally:
            restore(variables, "foreach", outer)

    return looping(run)


def advanced(enumerator: Enumerator) -> bool:
    """``MoveNext`` as a loop calls it: what it throws is the error itself."""
    try:
        return enumerator.move_next()
    except NetError as problem:
        raise error(problem.type_name, problem.message, "OperationStopped", type_name=problem.type_name) from None


def restore(variables: dict[str, object], name: str, value: object) -> None:
    if value is MISSING:
        variables.pop(name, None)
    else:
        variables[name] = value


# -- switch -----------------------------------------------------------------------------------------------------------

Clause = Callable[[Frame, object], bool]


def switch(unit: Unit, node: syntax.Switch) -> Run:
    clauses = [(clause_test(unit, test, node.flags), block(unit, body)) for test, body in node.clauses]
    default = block(unit, node.default) if node.default is not None else None
    subjects = switch_subjects(unit, node)
    label = lower(node.label)

    def one(frame: Frame) -> None:
        value = frame.scope.vars["_"]
        matched = False
        for test, body in clauses:
            if test(frame, value):
                matched = True
                frame.scope.vars["_"] = value
                body(frame)
        if not matched and default is not None:
            default(frame)

    step = turn(one, label)

    def run(frame: Frame) -> None:
        variables = frame.scope.vars
        outer, outer_switch = variables.get("_", MISSING), variables.get("switch", MISSING)
        enumerator = Enumerator(subjects(frame))
        variables["switch"] = enumerator
        try:
            while enumerator.move_next():
                variables["_"] = enumerator.current
                if not step(frame):
                    return
        finally:
            restore(variables, "_", outer)
            restore(variables, "switch", outer_switch)

    return looping(run)


def switch_subjects(unit: Unit, node: syntax.Switch) -> Callable[[Frame], list[object]]:
    if node.file is not None:
        path = expression(unit, node.file)
        return lambda frame: list(frame.session.read_lines(to_text(path(frame))))
    assert node.condition is not None
    evaluate = value_of(unit, node.condition)

    def subjects(frame: Frame) -> list[object]:
        value = evaluate(frame)
        if value is AUTOMATION_NULL:
            return []
        items = items_of(value)
        return list(items) if items is not None else [value]

    return subjects


def clause_test(unit: Unit, node: syntax.Expression, flags: frozenset[str]) -> Clause:
    ignore_case = "casesensitive" not in flags
    evaluate = expression(unit, node)

    def test(frame: Frame, value: object) -> bool:
        wanted = evaluate(frame)
        if isinstance(wanted, ScriptBlock):
            return to_bool(frame.session.value_for(wanted, frame, value))
        if "regex" in flags:
            found = pattern_of(wanted, ignore_case).search(to_text(value))
            if found is not None:
                frame.set_automatic("matches", groups_table(found))
            return found is not None
        if "wildcard" in flags:
            return wildcard_match(to_text(wanted), to_text(value), ignore_case)
        if isinstance(value, str) or isinstance(wanted, str):
            return comparing.equals(to_text(value), to_text(wanted), ignore_case)
        return comparing.equals(value, wanted, ignore_case)

    return test


COMPILERS: Final[dict[type, Callable[..., Run]]] = {
    syntax.While: while_loop,
    syntax.DoLoop: do_loop,
    syntax.For: for_loop,
    syntax.ForEach: foreach_loop,
    syntax.Switch: switch,
}
