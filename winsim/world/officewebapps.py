"""Office Web Apps Server 2013: a farm on one or more machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world.certificates import CertificateEntry
from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.services import Service, start

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

Setting = str | int | bool | None
SERVICE = "WACSM"
FACE = "https://+:443/hosting/"
Entry = CertificateEntry
PRODUCT_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Office15.WACSERVER"
MODULE_FOLDER = r"C:\Program Files\Microsoft Office Web Apps\AdminModule\OfficeWebApps"

DEFAULTS: dict[str, Setting] = {
    "FarmOU": None,
    "InternalURL": None,
    "ExternalURL": None,
    "AllowHTTP": False,
    "SSLOffloaded": False,
    "CertificateName": None,
    "EditingEnabled": False,
    "LogLocation": r"C:\ProgramData\Microsoft\OfficeWebApps\Data\Logs\ULS",
    "LogRetentionInDays": 7,
    "LogVerbosity": "",
    "Proxy": None,
    "CacheLocation": r"C:\ProgramData\Microsoft\OfficeWebApps\Working\d",
    "MaxMemoryCacheSizeInMB": 75,
    "DocumentInfoCacheSize": 5000,
    "CacheSizeInGB": 15,
    "ClipartEnabled": False,
    "TranslationEnabled": False,
    "MaxTranslationCharacterCount": 125000,
    "TranslationServiceAppId": "",
    "TranslationServiceAddress": "",
    "RenderingLocalCacheLocation": r"C:\ProgramData\Microsoft\OfficeWebApps\Working\waccache",
    "RecycleActiveProcessCount": 5,
    "AllowCEIP": False,
    "ExcelRequestDurationMax": 300,
    "ExcelSessionTimeout": 450,
    "ExcelWorkbookSizeMax": 10,
    "ExcelPrivateBytesMax": -1,
    "ExcelConnectionLifetime": 1800,
    "ExcelExternalDataCacheLifetime": 300,
    "ExcelAllowExternalData": True,
    "ExcelWarnOnDataRefresh": True,
    "OpenFromUrlEnabled": False,
    "OpenFromUncEnabled": True,
    "OpenFromUrlThrottlingEnabled": True,
    "PicturePasteDisabled": True,
    "RemovePersonalInformationFromLogs": False,
    "AllowHttpSecureStoreConnections": False,
}


@dataclass
class FarmMachine:
    name: str
    roles: list[str] = field(default_factory=lambda: ["All"])


@dataclass
class WebAppsServer:
    """The product on one machine; ``master`` names the machine whose farm it belongs to, empty without a farm."""

    installed: bool = False
    master: str = ""
    settings: dict[str, Setting] = field(default_factory=dict)  # on the master
    machines: list[FarmMachine] = field(default_factory=list)  # on the master
    created: datetime | None = None


def install(host: Host) -> WebAppsServer:
    """What set-up leaves: the module and the service."""
    server = host.parts.need(WebAppsServer)
    server.installed = True
    host.files.make_directory(MODULE_FOLDER)
    host.modules["officewebapps"] = MODULE_FOLDER
    host.services.add(Service(SERVICE, "Office Web Apps", "Stopped", "Automatic"))
    host.registry.set(PRODUCT_KEY, "DisplayName", "Microsoft Office Web Apps Server 2013")
    return server


def uninstall(host: Host) -> None:
    """Set-up takes back what it brought; a farm that the machine still is in goes with it."""
    if host.parts.find(WebAppsServer) is None:
        return
    unbind(host)
    host.services.remove(SERVICE)
    host.modules.pop("officewebapps", None)
    for folder in (r"C:\Program Files\Microsoft Office Web Apps", r"C:\ProgramData\Microsoft\OfficeWebApps"):
        if host.files.exists(folder):
            host.files.remove(folder)
    host.registry.remove(PRODUCT_KEY)
    host.parts.drop(WebAppsServer)


def find_certificate(host: Host, friendly_name: str, now: datetime) -> CertificateEntry | None:
    """The one valid certificate of the machine with this friendly name and a private key."""
    found = [
        entry
        for entry in host.certificates.machine_my.entries.values()
        if entry.friendly_name.lower() == friendly_name.lower()
        and host.certificates.key_of(entry) is not None
        and entry.certificate.not_valid_after_utc > now
    ]
    return found[0] if len(found) == 1 else None


def bind(host: Host, entry: CertificateEntry | None) -> None:
    if entry is not None:
        http_sys(host).put(SslBinding("0.0.0.0:443", False, entry.thumbprint))


def unbind(host: Host) -> None:
    http_sys(host).drop("0.0.0.0:443")
    http_sys(host).unregister(FACE)


def create_farm(
    world: World, host: Host, server: WebAppsServer, settings: dict[str, Setting], entry: CertificateEntry | None
) -> None:
    """A farm of one machine, its master."""
    server.settings = DEFAULTS | settings
    server.master = host.name
    server.machines = [FarmMachine(host.name)]
    server.created = world.clock.now()
    bind(host, entry)
    http_sys(host).register(FACE, "winsim.web.officewebapps:answer", SERVICE)
    start(world, host, SERVICE)
