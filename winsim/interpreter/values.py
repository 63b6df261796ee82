"""What a PowerShell value is in Python.

=====================  ==================================================================
PowerShell             Python
=====================  ==================================================================
$null                  ``None``
nothing (no output)    ``AUTOMATION_NULL``
string, char           ``str``, ``Char``
int, long, byte ...    ``int`` is Int32; ``Int64``, ``Byte`` ... are its subclasses
double, single         ``float``, ``Single``
decimal                ``decimal.Decimal``
bool                   ``bool``
arrays                 ``Array`` (fixed size, typed elements)
ArrayList, List[T]     ``ArrayList``, ``GenericList``
Hashtable, [ordered]   ``Hashtable``, ``OrderedDictionary``
any .NET object        subclasses of ``NetObject`` (dates, uris, certificates, files ...)
PSCustomObject and     ``PSObject`` without base: an ordered bag of properties with type names
objects of products
value with notes       ``PSObject`` around a base value
=====================  ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final


class AutomationNull:
    """The output of a pipeline that wrote nothing; behaves as $null in expressions and as nothing in pipelines."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "AUTOMATION_NULL"


AUTOMATION_NULL: Final = AutomationNull()


class Int64(int):
    __slots__ = ()


class UInt64(int):
    __slots__ = ()


class UInt32(int):
    __slots__ = ()


class Int16(int):
    __slots__ = ()


class UInt16(int):
    __slots__ = ()


class Byte(int):
    __slots__ = ()


class SByte(int):
    __slots__ = ()


class Single(float):
    __slots__ = ()


class Char(str):
    __slots__ = ()


class ParameterWord(str):
    """``-Name`` in $args: a string that acts as a parameter again when $args is splatted."""

    __slots__ = ()


class EnumValue(int):
    """A value of a .NET enumeration; ``type_name`` and ``name`` say which."""

    type_name: str
    name: str

    def __new__(cls, type_name: str, name: str, value: int) -> EnumValue:
        self = int.__new__(cls, value)
        self.type_name = type_name
        self.name = name
        return self

    def __str__(self) -> str:
        return self.name


class Array(list[object]):
    """A .NET array: fixed size, ``element_type`` is the full name of the element type."""

    element_type: str

    def __init__(self, items: Iterable[object] = (), element_type: str = "System.Object") -> None:
        super().__init__(items)
        self.element_type = element_type


class ArrayList(list[object]):
    """System.Collections.ArrayList."""


class NetObject:
    """Base of .NET objects that are written in Python.

    ``type_names`` is the type hierarchy, most specific first, full names. Properties and methods are those that the
    interpreter's member tables give for the class; see winsim/interpreter/net.
    """

    type_names: tuple[str, ...] = ("System.Object",)


# The hidden property of a product's object that holds what its ToString() gives.
TEXT: Final = "__text__"


class PSObject:
    """A bag of properties (``base`` is None), or a base value that carries extra members or type names.

    Property names keep their order and case and are looked up without regard to case.
    """

    __slots__ = ("_names", "_values", "base", "type_names")

    def __init__(
        self,
        properties: Mapping[str, object] | None = None,
        type_names: tuple[str, ...] = ("System.Management.Automation.PSCustomObject", "System.Object"),
        base: object = None,
    ) -> None:
        self.base = base
        self.type_names = type_names
        self._names: dict[str, str] = {}
        self._values: dict[str, object] = {}
        for name, value in (properties or {}).items():
            self[name] = value

    def __setitem__(self, name: str, value: object) -> None:
        key = name.lower()
        self._names.setdefault(key, name)
        self._values[key] = value

    def __getitem__(self, name: str) -> object:
        return self._values[name.lower()]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def __delitem__(self, name: str) -> None:
        del self._names[name.lower()]
        del self._values[name.lower()]

    def get(self, name: str, default: object = None) -> object:
        return self._values.get(name.lower(), default)

    def items(self) -> Iterator[tuple[str, object]]:
        """Names as they were first written, with their values, in order."""
        return ((self._names[key], value) for key, value in self._values.items() if key != TEXT)

    def names(self) -> list[str]:
        return [name for key, name in self._names.items() if key != TEXT]


class DeserializedObject(PSObject):
    """What came from another session: properties of the original apart from those that were added to it."""

    __slots__ = ("adapted",)

    def __init__(self, type_names: tuple[str, ...] = ()) -> None:
        super().__init__({}, type_names)
        self.adapted: frozenset[str] = frozenset()  # lower-case names of the original's own properties


def record(type_name: str, properties: Mapping[str, object]) -> PSObject:
    """An object of a product: ``record("Microsoft.Rtc.Management.Xds.ReplicaState", {"UpToDate": True, ..})``."""
    return PSObject(properties, (type_name, "System.Object"))
