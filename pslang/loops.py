"""Loops: for, foreach, while, do."""

from __future__ import annotations

import re

from pslang.chars import DASHES, IDENTIFIER, WORD_ENDS
from pslang.commands import argument
from pslang.containers import empty
from pslang.cursor import Cursor
from pslang.functions import block
from pslang.pipelines import pipeline
from pslang.syntax import DoLoop, For, ForEach, Statement, While
from pslang.variables import variable

_FLAG = re.compile(rf"[{DASHES}](?P<name>[^\W\d]\w*)")


def keyword(c: Cursor, *words: str) -> str:
    """The one of the words that stands at the cursor, in lower case; nothing is read."""
    match = IDENTIFIER.match(c.text, c.pos)
    if match is None or c.text[match.end()] not in WORD_ENDS:
        return ""
    word = match.group().lower()
    return word if word in words else ""


def while_loop(c: Cursor, start: int, label: str | None) -> Statement:
    end = c.pos
    if c.skip_lines() != "(":
        c.error("MissingOpenParenthesisAfterKeyword", end, end, "while")
        return empty(start)
    condition = _condition(c, "while")
    if condition is None:
        return empty(start)
    closed = c.pos
    body = block(c)
    if body is None:
        c.error("MissingLoopStatement", closed, closed, "while")
        return empty(start)
    return While(start=start, end=body.end, condition=condition, body=body, label=label)


def _condition(c: Cursor, word: str) -> Statement | None:
    """``( pipeline )`` after while or until; None where it is not closed."""
    c.pos += 1
    opened = c.pos
    c.skip_lines()
    found = pipeline(c)
    if found is None:
        c.error("MissingExpressionAfterKeyword", opened, opened, word)
    condition = found or empty(opened)
    if c.skip_lines() != ")":
        if found is not None:
            c.error("MissingEndParenthesisAfterStatement", found.end, found.end, word)
        return None
    c.pos += 1
    return condition


def do_loop(c: Cursor, start: int, label: str | None) -> Statement:
    end = c.pos
    body = block(c)
    if body is None:
        c.error("MissingLoopStatement", end, end, "do")
        return empty(start)
    c.skip_lines()
    word = keyword(c, "while", "until")
    if not word:
        c.error("MissingWhileOrUntilInDoWhile", body.end, body.end)
        return empty(start)
    c.pos += len(word)
    end = c.pos
    if c.skip_lines() != "(":
        c.error("MissingOpenParenthesisAfterKeyword", end, end, word)
        return empty(start)
    condition = _condition(c, word) or empty(end)
    return DoLoop(start=start, end=c.pos, body=body, condition=condition, until=word == "until", label=label)


def for_loop(c: Cursor, start: int, label: str | None) -> Statement:
    end = c.pos
    if c.skip_lines() != "(":
        c.error("MissingOpenParenthesisAfterKeyword", end, end, "for")
        return empty(start)
    c.pos += 1
    parts: list[Statement | None] = []
    for last in (False, False, True):
        c.skip_lines()
        parts.append(pipeline(c))
        end = c.pos
        if not last and c.skip() == ";":
            c.pos += 1
    if c.skip_lines() != ")":
        c.error("MissingEndParenthesisAfterStatement", end, end, "for")
        return empty(start)
    c.pos += 1
    end = c.pos
    body = block(c)
    if body is None:
        c.error("MissingLoopStatement", end, end, "for")
        return empty(start)
    initial, condition, iterator = parts
    return For(
        start=start, end=body.end, initial=initial, condition=condition, iterator=iterator, body=body, label=label
    )


def foreach_loop(c: Cursor, start: int, label: str | None) -> Statement:
    end = c.pos
    c.skip_lines()
    parallel = _foreach_flags(c)
    if c.text[c.pos] != "(":
        c.error("MissingOpenParenthesisAfterKeyword", end, end, "foreach")
        return empty(start)
    c.pos += 1
    end = c.pos
    char = c.skip_lines()
    name = variable(c) if char in "$@" else None
    if name is not None and name.splat:
        c.error_late("SplattingNotPermitted", name, name.name)
    if name is None:
        c.error("MissingVariableNameAfterForeach", end, end)
        return empty(start)
    c.skip_lines()
    if not keyword(c, "in"):
        c.error("MissingInInForeach", name.end, name.end)
        return empty(start)
    c.pos += 2
    end = c.pos
    c.skip_lines()
    collection = pipeline(c)
    if collection is None:
        c.error("MissingForeachExpression", end, end)
        return empty(start)
    if c.skip_lines() != ")":
        c.error("MissingEndParenthesisAfterForeach", collection.end, collection.end)
        return empty(start)
    c.pos += 1
    end = c.pos
    body = block(c)
    if body is None:
        c.error("MissingForeachStatement", end, end)
        return empty(start)
    return ForEach(
        start=start, end=body.end, variable=name, collection=collection, body=body, label=label, parallel=parallel
    )


def _foreach_flags(c: Cursor) -> bool:
    """Reads ``-parallel`` and ``-throttlelimit n``, which only workflows have."""
    parallel = False
    while (match := _FLAG.match(c.text, c.pos)) is not None:
        c.pos = match.end()
        name = match["name"].lower()
        if name and "parallel".startswith(name):
            parallel = True
            if not c.in_workflow:
                c.error("ParallelNotSupported", match.start(), match.end(), "foreach -parallel")
        elif "throttlelimit".startswith(name):
            c.skip_lines()
            if argument(c) is None:
                c.error("MissingThrottleLimit", match.end(), match.end())
        else:
            c.error("InvalidForeachFlag", match.start(), match.end(), match["name"])
        c.skip_lines()
    return parallel
