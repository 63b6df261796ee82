"""System.Convert."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence

from winsim.interpreter.convert import convert
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.net.encodings import byte_array
from winsim.interpreter.net.number_parse import parse_decimal, parse_double, parse_integer
from winsim.interpreter.net.numbers import INTEGERS, read_boolean
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import Char, EnumValue

CONVERT = TypeDef("System.Convert")
WIDTHS = {"Byte": 8, "SByte": 8, "Int16": 16, "UInt16": 16, "Int32": 32, "UInt32": 32, "Int64": 64, "UInt64": 64}


def overflow(name: str) -> NetError:
    return NetError("System.OverflowException", f"Value was either too large or too small for an {name}.")


def to_integer(value: object, name: str) -> object:
    kind, low, high = INTEGERS[name]
    if value is None:
        return kind(0)
    if isinstance(value, Char):
        value = ord(value)
    if isinstance(value, str):
        return kind(parse_integer(value, low, high, name, 7))
    if isinstance(value, bool):
        return kind(int(value))
    if isinstance(value, float) and (math.isnan(value) or value in (float("inf"), float("-inf"))):
        raise overflow(name)
    number = round(value) if not isinstance(value, int) else int(value)  # type: ignore[call-overload]
    if not low <= number <= high:
        raise overflow(name)
    return kind(number)


def from_base(text: str, base: int, name: str) -> object:
    kind, low, high = INTEGERS[name]
    if base not in (2, 8, 10, 16):
        raise NetError("System.ArgumentException", "Invalid Base.")
    if not text:
        raise NetError(
            "System.ArgumentOutOfRangeException",
            "Index was out of range. Must be non-negative and less than the size of the collection.",
        )
    digits = text[2:] if base == 16 and text.lower().startswith("0x") else text
    try:
        number = int(digits, base) if "_" not in digits and digits.strip() == digits else None
    except ValueError:
        number = None
    if number is None:
        raise NetError("System.FormatException", "Could not find any recognizable digits.")
    width = WIDTHS[name]
    if base != 10 and number >> width:
        raise overflow(name)
    if number > high and base != 10:
        number -= 1 << width
    if not low <= number <= high:
        raise overflow(name)
    return kind(number)


def _integers() -> None:
    for name in INTEGERS:

        @CONVERT.static_method(f"To{name}", "System.Object")
        @CONVERT.static_method(f"To{name}", "System.Object", "System.IFormatProvider")
        def simple(value: object, provider: object = None, name: str = name) -> object:
            return to_integer(value, name)

        @CONVERT.static_method(f"To{name}", "System.String", "System.Int32")
        def based(text: str, base: int, name: str = name) -> object:
            return from_base(text, base, name)


_integers()


@CONVERT.static_method("ToString", "System.Object", "System.IFormatProvider", optional=1)
def to_string(value: object, provider: object = None) -> str:
    if provider is not None:
        from winsim.interpreter.net.numbers import localized

        return localized(value, "", provider)
    return to_text(value)


def _to_base() -> None:
    for name in ("Byte", "Int16", "Int32", "Int64"):

        @CONVERT.static_method("ToString", f"System.{name}", "System.Int32")
        def to_base(value: int, base: int, name: str = name) -> str:
            if base == 10:
                return str(int(value))
            forms = {2: "b", 8: "o", 16: "x"}
            if base not in forms:
                raise NetError("System.ArgumentException", "Invalid Base.")
            width = WIDTHS[name]
            return format(int(value) & ((1 << width) - 1) if value < 0 else int(value), forms[base])


_to_base()


@CONVERT.static_method("ToBoolean", "System.Object")
def to_boolean(value: object) -> bool:
    if isinstance(value, str) and not isinstance(value, Char):
        return read_boolean(value)
    return bool(value)


@CONVERT.static_method("ToDouble", "System.Object", "System.IFormatProvider", optional=1)
def to_double(value: object, provider: object = None) -> object:
    if isinstance(value, str):
        undo = getattr(provider, "normalize_number", None)
        return parse_double(undo(value) if undo else value, 167)
    return convert(0 if value is None else value, get_type("System.Double"))


@CONVERT.static_method("ToSingle", "System.Object")
def to_single(value: object) -> object:
    return convert(0 if value is None else value, get_type("System.Single"))


@CONVERT.static_method("ToDecimal", "System.Object", "System.IFormatProvider", optional=1)
def to_decimal(value: object, provider: object = None) -> object:
    return parse_decimal(value, 111) if isinstance(value, str) else convert(value, get_type("System.Decimal"))


@CONVERT.static_method("ToChar", "System.Object")
def to_char(value: object) -> object:
    return convert(value, get_type("System.Char"))


@CONVERT.static_method("ToDateTime", "System.Object")
def to_date_time(value: object) -> object:
    return convert(value, get_type("System.DateTime"))


@CONVERT.static_method("ChangeType", "System.Object", "System.Object")
def change_type(value: object, kind: object) -> object:
    if isinstance(kind, EnumValue):
        kind = get_type(f"System.{kind.name}")
    target = kind if isinstance(kind, NetType) else get_type(to_text(kind))
    try:
        return convert(value, target)
    except TerminatingError as problem:
        inner = problem.record.exception.inner
        raise NetError(
            inner.type_name if inner else "System.InvalidCastException",
            inner.message if inner else f"Invalid cast to '{target.full_name}'.",
        ) from None


@CONVERT.static_method("ToBase64String", "System.Byte[]")
def to_base64(data: Sequence[int]) -> str:
    if data is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: inArray")
    return base64.b64encode(bytes(int(b) for b in data)).decode()


@CONVERT.static_method("ToBase64String", "System.Byte[]", "System.Base64FormattingOptions")
def to_base64_lines(data: Sequence[int], options: EnumValue) -> str:
    text = to_base64(data)
    if options.name != "InsertLineBreaks":
        return text
    return "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))


@CONVERT.static_method("ToBase64String", "System.Byte[]", "System.Int32", "System.Int32")
def to_base64_part(data: Sequence[int], start: int, count: int) -> str:
    return to_base64(data[start : start + count])


@CONVERT.static_method("FromBase64String", "System.String")
def from_base64(text: str) -> object:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: s")
    body = "".join(text.split())
    try:
        if len(body) % 4:
            raise ValueError
        return byte_array(base64.b64decode(body, validate=True))
    except (ValueError, binascii.Error):
        raise NetError(
            "System.FormatException",
            "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding "
            "characters, or an illegal character among the padding characters. ",
        ) from None


@CONVERT.static_method("IsDBNull", "System.Object")
def is_db_null(value: object) -> bool:
    return False


@CONVERT.static_method("GetTypeCode", "System.Object")
def get_type_code(value: object) -> EnumValue:
    from winsim.interpreter.net.enums import DEFINITIONS
    from winsim.interpreter.typetable import type_name_of

    members = DEFINITIONS["System.TypeCode"].enum or {}
    name = (type_name_of(value) or "Empty").rpartition(".")[2]
    return EnumValue("System.TypeCode", name if name in members else "Object", members.get(name, 1))


TYPES = (CONVERT,)
