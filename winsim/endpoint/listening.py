"""The open ports of a host of the world: those that its WinRM configuration and its firewall say, and no others."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from winsim.endpoint import tls
from winsim.endpoint.addresses import Place
from winsim.endpoint.host_endpoint import HostEndpoint
from winsim.world.winrm import OpenPort, WinRmService, open_ports

if TYPE_CHECKING:
    from winsim.world.host import Host

log = logging.getLogger(__name__)


class HostListeners:
    """Follows the machine: a listener opens before the script that made it is told to be done, and closes soon after
    the one that removed it."""

    def __init__(self, host: Host, endpoint: HostEndpoint, place: Place) -> None:
        self._host = host
        self._endpoint = endpoint
        self._place = place
        self._opened: dict[OpenPort, int] = {}  # and the port of this computer
        self._changing = asyncio.Lock()

    def lacks(self) -> bool:
        """Whether a port should be open that is not. May be asked from any thread."""
        return any(wanted not in self._opened for wanted in open_ports(self._host))

    async def follow(self) -> None:
        """Open what is missing, close what is too much."""
        async with self._changing:
            wanted = open_ports(self._host)
            for gone in [one for one in self._opened if one not in wanted]:
                self._endpoint.stop_listening(self._opened.pop(gone))
            await self._open(wanted)

    async def open_missing(self) -> None:
        async with self._changing:
            await self._open(open_ports(self._host))

    async def _open(self, wanted: tuple[OpenPort, ...]) -> None:
        taken = {one.port for one in self._opened}
        for one in wanted:
            if one in self._opened or one.port in taken:  # the latter gets its new certificate once the old one is gone
                continue
            certificate = None
            if one.certificate is not None:
                service = self._host.parts.find(WinRmService)
                trusted = service.trusted_certificates if service else []
                certificate = tls.load(tls.pem_of(one.certificate, one.pkcs8), trusted)
            port = self._place.port_of(one.port)
            try:
                self._opened[one] = await self._endpoint.listen(self._place.address, port, certificate, one.port)
            except OSError:
                log.exception("%s cannot listen on %s:%s", self._host.name, self._place.address, port)
