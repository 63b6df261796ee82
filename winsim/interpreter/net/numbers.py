"""The numeric types and Boolean: limits, Parse, TryParse, ToString, CompareTo."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from winsim.interpreter.formatting import format_value
from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.net.number_parse import ANY_INTEGER, NUMBER, parse_decimal, parse_double, parse_integer
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import (
    Array,
    Byte,
    EnumValue,
    Int16,
    Int64,
    SByte,
    Single,
    UInt16,
    UInt32,
    UInt64,
)

STYLES = "System.Globalization.NumberStyles"
PROVIDER = "System.IFormatProvider"
INTEGERS: dict[str, tuple[type[int], int, int]] = {
    "SByte": (SByte, -128, 127),
    "Byte": (Byte, 0, 255),
    "Int16": (Int16, -(2**15), 2**15 - 1),
    "UInt16": (UInt16, 0, 2**16 - 1),
    "Int32": (int, -(2**31), 2**31 - 1),
    "UInt32": (UInt32, 0, 2**32 - 1),
    "Int64": (Int64, -(2**63), 2**63 - 1),
    "UInt64": (UInt64, 0, 2**64 - 1),
}
MAX_DECIMAL = Decimal("79228162514264337593543950335")


def definition(name: str) -> TypeDef:
    return TypeDef(f"System.{name}", base="System.ValueType", value_type=True)


def constant(target: TypeDef, name: str, value: object) -> None:
    @target.static_property(name)
    def get() -> object:
        return value


def common(target: TypeDef) -> None:
    """ToString in its forms, CompareTo and GetHashCode."""

    @target.method("ToString")
    def text(this: object) -> str:
        return format_value(this, "")

    @target.method("ToString", "System.String", PROVIDER, optional=1)
    def formatted(this: object, spec: str, provider: object = None) -> str:
        return localized(this, spec or "", provider)

    @target.method("ToString", PROVIDER)
    def by_provider(this: object, provider: object) -> str:
        return localized(this, "", provider)

    @target.method("CompareTo", target.name)
    def compare_to(this: int, other: int) -> int:
        return (this > other) - (this < other)

    @target.method("GetHashCode")
    def hash_code(this: object) -> int:
        value = hash(this) & 0xFFFFFFFF
        return value - (1 << 32) if value >= 1 << 31 else value

    @target.method("GetTypeCode")
    def type_code(this: object) -> EnumValue:
        from winsim.interpreter.net.enums import value

        return value("System.TypeCode", target.name.removeprefix("System."))


def localized(value: object, spec: str, provider: object) -> str:
    """``ToString(format, culture)``; the culture changes the signs of numbers."""
    text = format_value(value, spec)
    adapt = getattr(provider, "adapt_number", None)
    return str(adapt(text)) if adapt is not None else text


def parsers(target: TypeDef, read: object) -> None:
    """Parse and TryParse; ``read(text, styles)`` raises NetError."""
    assert callable(read)

    @target.static_method("Parse", "System.String")
    def parse(text: str) -> object:
        return read(text, None)

    @target.static_method("Parse", "System.String", PROVIDER)
    def parse_with(text: str, provider: object) -> object:
        return read(unlocalized(text, provider), None)

    @target.static_method("Parse", "System.String", STYLES, PROVIDER, optional=1)
    def parse_styled(text: str, styles: EnumValue, provider: object = None) -> object:
        return read(unlocalized(text, provider), int(styles))

    @target.static_method("TryParse", "System.String", f"ref {target.name}")
    def try_parse(text: str, result: object) -> bool:
        return attempt(lambda: read(text, None), result, read("0", None))

    @target.static_method("TryParse", "System.String", STYLES, PROVIDER, f"ref {target.name}")
    def try_parse_styled(text: str, styles: EnumValue, provider: object, result: object) -> bool:
        return attempt(lambda: read(unlocalized(text, provider), int(styles)), result, read("0", None))


def unlocalized(text: str, provider: object) -> str:
    undo = getattr(provider, "normalize_number", None)
    return str(undo(text)) if undo is not None and text is not None else text


def attempt(read: object, result: object, zero: object) -> bool:
    assert callable(read)
    try:
        set_reference(result, read())
    except NetError:
        set_reference(result, zero)
        return False
    return True


def _integer(name: str) -> TypeDef:
    kind, low, high = INTEGERS[name]
    target = definition(name)
    constant(target, "MaxValue", kind(high))
    constant(target, "MinValue", kind(low))
    common(target)
    parsers(
        target,
        lambda text, styles: kind(parse_integer(text, low, high, name, ANY_INTEGER if styles is None else styles)),
    )
    return target


INTEGER_TYPES = tuple(_integer(name) for name in INTEGERS)

DOUBLE = definition("Double")
SINGLE = definition("Single")
for _type, _kind, _high, _tiny in (
    (DOUBLE, float, 1.7976931348623157e308, 5e-324),
    (SINGLE, Single, 3.4028234663852886e38, 1.401298464324817e-45),
):
    common(_type)
    constant(_type, "MaxValue", _kind(_high))
    constant(_type, "MinValue", _kind(-_high))
    constant(_type, "Epsilon", _kind(_tiny))
    constant(_type, "NaN", _kind("nan"))
    constant(_type, "PositiveInfinity", _kind("inf"))
    constant(_type, "NegativeInfinity", _kind("-inf"))
    parsers(_type, lambda text, styles, kind=_kind: kind(parse_double(text, NUMBER if styles is None else styles)))

    @_type.static_method("IsNaN", _type.name)
    def is_nan(value: float) -> bool:
        return math.isnan(value)

    @_type.static_method("IsInfinity", _type.name)
    def is_infinity(value: float) -> bool:
        return abs(value) == float("inf")

    @_type.static_method("IsPositiveInfinity", _type.name)
    def is_positive_infinity(value: float) -> bool:
        return value == float("inf")

    @_type.static_method("IsNegativeInfinity", _type.name)
    def is_negative_infinity(value: float) -> bool:
        return value == float("-inf")


DECIMAL = definition("Decimal")
common(DECIMAL)
constant(DECIMAL, "MaxValue", MAX_DECIMAL)
constant(DECIMAL, "MinValue", -MAX_DECIMAL)
constant(DECIMAL, "Zero", Decimal(0))
constant(DECIMAL, "One", Decimal(1))
constant(DECIMAL, "MinusOne", Decimal(-1))
parsers(DECIMAL, lambda text, styles: parse_decimal(text, NUMBER if styles is None else styles))


@DECIMAL.static_method("Round", "System.Decimal", "System.Int32", optional=1)
def round_decimal(value: Decimal, digits: int = 0) -> Decimal:
    return quantize(value, digits, ROUND_HALF_EVEN)


@DECIMAL.static_method("Round", "System.Decimal", "System.Int32", "System.MidpointRounding")
def round_decimal_mode(value: Decimal, digits: int, mode: EnumValue) -> Decimal:
    return quantize(value, digits, ROUND_HALF_UP if mode.name == "AwayFromZero" else ROUND_HALF_EVEN)


def quantize(value: Decimal, digits: int, rounding: str) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -digits:
        return value
    return value.quantize(Decimal(1).scaleb(-digits), rounding=rounding)


for _name, _operation in (
    ("Add", Decimal.__add__),
    ("Subtract", Decimal.__sub__),
    ("Multiply", Decimal.__mul__),
):

    @DECIMAL.static_method(_name, "System.Decimal", "System.Decimal")
    def of_two(left: Decimal, right: Decimal, operation: Callable[..., Decimal] = _operation) -> Decimal:
        return operation(left, right)


@DECIMAL.static_method("Negate", "System.Decimal")
def negate(value: Decimal) -> Decimal:
    return -value


@DECIMAL.static_method("ToInt32", "System.Decimal")
def to_int32(value: Decimal) -> int:
    if not -(2**31) - 1 < value < 2**31:
        raise NetError("System.OverflowException", "Value was either too large or too small for an Int32.")
    return int(value)


@DECIMAL.static_method("ToDouble", "System.Decimal")
def to_double(value: Decimal) -> float:
    return float(value)


@DECIMAL.static_method("Truncate", "System.Decimal")
def truncate(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_DOWN)


@DECIMAL.static_method("Floor", "System.Decimal")
def floor(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_FLOOR)


@DECIMAL.static_method("Ceiling", "System.Decimal")
def ceiling(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_CEILING)


@DECIMAL.static_method("GetBits", "System.Decimal")
def get_bits(value: Decimal) -> Array:
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits)) or "0")
    scale = max(-exponent, 0) if isinstance(exponent, int) else 0
    words = [number >> shift & 0xFFFFFFFF for shift in (0, 32, 64)]
    words.append(scale << 16 | sign << 31)
    return Array([word - (1 << 32) if word >= 1 << 31 else word for word in words], "System.Int32")


BOOLEAN = definition("Boolean")
constant(BOOLEAN, "TrueString", "True")
constant(BOOLEAN, "FalseString", "False")


def read_boolean(text: str) -> bool:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: value")
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise NetError("System.FormatException", "String was not recognized as a valid Boolean.")
    return word == "true"


@BOOLEAN.static_method("Parse", "System.String")
def parse_boolean(text: str) -> bool:
    return read_boolean(text)


@BOOLEAN.static_method("TryParse", "System.String", "ref System.Boolean")
def try_parse_boolean(text: str, result: object) -> bool:
    return attempt(lambda: read_boolean(text), result, False)


@BOOLEAN.method("ToString", PROVIDER, optional=1)
def boolean_text(this: bool, provider: object = None) -> str:
    return "True" if this else "False"


@BOOLEAN.method("CompareTo", "System.Boolean")
def compare_boolean(this: bool, other: bool) -> int:
    return int(this) - int(other)


@BOOLEAN.method("GetHashCode")
def boolean_hash(this: bool) -> int:
    return int(this)


TYPES = (*INTEGER_TYPES, DOUBLE, SINGLE, DECIMAL, BOOLEAN)
