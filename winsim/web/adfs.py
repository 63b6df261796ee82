"""What an AD FS 3.0 server answers over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.web.messages import Request, Response, not_found
from winsim.world.adfs import AdfsServer, synchronisation
from winsim.world.adfs.metadata import federation_metadata

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

METADATA = "/federationmetadata/2007-06/federationmetadata.xml"
SERVER = {"Server": "Microsoft-HTTPAPI/2.0"}


def answer(world: World, host: Host, asked: Request) -> Response:
    """Federation metadata; the sign-in pages under /adfs/ls are answered by the sign-in module when it is there."""
    synchronisation.catch_up(world, host)
    server = host.parts.find(AdfsServer)
    if server is None:
        return Response(503, b"<h2>Service Unavailable</h2>", SERVER)
    path = asked.path.lower()
    if path == METADATA:
        published = any(one.enabled and one.path.lower() == METADATA for one in server.configuration.endpoints)
        if not published:
            return not_found()
        body = federation_metadata(server.configuration)
        return Response(200, body, SERVER | {"Content-Type": "application/samlmetadata+xml"})
    return not_found()
