"""Requests, responses and failures of the lab's own web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Request:
    """``host`` is the Host header, ``path`` is as sent (not decoded), header names are lower case.

    ``client`` is the address that the server sees; ``hops`` counts the proxies on the way.
    """

    method: str
    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    hops: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}{'?' + self.query if self.query else ''}"

    @property
    def authority(self) -> str:
        return self.host if self.port == PORTS[self.scheme] or ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_name(self) -> str:
        return self.host.partition(":")[0].lower()

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    def at(self, url: str) -> Request:
        """The same request to another URL."""
        return replace(request(self.method, url, self.headers, self.body), client=self.client, hops=self.hops)


@dataclass(frozen=True)
class Response:
    """``seconds`` is how long the answer takes, in lab time; ``substatus`` and ``win32`` go to the IIS log."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()  # Set-Cookie lines
    seconds: float = 0.0
    substatus: int = 0
    win32: int = 0

    @property
    def reason(self) -> str:
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    def header(self, name: str) -> str:
        key = name.lower()
        return next((value for header, value in self.headers.items() if header.lower() == key), "")


def request(method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Request:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not parts.hostname:
        raise ValueError(url)
    port = parts.port or PORTS[scheme]
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    host = lower.get("host") or (parts.hostname if port == PORTS[scheme] else f"{parts.hostname}:{port}")
    return Request(method.upper(), scheme, host, port, parts.path or "/", parts.query, lower, body)


def page(status: int, title: str, text: str, substatus: int = 0, win32: int = 0) -> Response:
    """An error page in the manner of IIS."""
    body = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
        f"\r\n<html><head><title>{title}</title></head>\r\n<body><div id=\"content\"><h2>{title}</h2>"
        f"<h3>{text}</h3></div></body></html>"
    )  # fmt: skip
    headers = {"Content-Type": "text/html", "Server": "Microsoft-IIS/8.5"}
    return Response(status, body.encode(), headers, substatus=substatus, win32=win32)


def not_found(substatus: int = 0) -> Response:
    text = (
        "The resource you are looking for might have been removed, had its name changed, or is temporarily unavailable."
    )
    return page(404, "404 - File or directory not found.", text, substatus)


class WebFailure(Exception):
    """No answer came. ``message`` is .NET's, ``status`` a WebExceptionStatus, ``win32`` WinHTTP's code."""

    def __init__(self, status: str, message: str, win32: int, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.win32 = win32
        self.detail = detail  # why, for the lab's own log

    @classmethod
    def unresolved(cls, name: str) -> WebFailure:
        return cls("NameResolutionFailure", f"The remote name could not be resolved: '{name}'", 12007)

    @classmethod
    def unreachable(cls, detail: str) -> WebFailure:
        return cls("ConnectFailure", "Unable to connect to the remote server", 12029, detail)

    @classmethod
    def reset(cls, detail: str) -> WebFailure:
        message = "The underlying connection was closed: An unexpected error occurred on a send."
        return cls("SendFailure", message, 12030, detail)

    @classmethod
    def untrusted(cls, detail: str) -> WebFailure:
        message = (
            "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure "
            "channel."
        )
        return cls("TrustFailure", message, 12175, detail)

    @classmethod
    def no_channel(cls, detail: str) -> WebFailure:
        return cls(
            "SecureChannelFailure", "The request was aborted: Could not create SSL/TLS secure channel.", 12175, detail
        )

    @classmethod
    def timed_out(cls) -> WebFailure:
        return cls("Timeout", "The operation has timed out", 12002)
