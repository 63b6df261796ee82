"""Get-, Start-, Stop-, Restart-, Set- and New-Service."""

from __future__ import annotations

from collections.abc import Callable

from winsim.cmdlets.products import credential
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.servicecontroller import ServiceController
from winsim.interpreter.texts import to_text
from winsim.interpreter.wildcards import has_wildcard, wildcard_match
from winsim.world import services
from winsim.world.services import Service, ServiceError, StartType

EXCEPTION = "Microsoft.PowerShell.Commands.ServiceCommandException"
SELECTORS = ("Name", "DisplayName", "Include", "Exclude", "InputObject")
START_TYPES: dict[str, StartType] = {"automatic": "Automatic", "manual": "Manual", "disabled": "Disabled"}


def not_found(name: str, display: bool) -> CommandError:
    kind, id_ = (
        ("display name", "NoServiceFoundForGivenDisplayName")
        if display
        else ("service name", "NoServiceFoundForGivenName")
    )
    return CommandError(id_, f"Cannot find any service with {kind} '{name}'.", "ObjectNotFound", name, EXCEPTION)


def chosen(call: Call) -> list[Service]:
    """The services that the parameters name; an unknown plain name is an error of its own."""
    given = call.get("InputObject")
    if given is not None:
        return [found for one in items_of(given) or [given] for found in of_object(call, one)]
    display = call.has("DisplayName")
    patterns = call.texts("DisplayName" if display else "Name") or ["*"]
    found: dict[str, Service] = {}
    for pattern in patterns:
        fitting = [
            one
            for one in call.host.services.all()
            if wildcard_match(pattern, one.display_name if display else one.name)
            or (
                not display
                and not has_wildcard(pattern)
                and call.name != "Get-Service"
                and pattern.lower() == one.display_name.lower()
            )
        ]
        if not fitting and not has_wildcard(pattern):
            call.write_error(not_found(pattern, display))
        found.update({one.name.lower(): one for one in fitting})
    kept = list(found.values())
    if call.has("Include"):
        kept = [one for one in kept if any(wildcard_match(p, one.name) for p in call.texts("Include"))]
    if call.has("Exclude"):
        kept = [one for one in kept if not any(wildcard_match(p, one.name) for p in call.texts("Exclude"))]
    return kept


def of_object(call: Call, value: object) -> list[Service]:
    base = unwrap(value)
    if isinstance(base, ServiceController):
        return [base.service]
    name = to_text(base)
    found = call.host.services.find(name)
    if found is None:
        call.write_error(not_found(name, False))
        return []
    return [found]


@cmdlet("Get-Service", (*SELECTORS, "ComputerName", "RequiredServices", "DependentServices"))
def get_service(call: Call) -> None:
    if call.has("ComputerName") and call.text("ComputerName").lower() not in (".", "localhost", call.host.name.lower()):
        raise NotBuilt("Get-Service -ComputerName of another computer")
    typed = {name.lower(): name for name in call.texts("Name")}  # who is asked for by name keeps it as it was typed
    for service in sorted(chosen(call), key=lambda one: one.name.lower()):
        controller = ServiceController(call.host, service, typed.get(service.name.lower(), ""))
        if call.switch("RequiredServices"):
            call.write_all(controller.related(service.depends_on))
        elif call.switch("DependentServices"):
            call.write_all(controller.related([one.name for one in call.host.services.dependents(service.name)]))
        else:
            call.write(controller)


def controlled(call: Call, verb: str, id_: str, action: Callable[[Service], None]) -> None:
    """Runs an action on each chosen service; a refusal is a non-terminating error of that service."""
    for service in chosen(call):
        shown = f"{service.display_name} ({service.name})"
        if not call.should_process(shown, call.name):
            continue
        try:
            action(service)
        except ServiceError as problem:
            refused = f"Cannot {call.name.partition('-')[0].lower()} service {service.name} on computer '.'."
            text = f"Service '{shown}' cannot be {verb} due to the following error: {refused}"
            inner = ("System.ComponentModel.Win32Exception", problem.message)
            call.write_error(
                CommandError(id_, text, "OpenError" if "Start" in id_ else "CloseError", service.name, EXCEPTION, inner)
            )
            continue
        call.world.touch()
        if call.switch("PassThru"):
            call.write(ServiceController(call.host, service))


def stop_one(call: Call, service: Service) -> None:
    running = [one for one in call.host.services.dependents(service.name) if one.state == "Running"]
    if running and not call.switch("Force"):
        text = (
            f"Cannot stop service '{service.display_name} ({service.name})' because it has dependent services. "
            "It can only be stopped if the Force flag is set."
        )
        raise CommandError("ServiceHasDependentServices", text, "InvalidOperation", service.name, EXCEPTION)
    services.stop(call.world, call.host, service.name, force=call.switch("Force"))


@cmdlet("Start-Service", (*SELECTORS, "PassThru"))
def start_service(call: Call) -> None:
    controlled(call, "started", "CouldNotStartService", lambda one: services.start(call.world, call.host, one.name))


@cmdlet("Stop-Service", (*SELECTORS, "PassThru", "Force"))
def stop_service(call: Call) -> None:
    controlled(call, "stopped", "CouldNotStopService", lambda one: stop_one(call, one))


@cmdlet("Restart-Service", (*SELECTORS, "PassThru", "Force"))
def restart_service(call: Call) -> None:
    def restart(service: Service) -> None:
        again = [one.name for one in call.host.services.dependents(service.name) if one.state == "Running"]
        stop_one(call, service)
        services.start(call.world, call.host, service.name)
        for name in again:
            services.start(call.world, call.host, name)

    controlled(call, "started", "CouldNotStartService", restart)


@cmdlet("Set-Service", ("Name", "InputObject", "StartupType", "Status", "DisplayName", "Description", "PassThru"))
def set_service(call: Call) -> None:
    for service in of_object(call, call.get("InputObject") if call.has("InputObject") else call.get("Name")):
        if not call.should_process(f"{service.display_name} ({service.name})", call.name):
            continue
        if call.has("StartupType"):
            service.start_type = START_TYPES[call.text("StartupType").lower()]
            service.delayed = False
        if call.has("DisplayName"):
            service.display_name = call.text("DisplayName")
        if call.has("Description"):
            service.description = call.text("Description")
        if call.has("Status"):
            change_status(call, service)
        call.world.touch()
        if call.switch("PassThru"):
            call.write(ServiceController(call.host, service))


def change_status(call: Call, service: Service) -> None:
    wanted = call.text("Status")
    try:
        if wanted == "Running":
            services.start(call.world, call.host, service.name)
        elif wanted == "Stopped":
            services.stop(call.world, call.host, service.name)
        else:
            raise NotBuilt(f"Set-Service -Status {wanted}")
    except ServiceError as problem:
        raise CommandError("CouldNotSetService", problem.message, "PermissionDenied", service.name, EXCEPTION) from None


@cmdlet(
    "New-Service", ("Name", "BinaryPathName", "DisplayName", "Description", "StartupType", "DependsOn", "Credential")
)
def new_service(call: Call) -> None:
    name = call.text("Name")
    if name.lower() in call.host.services.services:
        shown = f"{call.text('DisplayName', name)} ({name})"
        text = f"Service '{shown}' cannot be created due to the following error: The specified service already exists"
        raise CommandError("CouldNotNewService", text, "PermissionDenied", name, EXCEPTION)
    if not call.should_process(name, call.name):
        return
    made = Service(name, call.text("DisplayName", name), path=call.text("BinaryPathName"))
    made.start_type = START_TYPES[call.text("StartupType", "Automatic").lower()]
    made.depends_on = call.texts("DependsOn")
    made.description = call.text("Description")
    if call.has("Credential"):
        made.account = credential(call.get("Credential"))[0]
    call.host.services.add(made)
    call.world.touch()
    call.write(ServiceController(call.host, made))
