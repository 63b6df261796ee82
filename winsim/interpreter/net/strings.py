"""System.String."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from winsim.interpreter.collect import Enumerator, listed
from winsim.interpreter.compare import compare_text
from winsim.interpreter.formatting import format_text
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.sizes import check_size, joined
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, Char, EnumValue

STRING = TypeDef("System.String", python=(str,), accelerators=("string",))
COMPARISON = "System.StringComparison"
WHITE = "".join(chr(c) for c in range(0x10000) if chr(c).isspace() and not 0x1C <= c <= 0x1F) + "\u200b\ufeff"


def out_of_range(
    name: str, text: str = "Index was out of range. Must be non-negative and less than the size of the collection."
) -> NetError:
    return NetError("System.ArgumentOutOfRangeException", f"{text}\r\nParameter name: {name}")


def null_argument(name: str) -> NetError:
    return NetError("System.ArgumentNullException", f"Value cannot be null.\r\nParameter name: {name}")


def ignores_case(comparison: EnumValue | None) -> bool:
    return comparison is not None and comparison.name.endswith("IgnoreCase")


def sign(value: int) -> int:
    return (value > 0) - (value < 0)


def ordinal(a: str, b: str, ignore_case: bool = False) -> int:
    a, b = (a.upper(), b.upper()) if ignore_case else (a, b)
    return sign((a > b) - (a < b))


def compare_by(a: str | None, b: str | None, comparison: EnumValue | None) -> int:
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if comparison is not None and comparison.name.startswith("Ordinal"):
        return ordinal(a, b, ignores_case(comparison))
    return sign(compare_text(a, b, ignores_case(comparison)))


def plain(text: str) -> str:
    return str.__str__(text)


# -- constructors and statics -------------------------------------------------------------------------------------


@STRING.constructor("System.Char[]")
def of_chars(chars: Sequence[str] | None) -> str:
    return "".join(chars or [])


@STRING.constructor("System.Char", "System.Int32")
def of_repeated(char: Char, count: int) -> str:
    if count < 0:
        raise out_of_range("count", "'count' must be non-negative.")
    check_size(count)
    return plain(char) * count


@STRING.constructor("System.Char[]", "System.Int32", "System.Int32")
def of_part(chars: Sequence[str], start: int, count: int) -> str:
    return "".join(chars[start : start + count])


@STRING.static_property("Empty")
def empty() -> str:
    return ""


@STRING.static_method("IsNullOrEmpty", "System.String")
def is_null_or_empty(text: str | None) -> bool:
    return not text


@STRING.static_method("IsNullOrWhiteSpace", "System.String")
def is_null_or_white(text: str | None) -> bool:
    return not text or not text.strip(WHITE)


@STRING.static_method("Join", "System.String", "params System.Object[]")
def join(separator: str | None, values: Sequence[object]) -> str:
    items = listed(values[0]) if len(values) == 1 else list(values)
    return joined(separator or "", [to_text(item) for item in items])


@STRING.static_method("Join", "System.String", "System.String[]", "System.Int32", "System.Int32")
def join_part(separator: str | None, values: Sequence[str], start: int, count: int) -> str:
    return joined(separator or "", values[start : start + count])


@STRING.static_method("Concat", "params System.Object[]")
def concat(values: Sequence[object]) -> str:
    items = listed(values[0]) if len(values) == 1 else list(values)
    return joined("", [to_text(item) for item in items])


@STRING.static_method("Format", "System.String", "params System.Object[]")
def format_static(template: str, values: Sequence[object]) -> str:
    if template is None:
        raise null_argument("format")
    return format_text(template, list(values))


@STRING.static_method("Format", "System.IFormatProvider", "System.String", "params System.Object[]")
def format_provider(provider: object, template: str, values: Sequence[object]) -> str:
    return format_text(template, list(values))


@STRING.static_method("Compare", "System.String", "System.String")
def compare(a: str | None, b: str | None) -> int:
    return compare_by(a, b, None)


@STRING.static_method("Compare", "System.String", "System.String", "System.Boolean")
def compare_case(a: str | None, b: str | None, ignore: bool) -> int:
    if a is None or b is None:
        return compare_by(a, b, None)
    return sign(compare_text(a, b, ignore))


@STRING.static_method("Compare", "System.String", "System.String", "System.Boolean", "System.Globalization.CultureInfo")
def compare_culture(a: str | None, b: str | None, ignore: bool, culture: object) -> int:
    return compare_case(a, b, ignore)


@STRING.static_method("Compare", "System.String", "System.String", COMPARISON)
def compare_comparison(a: str | None, b: str | None, comparison: EnumValue) -> int:
    return compare_by(a, b, comparison)


@STRING.static_method("CompareOrdinal", "System.String", "System.String")
def compare_ordinal(a: str, b: str) -> int:
    """The difference of the first characters that differ, as .NET gives it."""
    for one, other in zip(a, b, strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(a) - len(b)


@STRING.static_method("Equals", "System.String", "System.String")
def equals_static(a: str | None, b: str | None) -> bool:
    return a == b


@STRING.static_method("Equals", "System.String", "System.String", COMPARISON)
def equals_comparison(a: str | None, b: str | None, comparison: EnumValue) -> bool:
    return compare_by(a, b, comparison) == 0


@STRING.static_method("Copy", "System.String")
def copy(text: str) -> str:
    return text


@STRING.static_method("Intern", "System.String")
def intern(text: str) -> str:
    return text


# -- properties and parts -----------------------------------------------------------------------------------------


@STRING.property("Length")
def length(this: str) -> int:
    return len(this)


@STRING.method("Chars", "System.Int32")
def chars(this: str, index: int) -> Char:
    if not 0 <= index < len(this):
        raise NetError("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
    return Char(this[index])


@STRING.method("get_Chars", "System.Int32")
def get_chars(this: str, index: int) -> Char:
    return chars(this, index)


@STRING.method("Substring", "System.Int32")
def substring(this: str, start: int) -> str:
    if start < 0:
        raise out_of_range("startIndex", "StartIndex cannot be less than zero.")
    if start > len(this):
        raise out_of_range("startIndex", "startIndex cannot be larger than length of string.")
    return plain(this)[start:]


@STRING.method("Substring", "System.Int32", "System.Int32")
def substring_length(this: str, start: int, count: int) -> str:
    if start < 0:
        raise out_of_range("startIndex", "StartIndex cannot be less than zero.")
    if start > len(this):
        raise out_of_range("startIndex", "startIndex cannot be larger than length of string.")
    if count < 0:
        raise out_of_range("length", "Length cannot be less than zero.")
    if start + count > len(this):
        raise out_of_range("length", "Index and length must refer to a location within the string.")
    return plain(this)[start : start + count]


@STRING.method("Remove", "System.Int32", "System.Int32", optional=1)
def remove(this: str, start: int, count: int | None = None) -> str:
    if start < 0:
        raise out_of_range("startIndex", "StartIndex cannot be less than zero.")
    if count is None:
        if start >= len(this):
            raise out_of_range("startIndex", "startIndex must be less than length of string.")
        return plain(this)[:start]
    if start + count > len(this):
        raise out_of_range("count", "Index and count must refer to a location within the string.")
    return plain(this)[:start] + plain(this)[start + count :]


@STRING.method("Insert", "System.Int32", "System.String")
def insert(this: str, start: int, value: str) -> str:
    if value is None:
        raise null_argument("value")
    if not 0 <= start <= len(this):
        raise out_of_range("startIndex", "Specified argument was out of the range of valid values.")
    return plain(this)[:start] + value + plain(this)[start:]


@STRING.method("ToCharArray")
def to_char_array(this: str) -> Array:
    return Array([Char(c) for c in this], "System.Char")


@STRING.method("ToCharArray", "System.Int32", "System.Int32")
def part_to_chars(this: str, start: int, count: int) -> Array:
    if start < 0 or count < 0 or start + count > len(this):
        raise out_of_range("startIndex")
    return Array([Char(c) for c in this[start : start + count]], "System.Char")


@STRING.method("GetEnumerator")
def get_enumerator(this: str) -> Enumerator:
    return Enumerator([Char(c) for c in this], "System.CharEnumerator")


@STRING.method("CopyTo", "System.Int32", "System.Char[]", "System.Int32", "System.Int32")
def copy_to(this: str, start: int, target: list[object], at: int, count: int) -> object:
    target[at : at + count] = [Char(c) for c in this[start : start + count]]
    return AUTOMATION_NULL


@STRING.method("Clone")
def clone(this: str) -> str:
    return this


# -- searching ----------------------------------------------------------------------------------------------------


@STRING.method("Contains", "System.String")
def contains(this: str, value: str) -> bool:
    if value is None:
        raise null_argument("value")
    return value in this


def starts(this: str, value: str, ignore: bool, at_end: bool) -> bool:
    if value is None:
        raise null_argument("value")
    a, b = (this.lower(), value.lower()) if ignore else (this, value)
    return a.endswith(b) if at_end else a.startswith(b)


def _ends(name: str, at_end: bool) -> None:
    @STRING.method(name, "System.String")
    def simple(this: str, value: str) -> bool:
        return starts(this, value, False, at_end)

    @STRING.method(name, "System.String", COMPARISON)
    def by_comparison(this: str, value: str, comparison: EnumValue) -> bool:
        return starts(this, value, ignores_case(comparison), at_end)

    @STRING.method(name, "System.String", "System.Boolean", "System.Globalization.CultureInfo")
    def by_culture(this: str, value: str, ignore: bool, culture: object) -> bool:
        return starts(this, value, ignore, at_end)


_ends("StartsWith", False)
_ends("EndsWith", True)


def find(this: str, value: str, start: int, count: int | None, ignore: bool, backwards: bool) -> int:
    if value is None:
        raise null_argument("value")
    text, wanted = (this.lower(), value.lower()) if ignore else (plain(this), plain(value))
    if backwards:
        if not this:
            return -1 if value else 0
        last = min(start, len(this) - 1)
        lowest = 0 if count is None else max(last - count + 1, 0)
        found = text.rfind(wanted, lowest, last + 1)
        return found if wanted or found >= 0 else last
    if not 0 <= start <= len(this):
        raise out_of_range("startIndex")
    if count is not None and (count < 0 or start + count > len(this)):
        raise out_of_range(
            "count", "Count must be positive and count must refer to a location within the string/array/collection."
        )
    return text.find(wanted, start, len(this) if count is None else start + count)


def _finders(name: str, backwards: bool) -> None:
    for kind in ("System.Char", "System.String"):

        @STRING.method(name, kind)
        def simple(this: str, value: str) -> int:
            return find(this, value, len(this) if backwards else 0, None, False, backwards)

        @STRING.method(name, kind, "System.Int32")
        def from_start(this: str, value: str, start: int) -> int:
            return find(this, value, start, None, False, backwards)

        @STRING.method(name, kind, "System.Int32", "System.Int32")
        def in_range(this: str, value: str, start: int, count: int) -> int:
            return find(this, value, start, count, False, backwards)

    @STRING.method(name, "System.String", COMPARISON)
    def by_comparison(this: str, value: str, comparison: EnumValue) -> int:
        return find(this, value, len(this) if backwards else 0, None, ignores_case(comparison), backwards)

    @STRING.method(name, "System.String", "System.Int32", COMPARISON)
    def from_by_comparison(this: str, value: str, start: int, comparison: EnumValue) -> int:
        return find(this, value, start, None, ignores_case(comparison), backwards)


_finders("IndexOf", False)
_finders("LastIndexOf", True)


@STRING.method("IndexOfAny", "System.Char[]", "System.Int32", optional=1)
def index_of_any(this: str, any_of: Sequence[str], start: int = 0) -> int:
    return next((i for i in range(start, len(this)) if this[i] in any_of), -1)


@STRING.method("LastIndexOfAny", "System.Char[]")
def last_index_of_any(this: str, any_of: Sequence[str]) -> int:
    return next((i for i in range(len(this) - 1, -1, -1) if this[i] in any_of), -1)


# -- comparing ----------------------------------------------------------------------------------------------------


@STRING.method("CompareTo", "System.Object")
def compare_to(this: str, other: object) -> int:
    if other is not None and not isinstance(other, str):
        raise NetError("System.ArgumentException", "Object must be of type String.")
    return compare_by(this, other, None)


@STRING.method("Equals", "System.Object")
def equals(this: str, other: object) -> bool:
    return isinstance(other, str) and not isinstance(other, Char) and this == other


@STRING.method("Equals", "System.String", COMPARISON)
def equals_by(this: str, other: str | None, comparison: EnumValue) -> bool:
    return compare_by(this, other, comparison) == 0


@STRING.method("ToString", "System.IFormatProvider", optional=1)
def to_string(this: str, provider: object = None) -> str:
    return plain(this)


@STRING.method("GetHashCode")
def get_hash_code(this: str) -> int:
    """The 32-bit CLR's algorithm is not promised; equal texts give equal codes."""
    code = 5381
    for char in this:
        code = (code * 33 ^ ord(char)) & 0xFFFFFFFF
    return code - (1 << 32) if code >= 1 << 31 else code


@STRING.method("Normalize", "System.Text.NormalizationForm", optional=1)
def normalize(this: str, form: EnumValue | None = None) -> str:
    names = {"FormC": "NFC", "FormD": "NFD", "FormKC": "NFKC", "FormKD": "NFKD"}
    return unicodedata.normalize(names[form.name] if form else "NFC", plain(this))  # type: ignore[arg-type]


@STRING.method("IsNormalized")
def is_normalized(this: str) -> bool:
    return unicodedata.is_normalized("NFC", plain(this))


TYPES = (STRING,)
