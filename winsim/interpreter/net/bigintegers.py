"""System.Numerics.BigInteger."""

from __future__ import annotations

from decimal import Decimal
from functools import total_ordering
from typing import Final

from winsim.interpreter.convert import SwitchParameter
from winsim.interpreter.net.number_format import format_number
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import Char, EnumValue, NetObject

NAME: Final = "System.Numerics.BigInteger"


@total_ordering
class BigInteger(NetObject):
    """A whole number of any size."""

    type_names = (NAME, "System.ValueType", "System.Object")
    reflected = True  # operators with a plain number on the left are its own

    def __init__(self, value: int) -> None:
        self.value = value

    @property
    def as_number(self) -> int:
        """What the conversions to other numbers see."""
        return self.value

    def __str__(self) -> str:
        return str(self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, BigInteger) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.value < other.value if isinstance(other, BigInteger) else NotImplemented

    def __add__(self, other: object) -> object:
        return BigInteger(self.value + other.value) if isinstance(other, BigInteger) else NotImplemented

    def __sub__(self, other: object) -> object:
        return BigInteger(self.value - other.value) if isinstance(other, BigInteger) else NotImplemented

    def __mul__(self, other: object) -> object:
        return BigInteger(self.value * other.value) if isinstance(other, BigInteger) else NotImplemented

    def __truediv__(self, other: object) -> object:
        return BigInteger(divided(self.value, other.value)[0]) if isinstance(other, BigInteger) else NotImplemented

    def __mod__(self, other: object) -> object:
        return BigInteger(divided(self.value, other.value)[1]) if isinstance(other, BigInteger) else NotImplemented


def divided(left: int, right: int) -> tuple[int, int]:
    """Quotient towards zero, and a rest with the sign of the dividend."""
    if right == 0:
        raise NetError("System.DivideByZeroException", "Attempted to divide by zero.")
    quotient = abs(left) // abs(right)
    quotient = quotient if (left < 0) == (right < 0) else -quotient
    return quotient, left - quotient * right


def made(value: object) -> BigInteger:
    if isinstance(value, BigInteger):
        return value
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, Char):
        return BigInteger(ord(value))
    if isinstance(value, bool | int | float | Decimal | EnumValue):
        try:
            return BigInteger(int(value))
        except (OverflowError, ValueError):
            raise NetError("System.OverflowException", "BigInteger cannot represent infinity.") from None
    if isinstance(value, SwitchParameter):
        return BigInteger(int(value.present))
    raise TypeError(value)


def parse(text: str) -> BigInteger:
    try:
        return BigInteger(int(text.strip()))
    except ValueError:
        raise NetError("System.FormatException", "The value could not be parsed.") from None


def formatted(this: BigInteger, spec: str) -> str:
    return format_number(Decimal(this.value), spec) if spec else str(this)


BIG = TypeDef(
    NAME, python=(BigInteger,), base="System.ValueType", value_type=True, convert=made, to_text=str, format=formatted
)
BIG.static_property("Zero")(lambda: BigInteger(0))
BIG.static_property("One")(lambda: BigInteger(1))
BIG.static_property("MinusOne")(lambda: BigInteger(-1))
BIG.static_method("Parse", "System.String")(parse)


@BIG.static_method("Pow", NAME, "System.Int32")
def power(value: BigInteger, exponent: int) -> BigInteger:
    if exponent < 0:
        raise NetError("System.ArgumentOutOfRangeException", "The number must be greater than or equal to zero.")
    return BigInteger(value.value**exponent)


@BIG.method("ToString", "System.String")
def text_in_format(this: BigInteger, spec: str) -> str:
    return formatted(this, spec)


@BIG.property("IsPowerOfTwo", "System.Boolean")
def is_power_of_two(this: BigInteger) -> bool:
    return this.value > 0 and this.value & (this.value - 1) == 0


@BIG.property("IsZero", "System.Boolean")
def is_zero(this: BigInteger) -> bool:
    return this.value == 0


@BIG.property("IsOne", "System.Boolean")
def is_one(this: BigInteger) -> bool:
    return this.value == 1


@BIG.property("IsEven", "System.Boolean")
def is_even(this: BigInteger) -> bool:
    return this.value % 2 == 0


@BIG.property("Sign", "System.Int32")
def sign(this: BigInteger) -> int:
    return (this.value > 0) - (this.value < 0)


TYPES = (BIG,)
