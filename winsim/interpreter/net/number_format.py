"""Numbers as text: the standard and custom numeric format strings of .NET, invariant and en-US culture."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from winsim.interpreter.values import Byte, Int16, Int64, SByte, Single, UInt16, UInt32, UInt64

WIDTHS = {Byte: 8, SByte: 8, Int16: 16, UInt16: 16, UInt32: 32, Int64: 64, UInt64: 64}
STANDARD = re.compile(r"([A-Za-z])(\d{0,2})\Z")
PERCENT_EXPONENT = re.compile(r"[eE][+-]?0+")


class NumberFormatError(ValueError):
    """A format string that .NET refuses (FormatException)."""


def format_number(value: int | float | Decimal, spec: str, *, currency: str = "$") -> str:
    """``value.ToString(spec)``; ``currency`` is the symbol of the culture (``¤`` for the invariant one)."""
    if isinstance(value, float) and (math.isnan(value) or value in (float("inf"), float("-inf"))):
        return general(value)
    standard = STANDARD.match(spec)
    if not spec:
        return general(value)
    if standard:
        digits = int(standard.group(2)) if standard.group(2) else None
        return format_standard(value, standard.group(1), digits, currency)
    return format_custom(value, spec)


def general(value: int | float | Decimal) -> str:
    """``value.ToString()``."""
    if isinstance(value, Single):
        return general_double(float(value), 7)
    if isinstance(value, float):
        return general_double(value, 15)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(int(value))


def general_double(value: float, precision: int) -> str:
    if math.isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    return general_digits(Decimal(value), precision, "E", 2)


def general_digits(value: Decimal, precision: int, letter: str, exponent_digits: int) -> str:
    """The shortest of fixed and scientific notation with at most ``precision`` significant digits."""
    if value == 0:
        return "0"
    mantissa, _, exponent_text = f"{value:.{max(precision, 1) - 1}E}".partition("E")
    exponent = int(exponent_text)
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    if -5 < exponent < precision:
        if exponent >= len(digits) - 1:
            return sign + digits + "0" * (exponent - len(digits) + 1)
        if exponent >= 0:
            return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):0{exponent_digits}d}"


def exact(value: int | float | Decimal) -> Decimal:
    """The decimal that .NET formats: doubles carry 15 significant digits, singles 7."""
    if isinstance(value, Single):
        return Decimal(f"{float(value):.7g}")
    if isinstance(value, float):
        return Decimal(f"{value:.15g}")
    return value if isinstance(value, Decimal) else Decimal(int(value))


def round_half_up(value: Decimal, digits: int) -> Decimal:
    with localcontext() as context:
        context.prec = 400
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def grouped(value: Decimal, digits: int, group: bool) -> tuple[bool, str]:
    rounded = round_half_up(value, digits)
    text = f"{abs(rounded):,.{digits}f}" if group else f"{abs(rounded):.{digits}f}"
    return rounded < 0, text


def format_standard(value: int | float | Decimal, letter: str, digits: int | None, currency: str) -> str:
    kind = letter.upper()
    if kind in "FN":
        negative, text = grouped(exact(value), 2 if digits is None else digits, kind == "N")
        return f"-{text}" if negative else text
    if kind == "C":
        negative, text = grouped(exact(value), 2 if digits is None else digits, True)
        return f"({currency}{text})" if negative else f"{currency}{text}"
    if kind == "P":
        negative, text = grouped(exact(value) * 100, 2 if digits is None else digits, True)
        return f"-{text} %" if negative else f"{text} %"
    if kind == "E":
        return scientific(exact(value), 6 if digits is None else digits, letter, 3)
    if kind == "G":
        return format_general(value, digits, letter)
    if kind == "R" and not isinstance(value, (int, Decimal)):
        return repr_round_trip(float(value))
    if kind == "D" and is_integer(value):
        text = str(abs(int(value))).rjust(digits or 0, "0")
        return f"-{text}" if value < 0 else text
    if kind == "X" and is_integer(value):
        return hexadecimal(int(value), WIDTHS.get(type(value), 32), letter == "x", digits or 0)
    raise NumberFormatError("Format specifier was invalid.")


def is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def hexadecimal(value: int, width: int, lower: bool, digits: int) -> str:
    text = f"{value & ((1 << width) - 1):x}" if value < 0 else f"{value:x}"
    return (text if lower else text.upper()).rjust(digits, "0")


def format_general(value: int | float | Decimal, digits: int | None, letter: str) -> str:
    if not digits:
        return general(value)
    mark = "e" if letter == "g" else "E"
    return general_digits(Decimal(value) if isinstance(value, float) else exact(value), digits, mark, 2)


def repr_round_trip(value: float) -> str:
    short = general_double(value, 15)
    return short if float(short) == value else general_double(value, 17)


def scientific(value: Decimal, digits: int, letter: str, exponent_digits: int) -> str:
    if value == 0:
        mantissa, exponent = f"{Decimal(0):.{digits}f}", 0
    else:
        exponent = value.adjusted()
        scaled = round_half_up(value.scaleb(-exponent), digits)
        if abs(scaled) >= 10:
            exponent += 1
            scaled = round_half_up(scaled / 10, digits)
        mantissa = f"{scaled:.{digits}f}"
    return f"{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):0{exponent_digits}d}"


def format_custom(value: int | float | Decimal, spec: str) -> str:
    number = exact(value)
    sections = split_sections(spec)
    section, number, sign = choose_section(sections, number)
    return sign_fix(render_section(abs(number), section), sign)


def sign_fix(text: str, sign: str) -> str:
    return text if not sign or not any(c in "123456789" for c in text) else sign + text


def choose_section(sections: list[str], number: Decimal) -> tuple[str, Decimal, str]:
    if number < 0:
        if len(sections) > 1 and sections[1]:
            return sections[1], -number, ""
        return sections[0], -number, "-"
    if number == 0 and len(sections) > 2 and sections[2]:
        return sections[2], number, ""
    return sections[0], number, ""


def split_sections(spec: str) -> list[str]:
    parts, current, quote = [], "", ""
    index = 0
    while index < len(spec):
        char = spec[index]
        if char == "\\" and index + 1 < len(spec):
            current += spec[index : index + 2]
            index += 2
            continue
        if char in "'\"":
            quote = "" if quote == char else (quote or char)
        if char == ";" and not quote:
            parts.append(current)
            current = ""
        else:
            current += char
        index += 1
    return [*parts, current]


def tokens(section: str) -> list[tuple[str, str]]:
    """("digit", "0" or "#"), ("point", "."), ("comma", ","), ("percent", "%"), ("exponent", text), ("text", text)."""
    out: list[tuple[str, str]] = []
    index = 0
    while index < len(section):
        char = section[index]
        exponent = PERCENT_EXPONENT.match(section, index)
        if char in "0#":
            out.append(("digit", char))
        elif char == ".":
            out.append(("point", char))
        elif char == ",":
            out.append(("comma", char))
        elif char in "%‰":
            out.append(("percent", char))
        elif exponent and any(kind == "digit" for kind, _ in out):
            out.append(("exponent", exponent.group()))
            index = exponent.end()
            continue
        elif char == "\\" and index + 1 < len(section):
            index += 1
            out.append(("text", section[index]))
        elif char in "'\"":
            end = section.find(char, index + 1)
            end = len(section) if end < 0 else end
            out.append(("text", section[index + 1 : end]))
            index = end
        else:
            out.append(("text", char))
        index += 1
    return out


def render_section(number: Decimal, section: str) -> str:
    parts = tokens(section)
    point = next((i for i, (kind, _) in enumerate(parts) if kind == "point"), len(parts))
    before = [text for kind, text in parts[:point] if kind == "digit"]
    after = [text for kind, text in parts[point:] if kind == "digit"]
    number *= Decimal(100) ** sum(text == "%" for kind, text in parts if kind == "percent")
    number *= Decimal(1000) ** sum(text == "‰" for kind, text in parts if kind == "percent")
    last_digit = max((i for i, (kind, _) in enumerate(parts[:point]) if kind == "digit"), default=-1)
    scaling = sum(kind == "comma" for kind, _ in parts[last_digit + 1 : point]) if last_digit >= 0 else 0
    number /= Decimal(1000) ** scaling
    first_digit = next((i for i, (kind, _) in enumerate(parts[:point]) if kind == "digit"), point)
    group = any(kind == "comma" for kind, _ in parts[first_digit:last_digit]) if last_digit >= 0 else False
    if any(kind == "exponent" for kind, _ in parts):
        return render_exponent(number, parts, before, after)
    rounded = round_half_up(number, len(after))
    whole, _, fraction = f"{rounded:.{len(after)}f}".partition(".")
    return fill(parts, point, integer_digits(whole, before), fraction_digits(fraction, after), group)


def integer_digits(whole: str, places: list[str]) -> str:
    least = len(places) - places.index("0") if "0" in places else 0
    return whole.lstrip("0").rjust(least, "0")


def fraction_digits(fraction: str, places: list[str]) -> str:
    least = max((i + 1 for i, place in enumerate(places) if place == "0"), default=0)
    kept = fraction.rstrip("0")
    return kept if len(kept) >= least else fraction[:least]


def fill(parts: list[tuple[str, str]], point: int, whole: str, fraction: str, group: bool) -> str:
    """Puts the digits in their places, surplus leading digits before the first place."""
    places = sum(kind == "digit" for kind, _ in parts[:point])
    out, used, place = "", 0, 0
    remaining = len(whole)
    for index, (kind, text) in enumerate(parts):
        if kind == "digit" and index < point:
            take = len(whole) - places + 1 if place == 0 and len(whole) > places else int(len(whole) >= places - place)
            for digit in whole[used : used + take]:
                out += digit
                remaining -= 1
                out += "," if group and remaining and remaining % 3 == 0 else ""
            used += take
            place += 1
        elif kind == "digit":
            out += fraction[:1]
            fraction = fraction[1:]
        elif kind == "point":
            if index == point:
                if not places:
                    out += whole
                out += "." if fraction else ""
        elif kind in ("text", "percent"):
            out += text
    return out


def render_exponent(number: Decimal, parts: list[tuple[str, str]], before: list[str], after: list[str]) -> str:
    width = max(len(before), 1)
    exponent = number.adjusted() - (width - 1) if number else 0
    scaled = round_half_up(number.scaleb(-exponent), len(after))
    whole, _, fraction = f"{scaled:f}".partition(".")
    out = integer_digits(whole, before) + (f".{rest}" if (rest := fraction_digits(fraction, after)) else "")
    mark = next(text for kind, text in parts if kind == "exponent")
    sign = "-" if exponent < 0 else ("+" if "+" in mark else "")
    out += f"{mark[0]}{sign}{abs(exponent):0{mark.count('0')}d}"
    return out + "".join(text for kind, text in parts if kind == "text")
