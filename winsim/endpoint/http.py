"""HTTP/1.1 as WinRM uses it: one connection object a TCP connection, Content-Length bodies, one request at a time."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HttpLimits:
    header_bytes: int = 64 * 1024
    body_bytes: int = 1024 * 1024
    request_seconds: float = 120.0  # from the first byte of a request to its last
    idle_seconds: float | None = None


@dataclass(frozen=True)
class HttpRequest:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True)
class HttpResponse:
    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)
    close: bool = False
    bytes_per_second: float | None = None  # a slow network, on purpose
    undelivered: Callable[[], None] | None = None  # called when the connection broke before the answer was written


class HttpHandler(Protocol):
    async def handle(self, connection: HttpConnection, request: HttpRequest) -> HttpResponse | None:
        """The response, or None to drop the connection without one."""

    def closed(self, connection: HttpConnection) -> None: ...


class _BadRequest(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HttpConnection(asyncio.Protocol):
    """One TCP connection; authentication and sealing live in ``security`` because they are bound to it."""

    def __init__(self, handler: HttpHandler, limits: HttpLimits) -> None:
        self.security: object = None
        self._handler = handler
        self._limits = limits
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._head: HttpRequest | None = None
        self._expected = 0
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def peer(self) -> str:
        name = self._transport.get_extra_info("peername") if self._transport else None
        return str(name[0]) if name else ""

    @property
    def tls(self) -> ssl.SSLObject | None:
        return self._transport.get_extra_info("ssl_object") if self._transport else None

    def abort(self) -> None:
        """Closes the connection as a failing network would, without sending what is buffered."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._start_timer(self._limits.idle_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._drained.set()
        if self._task is not None:
            self._task.cancel()
        self._handler.closed(self)
        self._transport = None

    def pause_writing(self) -> None:
        self._drained.clear()

    def resume_writing(self) -> None:
        self._drained.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is not None:
            # The client may not send ahead without end while its request is being answered.
            if len(self._buffer) > self._limits.body_bytes + self._limits.header_bytes and self._transport:
                self._transport.pause_reading()
            return
        self._advance()

    # requests

    def _advance(self) -> None:
        try:
            request = self._next_request()
        except _BadRequest as error:
            self._refuse(error.status)
            return
        if request is not None:
            self._stop_timer()
            self._task = asyncio.get_running_loop().create_task(self._answer(request))
        elif self._timer is None and (self._buffer or self._head is not None):
            self._start_timer(self._limits.request_seconds)

    def _next_request(self) -> HttpRequest | None:
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > self._limits.header_bytes:
                    raise _BadRequest(431)
                return None
            if end > self._limits.header_bytes:
                raise _BadRequest(431)
            self._head = _parse_head(bytes(self._buffer[:end]))
            self._expected = _body_length(self._head, self._limits.body_bytes)
            del self._buffer[: end + 4]
            if self._head.header("expect").lower() == "100-continue" and self._transport:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if len(self._buffer) < self._expected:
            return None
        head, self._head = self._head, None
        body = bytes(self._buffer[: self._expected])
        del self._buffer[: self._expected]
        return HttpRequest(head.method, head.path, head.headers, body)

    async def _answer(self, request: HttpRequest) -> None:
        try:
            response = await self._handler.handle(self, request)
        except Exception:
            log.exception("a request failed")
            response = HttpResponse(500, close=True)
        if response is None:
            self.abort()
            return
        close = response.close or request.header("connection").lower() == "close"
        await self._write(response, close)
        self._task = None
        if self._transport is None:
            return
        if close:
            self._transport.close()
            return
        self._transport.resume_reading()
        self._start_timer(self._limits.idle_seconds)
        if self._buffer:
            self._advance()

    async def _write(self, response: HttpResponse, close: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            if response.undelivered is not None:
                response.undelivered()
            return
        status = HTTPStatus(response.status)
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Server: Microsoft-HTTPAPI/2.0"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines.append(f"Content-Length: {len(response.body)}")
        if close:
            lines.append("Connection: close")
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + response.body
        if response.bytes_per_second is None:
            self._transport.write(data)
            await self._drained.wait()
            return
        step = max(1, int(response.bytes_per_second / 10))
        for offset in range(0, len(data), step):
            if self._transport is None:
                return
            self._transport.write(data[offset : offset + step])
            await asyncio.sleep(0.1)

    def _refuse(self, status: int) -> None:
        self._task = asyncio.get_running_loop().create_task(self._close_with(status))

    async def _close_with(self, status: int) -> None:
        await self._write(HttpResponse(status), close=True)
        if self._transport is not None:
            self._transport.close()

    # time limits

    def _start_timer(self, seconds: float | None) -> None:
        self._stop_timer()
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _parse_head(data: bytes) -> HttpRequest:
    lines = data.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or parts[2] not in {"HTTP/1.1", "HTTP/1.0"} or not parts[0].isalpha():
        raise _BadRequest(400)
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        key = name.lower()
        if not colon or not name or name != name.strip() or (key == "content-length" and key in headers):
            raise _BadRequest(400)
        headers[key] = value.strip()
    return HttpRequest(parts[0], parts[1], headers, b"")


def _body_length(head: HttpRequest, most: int) -> int:
    if "transfer-encoding" in head.headers:
        raise _BadRequest(501)
    text = head.headers.get("content-length")
    if text is None:
        if head.method == "POST":
            raise _BadRequest(411)
        return 0
    if not text.isascii() or not text.isdigit():
        raise _BadRequest(400)
    if len(text) > 12 or int(text) > most:
        raise _BadRequest(413)
    return int(text)
