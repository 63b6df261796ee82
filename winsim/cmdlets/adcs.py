"""AD CS: setting up and removing an enterprise root authority, its templates."""

from __future__ import annotations

from winsim.cmdlets.products import QUIET, default_only, entity, in_group, is_domain_account, may_leave, plain
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.world import adcs
from winsim.world.adcs import CertificateAuthority
from winsim.world.directory import Directory, objects
from winsim.world.directory.forest import configuration_dn
from winsim.world.services import Service, start, stop

_DEPLOY = "Microsoft.CertificateServices.Deployment"
_ADMIN = "Microsoft.CertificateServices.Administration"
_DAYS = {"years": 365, "months": 30, "weeks": 7, "days": 1}


def _failed(message: str, code: int = 0x80070005) -> CommandError:
    exception = f"{_DEPLOY}.Common.CA.CertificationAuthoritySetupException"
    return CommandError("ValidateParameters", f"{message} 0x{code:08x}", "NotSpecified", None, exception)


def _result(call: Call, number: int = 0, text: str = "") -> None:
    call.write(entity((f"{_DEPLOY}.Common.CommonSetupResult",), {"ErrorId": number, "ErrorString": text}))


@cmdlet(
    "Install-AdcsCertificationAuthority",
    ("CAType", "CACommonName", "KeyLength", "HashAlgorithmName",
     "ValidityPeriod", "ValidityPeriodUnits", "CryptoProviderName", "DatabaseDirectory", "LogDirectory"),
    net_class=f"{_DEPLOY}.Commands.CA.InstallADCSCertificationAuthority", module="ADCSDeployment", idle=QUIET,
)  # fmt: skip
def install_authority(call: Call) -> None:
    host = call.host
    if not host.features.has("ADCS-Cert-Authority"):
        raise _failed("The Certification Authority role service is not installed.", 0x80070490)
    if host.parts.find(CertificateAuthority) is not None:
        raise _failed("The Certification Authority is already installed.", 0x800700B7)
    kind = call.text("CAType").lower()
    if kind not in ("enterpriserootca", "0", ""):
        raise NotBuilt(f"Install-AdcsCertificationAuthority -CAType {call.text('CAType')}")
    default_only(call, "CryptoProviderName", "RSA#Microsoft Software Key Storage Provider")
    for folder in ("DatabaseDirectory", "LogDirectory"):
        default_only(call, folder, r"C:\Windows\system32\CertLog")
    directory = call.world.parts.find(Directory)
    reaches = is_domain_account(call) and (may_leave(call) or host.is_domain_controller)
    if directory is None or not host.is_member or not reaches:
        raise _failed("Active Directory Certificate Services setup could not contact the domain.", 0x8007054B)
    if not in_group(call, "Enterprise Admins"):
        raise _failed("An enterprise certification authority needs a member of Enterprise Admins.")
    if host.reboot_pending and host.pending_name:
        raise _failed("A rename of this computer waits for a restart.", 0x80070BC2)
    size = int(call.text("KeyLength") or 2048)
    if call.text("HashAlgorithmName").lower() not in ("", "sha256", "sha1", "sha384", "sha512"):
        raise _failed(f"The hash algorithm {call.text('HashAlgorithmName')} is not supported.", 0x80070057)
    name = call.text("CACommonName") or f"{directory.netbios.lower()}-{host.name}-CA"
    units = int(call.text("ValidityPeriodUnits") or 5)
    days = units * _DAYS.get(call.text("ValidityPeriod", "Years").lower() or "years", 365)
    if not call.should_process(host.name, "Install-AdcsCertificationAuthority"):
        return
    adcs.install(call.world, host, name, size, days)
    _publish(call, directory, name)
    service = host.services.find(adcs.SERVICE) or host.services.add(
        Service(adcs.SERVICE, "Active Directory Certificate Services")
    )
    service.start_type = "Automatic"
    start(call.world, host, adcs.SERVICE)
    call.world.touch()
    _result(call)


def _publish(call: Call, directory: Directory, name: str) -> None:
    """The entries under Public Key Services, from which members learn of the authority."""
    base = f"CN=Public Key Services,CN=Services,{configuration_dn(directory)}"
    now = call.world.clock.now()
    for container, kind in (
        ("Certification Authorities", "certificationAuthority"),
        ("Enrollment Services", "pKIEnrollmentService"),
        ("AIA", "certificationAuthority"),
    ):
        place = f"CN={container},{base}"
        if objects.get(directory, f"CN={name},{place}") is None:
            objects.insert(directory, f"CN={name},{place}", kind, {"dNSHostName": [call.host.fqdn]}, now=now)


@cmdlet("Uninstall-AdcsCertificationAuthority", (),
        net_class=f"{_DEPLOY}.Commands.CA.UninstallADCSCertificationAuthority", module="ADCSDeployment",
        idle=QUIET)  # fmt: skip
def uninstall_authority(call: Call) -> None:
    host = call.host
    ca = host.parts.find(CertificateAuthority)
    if ca is None:
        raise _failed("The Certification Authority is not installed.", 0x80070490)
    if not call.should_process(host.name, "Uninstall-AdcsCertificationAuthority"):
        return
    directory = call.world.parts.find(Directory)
    for found in list(directory.objects.values()) if directory else ():
        if f"CN={ca.name},".lower() in found.dn.lower() and "CN=Public Key Services" in found.dn:
            objects.remove(directory, found)  # type: ignore[arg-type]
    if host.services.running(adcs.SERVICE):
        stop(call.world, host, adcs.SERVICE, force=True)
    host.services.remove(adcs.SERVICE)
    host.parts.drop(CertificateAuthority)
    host.parts.drop(adcs.PolicyRoots)
    call.world.clock.at(adcs.REFRESH_SECONDS, f"{adcs.__name__}:refresh_all")
    host.registry.remove(adcs.CONFIGURATION.rpartition("\\")[0])
    call.world.touch()
    _result(call)


def _authority(call: Call) -> CertificateAuthority:
    found = call.host.parts.find(CertificateAuthority)
    if found is None or not call.host.services.running(adcs.SERVICE):
        raise CommandError("CertificationAuthorityNotFound", "Active Directory Certificate Services is not running on "
                           "this computer.", "ObjectNotFound", None, "System.InvalidOperationException")  # fmt: skip
    return found


@cmdlet("Get-CATemplate", net_class=f"{_ADMIN}.Commands.CA.GetCATemplate", module="ADCSAdministration")
def get_template(call: Call) -> None:
    for name in _authority(call).templates:
        known = adcs.TEMPLATES.get(name.lower())
        call.write(
            entity((f"{_ADMIN}.Commands.CA.CATemplate",), {"Name": name, "Oid": known.oid if known else ""}, name)
        )


@cmdlet("Add-CATemplate", ("Name",), net_class=f"{_ADMIN}.Commands.CA.AddCATemplate",
        module="ADCSAdministration", idle=QUIET)  # fmt: skip
def add_template(call: Call) -> None:
    ca = _authority(call)
    name = plain(call.get("Name"))
    known = adcs.TEMPLATES.get(name.lower())
    if known is None:
        raise CommandError("TemplateNotFound", f"The template {name} was not found in Active Directory.",
                           "ObjectNotFound", name, "System.ArgumentException")  # fmt: skip
    if known.name in ca.templates:
        raise CommandError("TemplateExists", f"The template {name} is already assigned to this CA.", "ResourceExists",
                           name, "System.ArgumentException")  # fmt: skip
    if call.should_process(known.name, "Add-CATemplate"):
        ca.templates.append(known.name)
        call.world.touch()


@cmdlet("Remove-CATemplate", ("Name",), net_class=f"{_ADMIN}.Commands.CA.RemoveCATemplate",
        module="ADCSAdministration", idle=QUIET)  # fmt: skip
def remove_template(call: Call) -> None:
    ca = _authority(call)
    name = plain(call.get("Name"))
    kept = [one for one in ca.templates if one.lower() != name.lower()]
    if len(kept) == len(ca.templates):
        raise CommandError("TemplateNotFound", f"The template {name} is not assigned to this CA.", "ObjectNotFound",
                           name, "System.ArgumentException")  # fmt: skip
    if call.should_process(name, "Remove-CATemplate"):
        ca.templates = kept
        call.world.touch()
