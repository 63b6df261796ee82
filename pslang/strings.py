"""Quoted strings and words of arguments, with what they expand."""

from __future__ import annotations

import re

from pslang import syntax
from pslang.chars import DOUBLE_QUOTES, ESCAPES, SINGLE_QUOTES, WORD_END_CLASS, WORD_ENDS, starts_variable
from pslang.cursor import Cursor
from pslang.syntax import ExpandableString, Expression, String, StringKind
from pslang.variables import variable

#: Parsing in place is tried before cutting out; strings in strings in strings must not double that at each level.
_RETRIES = 20
_SINGLE_RUN = re.compile(f"[^{SINGLE_QUOTES}]*")
_DOUBLE_RUN = re.compile(f"[^$`{DOUBLE_QUOTES}]*")
_WORD_RUN = re.compile(f"[^{WORD_END_CLASS}`${SINGLE_QUOTES}{DOUBLE_QUOTES}]*")
_PARENTHESES = re.compile(f"[()`{DOUBLE_QUOTES}]")


class Parts:
    """Collects text and expressions of a string that may expand something."""

    __slots__ = ("errors", "parts", "text")

    def __init__(self) -> None:
        #: What is wrong inside $( ); reported behind what is wrong with the string itself.
        self.errors: list[syntax.ParseError] = []
        self.parts: list[str | Expression] = []
        self.text: list[str] = []

    def add(self, expression: Expression) -> None:
        self._flush()
        self.parts.append(expression)

    def _flush(self) -> None:
        text = "".join(self.text)
        if text:
            self.parts.append(text)
        self.text.clear()

    def finish(self, c: Cursor, start: int, kind: StringKind) -> Expression:
        end = c.pos
        c.adopt(self.errors)
        if not self.parts:
            return String(start=start, end=end, value="".join(self.text), kind=kind)
        self._flush()
        return ExpandableString(start=start, end=end, parts=tuple(self.parts), kind=kind)


# -- quoted strings -------------------------------------------------------------------------------------------------


def single_quoted(c: Cursor) -> String:
    start = c.pos
    c.pos += 1
    pieces: list[str] = []
    _single_body(c, pieces)
    return String(start=start, end=c.pos, value="".join(pieces), kind="single")


def _single_body(c: Cursor, pieces: list[str]) -> None:
    """Everything to the closing quote; the cursor stands behind the opening one."""
    text = c.text
    opened = c.pos - 1
    pos = c.pos
    while True:
        run = _SINGLE_RUN.match(text, pos)
        assert run is not None
        pieces.append(run.group())
        pos = run.end()
        if pos >= c.end:
            pieces[-1] = pieces[-1][: len(pieces[-1]) - (pos - c.end)]
            c.pos = c.end
            c.error("TerminatorExpectedAtEndOfString", opened, opened, "'")
            return
        if text[pos + 1] not in SINGLE_QUOTES:
            c.pos = pos + 1
            return
        pieces.append(text[pos + 1])
        pos += 2


def double_quoted(c: Cursor) -> Expression:
    start = c.pos
    c.pos += 1
    parts = Parts()
    _double_body(c, parts)
    return parts.finish(c, start, "double")


def _double_body(c: Cursor, parts: Parts) -> None:
    text = c.text
    opened = c.pos - 1
    while True:
        run = _DOUBLE_RUN.match(text, c.pos)
        assert run is not None
        c.pos = run.end()
        if c.pos >= c.end:
            parts.text.append(run.group()[: len(run.group()) - (c.pos - c.end)])
            c.pos = c.end
            c.error("TerminatorExpectedAtEndOfString", opened, opened, '"')
            return
        parts.text.append(run.group())
        char = text[c.pos]
        if char == "$":
            dollar(c, parts, here=False)
        elif char == "`":
            backtick(c, parts)
        elif text[c.pos + 1] in DOUBLE_QUOTES:
            parts.text.append(text[c.pos + 1])
            c.pos += 2
        else:
            c.pos += 1
            return


def backtick(c: Cursor, parts: Parts) -> None:
    escaped = c.text[c.pos + 1]
    if c.pos + 1 >= c.end:
        parts.text.append("`")
        c.pos += 1
        return
    parts.text.append(ESCAPES.get(escaped, escaped))
    c.pos += 2


def dollar(c: Cursor, parts: Parts, here: bool) -> None:
    """What follows ``$`` in text: a variable, a subexpression, or just a dollar sign."""
    char = c.text[c.pos + 1]
    if char == "(":
        parts.add(_subexpression(c, parts, here))
        return
    if char == "{" or starts_variable(char):
        found = variable(c, in_string=True)
        if found is not None:
            parts.add(found)
            return
    parts.text.append("$")
    c.pos += 1


# -- $( ) inside strings --------------------------------------------------------------------------------------------


def _subexpression(c: Cursor, parts: Parts, here: bool) -> Expression:
    """``$( )`` in text ends where its parentheses balance, whatever quotes say; ``""`` in it is one quote.

    Nearly always that is also what the parser finds by itself; where not, the cut out text is parsed on its own.
    """
    start = c.pos
    mark = c.mark()
    end, inner = _balanced(c, start + 2, here)
    if inner is None and end is not None:
        if c.retries[0] < _RETRIES:
            found = c.rules.primary(c)
            if c.pos == end and len(c.errors) == mark[1] and found is not None:
                return found
            c.retries[0] += 1
            c.reset(mark)
        inner = c.text[start:end]
    if end is None:
        c.error("IncompleteDollarSubexpressionReference", start, start)
        end = c.end
        inner = inner if inner is not None else c.text[start:end]
    assert inner is not None
    nested = Cursor(syntax.Source(c.text[:start] + inner, c.source.name), c.rules, start)
    nested.in_workflow = c.in_workflow
    nested.enclosing = c.enclosing
    nested.retries = c.retries
    found = c.rules.primary(nested)
    parts.errors.extend(nested.errors.values())
    c.late.extend(nested.late)
    c.pos = end
    return found if found is not None else c.missing("ExpectedExpression", start)


def _balanced(c: Cursor, pos: int, here: bool) -> tuple[int | None, str | None]:
    """Where the parentheses balance (None: nowhere), and the text with quotes halved if it had doubled ones."""
    text = c.text
    opened = pos - 2
    copied = opened
    pieces: list[str] = []
    depth = 1
    while True:
        match = _PARENTHESES.search(text, pos)
        if match is None:
            rest = text[copied : c.end]
            return None, "".join(pieces) + rest if pieces else None
        pos = match.end()
        char = match.group()
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return pos, "".join(pieces) + text[copied:pos] if pieces else None
        elif not here and text[pos] in DOUBLE_QUOTES:
            pieces.append(text[copied : pos - 1])
            copied = pos
            pos += 1


# -- words of arguments ---------------------------------------------------------------------------------------------


def word(c: Cursor) -> Expression:
    """A word in argument mode: text, quoted pieces, variables and subexpressions up to a word end."""
    start = c.pos
    text = c.text
    parts = Parts()
    while True:
        run = _WORD_RUN.match(text, c.pos)
        assert run is not None
        parts.text.append(run.group())
        c.pos = run.end()
        char = text[c.pos]
        if char == "`" and c.pos + 1 < c.end:
            backtick(c, parts)
        elif char in SINGLE_QUOTES:
            c.pos += 1
            _single_body(c, parts.text)
        elif char in DOUBLE_QUOTES:
            c.pos += 1
            _double_body(c, parts)
        elif char == "$":
            dollar(c, parts, here=False)
        elif char in WORD_ENDS:
            break
        else:
            parts.text.append(char)
            c.pos += 1
    if c.pos == start and c.pos < c.end:  # a NUL inside the text is a word of its own
        parts.text.append(char)
        c.pos += 1
    return parts.finish(c, start, "bare")
