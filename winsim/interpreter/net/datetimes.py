"""System.DateTime, System.DateTimeOffset and System.TimeSpan as Python values: counts of 100 ns ticks."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import total_ordering
from typing import Final, Literal

from winsim.interpreter.values import NetObject

TICKS_PER_MILLISECOND: Final = 10_000
TICKS_PER_SECOND: Final = 10_000_000
TICKS_PER_MINUTE: Final = 600_000_000
TICKS_PER_HOUR: Final = 36_000_000_000
TICKS_PER_DAY: Final = 864_000_000_000
MAX_TICKS: Final = 3_155_378_975_999_999_999
SPAN_LIMIT: Final = 2**63
EPOCH: Final = dt.date(1, 1, 1).toordinal()
FILE_TIME_OFFSET: Final = 504_911_232_000_000_000

Kind = Literal["Unspecified", "Utc", "Local"]
KINDS: Final[tuple[Kind, ...]] = ("Unspecified", "Utc", "Local")


class DateRangeError(ValueError):
    """A date or interval outside what the type can hold (ArgumentOutOfRangeException)."""


def cut(value: int, unit: int) -> int:
    """Integer division towards zero, as .NET does it."""
    return value // unit if value >= 0 else -(-value // unit)


@total_ordering
class TimeSpan(NetObject):
    type_names = ("System.TimeSpan", "System.ValueType", "System.Object")
    __slots__ = ("ticks",)

    def __init__(self, ticks: int) -> None:
        if not -SPAN_LIMIT <= ticks < SPAN_LIMIT:
            raise DateRangeError("TimeSpan overflowed because the duration is too long.")
        self.ticks = ticks

    @classmethod
    def of(cls, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0, milliseconds: int = 0) -> TimeSpan:
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return cls(total * TICKS_PER_SECOND + milliseconds * TICKS_PER_MILLISECOND)

    @classmethod
    def from_units(cls, value: float, unit: int) -> TimeSpan:
        """``FromDays(value)`` and the like: .NET Framework rounds to whole milliseconds."""
        milliseconds = value * (unit // TICKS_PER_MILLISECOND)
        return cls(int(milliseconds + (0.5 if value >= 0 else -0.5)) * TICKS_PER_MILLISECOND)

    def part(self, unit: int, modulus: int | None = None) -> int:
        whole = cut(self.ticks, unit)
        if modulus is None:
            return whole
        return whole % modulus if whole >= 0 else -(-whole % modulus)

    def total(self, unit: int) -> float:
        return self.ticks / unit

    def __add__(self, other: object) -> TimeSpan:
        return TimeSpan(self.ticks + other.ticks) if isinstance(other, TimeSpan) else NotImplemented

    def __sub__(self, other: object) -> TimeSpan:
        return TimeSpan(self.ticks - other.ticks) if isinstance(other, TimeSpan) else NotImplemented

    def __neg__(self) -> TimeSpan:
        return TimeSpan(-self.ticks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeSpan) and self.ticks == other.ticks

    def __lt__(self, other: TimeSpan) -> bool:
        return self.ticks < other.ticks

    def __hash__(self) -> int:
        return hash(("TimeSpan", self.ticks))

    def __str__(self) -> str:
        sign = "-" if self.ticks < 0 else ""
        rest = abs(self.ticks)
        days, rest = divmod(rest, TICKS_PER_DAY)
        hours, rest = divmod(rest, TICKS_PER_HOUR)
        minutes, rest = divmod(rest, TICKS_PER_MINUTE)
        seconds, fraction = divmod(rest, TICKS_PER_SECOND)
        text = f"{hours:02d}:{minutes:02d}:{seconds:02d}"
        if days:
            text = f"{days}.{text}"
        return f"{sign}{text}.{fraction:07d}" if fraction else sign + text


@total_ordering
class DateTime(NetObject):
    """A point in time; comparing and subtracting look at the ticks only, as .NET does."""

    type_names = ("System.DateTime", "System.ValueType", "System.Object")
    __slots__ = ("kind", "ticks")

    def __init__(self, ticks: int, kind: Kind = "Unspecified") -> None:
        if not 0 <= ticks <= MAX_TICKS:
            raise DateRangeError("The added or subtracted value results in an un-representable DateTime.")
        self.ticks = ticks
        self.kind = kind

    @classmethod
    def of(
        cls,
        year: int,
        month: int,
        day: int,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        millisecond: int = 0,
        kind: Kind = "Unspecified",
    ) -> DateTime:
        try:
            days = dt.date(year, month, day).toordinal() - EPOCH
        except ValueError:
            raise DateRangeError("Year, Month, and Day parameters describe an un-representable DateTime.") from None
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= millisecond < 1000):
            raise DateRangeError("Hour, Minute, and Second parameters describe an un-representable DateTime.")
        time = (hour * 60 + minute) * 60 + second
        return cls(days * TICKS_PER_DAY + time * TICKS_PER_SECOND + millisecond * TICKS_PER_MILLISECOND, kind)

    @classmethod
    def from_python(cls, moment: dt.datetime, kind: Kind | None = None) -> DateTime:
        """From a Python datetime; an aware one is taken as UTC unless ``kind`` says otherwise."""
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC)
            kind = kind or "Utc"
        whole = cls.of(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
        return cls(whole.ticks + moment.microsecond * 10, kind or "Unspecified")

    def to_python(self) -> dt.datetime:
        """The naive datetime, to the microsecond."""
        return dt.datetime.combine(self.python_date(), dt.time()) + dt.timedelta(
            microseconds=self.ticks % TICKS_PER_DAY // 10
        )

    def python_date(self) -> dt.date:
        return dt.date.fromordinal(self.ticks // TICKS_PER_DAY + EPOCH)

    @property
    def year(self) -> int:
        return self.python_date().year

    @property
    def month(self) -> int:
        return self.python_date().month

    @property
    def day(self) -> int:
        return self.python_date().day

    @property
    def hour(self) -> int:
        return self.ticks // TICKS_PER_HOUR % 24

    @property
    def minute(self) -> int:
        return self.ticks // TICKS_PER_MINUTE % 60

    @property
    def second(self) -> int:
        return self.ticks // TICKS_PER_SECOND % 60

    @property
    def millisecond(self) -> int:
        return self.ticks // TICKS_PER_MILLISECOND % 1000

    @property
    def fraction(self) -> int:
        """Ticks within the second."""
        return self.ticks % TICKS_PER_SECOND

    @property
    def day_of_week(self) -> int:
        """0 is Sunday."""
        return self.python_date().isoweekday() % 7

    @property
    def day_of_year(self) -> int:
        return self.python_date().timetuple().tm_yday

    def add_ticks(self, ticks: int) -> DateTime:
        return DateTime(self.ticks + ticks, self.kind)

    def add_units(self, value: float, unit: int) -> DateTime:
        """``AddDays(value)`` and the like, rounded to the millisecond."""
        milliseconds = value * (unit // TICKS_PER_MILLISECOND)
        return self.add_ticks(int(milliseconds + (0.5 if value >= 0 else -0.5)) * TICKS_PER_MILLISECOND)

    def add_months(self, months: int) -> DateTime:
        date = self.python_date()
        index = date.year * 12 + date.month - 1 + months
        year, month = index // 12, index % 12 + 1
        if not 1 <= year <= 9999:
            raise DateRangeError("The added or subtracted value results in an un-representable DateTime.")
        day = min(date.day, calendar.monthrange(year, month)[1])
        return DateTime(DateTime.of(year, month, day).ticks + self.ticks % TICKS_PER_DAY, self.kind)

    def with_kind(self, kind: Kind) -> DateTime:
        return DateTime(self.ticks, kind)

    def date(self) -> DateTime:
        return DateTime(self.ticks - self.ticks % TICKS_PER_DAY, self.kind)

    def __add__(self, other: object) -> DateTime:
        return self.add_ticks(other.ticks) if isinstance(other, TimeSpan) else NotImplemented

    def __sub__(self, other: object) -> DateTime | TimeSpan:
        if isinstance(other, DateTime):
            return TimeSpan(self.ticks - other.ticks)
        return self.add_ticks(-other.ticks) if isinstance(other, TimeSpan) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and self.ticks == other.ticks

    def __lt__(self, other: DateTime) -> bool:
        return self.ticks < other.ticks

    def __hash__(self) -> int:
        return hash(("DateTime", self.ticks))


@total_ordering
class DateTimeOffset(NetObject):
    type_names = ("System.DateTimeOffset", "System.ValueType", "System.Object")
    __slots__ = ("moment", "offset")

    def __init__(self, moment: DateTime, offset: TimeSpan) -> None:
        self.moment = moment.with_kind("Unspecified")
        self.offset = offset

    def utc(self) -> DateTime:
        return DateTime(self.moment.ticks - self.offset.ticks, "Utc")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTimeOffset) and self.utc() == other.utc()

    def __lt__(self, other: DateTimeOffset) -> bool:
        return self.utc() < other.utc()

    def __hash__(self) -> int:
        return hash(("DateTimeOffset", self.utc().ticks))
