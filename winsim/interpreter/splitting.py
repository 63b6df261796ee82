"""``-split``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.core_types import SMA
from winsim.interpreter.errors import error
from winsim.interpreter.numbers import to_integer
from winsim.interpreter.operators import pattern_of
from winsim.interpreter.patterns import Pattern
from winsim.interpreter.regexes import group_order
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
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
    separator = parts[0] if parts else ""
    options = split_options(parts[2]) if len(parts) > 2 else 0
    if options and isinstance(separator, ScriptBlock):
        message = "Parse options for the -split operator are not allowed with a predicate."
        raise error("InvalidSplitOptionWithPredicate", message, "ParserError", None, SMA + "ParseException")
    if options & SIMPLE_MATCH and options & ~(SIMPLE_MATCH | IGNORE_CASE):
        message = "The options for the -split operator are not valid together."
        raise error("InvalidSplitOptionCombination", message, "ParserError", None, SMA + "ParseException")
    out: list[object] = []
    for text in texts(left):
        if isinstance(separator, ScriptBlock):
            out.extend(split_by_block(frame, text, separator, limit))
        else:
            out.extend(split_text(text, separator, limit, options, ignore_case))
    return Array(out, "System.String")


# System.Management.Automation.SplitOptions, and the RegexOptions that each of them stands for.
SIMPLE_MATCH, IGNORE_CASE = 1, 0x40
REGEX_OPTIONS = {0x04: 512, 0x08: 32, 0x10: 2, 0x20: 16, IGNORE_CASE: 1, 0x80: 4}


def split_options(value: object) -> int:
    number = convert(value, get_type(SMA + "SplitOptions")) if value not in (None, "") else 0
    assert isinstance(number, int)
    return int(number)


def split_text(text: str, separator: object, limit: int, options: int, ignore_case: bool) -> list[str]:
    if options & SIMPLE_MATCH:
        separator = re.sub(r"[^\w]", r"\\\g<0>", to_text(separator))
    wanted = sum(regex for option, regex in REGEX_OPTIONS.items() if options & option)
    pattern = pattern_of(separator, wanted | int(ignore_case))
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
        pieces.extend(group for _, place in group_order(found.re)[1:] if (group := found.group(place)) is not None)
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
        if (not limit or len(pieces) < limit) and to_bool(
            frame.session.call_block(block, underscore=character, outside=True)
        ):
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces
