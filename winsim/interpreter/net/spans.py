"""System.TimeSpan, System.DateTimeOffset and System.TimeZoneInfo as declared types."""

from __future__ import annotations

import math
from collections.abc import Sequence

from winsim.interpreter.net.cultures import is_invariant
from winsim.interpreter.net.date_format import format_offset, format_span
from winsim.interpreter.net.date_parse import parse_offset, parse_span
from winsim.interpreter.net.dates import (
    PROVIDER,
    STYLES,
    UNITS,
    attempt,
    day_of_week,
    guarded,
    styles_of,
    today,
    utc_now,
)
from winsim.interpreter.net.datetimes import TICKS_PER_MILLISECOND, DateTime, DateTimeOffset, TimeSpan
from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.net.span_exact import parse_span_exact
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import EnumValue, Int64, NetObject


def convert_span(value: object) -> object:
    if isinstance(value, TimeSpan):
        return value
    if isinstance(value, str):
        return guarded(lambda: parse_span(str(value)))
    if isinstance(value, int) and not isinstance(value, bool | EnumValue):
        return TimeSpan(int(value))
    if isinstance(value, float):
        return TimeSpan(int(value))
    raise TypeError("Cannot convert the value to System.TimeSpan.")


SPAN = TypeDef(
    "System.TimeSpan",
    python=(TimeSpan,),
    accelerators=("timespan",),
    base="System.ValueType",
    value_type=True,
    interfaces=("System.IComparable", "System.IFormattable"),
    convert=convert_span,
    to_text=str,
    format=lambda value, spec: str(guarded(lambda: format_span(value, spec))),
)


@SPAN.constructor("System.Int64")
def of_ticks(ticks: int) -> TimeSpan:
    return TimeSpan(ticks)


@SPAN.constructor("System.Int32", "System.Int32", "System.Int32")
def of_time(hours: int, minutes: int, seconds: int) -> TimeSpan:
    return TimeSpan.of(0, hours, minutes, seconds)


@SPAN.constructor("System.Int32", "System.Int32", "System.Int32", "System.Int32", "System.Int32", optional=1)
def of_days(days: int, hours: int, minutes: int, seconds: int, milliseconds: int = 0) -> TimeSpan:
    return TimeSpan.of(days, hours, minutes, seconds, milliseconds)


for _name, _ticks in (("Zero", 0), ("MaxValue", 2**63 - 1), ("MinValue", -(2**63))):

    @SPAN.static_property(_name)
    def constant(ticks: int = _ticks) -> TimeSpan:
        return TimeSpan(ticks)


for _name, _unit in UNITS.items():

    @SPAN.static_property(f"TicksPer{_name[:-1]}")
    def per_unit(unit: int = _unit) -> Int64:
        return Int64(unit)

    @SPAN.static_method(f"From{_name}", "System.Double")
    def from_units(amount: float, unit: int = _unit) -> object:
        if math.isnan(amount):
            raise NetError("System.ArgumentException", "TimeSpan does not accept floating point Not-a-Number values.")
        return guarded(lambda: TimeSpan.from_units(amount, unit))


@SPAN.static_method("FromTicks", "System.Int64")
def from_ticks(ticks: int) -> TimeSpan:
    return TimeSpan(ticks)


@SPAN.static_method("Parse", "System.String", PROVIDER, optional=1)
def parse(text: str, provider: object = None) -> object:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: s")
    return guarded(lambda: parse_span(text))


@SPAN.static_method("TryParse", "System.String", "ref System.TimeSpan")
def try_parse(text: str, result: object) -> bool:
    try:
        set_reference(result, parse(text))
    except NetError:
        set_reference(result, TimeSpan(0))
        return False
    return True


@SPAN.static_method("TryParse", "System.String", PROVIDER, "ref System.TimeSpan")
def try_parse_with(text: str, provider: object, result: object) -> bool:
    return try_parse(text, result)


@SPAN.static_method("ParseExact", "System.String", "System.String", PROVIDER)
def parse_one(text: str, form: str, provider: object) -> object:
    return guarded(lambda: parse_span_exact(text, [form]))


@SPAN.static_method("ParseExact", "System.String", "System.String[]", PROVIDER)
def parse_many(text: str, forms: Sequence[str], provider: object) -> object:
    return guarded(lambda: parse_span_exact(text, forms))


@SPAN.static_method("Compare", "System.TimeSpan", "System.TimeSpan")
def compare(a: TimeSpan, b: TimeSpan) -> int:
    return (a > b) - (a < b)


@SPAN.property("Ticks")
def ticks(this: TimeSpan) -> Int64:
    return Int64(this.ticks)


MODULI = {"Days": None, "Hours": 24, "Milliseconds": 1000, "Minutes": 60, "Seconds": 60}


def _parts() -> None:
    for name, modulus in MODULI.items():

        @SPAN.property(name)
        def part(this: TimeSpan, unit: int = UNITS[name], modulus: int | None = modulus) -> int:
            return this.part(unit, modulus)

    for name in MODULI:

        @SPAN.property(f"Total{name}")
        def total(this: TimeSpan, unit: int = UNITS[name]) -> float:
            return this.total(unit)


_parts()


@SPAN.method("Add", "System.TimeSpan")
def add(this: TimeSpan, other: TimeSpan) -> object:
    return guarded(lambda: TimeSpan(this.ticks + other.ticks))


@SPAN.method("Subtract", "System.TimeSpan")
def subtract(this: TimeSpan, other: TimeSpan) -> object:
    return guarded(lambda: TimeSpan(this.ticks - other.ticks))


@SPAN.method("Negate")
def negate(this: TimeSpan) -> TimeSpan:
    return TimeSpan(-this.ticks)


@SPAN.method("Duration")
def duration(this: TimeSpan) -> TimeSpan:
    return TimeSpan(abs(this.ticks))


@SPAN.method("CompareTo", "System.TimeSpan")
def compare_to(this: TimeSpan, other: TimeSpan) -> int:
    return (this > other) - (this < other)


@SPAN.method("ToString")
def to_string(this: TimeSpan) -> str:
    return str(this)


@SPAN.method("ToString", "System.String", PROVIDER, optional=1)
def to_format(this: TimeSpan, spec: str, provider: object = None) -> str:
    return str(guarded(lambda: format_span(this, spec or "")))


def offset_text(value: DateTimeOffset, spec: str = "", invariant: bool = False) -> str:
    return str(guarded(lambda: format_offset(value, spec, invariant=invariant)))


def convert_offset(value: object) -> object:
    if isinstance(value, DateTimeOffset):
        return value
    if isinstance(value, DateTime):
        return DateTimeOffset(value, TimeSpan(0))
    if isinstance(value, str):
        return guarded(lambda: parse_offset(str(value), today=today()))
    raise TypeError("Cannot convert the value to System.DateTimeOffset.")


OFFSET = TypeDef(
    "System.DateTimeOffset",
    python=(DateTimeOffset,),
    base="System.ValueType",
    value_type=True,
    convert=convert_offset,
    interfaces=("System.IComparable", "System.IFormattable"),
    to_text=lambda value: offset_text(value, invariant=True),
    format=offset_text,
)


@OFFSET.constructor("System.DateTime", "System.TimeSpan", optional=1)
def make_offset(moment: DateTime, offset: TimeSpan | None = None) -> DateTimeOffset:
    return DateTimeOffset(moment, offset or TimeSpan(0))


@OFFSET.constructor(*["System.Int32"] * 6, "System.TimeSpan")
def make_offset_parts(y: int, mo: int, d: int, h: int, mi: int, s: int, offset: TimeSpan) -> object:
    return guarded(lambda: DateTimeOffset(DateTime.of(y, mo, d, h, mi, s), offset))


@OFFSET.static_method("Parse", "System.String", PROVIDER, STYLES, optional=2)
def parse_offset_text(text: str, provider: object = None, styles: EnumValue | None = None) -> object:
    return guarded(lambda: parse_offset(text, styles=styles_of(styles), today=today()))


@OFFSET.static_method("TryParse", "System.String", "ref System.DateTimeOffset")
def try_parse_offset(text: str, result: object) -> bool:
    return attempt(lambda: parse_offset_text(text), result)


for _name in ("Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond", "DayOfYear"):

    @OFFSET.property(_name)
    def offset_part(this: DateTimeOffset, name: str = _name) -> object:
        value: object = getattr(this.moment, "day_of_year" if name == "DayOfYear" else name.lower())
        return value


@OFFSET.property("DateTime")
def offset_date_time(this: DateTimeOffset) -> DateTime:
    return this.moment


@OFFSET.property("UtcDateTime")
def offset_utc(this: DateTimeOffset) -> DateTime:
    return this.utc()


@OFFSET.property("LocalDateTime")
def offset_local(this: DateTimeOffset) -> DateTime:
    return this.utc().with_kind("Local")


@OFFSET.property("Date")
def offset_date(this: DateTimeOffset) -> DateTime:
    return this.moment.date()


@OFFSET.property("Offset")
def offset_offset(this: DateTimeOffset) -> TimeSpan:
    return this.offset


@OFFSET.property("Ticks")
def offset_ticks(this: DateTimeOffset) -> Int64:
    return Int64(this.moment.ticks)


@OFFSET.property("UtcTicks")
def offset_utc_ticks(this: DateTimeOffset) -> Int64:
    return Int64(this.utc().ticks)


@OFFSET.method("ToUniversalTime")
def offset_to_universal(this: DateTimeOffset) -> DateTimeOffset:
    return DateTimeOffset(this.utc(), TimeSpan(0))


@OFFSET.method("ToOffset", "System.TimeSpan")
def to_offset(this: DateTimeOffset, offset: TimeSpan) -> DateTimeOffset:
    return DateTimeOffset(this.utc().add_ticks(offset.ticks), offset)


@OFFSET.method("ToString")
def offset_to_string(this: DateTimeOffset) -> str:
    return offset_text(this)


@OFFSET.method("ToString", "System.String", PROVIDER, optional=1)
def offset_to_format(this: DateTimeOffset, spec: str, provider: object = None) -> str:
    return offset_text(this, spec or "", provider is not None and is_invariant(provider))


@OFFSET.property("DayOfWeek")
def offset_day_of_week(this: DateTimeOffset) -> EnumValue:
    return day_of_week(this.moment)


@OFFSET.property("TimeOfDay")
def offset_time_of_day(this: DateTimeOffset) -> TimeSpan:
    return TimeSpan(this.moment.ticks - this.moment.date().ticks)


@OFFSET.static_property("Now")
@OFFSET.static_property("UtcNow")
def offset_now() -> DateTimeOffset:
    return DateTimeOffset(utc_now().with_kind("Unspecified"), TimeSpan(0))


@OFFSET.method("AddMonths", "System.Int32")
def offset_add_months(this: DateTimeOffset, months: int) -> object:
    return guarded(lambda: DateTimeOffset(this.moment.add_months(months), this.offset))


@OFFSET.method("AddYears", "System.Int32")
def offset_add_years(this: DateTimeOffset, years: int) -> object:
    return guarded(lambda: DateTimeOffset(this.moment.add_months(12 * years), this.offset))


@OFFSET.method("Add", "System.TimeSpan")
def offset_add(this: DateTimeOffset, span: TimeSpan) -> object:
    return guarded(lambda: DateTimeOffset(this.moment.add_ticks(span.ticks), this.offset))


@OFFSET.method("Subtract", "System.TimeSpan")
def offset_subtract_span(this: DateTimeOffset, span: TimeSpan) -> object:
    return guarded(lambda: DateTimeOffset(this.moment.add_ticks(-span.ticks), this.offset))


@OFFSET.method("Subtract", "System.DateTimeOffset")
def offset_subtract(this: DateTimeOffset, other: DateTimeOffset) -> TimeSpan:
    return TimeSpan(this.utc().ticks - other.utc().ticks)


def _offset_adders() -> None:
    for name, unit in UNITS.items():

        @OFFSET.method(f"Add{name}", "System.Double")
        def add_units(this: DateTimeOffset, amount: float, unit: int = unit) -> object:
            return guarded(lambda: DateTimeOffset(this.moment.add_units(amount, unit), this.offset))


_offset_adders()


class TimeZone(NetObject):
    """A time zone without daylight saving."""

    type_names = ("System.TimeZoneInfo", "System.Object")

    def __init__(self, id: str, display_name: str, standard_name: str, minutes: int) -> None:
        self.id = id
        self.display_name = display_name
        self.standard_name = standard_name
        self.daylight_name = standard_name
        self.base_utc_offset = TimeSpan(minutes * 60_000 * TICKS_PER_MILLISECOND)
        self.supports_daylight_saving_time = False

    def __str__(self) -> str:
        return self.display_name


UTC = TimeZone("UTC", "(UTC) Coordinated Universal Time", "Coordinated Universal Time", 0)
ZONE = TypeDef("System.TimeZoneInfo", python=(TimeZone,), to_text=str)
ZONE.attribute("Id", "DisplayName", "StandardName", "DaylightName", "BaseUtcOffset", "SupportsDaylightSavingTime")


@ZONE.static_property("Utc")
def utc_zone() -> TimeZone:
    return UTC


@ZONE.static_property("Local")
def local_zone() -> TimeZone:
    return UTC


@ZONE.static_method("FindSystemTimeZoneById", "System.String")
def find_zone(id: str) -> TimeZone:
    if id.lower() != "utc":
        from winsim.interpreter.command import NotBuilt

        raise NotBuilt(f"the time zone {id}")
    return UTC


@ZONE.static_method("ConvertTimeToUtc", "System.DateTime")
def convert_to_utc(value: DateTime) -> DateTime:
    return value.with_kind("Utc")


TYPES = (SPAN, OFFSET, ZONE)
