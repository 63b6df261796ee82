"""Module Microsoft.PowerShell.Core: the pipeline's own cmdlets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from winsim.interpreter import operators
from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import emit_each, items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import ErrorRecord, TerminatingError
from winsim.interpreter.members import MISSING, get_property, properties_of, read_property
from winsim.interpreter.methods import call_method
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.values import AUTOMATION_NULL
from winsim.interpreter.wildcards import has_wildcard, wildcard_match


@cmdlet(
    "ForEach-Object",
    built=("Process", "Begin", "End", "RemainingScripts", "InputObject", "MemberName", "ArgumentList"),
    net_class="Microsoft.PowerShell.Commands.ForEachObjectCommand",
    locks_world=False,
    positions={"Process": 0, "MemberName": 0},
    by_value=("InputObject",),
    remaining=("RemainingScripts", "ArgumentList"),
    nullable=("Process", "RemainingScripts", "ArgumentList"),
)
class ForEachObject:
    """Runs blocks in the scope of the caller, or reads or calls a member of every object."""

    def begin(self, call: CommandCall) -> None:
        self.blocks: list[ScriptBlock] = []
        if call.has("MemberName"):
            return
        blocks = [*blocks_of(call.get("Process")), *blocks_of(call.get("RemainingScripts"))]
        first: ScriptBlock | None = one_block(call.get("Begin"))
        self.last: ScriptBlock | None = one_block(call.get("End"))
        if not call.has("Begin") and len(blocks) > 1:
            first, blocks = blocks[0], blocks[1:]
            if not call.has("End") and len(blocks) > 1:
                self.last, blocks = blocks[-1], blocks[:-1]
        self.blocks = [block for block in blocks if block is not None]
        if first is not None:
            call.session.invoke_in_scope(first, call.frame, None, call.stage.emit)

    def process(self, call: CommandCall) -> None:
        if call.has("MemberName"):
            member(call, call.get("InputObject"))
            return
        if not call.expecting_input and not call.has("InputObject"):
            value: object = None
        else:
            value = call.get("InputObject")
        for block in self.blocks:
            call.session.invoke_in_scope(block, call.frame, value, call.stage.emit)

    def end(self, call: CommandCall) -> None:
        if not call.has("MemberName") and self.last is not None:
            call.session.invoke_in_scope(self.last, call.frame, None, call.stage.emit)


def blocks_of(value: object) -> list[Any]:
    items = items_of(value)
    return list(items) if items is not None else [] if value is None else [value]


def one_block(value: object) -> ScriptBlock | None:
    return value if isinstance(value, ScriptBlock) else None


def member(call: CommandCall, value: object) -> None:
    """``ForEach-Object Name``: a property, or a method that is called."""
    name = call.text("MemberName")
    if value is None:
        if call.frame.scope.strict >= 2:
            raise CommandError("InputObjectIsNull", "The input to the script block is null.", "InvalidArgument")
        return
    if has_wildcard(name):
        names = [info.name for info in properties_of(value) if wildcard_match(name, info.name)]
        if len(names) != 1:
            raise CommandError(
                "AmbiguousPropertyOrMethodName", f"The member name {name} is ambiguous.", "InvalidArgument"
            )
        name = names[0]
    found = MISSING if call.has("ArgumentList") else read_property(value, name, call.frame)
    if found is not MISSING:
        emit_each(found, call.stage.emit)
        return
    arguments = items_of(call.get("ArgumentList")) or []
    try:
        emit_each(call_method(call.frame, value, name, list(arguments)), call.stage.emit)
    except TerminatingError as problem:
        if problem.record.id != "MethodNotFound":
            call.write_record(problem.record)
            return
        if isinstance(value, Dictionary):
            return
        if call.frame.scope.strict >= 2:
            raise
        call.stage.emit(get_property(call.frame, value, name))


COMPARISONS = (
    *("EQ", "NE", "GT", "GE", "LT", "LE", "Like", "NotLike", "Match", "NotMatch", "Contains", "NotContains", "In"),
    *("NotIn", "Is", "IsNot"),
)
CASES = tuple(f"C{name}" for name in COMPARISONS if name not in ("Is", "IsNot"))


@cmdlet(
    "Where-Object",
    built=("FilterScript", "InputObject", "Property", "Value", *COMPARISONS, *CASES),
    locks_world=False,
    positions={"FilterScript": 0, "Property": 0, "Value": 1},
    by_value=("InputObject",),
    nullable=("InputObject", "Value"),
)
class WhereObject:
    """Passes on the objects that a script block or a comparison accepts."""

    def begin(self, call: CommandCall) -> None:
        self.block = one_block(call.get("FilterScript"))
        self.test: Callable[[object, object], object] | None = None
        if self.block is None:
            self.test = comparison(call)

    def process(self, call: CommandCall) -> None:
        if not call.has("InputObject"):
            return
        value = call.get("InputObject")
        if self.block is not None:
            if to_bool(call.session.run_in_scope(self.block, call.frame, value)):
                call.stage.emit(value)
            return
        held = get_property(call.frame, value, call.text("Property")) if value is not None else None
        if self.test is None or to_bool(self.test(held, call.get("Value"))):
            call.stage.emit(value)


def without_brackets(kind: object) -> object:
    """``-Is [int]``: the argument is the text of a type literal."""
    if isinstance(kind, str) and kind.startswith("[") and kind.endswith("]"):
        return kind[1:-1]
    return kind


def comparison(call: CommandCall) -> Callable[[object, object], object] | None:
    from winsim.interpreter.compile_expressions import BINARIES

    for name in (*COMPARISONS, *CASES):
        if not call.has(name):
            continue
        op = name.lower()
        if op.removeprefix("c") in ("match", "notmatch"):
            ignore, negated = not op.startswith("c"), "not" in op
            return lambda a, b: operators.match(call.frame, a, b, ignore, negated)
        if op in ("is", "isnot"):
            return lambda a, b: BINARIES[op](a, without_brackets(b))
        return BINARIES[op]
    if call.has("Value"):
        return BINARIES["eq"]
    return lambda a, b: a


@cmdlet("Out-Null", idle=("InputObject",), locks_world=False, by_value=("InputObject",))
def out_null(call: CommandCall) -> None:
    """Throws its input away."""


@cmdlet("Out-Default", built=("InputObject",), locks_world=False, by_value=("InputObject",))
class OutDefault:
    """Shows its input on the client's host; where there is none to show it, passes it on."""

    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        from winsim.cmdlets.formatting.output import render_lines

        ui = call.session.ui
        value = call.get("InputObject", AUTOMATION_NULL)
        if value is AUTOMATION_NULL:
            return
        if ui is None or not ui.interactive:
            call.write(value)
        elif isinstance(value, str) and not self.values:
            ui.write_line("output", str(value))
        elif isinstance(value, ErrorRecord):
            self.end(call)
            for line in render_lines(call, [value], 80, console=True):
                ui.write_line("error", line)
        else:
            self.values.append(value)

    def end(self, call: CommandCall) -> None:
        from winsim.cmdlets.formatting.output import render_lines

        values, self.values = self.values, []
        for line in render_lines(call, values, 80, console=True):
            call.session.ui_line(line)


@cmdlet("Set-StrictMode", built=("Version", "Off"), locks_world=False, types={"Version": "System.Object"})
def set_strict_mode(call: CommandCall) -> None:
    """Strictness of the current scope and of what it calls."""
    scope = call.frame.scope
    if call.switch("Off"):
        scope.strict = 0
        return
    text = call.text("Version").lower()
    if text == "latest":
        scope.strict = 4
        return
    major = text.split(".", maxsplit=1)[0]
    if not major.isdigit() or not 0 <= int(major) <= 4:
        message = (
            f"Cannot validate argument on parameter 'Version'. The version {text} is not a valid PowerShell version."
        )
        kind = "System.Management.Automation.ParameterBindingValidationException"
        raise CommandError("ParameterArgumentValidationError", message, "InvalidData", exception=kind)
    scope.strict = int(major)


@cmdlet(
    "Invoke-Command",
    built=("ScriptBlock", "ArgumentList", "InputObject", "NoNewScope", "ComputerName"),
    locks_world=False,
    by_value=("InputObject",),
)
class InvokeCommand:
    """Runs a block here. Other computers are not reachable from inside the lab's pipelines."""

    def begin(self, call: CommandCall) -> None:
        if call.has("ComputerName"):
            here = {"localhost", ".", "127.0.0.1", str(getattr(call.host, "name", "")).lower()}
            if any(name.lower() not in here for name in call.texts("ComputerName")):
                raise NotBuilt("Invoke-Command -ComputerName to another host")
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        if call.has("InputObject"):
            self.values.append(call.get("InputObject"))

    def end(self, call: CommandCall) -> None:
        block = call.get("ScriptBlock")
        if not isinstance(block, ScriptBlock):
            raise NotBuilt("Invoke-Command without a script block")
        arguments = items_of(call.get("ArgumentList"))
        values = self.values if call.expecting_input else None
        found = list(arguments) if arguments is not None else []
        using = call.session.state.get("using")
        call.session.state["using"] = visible_variables(call)
        try:
            call.write_all(call.session.collect_block(block, found, values=values, dotted=call.switch("NoNewScope")))
        finally:
            call.session.state["using"] = using


def visible_variables(call: CommandCall) -> dict[str, object]:
    found: dict[str, object] = {}
    for scope in reversed(list(call.frame.scope.chain())):
        found.update(scope.vars)
    return found
