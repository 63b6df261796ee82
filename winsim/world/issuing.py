"""Making X.509 certificates: keys, self-signed ones, and those of a certification authority of the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER_AUTHENTICATION = ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Issued:
    """A certificate and its private key (PKCS#8), both DER."""

    der: bytes
    key: bytes


def new_key(size: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def load_key(pkcs8: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_der_private_key(pkcs8, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def dump_key(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _base(
    subject: x509.Name, issuer: x509.Name, public: rsa.RSAPublicKey, start: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )


def self_signed(name: str, start: datetime, days: int) -> Issued:
    """A certificate that nobody else vouches for, as AD FS makes for its tokens."""
    key = new_key()
    subject = common_name(name)
    built = _base(subject, subject, key.public_key(), start, days).sign(key, hashes.SHA256())
    return Issued(built.public_bytes(serialization.Encoding.DER), dump_key(key))


def placeholder(subject: x509.Name, key: rsa.RSAPrivateKey, start: datetime) -> bytes:
    """The stand-in that keeps a pending request's key in the store REQUEST."""
    built = _base(subject, subject, key.public_key(), start, 365).sign(key, hashes.SHA256())
    return built.public_bytes(serialization.Encoding.DER)


def authority(name: x509.Name, start: datetime, days: int, size: int = 2048) -> Issued:
    """A root certification authority."""
    key = new_key(size)
    public = key.public_key()
    built = (
        _base(name, name, public, start, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Issued(built.public_bytes(serialization.Encoding.DER), dump_key(key))


def server_certificate(
    ca: Issued,
    subject: x509.Name,
    names: Sequence[str],
    start: datetime,
    days: int,
    public: rsa.RSAPublicKey,
    usages: Sequence[x509.ObjectIdentifier] = (SERVER_AUTHENTICATION,),
) -> bytes:
    """A certificate for a server's key, signed by an authority; DER."""
    issuer = x509.load_der_x509_certificate(ca.der)
    signer = load_key(ca.key)
    # A certificate never outlives its issuer.
    last = issuer.not_valid_after_utc.replace(tzinfo=start.tzinfo)
    days = min(days, (last - start).days)
    builder = (
        _base(subject, issuer.subject, public, start, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, True, False, False, False, False, False, False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    built = builder.sign(signer, hashes.SHA256())
    return built.public_bytes(serialization.Encoding.DER)


def issue_for_server(ca: Issued, name: str, names: Sequence[str], start: datetime, days: int) -> Issued:
    """A new key and its certificate with ``CN=name``."""
    key = new_key()
    der = server_certificate(ca, common_name(name), names, start, days, key.public_key())
    return Issued(der, dump_key(key))


def names_of(der: bytes) -> list[str]:
    """The DNS names that a certificate covers: alternative names, or the common name where there are none."""
    certificate = x509.load_der_x509_certificate(der)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        alternatives = found.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        alternatives = []
    if alternatives:
        return [name.lower() for name in alternatives]
    return [str(one.value).lower() for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def covers(der: bytes, name: str) -> bool:
    """Whether a certificate may be used for a host name; ``*`` stands for one label."""
    wanted = name.lower()
    return any(
        known == wanted or (known.startswith("*.") and wanted.partition(".")[2] == known[2:]) for known in names_of(der)
    )
