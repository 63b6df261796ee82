"""Machines and their domain: the first domain controller, joining and leaving."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world import dns
from winsim.world.power import apply_computer_name

from . import forest, names, objects, state
from .state import Directory

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

# Services of a domain controller that run after the promotion.
CONTROLLER_SERVICES = ("NTDS", "Kdc", "IsmServ", "DFSR", "ADWS", "Netlogon", "DNS", "W32Time")


def promote(world: World, host: Host, domain: str, netbios: str, safe_mode_password: str, *, with_dns: bool) -> None:
    """Makes the host the first controller of a new forest; the caller restarts it."""
    now = world.clock.now()
    # The same machine makes the same domain in every fresh world.
    sid = forest.domain_sid(uuid.uuid5(uuid.NAMESPACE_DNS, f"{host.machine_sid}/{domain.lower()}"))
    directory = forest.create(domain, netbios, sid, host.name, now)
    directory.safe_mode_password = safe_mode_password
    _take_local_accounts(host, directory)
    world.parts.put(directory)
    _become_member(host, directory)
    host.is_domain_controller = True
    for name in CONTROLLER_SERVICES:
        service = host.services.find(name)
        if service is not None:
            service.start_type, service.state = "Automatic", "Running"
    host.files.make_directory(r"C:\Windows\NTDS")
    host.files.write(r"C:\Windows\NTDS\ntds.dit", b"")
    host.files.make_directory(rf"C:\Windows\SYSVOL\sysvol\{directory.domain}\Policies")
    if with_dns:
        create_zones(host, directory, now)


def _take_local_accounts(host: Host, directory: Directory) -> None:
    """The local accounts become those of the domain: the administrator keeps the password."""
    local = host.accounts.user("Administrator")
    administrator = objects.account(directory, "Administrator")
    if local is not None and administrator is not None:
        administrator.password = local.password
    host.accounts.users = {}
    prefix = directory.netbios
    host.accounts.groups["administrators"].members = [
        f"{prefix}\\{name}" for name in ("Administrator", "Domain Admins", "Enterprise Admins")
    ]


def _become_member(host: Host, directory: Directory) -> None:
    host.domain, host.domain_netbios = directory.domain, directory.netbios
    host.primary_suffix = directory.domain
    host.workgroup = ""
    for adapter in host.adapters:
        adapter.category = "DomainAuthenticated"
    netlogon = host.services.find("Netlogon")
    if netlogon is not None:
        netlogon.hook = "winsim.world.adcs"  # roots of the domain come with group policy
        netlogon.start_type, netlogon.state = "Automatic", "Running"
    apply_computer_name(host)


def create_zones(host: Host, directory: Directory, now: datetime) -> None:
    """The zone of the domain and the one of its controllers, with the records by which they are found."""
    server = host.parts.need(dns.DnsServer)
    fqdn = f"{host.name.lower()}.{directory.domain}."
    address = host.addresses[0]
    zone = server.create(dns.DnsZone(directory.domain))
    zone.records.append(dns.DnsRecord("@", "A", address, 600, now))
    zone.records.append(dns.DnsRecord("@", "NS", fqdn))
    dns.register(zone, host.name, address, now)
    controllers = server.create(dns.DnsZone(f"_msdcs.{directory.domain}", replication_scope="Forest"))
    controllers.records.append(dns.DnsRecord("@", "NS", fqdn))
    for name, port in (("_ldap._tcp", 389), ("_kerberos._tcp", 88), ("_gc._tcp", 3268), ("_kpasswd._tcp", 464)):
        zone.records.append(dns.DnsRecord(name, "SRV", f"0 100 {port} {fqdn}", 600, now))
    for name, port in (("_ldap._tcp.dc", 389), ("_kerberos._tcp.dc", 88), ("_ldap._tcp.pdc", 389)):
        controllers.records.append(dns.DnsRecord(name, "SRV", f"0 100 {port} {fqdn}", 600, now))


def join(world: World, host: Host, directory: Directory, container: str = "") -> None:
    """Makes the host a member; an account that waits for it is used. The caller restarts it."""
    make_account(world, host, directory, container)
    enter(world, host, directory)


def make_account(world: World, host: Host, directory: Directory, container: str = "") -> None:
    """The first half of a join: the computer's account."""
    now = world.clock.now()
    place = container or f"CN=Computers,{names.of_domain(directory.domain)}"
    known = objects.find(directory, f"{host.name}$", frozenset({"computer"}))
    if known is None:
        forest.add_computer(directory, host.name, place, now)
    else:
        objects.replace(directory, known, "dNSHostName", [f"{host.name.lower()}.{directory.domain}"], now)
        objects.replace(directory, known, "userAccountControl", [str(state.WORKSTATION_TRUST)], now)


def enter(world: World, host: Host, directory: Directory) -> None:
    """The second half, at the restart: the machine lives in the domain."""
    _become_member(host, directory)
    for group, member in (("administrators", "Domain Admins"), ("users", "Domain Users")):
        host.accounts.add_member(group, f"{directory.netbios}\\{member}")
    register_address(world, host, directory)


def register_address(world: World, host: Host, directory: Directory) -> None:
    """The dynamic update of a member in the domain's zone."""
    for name in directory.controllers:
        controller = world.find_host(name)
        server = controller.parts.find(dns.DnsServer) if controller else None
        zone = server.zones.get(directory.domain) if server else None
        if zone is not None and zone.dynamic_update != "None" and host.addresses:
            dns.register(zone, host.name, host.addresses[0], world.clock.now())


def leave(world: World, host: Host, directory: Directory | None, workgroup: str) -> None:
    """Back to a workgroup; the account stays in the directory, disabled."""
    account = objects.find(directory, f"{host.name}$", frozenset({"computer"})) if directory else None
    if directory is not None and account is not None:
        flags = account.number("userAccountControl") | state.DISABLED
        objects.replace(directory, account, "userAccountControl", [str(flags)], world.clock.now())
    for group in host.accounts.groups.values():
        group.members = [one for one in group.members if not one.upper().startswith(f"{host.domain_netbios.upper()}\\")]
    host.domain = host.domain_netbios = host.primary_suffix = ""
    host.workgroup = workgroup
    netlogon = host.services.find("Netlogon")
    if netlogon is not None:
        netlogon.hook, netlogon.start_type, netlogon.state = "", "Manual", "Stopped"
    for adapter in host.adapters:
        adapter.category = "Public"
    apply_computer_name(host)


def demote(world: World, host: Host, password: str, workgroup: str = "WORKGROUP") -> None:
    """The last controller goes: the forest with all its accounts is gone, the machine is on its own."""
    world.parts.drop(Directory)
    server = host.parts.find(dns.DnsServer)
    if server is not None:
        server.zones = {key: zone for key, zone in server.zones.items() if not zone.integrated}
    host.is_domain_controller = False
    host.accounts.groups["administrators"].members = []
    host.accounts.add_built_in_users(password)
    time = host.services.find("W32Time")
    if time is not None:
        time.start_type = "Manual"
    for name in CONTROLLER_SERVICES:
        service = host.services.find(name)
        if service is not None and name not in ("DNS", "W32Time", "Netlogon"):
            service.start_type, service.state = "Disabled", "Stopped"
    for path in (r"C:\Windows\NTDS", r"C:\Windows\SYSVOL"):
        if host.files.exists(path):
            host.files.remove(path)
    leave(world, host, None, workgroup)
