"""The syntax tree of PowerShell 4.0: one tree for the parser, the printer, the linter and the simulated lab.

Every node knows where it stands: ``start`` and ``end`` are character offsets into the source text (end exclusive).
Operators are in lower case without the dash (``eq``, ``ceq``, ``replace``, ``+``, ``..``, ``f``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StringKind = Literal["single", "double", "here_single", "here_double", "bare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    start: int
    end: int


# -- names of types -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """``[string[]]`` is TypeName("string", rank=1); ``[List[int]]`` has args; ``[a.b, assembly]`` keeps assembly."""

    name: str
    args: tuple[TypeName, ...] = ()
    ranks: tuple[int, ...] = ()  # one entry for each array suffix, the number of its dimensions
    assembly: str | None = None


# -- expressions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression(Node):
    pass


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A number. ``value`` is a plain Python int, float or Decimal; ``type`` is the .NET type name."""

    value: object
    type: str  # System.Int32, System.Int64, System.Double, System.Decimal


@dataclass(frozen=True, slots=True)
class String(Expression):
    """Text without anything to expand, already unescaped."""

    value: str
    kind: StringKind


@dataclass(frozen=True, slots=True)
class ExpandableString(Expression):
    parts: tuple[str | Expression, ...]
    kind: StringKind


@dataclass(frozen=True, slots=True)
class Variable(Expression):
    """``$name``, ``${any name}``, ``$scope:name``, ``@splatted``. ``scope``: the text before the colon, lower case."""

    name: str
    scope: str | None = None
    splat: bool = False


@dataclass(frozen=True, slots=True)
class TypeLiteral(Expression):
    type: TypeName


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    op: str  # not, !, bnot, +, -, ',', join, split, isplit, csplit
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class IncDec(Expression):
    op: Literal["++", "--"]
    target: Expression
    prefix: bool


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    type: TypeName
    operand: Expression


@dataclass(frozen=True, slots=True)
class AttributedExpression(Expression):
    """``[ValidateSet('a')]$x = ..``: an attribute (not a type) before an assignable expression."""

    attribute: Attribute
    operand: Expression


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """``$a.Name``, ``[type]::Name``; ``name`` is a String for a plain word, any expression otherwise."""

    target: Expression
    name: Expression
    static: bool


@dataclass(frozen=True, slots=True)
class Invoke(Expression):
    target: Expression
    name: Expression
    args: tuple[Expression, ...]
    static: bool


@dataclass(frozen=True, slots=True)
class Index(Expression):
    target: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class ArrayLiteral(Expression):
    """``1, 2, 3``; a unary comma is an ArrayLiteral of one item."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ArrayExpression(Expression):
    """``@( statements )``"""

    body: Block


@dataclass(frozen=True, slots=True)
class SubExpression(Expression):
    """``$( statements )``"""

    body: Block


@dataclass(frozen=True, slots=True)
class Paren(Expression):
    """``( pipeline )``; the pipeline may be an assignment."""

    pipeline: Statement


@dataclass(frozen=True, slots=True)
class Hashtable(Expression):
    """``@{ key = statement }`` in the order of the text."""

    pairs: tuple[tuple[Expression, Statement], ...]


@dataclass(frozen=True, slots=True)
class ScriptBlock(Expression):
    script: Script


# -- commands and pipelines -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommandParameter(Node):
    """``-Name`` or ``-Name:argument``; ``name`` is without the dash."""

    name: str
    argument: Expression | None


CommandElement = Expression | CommandParameter


@dataclass(frozen=True, slots=True)
class Redirection(Node):
    stream: str  # "1" .. "5" or "*"
    target: Expression | Literal["&1"]
    append: bool


@dataclass(frozen=True, slots=True)
class Command(Node):
    """A command; ``elements[0]`` names it. ``invoke`` is "", "&" or "."."""

    invoke: Literal["", "&", "."]
    elements: tuple[CommandElement, ...]
    redirections: tuple[Redirection, ...]
    verbatim: str | None = None  # the text after --%


@dataclass(frozen=True, slots=True)
class CommandExpression(Node):
    expression: Expression
    redirections: tuple[Redirection, ...]


@dataclass(frozen=True, slots=True)
class Statement(Node):
    pass


@dataclass(frozen=True, slots=True)
class Pipeline(Statement):
    elements: tuple[Command | CommandExpression, ...]


@dataclass(frozen=True, slots=True)
class Assignment(Statement):
    """``target op value``; op is one of = += -= *= /= %=. ``$a = $b = 1`` nests to the right."""

    target: Expression
    op: str
    value: Statement


@dataclass(frozen=True, slots=True)
class Block(Node):
    statements: tuple[Statement, ...]
    traps: tuple[Trap, ...] = ()


@dataclass(frozen=True, slots=True)
class If(Statement):
    clauses: tuple[tuple[Statement, Block], ...]
    otherwise: Block | None


@dataclass(frozen=True, slots=True)
class While(Statement):
    condition: Statement
    body: Block
    label: str | None


@dataclass(frozen=True, slots=True)
class DoLoop(Statement):
    body: Block
    condition: Statement
    until: bool
    label: str | None


@dataclass(frozen=True, slots=True)
class For(Statement):
    initial: Statement | None
    condition: Statement | None
    iterator: Statement | None
    body: Block
    label: str | None


@dataclass(frozen=True, slots=True)
class ForEach(Statement):
    variable: Variable
    collection: Statement
    body: Block
    label: str | None
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Switch(Statement):
    flags: frozenset[str]  # regex, wildcard, exact, casesensitive
    file: Expression | None
    condition: Statement | None
    clauses: tuple[tuple[Expression, Block], ...]  # a ScriptBlock is a test
    default: Block | None
    label: str | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Statement):
    name: str
    kind: Literal["function", "filter", "workflow"]
    body: Script  # the parameters in parentheses after the name are body.parameters


@dataclass(frozen=True, slots=True)
class CatchClause(Node):
    types: tuple[TypeName, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Try(Statement):
    body: Block
    catches: tuple[CatchClause, ...]
    final: Block | None


@dataclass(frozen=True, slots=True)
class Trap(Statement):
    type: TypeName | None
    body: Block


@dataclass(frozen=True, slots=True)
class Throw(Statement):
    value: Statement | None


@dataclass(frozen=True, slots=True)
class Return(Statement):
    value: Statement | None


@dataclass(frozen=True, slots=True)
class Exit(Statement):
    value: Statement | None


@dataclass(frozen=True, slots=True)
class Break(Statement):
    label: Expression | None


@dataclass(frozen=True, slots=True)
class Continue(Statement):
    label: Expression | None


@dataclass(frozen=True, slots=True)
class Data(Statement):
    variable: str | None
    supported: tuple[Expression, ...]
    body: Block


# -- scripts, functions, parameters ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """``[Parameter(Mandatory, Position = 0)]``; a named argument without value is the Constant-like Variable $true."""

    type: TypeName
    args: tuple[Expression, ...]
    named: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    attributes: tuple[Attribute, ...]
    types: tuple[TypeName, ...]  # the type constraints in the order of the text
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the text of a script came from; turns offsets into lines and columns."""

    text: str
    name: str = ""

    def line_column(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character offset."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - (self.text.rfind("\n", 0, offset) + 1) + 1

    def cut(self, node: Node) -> str:
        return self.text[node.start : node.end]


@dataclass(frozen=True, slots=True)
class Script(Node):
    """A script, the body of a function or of a script block. ``end_block`` also holds a body without named blocks."""

    source: Source
    parameters: tuple[Parameter, ...] | None  # None where there is no param() and no parameter list
    attributes: tuple[Attribute, ...]  # those before param(): CmdletBinding, OutputType ...
    begin: Block | None
    process: Block | None
    end_block: Block | None
    dynamic: Block | None
    named_blocks: bool
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseError:
    """``id`` is PowerShell's error id (UnexpectedToken, MissingEndCurlyBrace ...), or Lab* for a refusal of ours."""

    id: str
    message: str
    start: int
    end: int
