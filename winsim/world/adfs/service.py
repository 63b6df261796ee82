"""The Windows service adfssrv: what it needs to start."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world.directory import Directory, objects, service_accounts
from winsim.world.services import ServiceError

from . import synchronisation
from .defaults import CONNECTION_STRING
from .state import AdfsServer

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

WID = "MSSQL$MICROSOFT##WID"
STATUS_KEY = r"HKLM\SOFTWARE\Microsoft\ADFS"
_LOGON_FAILED = (1069, "The service did not start due to a logon failure")
_EXCEPTION = (1064, "An exception occurred in the service when handling the control request")


def starting(world: World, host: Host) -> None:
    server = host.parts.find(AdfsServer)
    if server is None or host.registry.get(STATUS_KEY, "FSConfigurationStatus") != 2:
        raise ServiceError(1067, "The process terminated unexpectedly")
    if not host.services.running(WID):
        _event(host, 352, "A SQL Server operation in the AD FS configuration database failed.")
        raise ServiceError(*_EXCEPTION)
    if not account_works(world, host, server.configuration.service_account):
        raise ServiceError(*_LOGON_FAILED)
    if not key_is_readable(host, server):
        _event(
            host,
            133,
            "During processing of the Federation Service configuration, the element 'serviceIdentityToken' was found "
            "to have invalid data. The private key for the certificate that was configured could not be accessed.",
        )
        raise ServiceError(*_EXCEPTION)
    if not server.is_primary:
        synchronisation.fetch(world, host, server, world.clock.now())
    agents = server.configuration.properties["WIASupportedUserAgents"]
    server.agents_at_start = list(agents) if isinstance(agents, list) else []
    server.binding_at_start = str(server.configuration.properties["ExtendedProtectionTokenCheck"])
    host.events.write("AD FS/Admin", "AD FS", 100, "Information", "The AD FS service started successfully.")


def stopping(world: World, host: Host) -> None:
    del world
    host.events.write("AD FS/Admin", "AD FS", 103, "Information", "The AD FS service stopped successfully.")


def _event(host: Host, id: int, text: str) -> None:
    host.events.write("AD FS/Admin", "AD FS", id, "Error", text)


def account_works(world: World, host: Host, account: str) -> bool:
    """Whether the service can log on: a gMSA that this machine may use, or an enabled user."""
    directory = world.parts.find(Directory)
    found = objects.account(directory, account) if directory else None
    if directory is None or found is None or not found.enabled:
        return False
    if found.object_class in service_accounts.KINDS:
        return service_accounts.may_use(directory, host.name, found.dn)
    return found.password is not None


def key_is_readable(host: Host, server: AdfsServer) -> bool:
    """Whether the service account may read the key of the service communications certificate."""
    certificate = server.configuration.certificate("Service-Communications")
    entry = host.certificates.find(certificate.thumbprint) if certificate else None
    if entry is None:
        return False
    accounts = (server.configuration.service_account, "NT SERVICE\\adfssrv")
    return any(host.can_read_key(entry.container, account) for account in accounts)


def wmi_instances(world: World, host: Host) -> list[dict[str, str | int | bool | datetime | list[str] | None]]:
    """root\\ADFS, SecurityTokenService: where the configuration database is."""
    del world
    if host.parts.find(AdfsServer) is None:
        return []
    return [{"ConfigurationDatabaseConnectionString": CONNECTION_STRING, "ConfigurationChannel": "net.tcp"}]
