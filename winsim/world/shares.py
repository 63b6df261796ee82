"""SMB shares of a host, and files by UNC path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from winsim.world.files import FileEntry
from winsim.world.network import route

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

SMB_PORT = 445


@dataclass
class Share:
    """``access`` maps accounts to Full, Change or Read."""

    name: str
    path: str
    description: str = ""
    access: dict[str, str] = field(default_factory=dict)
    special: bool = False


@dataclass
class Shares:
    """A part of ``Host.parts``."""

    shares: dict[str, Share] = field(default_factory=dict)

    def add(self, share: Share) -> Share:
        self.shares[share.name.lower()] = share
        return share

    def find(self, name: str) -> Share | None:
        key = name.lower()
        if key in ("c$", "admin$"):
            path = "C:\\" if key == "c$" else "C:\\Windows"
            return Share(name.upper(), path, "", {"BUILTIN\\Administrators": "Full"}, special=True)
        return self.shares.get(key)


def locate(world: World, host: Host, path: str) -> tuple[Host, str] | None:
    """The machine and the local path behind ``\\\\server\\share\\rest``; a local path is on the host itself."""
    if not path.startswith("\\\\") or path.startswith("\\\\?\\"):
        return host, path
    server, _, rest = path[2:].partition("\\")
    name, _, inner = rest.partition("\\")
    addresses = world.resolve(host, server)
    reached = route(world, host, addresses[0], SMB_PORT) if addresses else None
    if reached is None or not reached.host.services.running("LanmanServer"):
        return None
    share = reached.host.parts.need(Shares).find(name)
    if share is None:
        return None
    return reached.host, share.path.rstrip("\\") + "\\" + inner


def find_file(world: World, host: Host, path: str) -> FileEntry | None:
    """A file or directory by local or UNC path."""
    place = locate(world, host, path)
    return place[0].files.find(place[1]) if place is not None else None
