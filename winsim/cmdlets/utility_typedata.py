"""Update-TypeData, Get-TypeData, Remove-TypeData."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.special import AliasProperty, PropertySet, ScriptMethod, ScriptProperty
from winsim.interpreter.texts import to_text
from winsim.interpreter.typedata import TypeData, all_data
from winsim.interpreter.typetable import table
from winsim.interpreter.values import EnumValue, record
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


def member(call: CommandCall) -> object:
    given = call.get("MemberType")
    kind = given.name if isinstance(given, EnumValue) else to_text(given)
    value, second = unwrap(call.get("Value")), unwrap(call.get("SecondValue"))
    if kind == "NoteProperty":
        return call.get("Value")
    if kind == "AliasProperty":
        return AliasProperty(to_text(value))
    if kind == "ScriptProperty" and isinstance(value, ScriptBlock):
        return ScriptProperty(value, second if isinstance(second, ScriptBlock) else None)
    if kind == "ScriptMethod" and isinstance(value, ScriptBlock):
        return ScriptMethod(value)
    if kind == "PropertySet":
        return PropertySet(tuple(to_text(item) for item in items_of(value) or [value]))
    raise NotBuilt(f"Update-TypeData -MemberType {kind}")


@cmdlet(
    "Update-TypeData",
    (
        "TypeName",
        "MemberType",
        "MemberName",
        "Value",
        "SecondValue",
        "DefaultDisplayProperty",
        "DefaultDisplayPropertySet",
        "DefaultKeyPropertySet",
        "SerializationDepth",
        "SerializationMethod",
        "StringSerializationSource",
        "PropertySerializationSet",
        "Force",
    ),
    locks_world=False,
)
def update_type_data(call: CommandCall) -> None:
    if not call.has("TypeName"):
        raise NotBuilt("Update-TypeData with files")
    name = call.text("TypeName")
    kind = table().parse(name)
    if kind is not None:
        name = kind.full_name
    data = all_data(call.session).setdefault(name.lower(), TypeData(name))
    if call.has("MemberName"):
        label = call.text("MemberName")
        if label.lower() in data.members and not call.switch("Force"):
            call.write_error(
                CommandError(
                    "TypesDynamicUpdateException",
                    f'Error in TypeData "{name}": The member {label} is already present.',
                    "InvalidOperation",
                    None,
                    "System.Management.Automation.RuntimeException",
                )
            )
            return
        data.members[label.lower()] = (label, member(call))
    if call.has("DefaultDisplayPropertySet"):
        data.display = tuple(call.texts("DefaultDisplayPropertySet"))
    if call.has("DefaultDisplayProperty"):
        data.display_property = call.text("DefaultDisplayProperty")
    if call.has("DefaultKeyPropertySet"):
        data.keys = tuple(call.texts("DefaultKeyPropertySet"))
    describe_serialization(call, data)


def describe_serialization(call: CommandCall, data: TypeData) -> None:
    if call.has("SerializationDepth"):
        data.depth = int(call.text("SerializationDepth"))
    if call.has("SerializationMethod"):
        data.method = call.text("SerializationMethod").lower()
    if call.has("StringSerializationSource"):
        data.source = call.text("StringSerializationSource")
    if call.has("PropertySerializationSet"):
        data.serialized = tuple(call.texts("PropertySerializationSet"))


@cmdlet("Get-TypeData", ("TypeName",), locks_world=False, by_value=("TypeName",))
def get_type_data(call: CommandCall) -> None:
    for pattern in call.texts("TypeName") or ["*"]:
        for data in all_data(call.session).values():
            if wildcard_match(pattern, data.name):
                members = Hashtable([(name, held) for name, held in data.members.values()])
                call.write(
                    record(
                        "System.Management.Automation.Runspaces.TypeData",
                        {"TypeName": data.name, "Members": members, "DefaultDisplayProperty": data.display_property},
                    )
                )


@cmdlet("Remove-TypeData", ("TypeName", "TypeData"), locks_world=False)
def remove_type_data(call: CommandCall) -> None:
    name = call.text("TypeName") or to_text(getattr(unwrap(call.get("TypeData")), "name", ""))
    if all_data(call.session).pop(name.lower(), None) is None:
        call.write_error(
            CommandError(
                "TypesDynamicRemoveException",
                f'Error in TypeData "{name}": The type was not found.',
                "InvalidOperation",
                None,
                "System.Management.Automation.RuntimeException",
            )
        )
