"""Dictionaries and generic collections of .NET in Python.

A plain hashtable enumerates in a shuffled order that depends on its keys only, so that scripts which rely on the order
of a hashtable fail here as they may there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from winsim.interpreter.values import Char, NetObject

SEED: Final = 0x5EED


def normal_key(key: object, ignore_case: bool) -> object:
    """What makes two keys one: strings by text, numbers by type and value, other objects by value or identity."""
    kind = type(key)
    if kind is str:
        text: str = key  # type: ignore[assignment]
        return text.lower() if ignore_case else text
    if isinstance(key, Char):
        return ("char", str.__str__(key))
    if isinstance(key, int | float | Decimal):
        return (kind, key)
    try:
        hash(key)
    except TypeError:
        return ("object", id(key))
    return ("object", key)


class DictionaryEntry(NetObject):
    type_names = ("System.Collections.DictionaryEntry", "System.ValueType", "System.Object")

    def __init__(self, key: object, value: object) -> None:
        self.key = key
        self.value = value


class KeyCollection(NetObject):
    """The keys or the values of a dictionary: a view as text needs it, taken at the time of the call."""

    def __init__(self, items: list[object], type_name: str, owner: Dictionary | None = None) -> None:
        self.items = items
        self.owner = owner
        self.type_names = (type_name, "System.Object")


class Dictionary(NetObject):
    """What all dictionaries share. ``ignore_case`` is for string keys."""

    type_names: tuple[str, ...] = ("System.Object",)
    keys_type = "System.Collections.Hashtable+KeyCollection"
    values_type = "System.Collections.Hashtable+ValueCollection"

    def __init__(self, pairs: Iterable[tuple[object, object]] = (), ignore_case: bool = True) -> None:
        self.ignore_case = ignore_case
        self.changes = 0  # how often it was changed: what enumerates it must not go on after a change
        self._entries: dict[object, tuple[object, object]] = {}
        for key, value in pairs:
            self[key] = value

    def __len__(self) -> int:
        return len(self._entries)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, key: object) -> bool:
        return normal_key(key, self.ignore_case) in self._entries

    def __getitem__(self, key: object) -> object:
        return self._entries[normal_key(key, self.ignore_case)][1]

    def __setitem__(self, key: object, value: object) -> None:
        self.changes += 1
        normal = normal_key(key, self.ignore_case)
        old = self._entries.get(normal)
        self._entries[normal] = (key if old is None else old[0], value)

    def get(self, key: object, default: object = None) -> object:
        entry = self._entries.get(normal_key(key, self.ignore_case))
        return default if entry is None else entry[1]

    def remove(self, key: object) -> bool:
        found = self._entries.pop(normal_key(key, self.ignore_case), None) is not None
        self.changes += found
        return found

    def clear(self) -> None:
        self.changes += 1
        self._entries.clear()

    def items(self) -> list[tuple[object, object]]:
        return list(self._entries.values())

    def keys(self) -> list[object]:
        return [key for key, _ in self.items()]

    def values(self) -> list[object]:
        return [value for _, value in self.items()]

    def __iter__(self) -> Iterator[object]:
        return iter(self.keys())

    def entries(self) -> list[object]:
        """What ``GetEnumerator()`` gives."""
        return [DictionaryEntry(key, value) for key, value in self.items()]


def _shuffle(item: tuple[object, tuple[object, object]]) -> int:
    return zlib.crc32(repr(item[0]).encode("utf-8", "surrogatepass"), SEED)


class Hashtable(Dictionary):
    """System.Collections.Hashtable; those of ``@{}`` ignore the case of their keys."""

    type_names = ("System.Collections.Hashtable", "System.Object")

    def items(self) -> list[tuple[object, object]]:
        return [entry for _, entry in sorted(self._entries.items(), key=_shuffle)]

    def clone(self) -> Hashtable:
        copy = Hashtable(ignore_case=self.ignore_case)
        copy._entries = dict(self._entries)
        return copy


class OrderedDictionary(Dictionary):
    """System.Collections.Specialized.OrderedDictionary, ``[ordered]@{}``."""

    type_names = ("System.Collections.Specialized.OrderedDictionary", "System.Object")
    keys_type = values_type = "System.Collections.Specialized.OrderedDictionary+OrderedDictionaryKeyValueCollection"

    def at(self, index: int) -> object:
        return list(self._entries.values())[index][1]

    def set_at(self, index: int, value: object) -> None:
        self.changes += 1
        normal = list(self._entries)[index]
        self._entries[normal] = (self._entries[normal][0], value)

    def insert(self, index: int, key: object, value: object) -> None:
        self.changes += 1
        pairs = list(self._entries.items())
        pairs.insert(index, (normal_key(key, self.ignore_case), (key, value)))
        self._entries = dict(pairs)

    def remove_at(self, index: int) -> None:
        self.changes += 1
        del self._entries[list(self._entries)[index]]


class KeyValuePair(NetObject):
    def __init__(self, key: object, value: object, key_type: str, value_type: str) -> None:
        self.key = key
        self.value = value
        self.type_names = (
            f"System.Collections.Generic.KeyValuePair`2[{key_type},{value_type}]",
            "System.ValueType",
            "System.Object",
        )


class GenericDictionary(Dictionary):
    """System.Collections.Generic.Dictionary and SortedDictionary; string keys differ by case by default."""

    def __init__(
        self, key_type: str, value_type: str, *, ignore_case: bool = False, ordered_by_key: bool = False
    ) -> None:
        super().__init__((), ignore_case)
        self.key_type = key_type
        self.value_type = value_type
        self.sorted = ordered_by_key
        name = "SortedDictionary" if ordered_by_key else "Dictionary"
        self.type_names = (f"System.Collections.Generic.{name}`2[{key_type},{value_type}]", "System.Object")

    def items(self) -> list[tuple[object, object]]:
        if self.sorted:
            return sorted(self._entries.values(), key=lambda entry: _sort_key(entry[0]))
        return list(self._entries.values())

    def entries(self) -> list[object]:
        return [KeyValuePair(key, value, self.key_type, self.value_type) for key, value in self.items()]


def _sort_key(key: object) -> tuple[object, ...]:
    """The order of a culture for text: letters first without case, then lower before upper."""
    if isinstance(key, str):
        return (key.lower(), key.swapcase())
    return (key,)


class GenericList(list[object]):
    """System.Collections.Generic.List[T] and its kin; ``element_type`` is the full name of T."""

    element_type: str

    def __init__(self, items: Iterable[object] = (), element_type: str = "System.Object") -> None:
        super().__init__(items)
        self.element_type = element_type

    @property
    def type_name(self) -> str:
        return f"System.Collections.Generic.List`1[{self.element_type}]"


class ReadOnlyCollection(GenericList):
    """System.Collections.ObjectModel.ReadOnlyCollection[T]."""

    @property
    def type_name(self) -> str:
        return f"System.Collections.ObjectModel.ReadOnlyCollection`1[{self.element_type}]"


class ObjectCollection(GenericList):
    """System.Collections.ObjectModel.Collection[T]: what ``ScriptBlock.Invoke`` returns."""

    @property
    def type_name(self) -> str:
        return f"System.Collections.ObjectModel.Collection`1[{self.element_type}]"
