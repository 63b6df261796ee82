"""Update levels of Lync Server 2013: what a cumulative update changes, and databases that stay behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import machine
from .state import LyncServer

if TYPE_CHECKING:
    from winsim.world.host import Host

PASSIVE_AUTHENTICATION = "5.0.8308.420"  # the cumulative update of July 2013 brings it
POOL_DATABASES = ("rtcxds", "rtcshared", "rtcab", "rgsconfig", "rgsdyn", "cpsdyn")
STORE_DATABASES = ("xds", "lis")
PATCHED, SERVICES_RUN, RESTART_NEEDED, NOT_APPLICABLE = 0, 2, 3010, 1
_SESSION_MANAGER = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"


def order(version: str) -> tuple[int, ...]:
    """For comparing versions; an empty one comes before all others."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def offers_passive(version: str) -> bool:
    return order(version) >= order(PASSIVE_AUTHENTICATION)


def version_of(host: Host, product: str) -> str:
    """The version that Programs and Features shows of a product; empty without it."""
    key = host.registry.find(rf"{machine.UNINSTALL}\{machine.PRODUCTS[product][1]}")
    return str(key.get("DisplayVersion") or "") if key is not None else ""


def running(host: Host) -> list[str]:
    """Services of Lync that the installer does not patch under."""
    names = [*(name for name, *_ in machine.SERVICES), machine.REPLICA[0]]
    return [name for name in names if host.services.running(name)]


def install(host: Host, version: str) -> int:
    """The exit code of the update's installer: it patches the products that are there, and no database."""
    server = host.parts.find(LyncServer)
    if server is None or "OcsCore" not in server.products:
        return NOT_APPLICABLE
    if running(host):
        return SERVICES_RUN
    behind = [one for one in server.products if order(version_of(host, one)) < order(version)]
    if not behind:
        return PATCHED
    for product in behind:
        host.registry.set(rf"{machine.UNINSTALL}\{machine.PRODUCTS[product][1]}", "DisplayVersion", version)
    if "OcsCore" in behind:
        server.version = version
    if "WebComponents" in behind:
        machine.add_passive_pages(host)
    if host.services.running("W3SVC"):
        # The web server holds files that are replaced at the next start.
        host.registry.set(_SESSION_MANAGER, "PendingFileRenameOperations", [r"\??\C:\Config.Msi", ""])
        return RESTART_NEEDED
    return PATCHED


def bring_up(server: LyncServer, names: tuple[str, ...], version: str, *, make: bool) -> None:
    """Databases of the level that the set-up scripts of ``version`` make; newer ones stay as they are."""
    for name in names:
        if (make or name in server.databases) and order(server.databases.get(name, "")) < order(version):
            server.databases[name] = version


def mismatched(host: Host) -> list[str]:
    """Databases of the pool on this machine that its Front End does not work with."""
    server = host.parts.find(LyncServer)
    installed = order(version_of(host, "FrontEnd"))
    kept = server.databases if server is not None else {}
    return [name for name in POOL_DATABASES if name in kept and order(kept[name]) != installed]
