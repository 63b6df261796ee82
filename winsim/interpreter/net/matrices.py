"""Arrays of several dimensions: ``New-Object 'int[,]' 2,3`` and ``$a[1,2]``."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from winsim.interpreter.convert import convert
from winsim.interpreter.nettypes import Indexer, NetError
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import NetObject

MOST = 8
OUTSIDE = "Index was outside the bounds of the array."


class Matrix(NetObject):
    """Its elements lie row by row in ``items``."""

    def __init__(self, element: str, sizes: Sequence[int], filler: object) -> None:
        self.element = element
        self.sizes = tuple(sizes)
        self.items: list[object] = [filler] * prod(self.sizes)
        name = f"{element}[{',' * (len(self.sizes) - 1)}]"
        self.type_names = (name, "System.Array", "System.Object")

    def __len__(self) -> int:
        return len(self.items)

    def place(self, indices: Sequence[int]) -> int:
        at = 0
        if len(indices) != len(self.sizes):
            raise NetError("System.ArgumentException", "The indices do not match the number of dimensions.")
        for index, size in zip(indices, self.sizes, strict=True):
            if not 0 <= index < size:
                raise NetError("System.IndexOutOfRangeException", OUTSIDE)
            at = at * size + index
        return at

    def read(self, *indices: int) -> object:
        return self.items[self.place(indices)]

    def write(self, value: object, *indices: int) -> None:
        self.items[self.place(indices)] = convert(value, get_type(self.element))

    def size(self, dimension: int) -> int:
        if not 0 <= dimension < len(self.sizes):
            raise NetError("System.IndexOutOfRangeException", OUTSIDE)
        return self.sizes[dimension]


INDEXER = Indexer(
    lambda matrix, *indices: matrix.read(*indices),
    lambda matrix, value, *indices: matrix.write(value, *indices),
    ("System.Int32",) * MOST,
)
