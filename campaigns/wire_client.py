"""A client that says exactly the bytes it is told to, and reads what comes back."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Self

import spnego
from spnego.exceptions import SpnegoError

from winsim.endpoint.sealing import CREDSSP, SPNEGO, SealBroken, seal_body, unseal_body

Scheme = Literal["ntlm", "negotiate", "credssp"]
PATIENCE: Final = 5.0
_SOAP: Final = "application/soap+xml;charset=UTF-8"
Spoil = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; status 0 when the connection was closed without one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Door:
    """Where a host listens, and who asks."""

    port: int
    user: str
    password: str

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def post(body: bytes, authorization: str, content_type: str = _SOAP, *, close: bool = False) -> bytes:
    """A whole request as it goes over the wire."""
    lines = ["POST /wsman HTTP/1.1", "Host: x", f"Content-Type: {content_type}"]
    lines += [f"Authorization: {authorization}"] if authorization else []
    lines += [f"Content-Length: {len(body)}"] + (["Connection: close"] if close else [])
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Link:
    """One TCP connection. A silence longer than PATIENCE raises TimeoutError."""

    def __init__(self, door: Door) -> None:
        self._socket = socket.create_connection(("127.0.0.1", door.port), timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._socket.close()

    def ask(self, data: bytes, *, whole: bool = True) -> Reply:
        """``whole`` is False for what may be half a request: then the client says that nothing will follow."""
        try:
            self._socket.sendall(data)
            if not whole:
                self._socket.shutdown(socket.SHUT_WR)
            return self._read()
        except (ConnectionResetError, BrokenPipeError):
            return Reply(0)

    def _read(self) -> Reply:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self._socket.recv(65536)
            if not piece:
                if data:
                    raise ValueError("half an answer")
                return Reply(0)
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(body) < length:
            piece = self._socket.recv(65536)
            if not piece:
                raise ValueError("half an answer")
            body += piece
        return Reply(int(first.split(" ")[1]), headers, body)


class SealedLink(Link):
    """A connection with a log-on and message encryption, as pypsrp makes it over plain HTTP."""

    def __init__(self, door: Door, scheme: Scheme) -> None:
        super().__init__(door)
        self._scheme = scheme
        self._protocol = CREDSSP if scheme == "credssp" else SPNEGO
        options = spnego.NegotiateOptions.use_negotiate if scheme == "negotiate" else spnego.NegotiateOptions.none
        self._context = spnego.client(door.user, door.password, hostname="x", protocol=scheme, options=options)

    def log_on(self, spoil: Spoil = bytes, at: int = -1) -> Reply:
        """The steps of a log-on; ``spoil`` changes the token of step ``at``."""
        name = "CredSSP" if self._scheme == "credssp" else "Negotiate"
        token: bytes | None = None
        for step in range(12):
            try:
                token = self._context.step(token)
            except (SpnegoError, ValueError):
                return Reply(401)  # the client does not understand the answer to what was spoiled
            sent = spoil(token or b"") if step == at else token or b""
            reply = self.ask(post(b"", f"{name} {base64.b64encode(sent).decode()}" if sent else ""))
            answer = reply.headers.get("www-authenticate", "")
            token = base64.b64decode(answer.removeprefix(f"{name} ")) if answer.startswith(f"{name} ") else None
            if reply.status == 200 and token:
                self._context.step(token)  # the mechListMIC
            if reply.status != 401 or token is None:
                return reply
        raise ValueError("a log-on without end")

    def seal(self, data: bytes) -> tuple[bytes, bytes]:
        sealed = self._context.wrap_winrm(data)
        return sealed.header, sealed.data

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        return self._context.unwrap_winrm(signature, sealed)

    def say(self, body: bytes, spoil: Spoil = bytes) -> Reply:
        """Sends an envelope sealed; ``spoil`` changes the frame around it. The reply's body is unsealed."""
        content_type, framed = seal_body(body, self, self._protocol)
        reply = self.ask(post(spoil(framed), "", content_type))
        if not reply.body:
            return reply
        try:
            return Reply(reply.status, reply.headers, unseal_body(reply.headers["content-type"], reply.body, self))
        except SealBroken as error:
            raise ValueError(f"the {self._scheme} answer does not unseal: {error.__cause__ or error!r}") from error
