"""Where the hosts of a lab listen: loopback addresses of their own with the real ports, or ports of 127.0.0.1."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HTTP_PORT: Final = 5985
HTTPS_PORT: Final = 5986
_PER_BLOCK: Final = 250


@dataclass(frozen=True)
class Place:
    """Address and ports of one host."""

    address: str
    http: int = HTTP_PORT
    https: int = HTTPS_PORT

    def port_of(self, port: int) -> int:
        """The port of this computer for one that a host believes to listen on."""
        return {HTTP_PORT: self.http, HTTPS_PORT: self.https}.get(port, port)


def has_loopback_network() -> bool:
    """Whether all of 127/8 is this computer, as on Linux; elsewhere only 127.0.0.1 is."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.83.65.2", 0))
        except OSError:
            return False
    return True


def is_free(place: Place) -> bool:
    for port in (place.http, place.https):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place.address, port))
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    return False
                raise
    return True


def choose(names: Sequence[str], seed: str) -> dict[str, Place]:
    """Places for all hosts. The same seed gives the same addresses while they are free, so that URLs stay."""
    if not has_loopback_network():
        return _on_free_ports(names)
    digest = hashlib.sha256(seed.encode()).digest()
    for attempt in range(64):
        first, second = 16 + digest[attempt % 32] % 200, (digest[(attempt + 1) % 32] + attempt // 32) % 256
        places = {
            name: Place(f"127.{first}.{(second + number // _PER_BLOCK) % 256}.{2 + number % _PER_BLOCK}")
            for number, name in enumerate(names)
        }
        if all(is_free(place) for place in places.values()):
            return places
    return _on_free_ports(names)


def _on_free_ports(names: Sequence[str]) -> dict[str, Place]:
    """All hosts on 127.0.0.1. The ports are chosen now, since HTTPS may be opened much later."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(2 * len(names)):
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
    pairs = zip(ports[::2], ports[1::2], strict=True)
    return {name: Place("127.0.0.1", http, https) for name, (http, https) in zip(names, pairs, strict=True)}
