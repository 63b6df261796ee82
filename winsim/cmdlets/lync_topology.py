"""Topology, pools, services, replication status and versions."""

from __future__ import annotations

from winsim.cmdlets.lync_common import MODULE, class_of, configuration, directory, failed, reported, store, topology
from winsim.cmdlets.products import QUIET, entity, moment
from winsim.interpreter.command import Call, NotBuilt, cmdlet
from winsim.interpreter.values import ArrayList, PSObject
from winsim.world.lync import LyncServer, Topology, preparation, replication
from winsim.world.lync.topology import Cluster, Service

_DEPLOY = "Microsoft.Rtc.Management.Deploy.Topology"
_DISPLAY = "Microsoft.Rtc.Management.Xds"

SWITCHES = {
    "ApplicationDatabase": "ApplicationDatabase", "ApplicationServer": "ApplicationServer",
    "ArchivingDatabase": "ArchivingDatabase", "CentralManagement": "CentralManagement",
    "CentralManagementDatabase": "CentralManagementDatabase", "ConferencingServer": "ConferencingServer",
    "EdgeServer": "EdgeServer", "FileStore": "FileStore", "ManagementServer": "ManagementServer",
    "MediationServer": "MediationServer", "MonitoringDatabase": "MonitoringDatabase", "Registrar": "Registrar",
    "UserDatabase": "UserDatabase", "UserServer": "UserServer", "WacServer": "WacServer", "WebServer": "WebServer",
}  # fmt: skip


@cmdlet("Get-CsTopology", ("LocalStore", "AsXml"), net_class=class_of("Get-CsTopology", "Deployment"), module=MODULE)
@reported
def get_topology(call: Call) -> None:
    found = configuration(call)
    parsed = topology(call, found)
    if call.switch("AsXml"):
        # An XElement; its text is the document.
        call.write(entity(("System.Xml.Linq.XElement", "System.Xml.Linq.XContainer"), {"Name": "Topology"},
                          found.topology))  # fmt: skip
        return
    machines = [_machine(name) for cluster in parsed.clusters for name in cluster.machines]
    call.write(
        entity(
            (f"{_DEPLOY}.Topology",),
            {
                "InternalDomains": ArrayList([PSObject({"Name": name}) for name in parsed.domains]),
                "Sites": ArrayList([_site(parsed, one.id) for one in parsed.sites]),
                "Clusters": ArrayList([_pool(parsed, one) for one in parsed.clusters]),
                "Machines": ArrayList(machines),
                "Services": ArrayList([_service(parsed, one) for one in parsed.services]),
                "Signature": parsed.signature,
            },
        )
    )


def _machine(fqdn: str) -> PSObject:
    interface = PSObject({"InterfaceId": "Primary:1", "IPAddress": "0.0.0.0"})
    return entity((f"{_DEPLOY}.Machine",), {"Fqdn": fqdn, "NetInterfaces": ArrayList([interface])}, fqdn)


def _site(parsed: Topology, id: int) -> PSObject:
    site = parsed.site(id)
    pools = [one.fqdn for one in parsed.clusters if one.site == id]
    services = [f"{parsed.identity(one)}" for one in parsed.services if one.site == id]
    return entity(
        (f"{_DISPLAY}.DisplaySite",),
        {
            "Identity": f"Site:{site.name}",
            "SiteId": site.id,
            "Services": ArrayList(services),
            "Pools": ArrayList(pools),
            "FederationRoute": None,
            "XmppFederationRoute": None,
            "DefaultPersistentChatPool": None,
            "Description": None,
            "DisplayName": site.name,
            "Name": site.name,
            "SiteType": "CentralSite",
            "ParentSite": None,
        },
        f"Site:{site.name}",
    )


def _pool(parsed: Topology, cluster: Cluster) -> PSObject:
    return entity(
        (f"{_DISPLAY}.DisplayPool",),
        {
            "Identity": cluster.fqdn,
            "Services": ArrayList([parsed.identity(one) for one in parsed.services_of(cluster.fqdn)]),
            "Computers": ArrayList(cluster.machines),
            "BackupPoolFqdn": None,
            "Site": f"Site:{parsed.site(cluster.site).name}",
            "Fqdn": cluster.fqdn,
        },
        cluster.fqdn,
    )


@cmdlet("Get-CsSite", ("Identity", "LocalStore"), net_class=class_of("Get-CsSite"), module=MODULE)
@reported
def get_site(call: Call) -> None:
    parsed = topology(call, configuration(call))
    wanted = call.text("Identity").lower().removeprefix("site:")
    for one in parsed.sites:
        if not wanted or one.name.lower() == wanted:
            call.write(_site(parsed, one.id))


@cmdlet("Get-CsPool", ("Identity", "LocalStore", "Site"), net_class=class_of("Get-CsPool"), module=MODULE)
@reported
def get_pool(call: Call) -> None:
    parsed = topology(call, configuration(call))
    wanted = call.text("Identity").lower()
    site = call.text("Site").lower().removeprefix("site:")
    found = [
        one
        for one in parsed.clusters
        if (not wanted or one.fqdn.lower() == wanted) and (not site or parsed.site(one.site).name.lower() == site)
    ]
    if wanted and not found:
        raise failed(f'Cannot find the pool "{call.text("Identity")}" in the topology.', "ObjectNotFound",
                     id="MissingItem")  # fmt: skip
    call.write_all(_pool(parsed, one) for one in found)


@cmdlet("Get-CsComputer", ("Identity", "LocalStore", "Pool", "Local"), net_class=class_of("Get-CsComputer"),
        module=MODULE)  # fmt: skip
@reported
def get_computer(call: Call) -> None:
    parsed = topology(call, configuration(call))
    wanted = call.text("Identity").lower()
    if call.switch("Local"):
        wanted = call.host.fqdn.lower()
    pool = call.text("Pool").lower()
    for cluster in parsed.clusters:
        for name in cluster.machines:
            if (not wanted or name.lower() == wanted) and (not pool or cluster.fqdn.lower() == pool):
                values = {"Identity": name, "Pool": cluster.fqdn, "Fqdn": name}
                call.write(entity((f"{_DISPLAY}.DisplayComputer",), values, name))


@cmdlet("Get-CsService", ("PoolFqdn", "Identity", "Director", *SWITCHES), net_class=class_of("Get-CsService"),
        module=MODULE)  # fmt: skip
@reported
def get_service(call: Call) -> None:
    parsed = topology(call, store(call).configuration)
    roles = {SWITCHES[name] for name in SWITCHES if call.switch(name)}
    pool = call.text("PoolFqdn").lower()
    identity = call.text("Identity").lower().removeprefix("service:")
    if pool and parsed.pool(pool) is None:
        raise failed(f'Cannot find the pool "{call.text("PoolFqdn")}" in the topology.', "ObjectNotFound",
                     id="MissingItem")  # fmt: skip
    for one in parsed.services:
        if roles and one.cmdlet_role not in roles:
            continue
        if call.switch("Director") and one.setting("IsDirector") != "true":
            continue
        if pool and parsed.cluster_of(one).fqdn.lower() != pool:
            continue
        if identity and parsed.identity(one).lower() != identity:
            continue
        call.write(_service(parsed, one))


def _service(parsed: Topology, service: Service) -> PSObject:
    cluster = parsed.cluster_of(service)
    values: dict[str, object] = {"Identity": parsed.identity(service)}
    for need in service.depends_on:
        other = parsed.by_id(need)
        if other is not None:
            values[other.cmdlet_role] = parsed.identity(other)
    if service.role == "WebServices":
        values |= _web_service(service, cluster)
    if service.role == "FileStore":
        values |= {"ShareName": service.setting("ShareName"),
                   "UncPath": f"\\\\{cluster.fqdn}\\{service.setting('ShareName')}"}  # fmt: skip
    if service.role == "WacService":
        values["DiscoveryUri"] = service.setting("DiscoveryUrl")
        values["IsExternal"] = service.setting("IsExternal") == "true"
    if service.role.endswith("Store") and service.role != "FileStore":
        values |= {"SqlInstanceName": "rtc", "MirrorSqlInstanceName": None}
    values |= {
        "DependentServiceList": ArrayList(
            [parsed.identity(one) for one in parsed.services if service.id in one.depends_on]
        ),
        "ServiceId": service.id,
        "SiteId": f"Site:{parsed.site(service.site).name}",
        "PoolFqdn": cluster.fqdn,
        "Version": service.version,
        "Role": service.cmdlet_role,
    }
    return entity((f"{_DISPLAY}.Display{service.cmdlet_role}",), values, parsed.identity(service))


_URIS = (
    ("ABHandler", "ABS/Handler"), ("DLExpansion", "GroupExpansion/service.svc"),
    ("CAHandler", "CertProv/CertProvisioningService.svc"), ("WebTicket", "WebTicket/WebTicketService.svc"),
    ("Reach", "Reach/"), ("LIService", "LocationInformation/LIService.svc"),
)  # fmt: skip


def _web_service(service: Service, cluster: Cluster) -> dict[str, object]:
    internal = service.setting("InternalHost") or cluster.fqdn
    external = service.setting("ExternalHost") or None
    ports = {(one.side, one.protocol): one for one in service.ports if one.usage == "WebSite"}
    psom = {one.side: one.port for one in service.ports if one.usage == "PsomServer"}

    def number(side: str, protocol: str, published: bool) -> object:
        port = ports.get((side, protocol))
        if port is None:
            return None
        return port.configured or port.port if published else port.port

    values: dict[str, object] = {
        "PrimaryHttpPort": number("Primary", "Http", False),
        "PrimaryHttpsPort": number("Primary", "Https", False),
        "ExternalHttpPort": number("External", "Http", False),
        "ExternalHttpsPort": number("External", "Https", False),
        "PublishedPrimaryHttpPort": number("Primary", "Http", True),
        "PublishedPrimaryHttpsPort": number("Primary", "Https", True),
        "PublishedExternalHttpPort": number("External", "Http", True),
        "PublishedExternalHttpsPort": number("External", "Https", True),
        "ReachPrimaryPsomServerPort": psom.get("Primary"),
        "ReachExternalPsomServerPort": psom.get("External"),
        "AppSharingPortStart": 49152,
        "AppSharingPortCount": 16383,
    }
    for name, path in _URIS:
        values[f"{name}ExternalUri"] = f"https://{external}/{path}" if external else None
        values[f"{name}InternalUri"] = f"https://{internal}/{path}"
    for name in ("Meet", "Dialin"):
        values[f"{name}ExternalUri"] = f"https://{external}/{name}" if external else None
    return values | {"ExternalFqdn": external, "InternalFqdn": internal}


@cmdlet("Get-CsManagementStoreReplicationStatus", ("ReplicaFqdn", "CentralManagementStoreStatus"),
        net_class=class_of("Get-CsManagementStoreReplicationStatus"), module=MODULE)  # fmt: skip
@reported
def get_replication_status(call: Call) -> None:
    found = store(call)
    parsed = topology(call, found.configuration)
    if call.switch("CentralManagementStoreStatus"):
        call.write(_store_status(call, parsed))
        return
    wanted = call.text("ReplicaFqdn").lower()
    if wanted and wanted not in parsed.replicas:
        raise failed(f'Cannot find the replica "{wanted}".', "ObjectNotFound", id="MissingItem")
    for fqdn in parsed.replicas:
        replica = found.replicas.get(fqdn)
        if wanted and fqdn != wanted:
            continue
        call.write(
            entity(
                (f"{_DISPLAY}.ReplicaState",),
                {
                    "UpToDate": replica is not None and replication.is_current(found, replica),
                    "ReplicaFqdn": fqdn,
                    "LastStatusReport": moment(replica.last_status) if replica else None,
                    "LastUpdateCreation": moment(replica.last_creation) if replica else None,
                    "ProductVersion": replica.version if replica else "",
                },
            )
        )


def _store_status(call: Call, parsed: Topology) -> object:
    now = moment(call.world.clock.now())
    pool = parsed.pool(parsed.management_pool)
    master = pool.machines[0] if pool else ""
    return entity(
        (f"{_DISPLAY}.CentralManagementStoreStatusResult",),
        {
            "LastUpdatedOn": now,
            "ActiveMasterFqdn": master,
            "ActiveMasterLastHeartbeat": now,
            "ActiveFileTransferAgents": ArrayList([master]),
            "ActiveReplicas": ArrayList(parsed.replicas),
            "DeletedReplicas": ArrayList(),
        },
    )


@cmdlet("Invoke-CsManagementStoreReplication", ("ReplicaFqdn",),
        net_class=class_of("Invoke-CsManagementStoreReplication"), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def invoke_replication(call: Call) -> None:
    found = store(call, write=True)
    parsed = topology(call, found.configuration)
    wanted = call.text("ReplicaFqdn").lower()
    if wanted and wanted not in parsed.replicas:
        raise failed(f'Cannot find the replica "{wanted}".', "ObjectNotFound", id="MissingItem")
    if call.should_process(wanted or "all replicas", "Invoke-CsManagementStoreReplication"):
        replication.send(call.world, found, replication.ON_REQUEST, wanted)


@cmdlet("Get-CsConfigurationStoreLocation", (), net_class=class_of("Get-CsConfigurationStoreLocation"),
        module=MODULE)  # fmt: skip
@reported
def get_location(call: Call) -> None:
    location = preparation.store_location(directory(call))
    if location:
        values = {"BackEndServer": location, "MirrorServer": None}
        call.write(entity((f"{_DISPLAY}.ConfigurationStoreLocation",), values, location))


@cmdlet("Get-CsServerVersion", net_class=class_of("Get-CsServerVersion", "Deployment"), module=MODULE)
@reported
def get_version(call: Call) -> None:
    server = call.host.parts.find(LyncServer)
    version = server.version if server else ""
    call.write(f"Microsoft Lync Server 2013 ({version}): Volume license key installed.")


@cmdlet("Get-CsSimpleUrlConfiguration", ("Identity", "Filter", "LocalStore"),
        net_class=class_of("Get-CsSimpleUrlConfiguration", "WritableConfig.Cmdlets"), module=MODULE)  # fmt: skip
@reported
def get_simple_urls(call: Call) -> None:
    if call.has("Filter") and call.text("Filter").lower() not in ("*", "global"):
        return
    if call.has("Identity") and call.text("Identity").lower() != "global":
        raise NotBuilt("Get-CsSimpleUrlConfiguration -Identity other than Global")
    found = configuration(call)
    rows = [
        entity(
            ("Microsoft.Rtc.Management.WritableConfig.Settings.SimpleUrl.SimpleUrl",),
            {
                "SimpleUrlEntry": ArrayList([PSObject({"Url": text}) for text in one.entries]),
                "Component": one.component,
                "Domain": one.domain,
                "ActiveUrl": one.active_url,
            },
            f"Component={one.component};Domain={one.domain};ActiveUrl={one.active_url}",
        )
        for one in found.simple_urls
    ]
    call.write(
        entity(
            ("Microsoft.Rtc.Management.WritableConfig.Settings.SimpleUrl.SimpleUrlConfiguration",),
            {"Identity": "Global", "SimpleUrl": ArrayList(rows), "UseBackendDatabase": False},
            "Global",
        )
    )
