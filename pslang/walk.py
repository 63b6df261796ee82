"""Going through a syntax tree without knowing its nodes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

from pslang.syntax import Node


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    skipped = ("start", "end", "source")
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in skipped)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in the order of its fields."""
    kind: Any = node.__class__
    for name in _fields(kind):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


def _nodes(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, each before what it contains, siblings in order."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(list(children(node))))
