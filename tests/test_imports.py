"""Which room may import which: the table of the design, kept by looking at every module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("passivelab", "pslang", "winsim")

# Each room and the rooms that it may import; a room may always import itself.
ALLOWED: dict[str, set[str]] = {
    "pslang": set(),
    "winsim": {"pslang"},
    "passivelab.errors": set(),
    "passivelab.compare": set(),
    "passivelab.lab": {"passivelab.errors"},
    "passivelab.transport": {"passivelab.errors"},
    "passivelab.state": {"passivelab.errors"},
    "passivelab.pki": {"passivelab.errors"},
    "passivelab.blueprint": {"passivelab.lab", "pslang", "passivelab.errors"},
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
        "pslang",
        "passivelab.errors",
    },
    "passivelab.signin": {
        "passivelab.lab",
        "passivelab.blueprint",
        "passivelab.transport",
        "pslang",
        "passivelab.errors",
    },
    # compare is pure: its differences are what a plan shows.
    "passivelab.report": {
        "passivelab.engine",
        "passivelab.blueprint",
        "passivelab.lab",
        "passivelab.compare",
        "passivelab.errors",
    },
    "passivelab.commands": {
        "passivelab.errors",
        "passivelab.lab",
        "passivelab.pki",
        "passivelab.blueprint",
        "passivelab.compare",
        "passivelab.transport",
        "passivelab.state",
        "passivelab.engine",
        "passivelab.preflight",
        "passivelab.signin",
        "passivelab.report",
        "pslang",
        "winsim",
    },
    # The exit code is a type of errors.
    "tasks": {"passivelab.commands", "passivelab.errors"},
    # What a role knows without a host: it looks at the lab and says what it finds.
    "roles": {"passivelab.lab", "passivelab.preflight", "passivelab.errors"},
}


def sources() -> Iterator[Path]:
    for package in (*OURS, "roles"):
        yield from sorted((ROOT / package).rglob("*.py"))
    yield from [path for path in (ROOT / "tasks.py",) if path.exists()]


def room_of(module: str) -> str | None:
    """The room of a module of ours; None for everybody else's and for the bare package."""
    parts = module.split(".")
    if parts[0] not in (*OURS, "roles", "tasks"):
        return None
    if parts[0] == "passivelab":
        return ".".join(parts[:2]) if len(parts) > 1 else None
    return parts[0]


def module_of(file: Path) -> str:
    parts = list(file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, also of those inside functions."""
    package = module_of(file) if file.name == "__init__.py" else module_of(file).rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            # "from passivelab import lab" names the room only behind the import.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def test_every_import_is_in_the_table() -> None:
    forbidden = []
    for file in sources():
        room = room_of(module_of(file))
        for line, module in imported(file):
            target = room_of(module)
            if target is None or room is None or target == room:
                continue
            if target not in ALLOWED.get(room, set()):
                forbidden.append(f"{file.relative_to(ROOT)}:{line}: {room} may not import {target}")
    assert forbidden == []


def test_every_room_is_in_the_table() -> None:
    rooms = {room_of(module_of(file)) for file in sources()} - {None, "passivelab"}
    assert rooms <= ALLOWED.keys()


def test_the_simulated_lab_reads_nothing_but_machines_yml() -> None:
    """It could not know the answers if it wanted to."""
    words = ("lab.yml", "role.yml", "overrides.yml", "secrets.yml", "step.ps1.j2")
    named = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted((ROOT / "winsim").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(word == node.value for word in words)
    ]
    assert named == []


@pytest.mark.parametrize(
    ("text", "module"),
    [("import winsim.world", "winsim.world"), ("from ..lab import model", "passivelab.lab.model")],
)
def test_imports_are_read_as_python_reads_them(
    text: str, module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    file = tmp_path / "passivelab" / "engine" / "plan.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert [found for _, found in imported(file)] == [module]
