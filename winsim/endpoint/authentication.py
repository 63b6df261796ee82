"""Who is at the other end of a connection: the HTTP authentication schemes of WinRM."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import struct
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from winsim.endpoint.contracts import Account, Machine
from winsim.endpoint.credssp import CredSspAcceptor, LogonRefused
from winsim.endpoint.http import HttpConnection, HttpRequest, HttpResponse
from winsim.endpoint.nthash import nt_hash
from winsim.endpoint.ntlm import AuthenticationFailed, ChannelBinding, NtlmAcceptor, binding_hash
from winsim.endpoint.sealing import CREDSSP, SPNEGO, Sealer
from winsim.endpoint.spnego import NegotiateAcceptor

_MUTUAL: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


@dataclass(frozen=True)
class Caller:
    """An authenticated client; ``delegated`` when its credentials came along (CredSSP)."""

    account: Account
    delegated: bool = False


@dataclass
class ConnectionSecurity:
    """What is bound to one TCP connection: half-done log-ons, the caller, and the sealing of messages."""

    acceptor: NegotiateAcceptor | CredSspAcceptor | None = None
    caller: Caller | None = None
    sealer: Sealer | None = None
    protocol: str = SPNEGO


@dataclass(frozen=True)
class Granted:
    """The request may go on; ``headers`` belong into its response."""

    caller: Caller
    headers: tuple[tuple[str, str], ...] = ()


class Authenticator:
    """Decides for one listener of one machine."""

    def __init__(self, machine: Machine, certificate: bytes | None) -> None:
        self._machine = machine
        self._certificate = certificate  # DER; None for the HTTP listener
        self._binding_hash = None if certificate is None else binding_hash(endpoint_binding(certificate))

    def authenticate(self, connection: HttpConnection, request: HttpRequest) -> Granted | HttpResponse:
        security = self.security(connection)
        scheme, _, value = request.header("authorization").partition(" ")
        if not scheme:
            if security.caller is not None:
                return Granted(security.caller)
            return self._refused()
        if scheme == _MUTUAL:
            return self._by_certificate(connection.tls)
        step = {"negotiate": self._negotiate, "credssp": self._credssp, "basic": self._basic}.get(scheme.lower())
        if step is None:
            return self._refused()
        try:
            token = base64.b64decode(value.strip(), validate=True)
            return step(security, token)
        except LogonRefused as refusal:
            security.acceptor = security.caller = security.sealer = None
            return HttpResponse(401, [("WWW-Authenticate", f"CredSSP {base64.b64encode(refusal.token).decode()}")])
        except (AuthenticationFailed, ValueError, struct.error):
            security.acceptor = security.caller = security.sealer = None
            return self._refused()

    @staticmethod
    def security(connection: HttpConnection) -> ConnectionSecurity:
        if not isinstance(connection.security, ConnectionSecurity):
            connection.security = ConnectionSecurity()
        return connection.security

    def _schemes(self) -> list[str]:
        settings = self._machine.settings
        offered = ["Negotiate"]
        if self._certificate is not None or (settings.basic and settings.allow_unencrypted):
            offered.append('Basic realm="WSMAN"')
        if settings.credssp:
            offered.append("CredSSP")
        return offered

    def _refused(self) -> HttpResponse:
        return HttpResponse(401, [("WWW-Authenticate", scheme) for scheme in self._schemes()])

    def _find(self, domain: str, user: str) -> Account | None:
        return self._machine.find_account(domain, user)

    def _ntlm(self, *, bound: bool) -> NtlmAcceptor:
        binding = ChannelBinding(self._machine.settings.bindings, self._binding_hash if bound else None)
        return NtlmAcceptor(self._machine.names, self._find, binding)

    def _negotiate(self, security: ConnectionSecurity, token: bytes) -> Granted | HttpResponse:
        acceptor = security.acceptor
        if not isinstance(acceptor, NegotiateAcceptor):
            # A first token starts over: the client may log on again on the same connection.
            acceptor = NegotiateAcceptor(self._ntlm(bound=True))
        security.caller = security.sealer = None
        security.acceptor = acceptor
        answer = acceptor.step(token)
        return self._continue(security, acceptor, "Negotiate", answer, delegated=False)

    def _credssp(self, security: ConnectionSecurity, token: bytes) -> Granted | HttpResponse:
        if not self._machine.settings.credssp:
            return self._refused()
        acceptor = security.acceptor
        if not isinstance(acceptor, CredSspAcceptor):
            acceptor = CredSspAcceptor(NegotiateAcceptor(self._ntlm(bound=False)), self._machine.names.computer)
        security.caller = security.sealer = None
        security.acceptor = acceptor
        answer = acceptor.step(token)
        return self._continue(security, acceptor, "CredSSP", answer, delegated=True)

    def _continue(
        self,
        security: ConnectionSecurity,
        acceptor: NegotiateAcceptor | CredSspAcceptor,
        scheme: str,
        answer: bytes | None,
        *,
        delegated: bool,
    ) -> Granted | HttpResponse:
        headers: tuple[tuple[str, str], ...] = ()
        if answer is not None:
            headers = (("WWW-Authenticate", f"{scheme} {base64.b64encode(answer).decode()}"),)
        if acceptor.account is None or acceptor.sealer is None:
            return HttpResponse(401, headers)
        security.acceptor = None
        security.caller = Caller(acceptor.account, delegated)
        security.sealer = acceptor.sealer
        security.protocol = CREDSSP if delegated else SPNEGO
        return Granted(security.caller, headers)

    def _basic(self, security: ConnectionSecurity, token: bytes) -> Granted | HttpResponse:
        settings = self._machine.settings
        if self._certificate is None and not (settings.basic and settings.allow_unencrypted):
            return self._refused()
        try:
            name, colon, password = token.decode("utf-8").partition(":")
        except UnicodeDecodeError:
            name, colon, password = token.decode("latin-1").partition(":")
        domain, slash, user = name.rpartition("\\")
        account = self._find(domain if slash else "", user)
        if not colon or account is None or not hmac.compare_digest(account.nt_hash, nt_hash(password)):
            return self._refused()
        return Granted(Caller(account))

    def _by_certificate(self, tls: ssl.SSLObject | None) -> Granted | HttpResponse:
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        if not certificate or not self._machine.settings.certificate:
            return self._refused()
        account = self._machine.certificate_account(certificate)
        return self._refused() if account is None else Granted(Caller(account))


def endpoint_binding(certificate: bytes) -> bytes:
    """tls-server-end-point of RFC 5929: the hash of the server's certificate with its signature's algorithm."""
    algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    name = "sha256" if algorithm is None or algorithm.name in {"md5", "sha1"} else algorithm.name
    return b"tls-server-end-point:" + hashlib.new(name, certificate).digest()
