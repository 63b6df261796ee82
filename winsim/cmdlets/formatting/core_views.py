"""The default views of PowerShell's own types, as far as their columns are computed."""

from __future__ import annotations

from winsim.cmdlets.formatting.computed import COMPUTED
from winsim.cmdlets.formatting.view import Column, View, named

PROCESS_SIZES = (("NPM(K)", 7), ("PM(K)", 8), ("WS(K)", 10), ("VM(M)", 5))

CORE: dict[str, View] = {
    "system.io.fileinfo": View(
        "table",
        (
            named("Mode", 7),
            Column("LastWriteTime", None, COMPUTED["LastWriteTime"], 25, "Right"),
            Column("Length", None, COMPUTED["Length"], 10, "Right"),
            named("Name"),
        ),
        Column("Directory", None, COMPUTED["Directory"]),
        indent="    ",
    ),
    "microsoft.win32.registrykey": View(
        "table",
        (named("PSChildName", 30, label="Name"), Column("Property", None, COMPUTED["Property"])),
        Column("Hive", None, COMPUTED["Hive"]),
        indent="    ",
    ),
    "system.security.cryptography.x509certificates.x509certificate2": View(
        "table",
        (named("Thumbprint", 41), named("Subject")),
        Column("Directory", None, COMPUTED["ParentPath"]),
        indent="    ",
    ),
    "microsoft.powershell.commands.memberdefinition": View(
        "table",
        (named("Name"), named("MemberType"), named("Definition")),
        named("TypeName"),
    ),
    "system.security.accesscontrol.filesystemsecurity": View(
        "table",
        (named("PSChildName", label="Path"), named("Owner"), named("AccessToString", label="Access")),
        Column("Directory", None, COMPUTED["Directory"]),
        indent="    ",
    ),
    "system.datetime": View("text", text=COMPUTED["DateTime"]),
    "system.management.automation.scriptblock": View("text", text=COMPUTED["Text"]),
    "microsoft.powershell.commands.matchinfo": View("text", text=COMPUTED["Text"]),
    "mamlcommandhelpinfo": View("text", text=COMPUTED["Help"]),
    "extendedcmdlethelpinfo": View("text", text=COMPUTED["Help"]),
    "system.management.automation.informationalrecord": View("text", text=COMPUTED["Text"]),
    "system.management.automation.errorrecord": View("text", text=COMPUTED["Error"]),
    "system.management.automation.psdriveinfo": View(
        "table",
        (
            named("Name", 10),
            Column("Used (GB)", None, COMPUTED["Used"], 13, "Right"),
            Column("Free (GB)", None, COMPUTED["Free"], 13, "Right"),
            Column("Provider", None, COMPUTED["Provider"], 13),
            named("Root", 35),
            named("CurrentLocation"),
        ),
    ),
    "system.management.automation.psmoduleinfo": View(
        "table",
        (
            named("ModuleType", 10),
            named("Version", 10),
            named("Name", 35),
            Column("ExportedCommands", None, COMPUTED["Commands"]),
        ),
    ),
    "system.management.automation.commandinfo": View(
        "table",
        (named("CommandType", 15), Column("Name", None, COMPUTED["Text"], 50), named("ModuleName")),
    ),
    "system.diagnostics.process": View(
        "table",
        (
            named("Handles", 7, "Right"),
            *(Column(label, None, COMPUTED[label], width, "Right") for label, width in PROCESS_SIZES),
            named("CPU", 8, "Right", "CPU(s)"),
            named("Id", 6, "Right"),
            named("ProcessName"),
        ),
    ),
    "system.management.automation.pathinfo": View("table", (named("Path"),)),
}
for _kind in ("aliasinfo", "functioninfo", "filterinfo", "cmdletinfo", "applicationinfo"):
    CORE[f"system.management.automation.{_kind}"] = CORE["system.management.automation.commandinfo"]
CORE["system.io.directoryinfo"] = CORE["system.io.fileinfo"]
