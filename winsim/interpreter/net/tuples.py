"""System.Tuple with one to seven items."""

from __future__ import annotations

from winsim.interpreter.nettypes import NetType, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import type_name_of
from winsim.interpreter.values import NetObject

MOST = 7


class Tuple(NetObject):
    def __init__(self, items: tuple[object, ...], kinds: tuple[str, ...]) -> None:
        self.items = items
        self.type_names = (f"System.Tuple`{len(items)}[{','.join(kinds)}]", "System.Object")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tuple) and other.items == self.items

    def __hash__(self) -> int:
        return hash(self.type_names)


def written(this: Tuple) -> str:
    return f"({', '.join(to_text(item) for item in this.items)})"


def made(*items: object) -> Tuple:
    return Tuple(items, tuple(type_name_of(item) or "System.Object" for item in items))


def declared(count: int) -> TypeDef:
    target = TypeDef(f"System.Tuple`{count}", to_text=written)

    @target.constructor(*["System.Object"] * count)
    def new(*items: object, kind: NetType | None = None) -> Tuple:
        from winsim.interpreter.convert import convert

        if kind is None or not kind.args:
            return made(*items)
        fitted = tuple(convert(item, arg) for item, arg in zip(items, kind.args, strict=True))
        return Tuple(fitted, tuple(arg.full_name for arg in kind.args))

    for position in range(count):

        @target.property(f"Item{position + 1}")
        def item(this: Tuple, position: int = position) -> object:
            return this.items[position]

    return target


TUPLE = TypeDef("System.Tuple")
for _count in range(1, MOST + 1):
    TUPLE.static_method("Create", *["System.Object"] * _count)(made)

TYPES = (TUPLE, *(declared(count) for count in range(1, MOST + 1)))
