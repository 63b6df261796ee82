"""Message encryption of WinRM: SOAP sealed into multipart/encrypted (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import re
import struct
from typing import Final, Protocol

SPNEGO: Final = "application/HTTP-SPNEGO-session-encrypted"
CREDSSP: Final = "application/HTTP-CredSSP-session-encrypted"
_BOUNDARY: Final = b"--Encrypted Boundary"
_TYPE = re.compile(
    r'\s*multipart/(encrypted|x-multi-encrypted)\s*;.*protocol="([^"]+)".*boundary="?([^";]+)"?', re.IGNORECASE
)
_LENGTH = re.compile(rb"OriginalContent:[^\r\n]*?Length=(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)
_CREDSSP_PART: Final = 16384


class SealBroken(Exception):
    """The body is not what the sender sealed."""


class Sealer(Protocol):
    def seal(self, data: bytes) -> tuple[bytes, bytes]: ...

    def unseal(self, signature: bytes, sealed: bytes) -> bytes: ...


def is_sealed(content_type: str) -> bool:
    return content_type.lower().lstrip().startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def unseal_body(content_type: str, body: bytes, sealer: Sealer) -> bytes:
    """The SOAP envelope in an encrypted body; raises SealBroken for anything that is not one."""
    match = _TYPE.match(content_type)
    if match is None:
        raise SealBroken("the content type names no protocol and boundary")
    plain = b""
    for header, payload in _parts(body, b"--" + match.group(3).strip().encode("latin-1")):
        length = _LENGTH.search(header)
        if length is None or len(payload) < 4:
            raise SealBroken("a part says no length")
        (signature_length,) = struct.unpack_from("<I", payload)
        if signature_length > len(payload) - 4:
            raise SealBroken("a part's signature is cut off")
        try:
            data = sealer.unseal(payload[4 : 4 + signature_length], payload[4 + signature_length :])
        except Exception as error:
            raise SealBroken("a part does not unseal") from error
        if len(data) != int(length.group(1)):
            raise SealBroken("a part has another length than it says")
        plain += data
    return plain


def _parts(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes]]:
    """Header and payload of every pair of parts. Payloads are binary: they are found by their header, not by search."""
    octets = b"\tContent-Type: application/octet-stream\r\n"
    found: list[tuple[bytes, bytes]] = []
    rest = body
    while rest.startswith(boundary + b"\r\n"):
        middle = rest.find(boundary + b"\r\n" + octets)
        if middle < 0:
            raise SealBroken("a part has no payload")
        header = rest[len(boundary) + 2 : middle]
        rest = rest[middle + len(boundary) + 2 + len(octets) :]
        following = rest.find(boundary + b"\r\n\tContent-Type: application/HTTP-")
        end = following if following >= 0 else rest.rfind(boundary + b"--")
        if end < 0:
            raise SealBroken("the closing boundary is missing")
        found.append((header, rest[:end]))
        rest = rest[end:]
    if not found or rest.rstrip() != boundary + b"--":
        raise SealBroken("the body has no parts")
    return found


def seal_body(data: bytes, sealer: Sealer, protocol: str) -> tuple[str, bytes]:
    """Content type and body of an encrypted answer."""
    size = _CREDSSP_PART if protocol == CREDSSP else max(len(data), 1)
    pieces = [data[offset : offset + size] for offset in range(0, len(data), size)] or [b""]
    body = b""
    for piece in pieces:
        signature, sealed = sealer.seal(piece)
        body += b"".join(
            (
                _BOUNDARY,
                f"\r\n\tContent-Type: {protocol}\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;"
                f"Length={len(piece)}\r\n".encode(),
                _BOUNDARY,
                b"\r\n\tContent-Type: application/octet-stream\r\n",
                struct.pack("<I", len(signature)),
                signature,
                sealed,
            )
        )
    kind = "x-multi-encrypted" if len(pieces) > 1 else "encrypted"
    return (
        f'multipart/{kind};protocol="{protocol}";boundary="Encrypted Boundary"',
        body + _BOUNDARY + b"--\r\n",
    )
