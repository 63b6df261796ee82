"""Restart-, Stop-, Rename-, Add- and Remove-Computer, and Start-Process."""

from __future__ import annotations

import shlex

from winsim.cmdlets.products import credential
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.natives import ProgramCall
from winsim.interpreter.registry import registry
from winsim.interpreter.values import PSObject
from winsim.world.directory import Directory, promotion
from winsim.world.power import request_restart

INVALID = "System.InvalidOperationException"
RENAME_WARNING = "The changes will take effect after you restart the computer {0}."


def only_here(call: Call) -> None:
    for name in call.texts("ComputerName"):
        if name.lower() not in (".", "localhost", call.host.name.lower(), call.host.fqdn.lower()):
            raise NotBuilt(f"{call.name} of another computer")


@cmdlet("Restart-Computer", ("ComputerName", "Force", "Credential"))
def restart_computer(call: Call) -> None:
    only_here(call)
    if call.should_process(f"localhost ({call.host.name})", "Restart-Computer"):
        request_restart(call.world, call.host)
        call.world.touch()


@cmdlet(
    "Rename-Computer",
    ("NewName", "Force", "Restart", "DomainCredential", "LocalCredential", "PassThru", "ComputerName"),
)
def rename_computer(call: Call) -> None:
    only_here(call)
    new = call.text("NewName")
    skipped = f"Skip computer '{call.host.name}' with new name '{new}'"
    if new.lower() == call.host.name.lower() and not call.host.pending_name:
        text = f"{skipped} because the new name is the same as the current name."
        raise CommandError("NewNameIsOldName", text, "InvalidArgument", call.host.name, INVALID)
    if len(new) > 15 or not all(sign.isalnum() or sign == "-" for sign in new) or new.isdigit():
        text = f"{skipped} because the new name is not valid. The new computer name entered is not properly formatted."
        raise CommandError("InvalidNewName", text, "InvalidArgument", new, INVALID)
    if not call.should_process(call.host.name, "Rename-Computer"):
        return
    call.host.pending_name = new.upper()
    key = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName"
    call.host.registry.set(key, "ComputerName", new.upper())
    call.world.touch()
    after_change(call)


def after_change(call: Call) -> None:
    if call.switch("Restart"):
        request_restart(call.world, call.host)
    else:
        call.warning(RENAME_WARNING.format(call.host.name))
    if call.switch("PassThru"):
        call.write(PSObject({"HasSucceeded": True, "ComputerName": call.host.name}))


@cmdlet(
    "Add-Computer",
    ("DomainName", "Credential", "OUPath", "Force", "Restart", "WorkgroupName", "PassThru", "Server", "ComputerName"),
)
def add_computer(call: Call) -> None:
    only_here(call)
    if call.has("WorkgroupName"):
        raise NotBuilt("Add-Computer -WorkgroupName")
    domain = call.text("DomainName")
    host = call.host
    if host.is_member and host.domain.lower() == domain.lower():
        text = f"Cannot add computer '{host.name}' to domain '{domain}' because it is already in that domain."
        raise CommandError("AddComputerToSameDomain", text, "InvalidOperation", host.name, INVALID)
    directory = find_domain(call, domain)
    check_join_rights(call, directory, domain)
    if not call.should_process(host.name, f"Join in domain '{domain}'"):
        return
    promotion.join(call.world, host, directory, call.text("OUPath"))
    call.world.touch()
    after_change(call)


def find_domain(call: Call, domain: str) -> Directory:
    """The domain is found by its name in DNS, as the join does."""
    directory = call.world.parts.find(Directory)
    known = directory is not None and domain.lower() in (directory.domain, directory.netbios.lower())
    reached = known and directory is not None and bool(call.world.resolve(call.host, directory.domain))
    if directory is None or not reached:
        text = (
            f"Computer '{call.host.name}' failed to join domain '{domain}' from its current workgroup "
            f"'{call.host.workgroup}' with following error message: The specified domain either does not exist or "
            "could not be contacted."
        )
        raise CommandError("FailToJoinDomainFromWorkgroup", text, "OperationStopped", call.host.name, INVALID)
    return directory


def check_join_rights(call: Call, directory: Directory, domain: str) -> None:
    problem = "The user name or password is incorrect."
    if call.has("Credential"):
        user, password = credential(call.get("Credential"))
        prefix, slash, name = user.rpartition("\\")
        logon = directory.logon(call.world, prefix if slash else directory.netbios, name)
        if logon is not None and logon.password == password:
            if f"{directory.netbios.lower()}\\domain admins" in logon.groups:
                return
            problem = "Access is denied."
    text = (
        f"Computer '{call.host.name}' failed to join domain '{domain}' from its current workgroup "
        f"'{call.host.workgroup}' with following error message: {problem}"
    )
    raise CommandError("FailToJoinDomainFromWorkgroup", text, "OperationStopped", call.host.name, INVALID)


@cmdlet(
    "Remove-Computer",
    ("UnjoinDomainCredential", "WorkgroupName", "Force", "Restart", "PassThru", "LocalCredential", "ComputerName"),
)
def remove_computer(call: Call) -> None:
    only_here(call)
    if not call.host.is_member:
        text = f"Cannot remove computer(s) '{call.host.name}' from the domain because it is not in a domain."
        raise CommandError("ComputerNotInDomain", text, "InvalidOperation", call.host.name, INVALID)
    if not call.should_process(call.host.name, "Remove-Computer"):
        return
    promotion.leave(call.world, call.host, call.world.parts.find(Directory), call.text("WorkgroupName", "WORKGROUP"))
    call.world.touch()
    after_change(call)


@cmdlet(
    "Start-Process",
    ("FilePath", "ArgumentList", "Wait", "PassThru", "NoNewWindow", "WorkingDirectory", "WindowStyle", "Verb"),
    locks_world=False,
)
def start_process(call: Call) -> None:
    """Runs a program to its end: nothing in the lab goes on in the background."""
    path = call.text("FilePath")
    info = registry().native(path)
    present = info.declaration.present if info is not None else None
    if info is None or (present is not None and not present(call.host)):
        text = "This command cannot be run due to the error: The system cannot find the file specified."
        if call.host.files.is_file(path):
            raise NotBuilt(f"the program {path}")
        raise CommandError("InvalidOperationException", text, "InvalidOperation", None, INVALID)
    program = ProgramCall(call.session, words(call.texts("ArgumentList")), [])
    with call.world.lock:
        code = info.declaration.body(program)
        call.world.touch()
    if call.switch("NoNewWindow"):
        call.write_all(line for is_output, line in program.lines if is_output)
    if call.switch("PassThru"):
        properties = {
            "ExitCode": code,
            "HasExited": True,
            "Id": 4000 + len(program.args),
            "ProcessName": info.declaration.name.removesuffix(".exe"),
        }
        call.write(
            PSObject(properties, ("System.Diagnostics.Process", "System.ComponentModel.Component", "System.Object"))
        )


def words(arguments: list[str]) -> list[str]:
    """The words of a command line as the C run time splits them."""
    line = " ".join(arguments)
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split = True
    lexer.quotes = '"'
    lexer.escape = ""
    lexer.commenters = ""
    return list(lexer)
