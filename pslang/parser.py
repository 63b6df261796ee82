"""Source text to syntax tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pslang import commands, expressions, functions, pipelines, statements
from pslang.cursor import Cursor, Rules
from pslang.messages import message
from pslang.syntax import ParseError, Script, Source

_RULES = Rules(
    statement=statements.statement,
    statements=statements.statements,
    pipeline=pipelines.pipeline,
    script_block=functions.script_block,
    expression=expressions.expression,
    unary=expressions.unary,
    primary=expressions.primary,
    atom=expressions.atom,
    argument=commands.argument,
)
_REQUIRES = re.compile(r"^[ \t]*\#requires[ \t]+([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ParseResult:
    """``script`` is as much of the tree as could be read; it is to be run only where ``errors`` is empty."""

    script: Script | None
    errors: tuple[ParseError, ...]


def parse(text: str, name: str = "") -> ParseResult:
    """Parse a script of PowerShell 4.0. Never raises: whatever is wrong with the text is among the errors."""
    source = Source(text.removeprefix("\ufeff"), name)
    c = Cursor(source, _RULES)
    try:
        script = functions.script(c)
    except RecursionError:
        return ParseResult(None, (ParseError("ScriptTooComplicated", message("ScriptTooComplicated", ()), c.pos, c.pos),))
    requires = tuple(match[1].strip() for match in _REQUIRES.finditer(source.text))
    if requires:
        script = replace(script, requires=requires)
    return ParseResult(script, tuple(c.errors or sorted(c.late, key=lambda error: error.start)))
