"""``$x[i]``: reading and writing elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.compare import equals
from winsim.interpreter.containers import Dictionary, GenericDictionary, GenericList, OrderedDictionary
from winsim.interpreter.convert import convert
from winsim.interpreter.errors import ExceptionObject, TerminatingError, error, from_net
from winsim.interpreter.nettypes import Indexer, NetError
from winsim.interpreter.numbers import to_integer
from winsim.interpreter.scopes import MISSING
from winsim.interpreter.typetable import get_type, table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, Char

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame


def get_index(frame: Frame, value: object, key: object) -> object:
    target = unwrap(value)
    if type(key) is int and isinstance(target, list):
        try:
            return target[key]
        except IndexError:
            return out_of_range(frame, target, key)
    if target is None or target is AUTOMATION_NULL:
        raise null_array()
    key = unwrap(key)
    if isinstance(target, Dictionary):
        return from_dictionary(frame, target, key)
    if isinstance(target, list | str):
        return from_list(frame, target, key)
    found = from_object(frame, target, key)
    return from_scalar(frame, value, key) if found is MISSING else found


def from_scalar(frame: Frame, value: object, key: object) -> object:
    """What cannot be indexed is the first and last of itself alone; anything else of it is nothing."""
    if equals(0, key) or equals(-1, key):
        return value
    if frame.scope.strict >= 2:
        raise cannot_index(unwrap(value))
    return AUTOMATION_NULL


def null_array() -> TerminatingError:
    return error("NullArray", "Cannot index into a null array.", "InvalidOperation")


def out_of_range(frame: Frame, target: object, key: int) -> object:
    if frame.scope.strict >= 3:
        message = "Index was outside the bounds of the array."
        raise error(
            "System.IndexOutOfRangeException", message, "OperationStopped", None, "System.IndexOutOfRangeException"
        )
    return None


def element(frame: Frame, target: list[object] | str, key: object, slicing: bool) -> object:
    """One element, AUTOMATION_NULL for an index of a slice that does not exist."""
    position = whole_index(key, target)
    try:
        found = target[position]
    except IndexError:
        return AUTOMATION_NULL if slicing else out_of_range(frame, target, position)
    return Char(found) if isinstance(target, str) else found


def whole_index(key: object, target: object) -> int:
    try:
        return to_integer(key, "System.Int32")
    except TypeError:
        raise cannot_index(target) from None


def from_list(frame: Frame, target: list[object] | str, key: object) -> object:
    keys = items_of(key) if not isinstance(key, str) else None
    if keys is None:
        if key is None:
            raise error(
                "NullArrayIndex", "Index operation failed; the array index evaluated to null.", "InvalidOperation"
            )
        return element(frame, target, key, False)
    found = [element(frame, target, one, True) for one in keys]
    return Array([value for value in found if value is not AUTOMATION_NULL])


def from_dictionary(frame: Frame, target: Dictionary, key: object) -> object:
    keys = items_of(key) if isinstance(key, list) else None
    if keys is not None:
        return Array([one_entry(target, one) for one in keys])
    if key is None:
        raise error("NullArrayIndex", "Index operation failed; the array index evaluated to null.", "InvalidOperation")
    return one_entry(target, key)


def one_entry(target: Dictionary, key: object) -> object:
    if isinstance(target, OrderedDictionary) and type(key) is int:
        return target.at(key) if 0 <= key < len(target) else None
    if isinstance(target, GenericDictionary):
        try:
            key = convert(key, get_type(target.key_type))
        except TerminatingError:
            return None
        if key not in target:
            return None
    return target.get(key)


def cannot_index(target: object) -> TerminatingError:
    message = f"Unable to index into an object of type {type_name_of(target)}."
    return error("CannotIndex", message, "InvalidOperation", target)


def indexer_of(target: object) -> Indexer | None:
    for definition in table().definitions_of(type_name_of(target) or "System.Object"):
        if definition.indexer is not None:
            return definition.indexer
    return None


def from_object(frame: Frame, target: object, key: object) -> object:
    """By the indexer of its type or as a collection; MISSING where it is neither."""
    indexer = indexer_of(target)
    if indexer is None:
        items = items_of(target)
        if items is not None:
            return from_list(frame, items, key)
        return MISSING
    keys = list(items_of(key) or []) if isinstance(key, list) and len(indexer.parameters) > 1 else [key]
    try:
        converted = [convert(k, get_type(p)) for k, p in zip(keys, indexer.parameters, strict=False)]
        return indexer.getter(target, *converted)
    except NetError as problem:
        if problem.type_name in ("System.ArgumentOutOfRangeException", "System.IndexOutOfRangeException"):
            return out_of_range(frame, target, 0)
        if frame.scope.strict < 3:
            return None
        raise from_net(problem) from None


def set_index(frame: Frame, target: object, key: object, value: object) -> None:
    target, key = unwrap(target), unwrap(key)
    value = None if value is AUTOMATION_NULL else value
    if target is None or target is AUTOMATION_NULL:
        raise null_array()
    if isinstance(target, Dictionary):
        set_entry(target, key, value)
    elif isinstance(target, list):
        set_element(target, key, value)
    else:
        indexer = indexer_of(target)
        if indexer is None or indexer.setter is None:
            raise error(
                "CannotIndex", f"Unable to index into an object of type {type_name_of(target)}.", "InvalidOperation"
            )
        keys = list(key) if isinstance(key, list) and len(indexer.parameters) > 1 else [key]
        converted = [convert(k, get_type(p)) for k, p in zip(keys, indexer.parameters, strict=False)]
        run_setter(indexer.setter, target, value, converted)


def run_setter(setter: Callable[..., None], target: object, value: object, keys: list[object]) -> None:
    try:
        setter(target, value, *keys)
    except NetError as problem:
        raise from_net(problem) from None


def set_entry(target: Dictionary, key: object, value: object) -> None:
    if key is None:
        raise error("NullArrayIndex", "Index operation failed; the array index evaluated to null.", "InvalidOperation")
    if isinstance(target, OrderedDictionary) and type(key) is int:
        if not 0 <= key < len(target):
            message = "Specified argument was out of the range of valid values. (Parameter 'index')"
            raise error(
                "System.ArgumentOutOfRangeException",
                message,
                "OperationStopped",
                None,
                "System.ArgumentOutOfRangeException",
            )
        target.set_at(key, value)
        return
    if isinstance(target, GenericDictionary):
        key, value = convert(key, get_type(target.key_type)), convert(value, get_type(target.value_type))
    target[key] = value


def set_element(target: list[object], key: object, value: object) -> None:
    if isinstance(key, list):
        message = "Array assignment to slices is not supported."
        raise error("ArraySliceAssignmentFailed", message, "InvalidOperation", key)
    position = whole_index(key, target)
    if isinstance(target, Array):
        value = array_value(target, value)
    elif isinstance(target, GenericList):
        value = convert(value, get_type(target.element_type))
    if not -len(target) <= position < len(target):
        raise index_error(target)
    target[position] = value


def array_value(target: Array, value: object) -> object:
    if target.element_type == "System.Object":
        return value
    return convert(value, get_type(target.element_type))


def index_error(target: list[object]) -> TerminatingError:
    if isinstance(target, Array):
        message, kind = "Index was outside the bounds of the array.", "System.IndexOutOfRangeException"
    else:
        message = (
            "Index was out of range. Must be non-negative and less than the size of the collection.\r\n"
            "Parameter name: index"
        )
        kind = "System.ArgumentOutOfRangeException"
    return error(kind, message, "OperationStopped", None, kind, ExceptionObject(kind, message))
