"""Measure-Object and Compare-Object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import evaluate, known_culture, parse_all, resolve, value_of
from winsim.cmdlets.utility_sort import order
from winsim.interpreter.ambient import heed_stop
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.convert import convert
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.members import MISSING
from winsim.interpreter.special import extend
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type, type_of
from winsim.interpreter.values import AUTOMATION_NULL, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

MEASURES = "Microsoft.PowerShell.Commands."


def measured(kind: str, properties: dict[str, object]) -> PSObject:
    return PSObject(properties, (MEASURES + kind, MEASURES + "MeasureInfo", "System.Object"))


UNLIMITED = 2**31 - 1
Entry = tuple[object, list[object]]  # an object and what it is compared by


class Tally:
    """What was seen of one property."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.count = self.lines = self.words = self.characters = 0
        self.total = 0.0
        self.largest: object = None
        self.smallest: object = None

    def extremes(self, value: object, want_largest: bool, want_smallest: bool) -> None:
        """Anything that can be compared has a largest and a smallest one."""
        if want_largest and (self.largest is None or compare_measured(self.largest, value) < 0):
            self.largest = value
        if want_smallest and (self.smallest is None or compare_measured(self.smallest, value) > 0):
            self.smallest = value

    def text(self, value: str, ignore_white: bool) -> None:
        self.lines += (value.count("\n") + (not value.endswith("\n"))) if value else 0
        self.words += len(value.split())
        self.characters += len(re.sub(r"\s", "", value)) if ignore_white else len(value)


def as_double(value: object) -> float | None:
    if value is None:
        return None
    try:
        return float(convert(value, get_type("System.Double")))  # type: ignore[arg-type]
    except (TerminatingError, TypeError):
        return None


def compare_measured(left: object, right: object) -> int:
    """Numbers as numbers, values of one type by their order, all others as text."""
    a, b = as_double(left), as_double(right)
    if a is not None and b is not None:
        return (a > b) - (a < b)
    one, other = unwrap(left), unwrap(right)
    if a is not None or b is not None or type_of(one) != type_of(other):
        one, other = to_text(left), to_text(right)
    return order(one, other, ignore_case=False)


@cmdlet(
    "Measure-Object",
    (
        "InputObject",
        "Property",
        "Sum",
        "Average",
        "Maximum",
        "Minimum",
        "Line",
        "Word",
        "Character",
        "IgnoreWhiteSpace",
    ),
    locks_world=False,
)
class MeasureObject:
    def begin(self, call: CommandCall) -> None:
        self.expressions = parse_all(call.get("Property")) if call.has("Property") else []
        self.tallies: dict[str, Tally] = {}
        if not self.expressions:
            self.tallies[""] = Tally(None)
        self.not_numeric = False

    @staticmethod
    def is_text(call: CommandCall) -> bool:
        return any(call.switch(name) for name in ("Line", "Word", "Character", "IgnoreWhiteSpace"))

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject", AUTOMATION_NULL)
        if value is AUTOMATION_NULL or value is None:
            return
        if not self.expressions:
            self.take(call, self.tallies[""], value)
            return
        for expression in self.expressions:
            for name, single in resolve(expression, value):
                held = evaluate(call, single, value, MISSING)
                if held is not MISSING and held is not None:
                    self.take(call, self.tallies.setdefault(name.lower(), Tally(name)), held)

    def take(self, call: CommandCall, tally: Tally, value: object) -> None:
        tally.count += 1
        if self.is_text(call):
            tally.text(to_text(value), call.switch("IgnoreWhiteSpace"))
            return
        if not any(call.switch(name) for name in ("Sum", "Average", "Maximum", "Minimum")):
            return
        number = as_double(value)
        if number is not None:
            tally.total += number
        elif call.switch("Sum") or call.switch("Average"):
            self.not_numeric = True
            call.write_error(
                CommandError(
                    "NonNumericInputObject",
                    f'Input object "{to_text(value)}" is not numeric.',
                    "InvalidType",
                    value,
                    "System.Management.Automation.PSInvalidOperationException",
                )
            )
            return
        tally.extremes(value, call.switch("Maximum"), call.switch("Minimum"))

    def end(self, call: CommandCall) -> None:
        self.report_missing(call)
        for tally in self.tallies.values():
            call.write(self.text_info(call, tally) if self.is_text(call) else self.number_info(call, tally))

    def report_missing(self, call: CommandCall) -> None:
        """A property that no object had."""
        for expression in self.expressions:
            if expression.block is None and not any(expression.name.lower() == name for name in self.tallies):
                if "*" in expression.name and self.tallies:
                    continue
                call.write_error(
                    CommandError(
                        "GenericMeasurePropertyNotFound",
                        f'The property "{expression.name}" cannot be found in the input for any objects.',
                        "InvalidArgument",
                        None,
                        "System.Management.Automation.PSArgumentException",
                    )
                )

    def number_info(self, call: CommandCall, tally: Tally) -> PSObject:
        largest, smallest = as_double(tally.largest), as_double(tally.smallest)
        numbers = (largest is not None or tally.largest is None) and (smallest is not None or tally.smallest is None)
        sums = not self.not_numeric
        return measured(
            ("GenericMeasureInfo" if numbers else "GenericObjectMeasureInfo"),
            {
                "Count": tally.count,
                "Average": tally.total / tally.count if sums and tally.count and call.switch("Average") else None,
                "Sum": tally.total if sums and tally.count and call.switch("Sum") else None,
                "Maximum": largest if numbers else tally.largest,
                "Minimum": smallest if numbers else tally.smallest,
                "Property": tally.name,
            },
        )

    @staticmethod
    def text_info(call: CommandCall, tally: Tally) -> PSObject:
        return measured(
            "TextMeasureInfo",
            {
                "Lines": tally.lines if call.switch("Line") else None,
                "Words": tally.words if call.switch("Word") else None,
                "Characters": tally.characters if call.switch("Character") else None,
                "Property": tally.name,
            },
        )


@cmdlet(
    "Compare-Object",
    (
        "ReferenceObject",
        "DifferenceObject",
        "Property",
        "IncludeEqual",
        "ExcludeDifferent",
        "PassThru",
        "CaseSensitive",
        "SyncWindow",
        "Culture",
    ),
    empties=("ReferenceObject", "DifferenceObject"),
    locks_world=False,
)
class CompareObject:
    """Objects of two sets by their properties, or by themselves.

    Both sides are walked in step; what has no partner yet waits in a backlog, ``-SyncWindow`` of them at most.
    """

    def begin(self, call: CommandCall) -> None:
        known_culture(call)
        self.expressions = parse_all(call.get("Property"), ("name", "expression")) if call.has("Property") else []
        self.window = int(call.get("SyncWindow", UNLIMITED))  # type: ignore[call-overload]
        self.left: list[Entry] | None = None
        self.position = 0
        self.left_waiting: list[Entry] = []
        self.right_waiting: list[Entry] = []

    def process(self, call: CommandCall) -> None:
        if self.left is None:
            self.left = self.entries(call, call.get("ReferenceObject"))
        for entry in self.entries(call, call.get("DifferenceObject")):
            self.step(call, entry)

    def entries(self, call: CommandCall, given: object) -> list[Entry]:
        items = items_of(given)
        values = list(items) if items is not None else [] if given is None else [given]
        return [(value, self.keys(call, value)) for value in values]

    def step(self, call: CommandCall, right: Entry | None) -> None:
        """The next object of each side."""
        heed_stop()
        left = None
        if self.left is not None and self.position < len(self.left):
            left = self.left[self.position]
            self.position += 1
        if left is not None and right is not None and self.same(call, left[1], right[1]):
            self.equal(call, left)
            return
        partner = self.take(call, right, self.left_waiting)
        if partner is not None:
            self.equal(call, partner)
            right = None
        if self.take(call, left, self.right_waiting) is not None and left is not None:
            self.equal(call, left)
            left = None
        self.put_off(call, right, self.right_waiting, "=>")
        self.put_off(call, left, self.left_waiting, "<=")

    def take(self, call: CommandCall, wanted: Entry | None, waiting: list[Entry]) -> Entry | None:
        if wanted is None:
            return None
        index = next((i for i, entry in enumerate(waiting) if self.same(call, wanted[1], entry[1])), None)
        return None if index is None else waiting.pop(index)

    def put_off(self, call: CommandCall, entry: Entry | None, waiting: list[Entry], side: str) -> None:
        if entry is None:
            return
        if self.window <= 0:
            self.different(call, entry, side)
            return
        while len(waiting) >= self.window:
            self.different(call, waiting.pop(0), side)
        waiting.append(entry)

    def end(self, call: CommandCall) -> None:
        while self.left is not None and self.position < len(self.left):
            self.step(call, None)
        for entry in self.right_waiting:
            self.different(call, entry, "=>")
        for entry in self.left_waiting:
            self.different(call, entry, "<=")

    def keys(self, call: CommandCall, value: object) -> list[object]:
        return [value_of(call, e, value) for e in self.expressions] if self.expressions else [value]

    @staticmethod
    def same(call: CommandCall, a: list[object], b: list[object]) -> bool:
        return all(alike(x, y, not call.switch("CaseSensitive")) for x, y in zip(a, b, strict=True))

    def equal(self, call: CommandCall, entry: Entry) -> None:
        if call.switch("IncludeEqual") or (call.switch("ExcludeDifferent") and not call.has("IncludeEqual")):
            self.write(call, entry, "==")

    def different(self, call: CommandCall, entry: Entry, side: str) -> None:
        if not call.switch("ExcludeDifferent"):
            self.write(call, entry, side)

    def write(self, call: CommandCall, entry: Entry, side: str) -> None:
        value, keys = entry
        if call.switch("PassThru"):
            call.write(with_side(value, side))
            return
        made = PSObject()
        for expression, key in zip(self.expressions, keys, strict=False):
            made[expression.shown] = key
        if not self.expressions:
            made["InputObject"] = value
        made["SideIndicator"] = side
        call.write(made)


def alike(a: object, b: object, ignore_case: bool) -> bool:
    """Property bags compare by their text, as the real comparer does."""
    left, right = unwrap(a), unwrap(b)
    if isinstance(left, PSObject) or isinstance(right, PSObject):
        one, other = to_text(a), to_text(b)
        return one.lower() == other.lower() if ignore_case else one == other
    return order(left, right, ignore_case) == 0


def with_side(value: object, side: str) -> object:
    target = value if isinstance(value, PSObject) else extend(value) or PSObject({}, (), value)
    target["SideIndicator"] = side
    return target if isinstance(value, PSObject | str | int | float | bool) else value
