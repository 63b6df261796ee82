"""Tables of facts as text: one row a line, columns divided by ``|``, ``#`` starts a comment line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def rows(path: Path, columns: int) -> Iterator[list[str]]:
    """Rows with exactly so many columns; those missing at the end are empty."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            found = [part.strip() for part in line.split("|")]
            yield found + [""] * (columns - len(found))
