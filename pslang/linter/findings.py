"""What the linter reports."""

from __future__ import annotations

from dataclasses import dataclass

from pslang.syntax import Node, Source


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    line: int
    column: int
    code: str
    message: str

    def as_dict(self) -> dict[str, object]:
        return {"line": self.line, "column": self.column, "code": self.code, "message": self.message}


class Report:
    """Collects findings about one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: set[Finding] = set()

    def add(self, at: Node | int, code: str, message: str) -> None:
        offset = at if isinstance(at, int) else at.start
        line, column = self.source.line_column(min(offset, len(self.source.text)))
        self.found.add(Finding(line, column, code, message))

    def sorted(self) -> list[Finding]:
        return sorted(self.found)
