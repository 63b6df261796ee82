"""The accepting side of NTLMv2 (MS-NLMP) with extended session security, and its sealing of messages."""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher

from winsim.endpoint.contracts import Account, BindingLevel, HostNames

SIGNATURE: Final = b"NTLMSSP\x00"
MESSAGE_SIGNATURE_LENGTH: Final = 16

_UNICODE, _REQUEST_TARGET, _SIGN, _SEAL = 0x1, 0x4, 0x10, 0x20
_NTLM, _ALWAYS_SIGN, _TARGET_DOMAIN, _TARGET_SERVER = 0x200, 0x8000, 0x10000, 0x20000
_EXTENDED_SECURITY, _TARGET_INFO, _VERSION = 0x80000, 0x800000, 0x2000000
_KEY_128, _KEY_EXCHANGE, _KEY_56 = 0x20000000, 0x40000000, 0x80000000
_OFFERED = (
    _UNICODE | _REQUEST_TARGET | _SIGN | _SEAL | _NTLM | _ALWAYS_SIGN | _EXTENDED_SECURITY | _VERSION
    | _KEY_128 | _KEY_EXCHANGE | _KEY_56
)  # fmt: skip
_AV_END, _AV_COMPUTER, _AV_DOMAIN, _AV_DNS_COMPUTER, _AV_DNS_DOMAIN, _AV_FLAGS, _AV_TIME, _AV_BINDINGS = (
    0, 1, 2, 3, 4, 6, 7, 10,
)  # fmt: skip
_WINDOWS_6_3 = struct.pack("<BBHxxxB", 6, 3, 9600, 15)
_EPOCH_1601 = 11644473600


class AuthenticationFailed(Exception):
    """The client's token is malformed or proves nothing."""


@dataclass(frozen=True)
class ChannelBinding:
    """``hash`` is the MD5 of the gss_channel_bindings structure of this TLS connection; None without TLS."""

    level: BindingLevel
    hash: bytes | None

    def accepts(self, sent: bytes | None) -> bool:
        if self.hash is None or self.level == "none":
            return True
        if sent is None or sent == bytes(16):
            return self.level == "relaxed"
        return hmac.compare_digest(sent, self.hash)


def binding_hash(application_data: bytes) -> bytes:
    """MD5 of gss_channel_bindings_struct with no addresses (RFC 4121 4.1.1.2, MS-NLMP 2.2.2.1)."""
    return hashlib.md5(bytes(16) + struct.pack("<I", len(application_data)) + application_data).digest()


def _hmac_md5(key: bytes, *parts: bytes) -> bytes:
    return hmac.new(key, b"".join(parts), hashlib.md5).digest()


class NtlmSealer:
    """Signs and seals the messages of one connection; both directions are stateful and in order."""

    def __init__(self, session_key: bytes, flags: int) -> None:
        self._exchange = bool(flags & _KEY_EXCHANGE)
        length = 16 if flags & _KEY_128 else 7 if flags & _KEY_56 else 5
        direction = {"in": b"client-to-server", "out": b"server-to-client"}
        self._sign_keys = {
            way: hashlib.md5(session_key + b"session key to %s signing key magic constant\x00" % text).digest()
            for way, text in direction.items()
        }
        self._seal_keys = {
            way: hashlib.md5(session_key[:length] + b"session key to %s sealing key magic constant\x00" % text).digest()
            for way, text in direction.items()
        }
        self._numbers = {"in": 0, "out": 0}
        self._ciphers = {way: Cipher(ARC4(key), None).encryptor() for way, key in self._seal_keys.items()}

    def _reset(self, way: str) -> None:
        self._ciphers[way] = Cipher(ARC4(self._seal_keys[way]), None).encryptor()

    def _signature(self, way: str, data: bytes) -> bytes:
        number = struct.pack("<I", self._numbers[way])
        self._numbers[way] += 1
        checksum = _hmac_md5(self._sign_keys[way], number, data)[:8]
        if self._exchange:
            checksum = self._ciphers[way].update(checksum)
        return b"\x01\x00\x00\x00" + checksum + number

    def seal(self, data: bytes) -> tuple[bytes, bytes]:
        """Signature and sealed data."""
        sealed = self._ciphers["out"].update(data)
        return self._signature("out", data), sealed

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        data = self._ciphers["in"].update(sealed)
        if not hmac.compare_digest(self._signature("in", data), signature):
            raise AuthenticationFailed("the message's signature is wrong")
        return data

    def verify_list(self, data: bytes, signature: bytes) -> None:
        """SPNEGO's mechListMIC, after which the cipher starts again."""
        if not hmac.compare_digest(self._signature("in", data), signature):
            raise AuthenticationFailed("the mechListMIC is wrong")
        self._reset("in")

    def sign_list(self, data: bytes) -> bytes:
        signature = self._signature("out", data)
        self._reset("out")
        return signature


def _pairs(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    offset = 0
    while offset + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, offset)
        if kind == _AV_END:
            return found
        if offset + 4 + length > len(data):
            break
        found[kind] = data[offset + 4 : offset + 4 + length]
        offset += 4 + length
    raise AuthenticationFailed("the target information is cut off")


def _field(token: bytes, at: int) -> bytes:
    length, offset = struct.unpack_from("<HxxI", token, at)
    if offset + length > len(token):
        raise AuthenticationFailed("a field lies outside of the message")
    return token[offset : offset + length]


def _kind(token: bytes, shortest: int) -> int:
    if not token.startswith(SIGNATURE) or len(token) < shortest:
        raise AuthenticationFailed("not an NTLM message")
    return int(struct.unpack_from("<I", token, 8)[0])


class NtlmAcceptor:
    """One NTLM log-on: ``step`` with the NEGOTIATE message gives the challenge, with AUTHENTICATE it proves."""

    def __init__(self, names: HostNames, find: Callable[[str, str], Account | None], binding: ChannelBinding) -> None:
        self._names = names
        self._find = find
        self._binding = binding
        self._negotiate = b""
        self._challenge = b""
        self._nonce = os.urandom(8)
        self.account: Account | None = None
        self.sealer: NtlmSealer | None = None

    def step(self, token: bytes) -> bytes | None:
        if not self._negotiate:
            if _kind(token, 16) != 1:
                raise AuthenticationFailed("expected a NEGOTIATE message")
            self._negotiate = token
            self._challenge = self._make_challenge(struct.unpack_from("<I", token, 12)[0])
            return self._challenge
        if _kind(token, 64) != 3:
            raise AuthenticationFailed("expected an AUTHENTICATE message")
        self._authenticate(token)
        return None

    def _make_challenge(self, client_flags: int) -> bytes:
        if not client_flags & _EXTENDED_SECURITY or not client_flags & _UNICODE:
            raise AuthenticationFailed("NTLM without extended session security is not accepted")
        in_domain = self._names.domain.upper() != self._names.computer.upper()
        flags = client_flags & _OFFERED | _REQUEST_TARGET | _NTLM | _ALWAYS_SIGN | _TARGET_INFO | _VERSION
        flags |= _TARGET_DOMAIN if in_domain else _TARGET_SERVER
        pairs = (
            (_AV_DOMAIN, self._names.domain.encode("utf-16-le")),
            (_AV_COMPUTER, self._names.computer.encode("utf-16-le")),
            (_AV_DNS_DOMAIN, (self._names.dns_domain or self._names.computer).encode("utf-16-le")),
            (_AV_DNS_COMPUTER, self._names.fqdn.encode("utf-16-le")),
            (_AV_TIME, struct.pack("<Q", int((time.time() + _EPOCH_1601) * 10**7))),
            (_AV_END, b""),
        )
        info = b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in pairs)
        target = (self._names.domain if in_domain else self._names.computer).upper().encode("utf-16-le")
        return b"".join(
            (
                SIGNATURE,
                struct.pack("<IHHII", 2, len(target), len(target), 56, flags),
                self._nonce,
                bytes(8),
                struct.pack("<HHI", len(info), len(info), 56 + len(target)),
                _WINDOWS_6_3,
                target,
                info,
            )
        )

    def _authenticate(self, token: bytes) -> None:
        response, domain, user = (_field(token, at) for at in (20, 28, 36))
        flags = struct.unpack_from("<I", token, 60)[0]
        if len(response) < 44:
            raise AuthenticationFailed("only NTLMv2 responses are accepted")
        account = self._find(_text(domain), _text(user))
        if account is None:
            raise AuthenticationFailed("unknown user")
        key = _hmac_md5(account.nt_hash, (_text(user).upper() + _text(domain)).encode("utf-16-le"))
        proof, blob = response[:16], response[16:]
        if not hmac.compare_digest(_hmac_md5(key, self._nonce, blob), proof):
            raise AuthenticationFailed("wrong password")
        pairs = _pairs(blob[28:])
        if not self._binding.accepts(pairs.get(_AV_BINDINGS)):
            raise AuthenticationFailed("the channel bindings are not those of this connection")
        session_key = _hmac_md5(key, proof)
        if flags & _KEY_EXCHANGE and flags & (_SIGN | _SEAL):
            encrypted = _field(token, 52)
            if len(encrypted) != 16:
                raise AuthenticationFailed("the session key has the wrong length")
            session_key = Cipher(ARC4(session_key), None).encryptor().update(encrypted)
        if int.from_bytes(pairs.get(_AV_FLAGS, b""), "little") & 2:
            unsigned = token[:72] + bytes(16) + token[88:]
            expected = _hmac_md5(session_key, self._negotiate, self._challenge, unsigned)
            if not hmac.compare_digest(expected, token[72:88]):
                raise AuthenticationFailed("the message integrity code is wrong")
        self.account = account
        self.sealer = NtlmSealer(session_key, flags)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise AuthenticationFailed("a name is not UTF-16") from error
