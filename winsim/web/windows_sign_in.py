"""Windows authentication over HTTP: what the handshake ends in, without its messages.

A client that has an account answers a 401 with one header. It stands for the whole of Negotiate or NTLM: who it is,
that it knows the password, and the channel that it is bound to. That is extended protection: a hash of the certificate
that the client has seen, which is the proxy's where a proxy ends TLS.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from winsim.web.messages import Request, Response

SCHEME = "Negotiate"


@dataclass(frozen=True)
class Proof:
    account: str
    password: str  # a hash of it
    channel: str  # of the certificate; empty without TLS


def channel_of(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest() if certificate else ""


def secret_of(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def wanted(response: Response) -> bool:
    """Whether a server asks for it."""
    return response.status == 401 and SCHEME in response.header("WWW-Authenticate")


def header(account: str, password: str, certificate: bytes) -> str:
    proof = {"account": account, "password": secret_of(password), "channel": channel_of(certificate)}
    return f"{SCHEME} {b64encode(json.dumps(proof).encode()).decode()}"


def read(asked: Request) -> Proof | None:
    """What a request proves; None for one without such a header, or with a damaged one."""
    scheme, _, value = asked.header("authorization").partition(" ")
    if scheme != SCHEME:
        return None
    try:
        found = json.loads(b64decode(value, validate=True))
        return Proof(str(found["account"]), str(found["password"]), str(found["channel"]))
    except (ValueError, KeyError, TypeError):
        return None
