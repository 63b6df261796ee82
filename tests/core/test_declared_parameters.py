"""No parameter of a cmdlet is taken and then forgotten: its code reads it, or its declaration calls it idle."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable
from dataclasses import is_dataclass
from fnmatch import fnmatchcase
from types import FunctionType, ModuleType

import pytest

from tests.core.conftest import Machine
from winsim.interpreter.registry import CORE_MODULES, registry
from winsim.interpreter.scriptblocks import CmdletInfo

CORE = [info for info in registry().cmdlets.values() if info.module_name.lower() in CORE_MODULES]
PRODUCTS = [info for info in registry().cmdlets.values() if info not in CORE]
PREFIX = "winsim."


class Definitions:
    """Which texts and names the top-level definitions of a module use; decorators do not count."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.nodes: dict[str, list[ast.AST]] = {}
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                heads = node.bases if isinstance(node, ast.ClassDef) else node.args.defaults
                self.nodes[node.name] = [*node.body, *heads]

    def used(self, name: str) -> Iterable[ast.AST]:
        for part in self.nodes.get(name, ()):
            yield from ast.walk(part)


def texts_of(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return texts_of([*value, *value.values()])
    if isinstance(value, list | tuple | set):
        return {text for item in value for text in texts_of(item)}
    return texts_of(vars(value)) if is_dataclass(value) and not isinstance(value, type) else set()


def made_names(node: ast.JoinedStr) -> str:
    """What an f-string may make, as a wildcard pattern."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def starts(body: object) -> Iterable[tuple[str, str]]:
    """(module, top-level name) of a body and of what it wraps."""
    yield str(getattr(body, "__module__", "")), str(getattr(body, "__name__", ""))
    while (inner := getattr(body, "__wrapped__", None)) is not None:
        assert isinstance(body, FunctionType)
        yield str(body.__globals__["__name__"]), body.__code__.co_qualname.partition(".")[0]
        body = inner


def texts_read_by(body: object) -> set[str]:
    """The string constants that a cmdlet's code can reach within the lab, and ``*`` where it takes all there is."""
    known: dict[str, Definitions] = {}
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    waiting = [*starts(body)]
    while waiting:
        home, name = waiting.pop()
        if (home, name) in seen or not home.startswith(PREFIX + "cmdlets"):
            continue
        seen.add((home, name))
        module = sys.modules[home]
        definitions = known.setdefault(home, Definitions(module))
        for node in definitions.used(name):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr) and len(made_names(node).replace("*", "")) >= 4:
                found.add(made_names(node))
            elif isinstance(node, ast.Attribute) and node.attr == "bound":
                found.add("*")
            elif isinstance(node, ast.Name):
                target = getattr(module, node.id, None)
                found |= texts_of(target)
                waiting.append((getattr(target, "__module__", None) or home, getattr(target, "__name__", node.id)))
    return found


def forgotten(info: CmdletInfo) -> list[str]:
    declaration = info.declaration
    read = texts_read_by(declaration.body)
    left = declaration.built - declaration.idle - read
    patterns = [text for text in read if "*" in text]
    return sorted(name for name in left if not any(fnmatchcase(name, pattern) for pattern in patterns))


@pytest.mark.parametrize("info", [*CORE, *PRODUCTS], ids=lambda info: info.name)
def test_what_is_declared_is_read(info: CmdletInfo) -> None:
    assert forgotten(info) == []


@pytest.mark.parametrize("info", CORE, ids=lambda info: info.name)
def test_what_is_not_built_is_an_error_of_the_lab(info: CmdletInfo, machine: Machine) -> None:
    for parameter in info.parameters.parameters:
        if not parameter.common and parameter.key not in (info.parameters.built or ()):
            machine.run(f"try {{ {info.name} -{parameter.name}:1 -ErrorAction SilentlyContinue }} catch {{ }}")
            assert machine.errors == ["LabNotBuilt"], parameter.name
