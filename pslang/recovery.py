"""Finding a place to go on after an error."""

from __future__ import annotations

import re

from pslang.cursor import Cursor

_BRACKETS = re.compile(r"[()\[\]{}\r\n;,]")
_CLOSING = {")": "(", "]": "[", "}": "{"}


def sync(c: Cursor, targets: str, *, consume: bool) -> None:
    """Go on to the next of the characters in ``targets`` that is not inside brackets opened meanwhile."""
    depth = dict.fromkeys("([{", 0)
    while True:
        match = _BRACKETS.search(c.text, c.pos)
        if match is None or match.start() >= c.end:
            c.pos = c.end
            return
        char = match.group()
        if char in depth:
            depth[char] += 1
        elif char in _CLOSING and depth[_CLOSING[char]] > 0:
            depth[_CLOSING[char]] -= 1
        elif char in targets or (char == "\r" and "\n" in targets):
            c.pos = match.end() if consume and char not in "\r\n" else match.start()
            return
        c.pos = match.end()


def token_text(c: Cursor) -> str:
    """The text of what stands at the cursor, for a message."""
    match = re.compile(r"\w+|[^\w\s]\w*|.", re.DOTALL).match(c.text, c.pos)
    return match.group()[:40] if match and c.pos < c.end else ""
