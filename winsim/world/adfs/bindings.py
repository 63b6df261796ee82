"""The certificates that AD FS binds in http.sys: by server name (SNI), with the devices' trust list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.world.http_sys import SslBinding, http_sys

from .state import APPLICATION_ID, TRUSTED_DEVICES_STORE, FarmConfiguration

if TYPE_CHECKING:
    from winsim.world.host import Host


def wanted(farm: FarmConfiguration) -> list[tuple[str, int, str]]:
    """Host name, port and trust-list store of each binding."""
    https = int(str(farm.properties["HttpsPort"]))
    client = int(str(farm.properties["TlsClientPort"]))
    return [
        (farm.service_name, https, TRUSTED_DEVICES_STORE),
        ("localhost", https, TRUSTED_DEVICES_STORE),
        (farm.service_name, client, ""),
    ]


def bind(host: Host, farm: FarmConfiguration, thumbprint: str) -> None:
    for name, port, trust_list in wanted(farm):
        http_sys(host).put(SslBinding(f"{name}:{port}", True, thumbprint.upper(), APPLICATION_ID, "MY", trust_list))
    listen(host, farm)


def listen(host: Host, farm: FarmConfiguration) -> None:
    """The URLs that adfssrv answers, on both ports and for the nodes of the farm on 80."""
    table = http_sys(host)
    https, client = farm.properties["HttpsPort"], farm.properties["TlsClientPort"]
    for prefix, name in (
        (f"https://+:{https}/adfs/", "answer"),
        (f"https://+:{https}/FederationMetadata/2007-06/", "answer"),
        (f"https://+:{client}/adfs/", "answer"),
        (f"http://+:{farm.properties['HttpPort']}/adfs/services/", "answer"),
    ):
        table.register(prefix, f"winsim.web.adfs:{name}", "adfssrv")


def silence(host: Host) -> None:
    """Nothing of AD FS listens any more; the certificates stay bound."""
    for entry in list(http_sys(host).registrations):
        if entry.service == "adfssrv":
            http_sys(host).unregister(entry.prefix)


def bound(host: Host) -> list[SslBinding]:
    """The named bindings that belong to AD FS."""
    return [binding for binding in http_sys(host).listed() if binding.sni and binding.app_id.lower() == APPLICATION_ID]
