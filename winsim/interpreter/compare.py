"""Comparison of values: the left operand decides how the right one is converted."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any

from winsim.interpreter.collect import unwrap
from winsim.interpreter.convert import SwitchParameter, convert, to_bool
from winsim.interpreter.errors import ExceptionObject, TerminatingError, error
from winsim.interpreter.numbers import parse_number, text_to_integer
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import type_of
from winsim.interpreter.values import AUTOMATION_NULL, Char, EnumValue, NetObject, PSObject

Number = int | float | Decimal
# The signs in the order of the Unicode collation, which is not that of their codes.
SIGNS = {sign: chr(place) for place, sign in enumerate(" _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$", 1)}


@lru_cache(maxsize=4096)
def collation_key(text: str, ignore_case: bool = True) -> tuple[object, ...]:
    """The order of texts in a culture: signs, digits, letters; base letters before accents before case."""
    primary: list[tuple[int, str]] = []
    accents: list[str] = []
    cases: list[bool] = []
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.combining(character):
            accents.append(character)
            continue
        kind = 2 if character.isalpha() else 1 if character.isdigit() else 0
        primary.append((kind, SIGNS.get(character) or character.lower()))
        cases.append(character.isupper())
    return (tuple(primary), tuple(accents), () if ignore_case else tuple(cases))


def compare_text(left: str, right: str, ignore_case: bool) -> int:
    if left == right:
        return 0
    a, b = collation_key(left, ignore_case), collation_key(right, ignore_case)
    return -1 if a < b else int(a > b)


def numeric(value: object) -> Number | None:
    """The number behind a number, a boolean aside; characters and enumerations are not numbers here."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool | EnumValue):
        return value
    return None


def scan(text: str) -> Number:
    """A text operand as a number, or the error of a failed conversion."""
    number = parse_number(text)
    return text_to_integer(text, "System.Int32") if number is None else number


def compare_numbers(left: Number, right: Number) -> int:
    if left == right:
        return 0
    return -1 if left < right else 1


def equals(left: object, right: object, ignore_case: bool = True) -> bool:
    """``-eq`` of two scalars."""
    if type(left) is str and type(right) is str:
        return left.lower() == right.lower() if ignore_case else left == right
    left, right = unwrap(left), unwrap(right)
    if left is None or left is AUTOMATION_NULL:
        return right is None or right is AUTOMATION_NULL
    if right is None or right is AUTOMATION_NULL:
        return False
    if isinstance(left, str) and not isinstance(left, Char):
        other = str(to_text(right))
        return left.lower() == other.lower() if ignore_case else left == other
    if isinstance(left, bool):
        return left == to_bool(right)
    a = numeric(left)
    if a is not None:
        return number_equals(a, right)
    return object_equals(left, right, ignore_case)


def number_equals(left: Number, right: object) -> bool:
    if isinstance(right, bool | SwitchParameter):
        return left == int(to_bool(right))
    if isinstance(right, Char):
        return left == ord(right)
    if isinstance(right, str):
        if right == "":
            return left == 0
        number = parse_number(right)
        return number is not None and left == number
    if isinstance(right, EnumValue):
        return left == int(right)
    other = numeric(right)
    return other is not None and left == other


def object_equals(left: object, right: object, ignore_case: bool) -> bool:
    if left is right:
        return True
    if isinstance(left, Char):
        text = to_text(right)
        if isinstance(right, int) and not isinstance(right, bool):
            return ord(left) == right
        return left.lower() == text.lower() if ignore_case else str(left) == text
    if isinstance(left, EnumValue) and isinstance(right, int):
        return int(left) == int(right)
    if isinstance(left, SwitchParameter):
        return left.present == to_bool(right)
    if type(left) is type(right) or isinstance(right, list | PSObject):
        return not isinstance(left, list | PSObject) and bool(left == right)
    kind = type_of(left)
    if kind is None:
        return False
    try:
        converted = convert(right, kind)
    except TerminatingError:
        return False
    if isinstance(left, list | PSObject):
        return left is converted
    return bool(left == converted)


def compare_to_null(value: object, sign: int) -> int:
    number = numeric(value)
    return -sign if number is not None and number < 0 else sign


def compare(left: object, right: object, ignore_case: bool = True) -> int:
    """Negative, zero or positive, for ``-lt -le -gt -ge`` and sorting of unlike values."""
    left, right = unwrap(left), unwrap(right)
    left = None if left is AUTOMATION_NULL else left
    right = None if right is AUTOMATION_NULL else right
    if left is None:
        return 0 if right is None else compare_to_null(right, -1)
    if right is None:
        return compare_to_null(left, 1)
    if isinstance(left, str) and not isinstance(left, Char):
        return compare_text(left, to_text(right), ignore_case)
    if isinstance(left, bool):
        return int(left) - int(to_bool(right))
    a = numeric(left)
    if a is not None:
        b = number_operand(right)
        if b is not None:
            return compare_numbers(a, b)
    return compare_objects(left, right, ignore_case)


def number_operand(value: object) -> Number | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Char):
        return ord(value)
    if isinstance(value, str):
        return scan(value)
    if isinstance(value, SwitchParameter):
        return int(value.present)
    if isinstance(value, EnumValue):
        return int(value)
    return numeric(value)


def compare_objects(left: object, right: object, ignore_case: bool) -> int:
    if getattr(right, "reflected", False) and not isinstance(left, NetObject):
        return -compare_objects(right, left, ignore_case)
    kind = type_of(left)
    if not ordered(left):
        if left is right or (not isinstance(left, list | PSObject) and bool(left == right)):
            return 0
        raise incomparable("NotIcomparable", f'Cannot compare "{to_text(left)}" because it is not IComparable.')
    try:
        converted: Any = convert(right, kind) if kind is not None else right
    except TerminatingError as problem:
        message = (
            f'Could not compare "{to_text(left)}" to "{to_text(right)}". Error: "{problem.record.exception.message}"'
        )
        raise incomparable("ComparisonFailure", message) from None
    if isinstance(left, EnumValue):
        return compare_numbers(int(left), int(converted))
    if isinstance(left, Char):
        return ord(left) - ord(converted)
    if isinstance(left, NetObject):
        if left == converted:
            return 0
        return -1 if before(left, converted) else 1
    if left is right or (not isinstance(left, list | PSObject) and left == right):
        return 0
    raise incomparable("NotIcomparable", f'Cannot compare "{to_text(left)}" because it is not IComparable.')


def before(left: Any, right: Any) -> bool:
    return bool(left < right)


def ordered(value: object) -> bool:
    """Whether values of the type can be ordered."""
    if isinstance(value, NetObject):
        return any("__lt__" in vars(base) for base in type(value).__mro__ if base is not object)
    return not isinstance(value, list | PSObject)


def incomparable(id: str, message: str) -> TerminatingError:
    inner = ExceptionObject("System.Management.Automation.PSArgumentException", message)
    return error(id, message, "InvalidOperation", inner=inner)
