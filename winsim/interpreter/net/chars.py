"""System.Char, StringComparer and CharEnumerator's company."""

from __future__ import annotations

import unicodedata

from winsim.interpreter.net.strings import compare_by, ordinal
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Char, EnumValue, NetObject

CHAR = TypeDef("System.Char", accelerators=("char",), base="System.ValueType", value_type=True)


def category(char: str) -> str:
    return unicodedata.category(char)


TESTS = {
    "IsLetter": lambda c: category(c)[0] == "L",
    "IsDigit": lambda c: category(c) == "Nd",
    "IsNumber": lambda c: category(c)[0] == "N",
    "IsLetterOrDigit": lambda c: category(c)[0] == "L" or category(c) == "Nd",
    "IsUpper": lambda c: category(c) == "Lu",
    "IsLower": lambda c: category(c) == "Ll",
    "IsWhiteSpace": lambda c: c.isspace() and not 0x1C <= ord(c) <= 0x1F,
    "IsPunctuation": lambda c: category(c)[0] == "P",
    "IsSymbol": lambda c: category(c)[0] == "S",
    "IsControl": lambda c: category(c) == "Cc",
    "IsSeparator": lambda c: category(c)[0] == "Z",
    "IsSurrogate": lambda c: category(c) == "Cs",
    "IsHighSurrogate": lambda c: 0xD800 <= ord(c) < 0xDC00,
    "IsLowSurrogate": lambda c: 0xDC00 <= ord(c) < 0xE000,
}


def _tests() -> None:
    for name, test in TESTS.items():

        @CHAR.static_method(name, "System.Char")
        def of_char(char: Char, test: object = test) -> bool:
            assert callable(test)
            return bool(test(str(char)))

        @CHAR.static_method(name, "System.String", "System.Int32")
        def at_index(text: str, index: int, test: object = test) -> bool:
            assert callable(test)
            if not 0 <= index < len(text):
                raise NetError(
                    "System.ArgumentOutOfRangeException",
                    "Specified argument was out of the range of valid values.\r\nParameter name: index",
                )
            return bool(test(text[index]))


_tests()


def change(char: str, upper: bool) -> Char:
    changed = char.upper() if upper else char.lower()
    return Char(changed if len(changed) == 1 else char)


for _name, _upper in (("ToUpper", True), ("ToLower", False)):
    for _suffix in ("", "Invariant"):

        @CHAR.static_method(_name + _suffix, "System.Char")
        def to_case(char: Char, upper: bool = _upper) -> Char:
            return change(str(char), upper)


@CHAR.static_property("MaxValue")
def max_value() -> Char:
    return Char("\uffff")


@CHAR.static_property("MinValue")
def min_value() -> Char:
    return Char("\0")


@CHAR.static_method("GetNumericValue", "System.Char")
def numeric_value(char: Char) -> float:
    return float(unicodedata.numeric(str(char), -1.0))


@CHAR.static_method("Parse", "System.String")
def parse(text: str) -> Char:
    if len(text) != 1:
        raise NetError("System.FormatException", "String must be exactly one character long.")
    return Char(text)


@CHAR.static_method("ConvertFromUtf32", "System.Int32")
def from_utf32(code: int) -> str:
    return chr(code)


@CHAR.static_method("ConvertToUtf32", "System.String", "System.Int32")
def to_utf32(text: str, index: int) -> int:
    return ord(text[index])


CATEGORIES = {
    "Lu": ("UppercaseLetter", 0),
    "Ll": ("LowercaseLetter", 1),
    "Lt": ("TitlecaseLetter", 2),
    "Lm": ("ModifierLetter", 3),
    "Lo": ("OtherLetter", 4),
    "Mn": ("NonSpacingMark", 5),
    "Mc": ("SpacingCombiningMark", 6),
    "Me": ("EnclosingMark", 7),
    "Nd": ("DecimalDigitNumber", 8),
    "Nl": ("LetterNumber", 9),
    "No": ("OtherNumber", 10),
    "Zs": ("SpaceSeparator", 11),
    "Zl": ("LineSeparator", 12),
    "Zp": ("ParagraphSeparator", 13),
    "Cc": ("Control", 14),
    "Cf": ("Format", 15),
    "Cs": ("Surrogate", 16),
    "Co": ("PrivateUse", 17),
    "Pc": ("ConnectorPunctuation", 18),
    "Pd": ("DashPunctuation", 19),
    "Ps": ("OpenPunctuation", 20),
    "Pe": ("ClosePunctuation", 21),
    "Pi": ("InitialQuotePunctuation", 22),
    "Pf": ("FinalQuotePunctuation", 23),
    "Po": ("OtherPunctuation", 24),
    "Sm": ("MathSymbol", 25),
    "Sc": ("CurrencySymbol", 26),
    "Sk": ("ModifierSymbol", 27),
    "So": ("OtherSymbol", 28),
    "Cn": ("OtherNotAssigned", 29),
}


@CHAR.static_method("GetUnicodeCategory", "System.Char")
def unicode_category(char: Char) -> EnumValue:
    name, value = CATEGORIES[category(str(char))]
    return EnumValue("System.Globalization.UnicodeCategory", name, value)


@CHAR.method("CompareTo", "System.Char")
def compare_to(this: Char, other: Char) -> int:
    return ord(this) - ord(other)


@CHAR.method("ToString", "System.IFormatProvider", optional=1)
def to_string(this: Char, provider: object = None) -> str:
    return str.__str__(this)


@CHAR.static_method("ToString", "System.Char")
def static_to_string(char: Char) -> str:
    return str.__str__(char)


@CHAR.method("GetHashCode")
def hash_code(this: Char) -> int:
    return ord(this) | ord(this) << 16


class StringComparer(NetObject):
    """How a dictionary or set tells strings apart."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ignore_case = name.endswith("IgnoreCase")
        self.type_names = ("System.StringComparer", "System.Object")

    def same(self, a: object, b: object) -> bool:
        if isinstance(a, str) and isinstance(b, str):
            return a.lower() == b.lower() if self.ignore_case else a == b
        return a == b

    def compare(self, a: str | None, b: str | None) -> int:
        if self.name.startswith("Ordinal") and a is not None and b is not None:
            return ordinal(a, b, self.ignore_case)
        return compare_by(a, b, EnumValue("System.StringComparison", self.name, 0))


COMPARER = TypeDef(
    "System.StringComparer",
    python=(StringComparer,),
    interfaces=(
        "System.Collections.IComparer",
        "System.Collections.IEqualityComparer",
        "System.Collections.Generic.IEqualityComparer`1[System.String]",
        "System.Collections.Generic.IComparer`1[System.String]",
    ),
)


class PlainComparer(NetObject):
    """System.Collections.Comparer: the order of the culture."""

    type_names = ("System.Collections.Comparer", "System.Object")


PLAIN = TypeDef("System.Collections.Comparer", python=(PlainComparer,), interfaces=("System.Collections.IComparer",))


@PLAIN.static_property("Default")
def default_comparer() -> PlainComparer:
    return PlainComparer()


def _comparers() -> None:
    for stem in ("Ordinal", "CurrentCulture", "InvariantCulture"):
        for name in (stem, f"{stem}IgnoreCase"):

            @COMPARER.static_property(name)
            def get(name: str = name) -> StringComparer:
                return StringComparer(name)


_comparers()


@COMPARER.method("Compare", "System.Object", "System.Object")
def compare(this: StringComparer, a: object, b: object) -> int:
    return this.compare(None if a is None else to_text(a), None if b is None else to_text(b))


@COMPARER.method("Equals", "System.Object", "System.Object")
def equals(this: StringComparer, a: object, b: object) -> bool:
    return this.same(a, b)


TYPES = (CHAR, COMPARER, PLAIN)
