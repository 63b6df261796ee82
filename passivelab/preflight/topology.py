"""The topology document that the user supplies, against the inventory: before anything is published."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from passivelab.errors import Place
from passivelab.lab.model import Pool
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

SOURCE = "Publish-CsTopology; topology of Lync Server 2013, planning of web services"
TOPOLOGY = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"
EXTERNAL_PORTS = frozenset({8080, 4443})
PUBLISHED_PORTS = frozenset({80, 443})
DISCOVERY = "/hosting/discovery"
MAKE_ANEW = "change it in Topology Builder and export it again: Get-CsTopology -AsXml"


@dataclass(frozen=True)
class WebService:
    """What the document says about the web services of a pool."""

    external: str
    ports: frozenset[int]  # of the external site
    published: frozenset[int]  # what clients are told instead of them


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
    known, services, machines = clusters(root), web_services(root), machines_of(root)
    domains = {item.get("Name", "").lower() for item in root.iter(f"{TOPOLOGY}InternalDomain")}
    if subject.lab.sip_domain not in domains:
        reason = f"the SIP domain {subject.lab.sip_domain} is not in {file.name}"
        yield Finding("topology-domain", place, reason, SOURCE, MAKE_ANEW)
    for pool in subject.lab.pools:
        yield from check_pool(pool, known, services, place)
        for server in pool.servers:
            if server.fqdn.lower() not in machines.get(pool.fqdn.lower(), {server.fqdn.lower()}):
                reason = f"the pool {pool.fqdn} has no machine {server.fqdn} there"
                yield Finding("topology-machine", place, reason, SOURCE, MAKE_ANEW)
    yield from check_office(subject, root, known.values(), place)
    yield from check_simple_urls(subject, root, place)


def check_office(
    subject: Subject, root: ElementTree.Element, known: Collection[str], place: Place
) -> Iterator[Finding]:
    office = next(iter(subject.hosts_of("office_web_apps")), None)
    if office is None:
        return
    if office.fqdn.lower() not in known:
        reason = f"the Office Web Apps server {office.fqdn} is not in {place.file.name}"
        yield Finding("topology-office", place, reason, SOURCE, MAKE_ANEW, "warning")
        return
    wanted = f"https://{office.fqdn}{DISCOVERY}".lower()
    found = [item.get("DiscoveryUrl", "") for item in root.iter() if local(item) == "WacService"]
    if not any(url.lower().rstrip("/") == wanted for url in found):
        reason = f"conferences look for Office Web Apps at {', '.join(found) or 'no address'}, not at {wanted}/"
        yield Finding("topology-office", place, reason, SOURCE, MAKE_ANEW)


def check_simple_urls(subject: Subject, root: ElementTree.Element, place: Place) -> Iterator[Finding]:
    """Most documents have none: publishing does not set them, a step does. Where they are, they must agree."""
    names = {"meet": subject.lab.names.meet, "dialin": subject.lab.names.dialin}
    for item in root.iter():
        name = names.get(item.get("Component", "").lower())
        if local(item) == "SimpleUrl" and name and (urlsplit(item.get("ActiveUrl", "")).hostname or "") != name:
            reason = f"the simple URL {item.get('ActiveUrl')} ({item.get('Component')}) is not {name} of the inventory"
            yield Finding("topology-simple-url", place, reason, SOURCE, MAKE_ANEW)


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
    if service.published - PUBLISHED_PORTS:
        ports = ", ".join(map(str, sorted(service.published)))
        reason = f"the external web site of {pool.fqdn} is published as {ports}; the proxy listens on 80 and 443"
        yield Finding("topology-published", place, reason, SOURCE, MAKE_ANEW, "warning")


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
        rows = [
            item
            for item in service.iter()
            if local(item) == "Port" and (item.get("Usage"), item.get("InterfaceSide")) == ("WebSite", "External")
        ]
        ports = frozenset(int(item.get("Port", "0")) for item in rows)
        published = frozenset(int(item.get("ConfiguredPort", item.get("Port", "0"))) for item in rows)
        found[number_of(installed)] = WebService(external.lower(), ports, published)
    return found


def machines_of(root: ElementTree.Element) -> dict[str, set[str]]:
    """Names of the machines of each cluster."""
    return {
        cluster.get("Fqdn", "").lower(): {one.get("Fqdn", "").lower() for one in cluster.iter(f"{TOPOLOGY}Machine")}
        for cluster in root.iter(f"{TOPOLOGY}Cluster")
    }


def local(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]
