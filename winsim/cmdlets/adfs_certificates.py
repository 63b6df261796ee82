"""The certificates of a farm, and those that http.sys presents for it."""

from __future__ import annotations

from winsim.cmdlets.adfs_common import MODULE, RESOURCES, changed, class_of, configuration, invalid, server, writable
from winsim.cmdlets.products import certificate, entity
from winsim.interpreter.command import Call, cmdlet
from winsim.world.adfs import FarmCertificate, bindings
from winsim.world.adfs.deployment import grant_key
from winsim.world.certificates import CertificateEntry
from winsim.world.host import Host

_TYPES = ("Service-Communications", "Token-Signing", "Token-Decrypting")


def _shown(host: Host, one: FarmCertificate) -> object:
    return entity(
        (f"{RESOURCES}.ServiceCertificate",),
        {
            "Certificate": certificate(host, one.der),
            "CertificateType": one.purpose,
            "IsPrimary": one.is_primary,
            "StoreLocation": "CurrentUser" if one.key else "LocalMachine",
            "StoreName": "My",
            "Thumbprint": one.thumbprint,
        },
    )


@cmdlet("Get-AdfsCertificate", ("CertificateType", "Thumbprint"), net_class=class_of("Get-AdfsCertificate"),
        module=MODULE)  # fmt: skip
def get_certificate(call: Call) -> None:
    kinds = {text.lower() for text in call.texts("CertificateType")}
    wanted = {text.replace(" ", "").upper() for text in call.texts("Thumbprint")}
    for one in configuration(call).certificates:
        if (not kinds or one.purpose.lower() in kinds) and (not wanted or one.thumbprint in wanted):
            call.write(_shown(call.host, one))


def _machine_certificate(call: Call) -> CertificateEntry:
    wanted = call.text("Thumbprint").replace(" ", "").upper()
    found = call.host.certificates.find(wanted)
    if found is None:
        raise invalid(
            f"PS0159: The certificate with the specified thumbprint {wanted} must have a private key in the Local "
            "Computer certificate store (My) and was not found."
        )
    if call.host.certificates.key_of(found) is None:
        raise invalid(f"PS0157: The certificate with the specified thumbprint {wanted} has no private key.")
    return found


def _purpose(call: Call) -> str:
    given = call.text("CertificateType")
    found = next((name for name in _TYPES if name.lower() == given.lower()), None)
    if found is None:
        raise invalid(f"PS0158: '{given}' is not a certificate type.")
    return found


@cmdlet("Set-AdfsCertificate", ("CertificateType", "Thumbprint", "IsPrimary", "PassThru"),
        net_class=class_of("Set-AdfsCertificate"), module=MODULE)  # fmt: skip
def set_certificate(call: Call) -> None:
    farm = writable(call).configuration
    purpose = _purpose(call)
    wanted = call.text("Thumbprint").replace(" ", "").upper()
    if purpose == "Service-Communications":
        found = _machine_certificate(call)
        if not call.should_process(wanted, "Set-AdfsCertificate"):
            return
        farm.certificates = [one for one in farm.certificates if one.purpose != purpose]
        made = FarmCertificate(purpose, found.der, found.thumbprint)
        farm.certificates.insert(0, made)
        call.warning(
            "PS0159: The service communications certificate has been changed. Ensure that the private key of the "
            "certificate is accessible to the service account on each server in the farm, and restart the AD FS "
            "Windows Service."
        )
    else:
        made = _promote(call, purpose, wanted)
    changed(call)
    if call.switch("PassThru"):
        call.write(_shown(call.host, made))


def _promote(call: Call, purpose: str, wanted: str) -> FarmCertificate:
    """A token certificate becomes the primary one; AD FS refuses while it rolls them over itself."""
    farm = configuration(call)
    if farm.properties["AutoCertificateRollover"]:
        raise invalid("MSIS0045: AutoCertificateRollover is enabled; token certificates cannot be changed.")
    found = next((one for one in farm.certificates if one.purpose == purpose and one.thumbprint == wanted), None)
    if found is None:
        raise invalid(f"PS0156: The certificate {wanted} is not a {purpose} certificate of the Federation Service.")
    for one in farm.certificates:
        if one.purpose == purpose:
            one.is_primary = one is found
    return found


@cmdlet("Add-AdfsCertificate", ("CertificateType", "Thumbprint", "IsPrimary", "PassThru"),
        net_class=class_of("Add-AdfsCertificate"), module=MODULE)  # fmt: skip
def add_certificate(call: Call) -> None:
    farm = writable(call).configuration
    purpose = _purpose(call)
    if purpose == "Service-Communications":
        raise invalid("PS0155: A service communications certificate is set, not added.")
    if farm.properties["AutoCertificateRollover"]:
        raise invalid("MSIS0045: AutoCertificateRollover is enabled; token certificates cannot be added.")
    found = _machine_certificate(call)
    container = call.host.certificates.key_of(found)
    if any(one.purpose == purpose and one.thumbprint == found.thumbprint for one in farm.certificates):
        raise invalid(f"PS0154: The certificate {found.thumbprint} is already a {purpose} certificate.")
    if not call.should_process(found.thumbprint, "Add-AdfsCertificate"):
        return
    made = FarmCertificate(purpose, found.der, found.thumbprint, False, container.pkcs8 if container else b"")
    farm.certificates.append(made)
    if call.switch("IsPrimary"):
        _promote(call, purpose, made.thumbprint)
    changed(call)
    if call.switch("PassThru"):
        call.write(_shown(call.host, made))


@cmdlet("Get-AdfsSslCertificate", net_class=class_of("Get-AdfsSslCertificate"), module=MODULE)
def get_ssl_certificate(call: Call) -> None:
    server(call)
    for binding in bindings.bound(call.host):
        name, _, port = binding.endpoint.rpartition(":")
        call.write(
            entity(
                (f"{RESOURCES}.SslCertificate",),
                {
                    "AppId": binding.app_id,
                    "CertificateHash": binding.thumbprint.upper(),
                    "CtlIdentifier": binding.ctl_identifier,
                    "CtlStoreName": binding.ctl_store,
                    "HostName": name,
                    "PortNumber": int(port),
                },
            )
        )


@cmdlet("Set-AdfsSslCertificate", ("Thumbprint",), net_class=class_of("Set-AdfsSslCertificate"), module=MODULE)
def set_ssl_certificate(call: Call) -> None:
    """Binds on this computer only, and lets the service read the key."""
    found = server(call)
    entry = _machine_certificate(call)
    if call.should_process(entry.thumbprint, "Set-AdfsSslCertificate"):
        bindings.bind(call.host, found.configuration, entry.thumbprint)
        grant_key(call.host, entry.thumbprint, found.configuration.service_account)
        call.world.touch()
