"""What stands in brackets: parentheses, ``$( )``, ``@( )``, hashtables and script blocks."""

from __future__ import annotations

from pslang import semantic
from pslang.cursor import Cursor
from pslang.recovery import sync
from pslang.syntax import (
    ArrayExpression,
    Block,
    Expression,
    Hashtable,
    Paren,
    Pipeline,
    ScriptBlock,
    Statement,
    SubExpression,
    Trap,
)
from pslang.typenames import simple_name


def empty(at: int) -> Pipeline:
    """Stands in for a statement that is missing."""
    return Pipeline(start=at, end=at, elements=())


def parenthesised(c: Cursor) -> Paren:
    start = c.pos
    c.pos += 1
    comma, c.no_comma = c.no_comma, False
    c.skip_lines()
    pipeline = c.rules.pipeline(c)
    if pipeline is None:
        c.error("ExpectedExpression", start + 1, start + 1)
        pipeline = empty(start + 1)
    c.no_comma = comma
    end = pipeline.end
    if c.skip_lines() == ")":
        c.pos += 1
        end = c.pos
    else:
        c.error("MissingEndParenthesisInExpression", end, end)
    return Paren(start=start, end=end, pipeline=pipeline)


def subexpression(c: Cursor) -> SubExpression:
    start = c.pos
    body = _statements(c)
    return SubExpression(start=start, end=c.pos, body=body)


def array_expression(c: Cursor) -> ArrayExpression:
    start = c.pos
    body = _statements(c)
    return ArrayExpression(start=start, end=c.pos, body=body)


def _statements(c: Cursor) -> Block:
    """The statements between ``$(`` or ``@(`` and ``)``."""
    c.pos += 2
    start = c.pos
    comma, c.no_comma = c.no_comma, False
    statements: list[Statement] = []
    traps: list[Trap] = []
    c.rules.statements(c, statements, traps)
    c.no_comma = comma
    end = c.pos
    if c.skip_lines() == ")":
        end = c.pos
        c.pos += 1
    else:
        c.error("MissingEndParenthesisInSubexpression", c.pos, c.pos)
    return Block(start=start, end=end, statements=tuple(statements), traps=tuple(traps))


def script_block(c: Cursor) -> ScriptBlock:
    start = c.pos
    comma, c.no_comma = c.no_comma, False
    script = c.rules.script_block(c, start, None)
    c.no_comma = comma
    return ScriptBlock(start=start, end=c.pos, script=script)


# -- hashtables -----------------------------------------------------------------------------------------------------


def hashtable(c: Cursor) -> Hashtable:
    """``@{ key = statement }``; inside method arguments a bare comma in a value is no array, as in PowerShell."""
    start = c.pos
    c.pos += 2
    pairs: list[tuple[Expression, Statement]] = []
    c.skip_terminators()
    while True:
        pair = _pair(c)
        if pair is None:
            break
        pairs.append(pair)
        if c.skip() not in "\r\n;":
            break
        c.skip_terminators()
    if c.skip() == "}":
        c.pos += 1
    else:
        c.error("MissingEndCurlyBrace", start + 2, c.pos)
    semantic.keys(c, pairs)
    return Hashtable(start=start, end=c.pos, pairs=tuple(pairs))


def _pair(c: Cursor) -> tuple[Expression, Statement] | None:
    key = label_or_key(c)
    if key is None:
        return None
    if c.skip() != "=":
        c.error("MissingEqualsInHashLiteral", key.end, key.end)
        sync(c, "};\n", consume=False)
        return key, empty(key.end)
    c.pos += 1
    equals = c.pos
    c.skip_lines()
    value = c.rules.statement(c)
    if value is None:
        c.error("MissingStatementInHashLiteral", equals, equals)
        value = empty(equals)
    return key, value


def label_or_key(c: Cursor) -> Expression | None:
    """The key of a hashtable or the label of break and continue: a plain word or an expression without commas."""
    name = simple_name(c)
    if name is not None:
        return name
    if c.text[c.pos] in "\r\n;":
        return None
    comma, c.no_comma = c.no_comma, True
    found = c.rules.unary(c)
    c.no_comma = comma
    return found
