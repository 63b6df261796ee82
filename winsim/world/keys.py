"""Certificates and keys coming to a host and leaving it: PFX import and export, self-signed certificates, requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from winsim.world.certificates import ENHANCED, SCHANNEL, SOFTWARE_KSP, CertificateEntry, Location, parse
from winsim.world.pfx import PfxError, read_pfx, write_pfx

if TYPE_CHECKING:
    from winsim.world.host import Host

PROVIDER_TYPES = {ENHANCED.lower(): 1, SCHANNEL.lower(): 12, "microsoft strong cryptographic provider": 1}
KEY_NOT_EXPORTABLE = (0x8009000B, "Key not valid for use in specified state.\r\n")
NO_KEY = (0x80092004, "Cannot find object or property.\r\n")


def provider_type(provider: str) -> int:
    """1 or 12 for a CryptoAPI provider, 0 for a CNG one."""
    return PROVIDER_TYPES.get(provider.lower(), 0 if "storage provider" in provider.lower() else 1)


def import_pfx(
    host: Host,
    data: bytes,
    password: str | None,
    *,
    location: Location = "LocalMachine",
    store: str = "My",
    user: str = "",
    exportable: bool = False,
    persisted: bool = True,
    machine_key: bool | None = None,
    provider: str = "",
    into_stores: bool = True,
) -> list[CertificateEntry]:
    """Opens a PFX and keeps its key in a container; the entries, the one with the key first.

    Roots and intermediates of the file go into Root and CA, as Import-PfxCertificate puts them, when ``into_stores``.
    """
    contents = read_pfx(data, password)
    machine = location == "LocalMachine" if machine_key is None else machine_key
    entries: list[CertificateEntry] = []
    if contents.certificate is not None:
        container = ""
        if contents.key is not None:
            named = provider or contents.provider or ENHANCED
            kind = provider_type(named)
            container = host.store_key(
                contents.key, named, kind, 0 if kind == 0 else 1,
                machine=machine, persisted=persisted, exportable=exportable, owner=user,
            ).name  # fmt: skip
        entries.append(CertificateEntry(contents.certificate, container, contents.friendly_name))
    entries += [CertificateEntry(der) for der in contents.others]
    if into_stores:
        for entry in entries:
            target = store if entry is entries[0] else "Root" if is_self_signed(entry.der) else "CA"
            host.certificates.store(location, target, user).add(entry)
    return entries


def is_self_signed(der: bytes) -> bool:
    certificate = parse(der)
    return certificate.subject == certificate.issuer


def export_pfx(host: Host, entry: CertificateEntry, password: str, others: Sequence[bytes] = ()) -> bytes:
    container = host.certificates.key_of(entry)
    if container is None:
        raise PfxError(*NO_KEY)
    if not container.exportable:
        raise PfxError(*KEY_NOT_EXPORTABLE)
    return write_pfx(entry.der, container.pkcs8, password, tuple(others), entry.friendly_name)


def chain_of(host: Host, der: bytes) -> list[bytes]:
    """The issuers of a certificate that are known on the host, nearest first."""
    known = [e.der for name in ("CA", "Root") for e in host.certificates.store("LocalMachine", name).entries.values()]
    chain: list[bytes] = []
    current = der
    while not is_self_signed(current):
        issuer = next((other for other in known if parse(other).subject == parse(current).issuer), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
        current = issuer
    return chain


def new_key(length: int = 2048) -> tuple[rsa.RSAPrivateKey, bytes]:
    key = rsa.generate_private_key(65537, length)
    return key, key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def self_signed(
    host: Host,
    names: Sequence[str],
    location: Location = "LocalMachine",
    user: str = "",
    made: tuple[rsa.RSAPrivateKey, bytes] | None = None,
) -> CertificateEntry:
    """What New-SelfSignedCertificate of 2012 R2 makes: a CNG key, one year, server and client authentication.

    ``made`` is a key of ``new_key``, where a new one is not worth its time.
    """
    key, pkcs8 = made or new_key()
    now = host.clock.now().replace(microsecond=0)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    container = host.store_key(
        pkcs8, SOFTWARE_KSP, 0, 0, machine=location == "LocalMachine", exportable=True, owner=user
    )
    entry = CertificateEntry(certificate.public_bytes(serialization.Encoding.DER), container.name)
    return host.certificates.store(location, "My", user).add(entry)
