"""Arithmetic and bitwise operators."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.compare import Number, scan
from winsim.interpreter.containers import Dictionary, Hashtable, OrderedDictionary
from winsim.interpreter.convert import SwitchParameter, convert
from winsim.interpreter.errors import ExceptionObject, TerminatingError, error, from_net
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.numbers import INTEGERS, in_range, round_even, to_decimal, to_integer
from winsim.interpreter.sizes import LARGE, check_size
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type, type_name_of
from winsim.interpreter.values import (
    AUTOMATION_NULL,
    Array,
    Char,
    EnumValue,
    Int64,
    NetObject,
    Single,
    UInt32,
    UInt64,
)

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
DECIMAL_MAX = 79228162514264337593543950335
MIXED = 4  # a negative number with an unsigned 64-bit one: decimals

# Rank of the types among operands; the higher one decides what is computed in.
_RANK: dict[type, int] = {int: 0, Int64: 2, UInt32: 1, UInt64: 3, float: 5, Single: 5, Decimal: 6}


def method_not_found(left: object, name: str) -> TerminatingError:
    kind = type_name_of(left)
    message = f"Method invocation failed because [{kind}] does not contain a method named '{name}'."
    return error("MethodNotFound", message, "InvalidOperation", name)


def operand(value: object) -> Number | None:
    """A value as the number that arithmetic sees, None where it is none."""
    if isinstance(value, EnumValue):
        return int(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | Decimal):
        return value
    if value is None:
        return 0
    if isinstance(value, Char):
        return ord(value)
    if isinstance(value, str):
        return scan(value)
    if isinstance(value, SwitchParameter):
        return int(value.present)
    return None


def rank(value: Number) -> int:
    return _RANK.get(type(value), 0)


def fit(result: int, width: int) -> Number:
    """An integer result in the type of the operation, a double when it does not fit."""
    if width == 0:
        return result if INT_MIN <= result <= INT_MAX else float(result)
    name = ("System.Int32", "System.UInt32", "System.Int64", "System.UInt64")[width]
    low, high, make = INTEGERS[name]
    return make(result) if low <= result <= high else float(result)


def integer_width(left: Number, right: Number) -> int:
    width = max(rank(left), rank(right))
    if width == 1 and (left < 0 or right < 0):
        return 2
    if width == 3 and (left < 0 or right < 0):
        return MIXED
    return width


def compute(left: Number, right: Number, op: str) -> Number:
    """``+ - *`` of two numbers."""
    width = integer_width(left, right)
    if width == 6:
        return decimal_result(to_decimal(left), to_decimal(right), op)
    if width == MIXED:
        x, y = int(left), int(right)
        exact = x + y if op == "+" else x - y if op == "-" else x * y
        return Decimal(exact) if abs(exact) <= DECIMAL_MAX else float(exact)
    if width >= 5:
        a, b = float(left), float(right)
        return a + b if op == "+" else a - b if op == "-" else a * b
    x, y = int(left), int(right)
    return fit(x + y if op == "+" else x - y if op == "-" else x * y, width)


def decimal_result(left: Decimal, right: Decimal, op: str) -> Decimal:
    with localcontext() as context:
        context.prec = 29
        result = left + right if op == "+" else left - right if op == "-" else left * right
    if abs(result) > DECIMAL_MAX:
        message = "Value was either too large or too small for a Decimal."
        raise error("RuntimeException", message, inner=ExceptionObject("System.OverflowException", message))
    return result


def clean(value: object) -> object:
    value = unwrap(value)
    return None if value is AUTOMATION_NULL else value


def add(left: object, right: object) -> object:
    if type(left) is int and type(right) is int:
        result = left + right
        return result if INT_MIN <= result <= INT_MAX else float(result)
    if type(left) is str:
        return joined(left, to_text(right))
    left, right = clean(left), clean(right)
    if isinstance(left, list):
        return add_lists(left, right)
    if left is None:
        return right
    if isinstance(left, str):
        return joined(str(left), to_text(right))
    if isinstance(left, Dictionary):
        return add_tables(left, right)
    if isinstance(left, NetObject):
        items = items_of(left)
        if items is not None:
            return add_lists(items, right)
    return numbers_or_objects(left, right, "+", "op_Addition")


def joined(left: str, right: str) -> str:
    if len(left) > LARGE:
        check_size(len(left) + len(right))
    return left + right


def add_lists(left: list[object], right: object) -> object:
    items = items_of(right)
    extra = items if items is not None else [right]
    if len(left) > LARGE:
        check_size((len(left) + len(extra)) * 4)
    return Array([*left, *extra])


def add_tables(left: Dictionary, right: object) -> object:
    if not isinstance(right, Dictionary):
        message = "A hash table can only be added to another hash table."
        raise error("AddHashTableToNonHashTable", message, "InvalidOperation", right)
    kind = OrderedDictionary if isinstance(left, OrderedDictionary) else Hashtable
    merged = kind(left.items(), left.ignore_case)
    for key, value in right.items():
        if key in merged:
            text, exception = to_text(key), "System.ArgumentException"
            message = f"Item has already been added. Key in dictionary: '{text}'  Key being added: '{text}'"
            raise error(exception, message, "OperationStopped", type_name=exception)
        merged[key] = value
    return merged


def numbers_or_objects(left: object, right: object, op: str, method: str) -> object:
    if isinstance(left, NetObject) and not isinstance(left, SwitchParameter):
        return object_operator(left, right, op, method)
    a = operand(left)
    if a is None or isinstance(right, list | Dictionary):
        raise method_not_found(right if a is not None else left, method)
    b = operand(right)
    if b is None:
        return object_operator(left, right, op, method)
    if isinstance(left, EnumValue) and op != "*":
        return as_enum(compute(a, b, op), left)
    return compute(a, b, op)


def as_enum(number: Number, like: EnumValue) -> object:
    """The sum of an enumeration value and a number is a value of the enumeration."""
    from winsim.interpreter.convert import enum_value
    from winsim.interpreter.typetable import table

    definition = table().definition(like.type_name)
    return enum_value(definition, int(number)) if definition is not None else number


def object_operator(left: object, right: object, op: str, method: str) -> object:
    """An operator that the .NET type defines: Python's special methods of the class."""
    special = {"+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "%": "__mod__"}[op]
    if getattr(right, "reflected", False) and not isinstance(left, NetObject):
        left = convert(left, get_type(type_name_of(right) or ""))
    implementation: Callable[[Any], object] | None = getattr(left, special, None)
    if implementation is not None and isinstance(left, NetObject):
        for candidate in converted_operands(left, right):
            try:
                result = implementation(candidate)
            except NetError as problem:
                raise from_net(problem) from None
            if result is not NotImplemented:
                return result
    raise method_not_found(left, method)


def converted_operands(left: object, right: object) -> list[object]:
    """The right operand as it is, then as what the left type may be combined with."""
    from winsim.interpreter.typetable import type_of

    candidates = [right]
    kinds = (
        [type_of(left), get_type("System.TimeSpan")]
        if isinstance(right, str)
        else [get_type("System.TimeSpan"), type_of(left)]
    )
    for kind in kinds:
        try:
            candidates.append(convert(right, kind) if kind is not None else right)
        except TerminatingError:
            continue
    return candidates


def subtract(left: object, right: object) -> object:
    if type(left) is int and type(right) is int:
        result = left - right
        return result if INT_MIN <= result <= INT_MAX else float(result)
    left, right = clean(left), clean(right)
    if isinstance(left, list):
        raise method_not_found(left, "op_Subtraction")
    return numbers_or_objects(left, right, "-", "op_Subtraction")


def multiply(left: object, right: object) -> object:
    if type(left) is int and type(right) is int:
        result = left * right
        return result if INT_MIN <= result <= INT_MAX else float(result)
    left, right = clean(left), clean(right)
    if isinstance(left, str) and not isinstance(left, Char):
        return repeat_text(str(left), right)
    if isinstance(left, list):
        kind = left.element_type if isinstance(left, Array) else "System.Object"
        return Array(repeat(left, right), kind)
    if left is None:
        return None
    if isinstance(left, bool | Char):
        raise method_not_found(right if isinstance(right, list | Dictionary) else left, "op_Multiply")
    return numbers_or_objects(left, right, "*", "op_Multiply")


def repeat_text(text: str, right: object) -> str:
    times = repetitions(right, "System.Int32")
    if times < 0:
        kind = "System.ArgumentOutOfRangeException"
        message = "Specified argument was out of the range of valid values.\r\nParameter name: times"
        raise error(kind, message, "OperationStopped", type_name=kind)
    check_size(len(text) * times)
    return text * times


def repeat(items: list[object], right: object) -> list[object]:
    times = repetitions(right, "System.UInt32")
    check_size(len(items) * times)
    return list(items) * times


def repetitions(right: object, kind: str) -> int:
    number = scan(right) if isinstance(right, str) and not isinstance(right, Char) else right
    times = convert(number, get_type(kind))
    assert isinstance(times, int)
    return times


def divide_by_zero() -> TerminatingError:
    message = "Attempted to divide by zero."
    cause = ExceptionObject("System.DivideByZeroException", message)
    return error("RuntimeException", message, "NotSpecified", inner=cause)


def divide(left: object, right: object) -> object:
    left, right = clean(left), clean(right)
    a, b = division_operands(left, right, "/", "op_Division")
    if a is None or b is None:
        return object_operator(left, right, "/", "op_Division")
    width = integer_width(a, b)
    if width in (MIXED, 6):
        x, y = to_decimal(a), to_decimal(b)
        if y == 0:
            raise divide_by_zero()
        with localcontext() as context:
            context.prec = 28
            return shorten(x / y)
    if width >= 5:
        return float_division(float(a), float(b))
    if b == 0:
        raise divide_by_zero()
    i, j = int(a), int(b)
    return fit(i // j, width) if i % j == 0 else i / j


def shorten(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return value.quantize(Decimal(1))
    return value


def float_division(a: float, b: float) -> float:
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def division_operands(left: object, right: object, op: str, method: str) -> tuple[Number | None, Number | None]:
    if isinstance(left, list | Dictionary) or isinstance(right, list | Dictionary):
        raise method_not_found(left if isinstance(left, list | Dictionary) else right, method)
    if isinstance(left, NetObject) and not isinstance(left, SwitchParameter):
        return None, None
    return operand(left), operand(right)


def remainder(left: object, right: object) -> object:
    if type(left) is int and type(right) is int and right != 0:
        return exact_remainder(left, right)
    left, right = clean(left), clean(right)
    a, b = division_operands(left, right, "%", "op_Modulus")
    if a is None or b is None:
        return object_operator(left, right, "%", "op_Modulus")
    width = integer_width(a, b)
    if width in (MIXED, 6):
        if b == 0:
            raise divide_by_zero()
        return to_decimal(a) % to_decimal(b)
    if width >= 5:
        return math.nan if b == 0 or math.isinf(a) else math.fmod(float(a), float(b))
    if b == 0:
        raise divide_by_zero()
    return fit(exact_remainder(int(a), int(b)), width)


def exact_remainder(a: int, b: int) -> int:
    rest = abs(a) % abs(b)
    return rest if a >= 0 else -rest


def negate(value: object) -> object:
    value = clean(value)
    if type(value) is int or type(value) is Int64:
        lowest = INT_MIN if type(value) is int else -(2**63)
        return value if value == lowest else type(value)(-value)
    if isinstance(value, NetObject) and hasattr(value, "__neg__"):
        return value.__neg__()
    return subtract(0, value)


def plus(value: object) -> object:
    value = clean(value)
    return value if type(value) in (Int64, UInt32, UInt64, Single, Decimal) else add(0, value)


# -- bitwise ----------------------------------------------------------------------------------------------------------


def bit_operand(value: object, name: str) -> int:
    number = operand(value)
    if number is None:
        raise method_not_found(value, name)
    if not isinstance(number, float | Decimal):
        return number
    whole = round_even(number)
    for kind in ("System.Int32", "System.UInt32", "System.Int64"):
        low, high, make = INTEGERS[kind]
        if low <= whole <= high:
            return make(whole)
    return in_range(whole, "System.UInt64", to_text(value))


def bitwise(left: object, right: object, op: str) -> object:
    left, right = clean(left), clean(right)
    name = {"band": "op_BitwiseAnd", "bor": "op_BitwiseOr", "bxor": "op_ExclusiveOr"}[op]
    if isinstance(left, EnumValue) or (isinstance(right, EnumValue) and isinstance(left, str)):
        return enum_bits(left, right, op)
    numbers = operand(left), operand(right)
    a, b = bit_operand(left, name), bit_operand(right, name)
    result = a & b if op == "band" else a | b if op == "bor" else a ^ b
    if any(isinstance(number, float | Decimal) for number in numbers):
        return UInt64(result) if a >= 0 and b >= 0 else Int64(result)
    return sized(result, max(rank(a), rank(b)))


def enum_bits(left: object, right: object, op: str) -> object:
    kind = next(value.type_name for value in (left, right) if isinstance(value, EnumValue))
    target = get_type(kind)
    a = int(convert(left, target))  # type: ignore[call-overload]
    b = int(convert(right, target)) if isinstance(right, str) else bit_operand(right, "op_BitwiseAnd")  # type: ignore[call-overload]
    result = a & b if op == "band" else a | b if op == "bor" else a ^ b
    return convert(result, target)


def sized(result: int, width: int) -> int:
    if width == 0 and INT_MIN <= result <= INT_MAX:
        return int(result)
    if width == 1:
        return UInt32(result & 0xFFFFFFFF) if result >= 0 else Int64(result)
    return UInt64(result & (2**64 - 1)) if width == 3 else Int64(result)


def shift(left: object, right: object, op: str) -> object:
    left, right = clean(left), clean(right)
    if left is None:
        return 0
    name = "op_LeftShift" if op == "shl" else "op_RightShift"
    if isinstance(left, bool | Char | list | Dictionary | NetObject):
        raise method_not_found(left, name)
    value = bit_operand(left, name)
    count = to_integer(scan(right) if isinstance(right, str) else right, "System.Int32")
    width = 64 if isinstance(value, Int64 | UInt64) else 32
    count &= width - 1
    result = value << count if op == "shl" else value >> count
    if isinstance(value, UInt64 | UInt32):
        return type(value)(result & ((1 << width) - 1))
    result &= (1 << width) - 1
    if result >= 1 << (width - 1):
        result -= 1 << width
    return Int64(result) if width == 64 else result


def bit_not(value: object) -> object:
    value = clean(value)
    if isinstance(value, EnumValue):
        return convert(~int(value), get_type(value.type_name))
    number = bit_operand(value, "op_OnesComplement")
    if isinstance(number, UInt64 | UInt32):
        bits = 64 if isinstance(number, UInt64) else 32
        return type(number)(~int(number) & ((1 << bits) - 1))
    return type(number)(~int(number)) if isinstance(number, Int64) else ~int(number)


def step(value: object, by: int) -> object:
    """``++`` and ``--``."""
    value = clean(value)
    if type(value) is int:
        result = value + by
        return result if INT_MIN <= result <= INT_MAX else float(result)
    if value is None:
        return by
    if getattr(value, "reflected", False):
        return add(value, by)
    if isinstance(value, Char | bool) or not isinstance(value, int | float | Decimal):
        name = "++" if by > 0 else "--"
        message = f"The '{name}' operator works only on numbers. The operand is a '{type_name_of(value)}'."
        raise error("OperatorRequiresNumber", message, "InvalidOperation", value)
    return compute(value, by, "+") if by > 0 else compute(value, -by, "-")


def shift_range(left: object, right: object) -> object:
    """``left..right``."""
    first, last = range_end(left), range_end(right)
    size = abs(last - first) + 1
    check_size(size * 4)
    return Array(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def range_end(value: object) -> int:
    value = clean(value)
    number = convert(str(value) if isinstance(value, Char) else value, get_type("System.Int32"))
    assert isinstance(number, int)
    return number
