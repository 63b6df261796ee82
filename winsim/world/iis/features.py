"""The role Web-Server as a Windows feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.world.iis.installation import install, uninstall

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World


def role_installed(world: World, host: Host) -> None:
    install(host)


def role_removed(world: World, host: Host) -> None:
    uninstall(host)
