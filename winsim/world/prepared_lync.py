"""The prepared baseline's Lync deployment: directory, topology, servers with internal certificates, users."""

from __future__ import annotations

import uuid
from typing import Any

from winsim.world import feature_setup, issuing, services
from winsim.world.certificates import SCHANNEL, CertificateEntry
from winsim.world.directory import Directory, DirectoryObject, names, objects
from winsim.world.host import Host
from winsim.world.lab import World
from winsim.world.lync import LyncServer, ManagementStore, Replica, machine, preparation, updates, users
from winsim.world.lync.state import SimpleUrl
from winsim.world.lync.topology import Topology, parse
from winsim.world.lync.topology_builder import Pool, WebApps, build
from winsim.world.power import restart_at_once

FEATURES = ("RSAT-ADDS", "RSAT-AD-PowerShell",
            "Web-Server", "Web-Static-Content", "Web-Default-Doc", "Web-Http-Errors", "Web-Asp-Net45",
            "Web-Http-Logging", "Web-Windows-Auth", "Web-Client-Auth", "Web-Filtering", "Web-Stat-Compression",
            "Web-Dyn-Compression", "Web-Mgmt-Tools", "Web-Scripting-Tools", "NET-WCF-HTTP-Activation45",
            "Windows-Identity-Foundation", "BITS", "Server-Media-Foundation")  # fmt: skip
ADMINISTRATOR_GROUPS = ("RTCUniversalServerAdmins", "RTCUniversalUserAdmins", "CSAdministrator")
SERVER_GROUPS = ("RTCHSUniversalServices", "RTCComponentUniversalServices", "RTCUniversalConfigReplicator")


def prepare_lync(
    world: World, wanted: dict[str, Any], directory: Directory, ca: issuing.Issued, people: dict[str, DirectoryObject]
) -> None:
    row = wanted["lync"]
    now = world.clock.now()
    preparation.extend_schema(directory, now)
    preparation.prepare_forest(directory, now)
    preparation.prepare_domain(directory, now)
    administrator = objects.account(directory, world.inventory["accounts"]["domain_administrator"]["user"])
    if administrator is not None:
        _join_groups(directory, administrator, ADMINISTRATOR_GROUPS)
    store = _store(world, wanted, directory)
    topology = parse(store.configuration.topology)
    for cluster in topology.clusters:
        if cluster.needs_setup:
            for fqdn in cluster.machines:
                _server(world, world.host(fqdn), row, topology, store, ca)
    for host in world.hosts.values():
        if host.parts.find(LyncServer) is not None:
            _start(world, host)
    for fqdn in topology.replicas:
        version = world.host(fqdn).parts.need(LyncServer).version
        store.replicas[fqdn] = Replica(fqdn, store.configuration.revision, now, now, version)
    for person in wanted.get("users", ()):
        if person.get("home"):
            users.enable(directory, people[person["name"]], f"sip:{person['sip']}", person["home"], now)


def _join_groups(directory: Directory, account: DirectoryObject, wanted: tuple[str, ...]) -> None:
    for group in wanted:
        objects.add_member(directory, f"CN={group},CN=Users,{names.of_domain(directory.domain)}", account.dn)


def _store(world: World, wanted: dict[str, Any], directory: Directory) -> ManagementStore:
    """The topology as it would have been published, in the store of the pool that machines.yml names."""
    row = wanted["lync"]
    keeper = world.host(row["management_store"])
    pools = [
        Pool(one["fqdn"], one["kind"], one.get("external_web_fqdn", ""), world.find_host(one["fqdn"]) is keeper)
        for one in row["pools"]
    ]
    web_apps = [
        WebApps(world.host(one["host"]).fqdn.lower(), one["internal_url"].rstrip("/") + "/hosting/discovery/")
        for one in wanted.get("office_web_apps", ())
    ]
    store = ManagementStore(keeper.fqdn.lower())
    configuration = store.configuration
    signature = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{world.lab}/{directory.domain}"))
    configuration.topology = build(row["site"], row["sip_domain"], [row["sip_domain"]], pools, web_apps, signature)
    configuration.published = True
    topology = parse(configuration.topology)
    configuration.enabled = list(topology.replicas)
    configuration.revision = 1
    configuration.simple_urls = [
        SimpleUrl(name.capitalize(), row["sip_domain"] if name == "meet" else "*", url, [url])
        for name, url in row.get("simple_urls", {}).items()
    ]
    world.parts.put(store)
    preparation.set_store_location(directory, f"{keeper.fqdn.lower()}\\rtc", world.clock.now())
    return store


def _server(
    world: World, host: Host, row: dict[str, Any], topology: Topology, store: ManagementStore, ca: issuing.Issued
) -> None:
    feature_setup.install(world, host, list(FEATURES))
    restart_at_once(world, host)
    server = machine.install_core(world, host, row["version"])
    if "UserStore" in machine.roles_here(topology, host.fqdn):
        machine.add_sql_instance(host, "RTC")
        server.databases |= dict.fromkeys(updates.POOL_DATABASES, row["version"])
    if host.fqdn.lower() == store.server:
        server.databases |= dict.fromkeys(updates.STORE_DATABASES, row["version"])
    machine.add_replica(host)
    server.replica_enabled = server.activated = True
    server.local = store.configuration.snapshot()
    machine.install_roles(host, topology, row["version"])
    if updates.offers_passive(row["version"]):
        machine.add_passive_pages(host)
    _certificate(world, host, topology, store, ca)
    directory = world.parts.need(Directory)
    account = objects.find(directory, f"{host.name}$", frozenset({"computer"}))
    if account is not None:
        _join_groups(directory, account, SERVER_GROUPS)
        objects.add_values(
            directory, account, "servicePrincipalName", [f"sip/{host.fqdn.lower()}", f"http/{host.fqdn.lower()}"],
            world.clock.now(),
        )  # fmt: skip


def _certificate(world: World, host: Host, topology: Topology, store: ManagementStore, ca: issuing.Issued) -> None:
    """One internal certificate for the default and the internal web services usage."""
    cluster = topology.cluster_with(host.fqdn)
    if cluster is None:
        return
    simple = [url.active_url.partition("://")[2].strip("/") for url in store.configuration.simple_urls]
    covered = dict.fromkeys(
        [cluster.fqdn.lower(), host.fqdn.lower(), *(f"sip.{domain}" for domain in topology.domains), *simple,
         *(f"lyncdiscoverinternal.{domain}" for domain in topology.domains)]
    )  # fmt: skip
    issued = issuing.issue_for_server(ca, cluster.fqdn.lower(), list(covered), world.clock.now(), 730)
    container = host.store_key(issued.key, SCHANNEL, 12, 1, exportable=True)
    entry = host.certificates.machine_my.add(CertificateEntry(issued.der, container.name, "Lync internal"))
    server = host.parts.need(LyncServer)
    for use in ("Default", "WebServicesInternal"):
        server.certificates[use] = entry.thumbprint
    machine.bind_site(host, "WebServicesInternal", entry.thumbprint)
    # As Set-CsCertificate leaves the key behind.
    file = host.files.find(container.path)
    if file is not None:
        file.access.grant("NT AUTHORITY\\NETWORK SERVICE", 0x120089)
        file.access.grant("RTC Component Local Group", 0x120089)


def _start(world: World, host: Host) -> None:
    ordered = ["REPLICA", *(name for name, *_ in machine.SERVICES)]
    for name in ordered:
        if host.services.find(name) is not None:
            services.start(world, host, name)
