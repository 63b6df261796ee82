"""Small damages to a PowerShell script, found in its syntax tree: each one yields a script that still parses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pslang.parser import parse
from pslang.syntax import (
    Block,
    Command,
    CommandParameter,
    Constant,
    ExpandableString,
    Hashtable,
    Invoke,
    Member,
    Node,
    String,
    Variable,
)
from pslang.walk import walk

Kind = Literal["statement dropped", "literal changed", "parameter misspelt", "variable misspelt", "name misspelt"]
CONSTANTS = {"true": "$false", "false": "$true"}
KEPT = frozenset({"null", "_", "erroractionpreference"})


@dataclass(frozen=True)
class Mutation:
    """What is wrong, and the text with it."""

    kind: Kind
    line: int
    was: str
    text: str


@cache
def mutations(text: str) -> tuple[Mutation, ...]:
    """Every damage that can be done to the script, in the order of its text; no two give the same text."""
    script = parse(text).script
    assert script is not None
    found: dict[str, Mutation] = {}
    for start, end, kind, instead in sorted(set(_damages(script, text))):
        changed = text[:start] + instead + text[end:]
        if changed != text and changed not in found and not parse(changed).errors:
            found[changed] = Mutation(kind, text.count("\n", 0, start) + 1, text[start:end], changed)
    return tuple(found.values())


def _damages(script: Node, text: str) -> Iterator[tuple[int, int, Kind, str]]:
    names = {id(name) for name in _names(script)}
    for node in walk(script):
        source = text[node.start : node.end]
        if isinstance(node, Block):
            for statement in node.statements:
                yield statement.start, statement.end, "statement dropped", ""
        elif isinstance(node, CommandParameter):
            end = node.start + 1 + len(node.name)
            yield node.start, end, "parameter misspelt", text[node.start : end] + "x"
        elif isinstance(node, Variable):
            yield from _variable(node, source)
        elif isinstance(node, Constant):
            yield node.start, node.end, "literal changed", f"({source} + 1)"
        elif isinstance(node, String | ExpandableString):
            kind: Kind = "name misspelt" if id(node) in names else "literal changed"
            yield node.start, node.end, kind, _other(source)


def _variable(node: Variable, source: str) -> Iterator[tuple[int, int, Kind, str]]:
    name = node.name.lower()
    if name in CONSTANTS:
        yield node.start, node.end, "literal changed", CONSTANTS[name]
    elif name not in KEPT:
        end = source.rstrip("}")
        yield node.start, node.end, "variable misspelt", end + "x" + source[len(end) :]


def _names(script: Node) -> Iterator[Node]:
    """Texts that name something: commands, members, keys."""
    for node in walk(script):
        if isinstance(node, Command):
            yield node.elements[0]
        elif isinstance(node, Member | Invoke):
            yield node.name
        elif isinstance(node, Hashtable):
            yield from (key for key, _ in node.pairs)


def _other(source: str) -> str:
    """Another text in the same quotes."""
    if source.startswith("@"):
        return source[:-3] + "x" + source[-3:]
    quote = source[-1] if source[0] in "'\"" else ""
    return source[: len(source) - len(quote)] + "x" + quote
