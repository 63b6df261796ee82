"""Measure-Object and Compare-Object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import evaluate, parse_all, resolve, value_of
from winsim.cmdlets.utility_sort import order
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.convert import convert
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.members import MISSING
from winsim.interpreter.special import extend
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, PSObject, record

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

MEASURES = "Microsoft.PowerShell.Commands."


class Tally:
    """What was seen of one property."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.count = self.lines = self.words = self.characters = 0
        self.total = 0.0
        self.largest: float | None = None
        self.smallest: float | None = None

    def number(self, value: float) -> None:
        self.total += value
        self.largest = value if self.largest is None or value > self.largest else self.largest
        self.smallest = value if self.smallest is None or value < self.smallest else self.smallest

    def text(self, value: str, ignore_white: bool) -> None:
        self.lines += (value.count("\n") + (not value.endswith("\n"))) if value else 0
        self.words += len(value.split())
        self.characters += len(re.sub(r"\s", "", value)) if ignore_white else len(value)


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
        self.failed: set[str] = set()

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
        try:
            tally.number(float(convert(value, get_type("System.Double"))))  # type: ignore[arg-type]
        except (TerminatingError, TypeError):
            call.write_error(
                CommandError(
                    "NonNumericInputObject",
                    f'Input object "{to_text(value)}" is not numeric.',
                    "InvalidType",
                    value,
                    "System.Management.Automation.PSInvalidCastException",
                )
            )

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

    @staticmethod
    def number_info(call: CommandCall, tally: Tally) -> PSObject:
        has = tally.count > 0 and tally.largest is not None
        return record(
            MEASURES + "GenericMeasureInfo",
            {
                "Count": tally.count,
                "Average": tally.total / tally.count if has and call.switch("Average") else None,
                "Sum": tally.total if has and call.switch("Sum") else None,
                "Maximum": tally.largest if call.switch("Maximum") else None,
                "Minimum": tally.smallest if call.switch("Minimum") else None,
                "Property": tally.name,
            },
        )

    @staticmethod
    def text_info(call: CommandCall, tally: Tally) -> PSObject:
        return record(
            MEASURES + "TextMeasureInfo",
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
    """Objects of two sets by their properties, or by themselves."""

    def begin(self, call: CommandCall) -> None:
        self.expressions = parse_all(call.get("Property"), ("name", "expression")) if call.has("Property") else []
        self.others: list[object] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("DifferenceObject")
        items = items_of(value)
        self.others.extend(items if items is not None else [] if value is None else [value])

    def end(self, call: CommandCall) -> None:
        reference = call.get("ReferenceObject")
        items = items_of(reference)
        left = list(items) if items is not None else [] if reference is None else [reference]
        waiting = [(value, self.keys(call, value)) for value in left]
        only_right: list[object] = []
        for value in self.others:
            keys = self.keys(call, value)
            index = next((i for i, (_, have) in enumerate(waiting) if self.same(call, have, keys)), None)
            if index is None:
                only_right.append(value)
                continue
            matched, _ = waiting.pop(index)
            if call.switch("IncludeEqual") or call.switch("ExcludeDifferent"):
                self.write(call, matched, "==")
        if call.switch("ExcludeDifferent"):
            return
        for value in only_right:
            self.write(call, value, "=>")
        for value, _ in waiting:
            self.write(call, value, "<=")

    def keys(self, call: CommandCall, value: object) -> list[object]:
        return [value_of(call, e, value) for e in self.expressions] if self.expressions else [value]

    @staticmethod
    def same(call: CommandCall, a: list[object], b: list[object]) -> bool:
        return all(alike(x, y, not call.switch("CaseSensitive")) for x, y in zip(a, b, strict=True))

    def write(self, call: CommandCall, value: object, side: str) -> None:
        if call.switch("PassThru"):
            call.write(with_side(value, side))
            return
        made = PSObject()
        for expression in self.expressions:
            made[expression.shown] = value_of(call, expression, value)
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
