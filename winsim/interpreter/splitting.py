"""``-split``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of
from winsim.interpreter.convert import to_bool
from winsim.interpreter.numbers import to_integer
from winsim.interpreter.operators import pattern_of
from winsim.interpreter.patterns import IGNORECASE, MULTILINE, Pattern
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame


def texts(value: object) -> list[str]:
    items = items_of(value)
    return [to_text(item) for item in items] if items is not None else [to_text(value)]


def split_unary(value: object) -> object:
    """Splits at white space, leaving out what is empty at the ends."""
    out: list[object] = []
    for text in texts(value):
        out.extend(text.split())
    return Array(out, "System.String")


def split(frame: Frame, left: object, right: object, ignore_case: bool) -> object:
    arguments = items_of(right)
    parts = list(arguments) if arguments is not None else [right]
    limit = to_integer(parts[1], "System.Int32") if len(parts) > 1 else 0
    options = to_text(parts[2]).lower() if len(parts) > 2 else ""
    separator = parts[0] if parts else ""
    out: list[object] = []
    for text in texts(left):
        if isinstance(separator, ScriptBlock):
            out.extend(split_by_block(frame, text, separator, limit))
        else:
            out.extend(split_text(text, separator, limit, options, ignore_case or "ignorecase" in options))
    return Array(out, "System.String")


def split_text(text: str, separator: object, limit: int, options: str, ignore_case: bool) -> list[str]:
    if "simplematch" in options:
        pattern = Pattern(re.escape(to_text(separator)), IGNORECASE if ignore_case else 0)
    else:
        pattern = pattern_of(separator, ignore_case)
        if "multiline" in options:
            pattern = Pattern(pattern.pattern, pattern.flags | MULTILINE)
    if limit == 1:
        return [text]
    if limit < 0:
        return split_from_end(text, pattern, -limit)
    pieces: list[str] = []
    position = 0
    for found in pattern.finditer(text):
        if limit and len(pieces) >= limit - 1:
            break
        if found.end() == found.start() and found.start() in (0, len(text)) and not text:
            continue
        pieces.append(text[position : found.start()])
        pieces.extend(group for group in found.groups() if group is not None)
        position = found.end()
    pieces.append(text[position:])
    return pieces


def split_from_end(text: str, pattern: Pattern, limit: int) -> list[str]:
    """A negative limit keeps the last pieces apart."""
    found = list(pattern.finditer(text))
    keep = found[max(0, len(found) - (limit - 1)) :] if limit > 1 else []
    pieces, position = [], 0
    for match in keep:
        pieces.append(text[position : match.start()])
        position = match.end()
    return [*pieces, text[position:]]


def split_by_block(frame: Frame, text: str, block: ScriptBlock, limit: int) -> list[str]:
    """A script block says for each character whether it separates."""
    pieces: list[str] = [""]
    for character in text:
        if (not limit or len(pieces) < limit) and to_bool(frame.session.call_block(block, underscore=character)):
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces
