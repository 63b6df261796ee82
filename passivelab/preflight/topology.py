"""The topology document that the user supplies, against the inventory: before anything is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from passivelab.errors import Place
from passivelab.lab.model import Pool
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

SOURCE = "Publish-CsTopology; topology of Lync Server 2013, planning of web services"
TOPOLOGY = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"
EXTERNAL_PORTS = frozenset({8080, 4443})
MAKE_ANEW = "change it in Topology Builder and export it again: Get-CsTopology -AsXml"


@dataclass(frozen=True)
class WebService:
    """What the document says about the web services of a pool."""

    external: str
    ports: frozenset[int]  # of the external site


def document_fits_the_inventory(subject: Subject) -> Iterator[Finding]:
    hosts = subject.hosts_of("lync_server")
    if not hosts:
        return
    name, place = subject.variable(hosts[0].name, "lync_server", "topology")
    file = subject.lab.folder / str(name)
    if not file.is_file():
        return  # the blueprint has said so
    place = Place(file)
    root = read(file)
    if root is None or root.tag != f"{TOPOLOGY}Topology":
        reason = f"{file.name} is not a topology document: it has no element Topology of Lync Server 2013"
        fix = "Get-CsTopology -AsXml writes one; a .tbxml of Topology Builder is not taken"
        yield Finding("topology-form", place, reason, SOURCE, fix)
        return
    known, services = clusters(root), web_services(root)
    domains = {item.get("Name", "").lower() for item in root.iter(f"{TOPOLOGY}InternalDomain")}
    if subject.lab.sip_domain not in domains:
        reason = f"the SIP domain {subject.lab.sip_domain} is not in {file.name}"
        yield Finding("topology-domain", place, reason, SOURCE, MAKE_ANEW)
    for pool in subject.lab.pools:
        yield from check_pool(pool, known, services, place)
    office = next((host for host in subject.lab.hosts if "office_web_apps" in host.roles), None)
    if office is not None and office.fqdn.lower() not in known.values():
        reason = f"the Office Web Apps server {office.fqdn} is not in {file.name}"
        yield Finding("topology-office", place, reason, SOURCE, MAKE_ANEW, "warning")


def check_pool(pool: Pool, known: dict[str, str], services: dict[str, WebService], place: Place) -> Iterator[Finding]:
    number = next((number for number, fqdn in known.items() if fqdn == pool.fqdn.lower()), None)
    if number is None:
        reason = f"the pool {pool.fqdn} is not in the topology document"
        yield Finding("topology-pool", place, reason, SOURCE, MAKE_ANEW)
        return
    service = services.get(number)
    if service is None or pool.kind == "edge":
        return
    if service.external != pool.external_web_fqdn.lower():
        found = service.external or "none"
        reason = f"the external web FQDN of {pool.fqdn} is {found} there, and {pool.external_web_fqdn} in the inventory"
        yield Finding("topology-web-name", place, reason, SOURCE, MAKE_ANEW)
    if service.ports != EXTERNAL_PORTS:
        ports = ", ".join(map(str, sorted(service.ports)))
        reason = f"the external web site of {pool.fqdn} listens on {ports}; the reverse proxy sends to 8080 and 4443"
        yield Finding("topology-ports", place, reason, SOURCE, MAKE_ANEW)


def read(file: Path) -> ElementTree.Element | None:
    try:
        return ElementTree.parse(file).getroot()
    except ElementTree.ParseError:
        return None


def clusters(root: ElementTree.Element) -> dict[str, str]:
    """Names of clusters by site and number."""
    found = {}
    for cluster in root.iter(f"{TOPOLOGY}Cluster"):
        key = cluster.find(f"{TOPOLOGY}ClusterId")
        if key is not None:
            found[number_of(key)] = cluster.get("Fqdn", "").lower()
    return found


def number_of(key: ElementTree.Element) -> str:
    return f"{key.get('SiteId')}/{key.get('Number')}"


def web_services(root: ElementTree.Element) -> dict[str, WebService]:
    """The web services of each cluster, by its site and number."""
    found = {}
    for service in root.iter(f"{TOPOLOGY}Service"):
        identity = service.find(f"{TOPOLOGY}ServiceId")
        installed = service.find(f"{TOPOLOGY}InstalledOn/{TOPOLOGY}ClusterId")
        if identity is None or installed is None or identity.get("RoleName") != "WebServices":
            continue
        external = next((item.get("Host", "") for item in service.iter() if local(item) == "ExternalSettings"), "")
        ports = frozenset(
            int(item.get("Port", "0"))
            for item in service.iter()
            if local(item) == "Port" and (item.get("Usage"), item.get("InterfaceSide")) == ("WebSite", "External")
        )
        found[number_of(installed)] = WebService(external.lower(), ports)
    return found


def local(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]
