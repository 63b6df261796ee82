"""Certificates of a Lync server: which certificate serves which use."""

from __future__ import annotations

from datetime import datetime

from winsim.cmdlets.lync_common import (
    BASE,
    MODULE,
    class_of,
    failed,
    local_administrator,
    local_server,
    reported,
    store,
)
from winsim.cmdlets.products import QUIET, entity, items, moment, plain, property_of, strings
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.web import tls
from winsim.world import issuing
from winsim.world.certificates import SCHANNEL, CertificateEntry
from winsim.world.host import Host
from winsim.world.lync import LyncServer, machine
from winsim.world.pfx import PfxError, read_pfx

_AREA = "Deployment"
USES = ("Default", "WebServicesInternal", "WebServicesExternal", "OAuthTokenIssuer", "Internal", "AccessEdgeExternal",
        "DataEdgeExternal", "AudioVideoAuthentication", "External", "PICWebService", "ProvisionService", "XmppServer",
        "WsFedTokenTransfer")  # fmt: skip
_FRONT_END = USES[:4]


def uses(call: Call) -> list[str]:
    spelled = {name.lower(): name for name in USES}
    found = []
    for one in items(call.get("Type")):
        for name in plain(one).split(","):
            if name.strip().lower() not in spelled:
                raise CommandError(
                    "CannotConvertArgumentNoMessage",
                    f"Cannot bind parameter 'Type'. Cannot convert value \"{name}\" to "
                    f"type \"{BASE}.Deployment.CertType\".", "InvalidArgument", None,
                    "System.Management.Automation.ParameterBindingException",
                )  # fmt: skip
            found.append(spelled[name.strip().lower()])
    return found


def reference(entry: CertificateEntry, use: str) -> object:
    certificate = entry.certificate
    return entity(
        (f"{BASE}.Deployment.CertificateReference",),
        {
            "Issuer": certificate.issuer.rfc4514_string(),
            "NotAfter": moment(certificate.not_valid_after_utc),
            "NotBefore": moment(certificate.not_valid_before_utc),
            "SerialNumber": f"{certificate.serial_number:X}",
            "Subject": certificate.subject.rfc4514_string(),
            "AlternativeNames": strings(issuing.names_of(entry.der)),
            "Thumbprint": entry.thumbprint,
            "EffectiveDate": moment(certificate.not_valid_before_utc),
            "PreviousThumbprint": None,
            "UpdateTime": None,
            "Use": use,
            "SourceScope": "Global" if use == "OAuthTokenIssuer" else "Machine",
        },
    )


@cmdlet("Get-CsCertificate", ("Type",), net_class=class_of("Get-CsCertificate", _AREA), module=MODULE)
@reported
def get_certificate(call: Call) -> None:
    server = local_server(call)
    wanted = uses(call) if call.has("Type") else list(USES)
    for use in USES:
        thumbprint = server.certificates.get(use)
        if use in wanted and thumbprint:
            entry = call.host.certificates.find(thumbprint)
            if entry is not None:
                call.write(reference(entry, use))


@cmdlet("Set-CsCertificate", ("Type", "Thumbprint", "Identity", "Reference"),
        net_class=class_of("Set-CsCertificate", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def set_certificate(call: Call) -> None:
    local_administrator(call)
    server = local_server(call)
    wanted_uses = uses(call)
    if not wanted_uses:
        raise failed("The Type parameter is required.", "InvalidArgument")
    if call.has("Reference"):
        wanted = plain(property_of(call.get("Reference"), "Thumbprint"))
    else:
        wanted = call.text("Thumbprint")
    entry = _usable(call, wanted.replace(" ", "").upper())
    for use in wanted_uses:
        if not call.should_process(f"{use} on {call.host.fqdn}", "Set-CsCertificate"):
            continue
        if use == "OAuthTokenIssuer":
            _set_global(call, server, entry)
        _assign(call, server, use, entry)
    call.world.touch()


def _assign(call: Call, server: LyncServer, use: str, entry: CertificateEntry) -> None:
    server.certificates[use] = entry.thumbprint
    if use in ("WebServicesInternal", "WebServicesExternal"):
        machine.bind_site(call.host, use, entry.thumbprint)
    container = call.host.certificates.key_of(entry)
    found = call.host.files.find(container.path) if container else None
    if found is not None:
        found.access.grant("NT AUTHORITY\\NETWORK SERVICE", 0x120089)
        found.access.grant("RTC Component Local Group", 0x120089)


def _set_global(call: Call, server: LyncServer, entry: CertificateEntry) -> None:
    if call.text("Identity").lower() != "global":
        raise failed("A certificate of type OAuthTokenIssuer is assigned with -Identity Global.", "InvalidArgument")
    found = store(call, write=True)
    container = call.host.certificates.key_of(entry)
    if container is None or not container.exportable:
        raise _failure("The private key of the certificate cannot be exported.")
    found.configuration.oauth_thumbprint = entry.thumbprint
    server.certificates["OAuthTokenIssuer"] = entry.thumbprint


def _failure(message: str) -> CommandError:
    return failed(f"Command execution failed: {message}", "InvalidOperation", f"{BASE}.Deployment.DeploymentException")


def _usable(call: Call, thumbprint: str) -> CertificateEntry:
    """The certificate with a CryptoAPI key whose chain ends in a trusted root."""
    entry = call.host.certificates.find(thumbprint)
    if entry is None:
        raise _failure(f'Cannot find the certificate with thumbprint "{thumbprint}" in the local machine store.')
    container = call.host.certificates.key_of(entry)
    if container is None:
        raise _failure(f'The certificate "{thumbprint}" does not have a private key.')
    if container.is_cng or container.key_spec == 0:
        raise _failure("The buffer supplied to a function was too small.")
    now = call.world.clock.now()
    if not entry.certificate.not_valid_before_utc <= now <= entry.certificate.not_valid_after_utc:
        raise _failure(f'The certificate "{thumbprint}" is not within its validity period.')
    if not chains_to_root(call.host, entry.der, now):
        raise _failure(
            "A certificate chain processed, but terminated in a root certificate which is not trusted by the trust "
            "provider."
        )
    return entry


def chains_to_root(host: Host, der: bytes, now: datetime) -> bool:
    """Whether the issuers in the stores lead to a certificate of the machine's trusted roots."""
    roots = [one.der for one in host.certificates.trusted_roots()]
    known = [one.der for one in host.certificates.store("LocalMachine", "CA").entries.values()]
    return tls.chain(der, known, roots, now) is not None


@cmdlet("Remove-CsCertificate", ("Type",),
        net_class=class_of("Remove-CsCertificate", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def remove_certificate(call: Call) -> None:
    local_administrator(call)
    server = local_server(call)
    for use in uses(call):
        if use not in server.certificates:
            raise _failure(f'There is no certificate assigned for "{use}".')
        if call.should_process(f"{use} on {call.host.fqdn}", "Remove-CsCertificate"):
            del server.certificates[use]
            if use in ("WebServicesInternal", "WebServicesExternal"):
                machine.bind_site(call.host, use, None)
    call.world.touch()


@cmdlet("Import-CsCertificate", ("Path", "Password", "PrivateKeyExportable"),
        net_class=class_of("Import-CsCertificate", _AREA), module=MODULE)  # fmt: skip
@reported
def import_certificate(call: Call) -> None:
    local_administrator(call)
    found = call.host.files.find(call.text("Path"))
    if found is None:
        raise _failure(f'Cannot find the file "{call.text("Path")}".')
    try:
        contents = read_pfx(found.content, call.text("Password"))
    except PfxError as error:
        raise _failure(error.message.strip()) from None
    if contents.certificate is None or contents.key is None:
        raise NotBuilt("Import-CsCertificate of a file without a private key")
    if not call.should_process(call.text("Path"), "Import-CsCertificate"):
        return
    container = call.host.store_key(contents.key, SCHANNEL, 12, 1, exportable=call.switch("PrivateKeyExportable"))
    entry = call.host.certificates.machine_my.add(
        CertificateEntry(contents.certificate, container.name, contents.friendly_name)
    )
    for other in contents.others:
        call.host.certificates.store("LocalMachine", "CA").add(CertificateEntry(other))
    call.world.touch()
    call.write(reference(entry, "Default"))
