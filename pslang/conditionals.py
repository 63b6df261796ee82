"""if, switch, try, trap and data."""

from __future__ import annotations

import re

from pslang.chars import DASHES
from pslang.commands import argument
from pslang.containers import empty
from pslang.cursor import Cursor
from pslang.functions import block
from pslang.loops import keyword
from pslang.pipelines import pipeline
from pslang.syntax import Block, Expression, If, Statement, Switch

_FLAG = re.compile(rf"[{DASHES}](?P<name>[^\W\d]\w*)")
_SWITCH_FLAGS = ("regex", "wildcard", "exact", "casesensitive", "parallel", "file")


def if_statement(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    clauses: list[tuple[Statement, Block]] = []
    otherwise = None
    word = "if"
    while True:
        clause = _if_clause(c, word)
        if clause is None:
            return empty(start)
        clauses.append(clause)
        resume = c.pos
        c.skip_lines()
        word = keyword(c, "elseif", "else")
        if word == "elseif":
            c.pos += 6
            continue
        if word == "else":
            c.pos += 4
            end = c.pos
            otherwise = block(c)
            if otherwise is None:
                c.error("MissingStatementBlockAfterElse", end, end)
                return empty(start)
        else:
            c.pos = resume
        break
    return If(start=start, end=c.pos, clauses=tuple(clauses), otherwise=otherwise)


def _if_clause(c: Cursor, word: str) -> tuple[Statement, Block] | None:
    """``( condition ) { ... }``"""
    end = c.pos
    if c.skip_lines() != "(":
        c.error("MissingOpenParenthesisInIfStatement", end, end, word)
        return None
    c.pos += 1
    end = c.pos
    c.skip_lines()
    condition = pipeline(c)
    if condition is None:
        c.error("IfStatementMissingCondition", end, end, word)
    if c.skip_lines() != ")":
        if condition is not None:
            c.error("MissingEndParenthesisAfterStatement", c.pos, c.pos, word)
        return None
    c.pos += 1
    end = c.pos
    body = block(c)
    if body is None:
        c.error("MissingStatementBlock", end - 1, end, word)
        return None
    return condition or empty(end), body


# -- switch -----------------------------------------------------------------------------------------------------------


def switch(c: Cursor, start: int, label: str | None) -> Statement:
    errors = len(c.errors)
    flags: set[str] = set()
    file = _switch_flags(c, flags)
    condition = None
    last = c.pos
    incomplete = False  # an error that says that the text ends too early stands for those that follow from it
    if c.skip() == "(":
        if "file" in flags:
            c.error("PipelineValueRequired", c.pos, c.pos + 1)
        condition, last = _switch_condition(c)
        incomplete = condition is None and c.text[last - 1] != ")"
    elif file is None:
        incomplete = True
        if "file" not in flags:
            c.error("PipelineValueRequired", last, last)
    clauses: list[tuple[Expression, Block]] = []
    default = None
    if c.skip_lines() != "{":
        if not (incomplete and c.at_end()):
            c.error("MissingCurlyBraceInSwitchStatement", last, last)
    else:
        default = _clauses(c, clauses)
    if len(c.errors) > errors:
        return empty(start)
    return Switch(
        start=start,
        end=c.pos,
        flags=frozenset(flags - {"file"}),
        file=file,
        condition=condition,
        clauses=tuple(clauses),
        default=default,
        label=label,
    )


def _switch_flags(c: Cursor, flags: set[str]) -> Expression | None:
    """Reads ``-regex -file name ...``; the file."""
    file = None
    c.skip_lines()
    while (match := _FLAG.match(c.text, c.pos)) is not None:
        c.pos = match.end()
        name = match["name"].lower()
        flag = next((flag for flag in _SWITCH_FLAGS if flag.startswith(name)), None)
        if flag is None:
            c.error("InvalidSwitchFlag", match.start(), match.end(), match["name"])
            c.skip()
            continue
        if flag in ("regex", "wildcard", "exact"):
            flags -= {"regex", "wildcard", "exact"}
        flags.add(flag)
        if flag == "parallel" and not c.in_workflow:
            c.error("ParallelNotSupported", match.start(), match.end(), "switch -parallel")
        if flag == "file":
            c.skip_lines()
            file = argument(c)
            if file is None:
                c.error("MissingFilenameOption", match.end(), match.end())
        c.skip()
    return file


def _switch_condition(c: Cursor) -> tuple[Statement | None, int]:
    c.pos += 1
    last = c.pos
    c.skip_lines()
    condition = pipeline(c)
    if condition is None:
        c.error("PipelineValueRequired", last, last)
    else:
        last = condition.end
    if c.skip_lines() == ")":
        c.pos += 1
        last = c.pos
    elif not (condition is None and c.at_end()):
        c.error("MissingEndParenthesisInSwitchStatement", last, last)
    return condition, last


def _clauses(c: Cursor, clauses: list[tuple[Expression, Block]]) -> Block | None:
    """The clauses between the braces; the default one."""
    opened = c.pos
    c.pos += 1
    last = c.pos
    default = None
    c.skip_lines()
    while True:
        is_default = bool(keyword(c, "default"))
        condition = argument(c)
        if condition is None:
            c.error("MissingSwitchConditionExpression", last, last)
            if c.skip() == "}":
                c.pos += 1
            return default
        last = condition.end
        body = block(c)
        if body is None:
            c.error("MissingSwitchStatementClause", last, last)
        elif is_default:
            if default is not None:
                c.error("MultipleSwitchDefaultClauses", condition.start, condition.end)
            default = body
        else:
            clauses.append((condition, body))
        last = c.pos
        char = c.skip_terminators()
        if char == "}":
            c.pos += 1
            return default
        if c.at_end():
            if body is not None:
                c.error("MissingEndCurlyBrace", opened, opened + 1)
            return default
