"""Text as dates and intervals: DateTime.Parse, ParseExact and TimeSpan.Parse (en-US and invariant culture)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from winsim.interpreter.net.date_format import DAYS, MONTHS, pattern_of, symbols
from winsim.interpreter.net.datetimes import (
    TICKS_PER_DAY,
    TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
    DateRangeError,
    DateTime,
    DateTimeOffset,
    Kind,
    TimeSpan,
)


class DateParseError(ValueError):
    """Text that is not a date or interval (FormatException)."""


@dataclass
class Parts:
    """What a text said; None where it said nothing."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int = 0
    minute: int = 0
    second: int = 0
    fraction: int = 0  # ticks
    afternoon: bool | None = None
    weekday: int | None = None
    offset: int | None = None  # minutes east of UTC
    zulu: bool = False


@dataclass(frozen=True)
class Styles:
    """DateTimeStyles, as far as they change the answer."""

    assume_utc: bool = False
    assume_local: bool = False
    adjust_to_utc: bool = False
    round_trip: bool = False
    allow_white: bool = False

    @classmethod
    def of(cls, names: Iterable[str]) -> Styles:
        known = {name.strip().lower() for name in names}
        return cls(
            "assumeuniversal" in known,
            "assumelocal" in known,
            "adjusttouniversal" in known,
            "roundtripkind" in known,
            bool(known & {"allowwhitespaces", "allowleadingwhite", "allowtrailingwhite", "allowinnerwhite"}),
        )


NOT_A_DATE = "String was not recognized as a valid DateTime."
MONTH_WORDS = {name.lower(): i + 1 for i, name in enumerate(MONTHS)} | {
    name[:3].lower(): i + 1 for i, name in enumerate(MONTHS)
}
DAY_WORDS = {name.lower(): i for i, name in enumerate(DAYS)} | {name[:3].lower(): i for i, name in enumerate(DAYS)}

TIME = re.compile(
    r"(?<![\d.])(?:T\s*)?(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<ap>[AP]\.?M?\.?(?![a-z]))?",
    re.IGNORECASE,
)
HOUR_ONLY = re.compile(r"(?<!\d)(?P<h>\d{1,2})\s*(?P<ap>[AP]M)(?![a-z])", re.IGNORECASE)
ZONE = re.compile(r"(?:(?P<z>Z|GMT|UTC)|(?P<sign>[+-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?)\s*$", re.IGNORECASE)
WORD = re.compile(r"[A-Za-z]+|\d+")


def parse_date(text: str, *, styles: Styles | None = None, today: DateTime | None = None) -> DateTime:
    """``DateTime.Parse``: the usual forms of en-US and the invariant culture, ISO 8601 and RFC 1123."""
    return finish(read_date(text), styles or Styles(), today)


def parse_offset(text: str, *, styles: Styles | None = None, today: DateTime | None = None) -> DateTimeOffset:
    parts = read_date(text)
    local = finish(Parts(**{**parts.__dict__, "offset": None, "zulu": False}), Styles(), today)
    return DateTimeOffset(local, TimeSpan((parts.offset or 0) * TICKS_PER_MINUTE))


def read_date(text: str) -> Parts:
    parts = Parts()
    rest = text.strip().strip("\0")
    time = TIME.search(rest)
    if time:
        tail = rest[time.end() :]
        zone = ZONE.match(tail.strip()) if tail.strip() else None
        if zone:
            read_zone(parts, zone)
            tail = ""
        read_time(parts, time)
        rest = f"{rest[: time.start()]} {tail}"
    elif hour := HOUR_ONLY.search(rest):
        parts.hour, parts.afternoon = int(hour["h"]), hour["ap"].lower().startswith("p")
        rest = rest[: hour.start()] + rest[hour.end() :]
    elif re.fullmatch(r"\d{4}-\d\d-\d\dZ", rest):
        parts.zulu, parts.offset, rest = True, 0, rest[:-1]
    if not rest.strip() and not time and parts.afternoon is None:
        raise DateParseError(NOT_A_DATE)
    read_days(parts, rest)
    return parts


def read_zone(parts: Parts, zone: re.Match[str]) -> None:
    if zone["z"]:
        parts.zulu, parts.offset = True, 0
        return
    minutes = int(zone["h"]) * 60 + int(zone["m"] or 0)
    parts.offset = -minutes if zone["sign"] == "-" else minutes


def read_time(parts: Parts, time: re.Match[str]) -> None:
    parts.hour, parts.minute, parts.second = int(time["h"]), int(time["m"]), int(time["s"] or 0)
    if time["f"]:
        parts.fraction = round(float(f"0.{time['f']}") * TICKS_PER_SECOND)
    if time["ap"]:
        parts.afternoon = time["ap"].lower().startswith("p")


def read_days(parts: Parts, text: str) -> None:
    if re.search(r"[^\sA-Za-z0-9/.,\-]", text):
        raise DateParseError(NOT_A_DATE)
    numbers: list[str] = []
    month_first = False
    for word in WORD.findall(text):
        low = word.lower()
        if low.isdigit():
            numbers.append(low)
        elif low in MONTH_WORDS and parts.month is None:
            parts.month = MONTH_WORDS[low]
            month_first = not numbers
        elif low in DAY_WORDS:
            parts.weekday = DAY_WORDS[low]
        elif low != "t":
            raise DateParseError(NOT_A_DATE)
    assign_numbers(parts, numbers, month_first)


def assign_numbers(parts: Parts, numbers: list[str], month_first: bool) -> None:
    values = [int(number) for number in numbers]
    year_first = bool(numbers) and len(numbers[0]) > 2
    if parts.month is not None:
        assign_with_month(parts, numbers, values, month_first, year_first)
    elif len(values) == 3 and year_first:
        parts.year, parts.month, parts.day = values
    elif len(values) == 3:
        parts.month, parts.day = values[:2]
        parts.year = full_year(numbers[2])
    elif len(values) == 2 and year_first:
        parts.year, parts.month, parts.day = values[0], values[1], 1
    elif len(values) == 2 and len(numbers[1]) > 2:
        parts.month, parts.year, parts.day = values[0], values[1], 1
    elif len(values) == 2:
        parts.month, parts.day = values
    elif values:
        raise DateParseError(NOT_A_DATE)


def assign_with_month(parts: Parts, numbers: list[str], values: list[int], month_first: bool, year_first: bool) -> None:
    if len(values) == 2 and year_first:
        parts.year, parts.day = values
    elif len(values) == 2:
        parts.day, parts.year = values[0], full_year(numbers[1])
    elif len(values) == 1 and len(numbers[0]) > 2:
        parts.year, parts.day = values[0], 1
    elif len(values) == 1:
        parts.day = values[0]
    else:
        raise DateParseError(NOT_A_DATE)


def full_year(text: str) -> int:
    value = int(text)
    if len(text) > 2:
        return value
    return value + (2000 if value < 30 else 1900)


def finish(parts: Parts, styles: Styles, today: DateTime | None) -> DateTime:
    """Puts the parts together and applies zone and styles; the local zone of the lab is UTC."""
    now = (today or DateTime(0)).date()
    if parts.afternoon is not None:
        if not 1 <= parts.hour <= 12:
            raise DateParseError(NOT_A_DATE)
        parts.hour = parts.hour % 12 + (12 if parts.afternoon else 0)
    year = now.year if parts.year is None else parts.year
    given = parts.month is not None or parts.day is not None
    month = parts.month if parts.month is not None else (1 if parts.year is not None else now.month)
    day = parts.day if parts.day is not None else (1 if given or parts.year is not None else now.day)
    try:
        whole = DateTime.of(year, month, day, parts.hour, parts.minute, parts.second)
    except DateRangeError:
        raise DateParseError(NOT_A_DATE) from None
    if parts.weekday is not None and given and whole.day_of_week != parts.weekday:
        raise DateParseError("String was not recognized as a valid DateTime because the day of week was incorrect.")
    return with_zone(whole.add_ticks(parts.fraction), parts, styles)


def with_zone(value: DateTime, parts: Parts, styles: Styles) -> DateTime:
    if parts.offset is None:
        kind: Kind = "Unspecified"
        if styles.assume_utc or styles.assume_local:
            kind = "Utc" if styles.adjust_to_utc else "Local"
        return value.with_kind(kind)
    moved = value.add_ticks(-parts.offset * TICKS_PER_MINUTE)
    if styles.adjust_to_utc or (styles.round_trip and parts.zulu):
        return moved.with_kind("Utc")
    return moved.with_kind("Local")


def parse_exact(
    text: str, pattern: str, *, styles: Styles | None = None, today: DateTime | None = None, invariant: bool = True
) -> DateTime:
    """``DateTime.ParseExact`` with one format."""
    chosen = styles or Styles()
    if chosen.allow_white:
        text = text.strip()
    parts = Parts()
    position = 0
    for symbol, count in symbols(pattern_of(pattern, invariant)):
        position = read_symbol(parts, text, position, symbol, count)
    if position != len(text):
        raise DateParseError(NOT_A_DATE)
    if len(pattern) == 1 and pattern in "Rru":
        return finish(parts, chosen, today)
    if len(pattern) == 1 and pattern in "oO":
        chosen = Styles(round_trip=True, assume_utc=chosen.assume_utc, adjust_to_utc=chosen.adjust_to_utc)
    return finish(parts, chosen, today)


def read_symbol(parts: Parts, text: str, position: int, symbol: str, count: int) -> int:
    """Reads one element of a pattern; the position behind it."""
    if not count:
        if text[position : position + len(symbol)] != symbol:
            raise DateParseError(NOT_A_DATE)
        return position + len(symbol)
    match symbol:
        case "d" if count > 2:
            parts.weekday, position = read_name(text, position, DAYS, count)
        case "M" if count > 2:
            index, position = read_name(text, position, MONTHS, count)
            parts.month = index + 1
        case "y":
            digits, position = read_digits(text, position, (1 if count == 1 else count), max(count, 2))
            parts.year = full_year(digits) if count < 3 else int(digits)
        case "t":
            mark = text[position : position + min(count, 2)].upper()
            if mark not in ("A", "P", "AM", "PM"):
                raise DateParseError(NOT_A_DATE)
            parts.afternoon = mark[0] == "P"
            position += len(mark)
        case "f" | "F" | ".F":
            position = read_fraction(parts, text, position, symbol, count)
        case "K" | "z":
            position = read_offset(parts, text, position, symbol)
        case "g":
            position += 4
        case _:
            digits, position = read_digits(text, position, 1 if count == 1 else 2, 2)
            names = {"d": "day", "M": "month", "h": "hour", "H": "hour", "m": "minute", "s": "second"}
            setattr(parts, names[symbol], int(digits))
            if symbol == "h" and int(digits) > 12:
                raise DateParseError(NOT_A_DATE)
    return position


def read_name(text: str, position: int, names: tuple[str, ...], count: int) -> tuple[int, int]:
    for index, name in enumerate(names):
        wanted = name if count > 3 else name[:3]
        if text[position : position + len(wanted)].lower() == wanted.lower():
            return index, position + len(wanted)
    raise DateParseError(NOT_A_DATE)


def read_digits(text: str, position: int, least: int, most: int) -> tuple[str, int]:
    end = position
    while end < len(text) and end - position < most and text[end].isascii() and text[end].isdigit():
        end += 1
    if end - position < least:
        raise DateParseError(NOT_A_DATE)
    return text[position:end], end


def read_fraction(parts: Parts, text: str, position: int, symbol: str, count: int) -> int:
    if symbol == ".F":
        if text[position : position + 1] != ".":
            return position
        position += 1
    digits, position = read_digits(text, position, count if symbol == "f" else 0, count)
    parts.fraction = int(digits.ljust(7, "0")) if digits else 0
    return position


def read_offset(parts: Parts, text: str, position: int, symbol: str) -> int:
    if symbol == "K" and position == len(text):
        return position
    zone = re.compile(r"(?P<z>Z)|(?P<sign>[+-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?").match(text, position)
    if not zone:
        raise DateParseError(NOT_A_DATE)
    read_zone(parts, zone)
    return zone.end()


def parse_span(text: str) -> TimeSpan:
    """``TimeSpan.Parse``: ``[-][d.]hh:mm[:ss[.fffffff]]`` or a number of days."""
    clock = r"(?P<h>\d{1,2}):(?P<m>\d{1,2})"
    seconds = r":(?P<s>\d{1,2})(?:\.(?P<f>\d{1,7}))?"
    forms = (
        r"(?P<d>\d{1,8})",
        rf"(?:(?P<d>\d{{1,8}})\.)?{clock}(?:{seconds})?",
        rf"(?P<d>\d{{1,8}}):{clock}{seconds}",
    )
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body[1:] if sign < 0 else body
    for form in forms:
        found = re.fullmatch(form, body)
        if found:
            return TimeSpan(sign * span_ticks(found.groupdict()))
    raise DateParseError("String was not recognized as a valid TimeSpan.")


def span_ticks(found: dict[str, str | None]) -> int:
    days, hours, minutes, seconds = (int(found.get(key) or 0) for key in "dhms")
    if hours > 23 or minutes > 59 or seconds > 59:
        raise DateRangeError(
            "The TimeSpan could not be parsed because at least one of the numeric components is out of range or "
            "contains too many digits."
        )
    fraction = int((found.get("f") or "0").ljust(7, "0"))
    return days * TICKS_PER_DAY + ((hours * 60 + minutes) * 60 + seconds) * TICKS_PER_SECOND + fraction
