"""System.Array: members of arrays and its static methods; System.Enum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from winsim.interpreter.collect import Enumerator
from winsim.interpreter.convert import convert
from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.net.matrices import INDEXER, Matrix
from winsim.interpreter.net.sequences import comparer_of, ordered, position, predicate, search_sorted
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.sizes import check_size
from winsim.interpreter.typetable import get_type, table
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

ARRAY = TypeDef(
    "System.Array",
    accelerators=("array",),
    interfaces=(
        "System.Collections.IList",
        "System.Collections.ICollection",
        "System.Collections.IEnumerable",
        "System.ICloneable",
    ),
    enumerate=lambda matrix: list(matrix.items),  # one-dimensional arrays are lists and never come here
    indexer=INDEXER,
)


@ARRAY.property("Length")
def length(this: Array) -> int:
    return len(this)


@ARRAY.property("LongLength")
def long_length(this: Array) -> Int64:
    return Int64(len(this))


@ARRAY.property("Rank")
def rank(this: Array | Matrix) -> int:
    return len(this.sizes) if isinstance(this, Matrix) else 1


@ARRAY.property("SyncRoot")
def sync_root(this: Array) -> Array:
    return this


for _name, _value in (("IsReadOnly", False), ("IsFixedSize", True), ("IsSynchronized", False)):

    @ARRAY.property(_name)
    def flag(this: Array, value: bool = _value) -> bool:
        return value


@ARRAY.property("Count")
def count(this: Array) -> int:
    return len(this)


def fixed() -> NetError:
    return NetError("System.NotSupportedException", "Collection was of a fixed size.")


def _refusals() -> None:
    """IList's methods that a fixed size refuses."""
    for name, parameters in (("Add", 1), ("Insert", 2), ("Remove", 1), ("RemoveAt", 1)):

        @ARRAY.method(name, *["System.Object"] * parameters)
        def refuse(this: Array, *arguments: object) -> object:
            raise fixed()


_refusals()


@ARRAY.method("Clear")
def clear_items(this: Array) -> object:
    this[:] = [zero_of(this)] * len(this)
    return AUTOMATION_NULL


def zero_of(array: Array) -> object:
    from winsim.interpreter.methods import default_value

    return default_value(get_type(array.element_type))


@ARRAY.method("Contains", "System.Object")
def contains(this: Array, value: object) -> bool:
    return position(this, value) >= 0


@ARRAY.method("IndexOf", "System.Object")
def index_of_item(this: Array, value: object) -> int:
    return position(this, value)


@ARRAY.method("Clone")
def clone(this: Array) -> Array:
    return Array(this, this.element_type)


@ARRAY.method("CopyTo", "System.Array", "System.Int32")
def copy_to(this: Array, target: list[object], at: int) -> object:
    if at + len(this) > len(target):
        raise NetError("System.ArgumentException", "Destination array was not long enough.")
    target[at : at + len(this)] = this
    return AUTOMATION_NULL


@ARRAY.method("GetEnumerator")
def get_enumerator(this: Array) -> Enumerator:
    return Enumerator(this, "System.Array+SZArrayEnumerator")


@ARRAY.method("GetLength", "System.Int32")
def get_length(this: Array | Matrix, dimension: int) -> int:
    if isinstance(this, Matrix):
        return this.size(dimension)
    if dimension != 0:
        raise NetError("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
    return len(this)


@ARRAY.method("GetLowerBound", "System.Int32")
def get_lower_bound(this: Array, dimension: int) -> int:
    return 0


@ARRAY.method("GetUpperBound", "System.Int32")
def get_upper_bound(this: Array | Matrix, dimension: int) -> int:
    return get_length(this, dimension) - 1


@ARRAY.method("GetValue", "System.Int32")
def get_value(this: Array, index: int) -> object:
    if not 0 <= index < len(this):
        raise NetError("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
    return this[index]


@ARRAY.method("SetValue", "System.Object", "System.Int32")
def set_value(this: Array, value: object, index: int) -> object:
    if not 0 <= index < len(this):
        raise NetError("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
    this[index] = convert(value, get_type(this.element_type))
    return AUTOMATION_NULL


# -- static methods -----------------------------------------------------------------------------------------------


@ARRAY.static_method("IndexOf", "System.Array", "System.Object", "System.Int32", optional=1)
def index_of(array: Array, value: object, start: int = 0) -> int:
    return position(array, value, start)


@ARRAY.static_method("LastIndexOf", "System.Array", "System.Object")
def last_index_of(array: Array, value: object) -> int:
    found = position(list(array)[::-1], value)
    return -1 if found < 0 else len(array) - 1 - found


@ARRAY.static_method("Reverse", "System.Array")
def reverse(array: Array) -> object:
    array.reverse()
    return AUTOMATION_NULL


@ARRAY.static_method("Reverse", "System.Array", "System.Int32", "System.Int32")
def reverse_part(array: Array, start: int, amount: int) -> object:
    array[start : start + amount] = array[start : start + amount][::-1]
    return AUTOMATION_NULL


@ARRAY.static_method("Sort", "System.Array")
def sort(array: Array) -> object:
    array[:] = ordered(array)
    return AUTOMATION_NULL


@ARRAY.static_method("Sort", "System.Array", "System.Array")
def sort_pairs(keys: Array, items: Array) -> object:
    pairs = ordered(list(range(len(keys))), lambda a, b: _by_key(keys, a, b))
    keys[:], items[:] = [keys[int(i)] for i in pairs], [items[int(i)] for i in pairs]  # type: ignore[call-overload]
    return AUTOMATION_NULL


def _by_key(keys: Array, a: Any, b: Any) -> int:
    from winsim.interpreter.net.sequences import natural

    return natural(keys[a], keys[b])


@ARRAY.static_method("Sort", "System.Array", "System.Collections.IComparer", needs_session=True)
def sort_with(session: Session, array: Array, comparer: object) -> object:
    array[:] = ordered(array, comparer_of(session, comparer))
    return AUTOMATION_NULL


@ARRAY.static_method("BinarySearch", "System.Array", "System.Object")
def binary_search(array: Array, value: object) -> int:
    return search_sorted(array, value)


@ARRAY.static_method("Copy", "System.Array", "System.Array", "System.Int32")
def copy(source: Array, target: Array, amount: int) -> object:
    return copy_part(source, 0, target, 0, amount)


@ARRAY.static_method("Copy", "System.Array", "System.Int32", "System.Array", "System.Int32", "System.Int32")
def copy_part(source: Array, start: int, target: Array, at: int, amount: int) -> object:
    if start + amount > len(source):
        raise NetError(
            "System.ArgumentException",
            "Source array was not long enough. Check srcIndex and length, and the array's lower bounds.",
        )
    if at + amount > len(target):
        raise NetError(
            "System.ArgumentException",
            "Destination array was not long enough. Check destIndex and length, and the array's lower bounds.",
        )
    kind = get_type(target.element_type)
    target[at : at + amount] = [convert(item, kind) for item in source[start : start + amount]]
    return AUTOMATION_NULL


@ARRAY.static_method("Clear", "System.Array", "System.Int32", "System.Int32")
def clear(array: Array, start: int, amount: int) -> object:
    array[start : start + amount] = [zero_of(array)] * amount
    return AUTOMATION_NULL


@ARRAY.static_method("CreateInstance", "System.Type", "System.Int32")
def create_instance(kind: NetType, size: int) -> Array:
    check_size(size * 4)
    made = Array([None] * size, kind.full_name)
    made[:] = [zero_of(made)] * size
    return made


@ARRAY.static_method("Resize", "ref System.Array", "System.Int32")
def resize(reference: Any, size: int) -> object:
    check_size(size * 4)
    array = reference.read()
    kept = list(array[:size])
    set_reference(reference, Array(kept + [zero_of(array)] * (size - len(kept)), array.element_type))
    return AUTOMATION_NULL


@ARRAY.static_method("Exists", "System.Array", "System.Object", needs_session=True)
def exists(session: Session, array: Array, block: object) -> bool:
    return any(map(predicate(session, block), array))


@ARRAY.static_method("Find", "System.Array", "System.Object", needs_session=True)
def find(session: Session, array: Array, block: object) -> object:
    return next(filter(predicate(session, block), array), None)


@ARRAY.static_method("FindAll", "System.Array", "System.Object", needs_session=True)
def find_all(session: Session, array: Array, block: object) -> Array:
    return Array(filter(predicate(session, block), array), array.element_type)


@ARRAY.static_method("FindIndex", "System.Array", "System.Object", needs_session=True)
def find_index(session: Session, array: Array, block: object) -> int:
    test = predicate(session, block)
    return next((i for i, item in enumerate(array) if test(item)), -1)


@ARRAY.static_method("FindLast", "System.Array", "System.Object", needs_session=True)
def find_last(session: Session, array: Array, block: object) -> object:
    return next(filter(predicate(session, block), reversed(array)), None)


@ARRAY.static_method("FindLastIndex", "System.Array", "System.Object", needs_session=True)
def find_last_index(session: Session, array: Array, block: object) -> int:
    test = predicate(session, block)
    return next((i for i in range(len(array) - 1, -1, -1) if test(array[i])), -1)


@ARRAY.static_method("TrueForAll", "System.Array", "System.Object", needs_session=True)
def true_for_all(session: Session, array: Array, block: object) -> bool:
    return all(map(predicate(session, block), array))


@ARRAY.static_method("ForEach", "System.Array", "System.Object", needs_session=True)
def for_each(session: Session, array: Array, block: Any) -> object:
    for item in array:
        session.call_block(block, item, outside=True)
    return AUTOMATION_NULL


@ARRAY.static_method("ConvertAll", "System.Array", "System.Object", needs_session=True)
def convert_all(session: Session, array: Array, block: Any) -> Array:
    return Array([session.call_block(block, item, outside=True) for item in array])


# -- System.Enum --------------------------------------------------------------------------------------------------

ENUM = TypeDef(
    "System.Enum",
    base="System.ValueType",
    value_type=True,
    interfaces=("System.IComparable", "System.IFormattable", "System.IConvertible"),
)


def members_of(kind: NetType) -> dict[str, int]:
    definition = table().definition(kind.full_name)
    if definition is None or definition.enum is None:
        raise NetError("System.ArgumentException", "Type provided must be an Enum.\r\nParameter name: enumType")
    return dict(definition.enum)


def by_value(item: tuple[str, int]) -> int:
    return item[1] & 0xFFFFFFFFFFFFFFFF


@ENUM.static_method("GetNames", "System.Type")
def get_names(kind: NetType) -> Array:
    return Array([name for name, _ in sorted(members_of(kind).items(), key=by_value)], "System.String")


@ENUM.static_method("GetValues", "System.Type")
def get_values(kind: NetType) -> Array:
    pairs = sorted(members_of(kind).items(), key=by_value)
    return Array([EnumValue(kind.full_name, name, number) for name, number in pairs], kind.full_name)


@ENUM.static_method("Format", "System.Type", "System.Object", "System.String")
def format_enum(kind: NetType, value: object, spec: str) -> str:
    from winsim.interpreter.formatting import format_value

    return format_value(convert(value, kind), spec)


@ENUM.static_method("GetName", "System.Type", "System.Object")
def get_name(kind: NetType, value: Any) -> object:
    return next((name for name, number in members_of(kind).items() if number == int(value)), None)


@ENUM.static_method("IsDefined", "System.Type", "System.Object")
def is_defined(kind: NetType, value: Any) -> bool:
    if isinstance(value, str):
        return value in members_of(kind)
    return int(value) in members_of(kind).values()


@ENUM.static_method("Parse", "System.Type", "System.String", "System.Boolean", optional=1)
def parse(kind: NetType, text: str, ignore_case: bool = False) -> EnumValue:
    members = members_of(kind)
    total = 0
    for part in (piece.strip() for piece in text.split(",")):
        if part.lstrip("-").isdigit():
            total |= int(part)
            continue
        name = next((n for n in members if n == part or (ignore_case and n.lower() == part.lower())), None)
        if name is None:
            raise NetError("System.ArgumentException", f"Requested value '{part}' was not found.")
        total |= members[name]
    return to_object(kind, total)


@ENUM.static_method("TryParse", "System.Type", "System.String", "System.Boolean", "ref System.Object")
def try_parse(kind: NetType, text: str, ignore_case: bool, result: object) -> bool:
    try:
        set_reference(result, parse(kind, text, ignore_case))
    except NetError:
        return False
    return True


@ENUM.static_method("ToObject", "System.Type", "System.Object")
def to_object(kind: NetType, value: Any) -> EnumValue:
    from winsim.interpreter.net.enums import DEFINITIONS, of_number

    if kind.full_name in DEFINITIONS:
        return of_number(kind.full_name, int(value))
    name = next((n for n, number in members_of(kind).items() if number == int(value)), str(int(value)))
    return EnumValue(kind.full_name, name, int(value))


@ENUM.static_method("GetUnderlyingType", "System.Type")
def underlying(kind: NetType) -> NetType:
    return NetType("System.Int32")


@ENUM.property("value__")
def value_of(this: EnumValue) -> int:
    return int(this)


@ENUM.method("HasFlag", "System.Enum")
def has_flag(this: EnumValue, flag: EnumValue) -> bool:
    return int(this) & int(flag) == int(flag)


@ENUM.method("CompareTo", "System.Object")
def compare_to(this: EnumValue, other: EnumValue) -> int:
    return (int(this) > int(other)) - (int(this) < int(other))


@ENUM.method("ToString", "System.String", optional=1)
def to_string(this: EnumValue, spec: str = "") -> str:
    from winsim.interpreter.formatting import format_enum

    return format_enum(this, spec) if spec else this.name


@ENUM.method("GetHashCode")
def hash_code(this: EnumValue) -> int:
    return int(this)


@ENUM.method("GetTypeCode")
def type_code(this: EnumValue) -> EnumValue:
    return EnumValue("System.TypeCode", "Int32", 9)


TYPES = (ARRAY, ENUM)
