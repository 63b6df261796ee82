"""Where things are: everything starts at the folder of tasks.py, never at the current one."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "roles"
SCRIPTS = ROOT / "scripts"
FUNCTIONS = SCRIPTS / "functions.ps1"
_MEMORY = ".passivelab"


def inventory(lab: str) -> Path:
    """The folder of a lab: one under inventory/ by its name, or any other by its path."""
    return ROOT / lab if "/" in lab else ROOT / "inventory" / lab


def spoken(folder: Path) -> str:
    """The folder of a lab as ``--lab`` takes it."""
    return folder.name if folder.parent == ROOT / "inventory" else str(folder)


def state(folder: Path) -> Path:
    """What we remember of the lab in a folder; not part of the repository."""
    if folder.parent == ROOT / "inventory":
        return ROOT / _MEMORY / folder.name
    return folder / _MEMORY


def crashes() -> Path:
    return ROOT / _MEMORY / "crashes"


def shown(path: Path) -> str:
    """A path as a person types it from the project's folder."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
