"""Install-AdfsFarm, Add-AdfsFarmNode and their tests."""

from __future__ import annotations

from winsim.cmdlets.adfs_common import MODULE, class_of
from winsim.cmdlets.products import credential, entity, in_group, is_domain_account, may_leave
from winsim.cmdlets.servermanager import CAME_LATER
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.world import feature_setup
from winsim.world.adfs import deployment
from winsim.world.adfs.deployment import Refused, Request
from winsim.world.adfs.service import WID
from winsim.world.directory import Directory
from winsim.world.services import start

_COMMON = ("CertificateThumbprint", "Credential", "GroupServiceAccountIdentifier", "OverwriteConfiguration",
           "ServiceAccountCredential")  # fmt: skip
_FARM = (*_COMMON, "FederationServiceName", "FederationServiceDisplayName", "SSLPort", "TlsClientPort",
         "SigningCertificateThumbprint", "DecryptionCertificateThumbprint")  # fmt: skip
_NODE = (*_COMMON, "PrimaryComputerName", "PrimaryComputerPort")


def _request(call: Call) -> Request:
    account, password = call.text("GroupServiceAccountIdentifier"), None
    if call.has("ServiceAccountCredential"):
        account, password = credential(call.get("ServiceAccountCredential"))
    reaches, administrator = _rights(call)
    return Request(
        call.text("CertificateThumbprint").replace(" ", ""),
        account,
        password,
        call.switch("OverwriteConfiguration"),
        reaches,
        administrator,
        call.text("FederationServiceName"),
        call.text("FederationServiceDisplayName") or None,
        int(call.text("SSLPort") or 443),
        int(call.text("TlsClientPort") or 49443),
        call.text("SigningCertificateThumbprint"),
        call.text("DecryptionCertificateThumbprint"),
        call.text("PrimaryComputerName"),
        int(call.text("PrimaryComputerPort") or 80),
    )


def _rights(call: Call) -> tuple[bool, bool]:
    """Whether Active Directory is reached under the caller's name (or -Credential), and as its administrator."""
    directory = call.world.parts.find(Directory)
    if directory is None:
        return False, False
    if call.has("Credential"):
        user, password = credential(call.get("Credential"))
        domain, separator, name = user.rpartition("\\")
        prefix = domain if separator or "@" in user else directory.netbios
        logon = directory.logon(call.world, prefix, name)
        if logon is None or logon.password != password:
            return False, False
        return True, f"{directory.netbios.lower()}\\domain admins" in logon.groups
    reaches = is_domain_account(call) and (may_leave(call) or call.host.is_domain_controller)
    return reaches, in_group(call, "Domain Admins")


def _result(call: Call, status: str, context: str, message: str) -> None:
    call.write(
        entity(
            ("Microsoft.IdentityServer.Deployment.Core.Result",),
            {"Message": message, "Context": context, "Status": status},
        )
    )


def _install_wid(call: Call) -> None:
    """The deployment brings the Windows Internal Database when it is not there."""
    host = call.host
    if not host.features.has("Windows-Internal-Database"):
        feature_setup.install(call.world, host, ["Windows-Internal-Database"])
    start(call.world, host, WID)


def _needs_assemblies(call: Call) -> None:
    """A session does not find the assemblies of a role service that it has installed itself: a new one does."""
    if "adfs-federation" in call.session.state.get(CAME_LATER, ()):
        name = "Microsoft.IdentityServer.Deployment, Version=6.3.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
        message = (
            f"Could not load file or assembly '{name}' or one of its dependencies. The system cannot find the file "
            "specified."
        )
        raise CommandError("System.IO.FileNotFoundException", message, "NotSpecified", None,
                           "System.IO.FileNotFoundException")  # fmt: skip


@cmdlet("Install-AdfsFarm", _FARM, net_class=class_of("Install-AdfsFarm"), module=MODULE)
def install_farm(call: Call) -> None:
    _needs_assemblies(call)
    if not call.should_process(call.text("FederationServiceName"), "Install-AdfsFarm"):
        return
    try:
        deployment.install_farm(call.world, call.host, _request(call), lambda: _install_wid(call))
    except Refused as error:
        _result(call, "Error", error.context, error.message)
        return
    _result(call, "Success", "DeploymentSucceeded", "The configuration completed successfully.")
    call.warning("A machine restart is required to complete ADFS service configuration. For more information, see: "
                 "http://go.microsoft.com/fwlink/?LinkId=798725")  # fmt: skip


@cmdlet("Add-AdfsFarmNode", _NODE, net_class=class_of("Add-AdfsFarmNode"), module=MODULE)
def add_node(call: Call) -> None:
    _needs_assemblies(call)
    if not call.should_process(call.text("PrimaryComputerName"), "Add-AdfsFarmNode"):
        return
    try:
        deployment.join_farm(call.world, call.host, _request(call), lambda: _install_wid(call))
    except Refused as error:
        _result(call, "Error", error.context, error.message)
        return
    _result(call, "Success", "DeploymentSucceeded", "The configuration completed successfully.")


@cmdlet("Test-AdfsFarmInstallation", _FARM, net_class=class_of("Test-AdfsFarmInstallation"), module=MODULE)
def test_farm(call: Call) -> None:
    _needs_assemblies(call)
    try:
        deployment.check_farm(call.world, call.host, _request(call))
    except Refused as error:
        _result(call, "Error", error.context, error.message)
        return
    _result(call, "Success", "PrerequisiteValidation", "All prerequisites were met.")
