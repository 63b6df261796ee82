"""The processes of a host: what runs follows from its services."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world.services import Service

if TYPE_CHECKING:
    from winsim.world.host import Host

SYSTEM = (
    ("Idle", 0),
    ("System", 4),
    ("smss", 232),
    ("csrss", 340),
    ("wininit", 408),
    ("services", 500),
    ("lsass", 508),
    ("winlogon", 436),
    ("dwm", 764),
)
SHARED = "svchost"
SHARED_PROCESSES = 9


@dataclass(frozen=True)
class Process:
    """``services`` are those that run in it."""

    name: str
    id: int
    start: datetime
    services: tuple[Service, ...] = ()

    @property
    def memory(self) -> int:
        return 4 * 2**20 + zlib.crc32(self.name.encode()) % 2**26


def running(host: Host, own_id: int) -> Iterator[Process]:
    """Each process; services of their own program run in it. ``own_id`` is the one of who asks."""
    boot = host.boot_time
    names = {name for name, _ in SYSTEM}
    shared: list[Service] = []
    own: list[Process] = []
    inside: dict[str, list[Service]] = {}
    for service in host.services.all():
        if service.state != "Running" or service.is_driver:
            continue
        if not service.program:
            shared.append(service)
        elif service.program.lower() in names:
            inside.setdefault(service.program.lower(), []).append(service)
        else:
            start = max(service.started or boot, boot)
            own.append(Process(service.program, service.process_id, start, (service,)))
    yield from (Process(name, id, boot, tuple(inside.get(name, ()))) for name, id in SYSTEM)
    yield Process("wsmprovhost", own_id, boot)
    yield from own
    for number in range(min(len(shared), SHARED_PROCESSES)):
        yield Process(SHARED, 600 + number * 52, boot, tuple(shared[number::SHARED_PROCESSES]))
