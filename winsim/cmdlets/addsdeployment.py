"""ADDSDeployment: the first controller of a forest, and taking it away."""

from __future__ import annotations

import re

from winsim.cmdlets.activedirectory_accounts import check_password
from winsim.cmdlets.products import QUIET, clear_text, default_only, entity
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import EnumValue
from winsim.world import feature_setup
from winsim.world.directory import Directory, DirectoryError, pending
from winsim.world.power import request_restart

MODULE = "ADDSDeployment"
_MODES = frozenset({"win2012r2", "default", "6", "windows2012r2", "win2012", "5", "win2008r2", "4", "win2008", "3"})
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


def _result(call: Call, message: str, code: int = 0) -> object:
    good = code == 0
    return entity(
        ("Microsoft.DirectoryServices.Deployment.PowerShell.Commands.OperationResult",),
        {
            "Message": message,
            "Context": f"DCPromo.General.{1 if good else code}",
            "RebootRequired": good,
            "Status": EnumValue(
                "Microsoft.DirectoryServices.Deployment.Types.OperationResultState", "Success" if good else "Error",
                0 if good else 1,
            ),
        },
    )  # fmt: skip


def _refused(message: str, context: str) -> CommandError:
    """A failed prerequisite ends the statement."""
    return CommandError(context, message, "NotSpecified", None,
                        "Microsoft.DirectoryServices.Deployment.Types.TestFailedException")  # fmt: skip


def _check(call: Call) -> None:
    host = call.host
    if not call.session.identity.is_admin:
        text = "You must be a member of the local Administrators group."
        raise _refused(text, "Test.VerifyUserCredentialPermissions")
    if not host.features.has("AD-Domain-Services"):
        raise _refused("The role Active Directory Domain Services is not installed.", "Test.VerifyRole")
    if host.reboot_pending:
        raise _refused(
            "Verification of prerequisites for Domain Controller promotion failed. A pending system restart must be "
            "completed before the role can be configured.", "Test.VerifyNoPendingReboot.DCPromo.General.74",
        )  # fmt: skip


@cmdlet(
    "Install-ADDSForest",
    ("DomainName", "DomainNetbiosName", "DomainMode", "ForestMode", "InstallDns", "SafeModeAdministratorPassword",
     "NoRebootOnCompletion", "CreateDnsDelegation", "DatabasePath", "LogPath", "SysvolPath"),
    net_class="Microsoft.DirectoryServices.Deployment.PowerShell.Commands.InstallADDSForestCommand", module=MODULE,
    idle=QUIET,
)  # fmt: skip
def install_forest(call: Call) -> None:
    _check(call)
    host = call.host
    domain = call.text("DomainName").rstrip(".")
    if host.is_member or host.is_domain_controller:
        raise _refused("The computer already belongs to a domain.", "Test.VerifyDomainMembership")
    if call.world.parts.find(Directory) is not None:
        raise NotBuilt("a second Active Directory forest")
    if call.switch("CreateDnsDelegation"):
        raise NotBuilt("Install-ADDSForest -CreateDnsDelegation")
    for folder, known in (("DatabasePath", "NTDS"), ("LogPath", "NTDS"), ("SysvolPath", "SYSVOL")):
        default_only(call, folder, rf"C:\Windows\{known}")
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused(f"The DNS name of the domain, {domain}, is not valid.", "Test.VerifyDomainName")
    netbios = call.text("DomainNetbiosName") or labels[0][:15]
    if netbios.lower() == host.name.lower() or len(netbios) > 15:
        raise _refused(f"The NetBIOS name {netbios} is not valid or is in use.", "Test.VerifyNetbiosName")
    for parameter in ("DomainMode", "ForestMode"):
        if call.has(parameter) and call.text(parameter).lower() not in _MODES:
            raise _refused(f"{parameter} {call.text(parameter)} is not valid.", "Test.VerifyMode")
    recovery = clear_text(call.get("SafeModeAdministratorPassword"))
    administrator = host.accounts.user("Administrator")
    try:
        check_password(recovery, "")
        check_password(administrator.password if administrator else "", "")
    except DirectoryError as error:
        raise _refused(error.message, "Test.VerifyPassword") from None
    if not host.addresses or any(adapter.dhcp for adapter in host.adapters):
        call.warning("This computer has at least one physical network adapter that does not have static IP address(es) "
                     "assigned to its IP Properties.")  # fmt: skip
    if not call.should_process(host.name, "Install-ADDSForest"):
        return
    with_dns = not call.has("InstallDns") or call.switch("InstallDns")
    if with_dns and not host.features.has("DNS"):
        feature_setup.install(call.world, host, ["DNS"], tools=True)
    pending.schedule(host, pending.PROMOTE, domain=domain.lower(), netbios=netbios, recovery=recovery,
                     with_dns=with_dns)  # fmt: skip
    _finish(call)


def _finish(call: Call) -> None:
    if call.switch("NoRebootOnCompletion"):
        message = "You must restart this computer to complete the operation."
    else:
        message = "Operation completed successfully"
        request_restart(call.world, call.host)
    call.world.touch()
    call.write(_result(call, message))


@cmdlet(
    "Uninstall-ADDSDomainController",
    ("LocalAdministratorPassword", "LastDomainControllerInDomain", "RemoveApplicationPartitions",
     "IgnoreLastDnsServerForZone", "NoRebootOnCompletion"),
    net_class="Microsoft.DirectoryServices.Deployment.PowerShell.Commands.UninstallADDSDomainControllerCommand",
    module=MODULE, idle=QUIET)  # fmt: skip
def uninstall_controller(call: Call) -> None:
    _check(call)
    host = call.host
    directory = call.world.parts.find(Directory)
    if directory is None or not host.is_domain_controller:
        raise _refused("The computer is not a domain controller.", "Test.VerifyDomainController")
    if not call.switch("LastDomainControllerInDomain"):
        raise _refused(
            "You did not indicate that this Active Directory domain controller is the last domain controller for the "
            f"domain {directory.domain}, but no other domain controller for that domain can be contacted.",
            "Test.VerifyLastDCInDomain",
        )  # fmt: skip
    if not call.switch("IgnoreLastDnsServerForZone") and host.features.has("DNS"):
        raise _refused(
            "This is the last DNS server for one or more Active Directory-integrated zones. Use "
            "IgnoreLastDnsServerForZone to remove it.", "Test.VerifyLastDnsServer",
        )  # fmt: skip
    if not call.switch("RemoveApplicationPartitions") and host.features.has("DNS"):
        raise _refused(
            "This domain controller holds the last replica of application directory partitions. Use "
            "RemoveApplicationPartitions to remove them.", "Test.VerifyApplicationPartitions",
        )  # fmt: skip
    password = clear_text(call.get("LocalAdministratorPassword"))
    try:
        check_password(password, "")
    except DirectoryError as error:
        raise _refused(error.message, "Test.VerifyPassword") from None
    if call.should_process(host.name, "Uninstall-ADDSDomainController"):
        pending.schedule(host, pending.DEMOTE, password=password, workgroup="WORKGROUP")
        _finish(call)
