"""No parameter of a core cmdlet is taken and then forgotten: its code reads it, or its declaration calls it idle."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable
from types import ModuleType

import pytest

from tests.core.conftest import Machine
from winsim.interpreter.registry import CORE_MODULES, registry
from winsim.interpreter.scriptblocks import CmdletInfo

CORE = [info for info in registry().cmdlets.values() if info.module_name.lower() in CORE_MODULES]
PREFIX = "winsim."


class Definitions:
    """Which texts and names the top-level definitions of a module use; decorators do not count."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.nodes: dict[str, list[ast.AST]] = {}
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                bases = node.bases if isinstance(node, ast.ClassDef) else []
                self.nodes[node.name] = [*node.body, *bases]

    def used(self, name: str) -> Iterable[ast.AST]:
        for part in self.nodes.get(name, ()):
            yield from ast.walk(part)


def texts_of(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return texts_of([*value, *value.values()])
    return {text for item in value for text in texts_of(item)} if isinstance(value, list | tuple | set) else set()


def texts_read_by(body: object) -> set[str]:
    """The string constants that a cmdlet's code can reach within the lab, and ``*`` where it takes all there is."""
    known: dict[str, Definitions] = {}
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    waiting = [(str(getattr(body, "__module__", "")), str(getattr(body, "__name__", "")))]
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
            elif isinstance(node, ast.Attribute) and node.attr == "bound":
                found.add("*")
            elif isinstance(node, ast.Name):
                target = getattr(module, node.id, None)
                found |= texts_of(target)
                waiting.append((getattr(target, "__module__", None) or home, getattr(target, "__name__", node.id)))
    return found


@pytest.mark.parametrize("info", CORE, ids=lambda info: info.name)
def test_what_is_declared_is_read(info: CmdletInfo) -> None:
    declaration = info.declaration
    read = texts_read_by(declaration.body)
    forgotten = [] if "*" in read else sorted(declaration.built - declaration.idle - read)
    assert forgotten == []


@pytest.mark.parametrize("info", CORE, ids=lambda info: info.name)
def test_what_is_not_built_is_an_error_of_the_lab(info: CmdletInfo, machine: Machine) -> None:
    for parameter in info.parameters.parameters:
        if not parameter.common and parameter.key not in (info.parameters.built or ()):
            machine.run(f"try {{ {info.name} -{parameter.name}:1 -ErrorAction SilentlyContinue }} catch {{ }}")
            assert machine.errors == ["LabNotBuilt"], parameter.name
