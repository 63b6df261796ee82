"""Conversion to numbers: ranges, rounding to even, and numbers in text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException
from typing import Final

from winsim.interpreter.errors import RUNTIME_EXCEPTION, ExceptionObject, TerminatingError, error
from winsim.interpreter.typetable import type_name_of
from winsim.interpreter.values import (
    Byte,
    Char,
    EnumValue,
    Int16,
    Int64,
    SByte,
    Single,
    UInt16,
    UInt32,
    UInt64,
)

INTEGERS: Final[dict[str, tuple[int, int, Callable[[int], int]]]] = {
    "System.Int32": (-(2**31), 2**31 - 1, int),
    "System.Int64": (-(2**63), 2**63 - 1, Int64),
    "System.UInt64": (0, 2**64 - 1, UInt64),
    "System.UInt32": (0, 2**32 - 1, UInt32),
    "System.Int16": (-(2**15), 2**15 - 1, Int16),
    "System.UInt16": (0, 2**16 - 1, UInt16),
    "System.Byte": (0, 255, Byte),
    "System.SByte": (-128, 127, SByte),
}

OVERFLOW_TEXT: Final = {
    "System.Byte": "an unsigned byte",
    "System.SByte": "a signed byte",
    "System.Decimal": "a Decimal",
}

_NUMBER = re.compile(
    r"^\s*([+-]?)(?:0x([0-9a-f]+)|((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))([dl]?)([kmgtp]b)?\s*$", re.IGNORECASE | re.ASCII
)
_THOUSANDS = re.compile(r"^\s*[+-]?\d[\d,]*(\.\d*)?(e[+-]?\d+)?\s*$", re.IGNORECASE | re.ASCII)
_MULTIPLIER: Final = {"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
BAD_FORMAT: Final = "Input string was not in a correct format."


def cast_error(id: str, value_text: str, type_name: str, inner_type: str, reason: str) -> TerminatingError:
    message = f'Cannot convert value "{value_text}" to type "{type_name}". Error: "{reason}"'
    cause = ExceptionObject(inner_type, reason)
    outer = ExceptionObject("System.Management.Automation.PSInvalidCastException", message, cause)
    return error(id, message, "InvalidArgument", None, RUNTIME_EXCEPTION, outer)


def overflow_reason(type_name: str) -> str:
    kind = OVERFLOW_TEXT.get(type_name, f"an {type_name[7:]}" if type_name[7] == "I" else f"a {type_name[7:]}")
    return f"Value was either too large or too small for {kind}."


def round_even(value: float | Decimal) -> int:
    if isinstance(value, Decimal):
        return int(value.to_integral_value(ROUND_HALF_EVEN))
    return round(value)


def in_range(whole: int, type_name: str, shown: str, id: str = "InvalidCastIConvertible") -> int:
    low, high, make = INTEGERS[type_name]
    if not low <= whole <= high:
        raise cast_error(id, shown, type_name, "System.OverflowException", overflow_reason(type_name))
    return make(whole)


def to_integer(value: object, type_name: str) -> int:
    """A number, character, boolean or text as an integer type."""
    from winsim.interpreter.texts import to_text

    if value is None:
        return INTEGERS[type_name][2](0)
    if isinstance(value, bool):
        return INTEGERS[type_name][2](int(value))
    if isinstance(value, int):
        return in_range(int(value), type_name, to_text(value))
    if isinstance(value, float | Decimal):
        if isinstance(value, float) and not math.isfinite(value):
            reason = overflow_reason(type_name)
            raise cast_error("InvalidCastIConvertible", to_text(value), type_name, "System.OverflowException", reason)
        return in_range(round_even(value), type_name, to_text(value))
    if isinstance(value, Char):
        return in_range(ord(value), type_name, str(value))
    if isinstance(value, str):
        return text_to_integer(value, type_name)
    raise TypeError(type_name_of(value))


def text_to_integer(text: str, type_name: str) -> int:
    id = "InvalidCastFromStringToInteger"
    if text == "":
        return INTEGERS[type_name][2](0)
    number = parse_number(text)
    if number is None or (isinstance(number, float) and not math.isfinite(number)):
        raise cast_error(id, text, type_name, "System.FormatException", BAD_FORMAT)
    if isinstance(number, int) and re.match(r"\s*0x", text, re.IGNORECASE):
        number = wrap_hex(number, type_name)
    return in_range(round_even(number) if not isinstance(number, int) else number, type_name, text, id)


def wrap_hex(number: int, type_name: str) -> int:
    """``0xFFFFFFFF`` is -1 as a 32-bit integer."""
    low, high, _ = INTEGERS[type_name]
    span = high - low + 1
    return number - span if low < 0 and high < number < span else number


def parse_number(text: str) -> int | float | Decimal | None:
    """A number as PowerShell reads it in text: sign, hexadecimal, exponent, suffix and multiplier."""
    match = _NUMBER.match(text)
    if match is None:
        if _THOUSANDS.match(text):
            plain = text.replace(",", "").strip()
            return int(plain) if plain.lstrip("+-").isdigit() else float(plain)
        return special_double(text)
    sign, hexadecimal, digits, suffix, multiplier = match.groups()
    number: int | float | Decimal
    if hexadecimal is not None:
        number = int(hexadecimal, 16)
    elif suffix.lower() == "d":
        number = Decimal(digits)
    elif digits.isdigit():
        number = int(digits)
    else:
        number = float(digits)
    if sign == "-":
        number = -number
    return number * _MULTIPLIER[(multiplier or "").lower()] if multiplier else number


def special_double(text: str) -> float | None:
    words = {"nan": math.nan, "infinity": math.inf, "-infinity": -math.inf, "∞": math.inf, "-∞": -math.inf}
    return words.get(text.strip().lower())


def to_double(value: object, type_name: str = "System.Double") -> float:
    make: type[float] = Single if type_name == "System.Single" else float
    if value is None:
        return make(0.0)
    if isinstance(value, float | int | Decimal):
        return narrowed(float(value), type_name)
    if isinstance(value, Char):
        return make(ord(value))
    if isinstance(value, str):
        if value == "":
            return make(0.0)
        number = parse_number(value)
        if number is None:
            id = "InvalidCastFromStringToDoubleOrSingle"
            raise cast_error(id, value, type_name, "System.FormatException", BAD_FORMAT)
        return narrowed(float(number), type_name)
    raise TypeError(type_name_of(value))


def narrowed(number: float, type_name: str) -> float:
    if type_name != "System.Single":
        return float(number)
    import struct

    try:
        return Single(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return Single(math.copysign(math.inf, number))


def to_decimal(value: object) -> Decimal:
    if value is None:
        return Decimal(0)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int):
        return Decimal(int(value))
    if isinstance(value, float):
        return decimal_of_double(value)
    if isinstance(value, Char):
        return Decimal(ord(value))
    if isinstance(value, str):
        return text_to_decimal(value)
    raise TypeError(type_name_of(value))


def decimal_of_double(value: float) -> Decimal:
    digits = 7 if isinstance(value, Single) else 15
    if not math.isfinite(value) or abs(value) >= 7.9228162514264338e28:
        reason = overflow_reason("System.Decimal")
        raise cast_error("InvalidCastIConvertible", repr(value), "System.Decimal", "System.OverflowException", reason)
    short = Decimal(f"{float(value):.{digits}g}").normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else short


def text_to_decimal(text: str) -> Decimal:
    if text == "":
        return Decimal(0)
    plain = text.strip().replace(",", "")
    try:
        if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", plain):
            return Decimal(plain)
        number = parse_number(text)
        if number is not None:
            return Decimal(str(number)) if isinstance(number, float) else Decimal(number)
    except DecimalException:
        pass
    raise cast_error("InvalidCastFromStringToDecimal", text, "System.Decimal", "System.FormatException", BAD_FORMAT)


def is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool | EnumValue)
