"""The reading position in a script, the errors found so far, and the rules that lower layers call upwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pslang import syntax
from pslang.chars import BLANK_CHARS, SKIP, SKIP_LINES, SKIP_TERMINATORS
from pslang.messages import message

_SKIP, _SKIP_LINES, _SKIP_TERMINATORS = SKIP.match, SKIP_LINES.match, SKIP_TERMINATORS.match
_TRIVIA = BLANK_CHARS | frozenset("`#<")
_TRIVIA_LINES = _TRIVIA | frozenset("\r\n")
_TRIVIA_TERMINATORS = _TRIVIA_LINES | frozenset(";")


@dataclass(frozen=True, slots=True)
class Rules:
    """Where expressions contain statements again: the entry points of the layers above them."""

    statement: Callable[[Cursor], syntax.Statement | None]
    statements: Callable[[Cursor, list[syntax.Statement], list[syntax.Trap]], None]
    pipeline: Callable[[Cursor], syntax.Statement | None]
    expression: Callable[[Cursor], syntax.Expression | None]
    script_block: Callable[[Cursor, int, tuple[syntax.Parameter, ...] | None], syntax.Script]
    unary: Callable[[Cursor], syntax.Expression | None]
    primary: Callable[[Cursor], syntax.Expression | None]
    atom: Callable[[Cursor], syntax.Expression | None]
    argument: Callable[[Cursor], syntax.Expression | None]


class Cursor:
    """One parse of one text. Positions are offsets; two NULs stand behind the text, so that looking ahead is safe."""

    __slots__ = (
        "enclosing",
        "end",
        "errors",
        "in_workflow",
        "late",
        "no_comma",
        "no_declaration",
        "pos",
        "retries",
        "rules",
        "source",
        "text",
    )

    def __init__(self, source: syntax.Source, rules: Rules, pos: int = 0) -> None:
        self.source = source
        self.text = source.text + "\0\0\0"
        self.end = len(source.text)
        self.pos = pos
        self.rules = rules
        #: By id and place, in the order of their discovery.
        self.errors: dict[tuple[str, int, int], syntax.ParseError] = {}
        #: What PowerShell checks only in a text without syntax errors.
        self.late: list[syntax.ParseError] = []
        #: The labels of the loops around the cursor inside its script block ("" without one), None for a finally.
        self.enclosing: list[str | None] = []
        #: Where attributes are known not to belong to a declaration, so that looking ahead is not done twice.
        self.no_declaration: set[tuple[str, int]] = set()
        #: How often text in a string had to be parsed again, in this text and those cut out of it.
        self.retries = [0]
        self.no_comma = False  # inside method arguments, attribute arguments and parameter defaults
        self.in_workflow = False

    # -- white space ------------------------------------------------------------------------------------------------

    def skip(self) -> str:
        """Go over blanks and comments; the character there."""
        char = self.text[self.pos]
        return self._skip(_SKIP) if char in _TRIVIA else char

    def skip_lines(self) -> str:
        """Go over blanks, comments and line breaks; the character there."""
        char = self.text[self.pos]
        return self._skip(_SKIP_LINES) if char in _TRIVIA_LINES else char

    def skip_terminators(self) -> str:
        """Go over blanks, comments, line breaks and semicolons; the character there."""
        char = self.text[self.pos]
        return self._skip(_SKIP_TERMINATORS) if char in _TRIVIA_TERMINATORS else char

    def _skip(self, match: Callable[[str, int], re.Match[str] | None]) -> str:
        found = match(self.text, self.pos)
        assert found is not None  # the patterns also match nothing
        self.pos = pos = found.end()
        char = self.text[pos]
        return self._cut_off(char) if char in "<`\0" else char

    def _cut_off(self, char: str) -> str:
        """What the patterns cannot skip: a comment or a backtick that the end of the text cuts off."""
        pos = self.pos
        if char == "<" and self.text[pos + 1] == "#":
            self.error("MissingTerminatorMultiLineComment", pos, pos + 2)
            self.pos = self.end
        elif char == "`" and pos + 1 == self.end:
            self.error("IncompleteString", self.end, self.end)
            self.pos = self.end
        return self.text[self.pos]

    def at_end(self) -> bool:
        return self.pos >= self.end

    # -- errors -----------------------------------------------------------------------------------------------------

    def error(self, error_id: str, start: int, end: int, *arguments: object) -> None:
        key = error_id, start, end
        if key not in self.errors:
            self.errors[key] = syntax.ParseError(error_id, message(error_id, arguments), start, end)

    def adopt(self, errors: Iterable[syntax.ParseError]) -> None:
        """Take over errors that a parse of a part found."""
        for error in errors:
            self.errors.setdefault((error.id, error.start, error.end), error)

    def mark(self) -> tuple[int, int, int]:
        """To come back to with ``reset``: the position and what has been reported."""
        return self.pos, len(self.errors), len(self.late)

    def reset(self, mark: tuple[int, int, int]) -> None:
        self.pos, errors, late = mark
        while len(self.errors) > errors:
            self.errors.popitem()
        del self.late[late:]

    def error_late(self, error_id: str, node: syntax.Node, *arguments: object) -> None:
        """Report what is wrong although the syntax is right."""
        self.late.append(syntax.ParseError(error_id, message(error_id, arguments), node.start, node.end))

    def missing(self, error_id: str, at: int, *arguments: object) -> syntax.Expression:
        """Report that something is missing, and stand in for it."""
        self.error(error_id, at, at, *arguments)
        return syntax.Variable(start=at, end=at, name="__error__")
