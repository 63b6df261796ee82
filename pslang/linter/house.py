"""What the project's own PowerShell must not do, although PowerShell would take it.

Step scripts run under strict mode, several in one pipeline, on hosts with 4.0: see the traps that each rule names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pslang.linter import aliases
from pslang.linter.binder import match
from pslang.linter.calls import Call, calls, formals_of, functions
from pslang.linter.findings import Report
from pslang.syntax import (
    ArrayExpression,
    Assignment,
    Binary,
    Break,
    Cast,
    CommandParameter,
    Continue,
    DoLoop,
    Exit,
    Expression,
    For,
    ForEach,
    FunctionDefinition,
    Hashtable,
    Member,
    Node,
    Parameter,
    Paren,
    Pipeline,
    Script,
    ScriptBlock,
    String,
    Switch,
    Trap,
    Variable,
    While,
)
from pslang.walk import children, walk

_KEYWORDS = frozenset(
    ("if", "else", "elseif", "foreach", "for", "while", "do", "until", "switch", "try", "catch", "finally", "return")
)
_COMPARISONS = frozenset(
    prefix + name for name in ("eq", "ne", "like", "notlike", "match", "notmatch") for prefix in ("", "c")
)
_COLLECTIONS = frozenset(("keys", "values", "groups", "captures"))
#: Commands whose unnamed arguments everybody reads without a name.
_PLAIN_ARGUMENTS = frozenset(
    ("write-output", "write-host", "write-error", "write-warning", "write-verbose", "join-path")
)


def check_house_rules(script: Script, report: Report) -> None:
    own = functions(script)
    for call in calls(script):
        if call.name.lower().rpartition("\\")[2] not in own:
            _command(call, report)
    counted = _countable(script)
    for node in walk(script):
        check = _CHECKS.get(node.__class__)
        if check is not None:
            check(node, report)
        if isinstance(node, Member) and not node.static:
            _count(node, counted, report)
    for node in _stray_jumps(script):
        report.add(node, "StrayJump", "break or continue outside a loop ends the caller's loop, or the whole pipeline.")


# -- commands ---------------------------------------------------------------------------------------------------------


def _command(call: Call, report: Report) -> None:
    name = call.name
    if name.startswith("="):
        report.add(call.node, "EqualsSign", "= in a condition assigns, and == runs a command named =; write -eq.")
        return
    if name.lower() in _KEYWORDS:
        report.add(call.node, "KeywordAsCommand", f"Here {name} is a command of that name, not a statement.")
        return
    meant = aliases.target(name)
    if meant is not None:
        report.add(call.node, "Alias", f"{name} is an alias; write {meant}.")
    _parameters(call, meant or name, report)


def _parameters(call: Call, command: str, report: Report) -> None:
    formals = formals_of(command.rpartition("\\")[2])
    if formals is None:
        return
    unnamed = 0
    waiting = False
    for element in call.node.elements[1:]:
        if isinstance(element, CommandParameter):
            waiting = _is_open(element, report, command)
        elif waiting or (isinstance(element, Variable) and element.splat):
            waiting = False
        else:
            unnamed += 1
    if unnamed > 2 and command.lower() not in _PLAIN_ARGUMENTS:
        report.add(call.node, "UnnamedArguments", f"{command} has {unnamed} arguments without a parameter name.")


def _is_open(element: CommandParameter, report: Report, command: str) -> bool:
    """Whether the next argument belongs to this parameter; reports a name that is not written out."""
    formals = formals_of(command.rpartition("\\")[2])
    assert formals is not None
    try:
        formal = match(formals, element.name)
    except Exception:  # the binder's own finding says what is wrong
        return False
    if formal is None:
        return False
    if formal.name.lower() != element.name.lower():
        report.add(element, "ShortParameter", f"-{element.name} of {command} is short for -{formal.name}.")
    return not formal.is_switch and element.argument is None


# -- expressions ------------------------------------------------------------------------------------------------------


def _countable(script: Script) -> frozenset[str]:
    """Variables that only ever hold an array or a table, so that .Count is safe under strict mode."""
    safe: set[str] = set()
    unsafe: set[str] = set()
    for node in walk(script):
        if isinstance(node, Assignment):
            target = node.target
            typed = isinstance(target, Cast) and bool(target.type.ranks)
            while isinstance(target, Cast):
                target = target.operand
            if isinstance(target, Variable):
                keeps = node.op == "+=" or typed or _is_collection(node.value)
                (safe if keeps else unsafe).add(target.name.lower())
        elif isinstance(node, Parameter):
            known = any(item.ranks or item.name.lower() in ("hashtable", "array") for item in node.types)
            (safe if known else unsafe).add(node.name.lower())
        elif isinstance(node, ForEach):
            unsafe.add(node.variable.name.lower())
    return frozenset(safe - unsafe)


def _is_collection(value: Node) -> bool:
    if not isinstance(value, Pipeline) or len(value.elements) != 1:
        return False
    inner: Node | None = next(iter(children(value.elements[0])), None)
    if isinstance(inner, Cast):
        return bool(inner.type.ranks) or isinstance(inner.operand, Hashtable)
    if isinstance(inner, String):
        return inner.value.lower() == "new-object"
    return isinstance(inner, (ArrayExpression, Hashtable))


def _count(node: Member, counted: frozenset[str], report: Report) -> None:
    if not (isinstance(node.name, String) and node.name.value.lower() == "count"):
        return
    target: Expression = node.target
    if isinstance(target, (ArrayExpression, Hashtable)):
        return
    if isinstance(target, Variable) and (target.name.lower() in counted or target.name.lower() == "args"):
        return
    if isinstance(target, Member) and isinstance(target.name, String) and target.name.value.lower() in _COLLECTIONS:
        return
    report.add(node, "Count", ".Count of one object or of none is an error under strict mode; write @(...).Count.")


def _binary(node: Node, report: Report) -> None:
    assert isinstance(node, Binary)
    if node.op not in _COMPARISONS:
        return
    if node.op.lstrip("c") in ("eq", "ne") and _is_null(node.right) and not _is_null(node.left):
        report.add(node, "NullOnTheRight", "With a collection on the left this filters; write $null on the left.")
    if _is_message(node.left) or _is_message(node.right):
        report.add(node, "MessageText", "Message texts differ by version; compare FullyQualifiedErrorId or types.")


def _is_null(node: Expression) -> bool:
    return isinstance(node, Variable) and node.name.lower() == "null"


def _is_message(node: Expression) -> bool:
    """``....Exception.Message``, also in parentheses or converted."""
    while isinstance(node, (Cast, Paren)):
        inner = node.operand if isinstance(node, Cast) else next(iter(children(node)), None)
        if isinstance(inner, Pipeline) and len(inner.elements) == 1:
            inner = next(iter(children(inner.elements[0])), None)
        if not isinstance(inner, Expression):
            return False
        node = inner
    if not (isinstance(node, Member) and isinstance(node.name, String) and node.name.value.lower() == "message"):
        return False
    target = node.target
    return isinstance(target, Member) and isinstance(target.name, String) and "exception" in target.name.value.lower()


# -- statements -------------------------------------------------------------------------------------------------------


def _exit(node: Node, report: Report) -> None:
    report.add(node, "Exit", "exit ends the whole pipeline with every step behind this one; write throw or return.")


def _stray_jumps(script: Script) -> Iterator[Node]:
    """break and continue that no loop (or trap) of the same script block holds."""
    pending: list[tuple[Node, bool]] = [(script, False)]
    while pending:
        node, held = pending.pop()
        if isinstance(node, (Break, Continue)) and not held:
            yield node
        if isinstance(node, (While, DoLoop, For, ForEach, Switch, Trap)):
            held = True
        elif isinstance(node, (ScriptBlock, FunctionDefinition)):
            held = False
        pending.extend((child, held) for child in children(node))


_CHECKS: dict[type[Node], Callable[[Node, Report], None]] = {Binary: _binary, Exit: _exit}
