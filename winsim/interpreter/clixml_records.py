"""Type names as CLIXML writes them, and the members under which error records travel."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from winsim.interpreter.collect import unwrap
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.members import PropertyInfo
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import split_args, table, type_name_of
from winsim.interpreter.values import DeserializedObject, EnumValue, NetObject, PSObject

MSCORLIB: Final = "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
# Namespaces and types of .NET Framework that live in System.dll.
OF_SYSTEM: Final = ("System.Uri", "System.Net.", "System.Text.RegularExpressions.", "System.ComponentModel.")
GENERIC: Final = re.compile(r"([\w.+]+`\d+)\[(.*)\]\Z")


def qualified(name: str) -> str:
    """A generic type's name with the assemblies of its arguments: ``List`1[[System.Int32, mscorlib, ...]]``."""
    found = GENERIC.match(name)
    if not found or found[2] == "":
        return name
    inside = ",".join(f"[{qualified(arg.strip())}, {assembly_of(arg.strip())}]" for arg in split_args(found[2]))
    return f"{found[1]}[{inside}]"


def assembly_of(name: str) -> str:
    if name.startswith(("System.Management.Automation", "Microsoft.PowerShell.Commands.Internal.")):
        return "System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
    if name.startswith(OF_SYSTEM):
        return MSCORLIB.replace("mscorlib", "System", 1)
    return MSCORLIB


def type_names(value: object) -> tuple[str, ...]:
    """``$value.pstypenames``: the type and its bases, with the names that PowerShell put before them."""
    if isinstance(value, PSObject):
        if value.base is None or (isinstance(value, DeserializedObject) and value.type_names):
            return tuple(value.type_names)
        return (*value.type_names, *type_names(value.base)) if value.type_names else type_names(value.base)
    added = getattr(value, "ps_members", None)
    front = added.type_names if isinstance(added, PSObject) and added.base is not None else ()
    if isinstance(value, NetType):
        return (
            "System.RuntimeType",
            "System.Reflection.TypeInfo",
            "System.Type",
            "System.Reflection.MemberInfo",
            "System.Object",
        )
    name = type_name_of(value)
    if name is None:
        return ()
    return (*front, *(qualified(base) for base in hierarchy_of(value, name)))


def hierarchy_of(value: object, name: str) -> tuple[str, ...]:
    if isinstance(value, NetObject) and len(value.type_names) > 1:
        return tuple(value.type_names)
    if name.endswith("[]"):
        return (name, "System.Array", "System.Object")
    if isinstance(value, EnumValue):  # also of an enumeration that the table does not list
        return (name, "System.Enum", "System.ValueType", "System.Object")
    return tuple(table().bases(name))


def same(held: object) -> object:
    return held


def target_type_name(target: object) -> str:
    """The name of a target's type; a custom object is a PSObject."""
    if isinstance(target, PSObject) and target.base is None:
        return "PSObject"
    return (type_name_of(target) or "").rpartition(".")[2]


def informational_members(record: InformationalRecord) -> list[PropertyInfo]:
    """A warning, verbose or debug record that was merged into output."""
    pairs = (("InformationalRecord_Message", record.message), ("InformationalRecord_SerializeInvocationInfo", False))
    return [PropertyInfo(name, "NoteProperty", partial(same, held)) for name, held in pairs]


def record_members(record: ErrorRecord) -> list[PropertyInfo]:
    """The notes of an error record on its way to another session (MS-PSRP 2.2.3.15)."""
    info = record.category_info
    target = unwrap(record.target)
    target_name = info.target_name_override or (to_text(target) if target is not None else "")
    target_type = info.target_type_override or (target_type_name(target) if target is not None else "")
    message = f"{record.category.name}: ({target_name}:{target_type}) [{info.activity}], {info.reason}"
    pairs: list[tuple[str, object]] = [
        ("Exception", record.exception),
        ("TargetObject", record.target),
        ("FullyQualifiedErrorId", record.full_id),
        ("InvocationInfo", record.invocation),
        ("ErrorCategory_Category", int(record.category)),
        ("ErrorCategory_Activity", info.activity),
        ("ErrorCategory_Reason", info.reason),
        ("ErrorCategory_TargetName", target_name),
        ("ErrorCategory_TargetType", target_type),
        ("ErrorCategory_Message", message),
    ]
    if record.details is not None:
        pairs.append(("ErrorDetails_Message", record.details.message))
        pairs.append(("ErrorDetails_RecommendedAction", record.details.recommended))
    pairs.append(("SerializeExtendedInfo", False))
    if record.stack is not None:
        pairs.append(("ErrorDetails_ScriptStackTrace", record.stack))
    return [PropertyInfo(name, "NoteProperty", partial(same, held)) for name, held in pairs]
