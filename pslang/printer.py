"""Syntax tree to source text. Comments are not part of the tree; everything else is read back as the same tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pslang import quoting, syntax
from pslang.printing import ExpressionPrinter
from pslang.syntax import Block, Parameter, Script, Statement

_STEP = "    "


def format(script: Script) -> str:
    """The text of a script, indented, ending in a line break."""
    printer = Printer()
    requires = "".join(f"#requires {text}\n" for text in script.requires)
    return requires + "".join(line + "\n" for line in printer.script(script, ""))


class Printer(ExpressionPrinter):
    """Statements; a method gives the text of a node whose first line stands at ``indent``."""

    # -- scripts and blocks -----------------------------------------------------------------------------------------

    def script(self, node: Script, indent: str) -> list[str]:
        """The lines of a script, or of what stands between the braces of a script block."""
        lines: list[str] = []
        if node.parameters is not None:
            lines += [indent + self.attribute(item, indent) for item in node.attributes]
            lines.append(indent + self.parameters(node.parameters, indent))
        if not node.named_blocks:
            return lines + self.statements(node.end_block, indent)
        named = (
            ("dynamicparam", node.dynamic),
            ("begin", node.begin),
            ("process", node.process),
            ("end", node.end_block),
        )
        return lines + [f"{indent}{name} {self.block(body, indent)}" for name, body in named if body is not None]

    def parameters(self, found: Sequence[Parameter], indent: str) -> str:
        if not found:
            return "param()"
        inner = indent + _STEP
        return "param(\n" + ",\n".join(inner + self.parameter(item, inner) for item in found) + f"\n{indent})"

    def parameter(self, node: Parameter, indent: str) -> str:
        items: list[syntax.TypeName | syntax.Attribute] = [*node.attributes, *node.types]
        constraints = sorted(items, key=lambda item: item.start)
        text = "".join(
            f"[{self.type_name(item)}]" if isinstance(item, syntax.TypeName) else self.attribute(item, indent)
            for item in constraints
        )
        text += quoting.variable(node.name, None)
        return text if node.default is None else f"{text} = {self.expression(node.default, indent)}"

    def statements(self, block: Block | None, indent: str) -> list[str]:
        if block is None:
            return []
        found: list[Statement] = [*block.traps, *block.statements]
        return [indent + self.statement(item, indent) for item in found]

    def block(self, block: Block, indent: str) -> str:
        lines = self.statements(block, indent + _STEP)
        return "{\n" + "".join(line + "\n" for line in lines) + indent + "}" if lines else "{ }"

    # -- statements -------------------------------------------------------------------------------------------------

    def statement(self, node: Statement, indent: str) -> str:
        return _STATEMENTS[node.__class__](self, node, indent)

    def pipeline(self, node: syntax.Pipeline, indent: str) -> str:
        return " | ".join(
            self.command(item, indent) if isinstance(item, syntax.Command) else self.command_expression(item, indent)
            for item in node.elements
        )

    def assignment(self, node: syntax.Assignment, indent: str) -> str:
        return f"{self.expression(node.target, indent)} {node.op} {self.statement(node.value, indent)}"

    def if_statement(self, node: syntax.If, indent: str) -> str:
        parts = [
            f"{word} ({self.statement(condition, indent)}) {self.block(body, indent)}"
            for word, (condition, body) in zip(("if", *["elseif"] * len(node.clauses)), node.clauses, strict=False)
        ]
        if node.otherwise is not None:
            parts.append(f"else {self.block(node.otherwise, indent)}")
        return f"\n{indent}".join(parts)

    def while_loop(self, node: syntax.While, indent: str) -> str:
        return f"{_label(node.label)}while ({self.statement(node.condition, indent)}) {self.block(node.body, indent)}"

    def do_loop(self, node: syntax.DoLoop, indent: str) -> str:
        word = "until" if node.until else "while"
        condition = self.statement(node.condition, indent)
        return f"{_label(node.label)}do {self.block(node.body, indent)} {word} ({condition})"

    def for_loop(self, node: syntax.For, indent: str) -> str:
        parts = [
            "" if part is None else self.statement(part, indent)
            for part in (node.initial, node.condition, node.iterator)
        ]
        return f"{_label(node.label)}for ({'; '.join(parts)}) {self.block(node.body, indent)}"

    def foreach_loop(self, node: syntax.ForEach, indent: str) -> str:
        flag = "-parallel " if node.parallel else ""
        variable = self.expression(node.variable, indent)
        head = f"foreach {flag}({variable} in {self.statement(node.collection, indent)})"
        return f"{_label(node.label)}{head} {self.block(node.body, indent)}"

    def switch(self, node: syntax.Switch, indent: str) -> str:
        head = _label(node.label) + "switch " + "".join(f"-{flag} " for flag in sorted(node.flags))
        if node.file is not None:
            head += f"-file {self.argument(node.file, indent)} "
        if node.condition is not None:
            head += f"({self.statement(node.condition, indent)}) "
        inner = indent + _STEP
        lines = [f"{inner}{self.argument(test, inner)} {self.block(body, inner)}\n" for test, body in node.clauses]
        if node.default is not None:
            lines.append(f"{inner}default {self.block(node.default, inner)}\n")
        return head + "{\n" + "".join(lines) + indent + "}"

    def function(self, node: syntax.FunctionDefinition, indent: str) -> str:
        lines = self.script(node.body, indent + _STEP)
        body = "{\n" + "".join(line + "\n" for line in lines) + indent + "}" if lines else "{ }"
        return f"{node.kind} {quoting.word(node.name, first=False)} {body}"

    def try_statement(self, node: syntax.Try, indent: str) -> str:
        parts = [f"try {self.block(node.body, indent)}"]
        for clause in node.catches:
            types = ", ".join(f"[{self.type_name(item)}]" for item in clause.types)
            parts.append(f"catch {types + ' ' if types else ''}{self.block(clause.body, indent)}")
        if node.final is not None:
            parts.append(f"finally {self.block(node.final, indent)}")
        return f"\n{indent}".join(parts)

    def trap(self, node: syntax.Trap, indent: str) -> str:
        caught = f"[{self.type_name(node.type)}] " if node.type else ""
        return f"trap {caught}{self.block(node.body, indent)}"

    def data(self, node: syntax.Data, indent: str) -> str:
        head = "data " + (node.variable + " " if node.variable else "")
        if node.supported:
            commands = ", ".join(self.argument(item, indent) for item in node.supported)
            head += f"-SupportedCommand {commands} "
        return head + self.block(node.body, indent)

    def leaving(self, word: str, value: Statement | None, indent: str) -> str:
        return word if value is None else f"{word} {self.statement(value, indent)}"

    def jump(self, word: str, label: syntax.Expression | None, indent: str) -> str:
        return word if label is None else f"{word} {self.expression(label, indent)}"


def _label(label: str | None) -> str:
    return f":{label} " if label else ""


_STATEMENTS: dict[type[Statement], Callable[..., str]] = {
    syntax.Pipeline: Printer.pipeline,
    syntax.Assignment: Printer.assignment,
    syntax.If: Printer.if_statement,
    syntax.While: Printer.while_loop,
    syntax.DoLoop: Printer.do_loop,
    syntax.For: Printer.for_loop,
    syntax.ForEach: Printer.foreach_loop,
    syntax.Switch: Printer.switch,
    syntax.FunctionDefinition: Printer.function,
    syntax.Try: Printer.try_statement,
    syntax.Trap: Printer.trap,
    syntax.Data: Printer.data,
    syntax.Return: lambda printer, node, indent: printer.leaving("return", node.value, indent),
    syntax.Throw: lambda printer, node, indent: printer.leaving("throw", node.value, indent),
    syntax.Exit: lambda printer, node, indent: printer.leaving("exit", node.value, indent),
    syntax.Break: lambda printer, node, indent: printer.jump("break", node.label, indent),
    syntax.Continue: lambda printer, node, indent: printer.jump("continue", node.label, indent),
}
