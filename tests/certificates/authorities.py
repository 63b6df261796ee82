"""A certification authority outside of the lab: what a user would get from a public one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from passivelab.pki.authority import common_name, new_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


@dataclass(frozen=True)
class PublicAuthority:
    """A root that signs an intermediate, which signs certificates."""

    root: x509.Certificate
    intermediate: x509.Certificate
    key: RSAPrivateKey

    @classmethod
    def make(cls) -> PublicAuthority:
        root_key, key = new_key(), new_key()
        top, issuing = common_name("Public Root"), common_name("Public Issuing CA")
        root = certificate(top, top, root_key.public_key(), root_key, None)
        return cls(root, certificate(issuing, top, key.public_key(), root_key, None), key)

    def sign(
        self, subject: x509.Name, names: list[str], key: RSAPublicKey, until: datetime | None = None
    ) -> x509.Certificate:
        return certificate(subject, self.intermediate.subject, key, self.key, names, until)


def certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPublicKey,
    signer: RSAPrivateKey,
    names: list[str] | None,
    until: datetime | None = None,
) -> x509.Certificate:
    """With names for a server, without them for an authority."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(until or now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(signer, hashes.SHA256())
