"""Nodes of a farm on WID: secondaries fetch the configuration from the primary at their poll interval."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .state import AdfsServer

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

FAILED = 1


def primary_of(world: World, host: Host, server: AdfsServer) -> Host | None:
    """The primary as this node reaches it over HTTP: its name resolves, it is up, and its service answers."""
    if not world.resolve(host, server.primary_host):
        return None
    primary = world.find_host(server.primary_host)
    if primary is None or not primary.is_up(world.clock.now()) or not primary.services.running("adfssrv"):
        return None
    other = primary.parts.find(AdfsServer)
    if other is None or not other.is_primary or other.configuration.farm_id != server.configuration.farm_id:
        return None
    return primary if server.primary_port == other.configuration.properties["HttpPort"] else None


def fetch(world: World, host: Host, server: AdfsServer, at: datetime) -> bool:
    """One poll. The configuration is taken over whole."""
    server.last_sync_attempt = at
    primary = primary_of(world, host, server)
    if primary is None:
        server.last_sync_status = FAILED
        return False
    source = primary.parts.need(AdfsServer)
    if server.configuration.revision != source.configuration.revision:
        server.configuration = copy.deepcopy(source.configuration)
        world.touch()
    server.last_sync = at
    server.last_sync_status = 0
    return True


def catch_up(world: World, host: Host) -> None:
    """Does the polls of a secondary that the clock has passed; their outcome is the one of the last."""
    server = host.parts.find(AdfsServer)
    if server is None or server.is_primary or not host.services.running("adfssrv"):
        return
    now = world.clock.now()
    last = server.last_sync_attempt or now
    polls = int((now - last).total_seconds() // max(server.poll_seconds, 1))
    if polls > 0:
        fetch(world, host, server, last + timedelta(seconds=polls * server.poll_seconds))


def before_change(world: World, primary: Host) -> None:
    """Polls that are due see the configuration as it is before the primary changes it."""
    for host in world.hosts.values():
        if host is not primary:
            catch_up(world, host)


def changed(world: World, host: Host) -> None:
    server = host.parts.need(AdfsServer)
    server.configuration.revision += 1
    world.touch()
