"""Numbers from text: the rules of Parse under NumberStyles (en-US and invariant culture)."""

from __future__ import annotations

import re
from decimal import Decimal

from winsim.interpreter.nettypes import NetError

LEADING_WHITE, TRAILING_WHITE, LEADING_SIGN, TRAILING_SIGN = 1, 2, 4, 8
PARENTHESES, POINT, THOUSANDS, EXPONENT, CURRENCY, HEX = 16, 32, 64, 128, 256, 512
ANY_INTEGER = LEADING_WHITE | TRAILING_WHITE | LEADING_SIGN
NUMBER = ANY_INTEGER | POINT | THOUSANDS | EXPONENT
BAD = "Input string was not in a correct format."


def bad() -> NetError:
    return NetError("System.FormatException", BAD)


def strip(text: str, styles: int) -> str:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: s")
    text = text.rstrip("\0")
    if styles & LEADING_WHITE:
        text = text.lstrip(" \t\n\v\f\r")
    if styles & TRAILING_WHITE:
        text = text.rstrip(" \t\n\v\f\r")
    return text


def cleaned(text: str, styles: int) -> str:
    """The text as Python reads numbers, after checking it against the styles."""
    text = strip(text, styles)
    negative = False
    if styles & PARENTHESES and text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    if styles & CURRENCY:
        text = text.replace("$", "", 1)
    if styles & TRAILING_SIGN and text[-1:] in "+-" and text:
        negative, text = text[-1] == "-", text[:-1]
    sign = "[+-]?" if styles & LEADING_SIGN else ""
    whole = r"\d[\d,]*" if styles & THOUSANDS else r"\d+"
    fraction = r"(?:\.\d*)?" if styles & POINT else ""
    leading = rf"|{sign}\.\d+" if styles & POINT else ""
    exponent = r"(?:[eE][+-]?\d+)?" if styles & EXPONENT else ""
    if not re.fullmatch(rf"(?:{sign}{whole}{fraction}{leading}){exponent}", text, re.ASCII):
        raise bad()
    text = text.replace(",", "")
    return f"-{text}" if negative else text


def parse_integer(text: str, low: int, high: int, name: str, styles: int) -> int:
    overflow = NetError("System.OverflowException", f"Value was either too large or too small for an {name}.")
    if name in ("Byte", "SByte", "UInt16", "UInt32", "UInt64"):
        article = "an unsigned byte" if name == "Byte" else "a signed byte" if name == "SByte" else f"a {name}"
        overflow = NetError("System.OverflowException", f"Value was either too large or too small for {article}.")
    if styles & HEX:
        body = strip(text, styles)
        if not re.fullmatch(r"[0-9A-Fa-f]+", body):
            raise bad()
        value = int(body, 16)
        width = (high - low).bit_length()
        if value >> width:
            raise overflow
        return value - (1 << width) if value > high else value
    number = Decimal(cleaned(text, styles))
    if number != number.to_integral_value() or not low <= number <= high:
        raise overflow
    return int(number)


def parse_double(text: str, styles: int) -> float:
    word = strip(text, styles)
    if word in ("NaN", "Infinity", "-Infinity"):
        return float(word)
    value = float(cleaned(text, styles))
    if value in (float("inf"), float("-inf")):
        raise NetError("System.OverflowException", "Value was either too large or too small for a Double.")
    return value


def parse_decimal(text: str, styles: int) -> Decimal:
    value = Decimal(cleaned(text, styles & ~EXPONENT))
    if abs(value) > Decimal("79228162514264337593543950335"):
        raise NetError("System.OverflowException", "Value was either too large or too small for a Decimal.")
    return value
