"""``$x.PSObject`` and ``$x.PSTypeNames``."""

from __future__ import annotations

import re
from typing import Final

from winsim.interpreter.command import NotBuilt
from winsim.interpreter.members import PropertyInfo, properties_of
from winsim.interpreter.net.catalogue import facts
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.special import CodeMethod, ScriptMethod, extend, extras
from winsim.interpreter.texts import SHORT
from winsim.interpreter.typetable import table, type_name_of
from winsim.interpreter.values import DeserializedObject, NetObject, PSObject

SMA = "System.Management.Automation."


def type_names_of(value: object) -> list[str]:
    """The type names of an object, those that PowerShell added first."""
    bag = extras(value)
    if isinstance(value, PSObject) and value.base is None:
        return list(value.type_names)
    if isinstance(value, DeserializedObject) and value.type_names:
        return list(value.type_names)
    base = value.base if isinstance(value, PSObject) else value
    own = list(bag.type_names) if bag is not None and bag.base is not None else []
    name = type_name_of(base)
    return [*own, *(table().bases(name) if name is not None else ())]


class TypeNameList(NetObject):
    """``PSTypeNames``: a list that changes the object."""

    type_names = (SMA + "PSTypeNames", "System.Collections.ObjectModel.Collection`1[System.String]", "System.Object")

    def __init__(self, owner: object) -> None:
        self.owner = owner

    @property
    def items(self) -> list[str]:
        return type_names_of(self.owner)

    def replace(self, names: list[str]) -> None:
        bag = extend(self.owner)
        if bag is None:
            return
        if bag.base is None:
            bag.type_names = tuple(names)
        else:
            known = set(table().bases(type_name_of(bag.base) or "System.Object"))
            bag.type_names = tuple(n for n in names if n not in known)


class MemberView(NetObject):
    """One property or method as ``PSObject.Properties`` shows it."""

    def __init__(self, owner: object, info: PropertyInfo) -> None:
        self.owner = owner
        self.info = info
        kind = {
            "NoteProperty": "PSNoteProperty",
            "ScriptProperty": "PSScriptProperty",
            "AliasProperty": "PSAliasProperty",
        }
        self.type_names = (
            SMA + kind.get(info.kind, "PSProperty"),
            SMA + "PSPropertyInfo",
            SMA + "PSMemberInfo",
            "System.Object",
        )


class MethodView(NetObject):
    """A script method or a method of .NET, by name."""

    def __init__(self, owner: object, name: str, kind: str) -> None:
        self.owner = owner
        self.name = name
        self.kind = kind
        self.type_names = (
            SMA + ("PSScriptMethod" if kind == "ScriptMethod" else "PSMethod"),
            SMA + "PSMethodInfo",
            "System.Object",
        )

    def definitions(self) -> list[str]:
        """The overloads as PowerShell writes them: ``string Substring(int startIndex)``."""
        if self.kind == "ScriptMethod":
            return [f"System.Object {self.name}();"]
        base = self.owner.base if isinstance(self.owner, PSObject) and self.owner.base is not None else self.owner
        for type_name in table().bases(type_name_of(base) or "System.Object"):
            known = facts(type_name.split("[", maxsplit=1)[0] if "`" in type_name else type_name)
            found = known.signatures(self.name, static=False) if known is not None else []
            if found:
                return [written(self.name, signature) for signature in found]
        raise NotBuilt(f"OverloadDefinitions of the method {self.name}")


def written(name: str, signature: str) -> str:
    parameters, _, result = signature.rpartition(") ")
    return (
        TYPE_WORD.sub(lambda found: SHORT.get(found[0], found[0]), f"{result} {name}{parameters})")
        .replace("(params ", "(Params ")
        .replace(", params ", ", Params ")
    )


TYPE_WORD: Final = re.compile(r"System\.[\w.]+")


class MemberCollection(NetObject):
    type_names = (SMA + "PSMemberInfoIntegratingCollection`1", "System.Object")

    def __init__(self, owner: object, kind: str) -> None:
        self.owner = owner
        self.kind = kind

    def members(self) -> list[object]:
        out: list[object] = []
        if self.kind in ("properties", "members"):
            out.extend(MemberView(self.owner, info) for info in properties_of(self.owner))
        if self.kind in ("methods", "members"):
            out.extend(methods_of(self.owner))
        return out


def find_method(value: object, name: str) -> tuple[str, str] | None:
    """(name as written, kind) of a method of the value."""
    key = name.lower()
    bag = extras(value)
    if bag is not None and isinstance(bag.get(key), ScriptMethod | CodeMethod):
        return next(n for n in bag.names() if n.lower() == key), "ScriptMethod"
    base = value.base if isinstance(value, PSObject) and value.base is not None else value
    type_name = "System.RuntimeType" if isinstance(base, NetType) else type_name_of(base) or "System.Object"
    for definition in table().definitions_of(type_name):
        if key in definition.methods:
            return definition.method_names[key], "Method"
    return None


def methods_of(value: object) -> list[object]:
    out: list[object] = []
    bag = extras(value)
    if bag is not None:
        for name, held in bag.items():
            if isinstance(held, ScriptMethod | CodeMethod):
                out.append(MethodView(value, name, "ScriptMethod"))
    for definition in table().definitions_of(type_name_of(value) or "System.Object"):
        out.extend(MethodView(value, name, "Method") for name in definition.method_names.values())
    return out


class PSObjectView(NetObject):
    """``$x.PSObject``"""

    type_names = (SMA + "PSObject", "System.Object")

    def __init__(self, owner: object) -> None:
        self.owner = owner
