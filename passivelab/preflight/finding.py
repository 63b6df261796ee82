"""What a check says: a value with a code, a place, a reason with its source, and a fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passivelab.errors import Place, Problem

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """``source`` is where the reason is written; ``error`` means that the lab would not work."""

    code: str
    place: Place | None
    reason: str
    source: str
    fix: str
    severity: Severity = "error"

    def problem(self) -> Problem:
        """The finding as a screen shows problems."""
        return Problem(self.code, self.reason, self.place, hint=self.fix, found=f"source: {self.source}")
