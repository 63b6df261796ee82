"""System.ServiceProcess.ServiceController over the services of the session's host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.special import AliasProperty
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject, PSObject
from winsim.world import services

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.host import Host

SPACE = "System.ServiceProcess"
# types.ps1xml has them
ALIASES = {"Name": AliasProperty("ServiceName"), "RequiredServices": AliasProperty("ServicesDependedOn")}
STATES = {"Stopped": 1, "StartPending": 2, "StopPending": 3, "Running": 4, "Paused": 7}
WIN32 = "System.InvalidOperationException"


class ServiceController(NetObject):
    """``name`` is as it was asked for; the status is read when the object is made or refreshed."""

    type_names = (f"{SPACE}.ServiceController", "System.ComponentModel.Component", "System.MarshalByRefObject",
                  "System.Object")  # fmt: skip

    def __init__(self, host: Host, service: services.Service, name: str = "") -> None:
        self.host = host
        self.name = name or service.name
        self.service = service
        self.state = service.state
        self.ps_members = PSObject(ALIASES, (), self)

    def refresh(self) -> None:
        self.state = self.service.state

    def related(self, names: list[str]) -> Array:
        found = [self.host.services.find(name) for name in names]
        return Array([ServiceController(self.host, one) for one in found if one is not None], self.type_names[0])


CONTROLLER = TypeDef(ServiceController.type_names[0], python=(ServiceController,))
CONTROLLER.to_text = lambda this: this.name  # the ScriptMethod ToString of types.ps1xml


def control_error(this: ServiceController, verb: str, problem: services.ServiceError) -> NetError:
    text = f"Cannot {verb} service {this.service.name} on computer '.'."
    return NetError(WIN32, text, NetError("System.ComponentModel.Win32Exception", problem.message))


@CONTROLLER.property("ServiceName")
def service_name(this: ServiceController) -> str:
    return this.name


@CONTROLLER.property("DisplayName")
def display_name(this: ServiceController) -> str:
    return this.service.display_name


@CONTROLLER.property("Status")
def status(this: ServiceController) -> EnumValue:
    return EnumValue(f"{SPACE}.ServiceControllerStatus", this.state, STATES[this.state])


@CONTROLLER.property("MachineName")
def machine_name(this: ServiceController) -> str:
    return "."


@CONTROLLER.property("ServiceType")
def service_type(this: ServiceController) -> EnumValue:
    return EnumValue(f"{SPACE}.ServiceType", "Win32OwnProcess", 16)


@CONTROLLER.property("CanStop")
def can_stop(this: ServiceController) -> bool:
    return this.service.can_stop and this.state == "Running"


@CONTROLLER.property("CanShutdown")
def can_shutdown(this: ServiceController) -> bool:
    return this.state == "Running"


@CONTROLLER.property("CanPauseAndContinue")
def can_pause(this: ServiceController) -> bool:
    return False


@CONTROLLER.property("ServicesDependedOn")
def depended_on(this: ServiceController) -> Array:
    return this.related(this.service.depends_on)


@CONTROLLER.property("DependentServices")
def dependent_services(this: ServiceController) -> Array:
    return this.related([one.name for one in this.host.services.dependents(this.service.name)])


@CONTROLLER.method("Refresh")
def refresh(this: ServiceController) -> object:
    this.refresh()
    return AUTOMATION_NULL


@CONTROLLER.method("Start", needs_session=True)
def start(this: ServiceController, session: Session) -> object:
    with session.world.lock:
        try:
            services.start(session.world, this.host, this.service.name)
        except services.ServiceError as problem:
            raise control_error(this, "start", problem) from None
        session.world.touch()
    return AUTOMATION_NULL


@CONTROLLER.method("Stop", needs_session=True)
def stop(this: ServiceController, session: Session) -> object:
    with session.world.lock:
        try:
            services.stop(session.world, this.host, this.service.name)
        except services.ServiceError as problem:
            raise control_error(this, "stop", problem) from None
        session.world.touch()
    return AUTOMATION_NULL


@CONTROLLER.method("WaitForStatus", f"{SPACE}.ServiceControllerStatus", "System.TimeSpan", optional=1)
def wait_for_status(this: ServiceController, wanted: EnumValue, limit: object = None) -> object:
    """Services change at once here: a status that is not there will not come."""
    this.refresh()
    if this.state != wanted.name:
        text = "Time out has expired and the operation has not been completed."
        raise NetError(f"{SPACE}.TimeoutException", text)
    return AUTOMATION_NULL


@CONTROLLER.method("Close")
def close(this: ServiceController) -> object:
    return AUTOMATION_NULL


TYPES = (CONTROLLER,)
