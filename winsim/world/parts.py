"""Attachment points: product models hang on a host or on the world without the base knowing their classes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class Parts:
    """One object per class. Each class is a dataclass that can be made without arguments.

    farm = host.parts.need(AdfsServer)      # created when it is not there
    farm = host.parts.find(AdfsServer)      # None when it is not there
    """

    items: dict[str, object] = field(default_factory=dict)

    def find(self, kind: type[T]) -> T | None:
        part = self.items.get(_key(kind))
        return part if isinstance(part, kind) else None

    def need(self, kind: type[T]) -> T:
        part = self.find(kind)
        if part is None:
            part = kind()
            self.items[_key(kind)] = part
        return part

    def put(self, part: object) -> None:
        self.items[_key(type(part))] = part

    def drop(self, kind: type[object]) -> None:
        self.items.pop(_key(kind), None)


def _key(kind: type[object]) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def resolve(reference: str) -> Any:
    """The function or class that ``winsim.some.module:name`` names.

    State holds such references instead of callables, so that it can be saved.
    """
    module, _, name = reference.partition(":")
    if not module.startswith("winsim."):
        raise ValueError(f"not a reference into winsim: {reference}")
    return getattr(importlib.import_module(module), name)


def reference(target: Callable[..., object]) -> str:
    return f"{target.__module__}:{target.__qualname__}"
