"""Where things are: everything starts at the folder of tasks.py, never at the current one."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "roles"
SCRIPTS = ROOT / "scripts"
FUNCTIONS = SCRIPTS / "functions.ps1"


def inventory(lab: str) -> Path:
    return ROOT / "inventory" / lab


def state(lab: str) -> Path:
    """What we remember of a lab; not part of the repository."""
    return ROOT / ".passivelab" / lab


def shown(path: Path) -> str:
    """A path as a person types it from the project's folder."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
