"""What the Lync cmdlets share: reaching the management store, rights and errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from winsim.cmdlets.products import caller, in_group, is_domain_account, may_leave
from winsim.interpreter.command import Call, CommandError
from winsim.world.directory import Directory
from winsim.world.lync import Configuration, LyncServer, ManagementStore, Topology, preparation, replication

MODULE = "Lync"
BASE = "Microsoft.Rtc.Management"
WRITERS = ("RTCUniversalServerAdmins",)
READERS = ("RTCUniversalServerAdmins", "RTCUniversalReadOnlyAdmins", "RTCUniversalUserAdmins",
           "RTCUniversalGlobalReadOnlyGroup")  # fmt: skip
USER_WRITERS = ("RTCUniversalUserAdmins", "Domain Admins")


def class_of(name: str, area: str = "Xds") -> str:
    """``Get-CsUser`` -> ``Microsoft.Rtc.Management.AD.Cmdlets.GetOcsUserCmdlet``."""
    verb, _, noun = name.partition("-")
    return f"{BASE}.{area}.{verb}Ocs{noun.removeprefix('Cs')}Cmdlet"


def failed(
    message: str, category: str = "InvalidOperation", exception: str = "", id: str = "ProcessingFailed"
) -> CommandError:
    return CommandError(id, message, category, None, exception or f"{BASE}.ManagementException")


def reported(body: Callable[[Call], None]) -> Callable[[Call], None]:
    """Lync's cmdlets write their errors: -ErrorAction decides, and a pipeline goes on with its next object."""

    @wraps(body)
    def run(call: Call) -> None:
        loaded_version(call)
        try:
            body(call)
        except CommandError as error:
            if error.exception.endswith("ParameterBindingException"):
                raise
            call.write_error(error)

    return run


def loaded_version(call: Call) -> str:
    """Of the assemblies that this shell has loaded: an update that comes later is for new shells only."""
    known: dict[str, str] = call.session.state.setdefault("lync", {})
    server = call.host.parts.find(LyncServer)
    return known.setdefault("version", server.version if server is not None else "")


def directory(call: Call) -> Directory:
    """Active Directory under the caller's own name: a session without a second hop gets an operations error."""
    host = call.host
    found = call.world.parts.find(Directory)
    if not is_domain_account(call) or not (may_leave(call) or host.is_domain_controller):
        raise CommandError(
            f"{BASE}.ADConnect.Core.ADOperationException",
            f'Active Directory error "-2147016672" occurred while searching for domain controllers in domain '
            f'"{host.domain or host.workgroup}": "An operations error occurred.\r\n"',
            "InvalidOperation", None, f"{BASE}.ADConnect.Core.ADOperationException",
        )  # fmt: skip
    now = call.world.clock.now()
    controllers = [call.world.find_host(name) for name in found.controllers] if found else []
    if found is None or not any(one and one.is_up(now) and one.services.running("NTDS") for one in controllers):
        raise CommandError(
            f"{BASE}.ADConnect.Core.ADTransientException",
            f'Active Directory server for domain "{host.domain}" is not available.', "ResourceUnavailable", None,
            f"{BASE}.ADConnect.Core.ADTransientException",
        )  # fmt: skip
    return found


def store(call: Call, *, write: bool = False) -> ManagementStore:
    """The central management store over SQL, as the service connection point in the directory names it."""
    location = preparation.store_location(directory(call))
    if not location:
        raise failed(
            "Cannot find any service connection point for the Central Management store in Active Directory.",
            "ObjectNotFound", id="MissingConfigurationStoreLocation",
        )  # fmt: skip
    server = location.partition("\\")[0]
    found = call.world.parts.find(ManagementStore)
    machine = call.world.find_host(server)
    reachable = (
        machine is not None
        and bool(call.world.resolve(call.host, server))
        and machine.is_up(call.world.clock.now())
        and machine.services.running("MSSQL$RTC")
    )
    if found is None or not reachable:
        raise failed(
            f"An error occurred while accessing the central management store at \"{location}\": A network-related or "
            "instance-specific error occurred while establishing a connection to SQL Server. The server was not found "
            "or was not accessible.", "ConnectionError", "System.Data.SqlClient.SqlException", "SqlConnection",
        )  # fmt: skip
    if not in_group(call, *(WRITERS if write else READERS)):
        raise failed(
            f'Cannot open database "xds" requested by the login. The login failed.\r\nLogin failed for user '
            f"'{caller(call)}'.", "PermissionDenied", "System.Data.SqlClient.SqlException", "SqlLogin",
        )  # fmt: skip
    return found


def configuration(call: Call) -> Configuration:
    """What a Get- cmdlet reads: the central store, or with -LocalStore this machine's replica."""
    if not call.switch("LocalStore"):
        return store(call).configuration
    server = call.host.parts.find(LyncServer)
    if server is None or server.local is None or not call.host.services.running("MSSQL$RTCLOCAL"):
        raise failed(
            "The local configuration store is not available on this computer. Verify that the RTCLOCAL instance of SQL "
            "Server is installed and running.", "ResourceUnavailable", id="LocalStoreUnavailable",
        )  # fmt: skip
    if not call.session.identity.is_admin:
        raise failed("Access to the local configuration store was denied.", "PermissionDenied", id="LocalStoreAccess")
    return server.local


def topology(call: Call, found: Configuration) -> Topology:
    parsed = found.read_topology()
    if parsed is None:
        raise failed("The topology document was not found in the Central Management store. Publish a topology first.",
                     "ObjectNotFound", id="MissingTopology")  # fmt: skip
    return parsed


def changed(call: Call, found: ManagementStore) -> None:
    replication.changed(call.world, found)


def local_server(call: Call) -> LyncServer:
    found = call.host.parts.find(LyncServer)
    if found is None:
        raise failed("This computer does not have Lync Server installed.", "ObjectNotFound")
    return found


def local_administrator(call: Call) -> None:
    if not call.session.identity.is_admin:
        text = "This cmdlet requires administrative rights on this computer."
        raise failed(text, "PermissionDenied", id="AccessDenied")
