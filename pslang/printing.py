"""The part of the printer that writes expressions and commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from decimal import Decimal

from pslang import quoting, syntax
from pslang.chars import DASHES
from pslang.syntax import Block, Expression, Script, Statement

_STEP = "    "
_ENDS = {"double": '"', "bare": ""}


class ExpressionPrinter(ABC):
    """A method gives the text of a node; ``indent`` is that of the line on which the text starts."""

    @abstractmethod
    def statement(self, node: Statement, indent: str) -> str: ...

    @abstractmethod
    def statements(self, block: Block | None, indent: str) -> list[str]: ...

    @abstractmethod
    def script(self, node: Script, indent: str) -> list[str]: ...

    def expression(self, node: Expression, indent: str) -> str:
        return _EXPRESSIONS[node.__class__](self, node, indent)

    # -- types and attributes ---------------------------------------------------------------------------------------

    def type_name(self, node: syntax.TypeName) -> str:
        text = node.name
        if node.args:
            text += "[" + ",".join(self._type_argument(item) for item in node.args) + "]"
        text += "".join("[" + "," * (rank - 1) + "]" for rank in node.ranks)
        return text if node.assembly is None else f"{text}, {node.assembly}"

    def _type_argument(self, node: syntax.TypeName) -> str:
        text = self.type_name(node)
        return text if node.assembly is None else f"[{text}]"

    def attribute(self, node: syntax.Attribute, indent: str) -> str:
        arguments = [self.expression(item, indent) for item in node.args]
        for name, value in node.named:
            omitted = value.start == value.end
            arguments.append(name if omitted else f"{name} = {self.expression(value, indent)}")
        return f"[{self.type_name(node.type)}({', '.join(arguments)})]"

    # -- leaves -----------------------------------------------------------------------------------------------------

    def constant(self, node: syntax.Constant, indent: str) -> str:
        value = node.value
        if node.type == "System.Int64":
            return f"{value}L" if value != -(1 << 63) else str(value)
        if isinstance(value, Decimal):
            return f"{value:f}d"
        return repr(value)

    def string(self, node: syntax.String, indent: str) -> str:
        if node.kind == "bare":
            return quoting.word(node.value, first=True)
        if node.kind == "single":
            return f"'{quoting.single(node.value)}'"
        if node.kind == "double":
            return f'"{quoting.double(node.value)}"'
        if node.kind == "here_single":
            return f"@'\n{node.value}\n'@"
        return f'@"\n{quoting.here(node.value)}\n"@'

    def expandable(self, node: syntax.ExpandableString, indent: str) -> str:
        pieces: list[str] = []
        for index, part in enumerate(node.parts):
            following = node.parts[index + 1] if index + 1 < len(node.parts) else ""
            if isinstance(part, str):
                piece = self._text_part(part, node.kind, first=index == 0)
                # Where the word starts with a variable, these would make a member, an element or a word of their own.
                bare_variable = node.kind == "bare" and index == 1 and piece[0] in ".[=:"
                pieces.append("`" + piece if bare_variable else piece)
            elif isinstance(part, syntax.Variable):
                next_text = following if isinstance(following, str) else ""
                pieces.append(quoting.variable(part.name, part.scope, next_text))
            else:
                text = self.expression(part, indent)
                pieces.append(text if node.kind == "here_double" else text.replace('"', '""'))
        text = "".join(pieces)
        if node.kind == "here_double":
            return f'@"\n{text}\n"@'
        return _ENDS[node.kind] + text + _ENDS[node.kind]

    def _text_part(self, text: str, kind: syntax.StringKind, first: bool) -> str:
        if kind == "bare":
            return quoting.word(text, first=first)
        return quoting.here(text) if kind == "here_double" else quoting.double(text)

    def variable(self, node: syntax.Variable, indent: str) -> str:
        text = quoting.variable(node.name, node.scope)
        return "@" + text[1:] if node.splat else text

    def type_literal(self, node: syntax.TypeLiteral, indent: str) -> str:
        return f"[{self.type_name(node.type)}]"

    # -- operators --------------------------------------------------------------------------------------------------

    def unary(self, node: syntax.Unary, indent: str) -> str:
        operand = self.expression(node.operand, indent)
        if node.op == "!":
            return "!" + operand if not (operand[0].isalnum() or operand[0] in "_.") else "! " + operand
        if node.op in ("+", "-"):
            return node.op + (" " if operand[0] in "+.0123456789=" + DASHES else "") + operand
        return f"-{node.op} {operand}"

    def binary(self, node: syntax.Binary, indent: str) -> str:
        left, right = self.expression(node.left, indent), self.expression(node.right, indent)
        if node.op == "..":
            return f"{left}..{right}"
        op = f"-{node.op}" if node.op[0].isalpha() else node.op
        return f"{left} {op} {right}"

    def inc_dec(self, node: syntax.IncDec, indent: str) -> str:
        target = self.expression(node.target, indent)
        return node.op + target if node.prefix else target + node.op

    def cast(self, node: syntax.Cast, indent: str) -> str:
        return f"[{self.type_name(node.type)}]{self.expression(node.operand, indent)}"

    def attributed(self, node: syntax.AttributedExpression, indent: str) -> str:
        return self.attribute(node.attribute, indent) + self.expression(node.operand, indent)

    # -- members ----------------------------------------------------------------------------------------------------

    def _target(self, node: Expression, indent: str) -> str:
        if isinstance(node, syntax.Constant) and node.type == "System.Int32" and isinstance(node.value, int):
            return hex(node.value)  # the digits and the dot of 5.Name would be one word
        return self.expression(node, indent)

    def member(self, node: syntax.Member | syntax.Invoke, indent: str) -> str:
        access = "::" if node.static else "."
        return self._target(node.target, indent) + access + self.expression(node.name, indent)

    def invoke(self, node: syntax.Invoke, indent: str) -> str:
        return self.member(node, indent) + "(" + ", ".join(self.expression(item, indent) for item in node.args) + ")"

    def index(self, node: syntax.Index, indent: str) -> str:
        return f"{self._target(node.target, indent)}[{self.expression(node.index, indent)}]"

    # -- brackets ---------------------------------------------------------------------------------------------------

    def array_literal(self, node: syntax.ArrayLiteral, indent: str) -> str:
        if len(node.items) == 1:
            return "," + self.expression(node.items[0], indent)
        return ", ".join(self.expression(item, indent) for item in node.items)

    def _between(self, lines: list[str], opening: str, closing: str, indent: str) -> str:
        """On one line if it is a single short line, else each statement on its own."""
        if not lines:
            return opening + closing
        if len(lines) == 1 and "\n" not in lines[0] and len(lines[0]) < 100:
            blank = " " if opening == "{" else ""
            return opening + blank + lines[0].strip(" ") + blank + closing
        return opening + "\n" + "".join(line + "\n" for line in lines) + indent + closing

    def array_expression(self, node: syntax.ArrayExpression, indent: str) -> str:
        return self._between(self.statements(node.body, indent + _STEP), "@(", ")", indent)

    def subexpression(self, node: syntax.SubExpression, indent: str) -> str:
        return self._between(self.statements(node.body, indent + _STEP), "$(", ")", indent)

    def paren(self, node: syntax.Paren, indent: str) -> str:
        return f"({self.statement(node.pipeline, indent)})"

    def hashtable(self, node: syntax.Hashtable, indent: str) -> str:
        if not node.pairs:
            return "@{}"
        inner = indent + _STEP
        lines = [f"{self.expression(key, inner)} = {self.statement(value, inner)}" for key, value in node.pairs]
        return "@{\n" + "".join(f"{inner}{line}\n" for line in lines) + indent + "}"

    def script_block(self, node: syntax.ScriptBlock, indent: str) -> str:
        return self._between(self.script(node.script, indent + _STEP), "{", "}", indent)

    # -- commands ---------------------------------------------------------------------------------------------------

    def argument(self, node: Expression, indent: str) -> str:
        """As an argument, where a number with a sign would be a word: 0xFFFFFFFF stays as it is."""
        if isinstance(node, syntax.ArrayLiteral):
            return ", ".join(self.argument(item, indent) for item in node.items)
        if isinstance(node, syntax.Constant) and isinstance(node.value, int) and node.value < 0:
            bits = 32 if node.type == "System.Int32" else 64
            return hex(node.value & ((1 << bits) - 1))
        return self.expression(node, indent)

    def command(self, node: syntax.Command, indent: str) -> str:
        words: list[str] = [node.invoke] if node.invoke else []
        for index, element in enumerate(node.elements):
            if isinstance(element, syntax.CommandParameter):
                words.append(self._parameter(element, indent))
            elif index == 0 and not node.invoke and isinstance(element, syntax.String):
                bare = element.kind == "bare"
                words.append(quoting.command_name(element.value) if bare else self.argument(element, indent))
            else:
                words.append(self.argument(element, indent))
        words += [self.redirection(item, indent) for item in node.redirections]
        if node.verbatim is not None:
            words.append("--% " + node.verbatim)
        return " ".join(words)

    def _parameter(self, node: syntax.CommandParameter, indent: str) -> str:
        if node.argument is None:
            return f"-{node.name}"
        return f"-{node.name}:{self.argument(node.argument, indent)}"

    def command_expression(self, node: syntax.CommandExpression, indent: str) -> str:
        parts = [self.expression(node.expression, indent)]
        parts += [self.redirection(item, indent) for item in node.redirections]
        return " ".join(parts)

    def redirection(self, node: syntax.Redirection, indent: str) -> str:
        stream = "" if node.stream == "1" else node.stream
        if isinstance(node.target, str):
            return f"{stream}>{node.target}"
        return f"{stream}{'>>' if node.append else '>'} {self.argument(node.target, indent)}"


_EXPRESSIONS: dict[type[Expression], Callable[..., str]] = {
    syntax.Constant: ExpressionPrinter.constant,
    syntax.String: ExpressionPrinter.string,
    syntax.ExpandableString: ExpressionPrinter.expandable,
    syntax.Variable: ExpressionPrinter.variable,
    syntax.TypeLiteral: ExpressionPrinter.type_literal,
    syntax.Unary: ExpressionPrinter.unary,
    syntax.Binary: ExpressionPrinter.binary,
    syntax.IncDec: ExpressionPrinter.inc_dec,
    syntax.Cast: ExpressionPrinter.cast,
    syntax.AttributedExpression: ExpressionPrinter.attributed,
    syntax.Member: ExpressionPrinter.member,
    syntax.Invoke: ExpressionPrinter.invoke,
    syntax.Index: ExpressionPrinter.index,
    syntax.ArrayLiteral: ExpressionPrinter.array_literal,
    syntax.ArrayExpression: ExpressionPrinter.array_expression,
    syntax.SubExpression: ExpressionPrinter.subexpression,
    syntax.Paren: ExpressionPrinter.paren,
    syntax.Hashtable: ExpressionPrinter.hashtable,
    syntax.ScriptBlock: ExpressionPrinter.script_block,
}
