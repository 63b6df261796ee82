"""One host on the network: listeners for HTTP and HTTPS, authentication, sealing, and the WS-Management service."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Final

from winsim.endpoint.authentication import Authenticator, ConnectionSecurity, Granted
from winsim.endpoint.contracts import Machine
from winsim.endpoint.control import Fault, FaultControl
from winsim.endpoint.http import HttpConnection, HttpLimits, HttpRequest, HttpResponse
from winsim.endpoint.sealing import SealBroken, is_sealed, seal_body, unseal_body
from winsim.endpoint.service import Answer, WsmanService
from winsim.endpoint.shells import Origin, ShellContext

log = logging.getLogger(__name__)

_SOAP_TYPE: Final = "application/soap+xml;charset=UTF-8"
_ACTION = re.compile(rb"<[\w.-]*:?Action[^>]*>\s*([^<\s]+)")
_SHELL_ID = re.compile(rb"Name=[\"']ShellId[\"'][^>]*>\s*([0-9A-Fa-f-]{36})")


@dataclass(frozen=True)
class Certificate:
    """The HTTPS listener's certificate: its DER form and the context that presents it."""

    der: bytes
    context: ssl.SSLContext


class HostEndpoint:
    """``name`` is the inventory's name of the host, by which faults and latencies are given."""

    def __init__(self, name: str, machine: Machine, workers: Executor, control: FaultControl) -> None:
        self.name = name
        self.machine = machine
        self.control = control
        self.requests = 0
        self.reboot: Callable[[], None] | None = None  # what a "reboot" fault does to the machine
        self.skew_clock: Callable[[float], None] | None = None
        self.is_plugged: Callable[[], bool] = lambda: True  # whether the network leads to the machine
        loop = asyncio.get_running_loop()
        costs = control.latency
        context = ShellContext(
            machine, loop, workers, lambda: costs(name).shell_start, lambda: costs(name).module_import
        )
        self.service = WsmanService(context)
        self._workers = workers
        self.connections: set[HttpConnection] = set()
        self._servers: dict[int, asyncio.Server] = {}
        self._listeners: dict[int, _Listener] = {}
        self._down = False

    # listening

    async def listen(
        self, address: str, port: int, certificate: Certificate | None = None, known_as: int | None = None
    ) -> int:
        """Opens a listener and says its port; with a certificate it speaks HTTPS.

        ``known_as`` is the port that the machine itself believes in, where this computer needs another one.
        """
        limits = HttpLimits(body_bytes=self.machine.settings.max_envelope_kb * 1024 * 2)
        der = certificate.der if certificate else None
        nominal = known_as or (5986 if certificate else 5985)
        handler = _Listener(self, Authenticator(self.machine, der), nominal)

        def connect() -> HttpConnection:
            connection = HttpConnection(handler, limits)
            self.connections.add(connection)
            handler.connections.add(connection)
            return connection

        server = await asyncio.get_running_loop().create_server(
            connect, address, port, ssl=certificate.context if certificate else None, backlog=64
        )
        opened = int(server.sockets[0].getsockname()[1])
        self._servers[opened] = server
        self._listeners[opened] = handler
        return opened

    def stop_listening(self, port: int) -> None:
        """Closes a listener; what is connected through it is cut off, shells stay."""
        self._servers.pop(port).close()
        for connection in list(self._listeners.pop(port).connections):
            connection.abort()

    async def close(self) -> None:
        for server in self._servers.values():
            server.close()
        self.go_down()

    def go_down(self) -> None:
        """The machine stops: shells vanish and connections break. Until ``come_up`` nobody is answered."""
        self._down = True
        self.service.shells.remove_all()
        for connection in list(self.connections):
            connection.abort()

    def come_up(self) -> None:
        self._down = False

    @property
    def is_down(self) -> bool:
        return self._down

    # requests

    async def respond(
        self, connection: HttpConnection, request: HttpRequest, authenticator: Authenticator, port: int
    ) -> HttpResponse | None:
        if self._down or not self.is_plugged():
            return None
        self.requests += 1
        latency = self.control.latency(self.name).round_trip
        if latency:
            await asyncio.sleep(latency)
        refused = _unsuitable(request)
        if refused is not None:
            return refused
        security = authenticator.security(connection)
        if not request.header("authorization") and security.caller is None:
            anonymous = self._anonymous(request)
            if anonymous is not None:
                return anonymous
        granted = await self._authenticate(authenticator, connection, request)
        if isinstance(granted, HttpResponse):
            return await self._authenticating(granted)
        if not request.body:
            return HttpResponse(200, granted.headers)
        origin = Origin(connection.peer, connection.tls is not None, port)
        return await self._soap(origin, request, granted, security)

    async def _authenticate(
        self, authenticator: Authenticator, connection: HttpConnection, request: HttpRequest
    ) -> Granted | HttpResponse:
        """In a worker where accounts are looked up: a command that holds the world must not hold up the network."""
        if not request.header("authorization"):
            return authenticator.authenticate(connection, request)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, authenticator.authenticate, connection, request)

    async def _authenticating(self, response: HttpResponse) -> HttpResponse | None:
        fault = self.control.next_fault(self.name, "Authenticate")
        if fault is None:
            return response
        return await self._afflict(fault, _constant(response))

    def _anonymous(self, request: HttpRequest) -> HttpResponse | None:
        """Identify needs no log-on when the client says so in its header."""
        if request.header("wsmanidentify").lower() != "unauthenticated":
            return None
        answer = self.service.identify(request.body)
        return None if answer is None else HttpResponse(answer.status, [("Content-Type", _SOAP_TYPE)], answer.body)

    async def _soap(
        self,
        origin: Origin,
        request: HttpRequest,
        granted: Granted,
        security: ConnectionSecurity,
    ) -> HttpResponse | None:
        content_type = request.header("content-type")
        sealed = is_sealed(content_type)
        body = request.body
        if sealed:
            if security.sealer is None:
                return HttpResponse(400, close=True)
            try:
                body = unseal_body(content_type, body, security.sealer)
            except SealBroken:
                # The cipher's state is lost with the first message that does not unseal.
                return HttpResponse(400, close=True)
        elif not origin.secure and not self.machine.settings.allow_unencrypted:
            return HttpResponse(500)
        if len(body) > self.machine.settings.max_envelope_kb * 1024:
            return HttpResponse(413, close=True)

        async def answer(corrupt: bool = False) -> HttpResponse:
            result = await self.service.handle(body, granted.caller, origin)
            return self._finish(result, granted, security, sealed=sealed, corrupt=corrupt)

        match = _ACTION.search(body)
        action = match.group(1).decode("ascii", "replace").rpartition("/")[2] if match else ""
        fault = self.control.next_fault(self.name, action)
        if fault is None:
            return await answer()
        if fault.kind == "shell-gone" and (shell_id := _SHELL_ID.search(body)):
            self._drop_shell(shell_id.group(1).decode())
        return await self._afflict(fault, answer)

    def _drop_shell(self, shell_id: str) -> None:
        for shell in list(self.service.shells.all()):
            if shell.id == shell_id.upper():
                self.service.shells.remove(shell)

    @staticmethod
    def _finish(
        answer: Answer,
        granted: Granted,
        security: ConnectionSecurity,
        *,
        sealed: bool,
        corrupt: bool,
    ) -> HttpResponse:
        content_type, body = _SOAP_TYPE, answer.body
        if sealed and security.sealer is not None:
            content_type, body = seal_body(body, security.sealer, security.protocol)
            if corrupt:
                middle = len(body) // 2
                body = body[:middle] + bytes((body[middle] ^ 0xFF,)) + body[middle + 1 :]
        headers = [*granted.headers, ("Content-Type", content_type)]
        return HttpResponse(answer.status, headers, body, undelivered=answer.undelivered)

    async def _afflict(self, fault: Fault, answer: Callable[..., Awaitable[HttpResponse]]) -> HttpResponse | None:
        """Does to one request what the fault says."""
        match fault.kind:
            case "drop-before":
                return None
            case "status":
                return HttpResponse(fault.status)
            case "unauthorized":
                return HttpResponse(401, [("WWW-Authenticate", "Negotiate")])
            case "reboot":
                if self.reboot is not None:
                    self.reboot()
                return None
            case "clock-skew":
                if self.skew_clock is not None:
                    self.skew_clock(fault.seconds)
            case "drop-after":
                response = await answer()
                if response.undelivered is not None:
                    response.undelivered()
                return None
            case "hang":
                await answer()
                await asyncio.sleep(86400)
            case "delay":
                await asyncio.sleep(fault.seconds)
            case "drip":
                return replace(await answer(), bytes_per_second=fault.bytes_per_second)
            case "corrupt-seal":
                return await answer(corrupt=True)
            case "shell-gone":
                pass
        return await answer()


@dataclass(frozen=True)
class _Listener:
    """The handler of one port."""

    endpoint: HostEndpoint
    authenticator: Authenticator
    port: int
    connections: set[HttpConnection] = field(default_factory=set)

    async def handle(self, connection: HttpConnection, request: HttpRequest) -> HttpResponse | None:
        return await self.endpoint.respond(connection, request, self.authenticator, self.port)

    def closed(self, connection: HttpConnection) -> None:
        self.endpoint.connections.discard(connection)
        self.connections.discard(connection)


def _unsuitable(request: HttpRequest) -> HttpResponse | None:
    path = request.path.partition("?")[0].rstrip("/").lower()
    if path != "/wsman":
        return HttpResponse(404)
    if request.method != "POST":
        return HttpResponse(405, [("Allow", "POST")])
    return None


def _constant(response: HttpResponse) -> Callable[..., Awaitable[HttpResponse]]:
    async def give(corrupt: bool = False) -> HttpResponse:
        return response

    return give
