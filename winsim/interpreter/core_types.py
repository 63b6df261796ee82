"""Facts about the types of the language itself: accelerators of PowerShell 4.0, base types and interfaces."""

from __future__ import annotations

from typing import Final

SMA: Final = "System.Management.Automation."

ACCELERATORS: Final[dict[str, str]] = {
    "adsi": "System.DirectoryServices.DirectoryEntry",
    "adsisearcher": "System.DirectoryServices.DirectorySearcher",
    "alias": SMA + "AliasAttribute",
    "allowemptycollection": SMA + "AllowEmptyCollectionAttribute",
    "allowemptystring": SMA + "AllowEmptyStringAttribute",
    "allownull": SMA + "AllowNullAttribute",
    "array": "System.Array",
    "bigint": "System.Numerics.BigInteger",
    "bool": "System.Boolean",
    "byte": "System.Byte",
    "char": "System.Char",
    "cimclass": "Microsoft.Management.Infrastructure.CimClass",
    "cimconverter": "Microsoft.Management.Infrastructure.CimConverter",
    "ciminstance": "Microsoft.Management.Infrastructure.CimInstance",
    "cimtype": "Microsoft.Management.Infrastructure.CimType",
    "cmdletbinding": SMA + "CmdletBindingAttribute",
    "cultureinfo": "System.Globalization.CultureInfo",
    "datetime": "System.DateTime",
    "decimal": "System.Decimal",
    "double": "System.Double",
    "float": "System.Single",
    "guid": "System.Guid",
    "hashtable": "System.Collections.Hashtable",
    "int": "System.Int32",
    "int16": "System.Int16",
    "int32": "System.Int32",
    "int64": "System.Int64",
    "ipaddress": "System.Net.IPAddress",
    "long": "System.Int64",
    "mailaddress": "System.Net.Mail.MailAddress",
    "nullstring": SMA + "Language.NullString",
    "object": "System.Object",
    "outputtype": SMA + "OutputTypeAttribute",
    "parameter": SMA + "ParameterAttribute",
    "physicaladdress": "System.Net.NetworkInformation.PhysicalAddress",
    "powershell": SMA + "PowerShell",
    "psaliasproperty": SMA + "PSAliasProperty",
    "pscredential": SMA + "PSCredential",
    "pscustomobject": SMA + "PSObject",
    "pslistmodifier": SMA + "PSListModifier",
    "psmoduleinfo": SMA + "PSModuleInfo",
    "psnoteproperty": SMA + "PSNoteProperty",
    "psobject": SMA + "PSObject",
    "psprimitivedictionary": SMA + "PSPrimitiveDictionary",
    "psscriptmethod": SMA + "PSScriptMethod",
    "psscriptproperty": SMA + "PSScriptProperty",
    "psvariable": SMA + "PSVariable",
    "psvariableproperty": SMA + "PSVariableProperty",
    "ref": SMA + "PSReference",
    "regex": "System.Text.RegularExpressions.Regex",
    "runspace": SMA + "Runspaces.Runspace",
    "runspacefactory": SMA + "Runspaces.RunspaceFactory",
    "sbyte": "System.SByte",
    "scriptblock": SMA + "ScriptBlock",
    "securestring": "System.Security.SecureString",
    "single": "System.Single",
    "string": "System.String",
    "supportswildcards": SMA + "SupportsWildcardsAttribute",
    "switch": SMA + "SwitchParameter",
    "timespan": "System.TimeSpan",
    "type": "System.Type",
    "uint16": "System.UInt16",
    "uint32": "System.UInt32",
    "uint64": "System.UInt64",
    "uri": "System.Uri",
    "validatecount": SMA + "ValidateCountAttribute",
    "validatelength": SMA + "ValidateLengthAttribute",
    "validatenotnull": SMA + "ValidateNotNullAttribute",
    "validatenotnullorempty": SMA + "ValidateNotNullOrEmptyAttribute",
    "validatepattern": SMA + "ValidatePatternAttribute",
    "validaterange": SMA + "ValidateRangeAttribute",
    "validatescript": SMA + "ValidateScriptAttribute",
    "validateset": SMA + "ValidateSetAttribute",
    "version": "System.Version",
    "void": "System.Void",
    "wmi": "System.Management.ManagementObject",
    "wmiclass": "System.Management.ManagementClass",
    "wmisearcher": "System.Management.ManagementObjectSearcher",
    "x509certificate": "System.Security.Cryptography.X509Certificates.X509Certificate",
    "xml": "System.Xml.XmlDocument",
}

BASES: Final[dict[str, str]] = {
    **{
        f"System.{name}": "System.ValueType"
        for name in (
            *("SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Single", "Double"),
            *("Decimal", "Boolean", "Char", "DateTime", "TimeSpan", "Guid", "Enum", "Void"),
        )
    },
    "System.ValueType": "System.Object",
    "System.String": "System.Object",
    "System.Array": "System.Object",
    "System.Type": "System.Reflection.MemberInfo",
    "System.RuntimeType": "System.Type",
    "System.Collections.ArrayList": "System.Object",
    "System.Collections.Hashtable": "System.Object",
    "System.Collections.Specialized.OrderedDictionary": "System.Object",
    "System.Collections.Generic.List`1": "System.Object",
    "System.Collections.Generic.Dictionary`2": "System.Object",
    "System.Nullable`1": "System.ValueType",
    SMA + "PSCustomObject": "System.Object",
    SMA + "PSObject": "System.Object",
    SMA + "ScriptBlock": "System.Object",
    SMA + "SwitchParameter": "System.ValueType",
}

_LIST: Final = ("System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable")
_DICTIONARY: Final = (
    "System.Collections.IDictionary",
    "System.Collections.ICollection",
    "System.Collections.IEnumerable",
)
_NUMBER: Final = ("System.IComparable", "System.IFormattable", "System.IConvertible")

ASSIGNABLE: Final[dict[str, tuple[str, ...]]] = {
    "System.Array": (*_LIST, "System.ICloneable"),
    "System.Collections.ArrayList": (*_LIST, "System.ICloneable"),
    "System.Collections.Generic.List`1": _LIST,
    "System.Collections.ObjectModel.Collection`1": _LIST,
    "System.Collections.ObjectModel.ReadOnlyCollection`1": _LIST,
    "System.Collections.Hashtable": (*_DICTIONARY, "System.ICloneable"),
    "System.Collections.Specialized.OrderedDictionary": (
        *_DICTIONARY,
        "System.Collections.Specialized.IOrderedDictionary",
    ),
    "System.Collections.Generic.Dictionary`2": _DICTIONARY,
    "System.Collections.Generic.SortedDictionary`2": _DICTIONARY,
    "System.String": (
        "System.Collections.IEnumerable",
        "System.IComparable",
        "System.ICloneable",
        "System.IConvertible",
    ),
    **{
        f"System.{name}": _NUMBER
        for name in "SByte Byte Int16 UInt16 Int32 UInt32 Int64 UInt64 Single Double Decimal DateTime".split(" ")
    },
    "System.Boolean": ("System.IComparable", "System.IConvertible"),
    "System.Char": ("System.IComparable", "System.IConvertible"),
    "System.Guid": ("System.IComparable", "System.IFormattable"),
    "System.TimeSpan": ("System.IComparable", "System.IFormattable"),
    "System.Version": ("System.IComparable", "System.ICloneable"),
}
