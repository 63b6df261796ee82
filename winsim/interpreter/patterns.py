"""Compiled regular expressions that cannot run for ever.

Python's ``re`` holds the interpreter lock while it backtracks and cannot be interrupted: one bad pattern of a script
would stop every host. The ``regex`` package searches without the lock and gives up after a time. A search that takes
long is looked after from outside, so that a pipeline can be stopped while it goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import regex

from winsim.interpreter.ambient import heed_stop
from winsim.interpreter.errors import LimitExceeded
from winsim.interpreter.regex_translation import Translation
from winsim.interpreter.sizes import joined

SECONDS: Final = 10.0  # for one search, replacement or split
_AT_ONCE: Final = 0.05  # nearly every search ends within this time
_LOOK: Final = 0.05
QUICK_STEPS: Final = 2_000_000
QUICK_LENGTHS: Final = (8, 16, 32, 64, 128, 256, 512, 1024, 4096, 65_536, 1_048_576)

Match = regex.Match
Search = Callable[[float], Match[str] | None]  # given the seconds that it may take


class Pattern:
    """A pattern in the syntax of the ``regex`` package; the methods are those of its patterns."""

    def __init__(self, translation: Translation) -> None:
        self.compiled = regex.compile(translation.text, regex.VERSION0, cache_pattern=False)
        self.pattern = translation.text
        self.quick = longest_quick(translation)
        self.groupindex: Mapping[str, int] = self.compiled.groupindex
        self.groups = self.compiled.groups

    def search(self, text: str, start: int = 0, seconds: float | None = None) -> Match[str] | None:
        if len(text) <= self.quick:
            return self.compiled.search(text, start)
        left = SECONDS if seconds is None else seconds
        return _within(left, lambda limit: self.compiled.search(text, start, timeout=limit, concurrent=True))

    def match(self, text: str, start: int = 0) -> Match[str] | None:
        return _within(SECONDS, lambda limit: self.compiled.match(text, start, timeout=limit, concurrent=True))

    def finditer(self, text: str, start: int = 0) -> Iterator[Match[str]]:
        """Match after match as .NET goes on: after an empty one, one character further."""
        if len(text) <= self.quick:
            yield from self.quick_matches(text, start)
            return
        left = SECONDS
        position = start
        while position <= len(text):
            begun = time.monotonic()
            found = self.search(text, position, left)
            left -= time.monotonic() - begun
            if found is None:
                return
            yield found
            position = found.end() + (found.end() == found.start())
            heed_stop()

    def quick_matches(self, text: str, start: int) -> Iterator[Match[str]]:
        search = self.compiled.search
        position = start
        while position <= len(text) and (found := search(text, position)) is not None:
            yield found
            position = found.end() + (found.end() == found.start())
            heed_stop()

    def sub(self, replacement: Callable[[Match[str]], str], text: str, count: int = 0) -> str:
        pieces: list[str] = []
        position = 0
        for number, found in enumerate(self.finditer(text)):
            if count and number >= count:
                break
            pieces += (text[position : found.start()], replacement(found))
            position = found.end()
        pieces.append(text[position:])
        return joined("", pieces)


def longest_quick(translation: Translation) -> int:
    """How long a text may be for a search that needs no looking after, because it cannot take many steps."""
    return max((length for length in QUICK_LENGTHS if translation.steps(length) <= QUICK_STEPS), default=-1)


def _within(seconds: float, search: Search) -> Match[str] | None:
    if seconds <= 0:
        raise too_long()
    try:
        return search(_AT_ONCE)
    except TimeoutError:
        return _looked_after(seconds, search)


def _looked_after(seconds: float, search: Search) -> Match[str] | None:
    """The search in a thread of its own; a stop request leaves it to its time limit."""
    found: list[Match[str] | None] = []
    ended = threading.Event()

    def work() -> None:
        try:
            found.append(search(seconds))
        except TimeoutError:
            pass
        finally:
            ended.set()

    threading.Thread(target=work, name="regex", daemon=True).start()
    while not ended.wait(_LOOK):
        heed_stop()
    if not found:
        raise too_long()
    return found[0]


def too_long() -> LimitExceeded:
    return LimitExceeded(f"a regular expression searched for more than {SECONDS:.0f} s")
