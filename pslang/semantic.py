"""What PowerShell checks at parse time on a tree without syntax errors."""

from __future__ import annotations

from pslang.cursor import Cursor
from pslang.syntax import Script


def check(c: Cursor, script: Script) -> None:
    """Report duplicate keys and parameters, targets that cannot be assigned to, and the like."""
