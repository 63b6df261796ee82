"""Composite formatting: ``-f`` and ``[string]::Format``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from winsim.interpreter.collect import unwrap
from winsim.interpreter.net.number_format import NumberFormatError, format_number
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.sizes import check_size, joined
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import table, type_name_of
from winsim.interpreter.values import EnumValue, PSObject

_ITEM = re.compile(r"\{\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}")
_BAD = "Input string was not in a correct format."
_INDEX = "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."


def format_text(template: str, arguments: Sequence[object]) -> str:
    out: list[str] = []
    index = 0
    while index < len(template):
        character = template[index]
        if character in "{}" and template[index : index + 2] == character * 2:
            out.append(character)
            index += 2
        elif character == "{":
            found = _ITEM.match(template, index)
            if found is None:
                raise NetError("System.FormatException", _BAD)
            out.append(item(found, arguments))
            index = found.end()
        elif character == "}":
            raise NetError("System.FormatException", _BAD)
        else:
            out.append(character)
            index += 1
    return joined("", out)


def item(found: re.Match[str], arguments: Sequence[object]) -> str:
    position, width, spec = found.groups()
    if int(position) >= len(arguments):
        raise NetError("System.FormatException", _INDEX)
    text = format_value(arguments[int(position)], (spec or "").replace("{{", "{").replace("}}", "}"))
    if width is None:
        return text
    size = int(width)
    check_size(abs(size))
    return text.ljust(-size) if size < 0 else text.rjust(size)


def format_value(value: object, spec: str) -> str:
    """``value.ToString(spec)`` as composite formatting calls it; objects without formats ignore it."""
    if isinstance(value, PSObject) and isinstance(value.base, list):
        return to_text(value)  # a PSObject shows the elements
    value = unwrap(value)
    if isinstance(value, list):
        return type_name_of(value) or ""
    if not spec:
        if isinstance(value, bool | str) or value is None:
            return to_text(value)
        definition = next((d for d in table().definitions_of(type_name_of(value) or "") if d.format), None)
        if definition is not None and definition.format is not None and not isinstance(value, EnumValue):
            return definition.format(value, "")
        return to_text(value)
    if isinstance(value, bool | str) or value is None:
        return to_text(value)
    if isinstance(value, EnumValue):
        return format_enum(value, spec)
    if isinstance(value, int | float | Decimal):
        try:
            return format_number(value, spec)
        except NumberFormatError as problem:
            raise NetError("System.FormatException", str(problem) or "Format specifier was invalid.") from None
    for definition in table().definitions_of(type_name_of(value) or ""):
        if definition.format is not None:
            try:
                return definition.format(value, spec)
            except ValueError as problem:
                raise NetError("System.FormatException", str(problem)) from None
    return to_text(value)


def format_enum(value: EnumValue, spec: str) -> str:
    letter = spec.upper()
    if letter == "D":
        return str(int(value))
    if letter == "X":
        return f"{int(value):08X}"
    if letter in ("G", "F"):
        return value.name
    raise NetError("System.FormatException", "Format String can be only G, g, X, x, F, f, D or d.")
