"""Set-up programs that lie on media: the C++ run time, Office Web Apps, and the one that SQL Server leaves behind."""

from __future__ import annotations

import re

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
OFFICE_FAILED, ELEVATION_NEEDED = 30066, 740


@native("vcredist_x64.exe", "")
def vcredist(call: NativeCall) -> int:
    words = {word.lower().lstrip("/-") for word in call.args}
    if not words & {"quiet", "q", "passive"}:
        raise NotBuilt("vcredist_x64.exe with its windows")
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
    if not {word.lower().lstrip("/-") for word in call.args} & {"q", "quiet"}:
        raise NotBuilt("ARRv3_setup_amd64_en-us.exe with its windows")
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
        options[name.upper()] = value.strip('"')
    if options.get("ACTION", "").lower() != "uninstall" or "Q" not in options:
        raise NotBuilt(f"SQL Server set-up {' '.join(call.args)}")
    instance = options.get("INSTANCENAME", "").upper()
    if call.host.services.find(f"MSSQL${instance}") is None:
        return -2068643839  # no such instance
    machine.remove_sql_instance(call.host, instance)
    return 0


def _office(call: NativeCall) -> int:
    """setup.exe /config <xml> installs the product that the document names; /uninstall <product> removes it."""
    words = [word.lower() for word in call.args]
    if "/config" not in words:
        raise NotBuilt("Office set-up with its windows")
    config = find_file(call.world, call.host, call.args[words.index("/config") + 1].strip('"'))
    if config is None or config.is_directory:
        return OFFICE_FAILED
    text = config.content.decode("utf-8-sig", "replace")
    product = re.search(r'<Configuration\b[^>]*\bProduct="([^"]+)"', text)
    if product is None or product[1].lower() != "wacserver":
        return OFFICE_FAILED
    if not re.search(r'<Display\b[^>]*\bLevel="none"', text):
        raise NotBuilt("Office set-up with its windows")
    host = call.host
    if "/uninstall" in words:
        officewebapps.uninstall(host)
        return 0
    if not host.is_member or any(not host.features.has(name) for name in WEB_APPS_FEATURES):
        return OFFICE_FAILED
    officewebapps.install(host)
    return 0
