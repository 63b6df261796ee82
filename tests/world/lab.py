"""A small lab of fresh machines, certificates for it, and scripts run on its hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from winsim.interpreter.hosting import Identity, Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session
from winsim.interpreter.texts import to_text
from winsim.world.certificates import SCHANNEL, CertificateEntry
from winsim.world.host import Host
from winsim.world.lab import World
from winsim.world.machines import build_world

MACHINES: dict[str, Any] = {
    "lab": "test",
    "networks": {
        "internal": {"cidr": "192.168.50.0/24"},
        "dmz": {"cidr": "10.0.0.0/24"},
        "public": {"cidr": "203.0.113.0/24"},
    },
    "nat": [{"public": "203.0.113.10", "host": "arr01", "ports": [80, 443], "hairpin": True}],
    "accounts": {"local_administrator": {"user": "Administrator", "password": "Start-2012-R2"}},
    "hosts": {
        "arr01": {"address": "10.0.0.10", "network": "dmz", "dns": ["203.0.113.53"]},
        "se01": {"address": "192.168.50.31", "network": "internal", "dns": ["203.0.113.53"]},
        "adfs01": {"address": "192.168.50.21", "network": "internal", "dns": ["203.0.113.53"]},
    },
    "public_dns": {
        "server": "203.0.113.53",
        "records": {"web.contoso.com": "203.0.113.10", "sts.contoso.com": "203.0.113.10"},
    },
}


def fresh() -> World:
    """Bare machines that somebody has given their DNS servers."""
    world = build_world(MACHINES)
    for name, row in MACHINES["hosts"].items():
        world.host(name).adapters[0].dns_servers = list(row.get("dns", ()))
    return world


@dataclass
class Outcome:
    output: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Sink:
    def __init__(self) -> None:
        self.outcome = Outcome()

    def output(self, value: object) -> None:
        self.outcome.output.append(to_text(value))

    def error(self, record: object) -> None:
        self.outcome.errors.append(str(getattr(record, "fully_qualified_error_id", record)))

    def warning(self, record: object) -> None:
        self.outcome.warnings.append(str(getattr(record, "message", record)))

    def verbose(self, record: object) -> None: ...

    def debug(self, record: object) -> None: ...

    def progress(self, record: object) -> None: ...


def run(world: World, host: Host, script: str, *, delegated: bool = False) -> Outcome:
    """Runs a script as the built-in administrator of a host; an error that ends it fails the test."""
    groups = frozenset({r"builtin\administrators"})
    identity = Identity(rf"{host.name}\Administrator", groups, is_admin=True, delegated=delegated)
    sink = _Sink()
    request = PipelineRequest([RemoteCommand(script, True)], limits=Limits(seconds=20))
    outcome = Session(world, host, identity).invoke(request, sink)
    assert outcome.state == "completed", to_text(getattr(outcome.error, "exception", outcome.error))
    return sink.outcome


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pkcs8(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@cache
def authority() -> Issued:
    return _issue("Test Root", (), None)


@cache
def server(*names: str) -> Issued:
    return _issue(names[0], names, authority())


def _issue(subject: str, names: tuple[str, ...], issuer: Issued | None) -> Issued:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def trust(host: Host) -> None:
    host.certificates.store("LocalMachine", "Root").add(CertificateEntry(authority().der))


def give(host: Host, issued: Issued) -> str:
    """Puts a certificate with its key into the machine's own store; its thumbprint."""
    container = host.store_key(issued.pkcs8, SCHANNEL, 12, exportable=True)
    return host.certificates.machine_my.add(CertificateEntry(issued.der, container.name)).thumbprint
