"""Lync's Windows services: what they need to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.world.services import ServiceError

from .state import LyncServer

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World


def starting(world: World, host: Host) -> None:
    """Without an assigned default certificate that is in the store with its key, no Lync service comes up."""
    del world
    server = host.parts.find(LyncServer)
    if server is None or server.local is None:
        raise ServiceError(1067, "The process terminated unexpectedly")
    thumbprint = server.certificates.get("Default", "")
    entry = host.certificates.find(thumbprint) if thumbprint else None
    if entry is None or host.certificates.key_of(entry) is None:
        host.events.write("Lync Server", "LS Server", 12303, "Error", "The protocol stack reported a critical error: "
                          "no certificate is configured for the default usage.")  # fmt: skip
        raise ServiceError(1064, "An exception occurred in the service when handling the control request")
    foreign = [one for one in host.certificates.trusted_roots() if one.certificate.issuer != one.certificate.subject]
    if foreign:
        text = (
            "Invalid incoming HTTPS certificate. 0x800B0109: a certificate that is not self-signed is in the Trusted "
            "Root store."
        )
        host.events.write("Lync Server", "LS User Services", 32042, "Error", text)
        raise ServiceError(1053, "The service did not respond to the start or control request in a timely fashion")
