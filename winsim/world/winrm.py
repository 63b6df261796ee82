"""The WinRM service of a host: what winrm/config, Enable-WSManCredSSP and Register-PSSessionConfiguration change."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from winsim.world.firewall import lets_in

if TYPE_CHECKING:
    from winsim.world.host import Host

HTTP_PORT: Final = 5985
HTTPS_PORT: Final = 5986
# The names that Windows gives to the listeners on all addresses; it derives them from transport and address.
_KNOWN_NAMES: Final = {"HTTP *": 1084132640, "HTTPS *": 1305953032}


@dataclass
class RegisteredConfiguration:
    """A session configuration besides the built-in ones; ``run_as`` is the account that its sessions run as."""

    name: str
    run_as: str = ""  # CORP\\labadmin, "" for whoever connects
    startup_script: str = ""


@dataclass
class Listener:
    """winrm/config/listener: a port on which the service listens. Transport and address tell listeners apart."""

    transport: str = "HTTP"
    address: str = "*"
    port: int = HTTP_PORT
    hostname: str = ""
    enabled: bool = True
    url_prefix: str = "wsman"
    thumbprint: str = ""

    @property
    def name(self) -> str:
        key = f"{self.transport} {self.address}"
        return f"Listener_{_KNOWN_NAMES.get(key, zlib.crc32(key.encode()))}"


@dataclass
class WinRmService:
    """A part of ``Host.parts``; without it the host has the settings of a fresh Server 2012 R2."""

    allow_unencrypted: bool = False
    basic: bool = False
    credssp: bool = False
    certificate: bool = False
    channel_bindings: str = "relaxed"  # CbtHardeningLevel: none, relaxed, strict
    max_envelope_kb: int = 500
    max_shells_per_user: int = 30
    max_memory_mb: int = 1024
    listeners: list[Listener] = field(default_factory=lambda: [Listener()])
    configurations: dict[str, RegisteredConfiguration] = field(default_factory=dict)  # by lower-case name
    certificate_users: dict[str, str] = field(default_factory=dict)  # SHA-256 of the certificate -> account
    trusted_certificates: list[bytes] = field(default_factory=list)  # DER of those that may log on

    def register(self, configuration: RegisteredConfiguration) -> None:
        self.configurations[configuration.name.lower()] = configuration

    def find_listener(self, transport: str, address: str = "*") -> Listener | None:
        wanted = (transport.lower(), address.lower())
        return next((one for one in self.listeners if (one.transport.lower(), one.address.lower()) == wanted), None)


class ListenerRefused(Exception):
    """The service does not take a listener; the text is what WS-Management says."""


def add_listener(host: Host, listener: Listener) -> Listener:
    service = host.parts.need(WinRmService)
    if service.find_listener(listener.transport, listener.address) is not None:
        raise ListenerRefused("The WS-Management service cannot create the resource because it already exists.")
    if listener.transport == "HTTPS":
        check_certificate(host, listener)
    elif listener.thumbprint:
        raise ListenerRefused("The WS-Management service cannot process the request: a certificate needs HTTPS.")
    service.listeners.append(listener)
    return listener


def check_certificate(host: Host, listener: Listener) -> None:
    """http.sys needs a machine certificate with its key; WinRM looks at its use, its time and, if told, its name."""
    entry = host.certificates.find(listener.thumbprint, "My") if listener.thumbprint else None
    if entry is None:
        raise ListenerRefused("Cannot find the certificate that was requested.")
    container = host.certificates.key_of(entry)
    if container is None or not container.machine:
        raise ListenerRefused('The function: "HttpSetServiceConfiguration" failed unexpectedly. Error=1312. ')
    certificate, now = entry.certificate, host.clock.now()
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc or not _for_servers(certificate):
        raise ListenerRefused(
            "Cannot create a WinRM listener on HTTPS because this machine does not have an appropriate certificate. To "
            "be used for SSL, a certificate must have a CN matching the hostname, be appropriate for Server "
            "Authentication, and not be expired, revoked, or self-signed."
        )
    if listener.hostname and listener.hostname.lower() not in _common_names(certificate):
        raise ListenerRefused("The WinRM client cannot process the request. The certificate CN and the hostname that "
                              "were provided do not match.")  # fmt: skip


def _for_servers(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.SERVER_AUTH in usage


def _common_names(certificate: x509.Certificate) -> list[str]:
    return [str(name.value).lower() for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


@dataclass(frozen=True)
class OpenPort:
    """A port on which the network reaches the service; ``certificate`` is that of HTTPS, with its key."""

    port: int
    certificate: bytes | None = None  # DER
    pkcs8: bytes = field(default=b"", repr=False)


def open_ports(host: Host) -> tuple[OpenPort, ...]:
    """Where the service answers: listeners that are enabled, that have their certificate, and that the firewall lets
    through."""
    service = host.parts.find(WinRmService) or WinRmService()
    found: dict[int, OpenPort] = {}
    for listener in service.listeners:
        if not listener.enabled or not lets_in(host, listener.port):
            continue
        if listener.transport != "HTTPS":
            found.setdefault(listener.port, OpenPort(listener.port))
            continue
        entry = host.certificates.find(listener.thumbprint, "My")
        container = host.certificates.key_of(entry) if entry is not None else None
        if entry is not None and container is not None:
            found.setdefault(listener.port, OpenPort(listener.port, entry.der, container.pkcs8))
    return tuple(found.values())
