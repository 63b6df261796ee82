"""The baseline "prepared": what machines.yml says is found done before a lab's own roles run."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from winsim.world import dns, feature_setup, issuing, keys, officewebapps
from winsim.world.certificates import SCHANNEL, CertificateEntry
from winsim.world.directory import Directory, DirectoryObject, KdsRootKey, names, objects, state
from winsim.world.directory.promotion import join, promote
from winsim.world.firewall import Firewall, FirewallRule
from winsim.world.host import Host
from winsim.world.iis.installation import install_extension
from winsim.world.lab import World
from winsim.world.parts import reference, resolve
from winsim.world.power import restart_at_once
from winsim.world.prepared_lync import prepare_lync
from winsim.world.services import start_quietly
from winsim.world.winrm import HTTPS_PORT, Listener, RegisteredConfiguration, WinRmService, add_listener

CA_NAME = "LAB-CA"
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
ADMINISTRATOR_GROUPS = ("Domain Admins", "Enterprise Admins", "Schema Admins")

# What the offline packages of the reverse proxy leave in Programs and Features: extension, name, version, product code.
PROXY_PACKAGES = (
    ("rewrite", "IIS URL Rewrite Module 2", "7.2.1952", "{08F0318A-D113-4CF0-993E-50F191D397AD}"),
    ("webfarm", "Microsoft Web Farm Framework Version 2.2", "7.1.1963", "{6E5F1C4F-9A2B-4E1A-8F17-0B7C5F7A2D10}"),
    ("arr", "Microsoft Application Request Routing 3.0", "3.0.1750", "{279B4CB0-A213-4F94-B224-19D6F5C59942}"),
    ("", "Microsoft External Disk Cache Version 1 for IIS 7", "1.0.0412", "{A9E7C1F2-4E57-44F1-9F4C-2A2B6C0D7E31}"),
)
PROXY_FEATURES = ("Web-Server", "Web-Mgmt-Tools", "Web-Mgmt-Console", "Web-Scripting-Tools")


def prepare(world: World) -> None:
    """Brings freshly installed machines to the baseline; takes no lab time."""
    wanted: dict[str, Any] = world.inventory["prepared"]
    directory = _domain(world, wanted)
    _members(world, wanted, directory)
    _service_accounts(world, wanted, directory)
    users = _users(world, wanted, directory)
    ca = _authority(world, wanted)
    if "lync" in wanted:
        prepare_lync(world, wanted, directory, ca, users)
    for row in wanted.get("office_web_apps", ()):
        _web_apps(world, row, ca)
    for name in wanted.get("reverse_proxy", ()):
        _reverse_proxy(world, world.host(name))
    _session_configurations(world, wanted, directory)
    if wanted.get("https_listeners"):
        _https_listeners(world)
    _settle(world)


@cache
def _key() -> tuple[RSAPrivateKey, bytes]:
    """One for all machines: making one for each would take seconds."""
    return keys.new_key()


def _https_listeners(world: World) -> None:
    """WinRM over HTTPS with a self-signed certificate, as scripts for remote management set it up."""
    for host in world.hosts.values():
        entry = keys.self_signed(host, [host.fqdn.lower(), host.name.lower()], made=_key())
        add_listener(host, Listener("HTTPS", port=HTTPS_PORT, thumbprint=entry.thumbprint))
        host.parts.need(Firewall).add(
            FirewallRule(
                "WINRM-HTTPS-In-TCP", "Windows Remote Management (HTTPS-In)", "Windows Remote Management",
                ports=str(HTTPS_PORT),
            )
        )  # fmt: skip


def _settle(world: World) -> None:
    """The machines have been up for a while: what starts late after a boot runs, and nothing is due."""
    waiting = [event for event in world.clock.due if event.action == reference(start_quietly)]
    for event in waiting:
        world.clock.due.remove(event)
        resolve(event.action)(world, **event.arguments)
    for host in world.hosts.values():
        host.boot_time = world.clock.now()


def _domain(world: World, wanted: dict[str, Any]) -> Directory:
    row = wanted["domain"]
    host = world.host(row["controller"])
    feature_setup.install(world, host, ["AD-Domain-Services", "DNS"], tools=True)
    local = host.accounts.user("Administrator")
    promote(world, host, row["name"], row["netbios"], local.password if local else "", with_dns=True)
    directory = world.parts.need(Directory)
    now = world.clock.now()
    partitions = objects.get(directory, f"CN=Partitions,CN=Configuration,{names.of_domain(directory.domain)}")
    if partitions is not None:
        objects.replace(directory, partitions, "uPNSuffixes", list(row.get("upn_suffixes", ())), now)
    _internal_view(host, wanted.get("internal_dns", {}))
    account = world.inventory["accounts"]["domain_administrator"]
    administrator = _user(world, directory, account["user"], "", account["password"])
    for group in ADMINISTRATOR_GROUPS:
        objects.add_member(directory, f"CN={group},CN=Users,{names.of_domain(directory.domain)}", administrator.dn)
    restart_at_once(world, host)
    return directory


def _internal_view(host: Host, records: dict[str, str]) -> None:
    """The zones of split DNS: names of the public domain with their internal addresses."""
    server = host.parts.need(dns.DnsServer)
    for name, address in records.items():
        zone_name = name.partition(".")[2]
        zone = server.zones.get(zone_name) or server.create(dns.DnsZone(zone_name))
        zone.add(dns.DnsRecord(name, "A", address))


def _user(world: World, directory: Directory, name: str, display: str, password: str, upn: str = "") -> DirectoryObject:
    attributes = {
        "sAMAccountName": [name],
        "userPrincipalName": [upn or f"{name}@{directory.domain}"],
        "userAccountControl": [str(state.NORMAL_ACCOUNT | state.PASSWORD_NEVER_EXPIRES)],
    }
    if display:
        given, _, surname = display.partition(" ")
        attributes |= {"displayName": [display], "givenName": [given], "sn": [surname], "mail": [upn]}
    dn = f"CN={display or name},CN=Users,{names.of_domain(directory.domain)}"
    return objects.insert(directory, dn, "user", attributes, now=world.clock.now(), password=password)


def _members(world: World, wanted: dict[str, Any], directory: Directory) -> None:
    for name in wanted.get("members", ()):
        host = world.host(name)
        join(world, host, directory)
        restart_at_once(world, host)


def _service_accounts(world: World, wanted: dict[str, Any], directory: Directory) -> None:
    now = world.clock.now()
    controller = world.host(wanted["domain"]["controller"])
    directory.root_keys.append(KdsRootKey(str(uuid.uuid4()), now - timedelta(hours=10), now, controller.fqdn))
    for row in wanted.get("service_accounts", ()):
        allowed = [objects.find(directory, f"{world.host(name).name}$", None) for name in row.get("allowed", ())]
        objects.insert(
            directory,
            f"CN={row['name']},CN=Managed Service Accounts,{names.of_domain(directory.domain)}",
            "msDS-GroupManagedServiceAccount",
            {
                "sAMAccountName": [f"{row['name']}$"],
                "dNSHostName": [f"{row['name']}.{directory.domain}"],
                "userAccountControl": [str(state.WORKSTATION_TRUST)],
                "msDS-ManagedPasswordInterval": ["30"],
                "msDS-GroupMSAMembership": [one.dn for one in allowed if one is not None],
            },
            now=now,
        )


def _users(world: World, wanted: dict[str, Any], directory: Directory) -> dict[str, DirectoryObject]:
    return {
        row["name"]: _user(world, directory, row["name"], row["display"], row["password"], row["sip"])
        for row in wanted.get("users", ())
    }


def _authority(world: World, wanted: dict[str, Any]) -> issuing.Issued:
    """The lab's internal certification authority, whose root every member of the domain trusts."""
    ca = issuing.authority(issuing.common_name(f"{wanted['domain']['netbios']}-{CA_NAME}"), world.clock.now(), 3650)
    for host in world.hosts.values():
        if host.is_member:
            host.certificates.store("LocalMachine", "Root").add(CertificateEntry(ca.der))
    return ca


def add_certificate(host: Host, issued: issuing.Issued, friendly_name: str) -> CertificateEntry:
    """A certificate with an exportable CryptoAPI key in the machine's own store."""
    container = host.store_key(issued.key, SCHANNEL, 12, 1, exportable=True)
    return host.certificates.machine_my.add(CertificateEntry(issued.der, container.name, friendly_name))


def _web_apps(world: World, row: dict[str, Any], ca: issuing.Issued) -> None:
    host = world.host(row["host"])
    feature_setup.install(world, host, ["Web-Server", "Web-Asp-Net45", "Web-Windows-Auth"], tools=True)
    server = officewebapps.install(host)
    urls = [row["internal_url"], row.get("external_url", "")]
    covered = [url.partition("://")[2].partition("/")[0] for url in urls if url]
    issued = issuing.issue_for_server(ca, covered[0], covered, world.clock.now(), 730)
    entry = add_certificate(host, issued, "OfficeWebApps")
    officewebapps.create_farm(
        world, host, server,
        {"InternalURL": urls[0] + "/", "ExternalURL": urls[1] + "/" if urls[1] else None,
         "CertificateName": "OfficeWebApps"}, entry,
    )  # fmt: skip


def _reverse_proxy(world: World, host: Host) -> None:
    feature_setup.install(world, host, list(PROXY_FEATURES))
    for extension, name, version, code in PROXY_PACKAGES:
        if extension:
            install_extension(host, extension)
        key = rf"{UNINSTALL}\{code}"
        host.registry.set(key, "DisplayName", name)
        host.registry.set(key, "DisplayVersion", version)
        host.registry.set(key, "Publisher", "Microsoft Corporation")


def _session_configurations(world: World, wanted: dict[str, Any], directory: Directory) -> None:
    row = wanted.get("session_configuration")
    if not row:
        return
    account = world.inventory["accounts"][row["run_as"]]["user"]
    for host in world.hosts.values():
        if host.is_member:
            service = host.parts.need(WinRmService)
            service.register(RegisteredConfiguration(row["name"], f"{directory.netbios}\\{account}"))
            service.credssp = True
