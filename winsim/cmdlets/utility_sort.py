"""Sort-Object and Group-Object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import Expression, key_of, known_culture, parse_all
from winsim.cmdlets.introsort import introsort
from winsim.interpreter.ambient import heed_stop
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.compare import compare, compare_text
from winsim.interpreter.containers import Hashtable, ObjectCollection
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.scopes import MISSING
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, ArrayList, PSObject, record

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

AS_STRING_ALONE = (
    "The command cannot be run because the AsString parameter requires that you specify the AsHashtable parameter."
)
NO_KEY = (
    "The objects grouped by this property cannot be expanded because there is a key duplication. Provide a valid "
    "property, and try again."
)
SEVERAL_PROPERTIES = (
    "The command cannot be run because using the AsHashTable parameter with more than one property requires adding "
    "the AsString parameter."
)
PS_OBJECT = "System.Management.Automation.PSObject"


def order(a: object, b: object, ignore_case: bool) -> int:
    """The order of two keys: unlike values by their text, $null between negative and other numbers."""
    try:
        return compare(a, b, ignore_case)
    except TerminatingError:
        return compare_text(to_text(a), to_text(b), ignore_case)


def descends(expression: Expression, default: bool) -> bool:
    """The direction of one key; two that contradict each other say nothing."""
    said = {name: to_bool(value) for name, value in expression.options.items() if name.endswith("scending")}
    if len(said) == 2 and said["ascending"] == said["descending"]:
        return default
    if "descending" in said:
        return said["descending"]
    return not said["ascending"] if said else default


class Keyed:
    """Collects the input with the values to compare it by."""

    def begin(self, call: CommandCall) -> None:
        known_culture(call)
        self.expressions = parse_all(call.get("Property"), ("expression", "ascending", "descending"))
        self.rows: list[tuple[list[object], object]] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject")
        if value is AUTOMATION_NULL or value is None:
            return
        keys = [self.key(call, expression, value) for expression in self.expressions] if self.expressions else [value]
        self.rows.append((keys, value))

    @staticmethod
    def key(call: CommandCall, expression: Expression, value: object) -> object:
        """What an object is compared by; MISSING without the property, $null where its expression fails."""
        try:
            return key_of(call, expression, value, MISSING)
        except TerminatingError as problem:
            exception = problem.record.exception
            made = CommandError("ExpressionEvaluation", exception.message, "InvalidResult", value, exception.type_name)
            call.write_error(made)
            return None

    def comparison(self, call: CommandCall, a: list[object], b: list[object]) -> int:
        """Compares rows by all keys, with the direction of each."""
        default = call.switch("Descending")
        for index, (one, other) in enumerate(zip(a, b, strict=True)):
            if one is MISSING or other is MISSING:
                if one is other:
                    continue
                return 1 if one is MISSING else -1  # whatever the direction
            result = order(one, other, not call.switch("CaseSensitive"))
            if result:
                down = descends(self.expressions[index], default) if self.expressions else default
                return -result if down else result
        return 0


@cmdlet(
    "Sort-Object", ("InputObject", "Property", "Descending", "Unique", "CaseSensitive", "Culture"), locks_world=False
)
class SortObject(Keyed):
    def end(self, call: CommandCall) -> None:
        def by_keys(a: tuple[list[object], object], b: tuple[list[object], object]) -> int:
            heed_stop()
            return self.comparison(call, a[0], b[0])

        rows = self.rows
        introsort(rows, by_keys)
        last: list[object] | None = None
        for keys, value in rows:
            if call.switch("Unique") and last is not None and self.comparison(call, last, keys) == 0:
                continue
            last = keys
            call.write(value)


def refused(message: str, target: object) -> CommandError:
    return CommandError("ArgumentException", message, "InvalidArgument", target, "System.ArgumentException")


def flattened(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


@cmdlet(
    "Group-Object",
    ("InputObject", "Property", "NoElement", "AsHashTable", "AsString", "CaseSensitive", "Culture"),
    locks_world=False,
)
class GroupObject(Keyed):
    def process(self, call: CommandCall) -> None:
        if not self.rows:
            self.check(call)
        super().process(call)

    def check(self, call: CommandCall) -> None:
        if call.switch("AsString") and not call.switch("AsHashTable"):
            raise refused(AS_STRING_ALONE, True)
        if call.switch("AsHashTable") and not call.switch("AsString") and len(self.expressions) > 1:
            given = call.get("Property")
            raise refused(SEVERAL_PROPERTIES, given)

    def end(self, call: CommandCall) -> None:
        for keys, _ in self.rows:
            keys[:] = [None if key is MISSING else key for key in keys]
        groups: list[tuple[list[object], list[object]]] = []
        for keys, value in self.rows:
            found = next((g for g in groups if self.comparison(call, g[0], keys) == 0), None)
            if found is None:
                groups.append((keys, [value]))
            else:
                found[1].append(value)
        if call.switch("AsHashTable"):
            if groups:
                self.write_table(call, groups)
            return
        for keys, members in groups:
            call.write(self.group(call, keys, members))

    def group(self, call: CommandCall, keys: list[object], members: list[object]) -> PSObject:
        name = ", ".join(" ".join(to_text(item) for item in flattened(key)) for key in keys)
        bare = call.switch("NoElement")
        kind = "Microsoft.PowerShell.Commands.GroupInfo" + ("NoElement" if bare else "")
        made = record(kind, {})
        if bare:
            made.type_names = (kind, "Microsoft.PowerShell.Commands.GroupInfo", "System.Object")
        made["Values"] = ArrayList(keys)
        made["Count"] = len(members)
        made["Group"] = ObjectCollection([] if bare else members, PS_OBJECT)
        made["Name"] = name
        return made

    def write_table(self, call: CommandCall, groups: list[tuple[list[object], list[object]]]) -> None:
        table = Hashtable(ignore_case=not call.switch("CaseSensitive"))
        for keys, members in groups:
            as_text = call.switch("AsString") or len(keys) > 1
            key = ", ".join(to_text(k) for k in keys) if as_text else keys[0]
            if key is None:
                # as there, the text is the id too, and the table is not written
                call.write_error(CommandError(NO_KEY, NO_KEY, "InvalidArgument", None, "System.Exception"))
                return
            table[key] = ObjectCollection(members, PS_OBJECT)
        call.write(table)
