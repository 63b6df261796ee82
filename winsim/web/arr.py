"""Application Request Routing: from a rewritten URL to a server of a farm and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from winsim.web import tls
from winsim.web.messages import PORTS, Request, Response, WebFailure, page, request
from winsim.world.iis.installation import has_module
from winsim.world.iis.server import effective, schema_of
from winsim.world.iis.tree import Element
from winsim.world.iis.values import parse_time_span

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

PARAMETERS = r"HKLM\SOFTWARE\Microsoft\IIS Extensions\Application Request Routing\Parameters"
BAD_GATEWAY = "502 - Web server received an invalid response while acting as a gateway or proxy server."
EXPLANATION = (
    "There is a problem with the page you are looking for, and it cannot be displayed. When the Web server (while "
    "acting as a gateway or proxy) contacted the upstream content server, it received an invalid response from the "
    "content server."
)


def forward(world: World, host: Host, asked: Request, url: str) -> Response:
    """Sends a request on to a server of the farm that the URL names, or, as a plain proxy, to the host it names."""
    if schema_of(host).section("system.webServer/proxy") is None or not has_module(host, "ApplicationRequestRouting"):
        return page(
            404, "404 - File or directory not found.", "The resource you are looking for might have been removed.", 4
        )
    target = request(asked.method, url)
    farm = effective(host, "webFarms").member("webFarm", name=target.host_name)
    if farm is None:
        proxy = effective(host, "system.webServer/proxy")
        if proxy.value("enabled") is not True:
            return page(
                404,
                "404 - File or directory not found.",
                "The resource you are looking for might have been removed.",
                4,
            )
        return _send(world, host, asked, target, proxy, (target.host_name, target.port))
    if farm.value("enabled") is not True:
        return page(503, "503 - Service Unavailable", "The server farm is disabled.", 0)
    server = next((entry for entry in farm.of("server") if entry.value("enabled") is True), None)
    if server is None:
        return page(502, BAD_GATEWAY, "No appropriate server could be found to route the request.", 4)
    routing = server.child("applicationRequestRouting")
    port = routing.value("httpsPort" if target.scheme == "https" else "httpPort")
    assert isinstance(port, int)
    protocol = farm.child("applicationRequestRouting").child("protocol")
    return _send(world, host, asked, target, protocol, (server.text("address"), port))


def _send(
    world: World, host: Host, asked: Request, target: Request, protocol: Element, connect: tuple[str, int]
) -> Response:
    from winsim.web.http import Client, exchange

    name, port = connect
    keeps_host = protocol.value("preserveHostHeader") is True
    plain = name if port == PORTS[target.scheme] else f"{name}:{port}"
    onward = replace(
        target,
        host=asked.host if keeps_host else plain,
        port=port,
        headers=_headers(world, host, asked, protocol),
        body=asked.body,
        hops=asked.hops + 1,
    )
    limit = parse_time_span(protocol.text("timeout"))
    client = Client(
        sends_server_name=False,  # ARR sends no server name in its hello
        versions=frozenset({"Ssl3", "Tls", "Tls11", "Tls12"}),
        ignore=_ignored(host),
        timeout=limit.total_seconds() if limit is not None else 120.0,
        redirects=0,
    )
    try:
        response = exchange(world, host, onward, client, connect=connect)
    except WebFailure as failure:
        return page(502, BAD_GATEWAY, EXPLANATION, 3, failure.win32)
    headers = {**response.headers, "X-Powered-By": "ARR/3.0"}
    if not keeps_host or protocol.value("reverseRewriteHostInResponseHeaders") is True:
        location = response.header("Location")
        own = f"{target.scheme}://{onward.host}"
        if location.lower().startswith(own.lower()):
            headers = {k: v for k, v in headers.items() if k.lower() != "location"}
            headers["Location"] = f"{asked.scheme}://{asked.host}{location[len(own) :]}"
    return replace(response, headers=headers)


def _ignored(host: Host) -> int:
    """What ARR overlooks in a server's certificate: its name, unless the registry says otherwise."""
    flags = host.registry.get(PARAMETERS, "SecureConnectionIgnoreFlags")
    return flags if isinstance(flags, int) else tls.IGNORE_NAME


def _headers(world: World, host: Host, asked: Request, protocol: Element) -> dict[str, str]:
    headers = {name: value for name, value in asked.headers.items() if name not in ("host", "connection")}
    forwarded = protocol.text("xForwardedForHeaderName").lower()
    if forwarded:
        headers[forwarded] = ", ".join(part for part in (headers.get(forwarded, ""), f"{asked.client}:50000") if part)
    headers["x-original-url"] = asked.path + (f"?{asked.query}" if asked.query else "")
    headers["x-arr-log-id"] = str(uuid4())
    if asked.scheme == "https":
        headers["x-arr-ssl"] = "2048|256|C=US|CN=" + asked.host_name
    return headers
