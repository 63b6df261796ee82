"""The accepting side of CredSSP (MS-CSSP): TLS inside of HTTP headers, SPNEGO inside of that, then the credentials."""

from __future__ import annotations

import datetime
import functools
import hashlib
import hmac
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from winsim.endpoint.contracts import Account
from winsim.endpoint.ntlm import MESSAGE_SIGNATURE_LENGTH, AuthenticationFailed, NtlmSealer
from winsim.endpoint.spnego import NegotiateAcceptor, der, der_elements, der_fields, read_der

_VERSION: Final = 6
_LOGON_FAILURE: Final = 0xC000006D
_TRAILER: Final = 16  # of the AES-GCM suites that the context allows


@functools.cache
def _tls_context() -> tuple[ssl.SSLContext, bytes]:
    """A context with a certificate of its own, as the WSMan CredSSP service makes one, and its public key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CREDSSP")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Only suites whose trailer has a fixed length: WinRM sends the trailer apart from the data.
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:RSA+AESGCM")
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "credssp.pem"
        path.touch(mode=0o600)
        path.write_bytes(pem)
        context.load_cert_chain(path)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return context, public


class TlsSealer:
    """WinRM's message encryption with CredSSP: TLS records, their trailer sent as the signature."""

    def __init__(self, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        self._tls = tls
        self._incoming = incoming
        self._outgoing = outgoing

    def write(self, data: bytes) -> bytes:
        self._tls.write(data)
        return self._outgoing.read()

    def read(self, data: bytes) -> bytes:
        self._incoming.write(data)
        plain = b""
        while True:
            try:
                piece = self._tls.read(65536)
            except ssl.SSLWantReadError:
                return plain
            if not piece:
                return plain
            plain += piece

    def seal(self, data: bytes) -> tuple[bytes, bytes]:
        # The two parts are joined again before they are decrypted, so where they are cut has no meaning.
        record = self.write(data)
        return record[:_TRAILER], record[_TRAILER:]

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        return self.read(signature + sealed)


class LogonRefused(AuthenticationFailed):
    """The inner log-on failed; ``token`` tells the client so."""

    def __init__(self, token: bytes) -> None:
        super().__init__("the inner log-on failed")
        self.token = token


class CredSspAcceptor:
    def __init__(self, negotiate: NegotiateAcceptor, computer: str) -> None:
        context, self._public_key = _tls_context()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True, server_hostname=None)
        self._channel = TlsSealer(self._tls, self._incoming, self._outgoing)
        self._negotiate = negotiate
        self._computer = computer
        self._handshaken = False
        self._bound = False
        self.account: Account | None = None
        self.sealer: TlsSealer | None = None

    def step(self, token: bytes) -> bytes | None:
        try:
            if not self._handshaken:
                return self._handshake(token)
            request = self._channel.read(token)
            answer = self._request(der_fields(request))
            return None if answer is None else self._channel.write(answer)
        except ssl.SSLError as error:
            raise AuthenticationFailed("the TLS tunnel of CredSSP broke") from error

    def _handshake(self, token: bytes) -> bytes:
        self._incoming.write(token)
        try:
            self._tls.do_handshake()
            self._handshaken = True
        except ssl.SSLWantReadError:
            pass
        return self._outgoing.read()

    def _request(self, fields: Mapping[int, bytes]) -> bytes | None:
        if self._bound:
            self._credentials(fields)
            return None
        token = _negotiate_token(fields.get(1))
        version = int.from_bytes(read_der(fields.get(0, b"\x02\x01\x02"))[1], "big")
        try:
            answer = self._negotiate.step(token) if token is not None else None
        except AuthenticationFailed as error:
            if version in (2, 5):  # these versions have no error code
                raise
            raise LogonRefused(self._channel.write(_ts_error(_LOGON_FAILURE))) from error
        if 3 not in fields:
            return _ts_request(answer, None)
        nonce = read_der(fields[5])[1] if 5 in fields and version >= 5 else None
        sealer = self._inner_sealer()
        proof = _unwrap(sealer, read_der(fields[3])[1])
        if not hmac.compare_digest(proof, self._key_proof("Client-To-Server", nonce)):
            raise AuthenticationFailed("the client saw another certificate")
        self._bound = True
        signature, sealed = sealer.seal(self._key_proof("Server-To-Client", nonce))
        return _ts_request(answer, signature + sealed)

    def _inner_sealer(self) -> NtlmSealer:
        if self._negotiate.sealer is None:
            raise AuthenticationFailed("the inner log-on has not ended")
        return self._negotiate.sealer

    def _key_proof(self, direction: str, nonce: bytes | None) -> bytes:
        if nonce is not None:
            return hashlib.sha256(f"CredSSP {direction} Binding Hash\0".encode() + nonce + self._public_key).digest()
        if direction == "Server-To-Client":
            return bytes(((self._public_key[0] + 1) & 0xFF,)) + self._public_key[1:]
        return self._public_key

    def _credentials(self, fields: Mapping[int, bytes]) -> None:
        """The client's credentials must be there and open; whom they are for was proved by the inner log-on."""
        if 2 not in fields:
            raise AuthenticationFailed("the client sent no credentials")
        credentials = der_fields(_unwrap(self._inner_sealer(), read_der(fields[2])[1]))
        if 0 not in credentials or 1 not in credentials:
            raise AuthenticationFailed("the credentials are malformed")
        self.account = self._negotiate.account
        self.sealer = self._channel


def _negotiate_token(content: bytes | None) -> bytes | None:
    if content is None:
        return None
    for _, entry in der_elements(read_der(content)[1]):
        for tag, value in der_elements(entry):
            if tag == 0xA0:
                return read_der(value)[1]
    return None


def _ts_request(token: bytes | None, proof: bytes | None) -> bytes:
    members = [der(0xA0, der(0x02, bytes((_VERSION,))))]
    if token is not None:
        members.append(der(0xA1, der(0x30, der(0x30, der(0xA0, der(0x04, token))))))
    if proof is not None:
        members.append(der(0xA3, der(0x04, proof)))
    return der(0x30, *members)


def _ts_error(status: int) -> bytes:
    return der(
        0x30,
        der(0xA0, der(0x02, bytes((_VERSION,)))),
        der(0xA4, der(0x02, status.to_bytes(4, "big"))),
    )


def _unwrap(sealer: NtlmSealer, data: bytes) -> bytes:
    return sealer.unseal(data[:MESSAGE_SIGNATURE_LENGTH], data[MESSAGE_SIGNATURE_LENGTH:])
