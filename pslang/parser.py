"""Source text to syntax tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pslang import commands, expressions, functions, leaves, pipelines, statements
from pslang.cursor import Cursor, Rules
from pslang.messages import message
from pslang.syntax import ExpandableString, ParseError, Script, Source, String
from pslang.walk import walk

_RULES = Rules(
    statement=statements.statement,
    statements=statements.statements,
    pipeline=pipelines.pipeline,
    script_block=functions.script_block,
    expression=expressions.expression,
    unary=expressions.unary,
    primary=leaves.primary,
    atom=leaves.atom,
    argument=commands.argument,
)
_REQUIRES = re.compile(r"^[ \t]*\#requires[ \t]+([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ParseResult:
    """``script`` is as much of the tree as could be read; it is to be run only where ``errors`` is empty."""

    script: Script | None
    errors: tuple[ParseError, ...]


def _requires(script: Script, candidates: list[re.Match[str]]) -> tuple[str, ...]:
    """What the #requires comments say; inside a string they are text."""
    strings = [node for node in walk(script) if isinstance(node, (String, ExpandableString))]
    return tuple(
        match[1].strip() for match in candidates if not any(node.start <= match.start(1) < node.end for node in strings)
    )


def parse(text: str, name: str = "") -> ParseResult:
    """Parse a script of PowerShell 4.0. Never raises: whatever is wrong with the text is among the errors."""
    source = Source(text.removeprefix("\ufeff"), name)
    c = Cursor(source, _RULES)
    try:
        script = functions.script(c)
    except RecursionError:
        error = ParseError("ScriptTooComplicated", message("ScriptTooComplicated", ()), c.pos, c.pos)
        return ParseResult(None, (error,))
    candidates = [match for match in _REQUIRES.finditer(source.text) if match[1]]
    if candidates:
        script = replace(script, requires=_requires(script, candidates))
    return ParseResult(script, tuple(c.errors.values() or sorted(c.late, key=lambda error: error.start)))
