"""ArrayList, List[T], Collection[T] and arrays: one implementation of what lists share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from winsim.interpreter.ambient import heed_stop
from winsim.interpreter.collect import Enumerator, items_of
from winsim.interpreter.compare import compare
from winsim.interpreter.containers import GenericList, ObjectCollection, ReadOnlyCollection
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.net.strings import out_of_range
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.sizes import check_size
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, ArrayList

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

LISTS = ("System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable")
ARRAY_LIST = TypeDef("System.Collections.ArrayList", python=(ArrayList,), interfaces=(*LISTS, "System.ICloneable"))
LIST = TypeDef("System.Collections.Generic.List`1", python=(GenericList,), interfaces=LISTS)
COLLECTION = TypeDef("System.Collections.ObjectModel.Collection`1", python=(ObjectCollection,), interfaces=LISTS)
READ_ONLY = TypeDef("System.Collections.ObjectModel.ReadOnlyCollection`1", interfaces=LISTS)
STRINGS = TypeDef("System.Collections.Specialized.StringCollection", interfaces=LISTS)


def element_type(this: object) -> NetType:
    return get_type(getattr(this, "element_type", "System.Object"))


def fitted(this: object, value: object) -> object:
    """The value as an element of the list."""
    kind = element_type(this)
    return value if kind.full_name == "System.Object" else convert(value, kind)


def same(a: object, b: object) -> bool:
    """Object.Equals: texts by letter, numbers by type and value."""
    if isinstance(a, str) and isinstance(b, str):
        return type(a) is type(b) and a == b
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return type(a) is type(b) and a == b
    return a is b or (type(a) is type(b) and not isinstance(a, list) and bool(a == b))


def position(items: Sequence[object], wanted: object, start: int = 0) -> int:
    return next((i for i in range(start, len(items)) if same(items[i], wanted)), -1)


def checked(this: Sequence[object], index: int, limit: int | None = None) -> int:
    if not 0 <= index < (len(this) if limit is None else limit):
        raise out_of_range("index")
    return index


def natural(a: object, b: object) -> int:
    """The order of Comparer.Default: culture, with case."""
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if isinstance(a, str) != isinstance(b, str) or (isinstance(a, bool) != isinstance(b, bool)):
        raise NetError("System.InvalidOperationException", "Failed to compare two elements in the array.")
    return compare(a, b, False)


def ordered(items: Sequence[object], comparison: Callable[[object, object], int] = natural) -> list[object]:
    def heeding(a: object, b: object) -> int:
        heed_stop()
        return comparison(a, b)

    return sorted(items, key=cmp_to_key(heeding))


def comparer_of(session: Session, comparer: object) -> Callable[[object, object], int]:
    """An IComparer or a script block as a comparison."""
    if comparer is None:
        return natural
    own = getattr(comparer, "compare", None)
    if own is not None:
        return lambda a, b: int(own(a, b))
    return lambda a, b: int(session.call_block(comparer, a, b, outside=True) or 0)  # type: ignore[arg-type, call-overload]


def predicate(session: Session, block: object) -> Callable[[object], bool]:
    return lambda item: to_bool(session.call_block(block, item, outside=True))  # type: ignore[arg-type]


def shared(target: TypeDef) -> None:
    """Members of every list."""

    @target.property("Count")
    def count(this: list[object]) -> int:
        return len(this)

    @target.method("Contains", "T")
    def contains(this: list[object], value: object) -> bool:
        return position(this, fitted(this, value)) >= 0

    @target.method("IndexOf", "T", "System.Int32", optional=1)
    def index_of(this: list[object], value: object, start: int = 0) -> int:
        return position(this, fitted(this, value), start)

    @target.method("GetEnumerator")
    def get_enumerator(this: list[object]) -> Enumerator:
        return Enumerator(this, None, this)

    @target.method("CopyTo", "System.Array", "System.Int32", optional=1)
    def copy_to(this: list[object], other: list[object], at: int = 0) -> object:
        if at + len(this) > len(other):
            raise NetError("System.ArgumentException", "Destination array was not long enough.")
        other[at : at + len(this)] = this
        return AUTOMATION_NULL


def growing(target: TypeDef, *, add_returns_index: bool) -> None:
    """Members of lists that can change their size."""
    shared(target)

    @target.method("Add", "T")
    def add(this: list[object], value: object) -> object:
        this.append(fitted(this, value))
        return len(this) - 1 if add_returns_index else AUTOMATION_NULL

    @target.method("Insert", "System.Int32", "T")
    def insert(this: list[object], index: int, value: object) -> object:
        this.insert(checked(this, index, len(this) + 1), fitted(this, value))
        return AUTOMATION_NULL

    @target.method("Remove", "T")
    def remove(this: list[object], value: object) -> object:
        found = position(this, fitted(this, value))
        if found >= 0:
            del this[found]
        return AUTOMATION_NULL if add_returns_index else found >= 0

    @target.method("RemoveAt", "System.Int32")
    def remove_at(this: list[object], index: int) -> object:
        del this[checked(this, index)]
        return AUTOMATION_NULL

    @target.method("Clear")
    def clear(this: list[object]) -> object:
        this.clear()
        return AUTOMATION_NULL

    for name, value in (("IsReadOnly", False), ("IsFixedSize", False), ("IsSynchronized", False)):

        @target.property(name)
        def flag(this: list[object], value: bool = value) -> bool:
            return value


def ranged(target: TypeDef) -> None:
    """Members that ArrayList and List[T] share."""

    @target.property("Capacity", "System.Int32")
    def capacity(this: list[object]) -> int:
        size = 4 if this else 0
        while size < len(this):
            size *= 2
        return size

    @target.setter("Capacity")
    def set_capacity(this: list[object], value: int) -> None:
        if value < len(this):
            raise out_of_range("value", "capacity was less than the current size.")

    @target.method("AddRange", "System.Object")
    def add_range(this: list[object], values: object) -> object:
        added = [fitted(this, item) for item in elements(values, "collection")]
        check_size((len(this) + len(added)) * 4)
        this.extend(added)
        return AUTOMATION_NULL

    @target.method("InsertRange", "System.Int32", "System.Object")
    def insert_range(this: list[object], index: int, values: object) -> object:
        checked(this, index, len(this) + 1)
        this[index:index] = [fitted(this, item) for item in elements(values, "collection")]
        return AUTOMATION_NULL

    @target.method("RemoveRange", "System.Int32", "System.Int32")
    def remove_range(this: list[object], index: int, count: int) -> object:
        check_range(this, index, count)
        del this[index : index + count]
        return AUTOMATION_NULL

    @target.method("GetRange", "System.Int32", "System.Int32")
    def get_range(this: list[object], index: int, count: int) -> object:
        check_range(this, index, count)
        part = this[index : index + count]
        return GenericList(part, this.element_type) if isinstance(this, GenericList) else ArrayList(part)

    @target.method("Reverse")
    def reverse(this: list[object]) -> object:
        this.reverse()
        return AUTOMATION_NULL

    @target.method("Reverse", "System.Int32", "System.Int32")
    def reverse_part(this: list[object], index: int, count: int) -> object:
        check_range(this, index, count)
        this[index : index + count] = this[index : index + count][::-1]
        return AUTOMATION_NULL

    @target.method("Sort", "System.Object", optional=1, needs_session=True)
    def sort(this: list[object], session: Session, comparer: object = None) -> object:
        this[:] = ordered(this, comparer_of(session, comparer))
        return AUTOMATION_NULL

    @target.method("BinarySearch", "System.Object")
    def binary_search(this: list[object], value: object) -> int:
        return search_sorted(this, fitted(this, value))

    @target.method("LastIndexOf", "System.Object")
    def last_index_of(this: list[object], value: object) -> int:
        wanted = fitted(this, value)
        return next((i for i in range(len(this) - 1, -1, -1) if same(this[i], wanted)), -1)


def elements(values: object, name: str) -> list[object]:
    items = items_of(values)
    if items is None:
        if values is None:
            raise NetError("System.ArgumentNullException", f"Value cannot be null.\r\nParameter name: {name}")
        return [values]
    return list(items)


def check_range(this: Sequence[object], index: int, count: int) -> None:
    if index < 0 or count < 0:
        raise out_of_range("index" if index < 0 else "count", "Non-negative number required.")
    if index + count > len(this):
        raise NetError(
            "System.ArgumentException",
            "Offset and length were out of bounds for the array or count is greater than the number of elements from "
            "index to the end of the source collection.",
        )


def search_sorted(items: Sequence[object], wanted: object) -> int:
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        order = natural(items[middle], wanted)
        if order == 0:
            return middle
        low, high = (middle + 1, high) if order < 0 else (low, middle - 1)
    return ~low


growing(ARRAY_LIST, add_returns_index=True)
growing(LIST, add_returns_index=False)
growing(COLLECTION, add_returns_index=False)
growing(STRINGS, add_returns_index=True)
shared(READ_ONLY)
ranged(ARRAY_LIST)
ranged(LIST)


@ARRAY_LIST.constructor()
def make_array_list() -> ArrayList:
    return ArrayList()


@ARRAY_LIST.constructor("System.Int32")
def make_array_list_sized(capacity: int) -> ArrayList:
    return ArrayList()


@ARRAY_LIST.constructor("System.Collections.ICollection")
def make_array_list_of(values: object) -> ArrayList:
    return ArrayList(elements(values, "c"))


@ARRAY_LIST.method("Clone")
def clone(this: ArrayList) -> ArrayList:
    return ArrayList(this)


@ARRAY_LIST.method("ToArray")
def array_list_to_array(this: ArrayList) -> Array:
    return Array(this)


@ARRAY_LIST.method("ToArray", "System.Type")
def array_list_to_typed(this: ArrayList, kind: NetType) -> Array:
    return Array([convert(item, kind) for item in this], kind.full_name)


@ARRAY_LIST.method("TrimToSize")
def trim_to_size(this: ArrayList) -> object:
    return AUTOMATION_NULL


def generic(kind: NetType | None) -> str:
    return kind.args[0].full_name if kind is not None and kind.args else "System.Object"


@LIST.constructor()
def make_list(kind: NetType | None = None) -> GenericList:
    return GenericList([], generic(kind))


@LIST.constructor("System.Int32")
def make_list_sized(capacity: int, kind: NetType | None = None) -> GenericList:
    return GenericList([], generic(kind))


@LIST.constructor("System.Collections.IEnumerable")
def make_list_of(values: object, kind: NetType | None = None) -> GenericList:
    made = GenericList([], generic(kind))
    made.extend(fitted(made, item) for item in elements(values, "collection"))
    return made


@COLLECTION.constructor("System.Collections.IEnumerable", optional=1)
def make_collection(values: object = None, kind: NetType | None = None) -> ObjectCollection:
    made = ObjectCollection([], generic(kind))
    made.extend(fitted(made, item) for item in items_of(values) or [])
    return made


@READ_ONLY.constructor("System.Collections.IEnumerable")
def make_read_only(values: object, kind: NetType | None = None) -> ReadOnlyCollection:
    return ReadOnlyCollection(elements(values, "list"), generic(kind))


class StringCollection(GenericList):
    @property
    def type_name(self) -> str:
        return STRINGS.name


@STRINGS.constructor()
def make_strings() -> StringCollection:
    return StringCollection([], "System.String")


@STRINGS.method("AddRange", "System.String[]")
def add_strings(this: list[object], values: list[object]) -> object:
    this.extend(values)
    return AUTOMATION_NULL


@LIST.method("ToArray")
def list_to_array(this: GenericList) -> Array:
    return Array(this, this.element_type)


@LIST.method("AsReadOnly")
def as_read_only(this: GenericList) -> ReadOnlyCollection:
    return ReadOnlyCollection(this, this.element_type)


@LIST.method("TrimExcess")
def trim_excess(this: GenericList) -> object:
    return AUTOMATION_NULL


BLOCK = "System.Object"


@LIST.method("ForEach", BLOCK, needs_session=True)
def for_each(this: GenericList, session: Session, block: Any) -> object:
    for item in list(this):
        session.call_block(block, item, outside=True)
    return AUTOMATION_NULL


@LIST.method("ConvertAll", BLOCK, needs_session=True)
def convert_all(this: GenericList, session: Session, block: Any) -> GenericList:
    return GenericList((session.call_block(block, item, outside=True) for item in list(this)), "System.Object")


@LIST.method("Exists", BLOCK, needs_session=True)
def exists(this: GenericList, session: Session, block: Any) -> bool:
    return any(map(predicate(session, block), this))


@LIST.method("TrueForAll", BLOCK, needs_session=True)
def true_for_all(this: GenericList, session: Session, block: Any) -> bool:
    return all(map(predicate(session, block), this))


@LIST.method("Find", BLOCK, needs_session=True)
def find(this: GenericList, session: Session, block: Any) -> object:
    return next(filter(predicate(session, block), this), None)


@LIST.method("FindLast", BLOCK, needs_session=True)
def find_last(this: GenericList, session: Session, block: Any) -> object:
    return next(filter(predicate(session, block), this[::-1]), None)


@LIST.method("FindAll", BLOCK, needs_session=True)
def find_all(this: GenericList, session: Session, block: Any) -> GenericList:
    return GenericList(filter(predicate(session, block), this), this.element_type)


@LIST.method("FindIndex", BLOCK, needs_session=True)
def find_index(this: GenericList, session: Session, block: Any) -> int:
    test = predicate(session, block)
    return next((i for i, item in enumerate(this) if test(item)), -1)


@LIST.method("FindLastIndex", BLOCK, needs_session=True)
def find_last_index(this: GenericList, session: Session, block: Any) -> int:
    test = predicate(session, block)
    return next((i for i in range(len(this) - 1, -1, -1) if test(this[i])), -1)


@LIST.method("RemoveAll", BLOCK, needs_session=True)
def remove_all(this: GenericList, session: Session, block: Any) -> int:
    test = predicate(session, block)
    kept = [item for item in this if not test(item)]
    gone = len(this) - len(kept)
    this[:] = kept
    return gone


TYPES = (ARRAY_LIST, LIST, COLLECTION, READ_ONLY, STRINGS)
