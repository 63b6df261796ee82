"""Set-up programs that lie on media: the C++ run time, Office Web Apps, and the one that SQL Server leaves behind."""

from __future__ import annotations

import re

from winsim.cmdlets.native_arguments import Unknown, only, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world import officewebapps
from winsim.world.lync import machine
from winsim.world.packages import UNINSTALL, by_file, install
from winsim.world.shares import find_file

VISUAL_CPP = "{15134cb0-b767-4960-a911-f2d16ae54797}"
SERVICING = r"HKLM\SOFTWARE\Microsoft\DevDiv\VC\Servicing\11.0\RunTimeMinimum"
# Features without which the set-up of Office Web Apps Server ends with an error.
WEB_APPS_FEATURES = ("Web-Server", "Web-Asp-Net45", "Web-Windows-Auth", "InkandHandwritingServices",
                     "NET-WCF-HTTP-Activation45")  # fmt: skip
# What the combined set-up of Application Request Routing holds.
ROUTING_PACKAGES = ("rewrite_amd64_en-US.msi", "webfarm_v1.1_amd64_en_us.msi", "requestRouter_amd64.msi",
                    "ExternalDiskCache_amd64.msi")  # fmt: skip
# It never restarts the machine by itself here, so that /norestart asks for what is so anyway.
VISUAL_CPP_SWITCHES = ("quiet", "q", "passive", "norestart", "install", "uninstall")
SQL_SETTINGS = ("ACTION", "INSTANCENAME", "FEATURES", "Q")
SQL_FEATURES = {"SQL", "SQLENGINE", "TOOLS", "REPLICATION", "FULLTEXT", "CONN", "BC", "SDK", "SSMS", "ADV_SSMS"}
OFFICE_FAILED, ELEVATION_NEEDED = 30066, 740


@native("vcredist_x64.exe", "")
def vcredist(call: NativeCall) -> int:
    words = {word.lower().lstrip("/-") for word in call.args if word[:1] in "/-"}
    strange = [
        word for word in call.args if word.lower().lstrip("/-") not in VISUAL_CPP_SWITCHES or word[:1] not in "/-"
    ]
    if strange or not words & {"quiet", "q", "passive"} or words >= {"install", "uninstall"}:
        raise NotBuilt(f"vcredist_x64.exe {strange[0] if strange else 'with its windows'}")
    if not call.session.identity.is_admin:
        return ELEVATION_NEEDED
    registry = call.host.registry
    key = rf"{UNINSTALL}\{VISUAL_CPP}"
    if "uninstall" in words:
        registry.remove(key)
        registry.remove(SERVICING.partition(r"\VC")[0])
        return 0
    registry.set(key, "DisplayName", "Microsoft Visual C++ 2012 Redistributable (x64)")
    registry.set(key, "DisplayVersion", "11.0.50727.1")
    registry.set(key, "Publisher", "Microsoft Corporation")
    registry.set(SERVICING, "Install", 1)
    return 0


@native("ARRv3_setup_amd64_en-us.exe", "")
def request_routing(call: NativeCall) -> int:
    """The combined set-up: the four packages in their order."""
    strange = [word for word in call.args if word.lower() not in ("/q", "-q", "/quiet", "-quiet")]
    if strange or not call.args:
        raise NotBuilt(f"ARRv3_setup_amd64_en-us.exe {strange[0] if strange else 'with its windows'}")
    if not call.session.identity.is_admin:
        return ELEVATION_NEEDED
    for file in ROUTING_PACKAGES:
        package = by_file(file)
        assert package is not None
        code = install(call.world, call.host, package)
        if code:
            return code
    call.world.touch()
    return 0


@native("setup.exe", "")
def setup(call: NativeCall) -> int:
    """Which set-up it is shows where it lies and what it is asked for."""
    if not call.session.identity.is_admin:
        return ELEVATION_NEEDED
    if machine.SQL_SETUP_FOLDER.lower() in call.path.lower():
        return _sql_server(call)
    return _office(call)


def _sql_server(call: NativeCall) -> int:
    options = {}
    for word in call.args:
        name, _, value = word.lstrip("/").partition("=")
        if name.upper() not in SQL_SETTINGS:
            raise NotBuilt(f"SQL Server set-up {word}")
        options[name.upper()] = value.strip('"')
    features = {part.strip().upper() for part in options.get("FEATURES", "SQLENGINE").split(",")}
    if not features & {"SQL", "SQLENGINE"} or features - SQL_FEATURES:
        raise NotBuilt(f"SQL Server set-up /FEATURES={options['FEATURES']}")
    if options.get("ACTION", "").lower() != "uninstall" or "Q" not in options:
        raise NotBuilt(f"SQL Server set-up {' '.join(call.args)}")
    instance = options.get("INSTANCENAME", "").upper()
    if call.host.services.find(f"MSSQL${instance}") is None:
        return -2068643839  # no such instance
    machine.remove_sql_instance(call.host, instance)
    return 0


def _office(call: NativeCall) -> int:
    """setup.exe /config <xml> installs the product that the document names; /uninstall <product> removes it."""
    try:
        given = told_apart(call.args, (), ("config", "uninstall"))
    except Unknown as error:
        raise NotBuilt(f"Office set-up {error.word}") from None
    only("Office set-up", given.words, 0)
    if "config" not in given:
        raise NotBuilt("Office set-up with its windows")
    if given.get("uninstall", "wacserver").lower() != "wacserver":
        return OFFICE_FAILED
    config = find_file(call.world, call.host, given.get("config"))
    if config is None or config.is_directory:
        return OFFICE_FAILED
    text = config.content.decode("utf-8-sig", "replace")
    product = re.search(r'<Configuration\b[^>]*\bProduct="([^"]+)"', text)
    if product is None or product[1].lower() != "wacserver":
        return OFFICE_FAILED
    if not re.search(r'<Display\b[^>]*\bLevel="none"', text):
        raise NotBuilt("Office set-up with its windows")
    host = call.host
    if "uninstall" in given:
        officewebapps.uninstall(host)
        return 0
    if not host.is_member or any(not host.features.has(name) for name in WEB_APPS_FEATURES):
        return OFFICE_FAILED
    officewebapps.install(host)
    return 0
