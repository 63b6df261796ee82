"""Active Directory Certificate Services: an enterprise root authority, its templates, and the trust of members."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from winsim.world import issuing
from winsim.world.certificate_requests import RequestError
from winsim.world.certificates import SOFTWARE_KSP, CertificateEntry
from winsim.world.directory import Directory, logons, objects

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

SERVICE = "CertSvc"
CONFIGURATION = r"HKLM\SYSTEM\CurrentControlSet\Services\CertSvc\Configuration"
REFRESH_SECONDS = 90 * 60.0


@dataclass(frozen=True)
class Template:
    """``enrol`` are the groups of the domain that may enrol; names come from the request or from the directory."""

    name: str
    display_name: str
    oid: str
    days: int
    usages: tuple[str, ...]
    enrol: tuple[str, ...]
    subject_in_request: bool


_BASE = "1.3.6.1.4.1.311.21.8."
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH.dotted_string, ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string
TEMPLATES = {
    one.name.lower(): one
    for one in (
        Template("WebServer", "Web Server", _BASE + "1.16", 730, (SERVER,),
                 ("Domain Admins", "Enterprise Admins"), True),
        Template("Machine", "Computer", _BASE + "1.14", 365, (SERVER, CLIENT),
                 ("Domain Admins", "Enterprise Admins", "Domain Computers"), False),
        Template("DomainController", "Domain Controller", _BASE + "1.15", 365, (SERVER, CLIENT),
                 ("Domain Controllers", "Domain Admins"), False),
        Template("User", "User", _BASE + "1.1", 365, (CLIENT,), ("Domain Users", "Domain Admins"), False),
    )
}  # fmt: skip


@dataclass
class PolicyRoots:
    """Roots that group policy has brought to a member."""

    thumbprints: list[str] = field(default_factory=list)


@dataclass
class IssuedRow:
    request_id: int
    requester: str
    template: str
    serial: str
    der: bytes
    revoked: bool = False


@dataclass
class CertificateAuthority:
    """The authority on one host."""

    name: str = ""
    kind: str = "EnterpriseRootCA"
    der: bytes = b""
    key: bytes = b""
    templates: list[str] = field(default_factory=lambda: ["WebServer", "Machine", "DomainController", "User"])
    issued: list[IssuedRow] = field(default_factory=list)
    next_request: int = 2
    max_days: int = 730  # ValidityPeriodUnits of the registry: two years
    created: datetime | None = None

    @property
    def pair(self) -> issuing.Issued:
        return issuing.Issued(self.der, self.key)

    def submit(self, world: World, host: Host, request: bytes, attributes: dict[str, str], requester: str) -> bytes:
        """The answer to certreq: the requester's groups are those of the directory."""
        del host
        wanted = {name.strip().lower(): value.strip() for name, value in attributes.items()}
        return issue(world, self, request, wanted.get("certificatetemplate", ""), requester).der

    def retrieve(self, request_id: str) -> bytes | None:
        return next((row.der for row in self.issued if str(row.request_id) == request_id), None)


def find(world: World, config: str) -> tuple[Host, CertificateAuthority] | None:
    """An authority by ``host\\name``; its service has to run."""
    host_name, _, ca_name = config.partition("\\")
    host = world.find_host(host_name)
    found = host.parts.find(CertificateAuthority) if host else None
    if host is None or found is None or found.name.lower() != ca_name.lower():
        return None
    return (host, found) if host.is_up(world.clock.now()) and host.services.running(SERVICE) else None


def authorities(world: World) -> list[tuple[Host, CertificateAuthority]]:
    return [(host, found) for host in world.hosts.values() if (found := host.parts.find(CertificateAuthority))]


def issue(world: World, ca: CertificateAuthority, request: bytes, template: str, requester: str) -> IssuedRow:
    """What certsrv answers to a PKCS #10 request (DER) of an account; raises RequestError when it is denied."""
    directory = world.parts.find(Directory)
    account = objects.account(directory, requester) if directory and "\\" in requester else None
    netbios = directory.netbios if directory else ""
    groups = logons.group_names(directory, account) if directory and account else frozenset()
    kind = TEMPLATES.get(template.lower())
    if kind is None or template.lower() not in (name.lower() for name in ca.templates):
        raise RequestError(0x80094800, "The requested certificate template is not supported by this CA.")
    if not groups & {f"{netbios.lower()}\\{name.lower()}" for name in kind.enrol}:
        raise RequestError(
            0x80094012,
            "The permissions on the certificate template do not allow the current user to enroll for this type of "
            "certificate.",
        )
    parsed = x509.load_der_x509_csr(request)
    public = parsed.public_key()
    if not parsed.is_signature_valid or not isinstance(public, rsa.RSAPublicKey) or public.key_size < 2048:
        text = "The public key does not meet the minimum size required by the specified certificate template."
        raise RequestError(0x80094811, text)
    if not kind.subject_in_request:
        raise RequestError(0x80094801, "The subject name of this template is built from Active Directory.")
    if not parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        raise RequestError(0x80094001, "The request subject name is invalid or too long.")
    days = min(kind.days, ca.max_days)
    usages = [x509.ObjectIdentifier(text) for text in kind.usages]
    der = issuing.server_certificate(
        ca.pair, parsed.subject, _alternatives(parsed), world.clock.now(), days, public, usages
    )
    row = IssuedRow(ca.next_request, requester, kind.name,
                    f"{x509.load_der_x509_certificate(der).serial_number:x}", der)  # fmt: skip
    ca.next_request += 1
    ca.issued.append(row)
    world.touch()
    return row


def _alternatives(parsed: x509.CertificateSigningRequest) -> list[str]:
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return list(found.get_values_for_type(x509.DNSName))


def install(world: World, host: Host, name: str, size: int, days: int) -> CertificateAuthority:
    """A root authority with its own certificate, trusted here at once and by the members at their next refresh."""
    now = world.clock.now()
    made = issuing.authority(issuing.common_name(name), now, days, size)
    ca = CertificateAuthority(name, "EnterpriseRootCA", made.der, made.key, created=now)
    host.parts.put(ca)
    container = host.store_key(made.key, SOFTWARE_KSP, 0, 0)
    host.certificates.machine_my.add(CertificateEntry(made.der, container.name))
    host.registry.create(CONFIGURATION)
    host.registry.set(CONFIGURATION, "Active", name, "String")
    host.certificates.store("LocalMachine", "Root").add(CertificateEntry(made.der))
    world.clock.at(REFRESH_SECONDS, f"{__name__}:refresh_all")
    return ca


def refresh_all(world: World) -> None:
    """The background refresh of group policy on every member."""
    for host in world.hosts.values():
        refresh(world, host)


def refresh(world: World, host: Host) -> None:
    """Group policy brings the roots that the directory publishes, and takes away what it has brought before."""
    if not host.is_member:
        return
    root = host.certificates.store("LocalMachine", "Root")
    published = [root.add(CertificateEntry(ca.der)).thumbprint for _, ca in authorities(world)]
    before = host.parts.find(PolicyRoots)
    for thumbprint in set(before.thumbprints if before is not None else ()) - set(published):
        root.remove(thumbprint)
    if published:
        host.parts.put(PolicyRoots(published))
    else:
        host.parts.drop(PolicyRoots)


def starting(world: World, host: Host) -> None:
    """With Netlogon a member finds its domain, and group policy is applied."""
    refresh(world, host)
