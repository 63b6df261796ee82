"""Windows services of Lync: Get-, Start- and Stop-CsWindowsService."""

from __future__ import annotations

from winsim.cmdlets.lync_common import BASE, MODULE, class_of, failed, local_administrator, local_server, reported
from winsim.cmdlets.products import entity
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import ArrayList
from winsim.world.lync.machine import REPLICA, SERVICES
from winsim.world.services import Service, ServiceError, start, stop

# In the order in which they start.
_ORDER = ("W3SVC", "REPLICA", *(name for name, *_ in SERVICES))
_ROLES = {name: roles for name, _, _, roles in SERVICES} | {REPLICA[0]: ("Replica",), "W3SVC": ("W3SVC",)}

_AT_ONCE = ("NoWait",)  # services of the lab start and stop at once


def _local(call: Call) -> None:
    local_server(call)
    other = call.text("ComputerName").lower()
    if other and other not in (call.host.fqdn.lower(), call.host.name.lower(), "localhost", "."):
        raise NotBuilt(f"{call.name} -ComputerName of another computer")


def _services(call: Call) -> list[Service]:
    present = [found for name in _ORDER if (found := call.host.services.find(name)) is not None]
    wanted = call.text("Name").lower()
    if not wanted:
        return present
    chosen = [one for one in present if one.name.lower() == wanted]
    if not chosen:
        raise failed(f'Cannot find the service "{call.text("Name")}" on "{call.host.fqdn}".', "ObjectNotFound",
                     id="MissingItem")  # fmt: skip
    return chosen


@cmdlet("Get-CsWindowsService", ("Name", "ComputerName"),
        net_class=class_of("Get-CsWindowsService", "Deployment"), module=MODULE)  # fmt: skip
@reported
def get_service(call: Call) -> None:
    _local(call)
    for one in _services(call):
        call.write(
            entity(
                (f"{BASE}.Deployment.Core.NTService",),
                {
                    "RoleName": ArrayList(_ROLES.get(one.name, ())),
                    "ActivityLevel": "",
                    "Status": one.state,
                    "Name": one.name,
                    "DisplayName": one.display_name,
                    "ServiceName": one.name,
                },
                one.name,
            )
        )


def _problem(call: Call, one: Service, error: ServiceError) -> CommandError:
    verb = "start" if call.name.lower().startswith("start") else "stop"
    return failed(f'Failed to {verb} service "{one.name}" on computer "{call.host.fqdn}": {error.message}.',
                  "InvalidOperation", f"{BASE}.Deployment.DeploymentException")  # fmt: skip


@cmdlet("Start-CsWindowsService", ("Name", "ComputerName"), idle=_AT_ONCE,
        net_class=class_of("Start-CsWindowsService", "Deployment"), module=MODULE)  # fmt: skip
@reported
def start_service(call: Call) -> None:
    """Best effort: a service that does not start is reported, and the others are started."""
    _local(call)
    local_administrator(call)
    for one in _services(call):
        if one.state != "Running" and call.should_process(one.name, "Start-CsWindowsService"):
            try:
                start(call.world, call.host, one.name)
            except ServiceError as error:
                call.write_error(_problem(call, one, error))
    call.world.touch()


@cmdlet("Stop-CsWindowsService", ("Name", "ComputerName", "LeaveWebServerRunning"), idle=(*_AT_ONCE, "Graceful"),
        net_class=class_of("Stop-CsWindowsService", "Deployment"), module=MODULE)  # fmt: skip
@reported
def stop_service(call: Call) -> None:
    _local(call)
    local_administrator(call)
    for one in reversed(_services(call)):
        if one.name == "W3SVC" and call.switch("LeaveWebServerRunning"):
            continue
        if one.state == "Running" and call.should_process(one.name, "Stop-CsWindowsService"):
            try:
                stop(call.world, call.host, one.name, force=True)
            except ServiceError as error:
                call.write_error(_problem(call, one, error))
    call.world.touch()
