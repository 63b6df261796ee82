"""Python value to PowerShell literal: what PowerShell reads back from the text is the same value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pslang.chars import SINGLE_QUOTES

_QUOTE = re.compile(f"[{SINGLE_QUOTES}]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_INT32 = range(-(1 << 31), 1 << 31)
_INT64 = range(-(1 << 63), 1 << 63)


class NotLiteral(ValueError):
    """A value that PowerShell has no literal for."""


def literal(value: object, indent: int = 0) -> str:
    """The literal of a string, boolean, number, None, list or map; ``indent`` is that of the line it stands on."""
    match value:
        case None:
            return "$null"
        case bool():
            return "$true" if value else "$false"
        case int():
            return _integer(int(value))
        case float():
            return _double(value)
        case Decimal():
            return _decimal(value)
        case str():
            return string(value)
        case Mapping():
            return _hashtable(value, indent)
        case Sequence() if not isinstance(value, (bytes, bytearray, memoryview)):
            return _array(value, indent)
    raise NotLiteral(f"{type(value).__name__} has no PowerShell literal")


def string(text: str) -> str:
    """A single-quoted string. Every character that PowerShell takes for a single quote is doubled."""
    if "\0" in text:
        raise NotLiteral("text with a NUL has no PowerShell literal")
    return "'" + _QUOTE.sub(lambda quote: quote.group() * 2, text) + "'"


def _integer(value: int) -> str:
    if value not in _INT64:
        raise NotLiteral(f"{value} does not fit 64 bits")
    if value in _INT32:
        return _signed(str(value))
    if value == _INT64.start:  # its digits without the sign are no Int64
        return "([long]::MinValue)"
    return _signed(f"{value}L")


def _double(value: float) -> str:
    if math.isnan(value):
        return "([double]::NaN)"
    if math.isinf(value):
        return "([double]::PositiveInfinity)" if value > 0 else "([double]::NegativeInfinity)"
    if value == 0 and math.copysign(1.0, value) < 0:
        return "(-0.0)"
    text = repr(value)
    return _signed(text if "." in text else text.replace("e", ".0e"))


def _decimal(value: Decimal) -> str:
    if not value.is_finite() or abs(value) > Decimal(79228162514264337593543950335):
        raise NotLiteral(f"{value} is no PowerShell decimal")
    return _signed(f"{value:f}d")


def _signed(text: str) -> str:
    """A number below zero would be a word in an argument, so it stands in parentheses."""
    return f"({text})" if text.startswith("-") else text


def _array(items: Sequence[object], indent: int) -> str:
    """``@(...)``; in front of a single list a comma, which ``@( )`` would otherwise unroll."""
    texts = [literal(item, indent + 4) for item in items]
    if len(items) == 1 and texts[0].startswith("@("):
        return f"@(,{texts[0]})"
    line = "@(" + ", ".join(texts) + ")"
    if len(line) + indent <= 100 and "\n" not in line:
        return line
    pad = " " * (indent + 4)
    return "@(\n" + ",\n".join(pad + text for text in texts) + "\n" + " " * indent + ")"


def _hashtable(pairs: Mapping[object, object], indent: int) -> str:
    texts: list[str] = []
    seen: set[str] = set()
    for key, value in pairs.items():
        if not isinstance(key, str):
            raise NotLiteral(f"a key of a hashtable must be text, not {type(key).__name__}")
        if key.lower() in seen:
            raise NotLiteral(f"the keys of a hashtable differ not only in case: {key}")
        seen.add(key.lower())
        texts.append(f"{key if _PLAIN_KEY.match(key) else string(key)} = {literal(value, indent + 4)}")
    if not texts:
        return "@{}"
    line = "@{ " + "; ".join(texts) + " }"
    if len(line) + indent <= 100 and "\n" not in line:
        return line
    pad = " " * (indent + 4)
    return "@{\n" + "".join(f"{pad}{text}\n" for text in texts) + " " * indent + "}"
