"""Bindings of sites: their text form, their certificates in http.sys, and starting and stopping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.iis.errors import ALREADY_EXISTS, ConfigurationError
from winsim.world.iis.server import Iis, site_state, sites
from winsim.world.iis.tree import Element

if TYPE_CHECKING:
    from winsim.world.host import Host

SNI = 1


@dataclass(frozen=True)
class BindingInformation:
    """``*:443:host`` taken apart."""

    address: str
    port: int
    host: str

    @classmethod
    def parse(cls, text: str) -> BindingInformation | None:
        address, _, rest = text.partition(":")
        port, _, host = rest.partition(":")
        return cls(address, int(port), host) if port.isdigit() else None

    def __str__(self) -> str:
        return f"{self.address}:{self.port}:{self.host}"

    def endpoint(self, ssl_flags: int) -> str:
        """The http.sys binding that carries its certificate."""
        if ssl_flags & SNI:
            return f"{self.host}:{self.port}"
        return f"{'0.0.0.0' if self.address in ('*', '') else self.address}:{self.port}"


def certificate_binding(host: Host, binding: Element) -> SslBinding | None:
    information = BindingInformation.parse(binding.text("bindingInformation"))
    if binding.text("protocol").lower() != "https" or information is None:
        return None
    return http_sys(host).find(information.endpoint(int(binding.text("sslFlags"))))


def stop_site(host: Host, site: Element) -> None:
    host.parts.need(Iis).stopped_sites.add(site.text("name").lower())


def start_site(host: Host, site: Element) -> None:
    """Another started site with the same binding is in the way."""
    own = {(b.text("protocol").lower(), b.text("bindingInformation").lower()) for b in site.child("bindings").members}
    for other in sites(host):
        if other.text("name").lower() == site.text("name").lower() or site_state(host, other) != "Started":
            continue
        taken = {(b.text("protocol").lower(), b.text("bindingInformation").lower())
                 for b in other.child("bindings").members}  # fmt: skip
        if own & taken:
            raise ConfigurationError(
                ALREADY_EXISTS,
                "Cannot create a file when that file already exists. (Exception from HRESULT: 0x800700B7)",
            )
    host.parts.need(Iis).stopped_sites.discard(site.text("name").lower())
