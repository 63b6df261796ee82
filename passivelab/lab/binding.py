"""Marked nodes to frozen dataclasses, with every problem at its place.

The declarations are ordinary dataclasses; what binds them also makes their JSON Schema (``schema``). A field declared
as ``Node`` keeps the marked node: its type is known only later.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from passivelab.errors import Place, Problem
from passivelab.lab.kinds import Kind
from passivelab.lab.nodes import ListNode, MapNode, Node, ScalarNode

T = TypeVar("T")
Path = tuple[str | int, ...]
MISSING = object()


def explained(text: str, default: Any = dataclasses.MISSING, unit: str | None = None) -> Any:
    """A field with help for editors. Mappings and tuples are immutable here, so that a default can be shared."""
    metadata = {"help": text, "unit": unit}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    if isinstance(default, dict):
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@cache
def hints(declared: type) -> Mapping[str, Any]:
    return get_type_hints(declared, include_extras=True)


@dataclasses.dataclass(frozen=True)
class Mark:
    """Where a value stands, and how long its text is."""

    place: Place
    length: int


@dataclasses.dataclass
class Marks:
    """Where each bound value stands, by its path from the root."""

    by_path: dict[Path, Mark] = dataclasses.field(default_factory=dict)

    def at(self, *path: str | int) -> Mark:
        """The mark of the path, or of the nearest thing around it."""
        while path and path not in self.by_path:
            path = path[:-1]
        return self.by_path[path]

    def problem(self, path: Path, code: str, message: str, **notes: str | None) -> Problem:
        mark = self.at(*path)
        return Problem(code, message, mark.place, length=mark.length, **notes)


def bind(declared: type[T], node: Node, problems: list[Problem]) -> tuple[T | None, Marks]:
    """The node as ``declared``; None where anything is wrong with it."""
    binder = Binder(problems)
    value = binder.bind(declared, node, ())
    return (None if value is MISSING else value), binder.marks


class Binder:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.marks = Marks()

    def bind(self, declared: Any, node: Node, path: Path) -> Any:
        self.marks.by_path[path] = Mark(node.place, node.length)
        if declared is Node:
            return node
        origin = get_origin(declared)
        if origin in (Union, types.UnionType):
            return self._union(declared, node, path)
        if origin is Annotated:
            return self._annotated(declared, node, path)
        if origin is Literal:
            return self._choice(get_args(declared), node)
        if origin is tuple:
            return self._list(get_args(declared)[0], node, path)
        if origin is not None and issubclass(origin, Mapping):
            key_type, value_type = get_args(declared)
            return self._map(key_type, value_type, node, path)
        if dataclasses.is_dataclass(declared):
            return self._record(declared, node, path)
        return self._scalar(declared, node)

    def wrong(self, node: Node, expected: str, hint: str | None = None) -> Any:
        found = node.describe()
        self.problems.append(
            Problem("type", f"expected {expected}, found {found}", node.place, expected, found, hint, node.length)
        )
        return MISSING

    # -- one value ----------------------------------------------------------------------------------------------------

    def _scalar(self, declared: type, node: Node) -> Any:
        value = node.value if isinstance(node, ScalarNode) else MISSING
        if declared is str and isinstance(value, int | float):
            assert isinstance(node, ScalarNode)
            return self.wrong(node, "text", f'put it in quotes: "{node.text}"')
        if declared is float and type(value) is int:
            return float(value)
        if type(value) is declared:
            return value
        hint = None
        if isinstance(node, ScalarNode) and node.quoted and declared is not str:
            hint = "without quotes"
        return self.wrong(node, SCALARS[declared], hint)

    def _annotated(self, declared: Any, node: Node, path: Path) -> Any:
        base, *extra = get_args(declared)
        kind = next((item for item in extra if isinstance(item, Kind)), None)
        value = self.bind(base, node, path)
        if kind is None or value is MISSING:
            return value
        if not kind.accepts(value):
            return self.wrong(node, kind.expected)
        return kind.normalise(value)

    def _choice(self, choices: tuple[Any, ...], node: Node) -> Any:
        value = node.value if isinstance(node, ScalarNode) else MISSING
        if value in choices and type(value) in {type(choice) for choice in choices}:
            return value
        return self.wrong(node, "one of " + ", ".join(str(choice) for choice in choices), did_you_mean(value, choices))

    def _union(self, declared: Any, node: Node, path: Path) -> Any:
        """The member that fits the node's shape. ``X | None`` is X: absent is written by leaving the key out."""
        members = [member for member in get_args(declared) if member is not type(None)]
        fitting = [member for member in members if fits_shape(member, node)]
        if fitting or len(members) == 1:
            return self.bind(fitting[0] if fitting else members[0], node, path)
        return self.wrong(node, " or ".join(name_of(member) for member in members))

    # -- many values --------------------------------------------------------------------------------------------------

    def _list(self, declared: Any, node: Node, path: Path) -> Any:
        if not isinstance(node, ListNode):
            hint = f"put it in brackets: [{node.text}]" if isinstance(node, ScalarNode) and node.text else None
            return self.wrong(node, "a list", hint)
        items = [self.bind(declared, item, (*path, index)) for index, item in enumerate(node.items)]
        return MISSING if any(item is MISSING for item in items) else tuple(items)

    def _map(self, key_type: Any, value_type: Any, node: Node, path: Path) -> Any:
        if not isinstance(node, MapNode):
            return self.wrong(node, "a map")
        bound: dict[Any, Any] = {}
        for entry in node.entries:
            key_node = ScalarNode(entry.place, entry.length, entry.key, entry.key, True)
            key = self.bind(key_type, key_node, path)
            value = self.bind(value_type, entry.value, (*path, entry.key))
            self.marks.by_path[(*path, entry.key)] = Mark(entry.place, entry.length)
            if key is not MISSING:
                self.marks.by_path.setdefault((*path, key), Mark(entry.place, entry.length))
                bound[key] = value
            else:
                bound[MISSING] = MISSING
        return MISSING if any(value is MISSING for value in bound.values()) else bound

    def _record(self, declared: Any, node: Node, path: Path) -> Any:
        if not isinstance(node, MapNode):
            return self.wrong(node, f"a map with {', '.join(names(declared)[:4])}")
        known, types_ = {key_of(field): field for field in dataclasses.fields(declared)}, hints(declared)
        values: dict[str, Any] = {}
        for entry in node.entries:
            if entry.key not in known:
                self._unknown(entry, tuple(known), declared)
                continue
            name = known[entry.key].name
            values[name] = self.bind(types_[name], entry.value, (*path, entry.key))
        missing = [key for key, field in known.items() if field.name not in values and is_required(field)]
        for key in missing:
            text = f"the key {key!r} is missing"
            self.problems.append(Problem("missing-key", text, node.place, known[key].metadata.get("help")))
        if missing or any(value is MISSING for value in values.values()):
            return MISSING
        return declared(**values)

    def _unknown(self, entry: Any, known: tuple[str, ...], declared: type) -> None:
        hint = did_you_mean(entry.key, known)
        self.problems.append(
            Problem(
                "unknown-key",
                f"unknown key {entry.key!r}",
                entry.place,
                "one of " + ", ".join(known),
                hint=hint,
                length=entry.length,
            )
        )


SCALARS: Mapping[Any, str] = {str: "text", bool: "true or false", int: "an integer", float: "a number"}


def key_of(field: dataclasses.Field[Any]) -> str:
    """The key of a field in the file: its name, without the underscore that keeps it off Python's keywords."""
    return field.name.rstrip("_")


def names(declared: Any) -> list[str]:
    return [key_of(field) for field in dataclasses.fields(declared)]


def is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def did_you_mean(found: object, known: Any) -> str | None:
    close = get_close_matches(str(found), [str(item) for item in known], 1, 0.6)
    return f"did you mean {close[0]}?" if close else None


def name_of(declared: Any) -> str:
    """What a declared type is called in a message."""
    origin = get_origin(declared)
    if origin is Annotated:
        kind = next((item for item in get_args(declared)[1:] if isinstance(item, Kind)), None)
        return kind.expected if kind else name_of(get_args(declared)[0])
    if origin is Literal:
        return "one of " + ", ".join(str(item) for item in get_args(declared))
    if origin is tuple:
        return f"a list of {name_of(get_args(declared)[0])}"
    if dataclasses.is_dataclass(declared):
        return f"a map with {', '.join(names(declared)[:4])}"
    return SCALARS.get(declared, "a map")


def fits_shape(declared: Any, node: Node) -> bool:
    """Whether the node could be meant as ``declared``: list, map, or a scalar of the type."""
    origin = get_origin(declared)
    if origin is Annotated:
        return fits_shape(get_args(declared)[0], node)
    if origin is tuple:
        return isinstance(node, ListNode)
    if dataclasses.is_dataclass(declared) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return isinstance(node, MapNode)
    if not isinstance(node, ScalarNode):
        return False
    if origin is Literal:
        return type(node.value) in {type(item) for item in get_args(declared)}
    return type(node.value) is declared
