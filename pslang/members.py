"""Member access, method calls and indexing after an expression."""

from __future__ import annotations

from pslang import containers
from pslang.chars import BLANK_CHARS, BLOCK_COMMENT, DASHES
from pslang.cursor import Cursor
from pslang.syntax import Expression, Index, Invoke, Member
from pslang.typenames import simple_name

_GAPS = BLANK_CHARS | frozenset("\0\r\n")


def member_access(c: Cursor, target: Expression, *, argument_mode: bool) -> Expression:
    """Everything that follows ``target`` without a blank: ``.name``, ``::name``, ``.method()``, ``[index]``."""
    text = c.text
    while True:
        pos = c.pos
        char = text[pos]
        while char == "<":
            comment = BLOCK_COMMENT.match(text, pos)
            if comment is None:
                return target
            pos = comment.end()
            char = text[pos]
        if char == ".":
            if text[pos + 1] == "." or (argument_mode and text[pos + 1] in _GAPS):
                return target
            c.pos = pos + 1
            target = _member(c, target, False)
        elif char == "[":
            c.pos = pos
            target = _index(c, target)
        elif char == ":" and text[pos + 1] == ":":
            if argument_mode and text[pos + 2] in _GAPS:
                return target
            c.pos = pos + 2
            target = _member(c, target, True)
        else:
            return target


def _member(c: Cursor, target: Expression, static: bool) -> Expression:
    after = c.pos
    c.skip_lines()
    name: Expression | None = simple_name(c)
    if name is None:
        char = c.text[c.pos]
        if char in "+,![" or char in DASHES:
            name = c.rules.unary(c)
        else:
            name = c.rules.atom(c)
    if name is None:
        c.error("MissingPropertyName", after, after)
        name = c.rules.argument(c) or c.missing("MissingPropertyName", after)
        return Member(start=target.start, end=max(name.end, after), target=target, name=name, static=static)
    char = c.text[c.pos]
    if char == "(":
        args = _arguments(c)
        return Invoke(start=target.start, end=c.pos, target=target, name=name, args=args, static=static)
    if char == "{":
        block = containers.script_block(c)
        return Invoke(start=target.start, end=c.pos, target=target, name=name, args=(block,), static=static)
    return Member(start=target.start, end=name.end, target=target, name=name, static=static)


def _arguments(c: Cursor) -> tuple[Expression, ...]:
    c.pos += 1
    after = c.pos
    comma, c.no_comma = c.no_comma, True
    arguments: list[Expression] = []
    reported = False
    while True:
        c.skip_lines()
        argument = c.rules.expression(c)
        if argument is None:
            if arguments:
                reported = True
                c.error("MissingExpressionAfterToken", after, after, ",")
            break
        arguments.append(argument)
        after = argument.end
        if c.skip_lines() != ",":
            break
        c.pos += 1
        after = c.pos
    c.no_comma = comma
    if c.skip_lines() == ")":
        c.pos += 1
    elif not reported:
        c.error("MissingEndParenthesisInMethodCall", after, after)
    return tuple(arguments)


def _index(c: Cursor, target: Expression) -> Expression:
    c.pos += 1
    after = c.pos
    c.skip_lines()
    comma, c.no_comma = c.no_comma, False
    index = c.rules.expression(c)
    c.no_comma = comma
    missing = index is None
    if index is None:
        index = c.missing("MissingArrayIndexExpression", after)
    if c.skip_lines() == "]":
        c.pos += 1
        after = c.pos
    elif not missing:
        after = index.end
        c.error("MissingEndSquareBracket", after, after)
    return Index(start=target.start, end=after, target=target, index=index)
