"""Pipelines and assignments."""

from __future__ import annotations

from pslang import semantic
from pslang.chars import DASHES
from pslang.commands import command, redirection
from pslang.containers import empty
from pslang.cursor import Cursor
from pslang.expressions import expression
from pslang.leaves import look_ahead
from pslang.recovery import token_text
from pslang.syntax import Assignment, Command, CommandExpression, Expression, Pipeline, Redirection, Statement

_ENDS = frozenset("\r\n;)}")


def pipeline(c: Cursor) -> Statement | None:
    """A pipeline or an assignment; None (nothing read) where none starts here."""
    char = c.skip()
    if char.isalpha():  # a command, for certain
        return _pipeline(c, None)
    first = expression(c)
    if first is not None:
        op = _assignment_operator(c)
        if op:
            return _assignment(c, first, op)
    return _pipeline(c, first)


def _assignment_operator(c: Cursor) -> str:
    char = c.skip()
    if char == "=":
        c.pos += 1
        return "="
    if (char in "+*/%" or char in DASHES) and c.text[c.pos + 1] == "=":
        c.pos += 2
        return ("-" if char in DASHES else char) + "="
    return ""


def _assignment(c: Cursor, target: Expression, op: str) -> Statement:
    semantic.assigned(c, target, op)
    after = c.pos
    c.skip_lines()
    value = c.rules.statement(c)
    if value is None:
        c.error("ExpectedValueExpression", after, after, op)
        value = empty(after)
    return Assignment(start=target.start, end=max(value.end, after), target=target, op=op, value=value)


def _pipeline(c: Cursor, first: Expression | None) -> Pipeline | None:
    elements: list[Command | CommandExpression] = []
    found = _expression_element(c, first) if first is not None else command(c)
    pipe = None
    while True:
        if found is not None:
            elements.append(found)
        elif elements or c.skip() == "|":
            at = pipe if pipe is not None else c.pos
            c.error("EmptyPipeElement", at, at)
        if not _more(c):
            break
        pipe = c.pos
        if c.skip_lines() == "\0" and c.at_end():
            c.error("EmptyPipeElement", pipe, pipe)
            break
        found = _later_element(c)
    if not elements:
        return None
    return Pipeline(start=elements[0].start, end=elements[-1].end, elements=tuple(elements))


def _more(c: Cursor) -> bool:
    """Reads ``|``; reports what can neither go on with the pipeline nor end it."""
    char = c.skip()
    if char in _ENDS:
        return False
    text = c.text
    start = c.pos
    if char == "|" and text[start + 1] != "|":
        c.pos += 1
        return True
    if char == "\0" and c.at_end():
        return False
    if char in "|&":
        if text[start + 1] == char:
            c.error("InvalidEndOfLine", start, start + 2, char + char)
            c.pos += 2
            c.skip_lines()
        else:
            c.error("AmpersandNotAllowed", start, start + 1)
            c.pos += 1
        return False
    look_ahead(c)
    c.error("UnexpectedToken", start, start + len(token_text(c)), token_text(c))
    return False


def _later_element(c: Cursor) -> Command | CommandExpression | None:
    char = c.skip()
    if char.isalpha():
        return command(c)
    start = c.pos
    found = expression(c)
    if found is None:
        return command(c)
    c.error("ExpressionsMustBeFirstInPipeline", start, found.end)
    return _expression_element(c, found)


def _expression_element(c: Cursor, found: Expression) -> CommandExpression:
    redirections: list[Redirection] = []
    while c.skip() in "<>123456*" and redirection(c, redirections):
        pass
    end = redirections[-1].end if redirections else found.end
    return CommandExpression(start=found.start, end=end, expression=found, redirections=tuple(redirections))
