"""Restarts of hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from winsim.world.clock import DueEvent
from winsim.world.parts import reference, resolve
from winsim.world.registry import RegistryKey
from winsim.world.services import start_at_boot

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

BOOT_SECONDS = 45.0  # lab time between going down and answering again


def request_restart(world: World, host: Host, delay: float = 1.0, user: str = "", notes: str = "") -> None:
    """The machine goes down after ``delay`` lab seconds; the endpoint ends its sessions when ``host.boots`` rises."""
    world.clock.at(delay, go_down, host_id=host.id)
    who = user or "NT AUTHORITY\\SYSTEM"
    text = f"The process has initiated the restart of computer {host.name} on behalf of user {who}"
    host.events.write("System", "USER32", 1074, "Information", text + notes)


def waiting_restarts(world: World, host: Host) -> list[DueEvent]:
    """Restarts that were asked for and have not begun."""
    return [due for due in world.clock.due if due.action == reference(go_down) and due.arguments["host_id"] == host.id]


def go_down(world: World, host_id: str) -> None:
    host = world.hosts[host_id]
    now = world.clock.now()
    host.boots += 1
    host.down_until = now + timedelta(seconds=BOOT_SECONDS)
    for service in host.services.all():
        if service.can_stop or service.start_type == "Automatic":
            service.state = "Stopped"
    for hive in host.registry.hives.values():
        _drop_volatile(hive)
    host.boot_time = host.down_until
    world.clock.at(BOOT_SECONDS, come_up, host_id=host.id)
    world.touch()


def come_up(world: World, host_id: str) -> None:
    """The boot: the pending name, what waited for it, then the services."""
    host = world.hosts[host_id]
    host.down_until = None
    if host.pending_name:
        host.name, host.pending_name = host.pending_name.upper(), ""
        apply_computer_name(host)
    session_manager = host.registry.find(r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager")
    if session_manager is not None:
        session_manager.drop("PendingFileRenameOperations")
    actions, host.at_boot = host.at_boot, []
    for action in actions:
        resolve(action.action)(world, host, **action.arguments)
    start_at_boot(world, host)
    host.events.write("System", "EventLog", 6005, "Information", "The Event log service was started.")
    world.touch()


def restart_at_once(world: World, host: Host) -> None:
    """A restart that takes no time: for preparing a world."""
    for hive in host.registry.hives.values():
        _drop_volatile(hive)
    for service in host.services.all():
        service.state = "Stopped"
    host.boots += 1
    host.boot_time = world.clock.now()
    come_up(world, host.id)


def apply_computer_name(host: Host) -> None:
    """Writes the computer name where Windows keeps it."""
    control = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName"
    host.registry.set(control + r"\ComputerName", "ComputerName", host.name)
    host.registry.set(control + r"\ActiveComputerName", "ComputerName", host.name)
    parameters = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
    host.registry.set(parameters, "Hostname", host.name)
    host.registry.set(parameters, "NV Hostname", host.name)
    host.registry.set(parameters, "Domain", host.primary_suffix or host.domain)
    host.environment["COMPUTERNAME"] = host.name


def _drop_volatile(key: RegistryKey) -> None:
    for name in [name for name, child in key.keys.items() if child.volatile]:
        del key.keys[name]
    for child in key.keys.values():
        _drop_volatile(child)
