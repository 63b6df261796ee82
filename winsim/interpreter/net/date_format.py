"""Dates and intervals as text: the standard and custom format strings of .NET (en-US and invariant culture)."""

from __future__ import annotations

from typing import Final

from winsim.interpreter.net.datetimes import (
    TICKS_PER_DAY,
    TICKS_PER_HOUR,
    TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
    DateTime,
    DateTimeOffset,
    TimeSpan,
)

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

EN_US: Final = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "f": "dddd, MMMM d, yyyy h:mm tt",
    "F": "dddd, MMMM d, yyyy h:mm:ss tt",
    "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "Y": "MMMM yyyy",
}
INVARIANT: Final = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "Y": "yyyy MMMM",
}
COMMON: Final = {
    "M": "MMMM dd",
    "O": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
}
SAME: Final = {"y": "Y", "m": "M", "o": "O", "r": "R"}


class DateFormatError(ValueError):
    """A format string that .NET refuses (FormatException)."""


def patterns(invariant: bool) -> dict[str, str]:
    return {**COMMON, **(INVARIANT if invariant else {**EN_US, "M": "MMMM d"})}


def pattern_of(spec: str, invariant: bool) -> str:
    """The custom pattern of a format string, which is a standard letter or already a pattern."""
    if len(spec) != 1:
        return spec
    letter = SAME.get(spec, spec)
    table = patterns(invariant)
    if letter == "U":
        return table["F"]
    if letter not in table:
        raise DateFormatError("Input string was not in a correct format.")
    return table[letter]


def format_date(value: DateTime, spec: str = "", *, invariant: bool = False, offset: TimeSpan | None = None) -> str:
    """``value.ToString(spec)``; ``offset`` is that of a DateTimeOffset or of the local zone."""
    spec = spec or "G"
    if len(spec) == 1 and spec in "Rr" and offset is not None:
        value, offset = DateTime(value.ticks - offset.ticks, "Utc"), None
    return "".join(render(value, symbol, count, offset) for symbol, count in symbols(pattern_of(spec, invariant)))


def format_offset(value: DateTimeOffset, spec: str = "", *, invariant: bool = False) -> str:
    if not spec:
        return f"{format_date(value.moment, 'G', invariant=invariant)} {zone(value.offset, 3)}"
    if spec == "u":
        return format_date(value.utc(), "u")
    return format_date(value.moment, spec, invariant=invariant, offset=value.offset)


def symbols(pattern: str, letters: str = "dfFghHKmMstyz", *, loose: bool = True) -> list[tuple[str, int]]:
    """Runs of a format letter with their length; literal text has the length 0.

    Not ``loose``: text outside quotes and escapes is an error, as in the patterns of TimeSpan.
    """
    out: list[tuple[str, int]] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if char in "'\"":
            end = index + 1
            text = ""
            while end < len(pattern) and pattern[end] != char:
                end += pattern[end] == "\\"
                text += pattern[end : end + 1]
                end += 1
            if end >= len(pattern):
                raise DateFormatError("Cannot find a matching quote character for the character '.")
            out.append((text, 0))
            index = end + 1
        elif char == "\\":
            if index + 1 >= len(pattern):
                raise DateFormatError("Input string was not in a correct format.")
            out.append((pattern[index + 1], 0))
            index += 2
        elif char == "%" and index + 1 < len(pattern):
            index += 1
        elif char in letters:
            end = index
            while end < len(pattern) and pattern[end] == char:
                end += 1
            out.append((char, end - index))
            index = end
        elif not loose:
            raise DateFormatError("Input string was not in a correct format.")
        else:
            out.append((char, 0))
            index += 1
    return trim_points(out)


def trim_points(parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """A point before F belongs to it: both vanish where there is no fraction."""
    out: list[tuple[str, int]] = []
    for symbol, count in parts:
        if symbol == "F" and count and out and out[-1] == (".", 0):
            out[-1] = (".F", count)
        else:
            out.append((symbol, count))
    return out


def render(value: DateTime, symbol: str, count: int, offset: TimeSpan | None) -> str:
    if not count:
        return symbol
    match symbol:
        case "d":
            name = DAYS[value.day_of_week]
            return (name if count > 3 else name[:3]) if count > 2 else number(value.day, count)
        case "M":
            name = MONTHS[value.month - 1]
            return (name if count > 3 else name[:3]) if count > 2 else number(value.month, count)
        case "y":
            return number(value.year % 100, count) if count < 3 else f"{value.year:0{count}d}"
        case "h":
            return number(value.hour % 12 or 12, count)
        case "H":
            return number(value.hour, count)
        case "m":
            return number(value.minute, count)
        case "s":
            return number(value.second, count)
        case "t":
            return ("AM" if value.hour < 12 else "PM")[: 1 if count == 1 else 2]
        case "f":
            return fraction(value.fraction, count)
        case "F":
            return fraction(value.fraction, count).rstrip("0")
        case ".F":
            digits = fraction(value.fraction, count).rstrip("0")
            return f".{digits}" if digits else ""
        case "g":
            return "A.D."
        case "K" if offset is None and value.kind == "Utc":
            return "Z"
        case "K" if offset is None and value.kind == "Unspecified":
            return ""
        case "K":
            return zone(offset or TimeSpan(0), 3)
        case _:
            return zone(offset or TimeSpan(0), count)


def number(value: int, count: int) -> str:
    return f"{value:02d}" if count > 1 else str(value)


def fraction(ticks: int, count: int) -> str:
    if count > 7:
        raise DateFormatError("Input string was not in a correct format.")
    return f"{ticks:07d}"[:count]


def zone(offset: TimeSpan, count: int) -> str:
    minutes = abs(offset.ticks) // TICKS_PER_MINUTE
    sign = "-" if offset.ticks < 0 else "+"
    if count == 1:
        return f"{sign}{minutes // 60}"
    return f"{sign}{minutes // 60:02d}" + (f":{minutes % 60:02d}" if count > 2 else "")


def format_span(value: TimeSpan, spec: str = "") -> str:
    """``TimeSpan.ToString(spec)``."""
    if spec in ("", "c", "t", "T"):
        return str(value)
    rest = abs(value.ticks)
    days, rest = divmod(rest, TICKS_PER_DAY)
    hours, rest = divmod(rest, TICKS_PER_HOUR)
    minutes, rest = divmod(rest, TICKS_PER_MINUTE)
    seconds, ticks = divmod(rest, TICKS_PER_SECOND)
    sign = "-" if value.ticks < 0 else ""
    if spec == "g":
        tail = f".{ticks:07d}".rstrip("0") if ticks else ""
        return f"{sign}{f'{days}:' if days else ''}{hours}:{minutes:02d}:{seconds:02d}{tail}"
    if spec == "G":
        return f"{sign}{days}:{hours:02d}:{minutes:02d}:{seconds:02d}.{ticks:07d}"
    if len(spec) == 1:
        raise DateFormatError("Input string was not in a correct format.")
    amounts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    return "".join(span_part(symbol, count, amounts, ticks) for symbol, count in symbols(spec, "dhmsfF", loose=False))


def span_part(symbol: str, count: int, amounts: dict[str, int], ticks: int) -> str:
    if not count:
        return symbol
    if symbol == "f":
        return fraction(ticks, count)
    if symbol in ("F", ".F"):
        digits = fraction(ticks, count).rstrip("0")
        return f".{digits}" if symbol == ".F" and digits else digits
    return f"{amounts[symbol]:0{count}d}"
