"""System.Object, System.Type, script blocks and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.collect import Enumerator, collapse
from winsim.interpreter.compare import equals
from winsim.interpreter.containers import ObjectCollection
from winsim.interpreter.convert import Reference, SwitchParameter
from winsim.interpreter.errors import TerminatingError, carrying, escaping
from winsim.interpreter.nettypes import NetError, NetType, TypeDef, enumeration
from winsim.interpreter.scriptblocks import ScriptBlock, create
from winsim.interpreter.texts import element_text, to_text
from winsim.interpreter.typetable import get_type, table, type_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA = "System.Management.Automation."

OBJECT = TypeDef("System.Object", base="System.Object", accelerators=("object",))
TYPE = TypeDef("System.RuntimeType", base="System.Type")
BLOCK = TypeDef(SMA + "ScriptBlock", accelerators=("scriptblock",))
SWITCH = TypeDef(SMA + "SwitchParameter", value_type=True, base="System.ValueType")
REFERENCE = TypeDef(SMA + "PSReference", accelerators=("ref",))
VARIABLE = TypeDef(SMA + "PSVariable")


def no_private_member(this: object, name: str, flags: object) -> object:
    """Reflection on what .NET does not show: scripts that try it must cope with its being refused."""
    raise NetError("System.MemberAccessException", f"The simulated lab has no private member {name}.")


for _method in ("GetProperty", "GetField"):
    TYPE.method(_method, "System.String", "System.Reflection.BindingFlags")(no_private_member)


@OBJECT.constructor()
def new_object() -> object:
    from winsim.interpreter.values import NetObject as Plain

    return Plain()


@OBJECT.method("GetType")
def get_type_of(this: object) -> object:
    return type_of(this)


@OBJECT.method("ToString")
def object_text(this: object) -> str:
    return element_text(this) if not isinstance(this, list) else type_name(this)


def type_name(value: object) -> str:
    found = type_of(value)
    return found.full_name if found is not None else ""


@OBJECT.method("Equals", "System.Object")
def object_equals(this: object, other: object) -> bool:
    if type(this) is not type(other) and not isinstance(this, str):
        return False
    if isinstance(this, list):
        return this is other
    return isinstance(other, str) == isinstance(this, str) and equals(this, other, False)


@OBJECT.method("GetHashCode")
def object_hash(this: object) -> int:
    import zlib

    text = to_text(this) if not isinstance(this, NetObject | list) else str(id(this))
    if isinstance(this, int):
        return int(this)
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) - 2**31


@OBJECT.static_method("ReferenceEquals", "System.Object", "System.Object")
def reference_equals(left: object, right: object) -> bool:
    return left is right


@OBJECT.static_method("Equals", "System.Object", "System.Object")
def static_equals(left: object, right: object) -> bool:
    return object_equals(left, right) if left is not None else right is None


# -- types ------------------------------------------------------------------------------------------------------------


def clr_name(kind: NetType) -> str:
    """The name as .NET writes it: arguments of generics with their assembly."""
    if kind.element is not None:
        return f"{clr_name(kind.element)}[{',' * (kind.rank - 1)}]"
    if kind.args:
        library = "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
        return f"{kind.name}[{','.join(f'[{clr_name(a)}, {library}]' for a in kind.args)}]"
    return kind.name


def simple_name(kind: NetType) -> str:
    if kind.element is not None:
        return f"{simple_name(kind.element)}[{',' * (kind.rank - 1)}]"
    return kind.name.rpartition(".")[2].rpartition("+")[2]


@TYPE.property("Name", "System.String")
def type_simple(this: NetType) -> str:
    return simple_name(this)


@TYPE.property("FullName", "System.String")
def type_full(this: NetType) -> str:
    return clr_name(this)


@TYPE.property("Namespace", "System.String")
def type_namespace(this: NetType) -> str:
    inner = this
    while inner.element is not None:
        inner = inner.element
    return inner.name.rpartition(".")[0]


@TYPE.property("BaseType", "System.Type")
def type_base(this: NetType) -> object:
    base = table().base(this.full_name)
    return get_type(base) if base is not None else None


@TYPE.property("IsArray", "System.Boolean")
def type_is_array(this: NetType) -> bool:
    return this.element is not None


@TYPE.property("IsEnum", "System.Boolean")
def type_is_enum(this: NetType) -> bool:
    definition = table().definition(this.full_name)
    return definition is not None and definition.enum is not None


@TYPE.property("IsValueType", "System.Boolean")
def type_is_value(this: NetType) -> bool:
    return "System.ValueType" in table().assignable(this.full_name)


@TYPE.property("IsClass", "System.Boolean")
def type_is_class(this: NetType) -> bool:
    return not type_is_value(this)


@TYPE.property("IsPrimitive", "System.Boolean")
def type_is_primitive(this: NetType) -> bool:
    names = "Boolean Byte SByte Int16 UInt16 Int32 UInt32 Int64 UInt64 Char Double Single"
    return this.full_name.removeprefix("System.") in names.split(" ")


@TYPE.property("IsGenericType", "System.Boolean")
def type_is_generic(this: NetType) -> bool:
    return bool(this.args) or "`" in this.name


@TYPE.property("IsPublic", "System.Boolean")
def type_is_public(this: NetType) -> bool:
    return True


@TYPE.property("Assembly", "System.Reflection.Assembly")
def type_assembly(this: NetType) -> object:
    from winsim.interpreter.net.reflection import assembly_of

    return assembly_of(this)


@TYPE.property("AssemblyQualifiedName", "System.String")
def type_qualified(this: NetType) -> str:
    from winsim.interpreter.net.reflection import assembly_of

    return f"{clr_name(this)}, {assembly_of(this).name.full_name}"


@TYPE.property("UnderlyingSystemType", "System.Type")
def type_underlying(this: NetType) -> NetType:
    return this


@TYPE.method("ToString")
def type_text(this: NetType) -> str:
    if this.element is not None:
        return f"{type_text(this.element)}[{',' * (this.rank - 1)}]"
    return f"{this.name}[{','.join(type_text(a) for a in this.args)}]" if this.args else this.name


@TYPE.method("IsInstanceOfType", "System.Object")
def type_is_instance(this: NetType, value: object) -> bool:
    return table().is_instance(value, this)


@TYPE.method("IsAssignableFrom", "System.Type")
def type_assignable(this: NetType, other: NetType) -> bool:
    return this.full_name in table().assignable(other.full_name)


@TYPE.method("IsSubclassOf", "System.Type")
def type_subclass(this: NetType, other: NetType) -> bool:
    return this != other and other.full_name in tuple(table().bases(this.full_name))


@TYPE.method("GetElementType")
def type_element(this: NetType) -> object:
    return this.element


@TYPE.method("GetGenericArguments")
def type_arguments(this: NetType) -> object:
    return Array(this.args, "System.Type")


@TYPE.method("Equals", "System.Object")
def type_equals(this: NetType, other: object) -> bool:
    return this == other


@TYPE.static_method("GetType", "System.String")
def find_type(name: str) -> object:
    plain = name.split(",", maxsplit=1)[0].strip()
    return table().parse(plain) if "." in plain else None


# -- script blocks ----------------------------------------------------------------------------------------------------


@BLOCK.static_method("Create", "System.String", needs_session=True)
def create_block(session: Session, text: str) -> ScriptBlock:
    try:
        return create(text, session)
    except TerminatingError as problem:
        raise carrying(escaping(problem)) from None


@BLOCK.method("Invoke", "params System.Object[]", needs_session=True)
def invoke_block(this: ScriptBlock, session: Session, arguments: list[object]) -> object:
    try:
        return ObjectCollection(session.collect_block(this, arguments, outside=True), SMA + "PSObject")
    except TerminatingError as problem:
        raise carrying(escaping(problem)) from None


@BLOCK.method("InvokeReturnAsIs", "params System.Object[]", needs_session=True)
def invoke_as_is(this: ScriptBlock, session: Session, arguments: list[object]) -> object:
    try:
        return collapse(session.collect_block(this, arguments, outside=True))
    except TerminatingError as problem:
        raise carrying(escaping(problem)) from None


@BLOCK.method("GetNewClosure", needs_session=True)
def new_closure(this: ScriptBlock, session: Session) -> ScriptBlock:
    return this.closure(session.current_frame())


@BLOCK.method("ToString")
def block_text(this: ScriptBlock) -> str:
    return this.code.text


@BLOCK.property("Module")
def block_module(this: ScriptBlock) -> object:
    return this.module


@BLOCK.property("File", "System.String")
def block_file(this: ScriptBlock) -> object:
    return this.code.source.name or None


@BLOCK.method("GetSteppablePipeline", "params System.Object[]", needs_session=True)
def steppable(this: ScriptBlock, session: Session, ignored: list[object]) -> object:
    from winsim.interpreter.steppable import SteppablePipeline

    return SteppablePipeline(session, this)


@BLOCK.property("IsFilter", "System.Boolean")
def block_is_filter(this: ScriptBlock) -> bool:
    return this.code.kind == "filter"


@BLOCK.property("StartPosition")
def block_start(this: ScriptBlock) -> object:
    return None


# -- switches, references, variables ----------------------------------------------------------------------------------


@SWITCH.property("IsPresent", "System.Boolean")
def switch_present(this: SwitchParameter) -> bool:
    return this.present


@SWITCH.method("ToBool")
def switch_bool(this: SwitchParameter) -> bool:
    return this.present


@SWITCH.static_property("Present")
def switch_true() -> SwitchParameter:
    return SwitchParameter(True)


@REFERENCE.property("Value")
def reference_value(this: Reference) -> object:
    return this.read()


@REFERENCE.setter("Value")
def set_reference(this: Reference, value: object) -> None:
    this.write(value)


VARIABLE.attribute("Name")
VARIABLE.attribute("Value", readonly=False)


@VARIABLE.property("Options")
def variable_options(this: object) -> str:
    info = getattr(this, "info", None)
    if info is None:
        return "None"
    words = [w for w, on in (("ReadOnly", info.readonly), ("Constant", info.constant), ("Private", info.private)) if on]
    return ", ".join(words) or "None"


@VARIABLE.property("Attributes")
def variable_attributes(this: object) -> object:
    return Array(getattr(getattr(this, "info", None), "attributes", ()), "System.Attribute")


@VARIABLE.property("Description", "System.String")
def variable_description(this: object) -> str:
    return str(getattr(getattr(this, "info", None), "description", ""))


ENUMERATOR = TypeDef("System.Collections.IEnumerator")


@ENUMERATOR.method("MoveNext")
def move_next(this: Enumerator) -> bool:
    return this.move_next()


@ENUMERATOR.method("Reset")
def reset(this: Enumerator) -> object:
    this.index = -1
    return AUTOMATION_NULL


@ENUMERATOR.property("Current")
def current(this: Enumerator) -> object:
    return this.current


PREFERENCE = enumeration(
    SMA + "ActionPreference",
    {"SilentlyContinue": 0, "Stop": 1, "Continue": 2, "Inquire": 3, "Ignore": 4, "Suspend": 5},
)
IMPACT = enumeration(SMA + "ConfirmImpact", {"None": 0, "Low": 1, "Medium": 2, "High": 3})

NOTHING = TypeDef(SMA + "Internal.AutomationNull")


@NOTHING.static_property("Value")
def no_output() -> object:
    """What a command that writes nothing gives."""
    return AUTOMATION_NULL


OBJECT_TYPES: tuple[TypeDef, ...] = (
    OBJECT,
    TYPE,
    TypeDef("System.Type", base="System.Object", static_methods=TYPE.static_methods, method_names=TYPE.method_names),
    BLOCK,
    SWITCH,
    REFERENCE,
    VARIABLE,
    ENUMERATOR,
    PREFERENCE,
    IMPACT,
    NOTHING,
)
