"""try and trap."""

from __future__ import annotations

from pslang import semantic
from pslang.containers import empty
from pslang.cursor import Cursor
from pslang.functions import block
from pslang.loops import keyword
from pslang.syntax import CatchClause, Statement, Trap, Try, TypeName
from pslang.typenames import bracketed


def try_statement(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    body = block(c)
    if body is None:
        c.error("MissingTryStatementBlock", end, end)
        return empty(start)
    errors = len(c.errors)
    catches: list[CatchClause] = []
    final = None
    while True:
        resume = c.pos
        c.skip_lines()
        word = keyword(c, "catch", "finally")
        if word != "catch":
            break
        clause = _catch(c)
        if clause is None:
            break
        catches.append(clause)
    if word == "finally":
        c.pos += 7
        end = c.pos
        c.enclosing.append(None)
        final = block(c)
        c.enclosing.pop()
        if final is None:
            c.error("MissingFinallyStatementBlock", end, end)
    elif word == "":
        c.pos = resume
    if not catches and final is None and len(c.errors) == errors:
        c.error("MissingCatchOrFinally", body.end, body.end)
    semantic.catches(c, catches)
    end = final.end if final else catches[-1].end if catches else body.end
    return Try(start=start, end=end, body=body, catches=tuple(catches), final=final)


def _catch(c: Cursor) -> CatchClause | None:
    start = c.pos
    c.pos += 5
    last = c.pos
    types: list[TypeName] = []
    comma = None
    while True:
        resume = c.pos
        c.skip_lines()
        found = bracketed(c)
        if not isinstance(found, TypeName):
            if found is not None:
                c.pos = resume
            elif comma is not None:
                c.error("MissingTypeLiteralToken", comma, comma)
            break
        types.append(found)
        last = c.pos
        if c.skip_lines() != ",":
            comma = None
            break
        c.pos += 1
        comma = c.pos
    body = block(c)
    if body is None:
        if comma is None:
            c.error("MissingCatchHandlerBlock", last, last)
        return None
    return CatchClause(start=start, end=body.end, types=tuple(types), body=body)


def trap(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    c.skip_lines()
    found = bracketed(c)
    if found is not None and not isinstance(found, TypeName):
        c.pos = found.start
        found = None
    last = c.pos if found else end
    enclosing, c.enclosing = c.enclosing, []
    body = block(c)
    c.enclosing = enclosing
    if body is None:
        c.error("MissingTrapStatement", last, last)
        return empty(start)
    return Trap(start=start, end=body.end, type=found, body=body)
