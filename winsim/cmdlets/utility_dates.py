"""Get-Date, New-TimeSpan, Start-Sleep, Get-Random, Get-Culture, Get-Host."""

from __future__ import annotations

import random
import re
import sys
from typing import TYPE_CHECKING, Any

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.compare import scan
from winsim.interpreter.convert import convert
from winsim.interpreter.net.cultures import EN_US
from winsim.interpreter.net.dates import guarded, now_of, text_of
from winsim.interpreter.net.datetimes import TICKS_PER_MILLISECOND, TICKS_PER_SECOND, DateTime, TimeSpan
from winsim.interpreter.special import extend
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, Int64

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


@cmdlet(
    "Get-Date",
    ("Date", "Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond", "DisplayHint", "Format", "UFormat"),
    locks_world=False,
)
def get_date(call: CommandCall) -> None:
    given = call.get("Date")
    base = given if isinstance(given, DateTime) else now_of(call.session)
    moment = with_parts(call, base)
    if call.has("Format"):
        call.write(text_of(moment, call.text("Format")))
    elif call.has("UFormat"):
        call.write(unix_format(moment, call.text("UFormat")))
    else:
        call.write(hinted(call, moment))


DISPLAY_HINTS = ("Date", "Time", "DateTime")


def hinted(call: CommandCall, moment: DateTime) -> DateTime:
    """Every date of Get-Date says which part of it is to be shown."""
    given = to_text(call.get("DisplayHint")) if call.has("DisplayHint") else "DateTime"
    name = next((hint for hint in DISPLAY_HINTS if hint.lower() == given.lower()), "DateTime")
    made = DateTime(moment.ticks, moment.kind)  # notes belong to this value, not to one that others hold
    bag = extend(made)
    if bag is not None:
        hint = EnumValue("Microsoft.PowerShell.Commands.DisplayHintType", name, DISPLAY_HINTS.index(name))
        bag["DisplayHint"] = hint
    return made


def with_parts(call: CommandCall, base: DateTime) -> DateTime:
    def part(name: str, current: int) -> int:
        return int(call.get(name)) if call.has(name) else current  # type: ignore[call-overload]

    if not any(call.has(name) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond")):
        return base
    made = guarded(
        lambda: DateTime.of(
            part("Year", base.year),
            part("Month", base.month),
            part("Day", base.day),
            part("Hour", base.hour),
            part("Minute", base.minute),
            part("Second", base.second),
            0,
            base.kind,
        )
    )
    assert isinstance(made, DateTime)
    if call.has("Millisecond"):
        return made.add_ticks(part("Millisecond", 0) * TICKS_PER_MILLISECOND)
    return made.add_ticks(base.fraction)


def unix_format(moment: DateTime, spec: str) -> str:
    """The specifiers of -UFormat."""
    spec = spec.removeprefix("+")
    table: dict[str, str] = {
        "Y": "yyyy",
        "m": "MM",
        "d": "dd",
        "H": "HH",
        "M": "mm",
        "S": "ss",
        "y": "yy",
        "B": "MMMM",
        "b": "MMM",
        "h": "MMM",
        "A": "dddd",
        "a": "ddd",
        "I": "hh",
        "p": "tt",
        "D": "MM/dd/yy",
        "F": "yyyy-MM-dd",
        "T": "HH:mm:ss",
        "R": "HH:mm",
        "r": "hh:mm:ss tt",
        "x": "MM/dd/yy",
        "X": "HH:mm:ss",
        "c": "ddd MMM d HH:mm:ss yyyy",
        "C": "yy",
        "Z": "zz",
        "G": "yyyy",
        "g": "yy",
    }

    def put(found: re.Match[str]) -> str:
        letter = found[1]
        if letter == "s":
            return str((moment.ticks - DateTime.of(1970, 1, 1).ticks) / TICKS_PER_SECOND).rstrip("0").rstrip(".")
        if letter == "j":
            return str(moment.day_of_year)
        if letter == "e":
            return f"{moment.day:2d}"
        if letter == "k":
            return f"{moment.hour:2d}"
        if letter == "l":
            return f"{text_of(moment, '%h'):>2}"
        if letter in "UVW":  # weeks since the first of January, whatever its day of the week
            return str(moment.day_of_year // 7 + (letter == "V"))
        if letter == "u":
            return str(moment.day_of_week or 7)
        if letter == "w":
            return str(moment.day_of_week)
        if letter == "n":
            return "\n"
        if letter == "t":
            return "\t"
        if letter == "%":
            return "%"
        if letter == "C":
            return str(moment.year // 100)
        if letter in table:
            return text_of(moment, table[letter] if len(table[letter]) > 1 else f"%{table[letter]}")
        return letter

    return re.sub(r"%(.)", put, spec)


@cmdlet("New-TimeSpan", ("Start", "End", "Days", "Hours", "Minutes", "Seconds"), locks_world=False)
def new_time_span(call: CommandCall) -> None:
    if any(call.has(name) for name in ("Days", "Hours", "Minutes", "Seconds")):
        parts = [int(call.get(name) or 0) for name in ("Days", "Hours", "Minutes", "Seconds")]  # type: ignore[call-overload]
        call.write(TimeSpan.of(*parts))
        return
    now = now_of(call.session)
    start, end = call.get("Start"), call.get("End")
    first = start if isinstance(start, DateTime) else now
    last = end if isinstance(end, DateTime) else now
    call.write(TimeSpan(last.ticks - first.ticks))


@cmdlet("Start-Sleep", ("Seconds", "Milliseconds"), locks_world=False)
def start_sleep(call: CommandCall) -> None:
    seconds = float(call.get("Seconds") or 0) + float(call.get("Milliseconds") or 0) / 1000  # type: ignore[arg-type]
    call.sleep(seconds)


@cmdlet("Get-Random", ("InputObject", "Count", "Minimum", "Maximum", "SetSeed"), locks_world=False)
class GetRandom:
    def begin(self, call: CommandCall) -> None:
        source = call.session.state.setdefault("random", random.Random())
        if call.has("SetSeed"):
            source.seed(int(call.get("SetSeed")))  # type: ignore[call-overload]
        self.source: random.Random = source
        self.items: list[object] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject", AUTOMATION_NULL)
        if value is AUTOMATION_NULL:
            return
        items = items_of(value)
        self.items.extend(items if items is not None else [value])

    def end(self, call: CommandCall) -> None:
        if call.has("InputObject") or call.expecting_input:
            count = min(int(call.get("Count") or 1), len(self.items))  # type: ignore[call-overload]
            call.write_all(self.source.sample(self.items, count))
            return
        call.write(self.number(call))

    def number(self, call: CommandCall) -> object:
        low, high = operand(call.get("Minimum")), operand(call.get("Maximum"))
        small = all(one is None or is_int32(one) for one in (low, high))
        whole = small or all(one is None or is_int32(one) or isinstance(one, Int64) for one in (low, high))
        a: Any = low
        b: Any = high
        if whole:
            a = 0 if low is None else int(a)
            b = (2**31 if small else 2**63) - 1 if high is None else int(b)
        else:
            a = 0.0 if low is None else to_double(low)
            b = sys.float_info.max if high is None else to_double(high)
        if a >= b:
            raise CommandError(
                "MinGreaterThanOrEqualMax",
                f"The Minimum value ({to_text(a)}) cannot be greater than or equal to the Maximum value "
                f"({to_text(b)}).",
                "InvalidArgument",
                None,
                "System.ArgumentException",
            )
        if not whole:
            part = self.source.random()
            return a * (1 - part) + b * part  # without the overflow of the difference
        value = self.source.randrange(a, b)
        return value if small else Int64(value)


def is_int32(value: object) -> bool:
    return type(value) is int


def to_double(value: object) -> object:
    return convert(value, get_type("System.Double"))


def operand(value: object) -> object:
    """A bound of Get-Random: text is read as a number of the language."""
    value = unwrap(value)
    if not isinstance(value, str):
        return value
    number = scan(value)
    return Int64(number) if type(number) is int and not -(2**31) <= number < 2**31 else number


@cmdlet("Get-Culture", (), locks_world=False)
class GetCulture:
    """Writes before any input comes, which it does not take."""

    def begin(self, call: CommandCall) -> None:
        call.write(EN_US)


@cmdlet("Get-UICulture", (), locks_world=False)
class GetUICulture:
    def begin(self, call: CommandCall) -> None:
        call.write(EN_US)


@cmdlet("Get-Host", (), locks_world=False)
class GetHost:
    def begin(self, call: CommandCall) -> None:
        call.write(call.session.automatic("host", call.caller))
