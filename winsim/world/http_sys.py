"""http.sys: TLS bindings and URL reservations of a host, shared by netsh, IIS and AD FS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winsim.world.host import Host

IIS_APP_ID = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"
ADFS_APP_ID = "{5d89a20c-beab-4389-9447-324788eb944a}"


@dataclass
class SslBinding:
    """``endpoint`` is ``0.0.0.0:443`` (IP:port) or ``sts.contoso.com:443`` (host name:port, chosen by SNI)."""

    endpoint: str
    sni: bool
    thumbprint: str
    app_id: str = IIS_APP_ID
    store: str = "MY"
    ctl_store: str = ""
    ctl_identifier: str = ""
    verify_revocation: bool = True
    revocation_freshness: int = 0
    url_retrieval_timeout: int = 0
    ds_mapper: bool = False
    negotiate_client_certificate: bool = False


@dataclass
class UrlRegistration:
    """A program besides IIS that listens through http.sys.

    ``prefix`` is ``https://+:443/adfs/``; ``application`` names a function ``f(world, host, request) -> Response`` of
    winsim; it answers while ``service`` runs.
    """

    prefix: str
    application: str
    service: str = ""


@dataclass
class HttpSys:
    bindings: dict[str, SslBinding] = field(default_factory=dict)  # by lower-case endpoint
    registrations: list[UrlRegistration] = field(default_factory=list)
    reservations: dict[str, str] = field(default_factory=dict)  # URL -> SDDL

    def find(self, endpoint: str) -> SslBinding | None:
        return self.bindings.get(endpoint.lower())

    def put(self, binding: SslBinding) -> None:
        self.bindings[binding.endpoint.lower()] = binding

    def register(self, prefix: str, application: str, service: str = "") -> None:
        """Adds or replaces what listens at a URL prefix."""
        self.unregister(prefix)
        self.registrations.append(UrlRegistration(prefix, application, service))

    def unregister(self, prefix: str) -> None:
        self.registrations = [entry for entry in self.registrations if entry.prefix.lower() != prefix.lower()]

    def drop(self, endpoint: str) -> bool:
        return self.bindings.pop(endpoint.lower(), None) is not None

    def listed(self) -> list[SslBinding]:
        """IP:port bindings first, then host names: the order of ``netsh http show sslcert``."""
        return sorted(self.bindings.values(), key=lambda binding: (binding.sni, binding.endpoint.lower()))

    def choose(self, address: str, port: int, server_name: str | None) -> SslBinding | None:
        """The binding that a TLS hello gets: the address, then the SNI name, then the wildcard address."""
        exact = self.find(f"{address}:{port}")
        named = self.find(f"{server_name}:{port}") if server_name else None
        return exact or named or self.find(f"0.0.0.0:{port}")


def http_sys(host: Host) -> HttpSys:
    return host.parts.need(HttpSys)
