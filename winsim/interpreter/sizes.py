"""What one value may hold: the lab refuses what would fill the machine's memory."""

from __future__ import annotations

from typing import Final

from winsim.interpreter.errors import LimitExceeded

LARGE: Final = 1024 * 1024  # from here on the size of what grows is watched
LARGEST: Final = 64 * 1024 * 1024


def check_size(size: int) -> None:
    """``size``: characters of a text, or four times the elements of a collection."""
    if size > LARGEST:
        raise LimitExceeded(f"a value of {size} elements or characters")
