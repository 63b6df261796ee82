"""System.Math, System.Random and System.BitConverter."""

from __future__ import annotations

import math
import random
import struct
from decimal import Decimal

from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.net.numbers import INTEGERS, ceiling, floor, quantize, truncate
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import (
    AUTOMATION_NULL,
    Array,
    Byte,
    Char,
    EnumValue,
    Int16,
    Int64,
    NetObject,
    Single,
    UInt16,
    UInt32,
    UInt64,
)

MATH = TypeDef("System.Math")
NUMBERS = ("Int32", "Int64", "Double", "Decimal", "Byte", "SByte", "Int16", "UInt16", "UInt32", "UInt64", "Single")


def _per_type() -> None:
    for name in NUMBERS:
        kind = f"System.{name}"

        @MATH.static_method("Max", kind, kind)
        def largest(a: float, b: float) -> float:
            return a if a >= b or math.isnan(a) else b

        @MATH.static_method("Min", kind, kind)
        def smallest(a: float, b: float) -> float:
            return a if a <= b or math.isnan(a) else b

        if name.startswith("U") or name == "Byte":
            continue

        @MATH.static_method("Abs", kind)
        def absolute(value: int, name: str = name) -> object:
            if name in INTEGERS and value == INTEGERS[name][1]:
                raise NetError(
                    "System.OverflowException", "Negating the minimum value of a twos complement number is invalid."
                )
            return type(value)(abs(value))

        @MATH.static_method("Sign", kind)
        def sign(value: float) -> int:
            return (value > 0) - (value < 0)


_per_type()


@MATH.static_method("Floor", "System.Double")
def floor_double(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


@MATH.static_method("Floor", "System.Decimal")
def floor_decimal(value: Decimal) -> Decimal:
    return floor(value)


@MATH.static_method("Ceiling", "System.Double")
def ceiling_double(value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


@MATH.static_method("Ceiling", "System.Decimal")
def ceiling_decimal(value: Decimal) -> Decimal:
    return ceiling(value)


@MATH.static_method("Truncate", "System.Double")
def truncate_double(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


@MATH.static_method("Truncate", "System.Decimal")
def truncate_decimal(value: Decimal) -> Decimal:
    return truncate(value)


def round_double(value: float, digits: int, away: bool) -> float:
    if not 0 <= digits <= 15:
        raise NetError(
            "System.ArgumentOutOfRangeException",
            "Rounding digits must be between 0 and 15, inclusive.\r\nParameter name: digits",
        )
    if not math.isfinite(value) or abs(value) >= 1e16:
        return value
    scaled = value * 10.0**digits
    whole = math.floor(abs(scaled) + 0.5) * (1 if scaled >= 0 else -1) if away else round(scaled)
    return whole / 10.0**digits


@MATH.static_method("Round", "System.Double", "System.Int32", optional=1)
def round_simple(value: float, digits: int = 0) -> float:
    return round_double(value, digits, False)


@MATH.static_method("Round", "System.Double", "System.MidpointRounding")
def round_mode(value: float, mode: EnumValue) -> float:
    return round_double(value, 0, mode.name == "AwayFromZero")


@MATH.static_method("Round", "System.Double", "System.Int32", "System.MidpointRounding")
def round_full(value: float, digits: int, mode: EnumValue) -> float:
    return round_double(value, digits, mode.name == "AwayFromZero")


@MATH.static_method("Round", "System.Decimal", "System.Int32", optional=1)
def round_decimal(value: Decimal, digits: int = 0) -> Decimal:
    return quantize(value, digits, "ROUND_HALF_EVEN")


@MATH.static_method("Round", "System.Decimal", "System.MidpointRounding")
def round_decimal_mode(value: Decimal, mode: EnumValue) -> Decimal:
    return quantize(value, 0, "ROUND_HALF_UP" if mode.name == "AwayFromZero" else "ROUND_HALF_EVEN")


@MATH.static_method("Round", "System.Decimal", "System.Int32", "System.MidpointRounding")
def round_decimal_full(value: Decimal, digits: int, mode: EnumValue) -> Decimal:
    return quantize(value, digits, "ROUND_HALF_UP" if mode.name == "AwayFromZero" else "ROUND_HALF_EVEN")


def safe(function: object, *arguments: float) -> float:
    """Python's domain and range errors are values in .NET."""
    assert callable(function)
    try:
        return float(function(*arguments))
    except ValueError:
        return float("nan")
    except OverflowError:
        return float("inf")


@MATH.static_method("Pow", "System.Double", "System.Double")
def power(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        return float("inf")
    return safe(math.pow, base, exponent)


@MATH.static_method("Sqrt", "System.Double")
def square_root(value: float) -> float:
    return safe(math.sqrt, value)


@MATH.static_method("Log", "System.Double", "System.Double", optional=1)
def logarithm(value: float, base: float | None = None) -> float:
    if value == 0:
        return float("-inf")
    return safe(math.log, value) if base is None else safe(math.log, value, base)


@MATH.static_method("Log10", "System.Double")
def logarithm_ten(value: float) -> float:
    return float("-inf") if value == 0 else safe(math.log10, value)


def _functions() -> None:
    for name in ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh", "Exp"):

        @MATH.static_method(name, "System.Double")
        def call(value: float, function: object = getattr(math, name.lower())) -> float:
            return safe(function, value)


_functions()


@MATH.static_method("Atan2", "System.Double", "System.Double")
def atan2(y: float, x: float) -> float:
    return math.atan2(y, x)


@MATH.static_method("IEEERemainder", "System.Double", "System.Double")
def remainder(x: float, y: float) -> float:
    return safe(math.remainder, x, y)


@MATH.static_method("BigMul", "System.Int32", "System.Int32")
def big_multiply(a: int, b: int) -> Int64:
    return Int64(a * b)


@MATH.static_method("DivRem", "System.Int32", "System.Int32", "ref System.Int32")
def divide(a: int, b: int, rest: object) -> int:
    if b == 0:
        raise NetError("System.DivideByZeroException", "Attempted to divide by zero.")
    quotient = math.trunc(Decimal(a) / b)
    set_reference(rest, a - quotient * b)
    return quotient


@MATH.static_method("DivRem", "System.Int64", "System.Int64", "ref System.Int64")
def divide_long(a: int, b: int, rest: object) -> Int64:
    if b == 0:
        raise NetError("System.DivideByZeroException", "Attempted to divide by zero.")
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    set_reference(rest, Int64(a - quotient * b))
    return Int64(quotient)


@MATH.static_property("PI")
def pi() -> float:
    return math.pi


@MATH.static_property("E")
def e() -> float:
    return math.e


class Random(NetObject):
    """Its own series: the same seed gives the same numbers here, not those of Windows."""

    type_names = ("System.Random", "System.Object")

    def __init__(self, seed: int | None = None) -> None:
        self.source = random.Random(seed)


RANDOM = TypeDef("System.Random", python=(Random,))


@RANDOM.constructor("System.Int32", optional=1)
def make_random(seed: int | None = None) -> Random:
    return Random(seed)


@RANDOM.method("Next")
def next_number(this: Random) -> int:
    return this.source.randrange(2**31 - 1)


@RANDOM.method("Next", "System.Int32")
def next_below(this: Random, limit: int) -> int:
    return this.source.randrange(limit) if limit > 0 else 0


@RANDOM.method("Next", "System.Int32", "System.Int32")
def next_between(this: Random, low: int, high: int) -> int:
    if low > high:
        raise NetError(
            "System.ArgumentOutOfRangeException",
            "'minValue' cannot be greater than maxValue.\r\nParameter name: minValue",
        )
    return this.source.randrange(low, high) if high > low else low


@RANDOM.method("NextDouble")
def next_double(this: Random) -> float:
    return this.source.random()


@RANDOM.method("NextBytes", "System.Object")
def next_bytes(this: Random, buffer: list[object]) -> object:
    buffer[:] = [Byte(this.source.randrange(256)) for _ in buffer]
    return AUTOMATION_NULL


BITS = TypeDef("System.BitConverter")
FORMATS: dict[str, tuple[str, type]] = {
    "Int16": ("<h", Int16),
    "UInt16": ("<H", UInt16),
    "Int32": ("<i", int),
    "UInt32": ("<I", UInt32),
    "Int64": ("<q", Int64),
    "UInt64": ("<Q", UInt64),
    "Single": ("<f", Single),
    "Double": ("<d", float),
}


def _conversions() -> None:
    for name, (form, kind) in FORMATS.items():

        @BITS.static_method(f"To{name}", "System.Byte[]", "System.Int32")
        def read(data: list[int], start: int, form: str = form, kind: type = kind) -> object:
            size = struct.calcsize(form)
            if start + size > len(data):
                raise NetError(
                    "System.ArgumentException",
                    "Destination array is not long enough to copy all the items in the collection. "
                    "Check array index and length.",
                )
            return kind(struct.unpack(form, bytes(data[start : start + size]))[0])

        @BITS.static_method("GetBytes", f"System.{name}")
        def write(value: float, form: str = form) -> Array:
            return Array([Byte(b) for b in struct.pack(form, value)], "System.Byte")


_conversions()


@BITS.static_method("GetBytes", "System.Boolean")
def boolean_bytes(value: bool) -> Array:
    return Array([Byte(int(value))], "System.Byte")


@BITS.static_method("GetBytes", "System.Char")
def char_bytes(value: Char) -> Array:
    return Array([Byte(b) for b in struct.pack("<H", ord(value))], "System.Byte")


@BITS.static_method("ToString", "System.Byte[]", "System.Int32", "System.Int32", optional=2)
def bytes_text(data: list[int], start: int = 0, count: int | None = None) -> str:
    part = data[start:] if count is None else data[start : start + count]
    return "-".join(f"{int(b):02X}" for b in part)


@BITS.static_method("ToBoolean", "System.Byte[]", "System.Int32")
def to_boolean(data: list[int], start: int) -> bool:
    return bool(data[start])


@BITS.static_property("IsLittleEndian")
def is_little_endian() -> bool:
    return True


TYPES = (MATH, RANDOM, BITS)
