"""What an Office Web Apps farm answers: WOPI discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.web.messages import Request, Response, not_found
from winsim.world.officewebapps import WebAppsServer

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World


def answer(world: World, host: Host, asked: Request) -> Response:
    """The discovery document under the farm's own names only."""
    server = host.parts.find(WebAppsServer)
    keeper = world.find_host(server.master) if server and server.master else None
    farm = keeper.parts.find(WebAppsServer) if keeper else None
    if farm is None:
        return Response(503, b"Service Unavailable", {"Server": "Microsoft-HTTPAPI/2.0"})
    urls = [str(farm.settings.get(name) or "") for name in ("InternalURL", "ExternalURL")]
    names = {url.partition("://")[2].partition("/")[0].lower() for url in urls if url}
    if asked.host_name not in names or asked.path.lower().rstrip("/") != "/hosting/discovery":
        return not_found()
    zones = "".join(
        f'<net-zone name="{zone}"><app name="PowerPoint"><action name="present" ext="pptx" '
        f'urlsrc="{url}p/PowerPointFrame.aspx?PowerPointView=ReadingView"/></app></net-zone>'
        for zone, url in zip(("internal-https", "external-https"), urls, strict=True)
        if url
    )
    body = f'<?xml version="1.0" encoding="utf-8"?><wopi-discovery>{zones}</wopi-discovery>'
    return Response(200, body.encode(), {"Content-Type": "text/xml", "Server": "Microsoft-IIS/8.5"})
