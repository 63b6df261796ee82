"""PKI: importing, exporting and making certificates."""

from __future__ import annotations

from winsim.cmdlets.products import QUIET
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.certificates import X509Certificate2, certificate_object
from winsim.interpreter.net.secrets import SecureString
from winsim.interpreter.values import PSObject
from winsim.web.tls import chain, covers, names_of, serves
from winsim.world.certificates import CertificateEntry, Location
from winsim.world.files import FileEntry
from winsim.world.keys import chain_of, export_pfx, import_pfx, is_self_signed, self_signed
from winsim.world.pfx import PfxError

MODULE = "PKI"
NAMESPACE = "Microsoft.CertificateServices.Commands."
WIN32 = "System.ComponentModel.Win32Exception"


def full_path(call: Call, text: str) -> str:
    """A file path as the session's location makes it absolute."""
    resolve = getattr(call.session, "state", {}).get("resolve_path")
    if callable(resolve):
        return str(resolve(text))
    return text


def file_at(call: Call, text: str) -> FileEntry:
    entry = call.host.files.find(full_path(call, text))
    if entry is None or entry.is_directory:
        message = (
            f"The PFX file '{text}' could not be found."
            if text.lower().endswith("pfx")
            else ("The certificate file could not be found.")
        )
        raise CommandError("System.IO.FileNotFoundException", message, "NotSpecified", text,
                           "System.IO.FileNotFoundException")  # fmt: skip
    return entry


def store_of(call: Call) -> tuple[Location, str]:
    """``Cert:\\LocalMachine\\My``; the user's own store without -CertStoreLocation."""
    text = call.text("CertStoreLocation") or r"Cert:\CurrentUser\My"
    parts = [part for part in text.replace("/", "\\").split("\\") if part]
    if len(parts) != 3 or not parts[0].lower().endswith("cert:"):
        raise CommandError("System.ArgumentException", "Cannot find path for the certificate store.", "InvalidArgument",
                           text, "System.ArgumentException")  # fmt: skip
    location: Location = "LocalMachine" if parts[1].lower() == "localmachine" else "CurrentUser"
    return location, parts[2]


def password_of(call: Call) -> str | None:
    value = call.get("Password")
    return value.text if isinstance(value, SecureString) else None


def refused(error: PfxError) -> CommandError:
    text = error.message.strip()
    return CommandError(f"{text} 0x{error.code:x} (WIN32: {error.code & 0xFFFF})", text, "InvalidData", None, WIN32)


@cmdlet("Import-PfxCertificate", ("FilePath", "CertStoreLocation", "Exportable", "Password"),
        net_class=NAMESPACE + "ImportPfxCertificateCommand", module=MODULE)  # fmt: skip
def import_pfx_certificate(call: Call) -> None:
    location, store = store_of(call)
    content = file_at(call, call.text("FilePath")).content
    user = call.session.identity.user
    if not call.should_process(call.text("FilePath"), "Import certificate"):
        return
    try:
        entries = import_pfx(call.host, content, password_of(call), location=location, store=store, user=user,
                             exportable=call.switch("Exportable"))  # fmt: skip
    except PfxError as error:
        raise refused(error) from None
    call.world.touch()
    call.write_all(certificate_object(call.host, entry) for entry in entries[:1])


@cmdlet("Import-Certificate", ("FilePath", "CertStoreLocation"), net_class=NAMESPACE + "ImportCertificateCommand",
        module=MODULE)  # fmt: skip
def import_certificate(call: Call) -> None:
    location, store = store_of(call)
    der = read_certificate(file_at(call, call.text("FilePath")).content)
    user = call.session.identity.user
    if call.should_process(call.text("FilePath"), "Import certificate"):
        entry = call.host.certificates.store(location, store, user).add(CertificateEntry(der))
        call.world.touch()
        call.write(certificate_object(call.host, entry))


def read_certificate(content: bytes) -> bytes:
    """DER, or the base64 form with its header."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content).public_bytes(serialization.Encoding.DER)
        x509.load_der_x509_certificate(content)
    except ValueError:
        raise CommandError("ASN1 bad tag value met. 0x8009310b (ASN: 267 CRYPT_E_ASN1_BADTAG)",
                           "Cannot find the requested object.", "InvalidData", None, WIN32) from None  # fmt: skip
    return content


def given_certificate(call: Call, parameter: str = "Cert") -> X509Certificate2:
    value = call.get(parameter)
    base = value.base if isinstance(value, PSObject) else value
    if not isinstance(base, X509Certificate2):
        raise NotBuilt(f"{call.name} -{parameter} with something other than a certificate object")
    return base


@cmdlet("Export-Certificate", ("Cert", "FilePath", "Type"),
        net_class=NAMESPACE + "ExportCertificateCommand", module=MODULE, by_value=("Cert",), idle=QUIET)  # fmt: skip
def export_certificate(call: Call) -> None:
    kind = call.text("Type", "CERT").upper()
    if kind != "CERT":
        raise NotBuilt(f"Export-Certificate -Type {kind}")
    path = full_path(call, call.text("FilePath"))
    call.host.files.write(path, given_certificate(call).der)
    call.world.touch()
    write_file(call, path)


def write_file(call: Call, path: str) -> None:
    make = getattr(call.session, "state", {}).get("file_object")
    if callable(make):
        call.write(make(path))


@cmdlet("Export-PfxCertificate", ("Cert", "FilePath", "Password", "ChainOption"),
        net_class=NAMESPACE + "ExportPfxCertificateCommand", module=MODULE, by_value=("Cert",), idle=QUIET)  # fmt: skip
def export_pfx_certificate(call: Call) -> None:
    certificate = given_certificate(call)
    password = password_of(call)
    if password is None:
        raise NotBuilt("Export-PfxCertificate without -Password")
    container = certificate.container.name if certificate.container else ""
    entry = CertificateEntry(certificate.der, container, certificate.friendly_name)
    others = chain_of(call.host, entry.der) if call.text("ChainOption", "BuildChain").lower() == "buildchain" else []
    try:
        data = export_pfx(call.host, entry, password, others)
    except PfxError as error:
        raise CommandError("System.ComponentModel.Win32Exception", "Cannot export non-exportable private key.",
                           "NotSpecified", None, WIN32) from error  # fmt: skip
    path = full_path(call, call.text("FilePath"))
    call.host.files.write(path, data)
    call.world.touch()
    write_file(call, path)


@cmdlet("New-SelfSignedCertificate", ("DnsName", "CertStoreLocation"),
        net_class=NAMESPACE + "NewSelfSignedCertificateCommand", module=MODULE)  # fmt: skip
def new_self_signed(call: Call) -> None:
    location, store = store_of(call)
    if store.lower() != "my":
        raise CommandError("System.ArgumentException", "A new certificate can only be installed into MY store.",
                           "NotSpecified", None, "System.ArgumentException")  # fmt: skip
    names = call.texts("DnsName")
    if not names:
        raise NotBuilt("New-SelfSignedCertificate without -DnsName")
    if call.should_process(", ".join(names), call.name):
        entry = self_signed(call.host, names, location, call.session.identity.user)
        call.world.touch()
        call.write(certificate_object(call.host, entry))


@cmdlet("Test-Certificate", ("Cert", "DNSName", "Policy", "AllowUntrustedRoot"),
        net_class=NAMESPACE + "TestCertificateCommand", module=MODULE)  # fmt: skip
def test_certificate(call: Call) -> None:
    certificate = given_certificate(call)
    now = call.world.clock.now()
    host = call.host
    known = [e.der for e in host.certificates.store("LocalMachine", "CA").entries.values()]
    roots = [e.der for e in host.certificates.trusted_roots()]
    if is_self_signed(certificate.der):
        trusted = certificate.thumbprint in {e.thumbprint for e in host.certificates.trusted_roots()}
    else:
        trusted = chain(certificate.der, known, roots, now) is not None
    valid = certificate.loaded.not_valid_before_utc <= now <= certificate.loaded.not_valid_after_utc
    wanted = call.text("DNSName")
    named = not wanted or any(covers(pattern, wanted) for pattern in names_of(certificate.der))
    usable = call.text("Policy", "BASE").upper() != "SSL" or serves(certificate.loaded)
    fine = valid and named and usable and (trusted or call.switch("AllowUntrustedRoot"))
    if not fine:
        call.write_error(
            CommandError("System.ComponentModel.Win32Exception", "The certificate chain or policy check failed.",
                         "SecurityError", None, WIN32)
        )  # fmt: skip
    call.write(fine)
