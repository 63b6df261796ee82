"""How .NET types are declared to the interpreter, and the table of them.

``winsim/interpreter/net`` fills the table: each of its modules builds ``TypeDef`` values and exports ``TYPES``.

    URI = TypeDef("System.Uri", python=(Uri,), accelerators=("uri",))

    @URI.constructor("System.String")
    def create(text: str) -> Uri: ...

    @URI.property("Host")
    def host(this: Uri) -> str: ...

    @URI.method("GetLeftPart", "System.UriPartial")
    def get_left_part(this: Uri, part: EnumValue) -> str: ...

    @URI.static_method("EscapeDataString", "System.String")
    def escape(text: str) -> str: ...

    TYPES = (URI,)

Arguments arrive converted to the declared parameter types (values of values.py; ``System.Object`` unconverted). A void
method returns ``AUTOMATION_NULL``. What .NET would throw is raised as ``NetError``. Methods that need the runspace (to
call script blocks, to reach the host's files) take it as ``session`` with ``needs_session=True``, first after ``this``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from winsim.interpreter.values import NetObject

F = TypeVar("F", bound=Callable[..., Any])


class NetError(Exception):
    """What a .NET method throws: ``type_name`` is the full name of the exception's type."""

    def __init__(
        self,
        type_name: str,
        message: str,
        inner: NetError | None = None,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.type_name = type_name
        self.message = message
        self.inner = inner
        self.properties = dict(properties or {})
        self.carried: NetObject | None = None  # the exception itself, where it comes out of another pipeline


@dataclass(frozen=True)
class Overload:
    """One signature; the last parameter takes the rest when it is written ``params System.String[]``.

    ``optional`` parameters at the end may be left out. ``ref``/``out`` parameters are written ``ref System.Int32`` and
    receive the ``Reference`` itself.
    """

    parameters: tuple[str, ...]
    call: Callable[..., object]
    optional: int = 0
    needs_session: bool = False

    @property
    def variadic(self) -> bool:
        return bool(self.parameters) and self.parameters[-1].startswith("params ")


@dataclass
class Property:
    """``getter(this)`` (static: ``getter()``); ``setter(this, value)`` or None; ``type`` converts what is set."""

    name: str
    getter: Callable[..., object]
    setter: Callable[..., None] | None = None
    type: str = "System.Object"


@dataclass
class Indexer:
    """``$x[args]``; the getter takes (this, *args), the setter (this, value, *args)."""

    getter: Callable[..., object]
    setter: Callable[..., None] | None = None
    parameters: tuple[str, ...] = ("System.Object",)


@dataclass
class TypeDef:
    """A .NET type as far as it is built. Names of members keep their case and are looked up without regard to it."""

    name: str  # full name; generics as System.Collections.Generic.List`1
    python: tuple[type, ...] = ()  # classes whose instances are of this type
    accelerators: tuple[str, ...] = ()
    base: str = "System.Object"
    interfaces: tuple[str, ...] = ()
    value_type: bool = False
    enum: Mapping[str, int] | None = None  # names to values of an enumeration
    flags: bool = False
    convert: Callable[[object], object] | None = None  # [T]$value; raises ValueError/NetError when it cannot
    parse: Callable[[str], object] | None = None  # [T]'text'; raises ValueError/NetError
    to_text: Callable[[Any], str] | None = None  # ToString() in the invariant culture
    format: Callable[[Any, str], str] | None = None  # ToString(format), as -f uses it
    enumerate: Callable[[Any], list[object]] | None = None  # what a pipeline sees of a collection; None: one object
    indexer: Indexer | None = None
    constructors: list[Overload] = field(default_factory=list)
    methods: dict[str, list[Overload]] = field(default_factory=dict)
    static_methods: dict[str, list[Overload]] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    static_properties: dict[str, Property] = field(default_factory=dict)
    method_names: dict[str, str] = field(default_factory=dict)  # lower case -> as written

    def constructor(self, *parameters: str, optional: int = 0, needs_session: bool = False) -> Callable[[F], F]:
        def add(body: F) -> F:
            self.constructors.append(Overload(parameters, body, optional, needs_session))
            return body

        return add

    def method(self, name: str, *parameters: str, optional: int = 0, needs_session: bool = False) -> Callable[[F], F]:
        def add(body: F) -> F:
            self.method_names[name.lower()] = name
            overloads = self.methods.setdefault(name.lower(), [])
            overloads.append(Overload(parameters, body, optional, needs_session))
            return body

        return add

    def static_method(
        self, name: str, *parameters: str, optional: int = 0, needs_session: bool = False
    ) -> Callable[[F], F]:
        def add(body: F) -> F:
            self.method_names[name.lower()] = name
            overloads = self.static_methods.setdefault(name.lower(), [])
            overloads.append(Overload(parameters, body, optional, needs_session))
            return body

        return add

    def property(self, name: str, type: str = "System.Object") -> Callable[[F], F]:
        def add(body: F) -> F:
            self.properties[name.lower()] = Property(name, body, type=type)
            return body

        return add

    def setter(self, name: str) -> Callable[[F], F]:
        """The setter of a property declared before."""

        def add(body: F) -> F:
            self.properties[name.lower()].setter = body
            return body

        return add

    def static_property(self, name: str, type: str = "System.Object") -> Callable[[F], F]:
        def add(body: F) -> F:
            self.static_properties[name.lower()] = Property(name, body, type=type)
            return body

        return add

    def static_setter(self, name: str) -> Callable[[F], F]:
        def add(body: F) -> F:
            self.static_properties[name.lower()].setter = body
            return body

        return add

    def attribute(self, *names: str, readonly: bool = True) -> None:
        """Properties whose values are attributes of the Python object: PascalCase name -> snake_case attribute."""
        for name in names:
            snake = "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")

            def read(this: object, snake: str = snake) -> object:
                value: object = getattr(this, snake)
                return value

            def write(this: object, value: object, snake: str = snake) -> None:
                setattr(this, snake, value)

            self.properties[name.lower()] = Property(name, read, None if readonly else write)


def enumeration(
    name: str, members: Mapping[str, int], *, flags: bool = False, accelerators: tuple[str, ...] = ()
) -> TypeDef:
    return TypeDef(
        name, base="System.Enum", value_type=True, enum=dict(members), flags=flags, accelerators=accelerators
    )


@dataclass(frozen=True)
class NetType(NetObject):
    """A type as a value: ``[string]``. ``args`` of a closed generic; ``element`` and ``rank`` of an array."""

    name: str  # System.String, System.Collections.Generic.List`1
    args: tuple[NetType, ...] = ()
    element: NetType | None = None
    rank: int = 0

    type_names = ("System.RuntimeType", "System.Reflection.TypeInfo", "System.Type", "System.Object")

    @property
    def full_name(self) -> str:
        """The name by which the interpreter compares types: ``System.String[]``, ``...List`1[System.Int32]``."""
        if self.element is not None:
            return f"{self.element.full_name}[{',' * (self.rank - 1)}]"
        if self.args:
            return f"{self.name}[{','.join(a.full_name for a in self.args)}]"
        return self.name

    def __str__(self) -> str:
        """As PowerShell prints a type: ``System.Collections.Generic.List[string]``-like, accelerators aside."""
        if self.element is not None:
            return f"{self.element}[{',' * (self.rank - 1)}]"
        if self.args:
            return f"{self.name.split('`')[0]}[{','.join(str(a) for a in self.args)}]"
        return self.name
