"""Queue, Stack, HashSet[T], SortedSet[T] and LinkedList[T]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from winsim.interpreter.collect import Enumerator
from winsim.interpreter.containers import normal_key
from winsim.interpreter.convert import convert
from winsim.interpreter.net.sequences import elements, generic, ordered, position, predicate
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

COLLECTIONS = ("System.Collections.ICollection", "System.Collections.IEnumerable")


class Bag(NetObject):
    """Elements in the order in which they are enumerated."""

    def __init__(self, type_name: str, element: str, items: Iterable[object] = ()) -> None:
        self.type_names = (type_name, "System.Object")
        self.element = element
        self.items: list[object] = [self.fit(item) for item in items]

    def fit(self, value: object) -> object:
        return value if self.element == "System.Object" else convert(value, get_type(self.element))


def define(name: str, python: type, is_generic: bool) -> TypeDef:
    return TypeDef(
        name, python=(python,) if not is_generic else (), interfaces=COLLECTIONS, enumerate=lambda bag: bag.items
    )


def closed(base: str, kind: NetType | None) -> tuple[str, str]:
    if "`" not in base:
        return base, "System.Object"
    return f"{base}[{generic(kind)}]", generic(kind)


def common(target: TypeDef) -> None:
    @target.property("Count")
    def count(this: Bag) -> int:
        return len(this.items)

    @target.method("Clear")
    def clear(this: Bag) -> object:
        this.items.clear()
        return AUTOMATION_NULL

    @target.method("Contains", "T")
    def contains(this: Bag, value: object) -> bool:
        return position(this.items, this.fit(value)) >= 0

    @target.method("ToArray")
    def to_array(this: Bag) -> Array:
        return Array(this.items, this.element)

    @target.method("GetEnumerator")
    def get_enumerator(this: Bag) -> Enumerator:
        return Enumerator(this.items)

    @target.method("CopyTo", "System.Array", "System.Int32", optional=1)
    def copy_to(this: Bag, other: list[object], at: int = 0) -> object:
        other[at : at + len(this.items)] = this.items
        return AUTOMATION_NULL


def constructors(target: TypeDef, made_of: Any) -> None:
    @target.constructor()
    def empty(kind: NetType | None = None) -> Bag:
        return Bag(*closed(target.name, kind))

    @target.constructor("System.Int32")
    def sized(capacity: int, kind: NetType | None = None) -> Bag:
        return Bag(*closed(target.name, kind))

    @target.constructor("System.Collections.IEnumerable")
    def filled(values: object, kind: NetType | None = None) -> Bag:
        return Bag(*closed(target.name, kind), made_of(elements(values, "collection")))


def empty_error(what: str) -> NetError:
    return NetError("System.InvalidOperationException", f"{what} empty.")


QUEUE = define("System.Collections.Queue", Bag, False)
QUEUE_OF = define("System.Collections.Generic.Queue`1", Bag, True)
STACK = define("System.Collections.Stack", Bag, False)
STACK_OF = define("System.Collections.Generic.Stack`1", Bag, True)
QUEUE.python = STACK.python = ()

for _target in (QUEUE, STACK):

    @_target.method("Clone")
    def clone(this: Bag) -> Bag:
        return Bag(this.type_names[0], this.element, this.items)


for _target in (QUEUE, QUEUE_OF):
    common(_target)
    constructors(_target, list)

    @_target.method("Enqueue", "T")
    def enqueue(this: Bag, value: object) -> object:
        this.items.append(this.fit(value))
        return AUTOMATION_NULL

    @_target.method("Dequeue")
    def dequeue(this: Bag) -> object:
        if not this.items:
            raise empty_error("Queue")
        return this.items.pop(0)

    @_target.method("Peek")
    def peek_queue(this: Bag) -> object:
        if not this.items:
            raise empty_error("Queue")
        return this.items[0]


for _target in (STACK, STACK_OF):
    common(_target)
    constructors(_target, lambda items: items[::-1])

    @_target.method("Push", "T")
    def push(this: Bag, value: object) -> object:
        this.items.insert(0, this.fit(value))
        return AUTOMATION_NULL

    @_target.method("Pop")
    def pop(this: Bag) -> object:
        if not this.items:
            raise empty_error("Stack")
        return this.items.pop(0)

    @_target.method("Peek")
    def peek_stack(this: Bag) -> object:
        if not this.items:
            raise empty_error("Stack")
        return this.items[0]


class HashSet(Bag):
    """Each element once; ``ignore_case`` by the comparer it was made with."""

    def __init__(
        self, type_name: str, element: str, items: Iterable[object] = (), ignore_case: bool = False, sort: bool = False
    ) -> None:
        super().__init__(type_name, element)
        self.ignore_case = ignore_case
        self.sort = sort
        self.keys: set[object] = set()
        for item in items:
            self.add(item)

    def key(self, value: object) -> object:
        return normal_key(value, self.ignore_case)

    def add(self, value: object) -> bool:
        value = self.fit(value)
        if self.key(value) in self.keys:
            return False
        self.keys.add(self.key(value))
        self.items.append(value)
        if self.sort:
            self.items = ordered(self.items)
        return True

    def discard(self, value: object) -> bool:
        key = self.key(self.fit(value))
        if key not in self.keys:
            return False
        self.keys.discard(key)
        self.items = [item for item in self.items if self.key(item) != key]
        return True

    def keys_of(self, values: object) -> set[object]:
        return {self.key(self.fit(item)) for item in elements(values, "other")}

    def keep(self, keys: set[object]) -> None:
        self.items = [item for item in self.items if self.key(item) in keys]
        self.keys &= keys


HASH_SET = define("System.Collections.Generic.HashSet`1", HashSet, False)
SORTED_SET = define("System.Collections.Generic.SortedSet`1", HashSet, True)


class ElementComparer(NetObject):
    """How a set tells its elements apart: the comparer that .NET makes for their type."""

    def __init__(self, element: str) -> None:
        name = f"System.Collections.Generic.GenericEqualityComparer`1[{element}]"
        self.type_names = (name, f"System.Collections.Generic.EqualityComparer`1[{element}]", "System.Object")

    def __str__(self) -> str:
        return self.type_names[0]


def set_members(target: TypeDef, sort: bool) -> None:
    common(target)

    @target.property("Comparer")
    def comparer_of(this: HashSet) -> object:
        return ElementComparer(this.element)

    def make(values: object, comparer: object, kind: NetType | None) -> HashSet:
        name, element = closed(target.name, kind)
        items = elements(values, "collection") if values is not None else []
        return HashSet(name, element, items, bool(getattr(comparer, "ignore_case", False)), sort)

    @target.constructor()
    def empty(kind: NetType | None = None) -> HashSet:
        return make(None, None, kind)

    @target.constructor("System.StringComparer")
    def comparing(comparer: object, kind: NetType | None = None) -> HashSet:
        return make(None, comparer, kind)

    @target.constructor("System.Collections.IEnumerable", "System.StringComparer", optional=1)
    def filled(values: object, comparer: object = None, kind: NetType | None = None) -> HashSet:
        return make(values, comparer, kind)

    @target.method("Add", "T")
    def add(this: HashSet, value: object) -> bool:
        return this.add(value)

    @target.method("Remove", "T")
    def remove(this: HashSet, value: object) -> bool:
        return this.discard(value)

    @target.method("Contains", "T")
    def contains(this: HashSet, value: object) -> bool:
        return this.key(this.fit(value)) in this.keys

    target.methods["contains"] = target.methods["contains"][-1:]

    @target.method("Clear")
    def clear(this: HashSet) -> object:
        this.items.clear()
        this.keys.clear()
        return AUTOMATION_NULL

    target.methods["clear"] = target.methods["clear"][-1:]

    @target.method("UnionWith", "System.Object")
    def union_with(this: HashSet, other: object) -> object:
        for item in elements(other, "other"):
            this.add(item)
        return AUTOMATION_NULL

    @target.method("IntersectWith", "System.Object")
    def intersect_with(this: HashSet, other: object) -> object:
        this.keep(this.keys_of(other))
        return AUTOMATION_NULL

    @target.method("ExceptWith", "System.Object")
    def except_with(this: HashSet, other: object) -> object:
        this.keep(this.keys - this.keys_of(other))
        return AUTOMATION_NULL

    @target.method("SymmetricExceptWith", "System.Object")
    def symmetric_except_with(this: HashSet, other: object) -> object:
        both = this.keys & this.keys_of(other)
        for item in elements(other, "other"):
            this.add(item)
        this.keep(this.keys - both)
        return AUTOMATION_NULL

    comparisons = {
        "SetEquals": lambda a, b: a == b,
        "IsSubsetOf": lambda a, b: a <= b,
        "IsSupersetOf": lambda a, b: a >= b,
        "IsProperSubsetOf": lambda a, b: a < b,
        "IsProperSupersetOf": lambda a, b: a > b,
        "Overlaps": lambda a, b: bool(a & b),
    }
    for name, test in comparisons.items():

        @target.method(name, "System.Object")
        def compare(this: HashSet, other: object, test: Any = test) -> bool:
            return bool(test(this.keys, this.keys_of(other)))

    @target.method("RemoveWhere", "System.Object", needs_session=True)
    def remove_where(this: HashSet, session: Session, block: object) -> int:
        test = predicate(session, block)
        gone = [item for item in this.items if test(item)]
        for item in gone:
            this.discard(item)
        return len(gone)


set_members(HASH_SET, False)
set_members(SORTED_SET, True)


@SORTED_SET.property("Min")
def smallest(this: HashSet) -> object:
    return this.items[0] if this.items else None


@SORTED_SET.property("Max")
def largest(this: HashSet) -> object:
    return this.items[-1] if this.items else None


LINKED = define("System.Collections.Generic.LinkedList`1", Bag, True)
NODE = TypeDef("System.Collections.Generic.LinkedListNode`1")
common(LINKED)
constructors(LINKED, list)


class Node(NetObject):
    """A node of a linked list, found again by its place."""

    def __init__(self, owner: Bag, value: object) -> None:
        self.type_names = (f"{NODE.name}[{owner.element}]", "System.Object")
        self.owner = owner
        self.value = value

    def beside(self, step: int) -> Node | None:
        index = position(self.owner.items, self.value) + step
        return Node(self.owner, self.owner.items[index]) if 0 <= index < len(self.owner.items) else None


NODE.attribute("Value", readonly=False)


@NODE.property("Next")
def next_node(this: Node) -> Node | None:
    return this.beside(1)


@NODE.property("Previous")
def previous_node(this: Node) -> Node | None:
    return this.beside(-1)


def end_node(this: Bag, index: int) -> Node | None:
    return Node(this, this.items[index]) if this.items else None


@LINKED.property("First")
def first(this: Bag) -> Node | None:
    return end_node(this, 0)


@LINKED.property("Last")
def last(this: Bag) -> Node | None:
    return end_node(this, -1)


@LINKED.method("AddFirst", "System.Object")
def add_first(this: Bag, value: object) -> Node:
    this.items.insert(0, this.fit(value))
    return Node(this, this.items[0])


@LINKED.method("AddLast", "System.Object")
def add_last(this: Bag, value: object) -> Node:
    this.items.append(this.fit(value))
    return Node(this, this.items[-1])


@LINKED.method("Remove", "System.Object")
def remove_linked(this: Bag, value: object) -> object:
    wanted = value.value if isinstance(value, Node) else this.fit(value)
    index = position(this.items, wanted)
    if index >= 0:
        del this.items[index]
    return AUTOMATION_NULL if isinstance(value, Node) else index >= 0


@LINKED.method("Find", "System.Object")
def find(this: Bag, value: object) -> Node | None:
    index = position(this.items, this.fit(value))
    return Node(this, this.items[index]) if index >= 0 else None


@LINKED.method("AddAfter", "System.Object", "System.Object")
def add_after(this: Bag, node: Node, value: object) -> Node:
    this.items.insert(position(this.items, node.value) + 1, this.fit(value))
    return Node(this, this.fit(value))


@LINKED.method("AddBefore", "System.Object", "System.Object")
def add_before(this: Bag, node: Node, value: object) -> Node:
    this.items.insert(position(this.items, node.value), this.fit(value))
    return Node(this, this.fit(value))


def _ends() -> None:
    for name, index in (("RemoveFirst", 0), ("RemoveLast", -1)):

        @LINKED.method(name)
        def remove_end(this: Bag, index: int = index) -> object:
            if not this.items:
                raise NetError("System.InvalidOperationException", "The LinkedList is empty.")
            del this.items[index]
            return AUTOMATION_NULL


_ends()

TYPES = (QUEUE, QUEUE_OF, STACK, STACK_OF, HASH_SET, SORTED_SET, LINKED, NODE)
