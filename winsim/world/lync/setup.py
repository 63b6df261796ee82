"""Bootstrapper.exe: SQL Express, the local store, the roles of a machine, and taking all of it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.world.http_sys import http_sys
from winsim.world.services import ServiceError, stop
from winsim.world.shares import find_file

from . import machine
from .state import LyncServer

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

# Windows features that the roles with web services and a registrar need.
ROLE_FEATURES = ("Web-Server", "Web-Windows-Auth", "Web-Asp-Net45", "Web-ISAPI-Ext", "Web-ISAPI-Filter",
                 "NET-WCF-HTTP-Activation45", "Windows-Identity-Foundation")  # fmt: skip
MEDIA_FOUNDATION = ("Server-Media-Foundation", "Desktop-Experience")
SQL_NATIVE_CLIENT = "{49D665A2-4C2A-476E-9AB8-FCC425F526FC}"

SQL_EXPRESS = "SQLEXPR_x64.exe"
# Packages of the medium by the product that they bring.
PACKAGES = {
    "FrontEnd": ("Registrar", r"Setup\Server.msi"),
    "WebComponents": ("WebServices", r"Setup\WebComponents.msi"),
}

OK, FAILED = 0, -2147418113


class SetupFailed(Exception):
    """A prerequisite or the installation failed; the text goes to the log."""


def source_folder(world: World, host: Host, folder: str) -> None:
    """The set-up files are read from the medium."""
    found = find_file(world, host, folder)
    if found is None or not found.is_directory:
        raise SetupFailed(f"Prerequisite installation failed: the source directory {folder} was not found.")


def pull(world: World, host: Host, folder: str, prerequisite: str, file: str) -> None:
    """One installer is read from the medium."""
    source_folder(world, host, folder)
    found = find_file(world, host, rf"{folder}\{file}")
    if found is None or found.is_directory:
        raise SetupFailed(f"Prerequisite installation failed: {prerequisite}: {file} was not found.")


def log(world: World, host: Host, name: str, lines: list[str]) -> None:
    stamp = f"{world.clock.now():[%Y_%m_%d][%H_%M_%S]}"
    folder = r"C:\Users\Administrator\AppData\Local\Temp"
    host.files.make_directory(folder)
    body = "".join(f"<p>{line}</p>\r\n" for line in lines)
    host.files.write(rf"{folder}\{name}-{stamp}.html", f"<html><body>{body}</body></html>".encode())


def sql_express(world: World, host: Host, folder: str) -> None:
    """The instance RTC of a Standard Edition server, with its firewall exceptions."""
    pull(world, host, folder, "SqlExpressRtc", SQL_EXPRESS)
    machine.add_sql_instance(host, "RTC")


def local_management(world: World, host: Host, folder: str) -> None:
    """RTCLOCAL, an empty local store and the replicator."""
    pull(world, host, folder, "SQLExpressRtcLocal", SQL_EXPRESS)
    if not host.is_member:
        raise SetupFailed("Prerequisite not satisfied: the computer must be a member of a domain.")
    machine.add_replica(host)


def roles(world: World, host: Host, folder: str) -> list[str]:
    """Installs what the local store's topology gives to this machine, and removes what it does not; the log."""
    server = host.parts.need(LyncServer)
    if server.local is None:
        raise SetupFailed("The local configuration store is empty: the roles of this computer are not known.")
    topology = server.local.read_topology()
    wanted = machine.roles_here(topology, host.fqdn) if topology else []
    if not wanted:
        if server.activated:
            machine.remove_roles(host)
            server.activated = False
            return ["All roles of this computer were removed."]
        raise SetupFailed(f"The computer {host.fqdn} was not found in the topology.")
    if folder:
        source_folder(world, host, folder)
    missing = [name for name in ROLE_FEATURES if not host.features.has(name)] if "WebServices" in wanted else []
    if "ConfServices" in wanted and not any(host.features.has(name) for name in MEDIA_FOUNDATION):
        missing.append("Server-Media-Foundation")
    if missing:
        raise SetupFailed(f"Prerequisite not satisfied: Windows features {', '.join(missing)}.")
    assert topology is not None
    for product, (role, file) in PACKAGES.items():
        if folder and role in wanted and product not in server.products:
            pull(world, host, folder, product, file)
    machine.install_roles(host, topology)
    server.activated = True
    return [f"Installed: {', '.join(wanted)}"]


def scorch(world: World, host: Host) -> None:
    """Uninstalls all roles and the local stores."""
    server = host.parts.need(LyncServer)
    for name in [name for name, *_ in machine.SERVICES] + ["REPLICA"]:
        if host.services.find(name) is not None:
            try:
                stop(world, host, name, force=True)
            except ServiceError:
                continue
    machine.remove_roles(host)
    host.services.remove("REPLICA")
    for instance in ("RTCLOCAL", "LYNCLOCAL"):
        machine.remove_sql_instance(host, instance)
    server.local = None
    server.replica_enabled = server.activated = False
    server.certificates.clear()
    for port in (443, 4443):
        http_sys(host).drop(f"0.0.0.0:{port}")
    if host.files.exists(r"C:\RtcReplicaRoot"):
        host.files.remove(r"C:\RtcReplicaRoot")
