"""Trees as nested tuples without positions, to compare them."""

from __future__ import annotations

import dataclasses

from pslang.parser import parse
from pslang.syntax import Expression, Node, Script, Source, Statement


def shape(value: object) -> object:
    if isinstance(value, Source):
        return None
    if dataclasses.is_dataclass(value):
        fields = (f.name for f in dataclasses.fields(value) if f.name not in ("start", "end"))
        return (type(value).__name__, *(shape(getattr(value, name)) for name in fields))
    if isinstance(value, frozenset):
        return tuple(sorted(map(repr, value)))
    if isinstance(value, tuple):
        return tuple(shape(item) for item in value)
    return type(value).__name__, repr(value)


def script(text: str) -> Script:
    result = parse(text)
    assert not result.errors, result.errors
    assert result.script is not None
    return result.script


def statements(text: str) -> tuple[Statement, ...]:
    block = script(text).end_block
    assert block is not None
    return block.statements


def expression(text: str) -> Expression:
    from pslang.semantic import pure

    (statement,) = statements(text)
    found = pure(statement)
    assert found is not None, statement
    return found


def found(text: str, kind: type[Node]) -> list[Node]:
    from pslang.walk import walk

    return [node for node in walk(script(text)) if isinstance(node, kind)]
