"""How types are serialized: what the type table and Update-TypeData say of their depth and their properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from winsim.interpreter.typedata import data_for

# Types that the type table serialises with a depth of their own, or as text.
OWN_DEPTH: Final = {
    "System.Net.IPAddress": 1,
    "System.Management.Automation.SwitchParameter": 1,
    "System.Security.Cryptography.X509Certificates.X509Certificate2": 1,
    "System.Security.Cryptography.X509Certificates.X500DistinguishedName": 1,
    "System.Management.Automation.PSDriveInfo": 1,
    "System.Management.Automation.PSModuleInfo": 1,
    "System.Globalization.CultureInfo": 1,
    "System.Net.Mail.MailAddress": 1,
    "System.Management.Automation.PSCredential": 1,
    "Microsoft.PowerShell.Commands.Internal.Format.FormatInfoData": 1,
}
ONLY_PROPERTIES: Final = {
    "System.Security.Cryptography.X509Certificates.X509Certificate2": ("RawData",),
    "System.Security.Cryptography.X509Certificates.X500DistinguishedName": ("RawData",),
    "System.Globalization.CultureInfo": (
        "LCID",
        "Name",
        "DisplayName",
        "IetfLanguageTag",
        "ThreeLetterISOLanguageName",
        "ThreeLetterWindowsLanguageName",
        "TwoLetterISOLanguageName",
    ),
}
AS_TEXT: Final = frozenset({"System.RuntimeType"})
# Members that the type table adds to types of .NET: they are serialized after the type's own.
OF_TYPE_TABLE: Final = {
    "System.Net.IPAddress": ("IPAddressToString",),
}


@dataclass(frozen=True)
class Rules:
    """``depth`` None: that of the serialization; ``only``: the properties that are written, in this order."""

    depth: int | None = None
    as_text: bool = False
    source: str = ""  # the property whose text stands for the object
    only: tuple[str, ...] = ()


_NONE: Final = Rules()


def rules_for(value: object, names: tuple[str, ...]) -> Rules:
    """What a session said of a type comes before the type table, and a type before what it derives from."""
    for data in data_for(value):
        if data.depth is not None or data.method:
            only = data.serialized if data.method == "specificproperties" else ()
            return Rules(data.depth, data.method == "string", data.source, only)
    if not names:
        return _NONE
    depth = next((OWN_DEPTH[name] for name in names if name in OWN_DEPTH), None)
    return Rules(depth, names[0] in AS_TEXT, "", ONLY_PROPERTIES.get(names[0], ()))
