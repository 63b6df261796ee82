"""What counts as a collection: for pipelines, foreach, ``-contains`` and the comparison operators."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from typing import Any, Final

from winsim.interpreter.containers import Dictionary, GenericList, KeyCollection
from winsim.interpreter.errors import ExceptionObject, TerminatingError, error
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.typetable import table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, ArrayList, NetObject, PSObject


def state_of(value: object) -> object:
    """What is different after a collection was changed; None for what cannot change."""
    if isinstance(value, ArrayList | GenericList):
        return len(value)
    if isinstance(value, KeyCollection):
        value = value.owner
    return value.changes if isinstance(value, Dictionary) else None


CHANGED: Final = "Collection was modified; enumeration operation may not execute."
INVALID: Final = "System.InvalidOperationException"


def modified() -> TerminatingError:
    """The error of a pipeline whose source was changed."""
    message = f"An error occurred while enumerating through a collection: {CHANGED}."
    return error("BadEnumeration", message, "InvalidOperation", inner=ExceptionObject(INVALID, CHANGED))


class Enumerator(NetObject):
    """An IEnumerator: ``MoveNext``, ``Current``, ``Reset``. Enumerating it takes what is left.

    It does not go on when ``source``, the collection that it goes through, has been changed.
    """

    type_names: tuple[str, ...] = ("System.Collections.IEnumerator", "System.Object")

    def __init__(self, items: Iterable[object], type_name: str | None = None, source: object = None) -> None:
        self.items = list(items)
        self.index = -1
        self.source = source
        self.state = state_of(source)
        if type_name:
            self.type_names = (type_name, "System.Collections.IEnumerator", "System.Object")

    def move_next(self) -> bool:
        if self.state is not None and state_of(self.source) != self.state:
            raise NetError(INVALID, CHANGED)
        self.index = min(self.index + 1, len(self.items))
        return self.index < len(self.items)

    @property
    def current(self) -> object:
        return self.items[self.index] if 0 <= self.index < len(self.items) else None

    def rest(self) -> list[object]:
        left = self.items[self.index + 1 :]
        self.index = len(self.items)
        return left


class LiveInput(Enumerator):
    """``$input`` of a script whose objects still come: each goes on as soon as it is there."""

    def __init__(self, source: Iterator[object], type_name: str) -> None:
        super().__init__([], type_name)
        self._source = source

    def move_next(self) -> bool:
        for item in self._source:
            self.items.append(item)
            break
        return super().move_next()

    def rest(self) -> list[object]:
        return list(self.stream())

    def stream(self) -> Iterator[object]:
        while self.move_next():
            yield self.current


@cache
def enumerator_of(kind: Hashable, type_name: str) -> Callable[[Any], list[object]] | None:
    if isinstance(kind, type) and issubclass(kind, Dictionary):
        return None
    return next((d.enumerate for d in table().definitions_of(type_name) if d.enumerate is not None), None)


def items_of(value: object) -> list[object] | None:
    """The elements of what a pipeline enumerates, None for a single object."""
    if isinstance(value, list):
        return value
    if isinstance(value, NetObject):
        if isinstance(value, KeyCollection):
            return value.items
        if isinstance(value, Enumerator):
            return value.rest()
        kind: Any = type(value)
        enumerate_it = enumerator_of(kind, value.type_names[0])
        return enumerate_it(value) if enumerate_it is not None else None
    if isinstance(value, PSObject) and value.base is not None:
        return items_of(value.base)
    return None


def emit_each(value: object, emit: Callable[[object], None]) -> None:
    """Writes a value to a pipeline: collections element by element, nothing for no output."""
    if isinstance(value, list):
        state = state_of(value)
        for item in list(value):
            if item is not AUTOMATION_NULL:
                emit(item)
            if state is not None and state_of(value) != state:
                raise modified()
        return
    if value is AUTOMATION_NULL:
        return
    if isinstance(value, NetObject | PSObject):
        items = value.stream() if isinstance(value, LiveInput) else items_of(value)
        if items is not None:
            source = value.source if isinstance(value, Enumerator) else value
            state = state_of(source)
            for item in items if isinstance(value, LiveInput) else list(items):
                emit(item)
                if state is not None and state_of(source) != state:
                    raise modified()
            return
    emit(value)


def collapse(items: list[object]) -> object:
    """What a pipeline's output is as a value: nothing, the one object, or an array."""
    if len(items) == 1:
        return items[0]
    return Array(items) if items else AUTOMATION_NULL


def listed(value: object) -> list[object]:
    """A value as a list of pipeline objects."""
    out: list[object] = []
    emit_each(value, out.append)
    return out


def unwrap(value: object) -> object:
    """The base value of a PSObject around one."""
    while isinstance(value, PSObject) and value.base is not None:
        value = value.base
    return value


def describe(value: object) -> str:
    return type_name_of(value) or "null"
