"""Keys and certificates: a root of the lab's own, and server certificates that it signs.

2048-bit RSA and SHA-256 throughout, and a PFX in the form that Windows Server 2012 R2 opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_SIZE = 2048
ROOT_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=825)
SKEW = timedelta(days=1)  # the clocks of lab machines are not always right
# PBES1 takes its time only from the number of rounds; the password is random and long.
PFX_ROUNDS = 2000


class Wish(Protocol):
    """What a certificate is wanted for."""

    @property
    def subject(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Authority:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make_root(lab: str) -> Authority:
    """A self-signed root: only such a one may stand in a machine's Root store."""
    key, now, name = new_key(), datetime.now(UTC), common_name(f"passivelab {lab} root CA")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def issue(authority: Authority, wish: Wish, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """A server certificate with the wish's names."""
    now, signer = datetime.now(UTC), authority.key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(common_name(wish.subject))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(min(now + LEAF_LIFE, authority.certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in wish.names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def make_pfx(key: rsa.RSAPrivateKey, certificate: x509.Certificate, root: x509.Certificate, password: str) -> bytes:
    """A PFX with PBE-SHA1-3DES and a SHA-1 MAC: 2012 R2 cannot open what is made with AES."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(PFX_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(password.encode())
    )
    name = certificate.subject.rfc4514_string().removeprefix("CN=").encode()
    return pkcs12.serialize_key_and_certificates(name, key, certificate, [root], encryption)
