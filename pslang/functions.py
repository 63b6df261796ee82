"""Blocks, script blocks with their parts, parameter lists and functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pslang.chars import IDENTIFIER, PLAIN_WORD, WORD_ENDS
from pslang.containers import empty
from pslang.cursor import Cursor
from pslang.parameters import close_parameters, param_block, parameter_list
from pslang.recovery import sync, token_text
from pslang.strings import word as read_word
from pslang.syntax import (
    Attribute,
    Block,
    FunctionDefinition,
    Parameter,
    Script,
    Statement,
    String,
    Trap,
)

_BLOCK_NAMES = ("begin", "process", "end", "dynamicparam")
_NO_NAME = frozenset("|({})\0;<>&$@\"'")


def block(c: Cursor) -> Block | None:
    """``{ statements }`` on this line or a later one, None where no ``{`` stands there."""
    if c.skip_lines() != "{":
        return None
    start = c.pos
    c.pos += 1
    statements: list[Statement] = []
    traps: list[Trap] = []
    c.rules.statements(c, statements, traps)
    if c.skip() == "}":
        c.pos += 1
    else:
        c.error("MissingEndCurlyBrace", start, start + 1)
    return Block(start=start, end=c.pos, statements=tuple(statements), traps=tuple(traps))


# -- script blocks ----------------------------------------------------------------------------------------------------


def script_block(c: Cursor, start: int, parameters: tuple[Parameter, ...] | None = None) -> Script:
    """The body of a function or script block; the cursor stands on its ``{``."""
    c.pos += 1
    enclosing, c.enclosing = c.enclosing, []
    found = _body(c, start, opened=True)
    c.enclosing = enclosing
    if c.skip() == "}":
        c.pos += 1
    elif not (found.named_blocks and c.errors and next(reversed(c.errors))[0] == "MissingNamedBlocks"):
        c.error("MissingEndCurlyBrace", start, start + 1)
    if not parameters and (parameters is None or found.parameters is not None):
        return replace(found, end=c.pos)
    if found.parameters is not None:
        c.error_late("OnlyOneParameterListAllowed", found)
    return replace(found, end=c.pos, parameters=parameters)


def script(c: Cursor) -> Script:
    """A whole text."""
    _later_usings(c)
    found = _body(c, 0, opened=False)
    statements = list(found.end_block.statements) if found.end_block else []
    traps = list(found.end_block.traps) if found.end_block else []
    c.skip()
    while not c.at_end():
        _unexpected(c)
        c.rules.statements(c, statements, traps)
        c.skip()
    if found.named_blocks:
        return replace(found, start=0, end=c.end)
    body = Block(start=0, end=c.end, statements=tuple(statements), traps=tuple(traps))
    return replace(found, start=0, end=c.end, end_block=body)


def _later_usings(c: Cursor) -> None:
    """``using`` at the start of a script needs 5.0; it is one error each, and what follows is read as usual."""
    while c.skip_terminators() in "uU":
        match = IDENTIFIER.match(c.text, c.pos)
        if match is None or match.group().lower() != "using" or c.text[match.end()] not in WORD_ENDS:
            return
        c.error("ReservedKeywordNotAllowed", c.pos, match.end(), "using")
        sync(c, ";\n", consume=False)


def _unexpected(c: Cursor) -> None:
    text = token_text(c)
    c.error("UnexpectedToken", c.pos, c.pos + len(text), text)
    c.pos += max(1, len(text))


def _body(c: Cursor, start: int, opened: bool) -> Script:
    parameters, attributes = param_block(c)
    c.skip_terminators()
    if _block_name(c):
        blocks = _named_blocks(c, opened)
        return _script(c, start, parameters, attributes, blocks)
    statements: list[Statement] = []
    traps: list[Trap] = []
    first = c.pos
    c.rules.statements(c, statements, traps)
    body = Block(start=first, end=c.pos, statements=tuple(statements), traps=tuple(traps))
    return _script(c, start, parameters, attributes, {"end": body}, named=False)


def _script(
    c: Cursor,
    start: int,
    parameters: tuple[Parameter, ...] | None,
    attributes: tuple[Attribute, ...],
    blocks: dict[str, Block],
    named: bool = True,
) -> Script:
    return Script(
        start=start,
        end=c.pos,
        source=c.source,
        parameters=parameters,
        attributes=attributes,
        begin=blocks.get("begin"),
        process=blocks.get("process"),
        end_block=blocks.get("end"),
        dynamic=blocks.get("dynamicparam"),
        named_blocks=named,
    )


def _block_name(c: Cursor) -> str:
    match = IDENTIFIER.match(c.text, c.pos)
    if match is None or c.text[match.end()] not in WORD_ENDS:
        return ""
    name = match.group().lower()
    return name if name in _BLOCK_NAMES else ""


def _named_blocks(c: Cursor, opened: bool) -> dict[str, Block]:
    """begin, process, end and dynamicparam blocks up to the end of the script block."""
    blocks: dict[str, Block] = {}
    while True:
        name = _block_name(c)
        if not name:
            if not (c.at_end() or c.text[c.pos] == "}"):
                text = token_text(c)
                c.error("MissingNamedBlocks", c.pos, c.pos + len(text), text)
                if not opened:
                    c.pos += len(text)
            return blocks
        start = c.pos
        c.pos += len(name)
        end = c.pos
        body = block(c)
        if body is None:
            c.error("MissingNamedStatementBlock", end, end, name)
        elif name in blocks:
            c.error("DuplicateScriptCommandClause", start, body.end, name)
        else:
            blocks[name] = body
        c.skip_terminators()


# -- functions --------------------------------------------------------------------------------------------------------


def function(c: Cursor, start: int, end: int) -> Statement:
    kind = c.text[start:end].lower()
    c.pos = end
    name = _function_name(c)
    if name is None:
        c.error("MissingNameAfterKeyword", end, end, kind)
        return empty(start)
    parameters: tuple[Parameter, ...] | None = None
    complete = True
    last = c.pos
    if c.skip_lines() == "(":
        parameters = parameter_list(c)
        complete = close_parameters(c, parameters)
        last = c.pos
    if c.skip_lines() != "{":
        if complete:
            c.error("MissingFunctionBody", last, last)
        return empty(start)
    if not complete:
        c.pos += 1
        return empty(start)
    in_workflow, c.in_workflow = c.in_workflow, kind == "workflow"
    body = script_block(c, c.pos, parameters)
    c.in_workflow = in_workflow
    literal: Literal["function", "filter", "workflow"] = (
        "filter" if kind == "filter" else "workflow" if kind == "workflow" else "function"
    )
    return FunctionDefinition(start=start, end=body.end, name=name, kind=literal, body=body)


def _function_name(c: Cursor) -> str | None:
    char = c.skip_lines()
    if char in _NO_NAME:
        return None
    match = PLAIN_WORD.match(c.text, c.pos)
    if match is not None and c.text[match.end()] in WORD_ENDS:
        c.pos = match.end()
        return match.group()
    start = c.pos
    found = read_word(c)
    return found.value if isinstance(found, String) else c.text[start : c.pos]
