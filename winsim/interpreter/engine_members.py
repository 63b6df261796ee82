"""``PSObject``, its members, and the objects that add members: PSNoteProperty and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.convert import convert
from winsim.interpreter.engine_views import (
    MemberCollection,
    MemberView,
    MethodView,
    PSObjectView,
    TypeNameList,
    type_names_of,
)
from winsim.interpreter.members import get_property_of, set_property
from winsim.interpreter.nettypes import Indexer, NetError, TypeDef, enumeration
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.special import AliasProperty, ScriptMethod, ScriptProperty, extend, extras
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject, PSObject
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA = "System.Management.Automation."
VIEW = TypeDef(SMA + "PSObject", accelerators=("psobject", "pscustomobject"))
MEMBER = TypeDef(SMA + "PSMemberInfo")
METHOD = TypeDef(SMA + "PSMethodInfo")
COLLECTION = TypeDef(SMA + "PSMemberInfoIntegratingCollection`1", enumerate=lambda this: this.members())
NAMES = TypeDef(SMA + "PSTypeNames", enumerate=lambda this: list(this.items))
NOTE = TypeDef(SMA + "PSNoteProperty", base=SMA + "PSPropertyInfo")
SCRIPT = TypeDef(SMA + "PSScriptProperty", base=SMA + "PSPropertyInfo")
ALIAS = TypeDef(SMA + "PSAliasProperty", base=SMA + "PSPropertyInfo")
SCRIPT_METHOD = TypeDef(SMA + "PSScriptMethod", base=SMA + "PSMethodInfo")
KINDS = enumeration(
    SMA + "PSMemberTypes",
    {
        "AliasProperty": 1,
        "CodeProperty": 2,
        "Property": 4,
        "NoteProperty": 8,
        "ScriptProperty": 16,
        "Properties": 31,
        "PropertySet": 32,
        "Method": 64,
        "CodeMethod": 128,
        "ScriptMethod": 256,
        "Methods": 448,
        "ParameterizedProperty": 512,
        "MemberSet": 1024,
        "Event": 2048,
        "Dynamic": 4096,
        "All": 8191,
    },
    flags=True,
)


class NewMember(NetObject):
    """A member that belongs to no object yet."""

    def __init__(self, type_name: str, name: str, held: object) -> None:
        self.type_names = (SMA + type_name, SMA + "PSMemberInfo", "System.Object")
        self.name = name
        self.held = held


@VIEW.constructor()
def new_custom() -> PSObject:
    return PSObject()


@VIEW.constructor("System.Object")
def new_wrapped(value: object) -> object:
    return value


@VIEW.property("Properties")
def properties(this: PSObjectView) -> MemberCollection:
    return MemberCollection(this.owner, "properties")


@VIEW.property("Methods")
def methods(this: PSObjectView) -> MemberCollection:
    return MemberCollection(this.owner, "methods")


@VIEW.property("Members")
def members(this: PSObjectView) -> MemberCollection:
    return MemberCollection(this.owner, "members")


@VIEW.property("TypeNames")
def type_names(this: PSObjectView) -> TypeNameList:
    return TypeNameList(this.owner)


@VIEW.property("BaseObject")
def base_object(this: PSObjectView) -> object:
    return this.owner.base if isinstance(this.owner, PSObject) and this.owner.base is not None else this.owner


@VIEW.property("ImmediateBaseObject")
def immediate_base(this: PSObjectView) -> object:
    return base_object(this)


@VIEW.method("Copy")
def copy_object(this: PSObjectView) -> object:
    owner = this.owner
    if isinstance(owner, PSObject):
        made = PSObject({}, owner.type_names, owner.base)
        for name in owner.names():
            made[name] = owner[name]
        return made
    return owner


# -- collections of members -------------------------------------------------------------------------------------------


def find_member(this: MemberCollection, name: object) -> object:
    if isinstance(name, int):
        found = this.members()
        return found[name] if 0 <= name < len(found) else None
    wanted = to_text(name).lower()
    for member in this.members():
        if member_name(member).lower() == wanted:
            return member
    return None


def member_name(member: object) -> str:
    if isinstance(member, MemberView):
        return member.info.name
    assert isinstance(member, MethodView | NewMember)
    return member.name


COLLECTION.indexer = Indexer(find_member)


@COLLECTION.property("Count", "System.Int32")
def member_count(this: MemberCollection) -> int:
    return len(this.members())


@COLLECTION.method("Add", "System.Object")
def add_member(this: MemberCollection, member: object) -> object:
    bag = extend(this.owner)
    if bag is None or not isinstance(member, NewMember):
        raise NetError("System.InvalidOperationException", "The member cannot be added to this object.")
    if member.name in bag:
        message = f'Cannot add a member with the name "{member.name}" because a member with that name already exists.'
        raise NetError(SMA + "ExtendedTypeSystemException", message)
    bag[member.name] = member.held
    return AUTOMATION_NULL


@COLLECTION.method("Remove", "System.String")
def remove_member(this: MemberCollection, name: str) -> object:
    bag = extras(this.owner)
    if bag is not None and name in bag:
        del bag[name]
    return AUTOMATION_NULL


@COLLECTION.method("Item", "System.String")
def one_member(this: MemberCollection, name: str) -> object:
    return next((one for one in this.members() if member_name(one).lower() == name.lower()), None)


@COLLECTION.method("Match", "System.String")
def match_members(this: MemberCollection, pattern: str) -> object:
    return Array([m for m in this.members() if wildcard_match(pattern, member_name(m))])


# -- one member -------------------------------------------------------------------------------------------------------


@MEMBER.property("Value")
def member_value(this: object) -> object:
    if isinstance(this, NewMember):
        return this.held
    assert isinstance(this, MemberView)
    return get_property_of(this.owner, this.info.name)


@MEMBER.setter("Value")
def set_member_value(this: object, value: object) -> None:
    if isinstance(this, NewMember):
        this.held = value
        return
    assert isinstance(this, MemberView)
    set_property(None, this.owner, this.info.name, value)


@MEMBER.property("IsSettable", "System.Boolean")
def member_settable(this: object) -> bool:
    return not isinstance(this, MemberView) or this.info.settable


@MEMBER.property("IsGettable", "System.Boolean")
def member_gettable(this: object) -> bool:
    return True


@MEMBER.property("TypeNameOfValue", "System.String")
def member_type(this: object) -> str:
    from winsim.interpreter.typetable import type_name_of

    if isinstance(this, MemberView) and this.info.kind == "Property":
        return this.info.type
    return type_name_of(member_value(this)) or "System.Object"


@MEMBER.property("Name", "System.String")
def name_of_member(this: object) -> str:
    return member_name(this)


@MEMBER.property("MemberType")
def kind_of_member(this: object) -> EnumValue:
    kind = this.info.kind if isinstance(this, MemberView) else new_kind(this)
    return EnumValue(KINDS.name, kind, (KINDS.enum or {})[kind])


def new_kind(this: object) -> str:
    held = getattr(this, "held", None)
    for special, name in (
        (ScriptProperty, "ScriptProperty"),
        (AliasProperty, "AliasProperty"),
        (ScriptMethod, "ScriptMethod"),
    ):
        if isinstance(held, special):
            return name
    return "NoteProperty"


@MEMBER.property("IsInstance", "System.Boolean")
def member_instance(this: object) -> bool:
    return isinstance(this, NewMember) or (isinstance(this, MemberView) and this.info.kind != "Property")


@METHOD.property("OverloadDefinitions")
def method_definitions(this: MethodView) -> Array:
    return Array(this.definitions(), "System.String")


@METHOD.property("Name", "System.String")
def method_name(this: MethodView) -> str:
    return this.name


@METHOD.property("MemberType")
def method_kind(this: MethodView) -> EnumValue:
    return EnumValue(KINDS.name, this.kind, (KINDS.enum or {})[this.kind])


@METHOD.method("Invoke", "params System.Object[]", needs_session=True)
def invoke_method(this: MethodView, session: Session, arguments: list[object]) -> object:
    from winsim.interpreter.methods import call_method

    return call_method(session.current_frame(), this.owner, this.name, arguments)


@METHOD.property("IsInstance", "System.Boolean")
def method_is_instance(this: MethodView) -> bool:
    return this.kind == "ScriptMethod"


@NOTE.constructor("System.String", "System.Object")
def new_note(name: str, value: object) -> NewMember:
    return NewMember("PSNoteProperty", name, value)


@SCRIPT.constructor("System.String", SMA + "ScriptBlock")
def new_script_property(name: str, getter: ScriptBlock) -> NewMember:
    return NewMember("PSScriptProperty", name, ScriptProperty(getter))


@SCRIPT.constructor("System.String", SMA + "ScriptBlock", SMA + "ScriptBlock")
def new_settable(name: str, getter: ScriptBlock, setter: ScriptBlock) -> NewMember:
    return NewMember("PSScriptProperty", name, ScriptProperty(getter, setter))


@ALIAS.constructor("System.String", "System.String")
def new_alias(name: str, target: str) -> NewMember:
    return NewMember("PSAliasProperty", name, AliasProperty(target))


@SCRIPT_METHOD.constructor("System.String", SMA + "ScriptBlock")
def new_method(name: str, block: ScriptBlock) -> NewMember:
    return NewMember("PSScriptMethod", name, ScriptMethod(block))


# -- type names -------------------------------------------------------------------------------------------------------


@NAMES.property("Count", "System.Int32")
def count_names(this: TypeNameList) -> int:
    return len(list(this.items))


@NAMES.method("Insert", "System.Int32", "System.String")
def insert_name(this: TypeNameList, index: int, name: str) -> object:
    names = type_names_of(this.owner)
    names.insert(index, name)
    this.replace(names)
    return AUTOMATION_NULL


@NAMES.method("Add", "System.String")
def add_name(this: TypeNameList, name: str) -> object:
    this.replace([*type_names_of(this.owner), name])
    return AUTOMATION_NULL


@NAMES.method("Clear")
def clear_names(this: TypeNameList) -> object:
    this.replace([])
    return AUTOMATION_NULL


@NAMES.method("Contains", "System.String")
def has_name(this: TypeNameList, name: str) -> bool:
    return name in this.items


@NAMES.method("Remove", "System.String")
def remove_name(this: TypeNameList, name: str) -> bool:
    names = type_names_of(this.owner)
    if name not in names:
        return False
    names.remove(name)
    this.replace(names)
    return True


def names_index(this: TypeNameList, index: object) -> object:
    names = this.items
    position = convert(index, get_type("System.Int32"))
    assert isinstance(position, int)
    if not -len(names) <= position < len(names):
        raise NetError("System.ArgumentOutOfRangeException", "Index was out of range.")
    return names[position]


NAMES.indexer = Indexer(names_index)

MEMBER_TYPES: tuple[TypeDef, ...] = (
    VIEW,
    MEMBER,
    TypeDef(SMA + "PSPropertyInfo", base=SMA + "PSMemberInfo"),
    TypeDef(SMA + "PSProperty", base=SMA + "PSPropertyInfo"),
    METHOD,
    TypeDef(SMA + "PSMethod", base=SMA + "PSMethodInfo"),
    COLLECTION,
    NAMES,
    NOTE,
    SCRIPT,
    ALIAS,
    SCRIPT_METHOD,
    KINDS,
)
