"""Add-Computer and Remove-Computer: joining a domain and leaving it."""

from __future__ import annotations

from winsim.cmdlets.products import credential
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import PSObject
from winsim.world import names as resolver
from winsim.world.accounts import Logon
from winsim.world.directory import Directory, DirectoryError, pending, promotion
from winsim.world.power import request_restart

MODULE = "Microsoft.PowerShell.Management"
_JOINERS = ("domain admins", "enterprise admins", "account operators")


def _failed(call: Call, domain: str, reason: str) -> CommandError:
    place = pending.membership(call.host)
    source = f"domain '{place.domain}'" if place.domain else f"workgroup '{place.workgroup}'"
    message = (
        f"Computer '{call.host.name}' failed to join domain '{domain}' from its current {source} with following error "
        f"message: {reason}"
    )
    kind = "Domain" if place.domain else "Workgroup"
    return CommandError(f"FailToJoinDomainFrom{kind}", message, "OperationStopped", call.host.name,
                        "System.InvalidOperationException")  # fmt: skip


def _local_only(call: Call) -> None:
    for name in call.texts("ComputerName"):
        if name.lower() not in ("localhost", ".", call.host.name.lower()):
            raise NotBuilt(f"{call.name} -ComputerName of another computer")
    if not call.session.identity.is_admin:
        raise CommandError("AccessDenied", "Access is denied.", "PermissionDenied", call.host.name,
                           "System.InvalidOperationException")  # fmt: skip


def _controller(call: Call, domain: str) -> Directory | None:
    """The domain, when its controllers are found in the DNS that this machine uses, and answer."""
    directory = call.world.parts.find(Directory)
    if directory is None or domain.lower() != directory.domain:
        return None
    try:
        located = resolver.query(call.world, call.host, f"_ldap._tcp.dc._msdcs.{directory.domain}", "SRV")
    except resolver.NoAnswer:
        return None
    now = call.world.clock.now()
    hosts = [call.world.find_host(name) for name in directory.controllers]
    alive = any(one is not None and one.is_up(now) and one.services.running("NTDS") for one in hosts)
    return directory if located and alive else None


def _logon(call: Call, directory: Directory, parameter: str) -> Logon | None:
    user, password = credential(call.get(parameter))
    domain, separator, name = user.rpartition("\\")
    found = directory.logon(call.world, domain if separator or "@" in user else directory.netbios, name)
    return found if found is not None and found.password == password else None


def _warn(call: Call) -> None:
    if call.switch("Restart"):
        request_restart(call.world, call.host)
    else:
        call.warning(f"The changes will take effect after you restart the computer {call.host.name}.")
    if call.switch("PassThru"):
        call.write(
            PSObject(
                {"HasSucceeded": True, "ComputerName": call.host.name},
                ("Microsoft.PowerShell.Commands.ComputerChangeInfo", "System.Object"),
            )
        )


@cmdlet(
    "Add-Computer",
    ("DomainName", "WorkgroupName", "Credential", "OUPath", "Restart", "PassThru", "ComputerName"),
    idle=("Force", "LocalCredential", "UnjoinDomainCredential"),  # no questions; the session's own rights decide
    net_class="Microsoft.PowerShell.Commands.AddComputerCommand", module=MODULE,
)  # fmt: skip
def add_computer(call: Call) -> None:
    _local_only(call)
    host = call.host
    if call.has("WorkgroupName"):
        if host.is_member:
            raise NotBuilt("Add-Computer -WorkgroupName on a member of a domain")
        host.workgroup = call.text("WorkgroupName")
        _warn(call)
        return
    domain = call.text("DomainName")
    if pending.membership(host).domain.lower() == domain.lower():
        message = f"Cannot add computer '{host.name}' to domain '{domain}' because it is already in that domain."
        call.write_error(CommandError("AddComputerToSameDomain", message, "InvalidOperation", host.name,
                                      "System.InvalidOperationException"))  # fmt: skip
        return
    if host.is_member:
        raise NotBuilt("Add-Computer from one domain to another")
    directory = _controller(call, domain)
    if directory is None:
        reason = "The specified domain either does not exist or could not be contacted."
        call.write_error(_failed(call, domain, reason))
        return
    logon = _logon(call, directory, "Credential")
    if logon is None:
        call.write_error(_failed(call, domain, "The user name or password is incorrect."))
        return
    prefix = directory.netbios.lower()
    if not logon.groups & {f"{prefix}\\{name}" for name in _JOINERS}:
        call.write_error(_failed(call, domain, "Access is denied."))
        return
    if not call.should_process(host.name, f"Join in domain '{domain}'"):
        return
    try:
        promotion.make_account(call.world, host, directory, call.text("OUPath"))
    except DirectoryError:
        call.write_error(_failed(call, domain, "The system cannot find the file specified."))
        return
    pending.schedule(host, pending.ENTER, domain=directory.domain)
    call.world.touch()
    _warn(call)


@cmdlet(
    "Remove-Computer",
    ("UnjoinDomainCredential", "WorkgroupName", "Restart", "PassThru", "ComputerName"),
    idle=("Force", "LocalCredential"),  # no questions; the session's own rights decide
    net_class="Microsoft.PowerShell.Commands.RemoveComputerCommand", module=MODULE,
)  # fmt: skip
def remove_computer(call: Call) -> None:
    _local_only(call)
    host = call.host
    if not pending.membership(host).domain:
        message = f"Failed to unjoin computer '{host.name}' because it is not in a domain."
        call.write_error(CommandError("ComputerNotInDomain", message, "InvalidOperation", host.name,
                                      "System.InvalidOperationException"))  # fmt: skip
        return
    if host.is_domain_controller:
        raise CommandError("FailToUnjoinDomain", f"Failed to unjoin computer '{host.name}': it is a domain controller.",
                           "InvalidOperation", host.name, "System.InvalidOperationException")  # fmt: skip
    directory = _controller(call, host.domain)
    if (
        directory is not None
        and call.has("UnjoinDomainCredential")
        and _logon(call, directory, "UnjoinDomainCredential") is None
    ):
        message = (
            f"Failed to unjoin computer '{host.name}' from domain '{host.domain}' with the following error message: "
            "The user name or password is incorrect."
        )
        call.write_error(CommandError("FailToUnjoinDomain", message, "OperationStopped", host.name,
                                      "System.InvalidOperationException"))  # fmt: skip
        return
    workgroup = call.text("WorkgroupName") or "WORKGROUP"
    if call.should_process(host.name, f"Unjoin from domain '{host.domain}'"):
        pending.schedule(host, pending.LEAVE, workgroup=workgroup)
        call.world.touch()
        _warn(call)
