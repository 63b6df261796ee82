"""Certificate requests: INF files, PKCS #10, and the way to a certification authority of the lab."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from winsim.world.certificates import ENHANCED, CertificateEntry, Location, parse
from winsim.world.keys import new_key, provider_type

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
# A request is signed with SHA-1 unless the INF says otherwise; what signs here refuses SHA-1, so SHA-256 stands for it.
HASHES: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha1": hashes.SHA256(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
ATTRIBUTES = {
    "CN": NameOID.COMMON_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "L": NameOID.LOCALITY_NAME,
    "S": NameOID.STATE_OR_PROVINCE_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
    "E": NameOID.EMAIL_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT,
}


class RequestError(Exception):
    """``code`` is the HRESULT."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@runtime_checkable
class CertificateAuthority(Protocol):
    """A part of a host that issues certificates."""

    def submit(self, world: World, host: Host, request: bytes, attributes: dict[str, str], requester: str) -> bytes:
        """The certificate (DER) for a PKCS #10 request (DER); raises RequestError when it is denied."""


@dataclass
class RequestFile:
    """An INF of certreq: sections in lower case, keys in lower case, values with their _continue_ parts joined."""

    sections: dict[str, dict[str, str]] = field(default_factory=dict)
    usages: list[str] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        return self.sections.get("newrequest", {}).get(name.lower(), default)

    def flag(self, name: str) -> bool:
        return self.get(name).lower() == "true"


def read_inf(text: str) -> RequestFile:
    made = RequestFile()
    section, last = "", ""
    for raw in text.lstrip("\ufeff").splitlines():
        line = raw.strip()
        if not line or line.startswith(";"):
            continue
        if line.startswith("["):
            section = line.strip("[]").strip().lower()
            made.sections.setdefault(section, {})
            continue
        key, equals, value = line.partition("=")
        name, value = key.strip().lower(), _unquoted(value.strip())
        if not equals or not section:
            raise RequestError(0xE0000102, "The INF file line is invalid.")
        if name == "_continue_" and last:
            made.sections[section][last] += value
        elif section == "enhancedkeyusageextension" and name == "oid":
            made.usages.append(value)
        else:
            made.sections[section][name] = value
            last = name
    if "newrequest" not in made.sections:
        raise RequestError(0xE0000101, "The required section was not found in the INF.")
    return made


def _unquoted(value: str) -> str:
    comment = value.partition(";")[0].strip() if not value.startswith('"') else value
    found = re.fullmatch(r'"((?:[^"]|"")*)"\s*(?:;.*)?', comment)
    return found[1].replace('""', '"') if found else comment


def parse_subject(text: str) -> x509.Name:
    attributes = []
    for part in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text):
        key, _, value = part.strip().partition("=")
        oid = ATTRIBUTES.get(key.strip().upper())
        if oid is None:
            raise RequestError(0x80092023, "The string contains an invalid X500 name attribute key.")
        attributes.append(x509.NameAttribute(oid, value.strip().strip('"')))
    return x509.Name(attributes)


def alternative_names(inf: RequestFile) -> list[x509.GeneralName]:
    text = inf.sections.get("extensions", {}).get(SUBJECT_ALTERNATIVE_NAME, "").removeprefix("{text}")
    names: list[x509.GeneralName] = []
    for part in text.split("&"):
        kind, _, value = part.partition("=")
        if kind.strip().lower() == "dns" and value:
            names.append(x509.DNSName(value.strip()))
    return names


def create(host: Host, inf: RequestFile, user: str) -> bytes:
    """Makes the key and the request (DER); a placeholder with the key waits in the store REQUEST."""
    key, pkcs8 = new_key(int(inf.get("KeyLength", "1024")))
    provider = inf.get("ProviderName", ENHANCED)
    kind = provider_type(provider)
    machine = inf.flag("MachineKeySet")
    spec = {"at_keyexchange": 1, "at_signature": 2}.get(inf.get("KeySpec", "1").lower()) or int(inf.get("KeySpec", "1"))
    container = host.store_key(
        pkcs8, provider, kind, 0 if kind == 0 else spec, machine=machine, exportable=inf.flag("Exportable"), owner=user
    )
    subject = parse_subject(inf.get("Subject"))
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    names = alternative_names(inf)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if inf.usages:
        usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in inf.usages])
        builder = builder.add_extension(usage, critical=False)
    algorithm = HASHES.get(inf.get("HashAlgorithm", "sha1").lower())
    if algorithm is None:
        raise RequestError(0x80090008, "Invalid algorithm specified.")
    request = builder.sign(key, algorithm)
    placeholder = CertificateEntry(_placeholder(host, subject, key), container.name, inf.get("FriendlyName"))
    host.certificates.store("LocalMachine" if machine else "CurrentUser", "REQUEST", user).add(placeholder)
    return request.public_bytes(serialization.Encoding.DER)


def _placeholder(host: Host, subject: x509.Name, key: rsa.RSAPrivateKey) -> bytes:
    now = host.clock.now().replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def accept(host: Host, der: bytes, *, machine: bool, user: str) -> CertificateEntry:
    """Marries an issued certificate to the key that waits for it."""
    wanted = _public(parse(der))
    location: Location = "LocalMachine" if machine else "CurrentUser"
    waiting = host.certificates.store(location, "REQUEST", user)
    for entry in list(waiting.entries.values()):
        if _public(entry.certificate) == wanted:
            waiting.remove(entry.thumbprint)
            made = CertificateEntry(der, entry.container, entry.friendly_name)
            return host.certificates.store(location, "My", user).add(made)
    raise RequestError(0x80092004, "Cannot find object or property.")


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def submit(world: World, host: Host, config: str, request: bytes, attributes: dict[str, str], requester: str) -> bytes:
    """Sends a request to the authority ``server\\CA name``."""
    server = world.find_host(config.partition("\\")[0])
    if server is None or not server.is_up(world.clock.now()) or not server.services.running("CertSvc"):
        raise RequestError(0x800706BA, "The RPC server is unavailable.")
    for part in server.parts.items.values():
        if isinstance(part, CertificateAuthority):
            return part.submit(world, server, request, attributes, requester)
    raise RequestError(0x800706BA, "The RPC server is unavailable.")
