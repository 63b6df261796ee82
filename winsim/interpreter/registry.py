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
    "clhy": "Clear-History",
    "cli": "Clear-Item",
    "clp": "Clear-ItemProperty",
    "cls": "Clear-Host",
    "clv": "Clear-Variable",
    "cnsn": "Connect-PSSession",
    "compare": "Compare-Object",
    "copy": "Copy-Item",
    "cp": "Copy-Item",
    "cpi": "Copy-Item",
    "cpp": "Copy-ItemProperty",
    "curl": "Invoke-WebRequest",
    "cvpa": "Convert-Path",
    "dbp": "Disable-PSBreakpoint",
    "del": "Remove-Item",
    "diff": "Compare-Object",
    "dir": "Get-ChildItem",
    "dnsn": "Disconnect-PSSession",
    "ebp": "Enable-PSBreakpoint",
    "echo": "Write-Output",
    "epal": "Export-Alias",
    "epcsv": "Export-Csv",
    "epsn": "Export-PSSession",
    "erase": "Remove-Item",
    "etsn": "Enter-PSSession",
    "exsn": "Exit-PSSession",
    "fc": "Format-Custom",
    "fl": "Format-List",
    "foreach": "ForEach-Object",
    "ft": "Format-Table",
    "fw": "Format-Wide",
    "gal": "Get-Alias",
    "gbp": "Get-PSBreakpoint",
    "gc": "Get-Content",
    "gcai": "Get-CimAssociatedInstance",
    "gci": "Get-ChildItem",
    "gcim": "Get-CimInstance",
    "gcls": "Get-CimClass",
    "gcm": "Get-Command",
    "gcms": "Get-CimSession",
    "gcs": "Get-PSCallStack",
    "gdr": "Get-PSDrive",
    "ghy": "Get-History",
    "gi": "Get-Item",
    "gjb": "Get-Job",
    "gl": "Get-Location",
    "gm": "Get-Member",
    "gmo": "Get-Module",
    "gp": "Get-ItemProperty",
    "gps": "Get-Process",
    "group": "Group-Object",
    "gsn": "Get-PSSession",
    "gsnp": "Get-PSSnapin",
    "gsv": "Get-Service",
    "gu": "Get-Unique",
    "gv": "Get-Variable",
    "gwmi": "Get-WmiObject",
    "h": "Get-History",
    "history": "Get-History",
    "icim": "Invoke-CimMethod",
    "icm": "Invoke-Command",
    "iex": "Invoke-Expression",
    "ihy": "Invoke-History",
    "ii": "Invoke-Item",
    "ipal": "Import-Alias",
    "ipcsv": "Import-Csv",
    "ipmo": "Import-Module",
    "ipsn": "Import-PSSession",
    "irm": "Invoke-RestMethod",
    "ise": "powershell_ise.exe",
    "iwmi": "Invoke-WmiMethod",
    "iwr": "Invoke-WebRequest",
    "kill": "Stop-Process",
    "lp": "Out-Printer",
    "ls": "Get-ChildItem",
    "man": "help",
    "md": "mkdir",
    "measure": "Measure-Object",
    "mi": "Move-Item",
    "mount": "New-PSDrive",
    "move": "Move-Item",
    "mp": "Move-ItemProperty",
    "mv": "Move-Item",
    "nal": "New-Alias",
    "ncim": "New-CimInstance",
    "ncms": "New-CimSession",
    "ncso": "New-CimSessionOption",
    "ndr": "New-PSDrive",
    "ni": "New-Item",
    "nmo": "New-Module",
    "npssc": "New-PSSessionConfigurationFile",
    "nsn": "New-PSSession",
    "nv": "New-Variable",
    "ogv": "Out-GridView",
    "oh": "Out-Host",
    "popd": "Pop-Location",
    "ps": "Get-Process",
    "pushd": "Push-Location",
    "pwd": "Get-Location",
    "r": "Invoke-History",
    "rbp": "Remove-PSBreakpoint",
    "rcie": "Register-CimIndicationEvent",
    "rcim": "Remove-CimInstance",
    "rcjb": "Receive-Job",
    "rcms": "Remove-CimSession",
    "rcsn": "Receive-PSSession",
    "rd": "Remove-Item",
    "rdr": "Remove-PSDrive",
    "ren": "Rename-Item",
    "ri": "Remove-Item",
    "rjb": "Remove-Job",
    "rm": "Remove-Item",
    "rmdir": "Remove-Item",
    "rmo": "Remove-Module",
    "rni": "Rename-Item",
    "rnp": "Rename-ItemProperty",
    "rp": "Remove-ItemProperty",
    "rsn": "Remove-PSSession",
    "rsnp": "Remove-PSSnapin",
    "rujb": "Resume-Job",
    "rv": "Remove-Variable",
    "rvpa": "Resolve-Path",
    "rwmi": "Remove-WmiObject",
    "sajb": "Start-Job",
    "sal": "Set-Alias",
    "saps": "Start-Process",
    "sasv": "Start-Service",
    "sbp": "Set-PSBreakpoint",
    "sc": "Set-Content",
    "scim": "Set-CimInstance",
    "select": "Select-Object",
    "set": "Set-Variable",
    "shcm": "Show-Command",
    "si": "Set-Item",
    "sl": "Set-Location",
    "sleep": "Start-Sleep",
    "sls": "Select-String",
    "sort": "Sort-Object",
    "sp": "Set-ItemProperty",
    "spjb": "Stop-Job",
    "spps": "Stop-Process",
    "spsv": "Stop-Service",
    "start": "Start-Process",
    "sujb": "Suspend-Job",
    "sv": "Set-Variable",
    "swmi": "Set-WmiInstance",
    "tee": "Tee-Object",
    "trcm": "Trace-Command",
    "type": "Get-Content",
    "wget": "Invoke-WebRequest",
    "where": "Where-Object",
    "wjb": "Wait-Job",
    "write": "Write-Output",
}

ALL_SCOPE_ALIASES = frozenset(  # those that every new scope has as well
    {
        *("%", "?", "foreach", "where", "select", "cd", "copy", "cp", "del", "dir", "echo", "md", "move", "popd"),
        "pushd",
    }
)
WRITABLE_ALIASES = frozenset(  # those of the aliases above that a script may change without -Force
    {
        *("cat", "cd", "chdir", "clear", "cls", "copy", "cp", "curl", "del", "dir", "echo", "erase", "etsn", "exsn"),
        *("gjb", "gsn", "h", "history", "icm", "ipsn", "epsn", "kill", "lp", "ls", "man", "md", "mount", "move", "mv"),
        *("nsn", "popd", "ps", "pushd", "pwd", "r", "rcjb", "rd", "ren", "rjb", "rm", "rmdir", "rsn", "rujb", "sajb"),
        *("set", "sls", "spjb", "sujb", "type", "wget", "wjb"),
    }
)
