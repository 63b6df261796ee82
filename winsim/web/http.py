"""One HTTP exchange between machines of the lab, from name resolution to the answer.

    answer = fetch(world, host, "https://sts.contoso.com/FederationMetadata/2007-06/FederationMetadata.xml")

``host`` is the machine that asks; None is a machine on the internet. What keeps an answer from coming is a
``WebFailure``. Programs listen by ``HttpSys.register`` or as applications of IIS sites (``Iis.applications``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from winsim.web import tls, windows_sign_in
from winsim.web.iis import answer_by_iis, listens
from winsim.web.messages import Request, Response, WebFailure, request
from winsim.world.http_sys import UrlRegistration, http_sys
from winsim.world.network import is_loopback, route
from winsim.world.parts import resolve

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

__all__ = ["Client", "Request", "Response", "WebFailure", "exchange", "fetch"]

MAXIMUM_HOPS = 8
REDIRECTS = frozenset({301, 302, 303, 307})


@dataclass(frozen=True)
class Client:
    """How a program asks. ``versions`` None: what .NET on the host offers; ``ignore`` are tls.IGNORE_ flags.

    With an account (DOMAIN\\name) it signs in where a server asks for Windows authentication.
    """

    sends_server_name: bool = True
    versions: frozenset[str] | None = None
    ignore: int = 0
    timeout: float = 100.0
    redirects: int = 50
    account: str = ""
    password: str = field(default="", repr=False)


DOTNET = Client()


def fetch(
    world: World,
    host: Host | None,
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    client: Client = DOTNET,
) -> Response:
    """Asks and follows redirects."""
    asked = request(method, url, headers, body)
    for _ in range(client.redirects + 1):
        response = exchange(world, host, asked, client)
        target = response.header("Location")
        if response.status not in REDIRECTS or not target or client.redirects == 0:
            return response
        verb = asked.method if response.status == 307 else "GET"
        kept = {name: value for name, value in asked.headers.items() if name != "host"}
        asked = request(verb, urljoin(asked.url, target), kept, asked.body if verb == asked.method else b"")
    raise WebFailure("ProtocolError", "Too many automatic redirections were attempted.", 12156)


def exchange(
    world: World, host: Host | None, asked: Request, client: Client = DOTNET, *, connect: tuple[str, int] | None = None
) -> Response:
    """One request and its answer. ``connect`` is the name and port to connect to when not those of the URL."""
    name, port = connect or (asked.host_name, asked.port)
    server, address = _connect(world, host, name, port)
    if asked.hops > MAXIMUM_HOPS:
        raise WebFailure.timed_out()
    source = _source(host, server, address)
    asked = replace(asked, client=source)
    if not is_listening(world, server, address, asked.scheme, port):
        raise WebFailure.unreachable(f"nothing listens on {server.name} {address}:{port}")
    seen = _handshake(world, host, server, address, port, name, client) if asked.scheme == "https" else b""
    response = dispatch(world, server, address, port, asked)
    if client.account and windows_sign_in.wanted(response):
        proof = windows_sign_in.header(client.account, client.password, seen)
        asked = replace(asked, headers={**asked.headers, "authorization": proof})
        response = dispatch(world, server, address, port, asked)
    if response.seconds > client.timeout:
        raise WebFailure.timed_out()
    return response


def _connect(world: World, host: Host | None, name: str, port: int) -> tuple[Host, str]:
    addresses = world.resolve(host, name)
    if not addresses:
        raise WebFailure.unresolved(name)
    for address in addresses:
        reached = route(world, host, address, port)
        if reached is not None:
            return reached.host, reached.address
    raise WebFailure.unreachable(f"no way to {addresses[0]}:{port}")


def _source(host: Host | None, server: Host, address: str) -> str:
    if host is None:
        return "198.51.100.7"
    if is_loopback(address) or not host.addresses:
        return "127.0.0.1"
    return host.addresses[0]


def _handshake(
    world: World, host: Host | None, server: Host, address: str, port: int, name: str, client: Client
) -> bytes:
    """The certificate that the client has seen and accepted."""
    versions = client.versions or (tls.client_versions(host) if host else frozenset({"Tls", "Tls11", "Tls12"}))
    if not versions & tls.server_versions(server):
        raise WebFailure.no_channel(f"{server.name} accepts none of {', '.join(sorted(versions))}")
    hello = name if client.sends_server_name and not tls.is_address(name) else None
    chosen = tls.serve(server, address, port, hello)
    tls.judge(host, server, chosen.certificate, name, world.clock.now(), client.ignore)
    return chosen.certificate


def is_listening(world: World, server: Host, address: str, scheme: str, port: int) -> bool:
    programs = any(_registered_port(entry) == (scheme, port) for entry in _registrations(server))
    return programs or listens(server, address, scheme, port)


def _registrations(server: Host) -> list[UrlRegistration]:
    return [
        entry for entry in http_sys(server).registrations if not entry.service or server.services.running(entry.service)
    ]


def _registered_port(entry: UrlRegistration) -> tuple[str, int]:
    scheme, _, rest = entry.prefix.partition("://")
    port = rest.partition("/")[0].rpartition(":")[2]
    return scheme.lower(), int(port)


def dispatch(world: World, server: Host, address: str, port: int, asked: Request) -> Response:
    """http.sys hands the request to whoever registered the longest fitting prefix, else to IIS."""
    fitting = [entry for entry in _registrations(server) if _fits(entry, asked, port)]
    if fitting:
        best = max(fitting, key=lambda entry: len(entry.prefix.partition("://")[2].partition("/")[2]))
        answer: Response = resolve(best.application)(world, server, asked)
        return answer
    if listens(server, address, asked.scheme, port):
        return answer_by_iis(world, server, address, port, asked)
    return Response(404, b"<h2>Not Found</h2>", {"Server": "Microsoft-HTTPAPI/2.0"})


def _fits(entry: UrlRegistration, asked: Request, port: int) -> bool:
    authority, _, path = entry.prefix.partition("://")[2].partition("/")
    name = authority.rpartition(":")[0]
    if _registered_port(entry) != (asked.scheme, port):
        return False
    if name not in ("+", "*") and name.lower() != asked.host_name:
        return False
    return (asked.path.lower().rstrip("/") + "/").startswith("/" + path.lower().rstrip("/") + ("/" if path else ""))
