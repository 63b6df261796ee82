"""Values as the text of a cell, and which cells are right-aligned."""

from __future__ import annotations

from decimal import Decimal

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.containers import Dictionary, DictionaryEntry
from winsim.interpreter.engine_objects import clr_name
from winsim.interpreter.formatting import format_value
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Char, EnumValue, PSObject


def cell_text(value: object, limit: int = 4, spec: str = "") -> str:
    """One value on one or more lines; collections show their first elements in braces."""
    if value is None or value is AUTOMATION_NULL:
        return ""
    base = unwrap(value)
    items = entries(base)
    if items is not None:
        shown = [element(item) for item in (items if limit < 0 else items[:limit])]
        return "{" + ", ".join(shown) + ("..." if 0 <= limit < len(items) else "") + "}"
    if spec:
        return spec_text(base, spec)
    if isinstance(base, PSObject):
        return to_text(value)
    return clr_name(base) if isinstance(base, NetType) else format_value(base, "")


def spec_text(value: object, spec: str) -> str:
    """A format string of a hashtable: ``N2`` or ``{0:N2}``."""
    if "{" in spec:
        from winsim.interpreter.formatting import format_text

        return format_text(spec, [value])
    return format_value(value, spec)


def entries(value: object) -> list[object] | None:
    if isinstance(value, str):
        return None
    if isinstance(value, Dictionary):
        return value.entries()
    items = items_of(value)
    return list(items) if items is not None else None


def element(value: object) -> str:
    base = unwrap(value)
    if isinstance(base, DictionaryEntry) or (
        hasattr(base, "key") and hasattr(base, "value") and not isinstance(base, PSObject)
    ):
        return f"[{to_text(getattr(base, 'key', ''))}, {to_text(getattr(base, 'value', ''))}]"
    if isinstance(base, list) or (entries(base) is not None):
        return to_text(base) if isinstance(base, list) and not base else format_nested(base)
    return format_value(base, "") if not isinstance(base, PSObject) else to_text(value)


def format_nested(value: object) -> str:
    from winsim.interpreter.typetable import type_name_of

    return type_name_of(value) or ""


def right_aligned(value: object) -> bool:
    base = unwrap(value)
    if isinstance(base, EnumValue | Char):
        return False
    return isinstance(base, int | float | Decimal)


def is_scalar(value: object) -> bool:
    """What is shown by its text alone, wherever it stands."""
    base = unwrap(value)
    return isinstance(base, str | int | float | Decimal) or base is None
