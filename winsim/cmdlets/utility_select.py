"""Select-Object and Get-Unique."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from winsim.cmdlets.expressions import Expression, evaluate, parse_all, resolve
from winsim.interpreter.clixml_records import type_names
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.compare import compare_text, equals
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.members import MISSING, get_property_of
from winsim.interpreter.special import extend
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, PSObject
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

CUSTOM = ("System.Management.Automation.PSCustomObject", "System.Object")


def already_there(call: CommandCall, name: str, value: object) -> ErrorRecord:
    """The error of a property that is selected twice; its target is the object as it came down the pipeline."""
    record = call.record(
        CommandError(
            "AlreadyExistingUserSpecifiedPropertyNoExpand",
            f'The property cannot be processed because the property "{name}" already exists.',
            "InvalidOperation",
            value if isinstance(value, PSObject) else PSObject({}, (), value),
            "System.Management.Automation.PSArgumentException",
        )
    )
    record.exception.properties["ParamName"] = "Property"
    record.category_info.target_type_override = "PSObject"
    return record


@cmdlet(
    "Select-Object",
    (
        "InputObject",
        "Property",
        "ExcludeProperty",
        "ExpandProperty",
        "Unique",
        "First",
        "Last",
        "Skip",
        "Index",
        "Wait",
    ),
    locks_world=False,
)
class SelectObject:
    """Takes properties and ranges; ``-First`` stops the commands before it."""

    def begin(self, call: CommandCall) -> None:
        self.properties = parse_all(call.get("Property")) if call.has("Property") else []
        self.excluded = call.texts("ExcludeProperty")
        self.seen: list[object] = []
        self.skip = int(call.get("Skip") or 0)  # type: ignore[call-overload]
        self.first: int | None = int(call.get("First")) if call.has("First") else None  # type: ignore[call-overload]
        self.last: int | None = int(call.get("Last")) if call.has("Last") else None  # type: ignore[call-overload]
        self.tail: deque[object] = deque()
        self.position = 0
        self.emitted = 0
        self.indexes = self.read_indexes(call)

    def read_indexes(self, call: CommandCall) -> list[int] | None:
        if not call.has("Index"):
            return None
        return sorted({int(i) for i in items_of(call.get("Index")) or []})  # type: ignore[call-overload]

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject")
        if value is AUTOMATION_NULL or value is None:
            return
        self.position += 1
        if self.indexes is not None:
            self.by_index(call, value)
        elif self.last is not None:
            self.keep_last(call, value)
        elif self.first is not None:
            self.by_first(call, value)
        elif self.position > self.skip:
            self.emit(call, value)

    def by_index(self, call: CommandCall, value: object) -> None:
        assert self.indexes is not None
        if self.position - 1 in self.indexes:
            self.emit(call, value)
        if not self.indexes or self.position - 1 >= self.indexes[-1]:
            self.stop(call)

    def by_first(self, call: CommandCall, value: object) -> None:
        assert self.first is not None
        if self.position > self.skip and self.emitted < self.first:
            self.emitted += 1
            self.emit(call, value)
        if self.emitted >= self.first:
            self.stop(call)

    def keep_last(self, call: CommandCall, value: object) -> None:
        """Objects leave at the front of ``-First`` as well, where both are asked for."""
        assert self.last is not None
        if self.first is not None and self.emitted < self.first:
            self.emitted += 1
            self.emit(call, value)
            return
        self.tail.append(value)
        if len(self.tail) > self.last + self.skip:
            self.tail.popleft()

    def stop(self, call: CommandCall) -> None:
        if not call.switch("Wait") and call.expecting_input and not call.switch("Unique"):
            call.stop_upstream()

    def end(self, call: CommandCall) -> None:
        kept = list(self.tail)
        if self.last is not None and self.skip:
            kept = kept[: max(len(kept) - self.skip, 0)]
        for value in kept:
            self.emit(call, value)

    def emit(self, call: CommandCall, value: object) -> None:
        for made in self.shape(call, value):
            if call.switch("Unique") and any(alike(made, old) for old in self.seen):
                continue
            self.seen.append(made) if call.switch("Unique") else None
            call.write(made)

    def shape(self, call: CommandCall, value: object) -> list[object]:
        if call.has("ExpandProperty"):
            return self.expand(call, value)
        if not self.properties:  # -ExcludeProperty alone does nothing before PowerShell 6
            return [value]
        made = self.selected(call, value, self.properties)
        made.type_names = (f"Selected.{(type_names(value) or CUSTOM)[0]}", *CUSTOM)
        return [made]

    def selected(self, call: CommandCall, value: object, expressions: list[Expression]) -> PSObject:
        made = PSObject()
        for expression in expressions:
            for name, single in resolve(expression, value):
                if any(wildcard_match(pattern, name) for pattern in self.excluded):
                    continue
                if name in made:
                    call.write_record(already_there(call, name, value))
                    continue
                made[name] = evaluate(call, single, value)
        return made

    def expand(self, call: CommandCall, value: object) -> list[object]:
        name = call.text("ExpandProperty")
        held = get_property_of(value, name, MISSING)
        if held is MISSING:
            call.write_error(
                CommandError(
                    "ExpandPropertyNotFound",
                    f'Property "{name}" cannot be found.',
                    "InvalidArgument",
                    value,
                    "System.Management.Automation.PSArgumentException",
                )
            )
            return []
        items = items_of(held)
        values = list(items) if items is not None else [] if held is None else [held]
        if not self.properties:
            return values
        return [with_notes(item, self.selected(call, value, self.properties)) for item in values]


def with_notes(value: object, notes: PSObject) -> object:
    target = value if isinstance(value, PSObject) else extend(value) or PSObject({}, (), value)
    for name, held in notes.items():
        target[name] = held
    return target if isinstance(value, PSObject | str | int | float | bool) else value


def alike(a: object, b: object) -> bool:
    """Whether two objects are the same for -Unique: texts by case, property bags by their properties."""
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    if isinstance(a, PSObject) and isinstance(b, PSObject) and a.base is None and b.base is None:
        left, right = dict(a.items()), dict(b.items())
        return left.keys() == right.keys() and all(alike(left[key], right[key]) for key in left)
    if a is None or b is None:
        return a is b
    return equals(a, b, False)


@cmdlet("Get-Unique", ("InputObject", "AsString", "OnType"))
class GetUnique:
    """Drops objects that equal the one before them."""

    def begin(self, call: CommandCall) -> None:
        self.last: Any = MISSING

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject")
        if self.last is not MISSING and self.same(call, value):
            return
        self.last = value
        call.write(value)

    def same(self, call: CommandCall, value: object) -> bool:
        if call.switch("AsString"):
            return compare_text(to_text(self.last), to_text(value), False) == 0
        if call.switch("OnType"):
            return type_names(self.last)[:1] == type_names(value)[:1]
        return alike(self.last, value)
