"""What the AD FS cmdlets share: reaching the service, its errors, and its objects."""

from __future__ import annotations

from winsim.interpreter.command import Call, CommandError
from winsim.world.adfs import AdfsServer, FarmConfiguration, synchronisation

MODULE = "ADFS"
COMMANDS = "Microsoft.IdentityServer.Management.Commands"
RESOURCES = "Microsoft.IdentityServer.PowerShell.Resources"

_REFUSED = (
    "Could not connect to net.tcp://localhost:1500/policy. The connection attempt lasted for a time span of "
    "00:00:02.0470655. TCP error code 10061: No connection could be made because the target machine actively refused "
    "it 127.0.0.1:1500. "
)


def class_of(name: str) -> str:
    """``Add-AdfsRelyingPartyTrust`` -> ``...AddRelyingPartyTrustCommand``."""
    verb, _, noun = name.partition("-")
    return f"{COMMANDS}.{verb}{noun.removeprefix('Adfs')}Command"


def failure(message: str, category: str = "NotSpecified", exception: str = "System.Exception",
            inner: tuple[str, str] | None = None) -> CommandError:  # fmt: skip
    """An error of these cmdlets: its id is its message."""
    return CommandError(message, message, category, None, exception, inner)


def invalid(message: str, exception: str = "System.ArgumentException") -> CommandError:
    return failure(message, "InvalidData", exception)


def server(call: Call) -> AdfsServer:
    """The federation service on this computer; its policy endpoint answers administrators only."""
    synchronisation.catch_up(call.world, call.host)
    found = call.host.parts.find(AdfsServer)
    if found is None or not call.host.services.running("adfssrv"):
        raise failure(_REFUSED, "OpenError", "System.ServiceModel.EndpointNotFoundException")
    if not call.session.identity.is_admin:
        raise failure(
            "ADMIN0120: The client is not authorized to access the endpoint net.tcp://localhost:1500/policy. \r\n"
            "The client process must be run with elevated administrative privileges.",
            "PermissionDenied", "System.UnauthorizedAccessException",
        )  # fmt: skip
    return found


def primary(call: Call) -> AdfsServer:
    """The same, for what is in the farm's database: on WID the cmdlets work with that of the primary only."""
    found = server(call)
    if not found.is_primary:
        raise failure(
            "PS0033: This cmdlet cannot be executed from a secondary server in a local database farm.  The primary "
            f"server is presently: {found.primary_host}.", "InvalidOperation", "System.InvalidOperationException",
        )  # fmt: skip
    return found


def writable(call: Call) -> AdfsServer:
    """The same, for a change of it."""
    found = primary(call)
    synchronisation.before_change(call.world, call.host)
    return found


def changed(call: Call) -> None:
    synchronisation.changed(call.world, call.host)


def configuration(call: Call) -> FarmConfiguration:
    return primary(call).configuration
