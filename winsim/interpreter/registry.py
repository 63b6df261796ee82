"""Which cmdlets and programs exist: collected from the modules of ``winsim.cmdlets``."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from pslang.signatures import tables
from winsim import cmdlets
from winsim.interpreter.command import CMDLET_MARK, NATIVE_MARK, CmdletDeclaration, NativeDeclaration
from winsim.interpreter.scriptblocks import ApplicationInfo, CmdletInfo

CORE_MODULES = frozenset(
    f"microsoft.powershell.{name}" for name in ("core", "management", "utility", "security", "host", "diagnostics")
) | {"microsoft.wsman.management"}


@dataclass(frozen=True)
class Registry:
    cmdlets: Mapping[str, CmdletInfo]
    natives: Mapping[str, ApplicationInfo]

    def module_of(self, name: str) -> str | None:
        """The module of a command of 2012 R2, built or not."""
        built = self.cmdlets.get(name.lower())
        return built.module_name if built is not None else tables.index().get(name.lower())

    def native(self, name: str) -> ApplicationInfo | None:
        """A program by name, with or without .exe, or by its path."""
        key = name.lower().rpartition("\\")[2]
        return self.natives.get(key if key.endswith(".exe") else f"{key}.exe")


@cache
def registry() -> Registry:
    """Collected once; modules declare and have no other effect when they are imported."""
    found: dict[str, CmdletInfo] = {}
    programs: dict[str, ApplicationInfo] = {}
    for module in pkgutil.walk_packages(cmdlets.__path__, "winsim.cmdlets."):
        for value in vars(import_module(module.name)).values():
            marks: tuple[CmdletDeclaration, ...] = getattr(value, CMDLET_MARK, ())
            for declaration in marks:
                home = declaration.module or tables.index().get(declaration.name.lower(), "")
                found[declaration.name.lower()] = CmdletInfo(declaration, home)
            natives: tuple[NativeDeclaration, ...] = getattr(value, NATIVE_MARK, ())
            for native in natives:
                programs[native.name.lower()] = ApplicationInfo(native)
    return Registry(found, programs)


ALIASES: Mapping[str, str] = {
    "%": "ForEach-Object",
    "?": "Where-Object",
    "ac": "Add-Content",
    "asnp": "Add-PSSnapin",
    "cat": "Get-Content",
    "cd": "Set-Location",
    "chdir": "Set-Location",
    "clc": "Clear-Content",
    "clear": "Clear-Host",
    "cls": "Clear-Host",
    "clv": "Clear-Variable",
    "compare": "Compare-Object",
    "copy": "Copy-Item",
    "cp": "Copy-Item",
    "cpi": "Copy-Item",
    "cpp": "Copy-ItemProperty",
    "cvpa": "Convert-Path",
    "del": "Remove-Item",
    "diff": "Compare-Object",
    "dir": "Get-ChildItem",
    "echo": "Write-Output",
    "epal": "Export-Alias",
    "epcsv": "Export-Csv",
    "erase": "Remove-Item",
    "fc": "Format-Custom",
    "fl": "Format-List",
    "foreach": "ForEach-Object",
    "ft": "Format-Table",
    "fw": "Format-Wide",
    "gal": "Get-Alias",
    "gc": "Get-Content",
    "gci": "Get-ChildItem",
    "gcim": "Get-CimInstance",
    "gcm": "Get-Command",
    "gdr": "Get-PSDrive",
    "gi": "Get-Item",
    "gl": "Get-Location",
    "gm": "Get-Member",
    "gmo": "Get-Module",
    "gp": "Get-ItemProperty",
    "gps": "Get-Process",
    "group": "Group-Object",
    "gsv": "Get-Service",
    "gu": "Get-Unique",
    "gv": "Get-Variable",
    "gwmi": "Get-WmiObject",
    "h": "Get-History",
    "history": "Get-History",
    "icm": "Invoke-Command",
    "iex": "Invoke-Expression",
    "ihy": "Invoke-History",
    "ii": "Invoke-Item",
    "ipcsv": "Import-Csv",
    "ipmo": "Import-Module",
    "irm": "Invoke-RestMethod",
    "iwr": "Invoke-WebRequest",
    "kill": "Stop-Process",
    "ls": "Get-ChildItem",
    "md": "mkdir",
    "measure": "Measure-Object",
    "mi": "Move-Item",
    "mount": "New-PSDrive",
    "move": "Move-Item",
    "mp": "Move-ItemProperty",
    "mv": "Move-Item",
    "nal": "New-Alias",
    "ndr": "New-PSDrive",
    "ni": "New-Item",
    "nmo": "New-Module",
    "nv": "New-Variable",
    "ogv": "Out-GridView",
    "oh": "Out-Host",
    "popd": "Pop-Location",
    "ps": "Get-Process",
    "pushd": "Push-Location",
    "pwd": "Get-Location",
    "r": "Invoke-History",
    "rd": "Remove-Item",
    "rdr": "Remove-PSDrive",
    "ren": "Rename-Item",
    "ri": "Remove-Item",
    "rm": "Remove-Item",
    "rmdir": "Remove-Item",
    "rmo": "Remove-Module",
    "rni": "Rename-Item",
    "rnp": "Rename-ItemProperty",
    "rp": "Remove-ItemProperty",
    "rv": "Remove-Variable",
    "rvpa": "Resolve-Path",
    "sajb": "Start-Job",
    "sal": "Set-Alias",
    "saps": "Start-Process",
    "sasv": "Start-Service",
    "sc": "Set-Content",
    "select": "Select-Object",
    "set": "Set-Variable",
    "si": "Set-Item",
    "sl": "Set-Location",
    "sleep": "Start-Sleep",
    "sls": "Select-String",
    "sort": "Sort-Object",
    "sp": "Set-ItemProperty",
    "spps": "Stop-Process",
    "spsv": "Stop-Service",
    "start": "Start-Process",
    "sv": "Set-Variable",
    "tee": "Tee-Object",
    "type": "Get-Content",
    "where": "Where-Object",
    "write": "Write-Output",
}
