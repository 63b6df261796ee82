"""Source text to syntax tree."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pslang import commands, expressions, functions, leaves, pipelines, statements
from pslang.cursor import Cursor, Rules
from pslang.messages import message
from pslang.requirements import REQUIRES, Requirements
from pslang.syntax import Node, ParseError, Pipeline, Script, Source

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


@dataclass(frozen=True, slots=True)
class ParseResult:
    """``script`` is as much of the tree as could be read; it is to be run only where ``errors`` is empty."""

    script: Script | None
    errors: tuple[ParseError, ...]


def _command(text: str) -> Node | None:
    """The first element of a pipeline that is read for itself."""
    statement = pipelines.pipeline(Cursor(Source(text), _RULES))
    return statement.elements[0] if isinstance(statement, Pipeline) else None


def parse(text: str, name: str = "") -> ParseResult:
    """Parse a script of PowerShell 4.0. Never raises: whatever is wrong with the text is among the errors."""
    source = Source(text.removeprefix("\ufeff"), name)
    c = Cursor(source, _RULES)
    try:
        script = functions.script(c)
    except RecursionError:
        error = ParseError("ScriptTooComplicated", message("ScriptTooComplicated", ()), c.pos, c.pos)
        return ParseResult(None, (error,))
    if REQUIRES.search(source.text):
        requirements = Requirements(source.text, script, _command)
        script = replace(script, requires=tuple(requirements.texts))
        c.adopt(requirements.errors)
    return ParseResult(script, tuple(c.errors.values() or sorted(c.late, key=lambda error: error.start)))
