"""The topology document of Lync Server 2013: what the XML says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

NAMESPACE = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
ROLES = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008"

# RoleName of the document -> role in the identities that cmdlets show.
CMDLET_ROLES = {
    "UserServices": "UserServer",
    "Registrar": "Registrar",
    "UserStore": "UserDatabase",
    "FileStore": "FileStore",
    "WebServices": "WebServer",
    "ConfServices": "ConferencingServer",
    "ApplicationServer": "ApplicationServer",
    "ApplicationStore": "ApplicationDatabase",
    "CentralMgmt": "CentralManagement",
    "CentralMgmtStore": "CentralManagementDatabase",
    "MediationServer": "MediationServer",
    "EdgeServer": "EdgeServer",
    "ManagementServices": "ManagementServer",
    "ArchivingStore": "ArchivingDatabase",
    "MonitoringStore": "MonitoringDatabase",
    "WacService": "WacServer",
}
STORES = frozenset({"UserStore", "ApplicationStore", "CentralMgmtStore", "ArchivingStore", "MonitoringStore"})


class TopologyError(Exception):
    """The document is not a topology, or contradicts itself."""


@dataclass(frozen=True)
class Site:
    id: int
    name: str


@dataclass(frozen=True)
class Cluster:
    site: int
    number: int
    fqdn: str
    machines: tuple[str, ...]
    replicates: bool
    needs_setup: bool


@dataclass(frozen=True)
class Port:
    owner: str
    usage: str
    side: str
    port: int
    protocol: str
    configured: int | None


@dataclass(frozen=True)
class Service:
    site: int
    role: str  # as the document names it
    instance: int
    version: int
    cluster: tuple[int, int]
    depends_on: tuple[str, ...]  # ids such as 1-WebServices-1
    ports: tuple[Port, ...]
    settings: tuple[tuple[str, str], ...]  # attributes of the role's payload

    @property
    def id(self) -> str:
        return f"{self.site}-{self.role}-{self.instance}"

    @property
    def cmdlet_role(self) -> str:
        return CMDLET_ROLES[self.role]

    def setting(self, name: str) -> str:
        return next((value for key, value in self.settings if key == name), "")


@dataclass(frozen=True)
class Topology:
    signature: str
    default_domain: str
    domains: tuple[str, ...]
    sites: tuple[Site, ...]
    clusters: tuple[Cluster, ...]
    services: tuple[Service, ...]

    def cluster_of(self, service: Service) -> Cluster:
        return next(one for one in self.clusters if (one.site, one.number) == service.cluster)

    def pool(self, fqdn: str) -> Cluster | None:
        return next((one for one in self.clusters if one.fqdn.lower() == fqdn.lower()), None)

    def cluster_with(self, machine: str) -> Cluster | None:
        wanted = machine.lower()
        return next((one for one in self.clusters if wanted in (name.lower() for name in one.machines)), None)

    def services_of(self, fqdn: str) -> list[Service]:
        return [one for one in self.services if self.cluster_of(one).fqdn.lower() == fqdn.lower()]

    def service(self, role: str, fqdn: str) -> Service | None:
        """By the role of the cmdlets and the FQDN of the pool."""
        return next((one for one in self.services_of(fqdn) if one.cmdlet_role.lower() == role.lower()), None)

    def identity(self, service: Service) -> str:
        return f"{service.cmdlet_role}:{self.cluster_of(service).fqdn}"

    def site(self, id: int) -> Site:
        return next(one for one in self.sites if one.id == id)

    def by_id(self, id: str) -> Service | None:
        return next((one for one in self.services if one.id == id), None)

    @property
    def replicas(self) -> list[str]:
        return [machine.lower() for one in self.clusters if one.replicates for machine in one.machines]

    @property
    def management_pool(self) -> str:
        """The pool that runs the active central management service."""
        found = next((one for one in self.services if one.role == "CentralMgmt"), None)
        return self.cluster_of(found).fqdn.lower() if found else ""


@lru_cache(maxsize=16)
def parse(text: str) -> Topology:
    """Reads a document and checks that its references hold."""
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff").encode("utf-16" if "utf-16" in text[:60] else "utf-8"))
    except ElementTree.ParseError as error:
        raise TopologyError(f"The document is not well formed: {error}") from None
    if root.tag != _name("Topology"):
        raise TopologyError("The document is not a topology document.")
    domains = _need(root, "InternalDomains")
    topology = Topology(
        root.get("Signature", ""),
        domains.get("DefaultDomain", ""),
        tuple(one.get("Name", "") for one in domains.iterfind(_name("InternalDomain"))),
        tuple(
            Site(int(one.get("SiteId", "0")), (one.findtext(_name("Name")) or "").strip())
            for one in _need(root, "Sites").iterfind(_name("CentralSite"))
        ),
        tuple(_cluster(one) for one in _need(root, "Clusters").iterfind(_name("Cluster"))),
        tuple(_service(one) for one in _need(root, "Services").iterfind(_name("Service"))),
    )
    _check(topology)
    return topology


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _need(parent: ElementTree.Element, tag: str) -> ElementTree.Element:
    found = parent.find(_name(tag))
    if found is None:
        raise TopologyError(f"The element {tag} is missing.")
    return found


def _cluster_key(parent: ElementTree.Element) -> tuple[int, int]:
    found = _need(parent, "ClusterId")
    return int(found.get("SiteId", "0")), int(found.get("Number", "0"))


def _cluster(element: ElementTree.Element) -> Cluster:
    machines = tuple(one.get("Fqdn", "") for one in element.iterfind(_name("Machine")))
    if not machines:
        raise TopologyError(f"The cluster {element.get('Fqdn')} has no machine.")
    site, number = _cluster_key(element)
    return Cluster(
        site, number, element.get("Fqdn", ""), machines,
        element.get("RequiresReplication") == "true", element.get("RequiresSetup") == "true",
    )  # fmt: skip


def _service_id(element: ElementTree.Element) -> tuple[int, str, int]:
    found = _need(element, "ServiceId")
    return int(found.get("SiteId", "0")), found.get("RoleName", ""), int(found.get("Instance", "0"))


def _service(element: ElementTree.Element) -> Service:
    site, role, instance = _service_id(element)
    if role not in CMDLET_ROLES:
        raise TopologyError(f"The role {role} is not known.")
    installed = _need(element, "InstalledOn")
    sql = installed.find(_name("SqlInstanceId"))
    depends = element.find(_name("DependsOn"))
    needs = tuple(
        "{}-{}-{}".format(*_service_id(one))
        for one in (() if depends is None else depends.iterfind(_name("Dependency")))
    )
    ports = tuple(_port(one) for one in element.iter(f"{{{ROLES}}}Port"))
    return Service(
        site, role, instance, int(element.get("ServiceVersion", "0")),
        _cluster_key(installed if sql is None else sql), needs, ports, tuple(_settings(element)),
    )  # fmt: skip


def _port(element: ElementTree.Element) -> Port:
    configured = element.get("ConfiguredPort")
    return Port(
        element.get("Owner", ""), element.get("Usage", ""), element.get("InterfaceSide", ""),
        int(element.get("Port", "0")), element.get("Protocol", ""), int(configured) if configured else None,
    )  # fmt: skip


def _settings(element: ElementTree.Element) -> list[tuple[str, str]]:
    """Attributes of the payload; the host of the external web settings is ``ExternalHost``."""
    found: list[tuple[str, str]] = []
    for payload in element:
        if not payload.tag.startswith(f"{{{ROLES}}}") or payload.tag.endswith("}Ports"):
            continue
        found.extend(payload.attrib.items())
        for side in ("External", "Internal"):
            inner = payload.find(f"{{{ROLES}}}{side}Settings")
            if inner is not None and inner.get("Host"):
                found.append((f"{side}Host", inner.get("Host", "")))
    return found


def _check(topology: Topology) -> None:
    clusters = [(one.site, one.number) for one in topology.clusters]
    ids = [one.id for one in topology.services]
    sites = {one.id for one in topology.sites}
    if len(set(clusters)) != len(clusters) or len(set(ids)) != len(ids):
        raise TopologyError("A ClusterId or ServiceId is used twice.")
    for cluster in topology.clusters:
        if cluster.site not in sites:
            raise TopologyError(f"The site {cluster.site} of {cluster.fqdn} does not exist.")
    for service in topology.services:
        if service.cluster not in clusters:
            raise TopologyError(f"{service.id} is installed on a cluster that does not exist.")
        missing = [need for need in service.depends_on if need not in ids]
        if missing:
            raise TopologyError(f"{service.id} depends on {missing[0]}, which does not exist.")
    external = [one.setting("ExternalHost").lower() for one in topology.services if one.setting("ExternalHost")]
    if len(set(external)) != len(external):
        raise TopologyError("The external web services FQDN of each pool must be unique.")
