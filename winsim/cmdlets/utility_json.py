"""ConvertTo-Json and ConvertFrom-Json as PowerShell 4.0 has them (JavaScriptSerializer)."""

from __future__ import annotations

import math
from decimal import Decimal
from struct import pack, unpack
from typing import TYPE_CHECKING

from winsim.cmdlets.json_reading import UNIX_EPOCH, JsonError, JsonReader
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.members import PropertyInfo, properties_of
from winsim.interpreter.net.datetimes import TICKS_PER_MILLISECOND, DateTime
from winsim.interpreter.net.identifiers import Guid
from winsim.interpreter.net.number_format import general_double, repr_round_trip
from winsim.interpreter.net.uris import Uri
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.special import extras
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject, PSObject, Single

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

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
        return single_text(value) if isinstance(value, Single) else repr_round_trip(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(int(value))


def single_text(value: float) -> str:
    """The digits that a Single needs."""
    short = general_double(value, 7)
    return short if unpack("f", pack("f", float(short)))[0] == value else general_double(value, 9)


class Written(NetObject):
    """A part that is JSON already."""

    def __init__(self, text: str) -> None:
        self.text = text


def held(info: PropertyInfo) -> object:
    """The value of a property; what it throws counts as nothing."""
    try:
        return info.read()
    except (NetError, TerminatingError):
        return None


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

    def write(self, value: object, level: int, column: int, wrapped: bool = False) -> str:
        """``level`` counts nesting, ``column`` is where the value starts (the real cmdlet indents by it).

        ``wrapped``: it came down the pipeline, and shows what PowerShell adds to its type.
        """
        base = value.base if isinstance(value, PSObject) and value.base is not None else value
        notes = extras(value)
        plain = self.simple(base)
        has_notes = notes is not None and notes.base is not None and notes.names()
        if plain is not None and not has_notes and not (wrapped and isinstance(base, DateTime | Guid)):
            return plain
        if level > self.depth:
            return quoted(to_text(value))
        if isinstance(base, Dictionary):
            return self.write_pairs([(key_text(key), held) for key, held in base.items()], level, column)
        items = items_of(base)
        if items is not None:
            return self.write_items(list(items), level, column, wrapped)
        infos = [info for info in properties_of(value) if not info.name.startswith("__")]
        if not isinstance(base, PSObject):  # those of .NET come first here
            infos.sort(key=lambda info: info.kind != "Property")
        pairs = [(info.name, held(info)) for info in infos]
        if plain is not None:
            added = [info for info in infos if info.kind == "ScriptProperty"]
            own = [info for info in infos if notes is not None and info.name in notes and info not in added]
            pairs = [("value", Written(plain)), *((info.name, held(info)) for info in (*own, *added))]
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

    def write_items(self, items: list[object], level: int, column: int, wrapped: bool = False) -> str:
        if self.compress:
            return "[" + ",".join(self.write(item, level + 1, 0, wrapped) for item in items) + "]"
        if not items:
            return "[\r\n\r\n" + " " * column + "]"
        inner = " " * (column + 4)
        return (
            "[\r\n"
            + ",\r\n".join(inner + self.write(item, level + 1, column + 4, wrapped) for item in items)
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
        call.write(writer.write(value, 0, 0, wrapped=call.expecting_input))


def from_json(value: object) -> object:
    return Array([from_json(item) for item in value]) if isinstance(value, list) else value


def object_of(members: dict[str, object]) -> PSObject:
    """Keys that differ in case only cannot be properties of one object."""
    seen: dict[str, str] = {}
    for key in members:
        first = seen.setdefault(key.lower(), key)
        if first != key:
            raise DuplicateKeysError(first, key)
    return PSObject({key: from_json(held) for key, held in members.items()})


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
            JsonReader(text, object_of).document()
        except ValueError:
            return False
        return True

    @staticmethod
    def write(call: CommandCall, text: str) -> None:
        if not text.strip():
            return
        try:
            found = JsonReader(text, object_of).document()
        except DuplicateKeysError as problem:
            message = (
                "Cannot convert the JSON string because a dictionary that was converted from the string contains the "
                f"duplicated keys '{problem.first}' and '{problem.second}'."
            )
            raise CommandError("DuplicateKeysInJsonString", message, "InvalidOperation") from None
        except JsonError as problem:
            kind = "System.ArgumentException"
            raise CommandError(kind, str(problem), "NotSpecified", None, kind) from None
        call.write(from_json(found))
