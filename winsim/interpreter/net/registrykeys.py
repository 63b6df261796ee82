"""Microsoft.Win32.RegistryKey and Registry over a host's registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.convert import convert
from winsim.interpreter.net.encodings import byte_array
from winsim.interpreter.net.enums import value as enum_value
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64, NetObject, UInt32, UInt64
from winsim.world.registry import Data, Kind, Registry, RegistryKey, RegistryValue

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

KINDS = {name.lower(): name for name in get_args(Kind)}


class RegistryKeyObject(NetObject):
    type_names = ("Microsoft.Win32.RegistryKey", "System.MarshalByRefObject", "System.Object")

    def __init__(self, registry: Registry, path: str) -> None:
        self.registry = registry
        self.path = path

    @property
    def key(self) -> RegistryKey:
        found = self.registry.find(self.path)
        if found is None:
            raise NetError(
                "System.IO.IOException",
                "Illegal operation attempted on a registry key that has been marked for deletion.\r\n",
            )
        return found

    def __str__(self) -> str:
        return self.path


def expand(text: str, session: Session | None) -> str:
    """%names% of the environment."""
    if session is None:
        return text
    known = session.environment()
    return re.sub(r"%([^%]+)%", lambda found: known.get(found[1].lower(), found[0]), text)


def from_data(value: RegistryValue, session: Session | None = None) -> object:
    """The value as PowerShell gives it."""
    data = value.data
    if value.kind == "DWord" and isinstance(data, int):
        return data - (1 << 32) if data >= 1 << 31 else int(data)
    if value.kind == "QWord" and isinstance(data, int):
        return Int64(data - (1 << 64) if data >= 1 << 63 else data)
    if isinstance(data, bytes):
        return byte_array(data)
    if isinstance(data, list):
        return Array(data, "System.String")
    if value.kind == "ExpandString" and isinstance(data, str):
        return expand(data, session)
    return data


def to_data(value: object, kind: str) -> tuple[Data, Kind]:
    """What is stored for a value; without a kind the value's type decides."""
    value = unwrap(value)
    chosen = KINDS.get(kind.lower(), "") if kind and kind != "Unknown" else guess(value)
    if chosen == "DWord":
        number = int(convert(value if not isinstance(value, UInt32) else int(value), get_type("System.Int64")))  # type: ignore[call-overload]
        return number & 0xFFFFFFFF, "DWord"
    if chosen == "QWord":
        return int(convert(value, get_type("System.Int64"))) & 0xFFFFFFFFFFFFFFFF, "QWord"  # type: ignore[call-overload]
    if chosen == "Binary":
        return bytes(int(b) for b in items_of(value) or []), "Binary"  # type: ignore[call-overload]
    if chosen == "MultiString":
        items = items_of(value)
        return [to_text(item) for item in (items if items is not None else [value])], "MultiString"
    return to_text(value), "ExpandString" if chosen == "ExpandString" else "String"


def guess(value: object) -> str:
    if isinstance(value, bool):
        return "String"
    if isinstance(value, Int64 | UInt64):
        return "String"  # the provider stores 64-bit integers without -Type as text
    if isinstance(value, int) and not isinstance(value, EnumValue):
        return "DWord"
    if isinstance(value, Array) and value.element_type == "System.Byte":
        return "Binary"
    if isinstance(value, Array) and value.element_type == "System.String":
        return "MultiString"
    return "String"


KEY = TypeDef("Microsoft.Win32.RegistryKey", python=(RegistryKeyObject,), base="System.MarshalByRefObject", to_text=str)
REGISTRY = TypeDef("Microsoft.Win32.Registry")


@KEY.property("Property")
def property_names(this: RegistryKeyObject) -> Array:
    return Array([value.name or "(default)" for value in this.key.values.values()], "System.String")


@KEY.property("SubKeyCount")
def sub_key_count(this: RegistryKeyObject) -> int:
    return len(this.key.keys)


@KEY.property("ValueCount")
def value_count(this: RegistryKeyObject) -> int:
    return len(this.key.values)


@KEY.property("Name")
def name(this: RegistryKeyObject) -> str:
    return this.path


@KEY.property("View")
def view(this: RegistryKeyObject) -> EnumValue:
    return enum_value("Microsoft.Win32.RegistryView", "Default")


@KEY.method("GetValueNames")
def get_value_names(this: RegistryKeyObject) -> Array:
    return Array([value.name for value in this.key.values.values()], "System.String")


@KEY.method("GetSubKeyNames")
def get_sub_key_names(this: RegistryKeyObject) -> Array:
    return Array([this.key.keys[key].name for key in sorted(this.key.keys)], "System.String")


@KEY.method(
    "GetValue", "System.String", "System.Object", "Microsoft.Win32.RegistryValueOptions", optional=2, needs_session=True
)
def get_value(
    this: RegistryKeyObject, session: Session, value_name: str, default: object = None, options: EnumValue | None = None
) -> object:
    held = this.key.values.get((value_name or "").lower())
    if held is None:
        return default
    keep = options is not None and options.name == "DoNotExpandEnvironmentNames"
    return from_data(held, None if keep else session)


@KEY.method("GetValueKind", "System.String")
def get_value_kind(this: RegistryKeyObject, value_name: str) -> EnumValue:
    held = this.key.values.get(value_name.lower())
    if held is None:
        raise NetError("System.IO.IOException", "The specified registry key does not exist.")
    return enum_value("Microsoft.Win32.RegistryValueKind", held.kind)


@KEY.method("SetValue", "System.String", "System.Object", "Microsoft.Win32.RegistryValueKind", optional=1)
def set_value(this: RegistryKeyObject, value_name: str, value: object, kind: EnumValue | None = None) -> object:
    data, chosen = to_data(value, kind.name if kind is not None else "")
    this.key.set(value_name or "", data, chosen)
    return AUTOMATION_NULL


@KEY.method("DeleteValue", "System.String", "System.Boolean", optional=1)
def delete_value(this: RegistryKeyObject, value_name: str, throws: bool = True) -> object:
    if not this.key.drop(value_name) and throws:
        raise NetError("System.ArgumentException", "No value exists with that name.")
    return AUTOMATION_NULL


@KEY.method("OpenSubKey", "System.String", "System.Boolean", optional=1)
def open_sub_key(this: RegistryKeyObject, path: str, writable: bool = False) -> RegistryKeyObject | None:
    full = f"{this.path}\\{path}"
    return RegistryKeyObject(this.registry, full) if this.registry.find(full) is not None else None


@KEY.method("CreateSubKey", "System.String")
def create_sub_key(this: RegistryKeyObject, path: str) -> RegistryKeyObject:
    full = f"{this.path}\\{path}"
    this.registry.create(full)
    return RegistryKeyObject(this.registry, full)


@KEY.method("DeleteSubKeyTree", "System.String")
@KEY.method("DeleteSubKey", "System.String")
def delete_sub_key(this: RegistryKeyObject, path: str) -> object:
    if not this.registry.remove(f"{this.path}\\{path}"):
        raise NetError("System.ArgumentException", "Cannot delete a subkey tree because the subkey does not exist.")
    return AUTOMATION_NULL


@KEY.method("Close")
@KEY.method("Flush")
@KEY.method("Dispose")
def close(this: RegistryKeyObject) -> object:
    return AUTOMATION_NULL


HIVES = {
    "LocalMachine": "HKEY_LOCAL_MACHINE",
    "CurrentUser": "HKEY_CURRENT_USER",
    "Users": "HKEY_USERS",
    "ClassesRoot": "HKEY_CLASSES_ROOT",
    "CurrentConfig": "HKEY_CURRENT_CONFIG",
}
for _name, _hive in HIVES.items():

    @REGISTRY.static_property(_name)
    def hive(path: str = _hive) -> RegistryKeyObject:
        from winsim.interpreter.ambient import running_session

        return RegistryKeyObject(running_session().host.registry, path)


@KEY.static_method("OpenBaseKey", "Microsoft.Win32.RegistryHive", "Microsoft.Win32.RegistryView", needs_session=True)
def open_base_key(session: Session, base: EnumValue, which: EnumValue) -> RegistryKeyObject:
    return RegistryKeyObject(session.host.registry, HIVES[base.name])


@REGISTRY.static_method("GetValue", "System.String", "System.String", "System.Object", needs_session=True)
def static_get_value(session: Session, path: str, value_name: str, default: object) -> object:
    key = session.host.registry.find(path)
    if key is None:
        return None
    held = key.values.get((value_name or "").lower())
    return default if held is None else from_data(held, session)


@REGISTRY.static_method(
    "SetValue",
    "System.String",
    "System.String",
    "System.Object",
    "Microsoft.Win32.RegistryValueKind",
    optional=1,
    needs_session=True,
)
def static_set_value(
    session: Session, path: str, value_name: str, value: object, kind: EnumValue | None = None
) -> object:
    data, chosen = to_data(value, kind.name if kind is not None else "")
    session.host.registry.set(path, value_name or "", data, chosen)
    return AUTOMATION_NULL


TYPES = (KEY, REGISTRY)
