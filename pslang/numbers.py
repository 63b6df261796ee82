"""Numbers: decimal, real and hexadecimal, with the suffixes L and D and the multipliers KB .. PB."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation

from pslang.chars import DASHES, NUMBER_ENDS, WORD_ENDS
from pslang.cursor import Cursor
from pslang.syntax import Constant

_SIGNED = f"[{DASHES}+]"
NUMBER = re.compile(
    rf"(?P<sign>{_SIGNED})?"
    rf"(?:0[xX](?P<hex>[0-9a-fA-F]+)|"
    rf"(?P<whole>[0-9]*)(?P<fraction>\.(?!\.)[0-9]*)?(?P<exponent>[eE]{_SIGNED}?[0-9]+)?)"
    rf"(?P<suffix>[lLdD])?(?P<multiplier>[kKmMgGtTpP][bB])?"
)
_SIMPLE = re.compile(r"[0-9]{1,9}(?![\w.])")
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DECIMAL_LIMIT = 79228162514264337593543950335


def number(c: Cursor, expression_mode: bool) -> Constant | None:
    """The number at the cursor, None (and nothing read) where the word there is no number."""
    start = c.pos
    text = c.text
    ends = NUMBER_ENDS if expression_mode else WORD_ENDS
    simple = _SIMPLE.match(text, start)
    if simple and text[simple.end()] in ends:
        c.pos = simple.end()
        return Constant(start=start, end=c.pos, value=int(simple.group()), type="System.Int32")
    match = NUMBER.match(text, start)
    if match is None or text[match.end()] not in ends:
        return None
    if not match["hex"] and not match["whole"] and len(match["fraction"] or "") < 2:
        return None
    found = _value(match)
    if found is None:
        if not expression_mode:
            return None
        c.error("BadNumericConstant", start, match.end(), match.group())
        found = (0, "System.Int32")
    c.pos = match.end()
    return Constant(start=start, end=c.pos, value=found[0], type=found[1])


def _value(match: re.Match[str]) -> tuple[object, str] | None:
    sign = -1 if match["sign"] and match["sign"] != "+" else 1
    suffix = (match["suffix"] or "").lower()
    multiplier = 1024 ** _POWERS[match["multiplier"][0].lower()] if match["multiplier"] else 1
    if match["hex"]:
        return _hexadecimal(match["hex"], sign * multiplier, suffix)
    if match["fraction"] is None and match["exponent"] is None:
        return _whole(int(match["whole"]) * sign * multiplier, suffix)
    digits = (match["whole"] or "0") + (match["fraction"] or "")
    digits += (match["exponent"] or "").translate({ord(dash): "-" for dash in DASHES})
    return _real(digits, sign, multiplier, suffix)


def _hexadecimal(digits: str, factor: int, suffix: str) -> tuple[object, str] | None:
    """Hexadecimal numbers are bit patterns: 8 digits of an int32, 16 of an int64 (0xFFFFFFFF is -1)."""
    long = suffix == "l" or len(digits.lstrip("0")) > 8
    bits = 64 if long else 32
    value = int(digits, 16)
    if value >= 1 << 64:
        return None
    if suffix == "d":
        return _whole(value * factor, suffix)
    if value >= 1 << (bits - 1) and not (suffix == "l" and len(digits) < 16):
        value -= 1 << bits
    return _whole(value * factor, "l" if long and len(digits) >= 16 else suffix)


def _whole(value: int, suffix: str) -> tuple[object, str] | None:
    if suffix == "d":
        return (Decimal(value), "System.Decimal") if abs(value) <= _DECIMAL_LIMIT else None
    if not suffix and -(1 << 31) <= value < 1 << 31:
        return value, "System.Int32"
    if -(1 << 63) <= value < 1 << 63:
        return value, "System.Int64"
    if suffix:
        return None
    if abs(value) <= _DECIMAL_LIMIT:
        return Decimal(value), "System.Decimal"
    try:
        return float(value), "System.Double"
    except OverflowError:
        return None


def _real(digits: str, sign: int, multiplier: int, suffix: str) -> tuple[object, str] | None:
    if suffix == "d":
        try:
            value = Decimal(digits) * sign * multiplier
        except InvalidOperation:
            return None
        return (value, "System.Decimal") if abs(value) <= _DECIMAL_LIMIT else None
    real = float(digits) * sign * multiplier
    if suffix == "l":
        return _whole(round(real), suffix) if abs(real) < 1 << 63 else None
    return (real, "System.Double") if math.isfinite(real) else None
