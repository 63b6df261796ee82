"""Which room may import which: the table of the design. What is not listed is forbidden."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TYPES_FOR_REPORT = {"passivelab.engine.events", "passivelab.engine.plan"}
ALLOWED: dict[str, set[str]] = {
    "pslang": set(),
    "winsim": {"pslang"},
    "passivelab.errors": set(),
    "passivelab.compare": set(),
    "passivelab.lab": {"passivelab.errors"},
    "passivelab.transport": {"passivelab.errors"},
    "passivelab.state": {"passivelab.errors"},
    "passivelab.pki": {"passivelab.errors"},
    "passivelab.blueprint": {"passivelab.lab", "passivelab.errors", "pslang"},
    "passivelab.engine": {
        "passivelab.blueprint",
        "passivelab.compare",
        "passivelab.transport",
        "passivelab.state",
        "passivelab.errors",
    },
    "passivelab.preflight": {
        "passivelab.lab",
        "passivelab.blueprint",
        "passivelab.transport",
        "passivelab.errors",
        "pslang",
    },
    "passivelab.signin": {
        "passivelab.lab",
        "passivelab.blueprint",
        "passivelab.transport",
        "passivelab.errors",
        "pslang",
    },
    "passivelab.report": {
        "passivelab.engine",
        "passivelab.blueprint",
        "passivelab.compare",
        "passivelab.lab",
        "passivelab.errors",
    },
    "passivelab.commands": {"passivelab", "pslang"},
    "tasks": {"passivelab.commands", "passivelab.errors"},
}


def room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "passivelab" and len(parts) > 1 else parts[0]


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("pslang", "winsim", "passivelab"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path
    yield "tasks", ROOT / "tasks.py"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("owner", sorted(ALLOWED))
def test_a_room_imports_only_what_the_table_allows(owner: str) -> None:
    wrong = [
        f"{name} imports {module}"
        for name, path in modules()
        if room(name) == owner
        for module in imports(path)
        if module.split(".")[0] in ("pslang", "winsim", "passivelab", "tasks")
        and room(module) not in ALLOWED[owner] | {owner, "passivelab"}
        and module.split(".")[0] not in ALLOWED[owner]
    ]
    assert wrong == []


def test_every_room_is_in_the_table() -> None:
    assert {room(name) for name, _ in modules()} - {"passivelab"} <= set(ALLOWED)


def test_a_report_sees_only_values_of_the_engine() -> None:
    wrong = [
        f"{name} imports {module}"
        for name, path in modules()
        if room(name) == "passivelab.report"
        for module in imports(path)
        if room(module) == "passivelab.engine" and module not in TYPES_FOR_REPORT
    ]
    assert wrong == []


def test_only_commands_know_of_the_simulator() -> None:
    """They start it as a process; no import is needed for that."""
    wrong = [name for name, path in modules() if name.startswith("passivelab") and "winsim" in set(imports(path))]
    assert wrong == []
