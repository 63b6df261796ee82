"""The validation attributes: ValidateSet, ValidateRange ..., as functions that refuse a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from winsim.interpreter import compare as comparing
from winsim.interpreter.binding_values import ValidationFailed
from winsim.interpreter.collect import items_of
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.errors import TerminatingError, error
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.numbers import to_integer
from winsim.interpreter.parameters import Validator
from winsim.interpreter.regexes import compile_pattern
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import NUMBER_TYPES, type_name_of, type_of
from winsim.interpreter.values import Char

NOTHING = "The argument is null. Provide a valid value for the argument, and then try running the command again."
NOTHING_IN_IT = (
    "The argument has a null value, or an element of the argument collection contains a null value. Provide a "
    "collection that does not contain any null values, and then try the command again."
)
EMPTY = "The argument is null or empty. Provide an argument that is not null or empty, and then try the command again."
EMPTY_IN_IT = (
    "The argument is null, empty, or an element of the argument collection contains a null value. Supply a collection "
    "that does not contain any null values and then try the command again."
)


def each(check: Callable[[Any, str, object], None]) -> Validator:
    """Validation of every element of a collection."""

    def validate(session: Any, name: str, value: object) -> None:
        if value is None:
            raise ValidationFailed(EMPTY_IN_IT, "ArgumentIsEmpty")
        items = items_of(value)
        for item in items if items is not None else [value]:
            check(session, name, item)

    return validate


def validate_set(arguments: list[object], named: dict[str, object]) -> Validator:
    ignore_case = to_bool(named.get("ignorecase", True))
    texts = [to_text(a) for a in arguments]

    def check(session: Any, name: str, value: object) -> None:
        if value is None:
            raise ValidationFailed(EMPTY, "ArgumentIsEmpty")
        text = to_text(value)
        if not any(comparing.equals(text, one, ignore_case) for one in texts):
            names = ",".join(texts)
            raise ValidationFailed(
                f'The argument "{text}" does not belong to the set "{names}" specified by the ValidateSet attribute. '
                "Supply an argument that is in the set and then try the command again.",
                "ValidateSetFailure",
            )

    return each(check)


def validate_range(arguments: list[object], named: dict[str, object]) -> Validator:
    """The value counts as what it is in the type of the limits."""
    low, high = arguments[0], arguments[1]
    own = type_of(low)
    kind = own if own is not None and own == type_of(high) else NetType("System.Double")
    if type_of(low) != type_of(high) and not (is_number(low) and is_number(high)):
        raise malformed(
            "MinRangeNotTheSameTypeOfMaxRange",
            f"The specified minimum range ({short_name(low)}) cannot be accepted because it is not the same type as "
            f"the specified maximum range ({short_name(high)}). Update the ValidateRange attribute for the parameter.",
        )
    if comparing.compare(low, high) > 0:
        raise malformed(
            "MaxRangeSmallerThanMinRange",
            "The specified maximum range cannot be accepted because it is less than the specified minimum range. "
            "Update the ValidateRange attribute for the parameter.",
        )

    def check(session: Any, name: str, value: object) -> None:
        try:
            compared = convert(value, kind)
        except TerminatingError:
            raise ValidationFailed(
                f'The argument cannot be validated because its type "{short_name(value)}" is not the same type '
                f"({short_name(low)}) as the maximum and minimum limits of the parameter. Make sure the argument is of "
                f"type {short_name(low)} and then try the command again.",
                "ValidationRangeElementType",
            ) from None
        if comparing.compare(low, compared) > 0:
            raise ValidationFailed(
                f"The {to_text(compared)} argument is less than the minimum allowed range of {to_text(low)}. "
                f"Supply an argument that is greater than or equal to {to_text(low)} and then try the command again.",
                "ValidateRangeTooSmall",
            )
        if comparing.compare(high, compared) < 0:
            raise ValidationFailed(
                f"The {to_text(compared)} argument is greater than the maximum allowed range of {to_text(high)}. "
                f"Supply an argument that is less than or equal to {to_text(high)} and then try the command again.",
                "ValidateRangeTooBig",
            )

    return each(check)


def is_number(value: object) -> bool:
    return type_name_of(value) in NUMBER_TYPES


def malformed(id: str, message: str) -> TerminatingError:
    """The error of an attribute that cannot be."""
    return error(id, message, "MetadataError", None, "System.Management.Automation.ValidationMetadataException")


def short_name(value: object) -> str:
    return (type_name_of(value) or "null").rpartition(".")[2]


def validate_pattern(arguments: list[object], named: dict[str, object]) -> Validator:
    options = to_text(named.get("options", "IgnoreCase"))
    text = to_text(arguments[0])
    pattern = compile_pattern(text, "ignorecase" in options.lower())

    def check(session: Any, name: str, value: object) -> None:
        if value is None:
            raise ValidationFailed(EMPTY, "ArgumentIsEmpty")
        if not pattern.search(to_text(value)):
            raise ValidationFailed(
                f'The argument "{to_text(value)}" does not match the "{text}" pattern. Supply an argument that matches '
                f'"{text}" and try the command again.',
                "ValidatePatternFailure",
            )

    return each(check)


def validate_length(arguments: list[object], named: dict[str, object]) -> Validator:
    low, high = whole(arguments[0]), whole(arguments[1])

    def check(session: Any, name: str, value: object) -> None:
        if not isinstance(value, str) or isinstance(value, Char):
            raise ValidationFailed(
                "The ValidateLength attribute cannot be applied to a parameter that is not a string or string[] "
                "parameter. Make the parameter a string or string[] parameter.",
                "ValidateLengthNotString",
            )
        if len(value) < low:
            raise ValidationFailed(
                f"The character length ({len(value)}) of the argument is too short. Specify an argument with a length "
                f'that is greater than or equal to "{low}", and then try the command again.',
                "ValidateLengthMinLengthFailure",
            )
        if len(value) > high:
            raise ValidationFailed(
                f"The character length ({len(value)}) of the argument is too long. Specify an argument with a length "
                f'that is shorter than or equal to "{high}", and then try the command again.',
                "ValidateLengthMaxLengthFailure",
            )

    return each(check)


def validate_count(arguments: list[object], named: dict[str, object]) -> Validator:
    low, high = whole(arguments[0]), whole(arguments[1])
    if high < low:
        raise malformed(
            "ValidateRangeMaxLengthSmallerThanMinLength",
            "The specified maximum number of arguments for a parameter is fewer than the specified minimum number of "
            "arguments. Update the ValidateCount attribute for the parameter.",
        )

    def check(session: Any, name: str, value: object) -> None:
        items = items_of(value)
        if items is None and value is not None:
            raise ValidationFailed(
                "The ValidateCount attribute cannot be applied to a non-array parameter. Either remove the attribute "
                "from the parameter or make the parameter an array parameter.",
                "NotAnArrayParameter",
            )
        count = len(items) if items is not None else 0
        if low == high != count:
            raise ValidationFailed(
                f"The parameter requires exactly {high} value(s) - {count} value(s) were provided.",
                "ValidateCountExactFailure",
            )
        if not low <= count <= high:
            raise ValidationFailed(
                f"The parameter requires at least {low} value(s) and no more than {high} value(s) - {count} value(s) "
                "were provided.",
                "ValidateCountMinMaxFailure",
            )

    return check


def validate_script(arguments: list[object], named: dict[str, object]) -> Validator:
    block: Any = arguments[0]

    def check(session: Any, name: str, value: object) -> None:
        if value is None:
            raise ValidationFailed(EMPTY, "ArgumentIsEmpty")
        if not to_bool(session.call_block(block, value, underscore=value, outside=True)):
            raise ValidationFailed(
                f'The "{block!s}" validation script for the argument with value "{to_text(value)}" did not return a '
                "result of True. Determine why the validation script failed, and then try the command again.",
                "ValidateScriptFailure",
            )

    def guarded(session: Any, name: str, value: object) -> None:
        try:
            check(session, name, value)
        except TerminatingError as problem:
            raise ValidationFailed(problem.record.message, problem.record.id, problem.record.exception) from None

    return each(guarded)


def validate_not_null(arguments: list[object], named: dict[str, object]) -> Validator:
    def check(session: Any, name: str, value: object) -> None:
        items = items_of(value)
        if value is None:
            raise ValidationFailed(NOTHING, "ArgumentIsNull")
        if items is not None and any(i is None for i in items):
            raise ValidationFailed(NOTHING_IN_IT, "ArgumentIsNull")

    return check


def validate_not_empty(arguments: list[object], named: dict[str, object]) -> Validator:
    def check(session: Any, name: str, value: object) -> None:
        items = items_of(value)
        if value is None:
            raise ValidationFailed(EMPTY, "ArgumentIsNull")
        if value == "" or (items is not None and not items):
            raise ValidationFailed(EMPTY, "ArgumentIsEmpty")
        if items is not None and any(i is None for i in items):
            raise ValidationFailed(EMPTY_IN_IT, "ArgumentIsNull")
        if items is not None and any(i == "" and isinstance(i, str) for i in items):
            raise ValidationFailed(EMPTY_IN_IT, "ArgumentCollectionContainsEmpty")

    return check


def whole(value: object) -> int:
    return to_integer(value, "System.Int32")


VALIDATORS: dict[str, Callable[[list[object], dict[str, object]], Validator]] = {
    "validateset": validate_set,
    "validaterange": validate_range,
    "validatepattern": validate_pattern,
    "validatelength": validate_length,
    "validatecount": validate_count,
    "validatescript": validate_script,
    "validatenotnull": validate_not_null,
    "validatenotnullorempty": validate_not_empty,
}
