"""TimeSpan.ParseExact: intervals by custom patterns."""

from __future__ import annotations

from collections.abc import Sequence

from winsim.interpreter.net.date_format import symbols
from winsim.interpreter.net.date_parse import DateParseError, parse_span, read_digits
from winsim.interpreter.net.datetimes import TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, TimeSpan

UNITS = {"d": TICKS_PER_DAY, "h": TICKS_PER_HOUR, "m": TICKS_PER_MINUTE, "s": TICKS_PER_SECOND}
BAD = "Input string was not in a correct format."


def parse_span_exact(text: str, forms: Sequence[str]) -> TimeSpan:
    """The interval by the first pattern that reads the whole text."""
    for form in forms:
        try:
            return parse_span(text) if form in ("c", "t", "T", "g", "G") else by_pattern(text, form)
        except DateParseError:
            continue
    raise DateParseError(BAD)


def by_pattern(text: str, form: str) -> TimeSpan:
    total = position = 0
    for letter, count in symbols(form, "dhmsfF", loose=False):
        symbol = letter
        if not count:
            if not text.startswith(symbol, position):
                raise DateParseError(BAD)
            position += len(symbol)
            continue
        if symbol == ".F":
            if text[position : position + 1] == ".":
                position += 1
            symbol = "F"
        if symbol in "fF":
            digits, position = read_digits(text, position, count if symbol == "f" else 0, count)
            total += int(digits.ljust(7, "0")) if digits else 0
            continue
        digits, position = read_digits(text, position, count, 8 if symbol == "d" else 2)
        total += int(digits) * UNITS[symbol]
    if position != len(text):
        raise DateParseError(BAD)
    return TimeSpan(total)
