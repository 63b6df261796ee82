"""Restart- and Rename-Computer, Start-Process."""

from __future__ import annotations

import shlex

from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.natives import ProgramCall
from winsim.interpreter.registry import registry
from winsim.interpreter.scriptblocks import ApplicationInfo
from winsim.interpreter.values import PSObject
from winsim.world.power import request_restart
from winsim.world.shares import locate

INVALID = "System.InvalidOperationException"
RENAME_WARNING = "The changes will take effect after you restart the computer {0}."


def only_here(call: Call) -> None:
    for name in call.texts("ComputerName"):
        if name.lower() not in (".", "localhost", call.host.name.lower(), call.host.fqdn.lower()):
            raise NotBuilt(f"{call.name} of another computer")


@cmdlet("Restart-Computer", ("ComputerName",), idle=("Force", "Credential"))  # nobody is logged on; it is this one
def restart_computer(call: Call) -> None:
    only_here(call)
    if call.should_process(f"localhost ({call.host.name})", "Restart-Computer"):
        request_restart(call.world, call.host)
        call.world.touch()


@cmdlet(
    "Rename-Computer",
    ("NewName", "Restart", "PassThru", "ComputerName"),
    idle=("Force", "DomainCredential", "LocalCredential"),  # the session's own rights decide
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
    "Start-Process",
    ("FilePath", "ArgumentList", "PassThru", "NoNewWindow"),
    idle=("Wait",),
    locks_world=False,
)
def start_process(call: Call) -> None:
    """Runs a program to its end: nothing in the lab goes on in the background."""
    path = call.text("FilePath")
    info = _program(call, path)
    if info is None:
        text = "This command cannot be run due to the error: The system cannot find the file specified."
        if call.host.files.is_file(path):
            raise NotBuilt(f"the program {path}")
        raise CommandError("InvalidOperationException", text, "InvalidOperation", None, INVALID)
    program = ProgramCall(call.session, words(call.texts("ArgumentList")), [], path)
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


def _program(call: Call, path: str) -> ApplicationInfo | None:
    """What is started: a program of this machine, or one that lies where the path leads."""
    info = registry().native(path)
    if info is None:
        return None
    if info.declaration.path:
        present = info.declaration.present
        there = present is None or present(call.host)
        return info if there and call.session.leads_to(path, info.declaration.path) else None
    place = locate(call.world, call.host, path)
    if place is None or (place[0] is not call.host and not call.session.identity.delegated):
        return None  # a network logon reaches no other machine's share
    return info if place[0].files.is_file(place[1]) else None


def words(arguments: list[str]) -> list[str]:
    """The words of a command line as the C run time splits them."""
    line = " ".join(arguments)
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split = True
    lexer.quotes = '"'
    lexer.escape = ""
    lexer.commenters = ""
    return list(lexer)
