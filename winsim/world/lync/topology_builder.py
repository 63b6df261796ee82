"""Writes a topology document for Standard Edition pools, Directors, Edge servers and Office Web Apps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

from .topology import NAMESPACE, ROLES

WEB = "urn:schema:Microsoft.Rtc.Management.Deploy.WebServices.2011"
BASE = "urn:schema:Microsoft.Rtc.Management.BaseTypes.2008"
_TYPE = "Microsoft.Rtc.Management.Deploy.Internal.ServiceRoles."

Kind = Literal["standard_edition", "director", "edge"]

_COMPONENTS = (
    "ABHandler ABFiles AutodiscoverService CAHandler CAHandlerAnon CollabContent Cscp DataCollabWeb "
    "DeviceUpdateDownload DeviceUpdateStore Dialin DLExpansion LIService Lwa McxService Meet OnlineAuth PowerShell "
    "Reach RgsAgentService StoreWeb UcwaService WebScheduler WebTicket PersistentChatWeb PersistentChatWebManager"
)

# owner, usage, side, port, protocol
_PORTS: dict[str, tuple[tuple[str, str, str, int, str], ...]] = {
    "WebServices": (
        ("OCSWebSite", "WebSite", "Primary", 80, "Http"),
        ("OCSWebSite", "WebSite", "Primary", 443, "Https"),
        ("OCSWebSite", "WebSite", "External", 8080, "Http"),
        ("OCSWebSite", "WebSite", "External", 4443, "Https"),
        ("Reach", "PsomServer", "Primary", 8060, "Mtls"),
        ("Reach", "PsomServer", "External", 8061, "Mtls"),
    ),
    "Registrar": (
        ("Registrar", "SipServer", "Primary", 5061, "Mtls"),
        ("Registrar", "WebServer", "Primary", 444, "Mtls"),
    ),
    "UserServices": (("McuFactory", "WebServer", "Primary", 444, "Mtls"),),
    "ConfServices": (
        ("IMConf", "SipServer", "Primary", 5062, "Mtls"),
        ("AVConf", "SipServer", "Primary", 5063, "Mtls"),
        ("AppSharingConf", "SipServer", "Primary", 5065, "Mtls"),
        ("DataConf", "PsomClient", "Primary", 8057, "Tls"),
    ),
    "ApplicationServer": (
        ("Cps", "SipServer", "Primary", 5075, "Mtls"),
        ("RGS", "SipServer", "Primary", 5071, "Mtls"),
    ),
    "EdgeServer": (
        ("AccessEdge", "SipServer", "Internal", 5061, "Mtls"),
        ("AccessEdge", "SipServer", "External", 5061, "Mtls"),
    ),
    "ManagementServices": (("ReplicationService", "Replication", "Internal", 4443, "Https"),),
}


@dataclass(frozen=True)
class Pool:
    fqdn: str
    kind: Kind
    external_web_fqdn: str = ""
    has_management_store: bool = False


@dataclass(frozen=True)
class WebApps:
    fqdn: str
    discovery_url: str
    is_external: bool = False


def build(
    site: str, default_domain: str, domains: Sequence[str], pools: Sequence[Pool], web_apps: Sequence[WebApps],
    signature: str,
) -> str:  # fmt: skip
    """One central site; every Standard Edition pool has its own stores and file share."""
    clusters, instances, services = [], [], []
    wac_ids = [f"1-WacService-{index}" for index, _ in enumerate(web_apps, 1)]
    counters: dict[str, int] = {}
    front_ends: list[str] = []
    for number, pool in enumerate(pools, 1):
        clusters.append(_cluster(pool.fqdn, number, setup=True))
        if pool.kind == "standard_edition":
            instances.append(f'<SqlInstance><SqlInstanceId Name="rtc"><ClusterId SiteId="1" Number="{number}"/>'
                             "</SqlInstanceId></SqlInstance>")  # fmt: skip
        writer = _Writer(number, counters, wac_ids)
        services.extend(_POOLS[pool.kind](writer, pool, front_ends))
    for index, server in enumerate(web_apps):
        number = len(pools) + index + 1
        clusters.append(_cluster(server.fqdn, number, setup=False))
        writer = _Writer(number, counters, wac_ids)
        payload = (
            f'<WacService xmlns="{ROLES}" DiscoveryUrl={quoteattr(server.discovery_url)} '
            f'IsExternal="{str(server.is_external).lower()}"/>'
        )
        services.append(writer.service("WacService", (), payload))
    names = "".join(
        f'<InternalDomain Name={quoteattr(name)} Authoritative="false" AllowSubDomains="false"/>' for name in domains
    )
    return (
        f'<Topology xmlns="{NAMESPACE}" Signature="{signature}">'
        f'<InternalDomains AllowAllDomains="false" DefaultDomain={quoteattr(default_domain)}>{names}</InternalDomains>'
        f'<Sites><CentralSite SiteId="1"><Name>{site}</Name><Location/></CentralSite></Sites>'
        f"<Clusters>{''.join(clusters)}</Clusters><SqlInstances>{''.join(instances)}</SqlInstances>"
        f"<Services>{''.join(services)}</Services></Topology>"
    )


def _cluster(fqdn: str, number: int, *, setup: bool) -> str:
    flag = str(setup).lower()
    name = quoteattr(fqdn)
    interfaces = "".join(
        f'<NetInterface InterfaceSide="{side}" InterfaceNumber="1" IPAddress="0.0.0.0"/>'
        for side in ("Primary", "External")
    )
    domain = f" FaultDomain={name} UpgradeDomain={name}" if setup else ""
    return (
        f'<Cluster Fqdn={name} RequiresReplication="{flag}" RequiresSetup="{flag}"><ClusterId SiteId="1" '
        f'Number="{number}"/><Machine OrdinalInCluster="1" Fqdn={name}{domain}>{interfaces if setup else ""}'
        "</Machine></Cluster>"
    )


class _Writer:
    """Services of one cluster; instances are numbered over the whole document."""

    def __init__(self, number: int, counters: dict[str, int], web_apps: Sequence[str]) -> None:
        self.number = number
        self.counters = counters
        self.web_apps = list(web_apps)

    def next_id(self, role: str) -> str:
        return f"1-{role}-{self.counters.get(role, 0) + 1}"

    def service(
        self, role: str, depends: Sequence[str], payload: str = "", *, sql: bool = False, kind: str = ""
    ) -> str:
        self.counters[role] = instance = self.counters.get(role, 0) + 1
        version = "2" if role in ("UserServices", "Registrar", "EdgeServer") else "1"
        key = f'<ClusterId SiteId="1" Number="{self.number}"/>'
        place = f'<SqlInstanceId Name="rtc">{key}</SqlInstanceId>' if sql else key
        needs = "".join(f'<Dependency Usage="Default">{_reference(one)}</Dependency>' for one in depends)
        name = kind or (f"{_TYPE}{role}" if payload else "")
        type_attribute = f' Type="{name}"' if name else ""
        return (
            f'<Service RoleVersion="{version}" ServiceVersion="6"{type_attribute}>'
            f'<ServiceId SiteId="1" RoleName="{role}" Instance="{instance}"/><DependsOn>{needs}</DependsOn>'
            f"<InstalledOn>{place}</InstalledOn>{_ports(role)}{payload}</Service>"
        )


def _reference(id: str) -> str:
    site, role, instance = id.split("-")
    return f'<ServiceId SiteId="{site}" RoleName="{role}" Instance="{instance}"/>'


def _ports(role: str) -> str:
    rows = []
    for owner, usage, side, port, protocol in _PORTS.get(role, ()):
        published = ""
        if role == "WebServices" and usage == "WebSite" and side == "External":
            published = f' ConfiguredPort="{80 if protocol == "Http" else 443}"'
        rows.append(
            f'<Port Owner="urn:component:{owner}" Usage="{usage}" InterfaceSide="{side}" InterfaceNumber="1" '
            f'Port="{port}" Protocol="{protocol}" UrlPath="/" AuthorizesRequests="false"{published}/>'
        )
    return f'<Ports xmlns="{ROLES}">{"".join(rows)}</Ports>'


def _web(pool: Pool) -> str:
    components = "".join(f'<Component ComponentName="{name}"/>' for name in _COMPONENTS.split())
    return (
        f'<WebService xmlns="{ROLES}"><ExternalSettings Host={quoteattr(pool.external_web_fqdn)}><OverrideUrls/>'
        f'</ExternalSettings><WebComponents xmlns="{WEB}">{components}</WebComponents><UpaSeparator xmlns="{BASE}"/>'
        "</WebService>"
    )


def _front_end(writer: _Writer, pool: Pool, front_ends: list[str]) -> list[str]:
    ids = {role: writer.next_id(role) for role in ("UserStore", "FileStore", "WebServices", "UserServices",
                                                    "ConfServices", "Registrar", "ApplicationStore",
                                                    "CentralMgmtStore")}  # fmt: skip
    front_ends.append(ids["Registrar"])
    rows = [
        writer.service("UserServices", [ids["UserStore"], ids["FileStore"], ids["ConfServices"]]),
        writer.service("Registrar", [ids["UserServices"], ids["WebServices"]],
                       f'<RegistrarService xmlns="{ROLES}" IsDirector="false"/>', kind=f"{_TYPE}RegistrarService"),
        writer.service("UserStore", (), sql=True),
        writer.service("FileStore", (), f'<FileStoreService xmlns="{ROLES}" ShareName="LyncShare"/>',
                       kind=f"{_TYPE}FileStoreService"),
        writer.service("WebServices", [ids["FileStore"], ids["UserServices"]], _web(pool), kind=f"{_TYPE}WebService"),
        writer.service("ConfServices", [ids["FileStore"], ids["WebServices"], ids["UserServices"], *writer.web_apps]),
        writer.service("ApplicationServer", [ids["Registrar"], ids["FileStore"], ids["ApplicationStore"]]),
        writer.service("ApplicationStore", (), sql=True),
    ]  # fmt: skip
    if pool.has_management_store:
        rows += [
            writer.service("CentralMgmt", [ids["CentralMgmtStore"], ids["FileStore"]],
                           f'<CentralMgmtService xmlns="{ROLES}" IsActive="true"/>',
                           kind=f"{_TYPE}CentralMgmtService"),
            writer.service("CentralMgmtStore", (), sql=True),
        ]  # fmt: skip
    return rows


def _director(writer: _Writer, pool: Pool, front_ends: list[str]) -> list[str]:
    """It homes nobody; its web services keep their files on the share of the first pool that has one."""
    web, share = writer.next_id("WebServices"), writer.next_id("FileStore")
    own: list[str] = []
    if front_ends:
        share = "1-FileStore-1"
    else:
        own = [writer.service("FileStore", (), f'<FileStoreService xmlns="{ROLES}" ShareName="LyncShare"/>',
                              kind=f"{_TYPE}FileStoreService")]  # fmt: skip
    return [
        *own,
        writer.service("Registrar", [web], f'<RegistrarService xmlns="{ROLES}" IsDirector="true"/>',
                       kind=f"{_TYPE}RegistrarService"),
        writer.service("WebServices", [share], _web(pool), kind=f"{_TYPE}WebService"),
    ]  # fmt: skip


def _edge(writer: _Writer, pool: Pool, front_ends: list[str]) -> list[str]:
    del pool
    return [writer.service("EdgeServer", front_ends[:1]), writer.service("ManagementServices", ())]


_POOLS = {"standard_edition": _front_end, "director": _director, "edge": _edge}
