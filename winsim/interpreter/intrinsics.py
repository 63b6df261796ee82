"""``.Where()`` and ``.ForEach()``, the methods that PowerShell 4.0 gives every object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of
from winsim.interpreter.containers import Dictionary, ObjectCollection
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.errors import error
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.numbers import to_integer
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame

PSOBJECT = "System.Management.Automation.PSObject"
MODES = ("Default", "First", "Last", "SkipUntil", "Until", "Split")


def elements(value: object) -> list[object]:
    items = None if isinstance(value, Dictionary) else items_of(value)
    return list(items) if items is not None else [value]


def where(frame: Frame, value: object, arguments: list[object]) -> object:
    block = arguments[0] if arguments else None
    if not isinstance(block, ScriptBlock):
        raise error("InvalidArgument", "The expression of Where must be a script block.", "InvalidArgument")
    mode = to_text(arguments[1]).lower() if len(arguments) > 1 else "default"
    limit = to_integer(arguments[2], "System.Int32") if len(arguments) > 2 else 0
    items = elements(value)

    def test(item: object) -> bool:
        return to_bool(frame.session.run_in_scope(block, frame, item))

    if mode == "split":
        return split(items, test_all(items, test), limit)
    return ObjectCollection(selected(items, test, mode, limit), PSOBJECT)


def test_all(items: list[object], test: object) -> list[bool]:
    assert callable(test)
    return [bool(test(item)) for item in items]


def split(items: list[object], passed: list[bool], limit: int) -> object:
    first = [item for item, ok in zip(items, passed, strict=True) if ok]
    kept = first[:limit] if limit else first
    rest = [item for item, ok in zip(items, passed, strict=True) if not ok]
    return Array([ObjectCollection(kept, PSOBJECT), ObjectCollection([*first[len(kept) :], *rest], PSOBJECT)])


def selected(items: list[object], test: object, mode: str, limit: int) -> list[object]:
    assert callable(test)
    if mode == "first":
        out: list[object] = []
        for item in items:
            if test(item):
                out.append(item)
                if len(out) >= max(1, limit):
                    break
        return out
    if mode == "last":
        return [item for item in items if test(item)][-max(1, limit) :]
    if mode == "skipuntil":
        start = next((i for i, item in enumerate(items) if test(item)), len(items))
        return items[start : start + limit] if limit else items[start:]
    if mode == "until":
        end = next((i for i, item in enumerate(items) if test(item)), len(items))
        return items[: min(end, limit)] if limit else items[:end]
    found = [item for item in items if test(item)]
    return found[:limit] if limit else found


def for_each(frame: Frame, value: object, arguments: list[object]) -> object:
    from winsim.interpreter.members import MISSING, read_property, set_property
    from winsim.interpreter.methods import call_method

    action, rest = arguments[0], arguments[1:]
    out: list[object] = []
    for item in elements(value):
        if isinstance(action, ScriptBlock):
            if rest:
                out.extend(frame.session.collect_block(action, rest, underscore=item))
            else:
                frame.session.invoke_in_scope(action, frame, item, out.append)
        elif isinstance(action, NetType):
            out.append(convert(item, action))
        else:
            name = to_text(action)
            found = read_property(item, name, frame)
            if found is MISSING:
                out.append(call_method(frame, item, name, rest))
            elif rest:
                set_property(frame, item, name, rest[0])
            else:
                out.append(found)
    return ObjectCollection(out, PSOBJECT)
