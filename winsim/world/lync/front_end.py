"""The Front End service: what it needs to start, beyond what every service of Lync does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.world.services import ServiceError

from . import services, updates

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World


def starting(world: World, host: Host) -> None:
    """Databases and binaries of different update levels do not work together."""
    services.starting(world, host)
    behind = updates.mismatched(host)
    if behind:
        text = (
            "A stored procedure version mismatch was detected. The service will not start until this problem is "
            f"resolved. Databases: {', '.join(behind)}. Cause: the database schema and the server were updated by "
            "different installation packages."
        )
        host.events.write("Lync Server", "LS User Services", 30968, "Error", text)
        raise ServiceError(1067, "The process terminated unexpectedly")
