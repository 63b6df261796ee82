"""X509Certificate2: a certificate as scripts see it, in memory or in a store of the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from winsim.interpreter.net.certificate_keys import RsaKey
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.net.encodings import byte_array
from winsim.interpreter.net.secrets import SecureString
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, TEXT, Array, EnumValue, NetObject, PSObject
from winsim.world.certificates import ENHANCED, CertificateEntry, KeyContainer, parse, thumbprint
from winsim.world.pfx import PfxError, read_pfx, write_pfx

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.host import Host

SPACE = "System.Security.Cryptography.X509Certificates"
CRYPTOGRAPHIC = "System.Security.Cryptography.CryptographicException"
MACHINE_KEY_SET, EXPORTABLE, PERSIST_KEY_SET = 2, 4, 16
KEY_USAGES = {"1.3.6.1.5.5.7.3.1": "Server Authentication", "1.3.6.1.5.5.7.3.2": "Client Authentication"}
LABELS = {
    NameOID.COMMON_NAME: "CN", NameOID.ORGANIZATION_NAME: "O", NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.COUNTRY_NAME: "C", NameOID.LOCALITY_NAME: "L", NameOID.STATE_OR_PROVINCE_NAME: "S",
    NameOID.DOMAIN_COMPONENT: "DC", NameOID.EMAIL_ADDRESS: "E",
}  # fmt: skip


def name_text(name: x509.Name) -> str:
    """A distinguished name as Windows writes it: most specific first."""
    parts = []
    for attribute in reversed(list(name)):
        value = str(attribute.value)
        if any(mark in value for mark in ',+="\n<>#;') or value != value.strip():
            value = '"' + value.replace('"', '""') + '"'
        parts.append(f"{LABELS.get(attribute.oid, 'OID.' + attribute.oid.dotted_string)}={value}")
    return ", ".join(parts)


class X509Certificate2(NetObject):
    """``der`` is empty before Import; ``entry`` is the place in a store it was read from, if any."""

    type_names = (f"{SPACE}.X509Certificate2", f"{SPACE}.X509Certificate", "System.Object")

    def __init__(
        self,
        host: Host,
        der: bytes = b"",
        container: KeyContainer | None = None,
        friendly_name: str = "",
        entry: CertificateEntry | None = None,
    ) -> None:
        self.host = host
        self.der = der
        self.container = container
        self.own_name = friendly_name
        self.entry = entry

    @property
    def loaded(self) -> x509.Certificate:
        if not self.der:
            raise NetError(CRYPTOGRAPHIC, "m_safeCertContext is an invalid handle.")
        return parse(self.der)

    @property
    def friendly_name(self) -> str:
        return self.entry.friendly_name if self.entry is not None else self.own_name

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.der) if self.der else ""

    @property
    def dns_names(self) -> list[str]:
        """The common name first, then the alternative names, each once: PowerShell's DnsNameList."""
        names = [str(a.value) for a in self.loaded.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        try:
            extension = self.loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            names += extension.value.get_values_for_type(x509.DNSName)
        except x509.ExtensionNotFound:
            pass
        return list({name.lower(): name for name in names}.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, X509Certificate2) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)


def certificate_object(host: Host, entry: CertificateEntry) -> X509Certificate2:
    """The object for an entry of one of the host's stores."""
    return X509Certificate2(host, entry.der, host.certificates.key_of(entry), entry=entry)


def to_entry(certificate: X509Certificate2) -> CertificateEntry:
    """What a store keeps of a certificate object; its key container is known to the host already."""
    if not certificate.der:
        raise NetError(CRYPTOGRAPHIC, "m_safeCertContext is an invalid handle.")
    container = certificate.container
    return CertificateEntry(certificate.der, container.name if container else "", certificate.friendly_name)


def bytes_of(data: Sequence[int] | None) -> bytes:
    """The bytes of an argument; an array without members is refused as none at all."""
    if not data:
        raise NetError("System.ArgumentException", "Array may not be empty or null.\r\nParameter name: rawData")
    return bytes(data)


def load(host: Host, data: bytes, password: str | None, flags: int, user: str) -> X509Certificate2:
    """From DER, PEM or PFX. A PFX brings its key into a container of the machine or of the user."""
    if data.lstrip().startswith(b"-----BEGIN"):
        data = x509.load_pem_x509_certificate(data).public_bytes(serialization.Encoding.DER)
    try:
        parse(data)
    except ValueError:
        return load_pfx(host, data, password, flags, user)
    return X509Certificate2(host, data)


def load_pfx(host: Host, data: bytes, password: str | None, flags: int, user: str) -> X509Certificate2:
    try:
        contents = read_pfx(data, password)
    except PfxError as error:
        text = error.message if error.code == 0x80070056 else "Cannot find the requested object.\r\n"
        raise NetError(CRYPTOGRAPHIC, text) from None
    if contents.certificate is None:
        raise NetError(CRYPTOGRAPHIC, "Cannot find the requested object.\r\n")
    if contents.key is None:
        return X509Certificate2(host, contents.certificate, None, contents.friendly_name)
    provider = contents.provider or ENHANCED
    container = host.store_key(
        contents.key,
        provider,
        provider_type(provider),
        0 if provider_type(provider) == 0 else 1,
        machine=bool(flags & MACHINE_KEY_SET),
        persisted=bool(flags & PERSIST_KEY_SET),
        exportable=bool(flags & EXPORTABLE),
        owner="" if flags & MACHINE_KEY_SET else user,
    )
    return X509Certificate2(host, contents.certificate, container, contents.friendly_name)


def provider_type(provider: str) -> int:
    """0 for a key storage provider (CNG), 12 for SChannel, 1 for the other CryptoAPI providers."""
    if "Key Storage" in provider:
        return 0
    return 12 if "SChannel" in provider else 1


CERTIFICATE = TypeDef(
    X509Certificate2.type_names[0],
    python=(X509Certificate2,),
    base=f"{SPACE}.X509Certificate",
    accelerators=("X509Certificate",),
)


@CERTIFICATE.constructor(needs_session=True)
def empty(session: Session) -> X509Certificate2:
    return X509Certificate2(session.host)


@CERTIFICATE.constructor("System.Byte[]", needs_session=True)
def of_bytes(session: Session, data: Sequence[int] | None) -> X509Certificate2:
    return load(session.host, bytes_of(data), None, 0, session.identity.user)


@CERTIFICATE.constructor(f"{SPACE}.X509Certificate2", needs_session=True)
def of_other(session: Session, other: X509Certificate2) -> X509Certificate2:
    return X509Certificate2(session.host, other.der, other.container, other.friendly_name)


def secret(password: object) -> str | None:
    if password is None:
        return None
    return password.text if isinstance(password, SecureString) else str(password)


def read_file(session: Session, path: str) -> bytes:
    entry = session.host.files.find(path)
    if entry is None:
        raise NetError(CRYPTOGRAPHIC, "The system cannot find the file specified.\r\n")
    return bytes(entry.content)


for _kind in ("System.String", "System.Security.SecureString"):

    @CERTIFICATE.constructor("System.Byte[]", _kind, f"{SPACE}.X509KeyStorageFlags", optional=1, needs_session=True)
    def of_protected_bytes(
        session: Session, data: Sequence[int] | None, password: object, flags: int = 0
    ) -> X509Certificate2:
        return load(session.host, bytes_of(data), secret(password), int(flags), session.identity.user)

    @CERTIFICATE.constructor("System.String", _kind, f"{SPACE}.X509KeyStorageFlags", optional=1, needs_session=True)
    def of_protected_file(session: Session, path: str, password: object, flags: int = 0) -> X509Certificate2:
        data = read_file(session, path)
        return load(session.host, data, secret(password), int(flags), session.identity.user)

    @CERTIFICATE.method("Import", "System.Byte[]", _kind, f"{SPACE}.X509KeyStorageFlags", needs_session=True)
    def import_bytes(
        this: X509Certificate2, session: Session, data: Sequence[int] | None, password: object, flags: int
    ) -> object:
        return become(this, load(session.host, bytes_of(data), secret(password), int(flags), session.identity.user))

    @CERTIFICATE.method("Import", "System.String", _kind, f"{SPACE}.X509KeyStorageFlags", needs_session=True)
    def import_file(this: X509Certificate2, session: Session, path: str, password: object, flags: int) -> object:
        data = read_file(session, path)
        return become(this, load(session.host, data, secret(password), int(flags), session.identity.user))

    @CERTIFICATE.method("Export", f"{SPACE}.X509ContentType", _kind, optional=1)
    def export(this: X509Certificate2, kind: EnumValue, password: object = None) -> object:
        if kind.name == "Cert":
            return byte_array(this.loaded.public_bytes(serialization.Encoding.DER))
        if this.container is None or not this.container.exportable:
            raise NetError(CRYPTOGRAPHIC, "Key not valid for use in specified state.\r\n")
        return byte_array(write_pfx(this.der, this.container.pkcs8, secret(password) or "", name=this.friendly_name))


@CERTIFICATE.constructor("System.String", needs_session=True)
def of_file(session: Session, path: str) -> X509Certificate2:
    return load(session.host, read_file(session, path), None, 0, session.identity.user)


@CERTIFICATE.method("Import", "System.Byte[]", needs_session=True)
def import_plain(this: X509Certificate2, session: Session, data: Sequence[int] | None) -> object:
    return become(this, load(session.host, bytes_of(data), None, 0, session.identity.user))


@CERTIFICATE.method("Import", "System.String", needs_session=True)
def import_plain_file(this: X509Certificate2, session: Session, path: str) -> object:
    return become(this, load(session.host, read_file(session, path), None, 0, session.identity.user))


def become(this: X509Certificate2, other: X509Certificate2) -> object:
    this.der, this.container, this.own_name, this.entry = other.der, other.container, other.own_name, None
    return AUTOMATION_NULL


@CERTIFICATE.method("Reset")
def reset(this: X509Certificate2) -> object:
    this.der, this.container, this.own_name, this.entry = b"", None, "", None
    return AUTOMATION_NULL


@CERTIFICATE.property("Thumbprint")
def thumbprint_of(this: X509Certificate2) -> str:
    return thumbprint(this.loaded.public_bytes(serialization.Encoding.DER))


@CERTIFICATE.property("Subject")
def subject(this: X509Certificate2) -> str:
    return name_text(this.loaded.subject)


@CERTIFICATE.property("Issuer")
def issuer(this: X509Certificate2) -> str:
    return name_text(this.loaded.issuer)


@CERTIFICATE.property("SerialNumber")
def serial_number(this: X509Certificate2) -> str:
    number = this.loaded.serial_number
    return number.to_bytes((number.bit_length() // 8) + 1, "big").hex().upper().removeprefix("00")


@CERTIFICATE.property("NotBefore")
def not_before(this: X509Certificate2) -> DateTime:
    return DateTime.from_python(this.loaded.not_valid_before_utc, "Local")


@CERTIFICATE.property("NotAfter")
def not_after(this: X509Certificate2) -> DateTime:
    return DateTime.from_python(this.loaded.not_valid_after_utc, "Local")


@CERTIFICATE.property("Version")
def version(this: X509Certificate2) -> int:
    return this.loaded.version.value + 1


@CERTIFICATE.property("RawData")
def raw_data(this: X509Certificate2) -> Array:
    return byte_array(this.loaded.public_bytes(serialization.Encoding.DER))


@CERTIFICATE.property("FriendlyName", "System.String")
def friendly_name(this: X509Certificate2) -> str:
    return this.friendly_name


@CERTIFICATE.setter("FriendlyName")
def set_friendly_name(this: X509Certificate2, value: object) -> None:
    text = "" if value is None else str(value)
    this.own_name = text
    if this.entry is not None:  # an object that came from a store writes through to it
        this.entry.friendly_name = text


@CERTIFICATE.property("Archived", "System.Boolean")
def archived(this: X509Certificate2) -> bool:
    return this.entry.archived if this.entry is not None else False


@CERTIFICATE.property("HasPrivateKey")
def has_private_key(this: X509Certificate2) -> bool:
    return this.container is not None


@CERTIFICATE.property("PrivateKey")
def private_key(this: X509Certificate2) -> object:
    if this.container is None:
        return None
    if this.container.is_cng:  # .NET 4.5 knows CryptoAPI keys only
        raise NetError(CRYPTOGRAPHIC, "Invalid provider type specified.\r\n")
    return RsaKey(this.container)


def representation(kind: str, text: str, **parts: str) -> PSObject:
    """One of the small structures that PowerShell's own certificate properties are made of, with its text."""
    names = (f"Microsoft.PowerShell.Commands.{kind}", "System.ValueType", "System.Object")
    return PSObject({**parts, TEXT: text}, names)


def dns_name(name: str) -> PSObject:
    encoded = name if name.startswith("*") else name.encode("idna").decode()
    text = name if encoded == name else f"{name} ({encoded})"
    return representation("DnsNameRepresentation", text, Punycode=encoded, Unicode=name)


def enhanced_key_usage(identifier: str) -> PSObject:
    name = KEY_USAGES.get(identifier, "")
    text = f"{name} ({identifier})" if name else identifier
    return representation("EnhancedKeyUsageRepresentation", text, FriendlyName=name, ObjectId=identifier)


@CERTIFICATE.property("DnsNameList")
def dns_name_list(this: X509Certificate2) -> Array:
    return Array(dns_name(name) for name in this.dns_names)


@CERTIFICATE.property("EnhancedKeyUsageList")
def enhanced_key_usage_list(this: X509Certificate2) -> Array:
    try:
        usages = this.loaded.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return Array()
    return Array(enhanced_key_usage(oid.dotted_string) for oid in usages)


@CERTIFICATE.method("GetNameInfo", f"{SPACE}.X509NameType", "System.Boolean")
def get_name_info(this: X509Certificate2, kind: EnumValue, of_issuer: bool) -> str:
    name = this.loaded.issuer if of_issuer else this.loaded.subject
    if kind.name in ("DnsName", "DnsFromAlternativeName") and not of_issuer:
        names = this.dns_names
        return names[1] if len(names) > 1 else (names[0] if names else "")
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name_text(name)


@CERTIFICATE.method("GetRawCertData")
def get_raw(this: X509Certificate2) -> Array:
    return raw_data(this)


@CERTIFICATE.method("GetCertHashString")
def get_hash_string(this: X509Certificate2) -> str:
    return thumbprint_of(this)


@CERTIFICATE.method("GetSerialNumberString")
def get_serial_text(this: X509Certificate2) -> str:
    return serial_number(this)


@CERTIFICATE.method("Verify", needs_session=True)
def verify(this: X509Certificate2, session: Session) -> bool:
    """A chain to a root that the machine trusts, within the times of every certificate."""
    from winsim.web.tls import chain

    stores = session.host.certificates
    known = [entry.der for entry in stores.store("LocalMachine", "CA").entries.values()]
    roots = [entry.der for entry in stores.trusted_roots()]
    return (
        chain(this.loaded.public_bytes(serialization.Encoding.DER), known, roots, session.world.clock.now()) is not None
    )


TYPES = (CERTIFICATE,)
