"""Rendered blocks as PowerShell: each is parsed, each output must be a whole expression, desired must be constant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from passivelab.blueprint.model import DesiredValue, Unknown
from passivelab.blueprint.template import Piece, Rendered
from passivelab.errors import Place, Problem
from passivelab.lab.binding import did_you_mean
from pslang import constant
from pslang.parser import ParseResult, parse
from pslang.syntax import (
    Command,
    CommandExpression,
    ExpandableString,
    Expression,
    Member,
    Node,
    Paren,
    Pipeline,
    Script,
    String,
    Variable,
)
from pslang.walk import walk

PLACEHOLDER = "(0)"  # an expression that is the same length wherever it stands, and no node inside a text
Given = Literal["Needs", "Secrets"]


@dataclass
class ScriptChecker:
    """Parses each distinct text once: hosts share most of their scripts."""

    parsed: dict[str, ParseResult] = field(default_factory=dict)

    def parse(self, text: str) -> ParseResult:
        if text not in self.parsed:
            self.parsed[text] = parse(text)
        return self.parsed[text]

    def check(self, rendered: Rendered, problems: list[Problem]) -> Script | None:
        """The block's tree, or None with what is wrong added to ``problems``."""
        result = self.parse(rendered.text)
        if result.errors or result.script is None:
            problems += self._misplaced(rendered) or [
                Problem(error.id, error.message, rendered.place(error.start), length=max(1, error.end - error.start))
                for error in result.errors
            ]
            return None
        spans = expression_spans(result.script) if rendered.outputs else set()
        misplaced = [piece for piece in rendered.outputs if (piece.start, piece.end) not in spans]
        problems += [self._complaint(rendered, piece, result.script) for piece in misplaced]
        return None if misplaced else result.script

    def _misplaced(self, rendered: Rendered) -> list[Problem]:
        """Outputs in the wrong place of a text that does not parse, perhaps because of them."""
        text, spans, cursor = "", [], 0
        for piece in rendered.outputs:
            text += rendered.text[cursor : piece.start]
            spans.append((len(text), len(text) + len(PLACEHOLDER)))
            text += PLACEHOLDER
            cursor = piece.end
        text += rendered.text[cursor:]
        script = parse(text).script
        if script is None:
            return []
        whole = {(node.start, node.end) for node in walk(script) if isinstance(node, Paren)}
        return [
            self._complaint(rendered, piece, script, span[0])
            for piece, span in zip(rendered.outputs, spans, strict=True)
            if span not in whole and inside(script, span[0]) is not None
        ]

    def _complaint(self, rendered: Rendered, piece: Piece, script: Script, at: int | None = None) -> Problem:
        where = inside(script, piece.start if at is None else at) or "a word or a comment"
        return Problem(
            "output",
            f"a value stands inside {where}",
            rendered.place(piece.start),
            "a value as a whole expression or argument",
            hint="a value is a literal with quotes of its own: build the text first, {{ 'a' ~ b }}",
            length=2,
        )


def expression_spans(script: Script) -> set[tuple[int, int]]:
    """Where expressions stand, except those that begin an argument: in ``Get-Item 'a'.txt``, .txt is a property."""
    nodes = list(walk(script))
    arguments = [element for node in nodes if isinstance(node, Command) for element in node.elements]
    begun = {(part.target.start, part.target.end) for part in arguments if isinstance(part, Member)}
    return {(node.start, node.end) for node in nodes if isinstance(node, Expression)} - begun


def inside(script: Script, offset: int) -> str | None:
    """What kind of text the offset is in the middle of; None where it is code."""
    texts = [node for node in walk(script) if isinstance(node, String | ExpandableString)]
    around = [node for node in texts if node.start < offset < node.end]
    if not around:
        before = script.source.text[script.source.text.rfind("\n", 0, offset) + 1 : offset]
        return "a comment" if "#" in before else None
    return "a word" if min(around, key=lambda node: node.end - node.start).kind == "bare" else "a string"


# -- what a script uses -----------------------------------------------------------------------------------------------


def used(script: Script, variable: Given) -> Iterator[tuple[str, int]]:
    """The members of $Needs or $Secrets that a script names, with where."""
    if not mentions(script, variable):
        return
    for node in walk(script):
        if isinstance(node, Member) and is_variable(node.target, variable) and isinstance(node.name, String):
            yield node.name.value, node.start


def mentions(script: Script, name: str) -> bool:
    """Whether the name stands in the text at all: a look that spares most scripts the walk."""
    return name.lower() in script.source.text.lower()


def is_variable(node: Node, name: str) -> bool:
    return isinstance(node, Variable) and node.scope is None and node.name.lower() == name.lower()


def names_variable(script: Script, name: str) -> int | None:
    """Where a script first names a variable."""
    if not mentions(script, name):
        return None
    return min((node.start for node in walk(script) if is_variable(node, name)), default=None)


def undeclared(
    script: Script, place: Callable[[int], Place], variable: Given, declared: Mapping[str, object]
) -> Iterator[Problem]:
    """Members of $Needs or $Secrets that role.yml does not give the step."""
    known = {name.lower() for name in declared}
    for name, offset in used(script, variable):
        if name.lower() not in known:
            expected = "one of " + ", ".join(declared) if declared else f"{variable.lower()}: in role.yml"
            message = f"${variable}.{name} is not declared"
            hint = did_you_mean(name, declared)
            length = len(variable) + len(name) + 2
            yield Problem("undeclared", message, place(offset), expected, hint=hint, length=length)


def needs_names(needs: Mapping[str, object]) -> Callable[[Expression], object]:
    """The values of $Needs.Name for constant expressions."""
    known = {name.lower(): value for name, value in needs.items()}

    def value_of(node: Expression) -> object:
        if isinstance(node, Member) and is_variable(node.target, "Needs") and isinstance(node.name, String):
            name = node.name.value.lower()
            if name in known:
                return known[name]
        raise constant.NotConstant(node)

    return value_of


# -- desired ----------------------------------------------------------------------------------------------------------


def evaluate_desired(
    script: Script, place: Callable[[int], Place], needs: Mapping[str, object], problems: list[Problem]
) -> dict[str, DesiredValue] | None:
    """The constant hashtable, or None where it is $null (and where something is wrong with it)."""
    body = script.end_block
    statements = body.statements if body else ()
    expected = "one constant hashtable, or $null"
    if len(statements) != 1:
        offset = statements[1].start if len(statements) > 1 else 0
        found = f"{len(statements)} statements" if statements else "nothing"
        problems.append(Problem("desired", f"desired has {found}", place(offset), expected))
        return None
    statement = statements[0]
    element = statement.elements[0] if isinstance(statement, Pipeline) and len(statement.elements) == 1 else None
    if not isinstance(element, CommandExpression):
        problems.append(Problem("desired", "desired is not a constant", place(statement.start), expected))
        return None
    try:
        value = constant.evaluate(element.expression, needs_names(needs))
    except constant.NotConstant as error:
        length = error.node.end - error.node.start
        message, hint = "this has no value without a host", "constants, lists, hashtables and $Needs.Name"
        problems.append(Problem("desired", message, place(error.node.start), hint=hint, length=length))
        return None
    if value is None:
        return None
    if not isinstance(value, dict):
        problems.append(Problem("desired", "desired is not a hashtable", place(statement.start), expected))
        return None
    odd = next((name for name, item in value.items() if not is_plain(item)), None)
    if odd is not None:
        message = f"the property {odd!r} is not a plain value"
        expected = "text, true or false, a 64-bit integer, null, or a list or map of these"
        problems.append(Problem("desired", message, place(statement.start), expected))
        return None
    return value


def is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(is_plain(item) for item in value.values())
    return value is None or isinstance(value, str | bool | int | Unknown)
