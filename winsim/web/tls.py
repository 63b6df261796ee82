"""TLS between machines of the lab: the server's choice of a certificate and the client's judgement of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from winsim.web.messages import WebFailure
from winsim.world.certificates import parse, thumbprint
from winsim.world.host import Host
from winsim.world.http_sys import SslBinding, http_sys

PROTOCOLS = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
FRAMEWORK = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
VERSIONS = {"Ssl3": "SSL 3.0", "Tls": "TLS 1.0", "Tls11": "TLS 1.1", "Tls12": "TLS 1.2"}

# WinHTTP's flags of what to overlook, as ARR's SecureConnectionIgnoreFlags takes them
IGNORE_UNKNOWN_CA = 0x100
IGNORE_WRONG_USAGE = 0x200
IGNORE_NAME = 0x1000
IGNORE_DATE = 0x2000


@dataclass(frozen=True)
class ServerCertificate:
    certificate: bytes
    binding: SslBinding


def server_versions(host: Host) -> frozenset[str]:
    """The protocol versions that SCHANNEL accepts from clients."""
    return frozenset(
        name for name, key in VERSIONS.items() if host.registry.get(rf"{PROTOCOLS}\{key}\Server", "Enabled") != 0
    )


def client_versions(host: Host) -> frozenset[str]:
    """What .NET 4.5 offers by default: up to TLS 1.0, and TLS 1.2 with strong cryptography switched on."""
    if host.registry.get(FRAMEWORK, "SchUseStrongCrypto") == 1:
        return frozenset({"Tls", "Tls11", "Tls12"})
    return frozenset({"Ssl3", "Tls"})


def serve(host: Host, address: str, port: int, server_name: str | None) -> ServerCertificate:
    """The certificate that http.sys sends; raises the reset of a hello that no binding fits."""
    binding = http_sys(host).choose(address, port, server_name)
    if binding is None:
        what = f"no binding for {server_name}" if server_name else "a hello without a server name needs an IP binding"
        raise WebFailure.reset(f"{host.name} {address}:{port}: {what}")
    entry = host.certificates.find(binding.thumbprint, binding.store)
    container = host.certificates.key_of(entry) if entry is not None else None
    if entry is None or container is None:
        raise WebFailure.reset(f"{host.name} {address}:{port}: the certificate {binding.thumbprint} has no key here")
    return ServerCertificate(entry.der, binding)


def judge(client: Host | None, server: Host, der: bytes, name: str, now: datetime, ignore: int = 0) -> None:
    """Raises when the client does not accept the server's certificate for a name."""
    certificate = parse(der)
    if not ignore & IGNORE_DATE and not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise WebFailure.untrusted("the certificate is expired or not yet valid")
    if not ignore & IGNORE_WRONG_USAGE and not serves(certificate):
        raise WebFailure.untrusted("the certificate is not one for servers")
    if not ignore & IGNORE_NAME and not any(covers(pattern, name) for pattern in names_of(der)):
        raise WebFailure.untrusted(f"the certificate is not for {name}")
    if not ignore & IGNORE_UNKNOWN_CA:
        roots = [entry.der for entry in client.certificates.trusted_roots()] if client else []
        sent = [
            e.der for store in ("CA", "Root") for e in server.certificates.store("LocalMachine", store).entries.values()
        ]
        known = [e.der for e in client.certificates.store("LocalMachine", "CA").entries.values()] if client else []
        if chain(der, [*sent, *known], roots, now) is None:
            raise WebFailure.untrusted(f"no trusted root for {certificate.issuer.rfc4514_string()}")


def _stored(host: Host, store: str) -> list[bytes]:
    return [entry.der for entry in host.certificates.store("LocalMachine", store).entries.values()]


def serves(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.SERVER_AUTH in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


@lru_cache(maxsize=256)
def names_of(der: bytes) -> tuple[str, ...]:
    """The DNS names (and addresses) of a certificate; the common name counts only without alternative names."""
    certificate = parse(der)
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(str(a.value).lower() for a in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME))
    names = [name.lower() for name in alternative.get_values_for_type(x509.DNSName)]
    return (*names, *(str(address) for address in alternative.get_values_for_type(x509.IPAddress)))


def covers(pattern: str, name: str) -> bool:
    """Whether a name of a certificate fits; a star stands for one whole label."""
    if pattern.startswith("*."):
        first, _, rest = name.lower().partition(".")
        return bool(first) and rest == pattern[2:].lower()
    return pattern.lower() == name.lower()


def chain(der: bytes, known: Iterable[bytes], roots: Iterable[bytes], now: datetime) -> list[bytes] | None:
    """The way from a certificate to a trusted root, None when there is none."""
    trusted = {thumbprint(root): root for root in roots}
    candidates = {thumbprint(other): other for other in known} | trusted
    path = [der]
    while len(path) < 8:
        if thumbprint(path[-1]) in trusted:
            return path
        issuer = next((other for other in candidates.values() if other not in path and _issued(other, path[-1])), None)
        if issuer is None:
            return None
        issuing = parse(issuer)
        if not issuing.not_valid_before_utc <= now <= issuing.not_valid_after_utc:
            return None
        path.append(issuer)
    return None


@lru_cache(maxsize=1024)
def _issued(issuer: bytes, subject: bytes) -> bool:
    above, below = parse(issuer), parse(subject)
    if above.subject != below.issuer:
        return False
    try:
        below.verify_directly_issued_by(above)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
