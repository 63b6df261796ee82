"""try, catch, finally, trap and throw, and what happens to an error between two statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pslang import syntax
from winsim.interpreter.compile_loops import restore
from winsim.interpreter.compile_statements import block, inside_try, too_deep
from winsim.interpreter.compiling import Run, Unit, value_of
from winsim.interpreter.errors import (
    RUNTIME_EXCEPTION,
    BreakLoop,
    ContinueLoop,
    ErrorRecord,
    ExceptionObject,
    InvocationInfo,
    Position,
    ReturnBlock,
    TerminatingError,
    position_of,
)
from winsim.interpreter.exception_types import hierarchy
from winsim.interpreter.frames import Frame
from winsim.interpreter.scopes import MISSING, Scope
from winsim.interpreter.scriptblocks import ScriptInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import table
from winsim.interpreter.values import AUTOMATION_NULL

STOP_EXCEPTION: Final = "System.Management.Automation.ActionPreferenceStopException"
CMDLET_EXCEPTION: Final = "System.Management.Automation.CmdletInvocationException"


@dataclass(frozen=True)
class Handler:
    """A catch clause or a trap: the types it takes (none: all) and its body."""

    types: tuple[str, ...]
    body: Run


def place(problem: TerminatingError, source: syntax.Source, node: syntax.Node) -> None:
    """Says where the error happened, unless that is known."""
    record = problem.record
    if record.invocation is None:
        record.invocation = InvocationInfo(None, "", position_of(source, node))
    elif record.invocation.position is None:
        record.invocation.position = position_of(source, node)


def here(record: ErrorRecord, scope: Scope) -> Position | None:
    """Where in the running function an error is, if its record says so and not where the function was called."""
    invocation = record.invocation
    own = next((one.vars["myinvocation"] for one in scope.chain() if "myinvocation" in one.vars), None)
    return invocation.position if invocation is not None and invocation is not own else None


def stack_trace(scope: Scope, position: Position | None) -> str:
    """The functions and scripts that run, the innermost first, each with the line that it has come to."""
    lines = []
    for one in scope.chain():
        invocation = one.vars.get("myinvocation")
        if not isinstance(invocation, InvocationInfo):
            continue
        name = getattr(invocation.command, "name", "") if not isinstance(invocation.command, ScriptInfo) else ""
        file = position.source.name if position is not None else ""
        line = position.line_column[0] if position is not None else 0
        lines.append(f"at {name or '<ScriptBlock>'}, {file or '<No file>'}: line {line}")
        position = invocation.position
    return "\r\n".join(lines)


def handle_error(
    frame: Frame, problem: TerminatingError, source: syntax.Source, node: syntax.Node, traps: tuple[Handler, ...]
) -> None:
    """After a statement failed: goes on with the next one, or raises the error further."""
    session = frame.session
    place(problem, source, node)
    if problem.record.stack is None:
        problem.record.stack = stack_trace(frame.scope, here(problem.record, frame.scope) or position_of(source, node))
    session.last_ok = False
    session.remember(problem)
    if traps:
        if run_traps(frame, problem, traps):
            return
    elif session.in_try or problem.stop or problem.ends is not None:
        raise problem
    preference = session.preference("erroractionpreference", frame.scope)
    session.last_ok = False
    if preference in ("SilentlyContinue", "Ignore"):
        return
    if preference in ("Stop", "Suspend"):
        problem.stop = True
        raise problem
    if problem.thrown and not traps:
        raise problem
    problem.record.written = True
    session.streams.error(problem.record)


def run_traps(frame: Frame, problem: TerminatingError, traps: tuple[Handler, ...]) -> bool:
    """True when the error is dealt with; falls off the end to have it reported; raises when no trap takes it."""
    found = find_trap(problem, traps)
    if found is None:
        raise problem
    handler, record = found
    session = frame.session
    inner = Frame(session, Scope(frame.scope), frame.emit, frame.cmdlet)
    inner.scope.vars["_"] = record
    outer, session.in_try = session.in_try, session.in_try + 1
    session.caught.append(problem)
    try:
        handler.body(inner)
    except ContinueLoop:
        return True
    except BreakLoop:
        raise problem from None
    except ReturnBlock:
        raise
    finally:
        session.caught.pop()
        session.in_try = outer
    return False


def trap_handlers(unit: Unit, traps: tuple[syntax.Trap, ...]) -> tuple[Handler, ...]:
    handlers = []
    for trap in traps:
        types = (type_key(trap.type),) if trap.type is not None else ()
        handlers.append(Handler(types, block(unit, trap.body)))
    return tuple(handlers)


def type_key(name: syntax.TypeName) -> str:
    found = table().resolve(name)
    return found.full_name if found is not None else name.name


def find_handler(problem: TerminatingError, handlers: tuple[Handler, ...]) -> tuple[Handler, ErrorRecord] | None:
    """The catch clause for an error and the record that its body sees.

    The exceptions that the error consists of are asked one after the other; the most specific type wins.
    """
    if len(handlers) == 1 and not handlers[0].types:
        return handlers[0], problem.record
    ranks = ranked(handlers)
    found: tuple[int, Handler, ErrorRecord] | None = None
    for exception, record in carriers(problem):
        match = match_type(exception.type_names, ranks)
        if match is None:
            continue
        rank, handler, caught_all = match
        if found is None or rank < found[0] or (rank == found[0] and caught_all):
            found = rank, handler, record_for(problem, record, exception)
        if found[0] == 0:
            break
    return found[1:] if found is not None else None


Ranked = tuple[tuple[str, Handler, int], ...]


def ranked(handlers: tuple[Handler, ...]) -> Ranked:
    """Each type with its clause and how many of the types before it are more specific; "" takes everything."""
    pairs = [(name, handler) for handler in handlers for name in handler.types or ("",)]
    found = []
    for place, (name, handler) in enumerate(pairs):
        rank = sum(name in hierarchy(earlier)[1:] for earlier, _ in pairs[:place]) if name else len(pairs) - 1
        found.append((name, handler, rank))
    return tuple(found)


def match_type(names: tuple[str, ...], ranks: Ranked) -> tuple[int, Handler, bool] | None:
    """The clause for an exception: of its own type, of a base type, or the one for everything."""
    lower = [name.lower() for name in names]
    for wanted in (lower[:1], lower[1:], [""]):
        for name, handler, rank in ranks:
            if name.lower() in wanted:
                return rank, handler, not name
    return None


def carriers(problem: TerminatingError) -> Iterator[tuple[ExceptionObject, ErrorRecord]]:
    """The exceptions that PowerShell carries an error in, in the order in which catch asks them."""
    record = problem.record
    exception = record.exception
    own = RUNTIME_EXCEPTION in exception.type_names
    if problem.preferred:
        yield ExceptionObject(STOP_EXCEPTION, exception.message), record
        if own:
            record = bare(record)  # the record that the exception has itself
            if exception.inner is not None:
                yield exception.inner, record
        yield exception, record
    elif problem.from_cmdlet:
        yield exception, record
        yield ExceptionObject(CMDLET_EXCEPTION, exception.message), record
        if exception.inner is not None:
            yield exception.inner, record
    elif own and not problem.given:
        if exception.inner is not None:
            yield exception.inner, record
        yield exception, record
    else:
        yield exception, record
        yield ExceptionObject(RUNTIME_EXCEPTION, exception.message), record


def bare(record: ErrorRecord) -> ErrorRecord:
    """A record without the command that wrote it."""
    made = ErrorRecord(record.exception, record.id, record.category.name, record.target)
    made.details, made.stack = record.details, record.stack
    return made


def record_for(problem: TerminatingError, record: ErrorRecord, exception: ExceptionObject) -> ErrorRecord:
    """The record that a clause sees: with the exception that matched, where the record was made for the error."""
    explicit = problem.from_cmdlet or problem.given or (problem.preferred and record is problem.record)
    if explicit or exception is record.exception or RUNTIME_EXCEPTION not in record.exception.type_names:
        return record
    copy = ErrorRecord(exception, record.id, record.category.name, record.target, record.invocation)
    copy.command, copy.activity, copy.details, copy.stack = (
        record.command,
        record.activity,
        record.details,
        record.stack,
    )
    return copy


def find_trap(problem: TerminatingError, handlers: tuple[Handler, ...]) -> tuple[Handler, ErrorRecord] | None:
    """The trap for an error: by its inner exception, unless only by a trap for everything, else by itself."""
    ranks = ranked(handlers)
    found: tuple[Handler, ErrorRecord] | None = None
    for exception, record in list(carriers(problem))[:2]:
        match = match_type(exception.type_names, ranks)
        if match is None:
            continue
        _, handler, caught_all = match
        if found is None or handler is not found[0]:
            found = handler, record_for(problem, record, exception)
        if not caught_all:
            break
    return found


def try_statement(unit: Unit, node: syntax.Try) -> Run:
    body = block(unit, node.body)
    final = block(unit, node.final) if node.final is not None else None
    handlers = tuple(
        Handler(tuple(type_key(name) for name in clause.types), block(unit, clause.body)) for clause in node.catches
    )
    guarded = with_catches(body, handlers) if handlers else inside_try(body)
    if final is None:
        return guarded

    def run(frame: Frame) -> None:
        try:
            guarded(frame)
        finally:
            run_final(frame, final)

    return run


def run_final(frame: Frame, final: Run) -> None:
    session = frame.session
    session.pause_stop()
    try:
        final(frame)
    finally:
        session.resume_stop()


def with_catches(body: Run, handlers: tuple[Handler, ...]) -> Run:
    def run(frame: Frame) -> None:
        session = frame.session
        session.in_try += 1
        try:
            body(frame)
        except TerminatingError as problem:
            session.in_try -= 1
            try:
                catch(frame, problem, handlers)
            finally:
                session.in_try += 1
        except RecursionError:
            session.in_try -= 1
            try:
                catch(frame, too_deep(), handlers)
            finally:
                session.in_try += 1
        finally:
            session.in_try -= 1

    return run


def catch(frame: Frame, problem: TerminatingError, handlers: tuple[Handler, ...]) -> None:
    session = frame.session
    found = find_handler(problem, handlers)
    if found is None:
        raise problem
    handler, record = found
    session.remember(problem)
    variables = frame.scope.vars
    outer = variables.get("_", MISSING)
    variables["_"] = record
    session.caught.append(problem)
    try:
        handler.body(frame)
    finally:
        session.caught.pop()
        restore(variables, "_", outer)


def throw_statement(unit: Unit, node: syntax.Throw) -> Run:
    value = value_of(unit, node.value) if node.value is not None else None

    def run(frame: Frame) -> None:
        if value is None and frame.session.caught:
            again = frame.session.caught[-1]
            raised = TerminatingError(again.record, thrown=True)
            raised.preferred, raised.from_cmdlet, raised.given = again.preferred, again.from_cmdlet, again.given
            raised.recorded = True
            raise raised
        problem = thrown(value(frame) if value is not None else None, value is None)
        problem.record.exception.thrown = True
        place(problem, unit.source, node)
        raise problem

    return run


def thrown(value: object, empty: bool = False) -> TerminatingError:
    """The error that ``throw value`` raises."""
    from winsim.interpreter.collect import unwrap

    value = unwrap(value)
    if isinstance(value, ErrorRecord):
        return TerminatingError(value, thrown=True, given=True)
    if isinstance(value, ExceptionObject):
        record = value.record or ErrorRecord(value, value.message, "OperationStopped")
        return TerminatingError(record, thrown=True)
    if value is None or value is AUTOMATION_NULL:
        text = "ScriptHalted"
        exception = ExceptionObject(RUNTIME_EXCEPTION, text)
        return TerminatingError(ErrorRecord(exception, text, "OperationStopped"), thrown=True)
    text = to_text(value)
    exception = ExceptionObject(RUNTIME_EXCEPTION, text)
    return TerminatingError(ErrorRecord(exception, text, "OperationStopped", value), thrown=True)


def trap_statement(unit: Unit, node: syntax.Trap) -> Run:
    return lambda frame: None


COMPILERS: Final[dict[type, Callable[..., Run]]] = {
    syntax.Try: try_statement,
    syntax.Throw: throw_statement,
    syntax.Trap: trap_statement,
}
