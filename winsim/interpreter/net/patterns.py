"""WildcardPattern and LanguagePrimitives of the engine."""

from __future__ import annotations

import re

from winsim.interpreter.compare import equals
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.core_types import SMA
from winsim.interpreter.nettypes import NetType, TypeDef, enumeration
from winsim.interpreter.values import EnumValue, NetObject
from winsim.interpreter.wildcards import wildcard_pattern


class WildcardPattern(NetObject):
    type_names = (SMA + "WildcardPattern", "System.Object")

    def __init__(self, text: str, ignore_case: bool) -> None:
        self.text = text
        self.pattern: re.Pattern[str] = wildcard_pattern(text, ignore_case)


OPTIONS = enumeration(
    SMA + "WildcardOptions", {"None": 0, "Compiled": 1, "IgnoreCase": 2, "CultureInvariant": 4}, flags=True
)
PATTERN = TypeDef(SMA + "WildcardPattern", python=(WildcardPattern,))


@PATTERN.constructor("System.String")
def new_pattern(text: str) -> WildcardPattern:
    return WildcardPattern(text, False)


@PATTERN.constructor("System.String", SMA + "WildcardOptions")
def new_with_options(text: str, options: EnumValue) -> WildcardPattern:
    return WildcardPattern(text, bool(options & 2))


@PATTERN.method("IsMatch", "System.String")
def is_match(this: WildcardPattern, text: str) -> bool:
    return this.pattern.fullmatch(text) is not None


@PATTERN.static_method("ContainsWildcardCharacters", "System.String")
def contains_wildcards(text: str) -> bool:
    return any(character in "*?[]" for character in re.sub(r"`.", "", text or "", flags=re.DOTALL))


@PATTERN.static_method("Escape", "System.String")
def escape(text: str) -> str:
    return re.sub(r"([*?\[\]])", r"`\1", text)


@PATTERN.static_method("Unescape", "System.String")
def unescape(text: str) -> str:
    return re.sub(r"`([*?\[\]])", r"\1", text)


PRIMITIVES = TypeDef(SMA + "LanguagePrimitives")


@PRIMITIVES.static_method("ConvertTo", "System.Object", "System.Type")
def convert_to(value: object, kind: NetType) -> object:
    return convert(value, kind)


@PRIMITIVES.static_method("IsTrue", "System.Object")
def is_true(value: object) -> bool:
    return to_bool(value)


@PRIMITIVES.static_method("Equals", "System.Object", "System.Object")
def are_equal(left: object, right: object) -> bool:
    return equals(left, right, False)


@PRIMITIVES.static_method("Equals", "System.Object", "System.Object", "System.Boolean")
def are_equal_in_case(left: object, right: object, ignore_case: bool) -> bool:
    return equals(left, right, ignore_case)


TYPES = (OPTIONS, PATTERN, PRIMITIVES)
