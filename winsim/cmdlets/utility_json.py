"""ConvertTo-Json and ConvertFrom-Json as PowerShell 4.0 has them (JavaScriptSerializer)."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from winsim.interpreter.binding_values import ValidationFailed
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.net.datetimes import TICKS_PER_MILLISECOND, DateTime
from winsim.interpreter.net.identifiers import Guid
from winsim.interpreter.net.number_format import repr_round_trip
from winsim.interpreter.net.uris import Uri
from winsim.interpreter.special import extras
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64, NetObject, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

UNIX_EPOCH = 621_355_968_000_000_000
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """A JSON string with the escapes of JavaScriptSerializer, which spares HTML."""
    out = []
    for char in text:
        if char in ESCAPES:
            out.append(ESCAPES[char])
        elif ord(char) < 0x20 or char in "<>&'\u0085\u2028\u2029":
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(char)
    return f'"{"".join(out)}"'


def number_text(value: int | float | Decimal) -> str:
    if isinstance(value, float):
        if math.isnan(value) or value in (float("inf"), float("-inf")):
            return to_text(value)
        return repr_round_trip(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(int(value))


class Written(NetObject):
    """A part that is JSON already."""

    def __init__(self, text: str) -> None:
        self.text = text


def depth_in_range(session: object, name: str, value: object) -> None:
    if not 1 <= int(value) <= 100:  # type: ignore[call-overload]
        bound, way = ("minimum", "less") if int(value) < 1 else ("maximum", "greater")  # type: ignore[call-overload]
        limit = 1 if bound == "minimum" else 100
        raise ValidationFailed(
            f"The {value} argument is {way} than the {bound} allowed range of {limit}. Supply an argument that is "
            f"{'greater' if way == 'less' else 'less'} than or equal to {limit} and then try the command again."
        )


class JsonWriter:
    def __init__(self, depth: int, compress: bool) -> None:
        self.depth = depth
        self.compress = compress

    def simple(self, value: object) -> str | None:
        """The text of a value without parts."""
        if value is None or value is AUTOMATION_NULL:
            return "null"
        if isinstance(value, Written):
            return value.text
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, EnumValue):
            return str(int(value))
        if isinstance(value, int | float | Decimal):
            return number_text(value)
        if isinstance(value, str):
            return quoted(str(value))
        if isinstance(value, DateTime):
            return f'"\\/Date({(value.ticks - UNIX_EPOCH) // TICKS_PER_MILLISECOND})\\/"'
        if isinstance(value, Guid):
            return quoted(str(value))
        if isinstance(value, Uri):
            return quoted(value.original)
        return None

    def write(self, value: object, level: int, column: int) -> str:
        """``level`` counts nesting, ``column`` is where the value starts (the real cmdlet indents by it)."""
        base = value.base if isinstance(value, PSObject) and value.base is not None else value
        notes = extras(value)
        plain = self.simple(base)
        has_notes = notes is not None and notes.base is not None and notes.names()
        if plain is not None and not has_notes:
            return plain
        if level > self.depth:
            return quoted(to_text(value))
        if isinstance(base, Dictionary):
            return self.write_pairs([(key_text(key), held) for key, held in base.items()], level, column)
        items = items_of(base)
        if items is not None:
            return self.write_items(list(items), level, column)
        pairs = [(info.name, info.read()) for info in properties_of(value) if not info.name.startswith("__")]
        if plain is not None:
            own = [(name, held) for name, held in pairs if notes is not None and name in notes]
            added = [("DateTime", get_property_of(base, "DateTime"))] if isinstance(base, DateTime) else []
            pairs = [("value", Written(plain)), *own, *added]
        return self.write_pairs(pairs, level, column)

    def write_pairs(self, pairs: list[tuple[str, object]], level: int, column: int) -> str:
        if self.compress:
            return "{" + ",".join(f"{quoted(k)}:{self.write(v, level + 1, 0)}" for k, v in pairs) + "}"
        if not pairs:
            return "{\r\n\r\n" + " " * column + "}"
        inner = " " * (column + 4)
        lines = [
            f"{inner}{quoted(key)}:  {self.write(held, level + 1, column + 4 + len(quoted(key)) + 3)}"
            for key, held in pairs
        ]
        return "{\r\n" + ",\r\n".join(lines) + "\r\n" + " " * column + "}"

    def write_items(self, items: list[object], level: int, column: int) -> str:
        if self.compress:
            return "[" + ",".join(self.write(item, level + 1, 0) for item in items) + "]"
        if not items:
            return "[\r\n\r\n" + " " * column + "]"
        inner = " " * (column + 4)
        return (
            "[\r\n"
            + ",\r\n".join(inner + self.write(item, level + 1, column + 4) for item in items)
            + "\r\n"
            + (" " * column)
            + "]"
        )


def key_text(key: object) -> str:
    if not isinstance(key, str):
        raise CommandError(
            "NonStringKeyInDictionary",
            f"The type 'System.Collections.Hashtable' is not supported for serialization or deserialization of a "
            f"dictionary. Keys must be strings. ({to_text(key)})",
            "InvalidOperation",
            key,
        )
    return str(key)


@cmdlet(
    "ConvertTo-Json",
    ("InputObject", "Depth", "Compress"),
    nullable=("InputObject",),
    locks_world=False,
    validate={"Depth": depth_in_range},
)
class ConvertToJson:
    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        if call.has("InputObject"):
            self.values.append(call.get("InputObject"))

    def end(self, call: CommandCall) -> None:
        if not self.values:
            return
        value = self.values[0] if len(self.values) == 1 else Array(self.values)
        writer = JsonWriter(int(call.get("Depth") or 2), call.switch("Compress"))  # type: ignore[call-overload]
        try:
            call.write(writer.write(value, 0, 0))
        except CommandError as problem:
            call.write_error(problem)


def from_number(text: str) -> object:
    value = int(text)
    if -(2**31) <= value < 2**31:
        return value
    return Int64(value) if -(2**63) <= value < 2**63 else Decimal(value)


def from_fraction(text: str) -> object:
    """Fractions are decimals; with an exponent they are doubles."""
    return float(text) if "e" in text.lower() else Decimal(text)


def from_json(value: Any) -> object:
    if isinstance(value, dict):
        return PSObject({key: from_json(held) for key, held in value.items()})
    if isinstance(value, list):
        return Array([from_json(item) for item in value])
    return value


def pairs_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The last one of a key counts; keys that differ in case only cannot be properties of one object."""
    seen: dict[str, str] = {}
    for key, _ in pairs:
        first = seen.setdefault(key.lower(), key)
        if first != key:
            raise DuplicateKeysError(first, key)
    return dict(pairs)


class DuplicateKeysError(ValueError):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"keys {first} and {second}")
        self.first, self.second = first, second


@cmdlet("ConvertFrom-Json", ("InputObject",), empties=("InputObject",), locks_world=False)
class ConvertFromJson:
    """The lines of the input make one document, unless the first line is one by itself."""

    def begin(self, call: CommandCall) -> None:
        self.lines: list[str] = []

    def process(self, call: CommandCall) -> None:
        self.lines.append(call.text("InputObject"))

    def end(self, call: CommandCall) -> None:
        if not self.lines:
            return
        if len(self.lines) > 1 and self.parses(self.lines[0]):
            for line in self.lines:
                self.write(call, line)
            return
        self.write(call, "\r\n".join(self.lines))

    @staticmethod
    def parses(text: str) -> bool:
        try:
            json.loads(text)
        except ValueError:
            return False
        return True

    @staticmethod
    def write(call: CommandCall, text: str) -> None:
        if not text.strip():
            return
        try:
            found = json.loads(
                text, parse_int=from_number, parse_float=from_fraction, object_pairs_hook=pairs_of, strict=False
            )
        except ValueError as problem:
            if isinstance(problem, DuplicateKeysError):
                raise CommandError(
                    "DuplicateKeysInJsonString",
                    f"Cannot convert the JSON string because a dictionary that was converted from the string contains "
                    f"the duplicated keys '{problem.first}' and '{problem.second}'.",
                    "InvalidOperation",
                ) from None
            raise CommandError(
                "System.ArgumentException",
                f"Invalid JSON primitive: {text.strip()[:40]}.",
                "NotSpecified",
                None,
                "System.ArgumentException",
            ) from None
        call.write(from_json(found))
