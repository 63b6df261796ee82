"""The Windows Time service: what it goes by while it runs, which is what the registry said when it last read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world.directory.state import Directory
from winsim.world.network import route

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

PARAMETERS = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
CONFIG = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Config"
LOCAL_CLOCK = "Local CMOS Clock"
TIME_PORT = 123


@dataclass
class TimeService:
    type: str = "NTP"
    peers: str = "time.windows.com,0x9"
    announce: int = 10
    synchronised: datetime | None = None

    def read(self, host: Host) -> None:
        """What a start and ``w32tm /config /update`` do."""
        self.type = str(host.registry.get(PARAMETERS, "Type") or "NoSync")
        self.peers = str(host.registry.get(PARAMETERS, "NtpServer") or "")
        announce = host.registry.get(CONFIG, "AnnounceFlags")
        self.announce = announce if isinstance(announce, int) else 10


def starting(world: World, host: Host) -> None:
    host.parts.need(TimeService).read(host)


def source(world: World, host: Host) -> str:
    """Where the machine takes its time from: the first peer that answers, else its own clock."""
    service = host.parts.need(TimeService)
    found = _domain_source(world, host) if service.type in ("NT5DS", "AllSync") else ""
    if not found and service.type in ("NTP", "AllSync"):
        found = next((peer for peer in service.peers.split() if _answers(world, host, peer.partition(",")[0])), "")
    return found or LOCAL_CLOCK


def _domain_source(world: World, host: Host) -> str:
    directory = world.parts.find(Directory)
    if directory is None or not host.is_member or host.is_domain_controller:
        return ""
    for name in directory.controllers:
        controller = world.find_host(name)
        if controller is not None and _answers(world, host, controller.fqdn):
            return controller.fqdn
    return ""


def _answers(world: World, host: Host, name: str) -> bool:
    for address in world.resolve(host, name):
        reached = route(world, host, address, TIME_PORT)
        if reached is not None and reached.host is not host and reached.host.services.running("W32Time"):
            return True
    return False
