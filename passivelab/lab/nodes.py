"""YAML as marked nodes: every value knows its line and column, and nothing is guessed.

Plain scalars are true, false, null, decimal integers and decimal fractions; all else is text. What YAML 1.1 would have
read as something else (``no``, ``0755``, ``12:30``) is a problem, because two readers would read two things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from passivelab.errors import Place, Problem

Scalar = str | bool | int | float | None

INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
FRACTION = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
OCTAL = re.compile(r"[-+]?0o?[0-7_]+\Z")
QUOTED = ("'", '"', "|", ">")
WORDS = {"true": True, "false": False}
# What a reader of YAML 1.1 takes for something else than the text that stands there.
SURPRISES = (
    (
        re.compile(r"(?i:yes|no|on|off|y|n)\Z|True\Z|TRUE\Z|False\Z|FALSE\Z"),
        "true or false",
        "a truth value in YAML 1.1",
    ),
    (re.compile(r"[-+]?0[0-9_]+\Z|0o[0-7]+\Z"), "a decimal integer", "an octal number in YAML 1.1"),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z"), "text in quotes", "a base-60 number in YAML 1.1"),
    (re.compile(r"[-+]?0[xb][0-9a-fA-F_]+\Z"), "a decimal integer", "a hexadecimal or binary number in YAML 1.1"),
    (re.compile(r"[-+]?[0-9][0-9]*_[0-9_]*\Z"), "a decimal integer", "a number with separators in YAML 1.1"),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.|[0-9.]+[eE][-+]?[0-9]+)\Z"), "a decimal fraction", "a number in YAML 1.1"),
    (re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z"), "a decimal number", "infinity or no number in YAML 1.1"),
    (re.compile(r"Null\Z|NULL\Z"), "null", "null in YAML 1.1"),
)


@dataclass(frozen=True)
class Node:
    place: Place
    length: int  # of the text that stands for it, on its first line

    def describe(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class ScalarNode(Node):
    value: Scalar
    text: str
    quoted: bool

    def describe(self) -> str:
        if self.value is None:
            return "null" if self.text else "nothing"
        kinds = ((bool, "the truth value"), (int, "the number"), (float, "the number"))
        kind = next((name for type_, name in kinds if isinstance(self.value, type_)), None)
        return f"{kind} {self.text}" if kind else f'the text "{self.text}"'


@dataclass(frozen=True)
class ListNode(Node):
    items: tuple[Node, ...]

    def describe(self) -> str:
        return f"a list of {len(self.items)}" if self.items else "an empty list"


@dataclass(frozen=True)
class Entry:
    key: str
    place: Place
    value: Node

    @property
    def length(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class MapNode(Node):
    entries: tuple[Entry, ...]

    def describe(self) -> str:
        keys = ", ".join(entry.key for entry in self.entries[:4])
        return f"a map ({keys}{' ..' if len(self.entries) > 4 else ''})" if keys else "an empty map"

    def find(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)


def plain(node: Node) -> object:
    """The node's value without its marks."""
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MapNode):
        return {entry.key: plain(entry.value) for entry in node.entries}
    assert isinstance(node, ScalarNode)
    return node.value


def read_yaml(file: Path, problems: list[Problem]) -> Node | None:
    """The file as marked nodes; what is wrong with it is added to ``problems``."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        problems.append(Problem("file", f"{file.name} cannot be read: {reason}", Place(file)))
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.append(
            Problem(
                "encoding",
                "the file is not UTF-8",
                Place(file, line),
                "UTF-8",
                repr(error.object[error.start : error.start + 1]),
            )
        )
        return None
    return parse_yaml(text, file, problems)


def parse_yaml(text: str, file: Path, problems: list[Problem]) -> Node | None:
    """Text as marked nodes; ``file`` is what places name."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(text)
    try:
        root = loader.get_single_node()
        if root is None:
            problems.append(Problem("empty", "the file is empty", Place(file), "a map"))
            return None
        return _Marking(file, problems).node(root)
    except yaml.MarkedYAMLError as error:
        problems.append(_syntax_problem(error, file))
    except yaml.YAMLError as error:
        problems.append(Problem("yaml", f"this is not YAML: {error}", Place(file)))
    except RecursionError:
        problems.append(Problem("yaml", "the file is nested too deeply", Place(file)))
    finally:
        loader.dispose()
    return None


def _syntax_problem(error: yaml.MarkedYAMLError, file: Path) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    hint = "indent with spaces, never with tabs" if error.problem and "\\t" in error.problem else None
    context = f" ({error.context})" if error.context else ""
    return Problem("yaml", f"this is not YAML: {error.problem or error.context}{context}", place, hint=hint)


class _Marking:
    """PyYAML's nodes to ours."""

    def __init__(self, file: Path, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.seen: set[int] = set()

    def node(self, node: yaml.Node) -> Node:
        place = self._place(node)
        if id(node) in self.seen:
            # Anchors save typing and cost every reader a search; a file of wishes has no need of them.
            self._complain("yaml-alias", "aliases (*name) are not allowed", place, hint="write the value out")
            return ScalarNode(place, 1, None, "*", False)
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._map(node, place)
        if isinstance(node, yaml.SequenceNode):
            return ListNode(place, 1, tuple(self.node(item) for item in node.value))
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, place)

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _complain(self, code: str, message: str, place: Place, hint: str | None = None) -> None:
        self.problems.append(Problem(code, message, place, hint=hint))

    def _map(self, node: yaml.MappingNode, place: Place) -> MapNode:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            where = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain("key", "a key must be text", where)
                continue
            key = str(key_node.value)
            value = self.node(value_node)
            if key in entries:
                first = entries[key].place.line
                self.problems.append(
                    Problem(
                        "duplicate-key",
                        f"the key {key!r} stands here twice",
                        where,
                        found=f"the first one in line {first}",
                        length=len(key),
                    )
                )
                continue
            entries[key] = Entry(key, where, value)
        return MapNode(place, 1, tuple(entries.values()))

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> ScalarNode:
        text = str(node.value)
        end = node.end_mark
        length = end.column - node.start_mark.column if end.line == node.start_mark.line else 1
        if not node.tag.startswith("tag:yaml.org,2002:str"):
            self._complain("yaml-tag", f"tags ({node.tag}) are not allowed", place)
        if node.style in QUOTED:
            return ScalarNode(place, length, text, text, True)
        for pattern, expected, reading in SURPRISES:
            if pattern.match(text):
                hint = f'write {_instead(text)} or, for the text itself, "{text}"'
                self.problems.append(
                    Problem("yaml-surprise", f"{text} is {reading}", place, expected, text, hint, length)
                )
                return ScalarNode(place, length, _as_meant(text), text, True)
        return ScalarNode(place, length, _resolve(text), text, False)


def _resolve(text: str) -> Scalar:
    if text in ("", "null", "~"):
        return None
    if text in WORDS:
        return WORDS[text]
    if INTEGER.match(text):
        return int(text)
    if FRACTION.match(text):
        return float(text)
    return text


def _as_meant(text: str) -> Scalar:
    """A likely value, so that a surprise is reported once and not again as a wrong type."""
    return {"true": True, "false": False}.get(_instead(text), text)


def _instead(text: str) -> str:
    word = text.lower()
    if word in ("yes", "on", "y", "true"):
        return "true"
    if word in ("no", "off", "n", "false"):
        return "false"
    if word == "null":
        return "null"
    try:
        return str(int(text.replace("_", ""), 8 if OCTAL.match(word) else 0))
    except ValueError:
        return text.lstrip("+-0_") if text.lstrip("+-0_").isdigit() else "a plain number"
