"""The web sites of a Lync server: the internal and the external one answer under their own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.web.messages import Request, Response, not_found
from winsim.world.adfs.metadata import application_metadata
from winsim.world.lync import LyncServer

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

METADATA = "/passiveauth/federationmetadata/2007-06/federationmetadata.xml"
HEADERS = {"Server": "Microsoft-IIS/8.5", "X-AspNet-Version": "4.0.30319"}


def internal(world: World, host: Host, asked: Request) -> Response:
    return _answer(world, host, asked, "internal")


def external(world: World, host: Host, asked: Request) -> Response:
    return _answer(world, host, asked, "external")


def _answer(world: World, host: Host, asked: Request, side: str) -> Response:
    del world
    name = site_name(host, side)
    if not name:
        return Response(503, b"Service Unavailable", HEADERS)
    if asked.path.lower() == METADATA:
        # The document names the site itself, whatever name it was asked by.
        certificate = _certificate(host, side)
        body = application_metadata(entity_id(name), f"https://{name}/passiveauth/passiveauth.aspx", certificate)
        return Response(200, body, HEADERS | {"Content-Type": "text/xml", "X-MS-Server-Fqdn": host.fqdn.lower()})
    return not_found()


def entity_id(name: str) -> str:
    """The identifier (and wtrealm) of a site's passive application."""
    return f"https://{name.lower()}/"


def site_name(host: Host, side: str) -> str:
    """The FQDN that the topology in the local store gives to a site; empty before the store is there."""
    server = host.parts.find(LyncServer)
    topology = server.local.read_topology() if server and server.local else None
    cluster = topology.cluster_with(host.fqdn) if topology else None
    service = topology.service("WebServer", cluster.fqdn) if topology and cluster else None
    if service is None or cluster is None:
        return ""
    if side == "external":
        return service.setting("ExternalHost")
    return service.setting("InternalHost") or cluster.fqdn


def _certificate(host: Host, side: str) -> bytes | None:
    server = host.parts.find(LyncServer)
    use = "WebServicesExternal" if side == "external" else "WebServicesInternal"
    thumbprint = server.certificates.get(use, "") if server else ""
    entry = host.certificates.find(thumbprint) if thumbprint else None
    return entry.der if entry else None
