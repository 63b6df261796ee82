"""What Get-Member shows: the members of a value with their definitions as PowerShell writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from winsim.interpreter.clixml_records import type_names
from winsim.interpreter.collect import unwrap
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.net.catalogue import extensions, facts
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.special import AliasProperty, PropertySet, ScriptMethod, ScriptProperty, extras
from winsim.interpreter.texts import SHORT, to_text
from winsim.interpreter.typetable import table, type_name_of
from winsim.interpreter.values import PSObject


@dataclass(frozen=True)
class Member:
    name: str
    kind: str
    definition: str


def short(name: str) -> str:
    """A type as definitions show it."""
    if name.endswith("[]"):
        return short(name[:-2]) + "[]"
    return SHORT.get(name, name) if SHORT.get(name) not in ("psobject",) else name


def property_definition(type_text: str, name: str) -> str:
    kind, _, access = type_text.partition(" ")
    accessors = "".join(f"{word};" for word in (access or "get").split())
    return f"{short(kind)} {name} {{{accessors}}}"


def method_definition(name: str, signatures: list[str]) -> str:
    shown = []
    for signature in signatures:
        found = re.match(r"\((.*)\) (.*)\Z", signature)
        if not found:
            continue
        parameters = [parameter(part) for part in found[1].split(", ") if part]
        shown.append(f"{short(found[2])} {name}({', '.join(parameters)})")
    return ", ".join(shown)


def parameter(text: str) -> str:
    head = "Params " if text.startswith("params ") else ""
    kind, _, name = text.removeprefix("params ").rpartition(" ")
    return f"{head}{short(kind)} {name}"


def describe_members(value: object, static: bool = False) -> tuple[tuple[str, ...], list[Member]]:
    """The type names of a value and all of its members."""
    if static:
        kind = value.full_name if isinstance(value, NetType) else type_name_of(unwrap(value)) or ""
        return (kind,), catalogue_members(kind, static=True)
    names = type_names(value)
    found: dict[str, Member] = {}
    base = value.base if isinstance(value, PSObject) and value.base is not None else value
    if not (isinstance(base, PSObject)):
        for name in table().bases(type_name_of(base) or "System.Object"):
            for member in catalogue_members(name, static=False):
                found.setdefault(member.name.lower(), member)
    else:
        for name in ("Equals", "GetHashCode", "GetType", "ToString"):
            found[name.lower()] = Member(name, "Method", method_definition(name, facts_of("System.Object", name)))
    for info in properties_of(value):
        if (info.kind == "Property" and info.name.lower() in found) or info.name.startswith("__"):
            continue
        found[info.name.lower()] = Member(info.name, info.kind, note_definition(value, info.name, info.kind))
    bag = extras(value)
    for name, held in bag.items() if bag is not None else ():
        if isinstance(held, ScriptMethod):
            found[name.lower()] = Member(name, "ScriptMethod", f"System.Object {name}();")
        elif isinstance(held, PropertySet):
            found[name.lower()] = Member(name, "PropertySet", f"{name} {{{', '.join(held.names)}}}")
    return names, list(found.values())


def facts_of(type_name: str, method: str) -> list[str]:
    known = facts(type_name)
    return known.signatures(method, static=False) if known else []


def catalogue_members(type_name: str, *, static: bool) -> list[Member]:
    known = facts(type_name.split("[", maxsplit=1)[0] if "`" in type_name else type_name)
    if known is None:
        return []
    out = []
    for name in (known.static if static else known.instance).values():
        type_text = known.property_type(name, static=static)
        if type_text is not None:
            out.append(Member(name, "Property", property_definition(type_text, name)))
        else:
            out.append(Member(name, "Method", method_definition(name, known.signatures(name, static=static))))
    return out


def alias_target(value: object, name: str) -> str:
    """What an alias of PowerShell's own stands for."""
    for type_name in table().bases(type_name_of(unwrap(value)) or "System.Object"):
        known = extensions().get(type_name.lower())
        told = (known.members or {}).get(name, "") if known is not None else ""
        if told.startswith("alias of "):
            return told.removeprefix("alias of ")
    return "Length"  # Count of an array


def note_definition(value: object, name: str, kind: str) -> str:
    bag = extras(value)
    held = bag.get(name) if bag is not None else None
    if isinstance(held, ScriptProperty):
        setter = f"set={to_text(held.setter)};" if held.setter else ""
        return f"System.Object {name} {{get={to_text(held.getter)};{setter}}}"
    if isinstance(held, AliasProperty):
        return f"{name} = {held.target}"
    if kind == "AliasProperty":
        return f"{name} = {alias_target(value, name)}"
    if kind == "ScriptProperty":  # of PowerShell's own, whose text the lab does not have
        return f"System.Object {name} {{get=...;}}"
    content = get_property_of(value, name)
    type_name = type_name_of(content)
    if kind == "CodeProperty":
        return f"{type_name or 'System.Object'} {name}{{get={name};}}"
    shown = {"System.String": "string", "System.Int32": "int", "System.Boolean": "bool"}.get(
        type_name or "System.Object", short(type_name or "System.Object")
    )
    if kind == "Property":
        return f"{shown} {name} {{get;}}"
    text = "null" if content is None else to_text(content)
    return f"{shown} {name}={text}"
