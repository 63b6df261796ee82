"""The table of .NET types: names and accelerators to types, values to types, and which type is assignable to which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Final, Protocol

from pslang.syntax import TypeName
from winsim.interpreter.containers import GenericList
from winsim.interpreter.core_types import ACCELERATORS, ASSIGNABLE, BASES, NUMBERS
from winsim.interpreter.exception_types import bases as exception_bases
from winsim.interpreter.exception_types import hierarchy
from winsim.interpreter.nettypes import NetType, TypeDef
from winsim.interpreter.values import (
    TEXT,
    Array,
    ArrayList,
    Byte,
    Char,
    DeserializedObject,
    EnumValue,
    Int16,
    Int64,
    NetObject,
    ParameterWord,
    PSObject,
    SByte,
    Single,
    UInt16,
    UInt32,
    UInt64,
)

CUSTOM_OBJECT: Final = "System.Management.Automation.PSCustomObject"

PRIMITIVES: Final[dict[type, str]] = {
    bool: "System.Boolean",
    int: "System.Int32",
    Int64: "System.Int64",
    UInt64: "System.UInt64",
    UInt32: "System.UInt32",
    Int16: "System.Int16",
    UInt16: "System.UInt16",
    Byte: "System.Byte",
    SByte: "System.SByte",
    float: "System.Double",
    Single: "System.Single",
    Decimal: "System.Decimal",
    str: "System.String",
    ParameterWord: "System.String",
    Char: "System.Char",
    ArrayList: "System.Collections.ArrayList",
}

NUMBER_TYPES: Final = frozenset(f"System.{name}" for name in NUMBERS)


def type_name_of(value: object) -> str | None:
    """The full name of a value's .NET type, None for $null."""
    kind = type(value)
    known = PRIMITIVES.get(kind)
    if known is not None:
        return known
    if isinstance(value, NetObject):
        return value.type_names[0]
    if isinstance(value, PSObject):
        if value.base is not None:
            return type_name_of(value.base)
        if CUSTOM_OBJECT in value.type_names:
            return CUSTOM_OBJECT
        if isinstance(value, DeserializedObject) and TEXT not in value:
            return CUSTOM_OBJECT
        return value.type_names[0] if value.type_names else CUSTOM_OBJECT
    if isinstance(value, EnumValue):
        return value.type_name
    if isinstance(value, Array):
        return value.element_type + "[]"
    if isinstance(value, GenericList):
        return value.type_name
    if value is None or not value:
        return None
    return "System.Object"


class Facts(Protocol):
    """What the catalogue of 2012 R2 knows of a type."""

    @property
    def name(self) -> str: ...

    @property
    def base(self) -> str | None: ...

    @property
    def interfaces(self) -> Iterable[str]: ...

    def has_member(self, name: str, *, static: bool) -> bool: ...


class TypeTable:
    """Made once from the modules that declare types; never changed afterwards."""

    def __init__(self, definitions: Iterable[TypeDef], catalogue: object | None) -> None:
        self.definitions: dict[str, TypeDef] = {}
        self.accelerators: dict[str, str] = dict(ACCELERATORS)
        self.canonical: dict[str, str] = {}
        self._facts = getattr(catalogue, "facts", None)
        for definition in definitions:
            self.definitions[definition.name] = definition
            self.canonical[definition.name.lower()] = definition.name
            for short in definition.accelerators:
                self.accelerators[short.lower()] = definition.name
        interfaces = (interface for names in ASSIGNABLE.values() for interface in names)
        exceptions = exception_bases()
        for name in (*ACCELERATORS.values(), *BASES, *ASSIGNABLE, *interfaces, *exceptions, *exceptions.values()):
            self.canonical.setdefault(name.lower(), name)

    def facts(self, name: str) -> Facts | None:
        if self._facts is None:
            return None
        found: Facts | None = self._facts(name)
        return found

    # -- names --------------------------------------------------------------------------------------------------------

    def by_name(self, name: str) -> NetType | None:
        """The type of a name as it stands between brackets, without generic arguments and array suffixes."""
        key = name.lower()
        if key in self.accelerators:
            return NetType(self.accelerators[key])
        for candidate in (key, f"system.{key}"):
            if candidate in self.canonical:
                return NetType(self.canonical[candidate])
        for candidate in (name, f"System.{name}"):
            facts = self.facts(candidate)
            if facts is not None:
                return NetType(facts.name)
        return None

    def resolve(self, name: TypeName) -> NetType | None:
        found: NetType | None
        if name.args:
            args = [self.resolve(argument) for argument in name.args]
            given = name.name if "`" in name.name else f"{name.name}`{len(args)}"
            found = self.by_name(given)
            if found is None or None in args:
                return None
            found = NetType(found.name, tuple(a for a in args if a is not None))
        else:
            found = self.by_name(name.name)
        for rank in name.ranks:
            if found is None:
                return None
            found = array_of(found, rank)
        return found

    @cache  # noqa: B019 - one table lives as long as the program
    def parse(self, text: str) -> NetType | None:
        """The type of a full name as text: ``System.String[]``, ``System.Nullable`1[System.Int32]``."""
        text = text.strip()
        if text.endswith("]"):
            opening = matching_bracket(text)
            inside, head = text[opening + 1 : -1], text[:opening]
            if set(inside) <= {","}:
                element = self.parse(head)
                return None if element is None else array_of(element, len(inside) + 1)
            parts = [
                self.parse(part.split(", ")[0].strip("[]") if "[[" in text else part) for part in split_args(inside)
            ]
            if any(part is None for part in parts):
                return None
            found = self.by_name(f"{head}`{len(parts)}") or self.by_name(head)
            return None if found is None else NetType(found.name, tuple(p for p in parts if p is not None))
        return self.by_name(text)

    # -- inheritance --------------------------------------------------------------------------------------------------

    def bases(self, type_name: str) -> Iterator[str]:
        """The type and what it derives from, up to System.Object."""
        name: str | None = type_name
        seen: set[str] = set()
        while name and name not in seen:
            seen.add(name)
            yield name
            name = self.base(name)
        if "System.Object" not in seen:
            yield "System.Object"

    def base(self, name: str) -> str | None:
        if name == "System.Object":
            return None
        if name.endswith("]") and not self.is_generic(name):
            return "System.Array"
        plain = name.split("[", maxsplit=1)[0]
        definition = self.definitions.get(plain)
        if definition is not None:
            return definition.base
        if plain in BASES:
            return BASES[plain]
        if plain in exception_bases():
            return exception_bases()[plain]
        facts = self.facts(plain)
        return facts.base if facts is not None else "System.Object"

    @staticmethod
    def is_generic(name: str) -> bool:
        return "`" in name and not name.endswith("[]")

    def names_of(self, value: object) -> tuple[str, ...]:
        """All types and interfaces that a value is of, without the type names that PowerShell adds."""
        if isinstance(value, PSObject) and value.base is not None:
            return self.names_of(value.base)
        name = type_name_of(value)
        if name is None:
            return ()
        extra = value.type_names if isinstance(value, NetObject) else ()
        if isinstance(value, PSObject):
            extra = tuple(n for n in value.type_names if n != CUSTOM_OBJECT) if name != CUSTOM_OBJECT else ()
            extra = (*extra, "System.Management.Automation.PSObject")
        return (*self.assignable(name), *extra)

    @cache  # noqa: B019
    def assignable(self, name: str) -> frozenset[str]:
        """Every type that a value of the type can be assigned to."""
        found: set[str] = set()
        for base in (*self.bases(name), *hierarchy(name)) if name.endswith("Exception") else self.bases(name):
            found.add(base)
            plain = base.split("[")[0] if self.is_generic(base) else base
            found.update(ASSIGNABLE.get(plain, ()))
            definition = self.definitions.get(plain)
            if definition is not None:
                found.update(definition.interfaces)
            facts = self.facts(plain)
            if facts is not None:
                found.update(facts.interfaces)
        if name.endswith("[]"):
            found.add("System.Object[]")
        return frozenset(found)

    def is_instance(self, value: object, target: NetType) -> bool:
        wanted = target.full_name
        if wanted == "System.Management.Automation.PSObject":
            return isinstance(value, PSObject)
        names = self.names_of(value)
        if wanted == "System.Object[]" and isinstance(value, Array):
            return value.element_type not in VALUE_ELEMENTS
        return wanted in names

    def definition(self, type_name: str) -> TypeDef | None:
        plain = type_name.split("[", maxsplit=1)[0] if self.is_generic(type_name) else type_name
        return self.definitions.get(plain)

    def definitions_of(self, type_name: str) -> Iterator[TypeDef]:
        """The built definitions of a type and of what it derives from, most specific first."""
        for base in self.bases(type_name):
            definition = self.definition(base)
            if definition is not None:
                yield definition


VALUE_ELEMENTS: Final = NUMBER_TYPES | {"System.Boolean", "System.Char", "System.DateTime", "System.Guid"}


def array_of(element: NetType, rank: int = 1) -> NetType:
    return NetType("System.Array", element=element, rank=rank)


def matching_bracket(text: str) -> int:
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        if text[index] == "]":
            depth += 1
        elif text[index] == "[":
            depth -= 1
            if depth == 0:
                return index
    return 0


def split_args(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current]


@cache
def table() -> TypeTable:
    """The table of all declared types."""
    from winsim.interpreter.net import MODULES
    from winsim.interpreter.net.ordering import all_in_order

    names = ("winsim.interpreter.engine_types", *(f"winsim.interpreter.net.{name}" for name in MODULES))
    definitions = [definition for name in names for definition in import_module(name).TYPES]
    all_in_order(MODULES)
    try:
        catalogue: object | None = import_module("winsim.interpreter.net.catalogue")
    except ModuleNotFoundError:
        catalogue = None
    return TypeTable(definitions, catalogue)


def type_of(value: object) -> NetType | None:
    name = type_name_of(value)
    if name is None:
        return None
    name = name.partition("#")[0]  # what follows is the adapter's: ManagementObject#root\\cimv2\\Win32_Service
    return table().parse(name) or NetType(name)


def get_type(name: str) -> NetType:
    """A type that must exist."""
    return table().parse(name) or NetType(name)
