"""Suspend-Service, Resume-Service, Get-HotFix and the logs of events themselves."""

from __future__ import annotations

from winsim.cmdlets.management_computer import only_here
from winsim.cmdlets.management_services import EXCEPTION, SELECTORS, chosen
from winsim.interpreter.command import Call, CommandError, cmdlet

INVALID = "System.InvalidOperationException"


def refuse(call: Call, verb: str, word: str) -> None:
    """No service here can be paused: an error that says so, then that of the attempt, as there."""
    for service in chosen(call):
        shown = f"{service.display_name} ({service.name})"
        if not call.should_process(shown, call.name):
            continue
        running = service.state == "Running"
        reason = "the service does not support being suspended or resumed" if running else "it is not currently running"
        id = f"CouldNot{verb}Service"
        head = f"Service '{shown}' cannot be {word}"
        specific = id + ("NotSupported" if running else "NotRunning")
        error = CommandError(specific, f"{head} because {reason}.", "CloseError", service.name, EXCEPTION)
        call.write_error(error)
        action = {"Suspend": "pause", "Resume": "resume"}[verb]
        attempt = f"Cannot {action} {service.name} service on computer '.'."
        text = f"{head} due to the following error: {attempt}"
        call.write_error(CommandError(id, text, "CloseError", service.name, EXCEPTION, (INVALID, attempt)))


@cmdlet("Suspend-Service", SELECTORS, idle=("PassThru",))  # nothing is ever passed through
def suspend_service(call: Call) -> None:
    refuse(call, "Suspend", "suspended")


@cmdlet("Resume-Service", SELECTORS, idle=("PassThru",))  # nothing is ever passed through
def resume_service(call: Call) -> None:
    refuse(call, "Resume", "resumed")


@cmdlet("Get-HotFix", ("Id", "ComputerName"), idle=("Description",))  # there is nothing to select from
def get_hotfix(call: Call) -> None:
    """The machines are as they were released: no update is installed."""
    only_here(call)
    for _ in call.texts("Id"):
        message = (
            f"Cannot find the requested hotfix on the '{call.host.name}' computer. Verify the input and run the "
            "command again."
        )
        error = CommandError("GetHotFixNoEntriesFound", message, "ObjectNotFound", None, "System.ArgumentException")
        call.write_error(error)


LOGS = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog"


def source_key(call: Call, source: str) -> str | None:
    """The registry key of a source, in whichever log it is."""
    for log in call.host.registry.subkeys(LOGS):
        if source.lower() in log.keys:
            return f"{LOGS}\\{log.name}\\{source}"
    return None


@cmdlet(
    "New-EventLog",
    ("LogName", "Source", "ComputerName"),
    idle=("MessageResourceFile", "CategoryResourceFile", "ParameterResourceFile"),  # messages are kept as they are
)
def new_event_log(call: Call) -> None:
    only_here(call)
    log = call.text("LogName")
    for source in call.texts("Source"):
        if source_key(call, source) is not None:
            message = f'The "{source}" source is already registered on the "localhost" computer.'
            call.write_error(CommandError("SourceAlreadyExists", message, "InvalidOperation", None, INVALID))
            continue
        if log.lower() not in (name.lower() for name in call.host.events.logs):
            call.host.events.logs.append(log)
        call.host.registry.create(f"{LOGS}\\{log}\\{source}")


def known_logs(call: Call) -> list[str]:
    """The logs that the call names; one that is not there is an error."""
    found = []
    for wanted in call.texts("LogName"):
        name = next((log for log in call.host.events.logs if log.lower() == wanted.lower()), None)
        if name is None:
            message = f'The Log name "{wanted}" does not exist in the computer "localhost".'
            call.write_error(CommandError("LogDoesNotExist", message, "InvalidOperation", None, INVALID))
        else:
            found.append(name)
    return found


@cmdlet("Clear-EventLog", ("LogName", "ComputerName"))
def clear_event_log(call: Call) -> None:
    only_here(call)
    for log in known_logs(call):
        if call.should_process(log, "Clear-EventLog"):
            events = call.host.events
            events.events[:] = [event for event in events.events if event.log.lower() != log.lower()]


@cmdlet("Remove-EventLog", ("LogName", "Source", "ComputerName"), positions={"LogName": 0, "ComputerName": 1})
def remove_event_log(call: Call) -> None:
    only_here(call)
    for source in call.texts("Source"):
        key = source_key(call, source)
        if key is None:
            message = f'The source "{source}" is not registered on computer "localhost".'
            call.write_error(CommandError("SourceDoesNotExist", message, "InvalidOperation", None, INVALID))
        elif call.should_process(source, "Remove-EventLog"):
            call.host.registry.remove(key)
    for log in known_logs(call):
        if call.should_process(log, "Remove-EventLog"):
            events = call.host.events
            events.events[:] = [event for event in events.events if event.log.lower() != log.lower()]
            events.logs.remove(log)
            call.host.registry.remove(f"{LOGS}\\{log}")
