"""The accepting side of SPNEGO (RFC 4178) with NTLM as its only mechanism; raw NTLM tokens pass straight through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from winsim.endpoint.contracts import Account
from winsim.endpoint.ntlm import SIGNATURE, AuthenticationFailed, NtlmAcceptor, NtlmSealer

NTLM_OID: Final = bytes.fromhex("2b06010401823702020a")
_SPNEGO_OID: Final = bytes.fromhex("2b0601050502")
_COMPLETE, _INCOMPLETE, _REQUEST_MIC = 0, 1, 3


def read_der(data: bytes, offset: int = 0) -> tuple[int, bytes, int]:
    """Tag, content and the offset after one DER element."""
    try:
        tag, length = data[offset], data[offset + 1]
        offset += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or offset + count > len(data):
                raise AuthenticationFailed("bad DER length")
            length = int.from_bytes(data[offset : offset + count], "big")
            offset += count
    except IndexError as error:
        raise AuthenticationFailed("the token is cut off") from error
    if offset + length > len(data):
        raise AuthenticationFailed("the token is cut off")
    return tag, data[offset : offset + length], offset + length


def der_elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset < len(data):
        tag, content, offset = read_der(data, offset)
        yield tag, content


def der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def der_fields(data: bytes) -> dict[int, bytes]:
    """The context-tagged members of a SEQUENCE: number -> the tagged element's content."""
    tag, content, _ = read_der(data)
    if tag != 0x30:
        raise AuthenticationFailed("expected a sequence")
    return {tag & 0x1F: value for tag, value in der_elements(content) if tag & 0xE0 == 0xA0}


def _octets(data: bytes | None) -> bytes | None:
    if data is None:
        return None
    tag, content, _ = read_der(data)
    if tag != 0x04:
        raise AuthenticationFailed("expected an octet string")
    return content


class NegotiateAcceptor:
    """What stands behind ``Authorization: Negotiate``: SPNEGO tokens or raw NTLM."""

    def __init__(self, ntlm: NtlmAcceptor) -> None:
        self._ntlm = ntlm
        self._mechanisms = b""  # the MechTypeList that mechListMIC signs
        self._wants_mic = False
        self._answered = False

    @property
    def account(self) -> Account | None:
        return self._ntlm.account

    @property
    def sealer(self) -> NtlmSealer | None:
        return self._ntlm.sealer

    def step(self, token: bytes) -> bytes | None:
        if token.startswith(SIGNATURE):
            return self._ntlm.step(token)
        tag, content, _ = read_der(token)
        if tag == 0x60:
            return self._initial(content)
        if tag == 0xA1 and self._mechanisms:
            return self._response(der_fields(content))
        raise AuthenticationFailed("not a SPNEGO token")

    def _initial(self, content: bytes) -> bytes:
        tag, mechanism, offset = read_der(content)
        if tag != 0x06 or mechanism != _SPNEGO_OID:
            raise AuthenticationFailed("not SPNEGO")
        tag, body, _ = read_der(content, offset)
        if tag != 0xA0 or self._mechanisms:
            raise AuthenticationFailed("expected NegTokenInit")
        fields = der_fields(body)
        self._mechanisms = fields.get(0, b"")
        offered = [value for tag, value in der_elements(read_der(self._mechanisms)[1]) if tag == 0x06]
        if NTLM_OID not in offered:
            raise AuthenticationFailed("the client offers no mechanism that this host has")
        if offered[0] != NTLM_OID:
            self._wants_mic = True
            return self._answer(_REQUEST_MIC, None, None)
        inner = _octets(fields.get(2))
        return self._answer(_INCOMPLETE, self._ntlm.step(inner) if inner else None, None)

    def _response(self, fields: dict[int, bytes]) -> bytes:
        inner, mic = _octets(fields.get(2)), _octets(fields.get(3))
        answer = self._ntlm.step(inner) if inner else None
        sealer = self._ntlm.sealer
        if sealer is None:
            return self._answer(_INCOMPLETE, answer, None)
        if mic is None:
            if self._wants_mic:
                raise AuthenticationFailed("the mechListMIC is missing")
            return self._answer(_COMPLETE, answer, None)
        sealer.verify_list(self._mechanisms, mic)
        return self._answer(_COMPLETE, answer, sealer.sign_list(self._mechanisms))

    def _answer(self, state: int, token: bytes | None, mic: bytes | None) -> bytes:
        members = [der(0xA0, der(0x0A, bytes((state,))))]
        if not self._answered:
            self._answered = True
            members.append(der(0xA1, der(0x06, NTLM_OID)))
        if token is not None:
            members.append(der(0xA2, der(0x04, token)))
        if mic is not None:
            members.append(der(0xA3, der(0x04, mic)))
        return der(0xA1, der(0x30, *members))
