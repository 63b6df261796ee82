"""System.Reflection.Assembly and AssemblyName, as far as scripts load assemblies and ask for their names."""

from __future__ import annotations

from typing import Final

from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.values import NetObject

ECMA: Final = "b77a5c561934e089"
MICROSOFT: Final = "b03f5f7f11d50a3a"
POWERSHELL: Final = "31bf3856ad364e35"

ASSEMBLIES: Final[dict[str, tuple[str, str]]] = {
    name: ("4.0.0.0", key)
    for key, names in (
        (
            ECMA,
            "mscorlib System System.Core System.Data System.Numerics System.Runtime.Serialization System.ServiceModel "
            "System.Windows.Forms System.Xml System.Xml.Linq System.IO.Compression System.IO.Compression.FileSystem",
        ),
        (
            MICROSOFT,
            "System.Configuration System.Configuration.Install System.Design System.DirectoryServices "
            "System.DirectoryServices.AccountManagement System.DirectoryServices.Protocols System.Drawing "
            "System.Management System.Messaging System.Net System.Net.Http System.Security System.ServiceProcess "
            "System.Web System.Web.Services Microsoft.VisualBasic",
        ),
        (POWERSHELL, "System.Web.Extensions WindowsBase PresentationCore PresentationFramework"),
    )
    for name in names.split()
} | {"System.Management.Automation": ("3.0.0.0", POWERSHELL)}

BY_KEY: Final = {name.lower(): name for name in ASSEMBLIES}


class AssemblyName(NetObject):
    type_names = ("System.Reflection.AssemblyName", "System.Object")

    def __init__(self, name: str) -> None:
        self.name = name
        self.version, self.key = ASSEMBLIES[name]

    @property
    def full_name(self) -> str:
        return f"{self.name}, Version={self.version}, Culture=neutral, PublicKeyToken={self.key}"


class Assembly(NetObject):
    type_names = ("System.Reflection.RuntimeAssembly", "System.Reflection.Assembly", "System.Object")

    def __init__(self, name: str) -> None:
        self.name = AssemblyName(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assembly) and other.name.name == self.name.name

    def __hash__(self) -> int:
        return hash(self.name.name)


ASSEMBLY = TypeDef(
    "System.Reflection.Assembly", python=(Assembly,), to_text=lambda assembly: str(assembly.name.full_name)
)
NAME = TypeDef("System.Reflection.AssemblyName", python=(AssemblyName,), to_text=lambda name: str(name.full_name))
NAME.attribute("Name", "FullName")


@NAME.property("Version", "System.Version")
def version(this: AssemblyName) -> object:
    from winsim.interpreter.convert import convert
    from winsim.interpreter.typetable import get_type

    return convert(this.version, get_type("System.Version"))


def known(text: str) -> str | None:
    return BY_KEY.get(text.split(",", maxsplit=1)[0].strip().lower())


@ASSEMBLY.static_method("LoadWithPartialName", "System.String")
def load_partial(name: str) -> Assembly | None:
    found = known(name)
    return Assembly(found) if found is not None else None


@ASSEMBLY.static_method("Load", "System.String")
def load(name: str) -> Assembly:
    found = known(name)
    if found is None:
        raise NetError(
            "System.IO.FileNotFoundException",
            f"Could not load file or assembly '{name}' or one of its dependencies. "
            "The system cannot find the file specified.",
        )
    return Assembly(found)


@ASSEMBLY.method("GetName")
def get_name(this: Assembly) -> AssemblyName:
    return this.name


@ASSEMBLY.property("FullName", "System.String")
def full_name(this: Assembly) -> str:
    return this.name.full_name


@ASSEMBLY.property("Location", "System.String")
def location(this: Assembly) -> str:
    name, folder = this.name.name, r"C:\Windows\Microsoft.Net\assembly\GAC_MSIL"
    if name == "mscorlib":
        return r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\mscorlib.dll"
    return rf"{folder}\{name}\v4.0_{this.name.version}__{this.name.key}\{name}.dll"


@ASSEMBLY.property("GlobalAssemblyCache", "System.Boolean")
def in_cache(this: Assembly) -> bool:
    return True


@ASSEMBLY.property("ImageRuntimeVersion", "System.String")
def runtime_version(this: Assembly) -> str:
    return "v4.0.30319"


def assembly_of(kind: NetType) -> Assembly:
    """The assembly of a type, by its namespace."""
    inner = kind
    while inner.element is not None:
        inner = inner.element
    parts = inner.name.split(".")
    if inner.name.startswith("System.Management.Automation"):
        return Assembly("System.Management.Automation")
    if inner.name.startswith(("System.Net.", "System.Uri", "System.Text.RegularExpressions.")) or inner.name in (
        "System.Diagnostics.Process",
        "System.Diagnostics.Stopwatch",
    ):
        return Assembly("System")
    for count in range(len(parts) - 1, 1, -1):
        name = known(".".join(parts[:count]))
        if name is not None:
            return Assembly(name)
    return Assembly("mscorlib")


TYPES = (ASSEMBLY, NAME)
