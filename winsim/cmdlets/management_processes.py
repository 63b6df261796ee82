"""Get-Process, Stop-Process, Wait-Process: what runs follows from the services of the host."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.values import Int64, PSObject, record
from winsim.interpreter.wildcards import has_wildcard, wildcard_match
from winsim.world import processes

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

Running = tuple[str, int, datetime]  # name, id, start


def running(call: CommandCall) -> Iterator[Running]:
    own = int(str(call.session.scope.lookup("pid", 4012)))
    yield from ((one.name, one.id, one.start) for one in processes.running(call.host, own))


def process(name: str, id: int, start: datetime) -> PSObject:
    made = record("System.Diagnostics.Process", {})
    size = 4 * 2**20 + zlib.crc32(name.encode()) % 2**26
    made["Name"] = name
    made["SI"] = 0
    made["Handles"] = 100 + size % 700
    made["VM"] = Int64(size * 8)
    made["WS"] = Int64(size)
    made["PM"] = Int64(size // 2)
    made["NPM"] = Int64(size // 400)
    made["Path"] = None
    made["CPU"] = round((size % 1000) / 64, 6)
    made["Id"] = id
    made["ProcessName"] = name
    made["StartTime"] = DateTime.from_python(start, "Local")
    made["MachineName"] = "."
    made["Responding"] = True
    made["HasExited"] = False
    made["__text__"] = f"System.Diagnostics.Process ({name})"
    return made


def chosen(call: CommandCall) -> list[Running]:
    known = sorted(running(call), key=lambda one: (one[0].lower(), one[1]))
    if call.has("Id"):
        out = []
        for text in call.texts("Id"):
            hits = [one for one in known if one[1] == int(text)]
            if not hits:
                call.write_error(missing(f"the process identifier {text}", "NoProcessFoundForGivenId", int(text)))
            out += hits
        return out
    out = []
    for pattern in call.texts("Name") or ["*"]:
        hits = [one for one in known if wildcard_match(pattern, one[0])]
        if not hits and not has_wildcard(pattern):
            call.write_error(missing(f'the name "{pattern}"', "NoProcessFoundForGivenName", pattern))
        out += hits
    return out


def missing(what: str, id: str, target: object) -> CommandError:
    text = f"Cannot find a process with {what}. Verify the process name and call the cmdlet again."
    return CommandError(id, text, "ObjectNotFound", target, "Microsoft.PowerShell.Commands.ProcessCommandException")


@cmdlet("Get-Process", ("Name", "Id"))
def get_process(call: CommandCall) -> None:
    call.write_all(process(*one) for one in chosen(call))


@cmdlet("Stop-Process", ("Name", "Id", "PassThru"), idle=("Force",))  # asks no questions
def stop_process(call: CommandCall) -> None:
    """Ending the program of a service stops the service; programs of the system refuse."""
    for name, id, start in chosen(call):
        if not call.should_process(f"{name} ({id})", "Stop-Process"):
            continue
        service = next((s for s in call.host.services.all() if f"\\{name.lower()}.exe" in s.path.lower()), None)
        if service is None:
            call.write_error(
                CommandError(
                    "CouldNotStopProcess",
                    f'Cannot stop process "{name} ({id})" because of the following error: Access is denied',
                    "CloseError",
                    None,
                    "Microsoft.PowerShell.Commands.ProcessCommandException",
                )
            )
            continue
        service.state = "Stopped"
        if call.switch("PassThru"):
            call.write(process(name, id, start))


@cmdlet(
    "Wait-Process",
    ("Name", "Id", "Timeout"),
    locks_world=False,
    by_value=("InputObject",),
    by_name=("Id", "Name"),
)
def wait_process(call: CommandCall) -> None:
    running = list(chosen(call))
    if not running:
        return
    if not call.has("Timeout"):
        raise NotBuilt("waiting without end for a process that goes on")
    call.sleep(float(call.text("Timeout")))
    for name, id, _ in running:
        text = f"{name} ({id})"
        message = f'This command stopped operation because process "{text}" is not stopped in the specified time-out.'
        call.write_error(CommandError("ProcessNotTerminated", message, "CloseError", text, "System.TimeoutException"))
