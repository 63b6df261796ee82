"""System.DateTime as a declared type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.ambient import running_session
from winsim.interpreter.net.cultures import is_invariant
from winsim.interpreter.net.date_format import DateFormatError, format_date
from winsim.interpreter.net.date_parse import DateParseError, Styles, parse_date, parse_exact
from winsim.interpreter.net.datetimes import (
    FILE_TIME_OFFSET,
    KINDS,
    MAX_TICKS,
    TICKS_PER_DAY,
    TICKS_PER_HOUR,
    TICKS_PER_MILLISECOND,
    TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
    DateRangeError,
    DateTime,
    TimeSpan,
)
from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import EnumValue, Int64

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

PROVIDER = "System.IFormatProvider"
STYLES = "System.Globalization.DateTimeStyles"
UTC_OFFSET = TimeSpan(0)  # the machines of the lab keep UTC
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def guarded(call: Callable[[], object]) -> object:
    """Runs it, with the errors of dates as .NET's."""
    try:
        return call()
    except DateParseError as problem:
        raise NetError("System.FormatException", str(problem)) from None
    except DateRangeError as problem:
        raise NetError("System.ArgumentOutOfRangeException", str(problem)) from None
    except DateFormatError as problem:
        raise NetError("System.FormatException", str(problem)) from None


def today() -> DateTime:
    """The day that a time without date means; parsing knows no session, so it is the controller's day in UTC."""
    from datetime import UTC, datetime

    return DateTime.from_python(datetime.now(UTC), "Local").date()


def now_of(session: Session, kind: str = "Local") -> DateTime:
    moment = DateTime.from_python(session.world.clock.now())
    return moment.with_kind("Utc" if kind == "Utc" else "Local")


def text_of(value: DateTime, spec: str = "", *, invariant: bool = False) -> str:
    made = guarded(
        lambda: format_date(value, spec, invariant=invariant, offset=UTC_OFFSET if value.kind == "Local" else None)
    )
    return str(made)


def convert_date(value: object) -> object:
    if isinstance(value, DateTime):
        return value
    if isinstance(value, str):
        return guarded(lambda: parse_date(str(value), today=today()))
    if isinstance(value, int | float) and not isinstance(value, bool | EnumValue):
        return guarded(lambda: DateTime(int(value)))
    if getattr(value, "moment", None) is not None and hasattr(value, "utc"):
        raise TypeError("Cannot convert the value to System.DateTime.")
    raise TypeError("Cannot convert the value to System.DateTime.")


DATE = TypeDef(
    "System.DateTime",
    python=(DateTime,),
    accelerators=("datetime",),
    base="System.ValueType",
    value_type=True,
    interfaces=("System.IComparable", "System.IFormattable", "System.IConvertible"),
    convert=convert_date,
    to_text=lambda value: text_of(value, "G", invariant=True),
    format=lambda value, spec: text_of(value, spec or "G"),
)


def kind_value(name: str) -> EnumValue:
    return EnumValue("System.DateTimeKind", name, {"Unspecified": 0, "Utc": 1, "Local": 2}[name])


@DATE.constructor("System.Int64")
def of_ticks(ticks: int) -> DateTime:
    return guarded(lambda: DateTime(ticks))  # type: ignore[return-value]


@DATE.constructor("System.Int64", "System.DateTimeKind")
def of_ticks_kind(ticks: int, kind: EnumValue) -> DateTime:
    return DateTime(ticks, KINDS[int(kind)])


@DATE.constructor("System.Int32", "System.Int32", "System.Int32")
def of_day(year: int, month: int, day: int) -> DateTime:
    return guarded(lambda: DateTime.of(year, month, day))  # type: ignore[return-value]


@DATE.constructor(*["System.Int32"] * 6)
def of_time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> DateTime:
    return guarded(lambda: DateTime.of(year, month, day, hour, minute, second))  # type: ignore[return-value]


@DATE.constructor(*["System.Int32"] * 6, "System.DateTimeKind")
def of_time_kind(year: int, month: int, day: int, hour: int, minute: int, second: int, kind: EnumValue) -> DateTime:
    return of_time(year, month, day, hour, minute, second).with_kind(KINDS[int(kind)])


@DATE.constructor(*["System.Int32"] * 7)
def of_millisecond(y: int, mo: int, d: int, h: int, mi: int, s: int, ms: int) -> DateTime:
    return guarded(lambda: DateTime.of(y, mo, d, h, mi, s, ms))  # type: ignore[return-value]


@DATE.constructor(*["System.Int32"] * 7, "System.DateTimeKind")
def of_millisecond_kind(y: int, mo: int, d: int, h: int, mi: int, s: int, ms: int, kind: EnumValue) -> DateTime:
    return of_millisecond(y, mo, d, h, mi, s, ms).with_kind(KINDS[int(kind)])


@DATE.static_property("MinValue")
def min_value() -> DateTime:
    return DateTime(0)


@DATE.static_property("MaxValue")
def max_value() -> DateTime:
    return DateTime(MAX_TICKS)


@DATE.static_property("Now")
def now() -> DateTime:
    return now_of(running_session())


@DATE.static_property("UtcNow")
def utc_now() -> DateTime:
    return now_of(running_session(), "Utc")


@DATE.static_property("Today")
def this_day() -> DateTime:
    return now_of(running_session()).date()


@DATE.static_method("IsLeapYear", "System.Int32")
def is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@DATE.static_method("DaysInMonth", "System.Int32", "System.Int32")
def days_in_month(year: int, month: int) -> int:
    import calendar

    if not (1 <= month <= 12 and 1 <= year <= 9999):
        raise NetError(
            "System.ArgumentOutOfRangeException", "Month must be between one and twelve.\r\nParameter name: month"
        )
    return calendar.monthrange(year, month)[1]


@DATE.static_method("SpecifyKind", "System.DateTime", "System.DateTimeKind")
def specify_kind(value: DateTime, kind: EnumValue) -> DateTime:
    return value.with_kind(KINDS[int(kind)])


@DATE.static_method("Compare", "System.DateTime", "System.DateTime")
def compare(a: DateTime, b: DateTime) -> int:
    return (a > b) - (a < b)


def styles_of(styles: EnumValue | None) -> Styles:
    return Styles.of(styles.name.split(",")) if styles is not None else Styles()


@DATE.static_method("Parse", "System.String", PROVIDER, STYLES, optional=2)
def parse(text: str, provider: object = None, styles: EnumValue | None = None) -> object:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: s")
    return guarded(lambda: parse_date(text, styles=styles_of(styles), today=today()))


def exact(text: str, formats: Sequence[str], provider: object, styles: EnumValue | None) -> object:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: s")
    for index, form in enumerate(formats):
        try:
            return parse_exact(
                text,
                form,
                styles=styles_of(styles),
                today=today(),
                invariant=provider is not None and is_invariant(provider),
            )
        except DateParseError as problem:
            if index == len(formats) - 1:
                raise NetError("System.FormatException", str(problem)) from None
        except DateFormatError as problem:
            raise NetError("System.FormatException", str(problem)) from None
    raise NetError("System.FormatException", "String was not recognized as a valid DateTime.")


@DATE.static_method("ParseExact", "System.String", "System.String", PROVIDER, STYLES, optional=1)
def parse_one(text: str, form: str, provider: object, styles: EnumValue | None = None) -> object:
    return exact(text, [form], provider, styles)


@DATE.static_method("ParseExact", "System.String", "System.String[]", PROVIDER, STYLES)
def parse_many(text: str, forms: Sequence[str], provider: object, styles: EnumValue) -> object:
    return exact(text, forms, provider, styles)


def attempt(read: Callable[[], object], result: object) -> bool:
    try:
        set_reference(result, read())
    except NetError:
        set_reference(result, DateTime(0))
        return False
    return True


@DATE.static_method("TryParse", "System.String", "ref System.DateTime")
def try_parse(text: str, result: object) -> bool:
    return attempt(lambda: parse(text), result)


@DATE.static_method("TryParse", "System.String", PROVIDER, STYLES, "ref System.DateTime")
def try_parse_styled(text: str, provider: object, styles: EnumValue, result: object) -> bool:
    return attempt(lambda: parse(text, provider, styles), result)


@DATE.static_method("TryParseExact", "System.String", "System.String", PROVIDER, STYLES, "ref System.DateTime")
def try_parse_one(text: str, form: str, provider: object, styles: EnumValue, result: object) -> bool:
    return attempt(lambda: exact(text, [form], provider, styles), result)


@DATE.static_method("TryParseExact", "System.String", "System.String[]", PROVIDER, STYLES, "ref System.DateTime")
def try_parse_many(text: str, forms: Sequence[str], provider: object, styles: EnumValue, result: object) -> bool:
    return attempt(lambda: exact(text, forms, provider, styles), result)


@DATE.static_method("FromFileTime", "System.Int64")
def from_file_time(ticks: int) -> DateTime:
    return DateTime(ticks + FILE_TIME_OFFSET, "Local")


@DATE.static_method("FromFileTimeUtc", "System.Int64")
def from_file_time_utc(ticks: int) -> DateTime:
    return DateTime(ticks + FILE_TIME_OFFSET, "Utc")


@DATE.static_method("FromBinary", "System.Int64")
def from_binary(data: int) -> DateTime:
    return DateTime(data & 0x3FFFFFFFFFFFFFFF, KINDS[min(data >> 62 & 3, 2)])


# Date comes first, as the adapter lists the properties.
@DATE.property("Date")
def date(this: DateTime) -> DateTime:
    return this.date()


for _name in ("Day", "DayOfYear", "Hour", "Millisecond", "Minute", "Month", "Second", "Year"):
    DATE.attribute(_name)


@DATE.property("DayOfWeek")
def day_of_week(this: DateTime) -> EnumValue:
    return EnumValue("System.DayOfWeek", DAY_NAMES[this.day_of_week], this.day_of_week)


@DATE.property("Kind")
def kind(this: DateTime) -> EnumValue:
    return kind_value(this.kind)


@DATE.property("Ticks")
def ticks(this: DateTime) -> Int64:
    return Int64(this.ticks)


@DATE.property("TimeOfDay")
def time_of_day(this: DateTime) -> TimeSpan:
    return TimeSpan(this.ticks % TICKS_PER_DAY)


@DATE.property("DateTime")
def date_time(this: DateTime) -> str:
    """What PowerShell's type table adds."""
    return f"{text_of(this, 'D')} {text_of(this, 'T')}"


UNITS = {
    "Days": TICKS_PER_DAY,
    "Hours": TICKS_PER_HOUR,
    "Minutes": TICKS_PER_MINUTE,
    "Seconds": TICKS_PER_SECOND,
    "Milliseconds": TICKS_PER_MILLISECOND,
}


def _adders() -> None:
    for name, unit in UNITS.items():

        @DATE.method(f"Add{name}", "System.Double")
        def add(this: DateTime, amount: float, unit: int = unit) -> object:
            return guarded(lambda: this.add_units(amount, unit))


_adders()


@DATE.method("AddTicks", "System.Int64")
def add_ticks(this: DateTime, amount: int) -> object:
    return guarded(lambda: this.add_ticks(amount))


@DATE.method("AddMonths", "System.Int32")
def add_months(this: DateTime, months: int) -> object:
    return guarded(lambda: this.add_months(months))


@DATE.method("AddYears", "System.Int32")
def add_years(this: DateTime, years: int) -> object:
    return guarded(lambda: this.add_months(years * 12))


@DATE.method("Add", "System.TimeSpan")
def add_span(this: DateTime, span: TimeSpan) -> object:
    return guarded(lambda: this.add_ticks(span.ticks))


@DATE.method("Subtract", "System.DateTime")
def subtract_date(this: DateTime, other: DateTime) -> TimeSpan:
    return TimeSpan(this.ticks - other.ticks)


@DATE.method("Subtract", "System.TimeSpan")
def subtract_span(this: DateTime, span: TimeSpan) -> object:
    return guarded(lambda: this.add_ticks(-span.ticks))


@DATE.method("ToUniversalTime")
def to_universal(this: DateTime) -> DateTime:
    return this.with_kind("Utc")


@DATE.method("ToLocalTime")
def to_local(this: DateTime) -> DateTime:
    return this.with_kind("Local")


@DATE.method("IsDaylightSavingTime")
def is_daylight_saving(this: DateTime) -> bool:
    return False


@DATE.method("ToFileTime")
def to_file_time(this: DateTime) -> Int64:
    return Int64(this.ticks - FILE_TIME_OFFSET)


@DATE.method("ToFileTimeUtc")
def to_file_time_utc(this: DateTime) -> Int64:
    return Int64(this.ticks - FILE_TIME_OFFSET)


@DATE.method("ToBinary")
def to_binary(this: DateTime) -> Int64:
    value = this.ticks | KINDS.index(this.kind) << 62
    return Int64(value - (1 << 64) if value >= 1 << 63 else value)


@DATE.method("ToOADate")
def to_oa_date(this: DateTime) -> float:
    return (this.ticks - DateTime.of(1899, 12, 30).ticks) / TICKS_PER_DAY


@DATE.method("CompareTo", "System.DateTime")
def compare_to(this: DateTime, other: DateTime) -> int:
    return (this > other) - (this < other)


@DATE.method("GetHashCode")
def hash_code(this: DateTime) -> int:
    value = (this.ticks ^ this.ticks >> 32) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


@DATE.method("ToString")
def to_string(this: DateTime) -> str:
    return text_of(this, "G")


@DATE.method("ToString", "System.String", PROVIDER, optional=1)
def to_format(this: DateTime, spec: str, provider: object = None) -> str:
    return text_of(this, spec or "G", invariant=provider is not None and is_invariant(provider))


@DATE.method("ToString", PROVIDER)
def to_provider(this: DateTime, provider: object) -> str:
    return text_of(this, "G", invariant=is_invariant(provider))


for _method, _spec in (
    ("ToShortDateString", "d"),
    ("ToLongDateString", "D"),
    ("ToShortTimeString", "t"),
    ("ToLongTimeString", "T"),
):

    @DATE.method(_method)
    def to_standard(this: DateTime, spec: str = _spec) -> str:
        return text_of(this, spec)


TYPES = (DATE,)
