"""The web sites of a Lync server: the internal and the external one answer under their own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.web import lync_discovery, lync_passive, lync_tickets
from winsim.web.lync_site import HEADERS, Site, site_of
from winsim.web.messages import Request, Response, not_found, page
from winsim.world.adfs.metadata import application_metadata
from winsim.world.lync import LyncServer, updates

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

METADATA = "/passiveauth/federationmetadata/2007-06/federationmetadata.xml"


def internal(world: World, host: Host, asked: Request) -> Response:
    return _answer(world, host, asked, "internal")


def external(world: World, host: Host, asked: Request) -> Response:
    return _answer(world, host, asked, "external")


def _answer(world: World, host: Host, asked: Request, side: str) -> Response:
    site = site_of(host, side)
    if site is None:
        return Response(503, b"Service Unavailable", HEADERS)
    path = asked.path.lower()
    if path.startswith("/passiveauth") and not updates.offers_passive(updates.version_of(host, "WebComponents")):
        return not_found()
    match path.split("/")[1]:
        case "passiveauth" if path == METADATA:
            return _metadata(site)
        case "passiveauth" if path == lync_passive.PAGE:
            return lync_passive.answer(world, site, asked)
        case "webticket":
            return lync_tickets.answer(world, site, asked)
        case "autodiscover" | "ucwa":
            return lync_discovery.answer(world, site, asked)
        case "" if asked.host_name.startswith(lync_discovery.DISCOVERY):
            return lync_discovery.root(site, asked)
        case "":
            return page(403, "403 - Forbidden: Access is denied.", "", 14)
    return not_found()


def _metadata(site: Site) -> Response:
    """The document names the site itself, whatever name it was asked by."""
    server = site.host.parts.find(LyncServer)
    use = "WebServicesExternal" if site.side == "external" else "WebServicesInternal"
    thumbprint = server.certificates.get(use, "") if server else ""
    entry = site.host.certificates.find(thumbprint) if thumbprint else None
    body = application_metadata(site.realm, site.url(lync_passive.PAGE), entry.der if entry else None)
    return Response(200, body, site.headers | {"Content-Type": "text/xml"})
