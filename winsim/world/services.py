"""A host's Windows services."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

State = Literal["Running", "Stopped", "Paused", "StartPending", "StopPending"]
StartType = Literal["Automatic", "Manual", "Disabled", "Boot", "System"]


class ServiceError(Exception):
    """A service could not be controlled; ``code`` is the Win32 error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Service:
    """``hook`` names a module of winsim that may define ``starting(world, host)`` (raises ServiceError to refuse)
    and ``stopping(world, host)``."""

    name: str
    display_name: str
    state: State = "Stopped"
    start_type: StartType = "Manual"
    delayed: bool = False
    depends_on: list[str] = field(default_factory=list)
    account: str = "LocalSystem"
    path: str = ""
    description: str = ""
    can_stop: bool = True
    hook: str = ""
    trigger: str = ""  # the start type under which it starts by itself though manual, or ends when idle
    started: datetime | None = None  # with the host where it is not known

    @property
    def program(self) -> str:
        """The name of its process; nothing where it shares svchost with others."""
        name = self.path.strip('"').rpartition("\\")[2].partition(".exe")[0].strip('"')
        return "" if name.lower() == "svchost" else name

    @property
    def is_driver(self) -> bool:
        """Drivers are controlled as services are, but run in no process of their own."""
        return self.path.lower().endswith(".sys")

    @property
    def process_id(self) -> int:
        return 1000 + zlib.crc32(self.name.lower().encode()) % 3000 * 4


@dataclass
class ServiceManager:
    services: dict[str, Service] = field(default_factory=dict)

    def find(self, name: str) -> Service | None:
        """By service name or, as Windows' tools allow, by display name."""
        key = name.lower()
        found = self.services.get(key)
        return found or next((s for s in self.services.values() if s.display_name.lower() == key), None)

    def all(self) -> list[Service]:
        return [self.services[key] for key in sorted(self.services)]

    def add(self, service: Service) -> Service:
        return self.services.setdefault(service.name.lower(), service)

    def remove(self, name: str) -> None:
        self.services.pop(name.lower(), None)

    def running(self, name: str) -> bool:
        service = self.services.get(name.lower())
        return service is not None and service.state == "Running"

    def dependents(self, name: str) -> list[Service]:
        """Services that need this one, directly."""
        key = name.lower()
        return [service for service in self.all() if key in (need.lower() for need in service.depends_on)]


def start(world: World, host: Host, name: str) -> None:
    """Starts a service and what it depends on."""
    service = _need(host, name)
    if service.state == "Running":
        return
    if service.start_type == "Disabled":
        raise ServiceError(
            1058,
            "The service cannot be started, either because it is disabled or because it has no "
            "enabled devices associated with it",
        )
    for need in service.depends_on:
        if host.services.find(need) is None:
            raise ServiceError(1075, "The dependency service does not exist or has been marked for deletion")
        start(world, host, need)
    _hook(world, host, service, "starting")
    service.state = "Running"
    service.started = world.clock.now()


def stop(world: World, host: Host, name: str, force: bool = False) -> None:
    """Stops a service; running dependents are an error unless ``force``."""
    service = _need(host, name)
    if service.state == "Stopped":
        return
    if not service.can_stop:
        raise ServiceError(1052, "The requested control is not valid for this service")
    for dependent in host.services.dependents(service.name):
        if dependent.state == "Running":
            if not force:
                raise ServiceError(
                    1051, "A stop control has been sent to a service that other running services are dependent on"
                )
            stop(world, host, dependent.name, force=True)
    _hook(world, host, service, "stopping")
    service.state = "Stopped"


def start_at_boot(world: World, host: Host, services: Iterable[Service] | None = None) -> None:
    """What the service control manager does after a boot; delayed services come two minutes later."""
    delayed: list[str] = []
    for service in services if services is not None else host.services.all():
        if (service.start_type == "Automatic") == (service.trigger == service.start_type):
            continue
        if service.delayed:
            delayed.append(service.name)
        else:
            start_quietly(world, host.name, service.name)
    for name in delayed:
        world.clock.at(120, start_quietly, host=host.name, name=name)


def start_quietly(world: World, host: str, name: str) -> None:
    machine = world.find_host(host)
    if machine is None or machine.services.find(name) is None:
        return
    try:
        start(world, machine, name)
    except ServiceError as error:
        machine.events.write(
            "System",
            "Service Control Manager",
            7000,
            "Error",
            f"The {name} service failed to start due to the following error: \n{error.message}",
        )


def _need(host: Host, name: str) -> Service:
    service = host.services.find(name)
    if service is None:
        raise ServiceError(1060, "The specified service does not exist as an installed service")
    return service


def _hook(world: World, host: Host, service: Service, event: str) -> None:
    if service.hook:
        action = getattr(importlib.import_module(service.hook), event, None)
        if action is not None:
            action(world, host)
