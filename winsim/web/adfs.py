"""What an AD FS 3.0 server answers over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.web import adfs_passive
from winsim.web.messages import Request, Response, not_found
from winsim.world.adfs import AdfsServer, FarmConfiguration, synchronisation
from winsim.world.adfs.metadata import federation_metadata

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

METADATA = "/federationmetadata/2007-06/federationmetadata.xml"
SERVER = {"Server": "Microsoft-HTTPAPI/2.0"}


def answer(world: World, host: Host, asked: Request) -> Response:
    """Federation metadata, the passive protocol under /adfs/ls, and its test page."""
    synchronisation.catch_up(world, host)
    server = host.parts.find(AdfsServer)
    if server is None:
        return Response(503, b"<h2>Service Unavailable</h2>", SERVER)
    path = asked.path.lower()
    farm = server.configuration
    if path.rstrip("/") == adfs_passive.PASSIVE and _enabled(farm, adfs_passive.PASSIVE + "/"):
        return adfs_passive.answer(world, host, farm, asked)
    if path in adfs_passive.TEST_PAGES and _enabled(farm, adfs_passive.PASSIVE + "/"):
        return adfs_passive.test_page(world, host, farm, asked)
    if path == METADATA and _enabled(farm, METADATA):
        body = federation_metadata(farm)
        return Response(200, body, SERVER | {"Content-Type": "application/samlmetadata+xml"})
    return not_found()


def _enabled(farm: FarmConfiguration, path: str) -> bool:
    return any(one.enabled and one.path.lower() == path for one in farm.endpoints)
