"""Autodiscover and UCWA of a Lync site: the way from a discovery name to the user's applications."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from winsim.interpreter.command import NotBuilt
from winsim.web import lync_tickets
from winsim.web.lync_site import Site, site_of
from winsim.web.messages import Request, Response, not_found
from winsim.world.directory import Directory
from winsim.world.lync import ManagementStore, users

if TYPE_CHECKING:
    from winsim.world.lab import World

ROOT = "/Autodiscover/AutodiscoverService.svc/root"
USER = ROOT + "/oauth/user"
APPLICATIONS = "/ucwa/oauth/v1/applications"
DISCOVERY = ("lyncdiscover.", "lyncdiscoverinternal.")


def answer(world: World, site: Site, asked: Request) -> Response:
    path = asked.path.lower().rstrip("/")
    if path == ROOT.lower():
        return root(site, asked)
    if path == USER.lower():
        return _user(world, site, asked)
    if path == APPLICATIONS:
        if not lync_tickets.holder(world, site, asked):
            return lync_tickets.challenge(site)
        raise NotBuilt("UCWA applications")
    return not_found()


def root(site: Site, asked: Request) -> Response:
    """The start of discovery, which also answers at the address of the discovery name itself."""
    if "xml" in asked.header("accept"):
        raise NotBuilt("Autodiscover answers in XML")
    domain = asked.host_name.partition(".")[2]
    query = f"?{urlencode({'originalDomain': domain})}" if asked.host_name.startswith(DISCOVERY) else ""
    links = {
        "self": site.url(ROOT) + query,
        "user": site.url(USER) + query,
        "xframe": site.url("/Autodiscover/XFrame/XFrame.html"),
    }
    return _links(site, links)


def _user(world: World, site: Site, asked: Request) -> Response:
    """Where the user's pool is: this one, with its applications, or another, to ask again there."""
    sid = lync_tickets.holder(world, site, asked)
    if not sid:
        return lync_tickets.challenge(site)
    directory = world.parts.find(Directory)
    account = next((one for one in directory.objects.values() if one.sid == sid), None) if directory else None
    home = users.pool_of(account) if account else ""
    if not home:
        return not_found()
    if home.lower() == site.pool.lower():
        return _links(site, {"self": site.url(USER), "applications": site.url(APPLICATIONS)})
    return _links(site, {"redirect": f"https://{_site_name(world, home, site.side)}{ROOT}"})


def _site_name(world: World, pool: str, side: str) -> str:
    store = world.parts.find(ManagementStore)
    topology = store.configuration.read_topology() if store else None
    cluster = topology.pool(pool) if topology else None
    host = world.find_host(cluster.machines[0]) if cluster else None
    other = site_of(host, side) if host else None
    return other.name if other else pool


def _links(site: Site, links: dict[str, str]) -> Response:
    body = json.dumps({"_links": {name: {"href": address} for name, address in links.items()}})
    headers = site.headers | {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
    return Response(200, body.encode(), headers)
