"""Compiled regular expressions that cannot run for ever.

Python's ``re`` holds the interpreter lock while it backtracks and cannot be interrupted: one bad pattern of a script
would stop every host. The ``regex`` package searches without the lock and gives up after a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import regex

from winsim.interpreter.errors import LimitExceeded

SECONDS: Final = 10.0  # for one search, replacement or split
IGNORECASE: Final = int(regex.IGNORECASE)
MULTILINE: Final = int(regex.MULTILINE)
DOTALL: Final = int(regex.DOTALL)
VERBOSE: Final = int(regex.VERBOSE)

Match = regex.Match


class Pattern:
    """A pattern in the syntax of Python's ``re``; the methods are those of ``re.Pattern``."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.compiled = regex.compile(pattern, flags | regex.VERSION0)
        self.pattern = pattern
        self.flags = flags
        self.groupindex: Mapping[str, int] = self.compiled.groupindex
        self.groups = self.compiled.groups

    def search(self, text: str, start: int = 0) -> Match[str] | None:
        try:
            return self.compiled.search(text, start, timeout=SECONDS, concurrent=True)
        except TimeoutError:
            raise too_long() from None

    def match(self, text: str, start: int = 0) -> Match[str] | None:
        try:
            return self.compiled.match(text, start, timeout=SECONDS, concurrent=True)
        except TimeoutError:
            raise too_long() from None

    def finditer(self, text: str, start: int = 0) -> Iterator[Match[str]]:
        try:
            yield from self.compiled.finditer(text, start, timeout=SECONDS, concurrent=True)
        except TimeoutError:
            raise too_long() from None

    def sub(self, replacement: str | Callable[[Match[str]], str], text: str, count: int = 0) -> str:
        try:
            return self.compiled.sub(replacement, text, count, timeout=SECONDS)
        except TimeoutError:
            raise too_long() from None


def too_long() -> LimitExceeded:
    return LimitExceeded(f"a regular expression searched for more than {SECONDS:.0f} s")
