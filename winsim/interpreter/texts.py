"""Values as text: what string interpolation, ``-join`` and casts to string give (invariant culture)."""

from __future__ import annotations

from decimal import Decimal

from winsim.interpreter.containers import Dictionary, KeyCollection
from winsim.interpreter.net.number_format import general
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.typetable import CUSTOM_OBJECT, table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, TEXT, DeserializedObject, EnumValue, NetObject, PSObject


def to_text(value: object, separator: str = " ") -> str:
    """``[string]$value``; ``separator`` stands between the elements of a collection ($OFS)."""
    kind = type(value)
    if isinstance(value, str):
        return value if kind is str else str.__str__(value)
    if value is None or value is AUTOMATION_NULL:
        return ""
    if kind is bool:
        return "True" if value else "False"
    if kind is int:
        return repr(value)
    if isinstance(value, EnumValue):
        return value.name
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float | Decimal):
        return general(value)
    if isinstance(value, list):
        return separator.join(element_text(item) for item in value)
    if isinstance(value, PSObject):
        if isinstance(value, DeserializedObject) and isinstance(kept := value.get(TEXT), str):
            return kept
        return bag_text(value) if value.base is None else to_text(value.base, separator)
    return object_text(value, separator)


def element_text(value: object) -> str:
    """ToString() of an element: a collection shows its type, and an object without a type of its own nothing."""
    if isinstance(value, list):
        return type_name_of(value) or ""
    if isinstance(value, PSObject) and value.base is None and not says_itself(value):
        return ""
    return to_text(value)


def says_itself(value: PSObject) -> bool:
    """Whether an object has another text than the list of its properties."""
    return type_name_of(value) != CUSTOM_OBJECT or "ToString" in value or TEXT in value


def object_text(value: object, separator: str) -> str:
    if isinstance(value, KeyCollection):
        return separator.join(element_text(item) for item in value.items)
    rest = getattr(value, "rest", None)
    if callable(rest):  # an enumerator, such as $input: the text of what it has yet to give
        return separator.join(element_text(item) for item in rest())
    if isinstance(value, NetType):
        return type_text(value)
    name = type_name_of(value) or ""
    for definition in table().definitions_of(name):
        if definition.to_text is not None:
            return definition.to_text(value)
        if definition.enumerate is not None and not isinstance(value, Dictionary):
            return separator.join(element_text(item) for item in definition.enumerate(value))
    if isinstance(value, NetObject) and type(value).__str__ is not object.__str__:
        return str(value)
    return name


def bag_text(value: PSObject) -> str:
    """``@{a=1; b=x}``; an object of a product shows its type, or the text that it says for itself."""
    if type_name_of(value) != CUSTOM_OBJECT:
        identity = value.get(TEXT)
        return identity if isinstance(identity, str) else (value.type_names[0] if value.type_names else "")
    from winsim.interpreter.members import get_property_of
    from winsim.interpreter.special import CodeMethod, ScriptMethod
    from winsim.interpreter.typedata import type_member

    own = value.get("ToString") or type_member(value, "tostring")
    if isinstance(own, ScriptMethod) and own.block.session is not None:
        return to_text(own.block.session.call_block(own.block, this=value, outside=True))
    names = (name for name, held in value.items() if not isinstance(held, ScriptMethod | CodeMethod))
    pairs = (f"{name}={element_text(get_property_of(value, name))}" for name in names)
    listed = "; ".join(pairs)
    return f"@{{{listed}}}" if listed else ""


def type_text(value: NetType) -> str:
    """A type as text: accelerators where PowerShell prints them."""
    if value.element is not None:
        return f"{type_text(value.element)}[{',' * (value.rank - 1)}]"
    short = SHORT.get(value.name)
    if short is not None:
        return short
    if value.args:
        return f"{value.name.split('`')[0]}[{','.join(type_text(a) for a in value.args)}]"
    return value.name


SHORT: dict[str, str] = {
    name: short
    for short, name in {
        "string": "System.String",
        "int": "System.Int32",
        "long": "System.Int64",
        "bool": "System.Boolean",
        "byte": "System.Byte",
        "char": "System.Char",
        "decimal": "System.Decimal",
        "double": "System.Double",
        "float": "System.Single",
        "sbyte": "System.SByte",
        "uint16": "System.UInt16",
        "uint32": "System.UInt32",
        "uint64": "System.UInt64",
        "int16": "System.Int16",
        "datetime": "System.DateTime",
        "timespan": "System.TimeSpan",
        "hashtable": "System.Collections.Hashtable",
        "guid": "System.Guid",
        "uri": "System.Uri",
        "version": "System.Version",
        "regex": "System.Text.RegularExpressions.Regex",
        "xml": "System.Xml.XmlDocument",
        "array": "System.Array",
        "type": "System.Type",
        "scriptblock": "System.Management.Automation.ScriptBlock",
        "switch": "System.Management.Automation.SwitchParameter",
        "psobject": "System.Management.Automation.PSObject",
        "pscredential": "System.Management.Automation.PSCredential",
        "securestring": "System.Security.SecureString",
        "ipaddress": "System.Net.IPAddress",
        "cultureinfo": "System.Globalization.CultureInfo",
        "bigint": "System.Numerics.BigInteger",
        "void": "System.Void",
    }.items()
}
