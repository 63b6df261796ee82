"""Hashtable, OrderedDictionary, Dictionary[K,V], SortedDictionary, SortedList, NameValueCollection."""

from __future__ import annotations

from winsim.interpreter.collect import Enumerator
from winsim.interpreter.containers import (
    Dictionary,
    DictionaryEntry,
    GenericDictionary,
    Hashtable,
    KeyCollection,
    KeyValuePair,
    OrderedDictionary,
)
from winsim.interpreter.convert import convert
from winsim.interpreter.net.sequences import ordered, same
from winsim.interpreter.net.strings import out_of_range
from winsim.interpreter.nettypes import Indexer, NetError, NetType, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, NetObject

MAPS = ("System.Collections.IDictionary", "System.Collections.ICollection", "System.Collections.IEnumerable")
HASHTABLE = TypeDef(
    "System.Collections.Hashtable",
    python=(Hashtable,),
    accelerators=("hashtable",),
    interfaces=(*MAPS, "System.ICloneable"),
)
ORDERED = TypeDef(
    "System.Collections.Specialized.OrderedDictionary",
    python=(OrderedDictionary,),
    interfaces=(*MAPS, "System.Collections.Specialized.IOrderedDictionary"),
)
GENERIC = TypeDef("System.Collections.Generic.Dictionary`2", python=(GenericDictionary,), interfaces=MAPS)
SORTED = TypeDef("System.Collections.Generic.SortedDictionary`2", interfaces=MAPS)
SORTED_GENERIC = TypeDef("System.Collections.Generic.SortedList`2", interfaces=MAPS)


class SortedList(Dictionary):
    """System.Collections.SortedList: by key, in the order of the culture, with case."""

    type_names = ("System.Collections.SortedList", "System.Object")

    def items(self) -> list[tuple[object, object]]:
        keys = ordered([key for key, _ in self._entries.values()])
        return [(key, self[key]) for key in keys]


SORTED_LIST = TypeDef("System.Collections.SortedList", python=(SortedList,), interfaces=MAPS)


def duplicate(this: Dictionary, key: object) -> NetError:
    if isinstance(this, Hashtable):
        text = f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'"
        return NetError("System.ArgumentException", text)
    if isinstance(this, OrderedDictionary | SortedList):
        text = f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'"
        return NetError("System.ArgumentException", text)
    return NetError("System.ArgumentException", "An item with the same key has already been added.")


def need_key(key: object) -> None:
    if key is None:
        raise NetError("System.ArgumentNullException", "Key cannot be null.\r\nParameter name: key")


def fitted_key(this: Dictionary, key: object) -> object:
    need_key(key)
    return convert(key, get_type(this.key_type)) if isinstance(this, GenericDictionary) else key


def fitted_value(this: Dictionary, value: object) -> object:
    return convert(value, get_type(this.value_type)) if isinstance(this, GenericDictionary) else value


def shared(target: TypeDef) -> None:
    @target.property("Count")
    def count(this: Dictionary) -> int:
        return len(this)

    @target.property("Keys")
    def keys(this: Dictionary) -> KeyCollection:
        return KeyCollection(this.keys(), this.keys_type, this)

    @target.property("Values")
    def values(this: Dictionary) -> KeyCollection:
        return KeyCollection(this.values(), this.values_type, this)

    @target.property("SyncRoot")
    def sync_root(this: Dictionary) -> object:
        return NetObject()

    for name in ("IsReadOnly", "IsFixedSize", "IsSynchronized"):

        @target.property(name)
        def flag(this: Dictionary) -> bool:
            return False

    @target.method("Add", "TKey", "TValue")
    def add(this: Dictionary, key: object, value: object) -> object:
        key = fitted_key(this, key)
        if key in this:
            raise duplicate(this, key)
        this[key] = fitted_value(this, value)
        return AUTOMATION_NULL

    @target.method("Clear")
    def clear(this: Dictionary) -> object:
        this.clear()
        return AUTOMATION_NULL

    @target.method("Remove", "TKey")
    def remove(this: Dictionary, key: object) -> object:
        found = this.remove(fitted_key(this, key))
        return found if isinstance(this, GenericDictionary) else AUTOMATION_NULL

    @target.method("Contains", "System.Object")
    def contains(this: Dictionary, key: object) -> bool:
        need_key(key)
        return key in this

    @target.method("GetEnumerator")
    def get_enumerator(this: Dictionary) -> Enumerator:
        return DictionaryEnumerator(this)

    @target.method("CopyTo", "System.Array", "System.Int32")
    def copy_to(this: Dictionary, other: list[object], at: int) -> object:
        entries = this.entries()
        other[at : at + len(entries)] = entries
        return AUTOMATION_NULL

    @target.method("get_Item", "System.Object")
    @target.method("Item", "System.Object")
    def get_item(this: Dictionary, key: object) -> object:
        return this.get(fitted_key(this, key))

    @target.method("set_Item", "System.Object", "System.Object")
    def set_item(this: Dictionary, key: object, value: object) -> object:
        this[fitted_key(this, key)] = fitted_value(this, value)
        return AUTOMATION_NULL


class DictionaryEnumerator(Enumerator):
    """IDictionaryEnumerator: Key and Value beside Current."""

    def __init__(self, source: Dictionary) -> None:
        super().__init__(source.entries(), "System.Collections.Hashtable+HashtableEnumerator", source)


ENUMERATOR = TypeDef(
    "System.Collections.Hashtable+HashtableEnumerator",
    python=(DictionaryEnumerator,),
    base="System.Collections.IEnumerator",
)
for _part in ("Key", "Value"):

    @ENUMERATOR.property(_part)
    def entry_part(this: DictionaryEnumerator, part: str = _part.lower()) -> object:
        value: object = getattr(this.current, part, None)
        return value


def by_key(target: TypeDef) -> None:
    @target.method("ContainsKey", "TKey")
    def contains_key(this: Dictionary, key: object) -> bool:
        return fitted_key(this, key) in this

    @target.method("ContainsValue", "System.Object")
    def contains_value(this: Dictionary, value: object) -> bool:
        return any(same(held, value) for held in this.values())


for _target in (HASHTABLE, ORDERED, GENERIC, SORTED, SORTED_LIST, SORTED_GENERIC):
    shared(_target)
for _target in (HASHTABLE, GENERIC, SORTED, SORTED_LIST, SORTED_GENERIC):
    by_key(_target)


@HASHTABLE.constructor()
def make() -> Hashtable:
    return Hashtable(ignore_case=False)


@HASHTABLE.constructor("System.Int32")
def make_sized(capacity: int) -> Hashtable:
    return Hashtable(ignore_case=False)


@HASHTABLE.constructor("System.Collections.IDictionary")
def make_of(source: Dictionary) -> Hashtable:
    return Hashtable(source.items(), ignore_case=False)


@HASHTABLE.constructor("System.Collections.IEqualityComparer")
def make_comparing(comparer: object) -> Hashtable:
    return Hashtable(ignore_case=bool(getattr(comparer, "ignore_case", False)))


@HASHTABLE.method("Clone")
def clone(this: Hashtable) -> Hashtable:
    return this.clone()


@HASHTABLE.static_method("Synchronized", "System.Collections.Hashtable")
def synchronized(source: Hashtable) -> Hashtable:
    return source


@ORDERED.constructor()
def make_ordered() -> OrderedDictionary:
    return OrderedDictionary(ignore_case=False)


@ORDERED.method("Insert", "System.Int32", "System.Object", "System.Object")
def insert(this: OrderedDictionary, index: int, key: object, value: object) -> object:
    need_key(key)
    if not 0 <= index <= len(this):
        raise out_of_range("index")
    if key in this:
        raise duplicate(this, key)
    this.insert(index, key, value)
    return AUTOMATION_NULL


@ORDERED.method("RemoveAt", "System.Int32")
def remove_at(this: OrderedDictionary, index: int) -> object:
    if not 0 <= index < len(this):
        raise out_of_range("index")
    this.remove_at(index)
    return AUTOMATION_NULL


def arguments_of(kind: NetType | None) -> tuple[str, str]:
    if kind is None or len(kind.args) < 2:
        return "System.Object", "System.Object"
    return kind.args[0].full_name, kind.args[1].full_name


def generic_constructors(target: TypeDef, is_sorted: bool) -> None:
    def empty(kind: NetType | None, ignore_case: bool = False) -> GenericDictionary:
        key, value = arguments_of(kind)
        made = GenericDictionary(key, value, ignore_case=ignore_case, ordered_by_key=is_sorted)
        made.type_names = (f"{target.name}[{key},{value}]", "System.Object")
        made.keys_type = f"{target.name.split('`')[0]}`2+KeyCollection[{key},{value}]"
        made.values_type = f"{target.name.split('`')[0]}`2+ValueCollection[{key},{value}]"
        return made

    @target.constructor()
    def plain(kind: NetType | None = None) -> GenericDictionary:
        return empty(kind)

    @target.constructor("System.Int32")
    def sized(capacity: int, kind: NetType | None = None) -> GenericDictionary:
        return empty(kind)

    @target.constructor("System.StringComparer")
    def comparing(comparer: object, kind: NetType | None = None) -> GenericDictionary:
        return empty(kind, bool(getattr(comparer, "ignore_case", False)))

    @target.constructor("System.Collections.IDictionary", "System.StringComparer", optional=1)
    def copying(source: Dictionary, comparer: object = None, kind: NetType | None = None) -> GenericDictionary:
        made = empty(kind, bool(getattr(comparer, "ignore_case", False)))
        for key, value in source.items():
            made[fitted_key(made, key)] = fitted_value(made, value)
        return made


for _target, _sorted in ((GENERIC, False), (SORTED, True), (SORTED_GENERIC, True)):
    generic_constructors(_target, _sorted)

    @_target.method("TryGetValue", "System.Object", "ref System.Object")
    def try_get_value(this: GenericDictionary, key: object, result: object) -> bool:
        from winsim.interpreter.net.identifiers import set_reference

        found = fitted_key(this, key) in this
        set_reference(result, this.get(key) if found else None)
        return found


@SORTED_LIST.constructor()
def make_sorted_list() -> SortedList:
    return SortedList(ignore_case=False)


@SORTED_LIST.method("GetKey", "System.Int32")
def get_key(this: SortedList, index: int) -> object:
    return this.keys()[index]


@SORTED_LIST.method("GetByIndex", "System.Int32")
def get_by_index(this: SortedList, index: int) -> object:
    return this.values()[index]


@SORTED_LIST.method("RemoveAt", "System.Int32")
def remove_sorted_at(this: SortedList, index: int) -> object:
    if not 0 <= index < len(this):
        raise NetError("System.ArgumentOutOfRangeException", "Index was out of range.\r\nParameter name: index")
    this.remove(this.keys()[index])
    return AUTOMATION_NULL


@SORTED_LIST.method("GetKeyList")
def key_list(this: SortedList) -> Array:
    return Array(this.keys())


@SORTED_LIST.method("GetValueList")
def value_list(this: SortedList) -> Array:
    return Array(this.values())


@SORTED_LIST.method("IndexOfKey", "System.Object")
def index_of_key(this: SortedList, key: object) -> int:
    return next((i for i, held in enumerate(this.keys()) if same(held, key)), -1)


ENTRY = TypeDef(
    "System.Collections.DictionaryEntry", python=(DictionaryEntry,), base="System.ValueType", value_type=True
)
PAIR = TypeDef(
    "System.Collections.Generic.KeyValuePair`2",
    python=(KeyValuePair,),
    base="System.ValueType",
    value_type=True,
    to_text=lambda pair: f"[{to_text(pair.key)}, {to_text(pair.value)}]",
)
ENTRY.attribute("Key", "Value", readonly=False)
PAIR.attribute("Key", "Value")


@ENTRY.property("Name")
def entry_name(this: DictionaryEntry) -> object:
    return this.key


@ENTRY.constructor("System.Object", "System.Object")
def make_entry(key: object, value: object) -> DictionaryEntry:
    return DictionaryEntry(key, value)


class NameValueCollection(NetObject):
    """Names with one or more values; names ignore case."""

    type_names = (
        "System.Collections.Specialized.NameValueCollection",
        "System.Collections.Specialized.NameObjectCollectionBase",
        "System.Object",
    )

    def __init__(self) -> None:
        self.table: dict[str, tuple[object, list[str]]] = {}

    def get(self, name: object) -> object:
        entry = self.table.get(to_text(name).lower())
        return ",".join(entry[1]) if entry else None

    def set(self, name: object, value: object) -> None:
        key = to_text(name).lower()
        old = self.table.get(key)
        self.table[key] = (old[0] if old else name, [to_text(value)])

    def add(self, name: object, value: object) -> None:
        self.table.setdefault(to_text(name).lower(), (name, []))[1].append(to_text(value))

    def names(self) -> list[object]:
        return [name for name, _ in self.table.values()]


NAMES = TypeDef(
    "System.Collections.Specialized.NameValueCollection",
    python=(NameValueCollection,),
    base="System.Collections.Specialized.NameObjectCollectionBase",
    enumerate=NameValueCollection.names,
)


def nv_get(this: NameValueCollection, key: object) -> object:
    if isinstance(key, int):
        return this.get(this.names()[key])
    return this.get(key)


NAMES.indexer = Indexer(nv_get, lambda this, value, key: this.set(key, value), ("System.Object",))
NAMES.constructor()(NameValueCollection)


@NAMES.property("Count")
def nv_count(this: NameValueCollection) -> int:
    return len(this.table)


@NAMES.method("HasKeys")
def nv_has_keys(this: NameValueCollection) -> bool:
    return bool(this.names())


@NAMES.method("GetKey", "System.Int32")
def nv_key(this: NameValueCollection, index: int) -> object:
    return this.names()[index]


@NAMES.property("AllKeys")
@NAMES.property("Keys")
def nv_keys(this: NameValueCollection) -> Array:
    return Array(this.names(), "System.String")


@NAMES.method("Get", "System.Object")
def nv_get_method(this: NameValueCollection, key: object) -> object:
    return nv_get(this, key)


@NAMES.method("GetValues", "System.String")
def nv_get_values(this: NameValueCollection, key: str) -> object:
    entry = this.table.get(key.lower())
    return Array(entry[1], "System.String") if entry else None


for _method, _body in (("Add", NameValueCollection.add), ("Set", NameValueCollection.set)):

    @NAMES.method(_method, "System.String", "System.String")
    def nv_store(this: NameValueCollection, key: str, value: str, body: object = _body) -> object:
        assert callable(body)
        body(this, key, value)
        return AUTOMATION_NULL


@NAMES.method("Remove", "System.String")
def nv_remove(this: NameValueCollection, key: str) -> object:
    this.table.pop(key.lower(), None)
    return AUTOMATION_NULL


@NAMES.method("Clear")
def nv_clear(this: NameValueCollection) -> object:
    this.table.clear()
    return AUTOMATION_NULL


KEYS = TypeDef(Dictionary.keys_type)
VALUES = TypeDef(Dictionary.values_type)
for _target in (KEYS, VALUES):

    @_target.property("Count")
    def view_count(this: KeyCollection) -> int:
        return len(this.items)


TYPES = (
    KEYS,
    VALUES,
    HASHTABLE,
    ORDERED,
    GENERIC,
    SORTED,
    SORTED_GENERIC,
    SORTED_LIST,
    ENUMERATOR,
    ENTRY,
    PAIR,
    NAMES,
)
