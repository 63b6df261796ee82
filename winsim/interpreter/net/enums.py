"""Every enumeration that the catalogue of 2012 R2 knows."""

from __future__ import annotations

from winsim.interpreter.net.catalogue import read
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.values import EnumValue

# Enumerations that the catalogue does not list and scripts meet.
MORE: dict[str, tuple[bool, dict[str, int]]] = {
    "System.UriHostNameType": (False, {"Unknown": 0, "Basic": 1, "Dns": 2, "IPv4": 3, "IPv6": 4}),
    "System.UriPartial": (False, {"Scheme": 0, "Authority": 1, "Path": 2, "Query": 3}),
    "System.MidpointRounding": (False, {"ToEven": 0, "AwayFromZero": 1}),
    "System.TypeCode": (
        False,
        {
            "Empty": 0,
            "Object": 1,
            "DBNull": 2,
            "Boolean": 3,
            "Char": 4,
            "SByte": 5,
            "Byte": 6,
            "Int16": 7,
            "UInt16": 8,
            "Int32": 9,
            "UInt32": 10,
            "Int64": 11,
            "UInt64": 12,
            "Single": 13,
            "Double": 14,
            "Decimal": 15,
            "DateTime": 16,
            "String": 18,
        },
    ),
    "System.Net.Sockets.AddressFamily": (False, {"Unspecified": 0, "InterNetwork": 2, "InterNetworkV6": 23}),
    "System.IO.SearchOption": (False, {"TopDirectoryOnly": 0, "AllDirectories": 1}),
    "System.IO.SeekOrigin": (False, {"Begin": 0, "Current": 1, "End": 2}),
    "System.Text.NormalizationForm": (False, {"FormC": 1, "FormD": 2, "FormKC": 5, "FormKD": 6}),
    "System.Globalization.CompareOptions": (
        True,
        {
            "None": 0,
            "IgnoreCase": 1,
            "IgnoreNonSpace": 2,
            "IgnoreSymbols": 4,
            "Ordinal": 0x40000000,
            "OrdinalIgnoreCase": 0x10000000,
        },
    ),
    "System.Management.Automation.SplitOptions": (
        True,
        {
            "SimpleMatch": 1,
            "RegexMatch": 2,
            "CultureInvariant": 4,
            "IgnorePatternWhitespace": 8,
            "Multiline": 0x10,
            "Singleline": 0x20,
            "IgnoreCase": 0x40,
            "ExplicitCapture": 0x80,
        },
    ),
    "Microsoft.Win32.RegistryValueOptions": (False, {"None": 0, "DoNotExpandEnvironmentNames": 1}),
    "System.ServiceProcess.ServiceStartMode": (
        False,
        {"Manual": 3, "Automatic": 2, "Disabled": 4, "Boot": 0, "System": 1},
    ),
}


def build() -> dict[str, TypeDef]:
    table = {
        name: enumeration(name, facts["values"], flags=facts.get("flags", False))
        for name, facts in read("net45").items()
        if "values" in facts
    }
    for name, (flags, values) in MORE.items():
        table.setdefault(name, enumeration(name, values, flags=flags))
    return table


DEFINITIONS = build()


def value(type_name: str, name: str) -> EnumValue:
    """The value of an enumeration by its name."""
    members = DEFINITIONS[type_name].enum or {}
    return EnumValue(type_name, name, members[name])


def of_number(type_name: str, number: int) -> EnumValue:
    """The value of an enumeration by its number; flags are joined."""
    definition = DEFINITIONS[type_name]
    members = definition.enum or {}
    for name, known in members.items():
        if known == number:
            return EnumValue(type_name, name, number)
    if definition.flags and number:
        names: list[str] = []
        rest = number
        for name, known in sorted(members.items(), key=lambda item: -item[1]):
            if known and rest & known == known:
                names.insert(0, name)
                rest &= ~known
        if not rest:
            return EnumValue(type_name, ", ".join(names), number)
    return EnumValue(type_name, str(number), number)


TYPES = tuple(DEFINITIONS.values())
