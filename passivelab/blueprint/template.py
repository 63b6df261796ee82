"""Templates of steps: Jinja2 that becomes PowerShell, with the place of every character and every output kept.

Each piece of text and each ``{{ output }}`` is marked when the template is compiled. A rendered block is cut at the
marks: outputs become PowerShell literals, and any position in the result leads back to the template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context, Undefined

from passivelab.blueprint.marking import END, MARK, OUTPUTS, VALUE, in_order, mark_tree, refusals
from passivelab.errors import Place, Problem

Literal = Callable[[object, int], str]  # value and indent to PowerShell


@dataclass(frozen=True)
class Piece:
    """A stretch of a rendered block and where it comes from."""

    start: int  # in the rendered text
    end: int
    offset: int  # in the template
    output: bool


@dataclass(frozen=True)
class Rendered:
    """The PowerShell text of one block."""

    text: str
    pieces: tuple[Piece, ...]
    template: StepTemplate

    @property
    def outputs(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.output)

    def place(self, offset: int) -> Place:
        """Where in the template a character of the text comes from."""
        piece = next((piece for piece in reversed(self.pieces) if piece.start <= offset), None)
        if piece is None:
            return Place(self.template.file)
        inside = 0 if piece.output else min(offset, piece.end) - piece.start
        return self.template.place(piece.offset + inside)


@dataclass
class Outputs:
    """The values that one rendering put out, as PowerShell literals."""

    literal: Literal
    template: StepTemplate
    problems: list[Problem]
    values: list[object] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    def add(self, value: object, position: int) -> str:
        self.values.append(self._checked(value, position))
        self.positions.append(position)
        return f"{VALUE}{len(self.values) - 1}{END}"

    def text(self, number: int, indent: int) -> str:
        """The literal of one output, for a line that is indented so far."""
        return self.literal(self.values[number], indent)

    def _checked(self, value: object, position: int) -> object:
        """The value where it has a literal; otherwise a problem."""
        place = self.template.place(position)
        if isinstance(value, Undefined):
            self.problems.append(Problem("undefined", undefined_message(value), place, "a value", length=2))
            return None
        try:
            plain = plain_value(value)
            self.literal(plain, 0)
        except (TypeError, ValueError) as error:
            expected = "text, true or false, an integer, null, or a list or map of these"
            self.problems.append(Problem("literal", f"this value has no literal: {error}", place, expected, length=2))
            return None
        return plain


def undefined_message(value: Undefined) -> str:
    try:
        str(value)
    except jinja2.UndefinedError as error:
        return readable(str(error))
    return "the value is undefined"


def readable(message: str) -> str:
    """Jinja's message without the names of our classes."""
    known = {"LabView": "lab", "HostView": "the host", "RoleView": "role"}
    return re.sub(
        r"'(?:[\w.]+\.)?(\w+) object'",
        lambda match: known.get(match[1], f"the {match[1].lower()}"),
        message,
    )


def plain_value(value: object) -> object:
    """Tuples as lists, mappings as dicts: what a literal can be made of."""
    if isinstance(value, Undefined):
        raise TypeError(undefined_message(value))
    if isinstance(value, list | tuple | set | frozenset):
        members = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain_value(item) for item in members]
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if value is None or isinstance(value, str | bool | int):
        return str(value) if isinstance(value, str) else value
    kind = type(value).__name__.removesuffix("View").lower()
    raise TypeError(f"it is a {kind}")


@dataclass(frozen=True)
class StepTemplate:
    """One compiled template of a step."""

    file: Path
    source: str
    template: jinja2.Template
    tree: nodes.Template

    @property
    def blocks(self) -> frozenset[str]:
        return frozenset(self.template.blocks)

    def place(self, offset: int) -> Place:
        line = self.source.count("\n", 0, offset) + 1
        return Place(self.file, line, offset - (self.source.rfind("\n", 0, offset) + 1) + 1)

    def line_place(self, line: int) -> Place:
        """The first character of a line that is not blank."""
        text = self.source.splitlines()[line - 1] if line <= self.source.count("\n") + 1 else ""
        return Place(self.file, line, len(text) - len(text.lstrip()) + 1)

    def render(
        self, block: str, scope: Mapping[str, object], literal: Literal, problems: list[Problem]
    ) -> Rendered | None:
        """The block's PowerShell text, or None with what is wrong added to ``problems``."""
        outputs = Outputs(literal, self, problems)
        before = len(problems)
        context = self.template.new_context({**scope, OUTPUTS: outputs})
        try:
            marked = "".join(self.template.blocks[block](context))
        except Exception as error:
            problems.append(self._failure(error))
            return None
        return None if len(problems) > before else self._cut(marked, outputs)

    def outline(self, block: str, stand_in: str) -> Rendered:
        """The block with every branch taken once and the same text for every value: to be read, never to be run."""
        found = next(node for node in self.tree.find_all(nodes.Block) if node.name == block)
        text, pieces = "", []
        for output in in_order(found):
            for child in output.nodes:
                mark = MARK.match(child.data) if isinstance(child, nodes.TemplateData) else None
                if isinstance(child, nodes.TemplateData) and mark is not None:
                    chunk, offset = child.data[mark.end() :], int(mark[2])
                else:
                    assert isinstance(child, nodes.Filter) and isinstance(child.args[0], nodes.Const)
                    chunk, offset = stand_in, int(child.args[0].value)
                pieces.append(Piece(len(text), len(text) + len(chunk), offset, mark is None))
                text += chunk
        return Rendered(text, tuple(pieces), self)

    def _failure(self, error: Exception) -> Problem:
        line = 1
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == str(self.file):
                line = self.template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        code = "undefined" if isinstance(error, jinja2.UndefinedError) else "template"
        return Problem(code, readable(str(error)), self.line_place(line))

    def _cut(self, marked: str, outputs: Outputs) -> Rendered:
        text, pieces = "", []
        marks = list(MARK.finditer(marked))
        for index, mark in enumerate(marks):
            following = marks[index + 1].start() if index + 1 < len(marks) else len(marked)
            number = int(mark[2])
            is_output = mark[1] == VALUE
            indent = len(line := text[text.rfind("\n") + 1 :]) - len(line.lstrip())
            chunk = outputs.text(number, indent) if is_output else marked[mark.end() : following]
            offset = outputs.positions[number] if is_output else number
            pieces.append(Piece(len(text), len(text) + len(chunk), offset, is_output))
            text += chunk
        return Rendered(text.rstrip() + "\n" if text.strip() else "", tuple(pieces), self)


@jinja2.pass_context
def mark_output(context: Context, value: object, position: int) -> str:
    """The filter that every output goes through."""
    outputs = context.resolve(OUTPUTS)
    assert isinstance(outputs, Outputs)
    return outputs.add(value, position)


class Environment(jinja2.Environment):
    """Jinja2 as steps use it. A map's own keys win over Python's methods: item.items is a key."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if attribute.startswith("_"):
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def make_environment() -> Environment:
    environment = Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, cache_size=0
    )
    environment.filters["mark_output"] = mark_output
    return environment


def compile_template(environment: Environment, file: Path, problems: list[Problem]) -> StepTemplate | None:
    """A step's template, or None with what is wrong added to ``problems``."""
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        problems.append(Problem("file", f"the template cannot be read: {reason}", Place(file)))
        return None
    try:
        tree = environment.parse(source)
        refused = list(refusals(tree, source, file))
        if refused:
            problems += refused
            return None
        mark_tree(tree, environment, source)
        code = environment.compile(tree, str(file), str(file))
    except jinja2.TemplateSyntaxError as error:
        problems.append(syntax_problem(error, source, file))
        return None
    template = jinja2.Template.from_code(environment, code, environment.make_globals(None))
    return StepTemplate(file, source, template, tree)


def syntax_problem(error: jinja2.TemplateSyntaxError, source: str, file: Path) -> Problem:
    """What Jinja says of the template, at the first character of the line; an unknown filter is among it."""
    lines = source.splitlines()
    text = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
    return Problem(
        "template", error.message or "bad template", Place(file, error.lineno, len(text) - len(text.lstrip()) + 1)
    )
