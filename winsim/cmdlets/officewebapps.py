"""Office Web Apps Server 2013: its farm and machines."""

from __future__ import annotations

from winsim.cmdlets.products import QUIET, entity, plain
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.values import ArrayList
from winsim.world import officewebapps as model
from winsim.world.officewebapps import DEFAULTS, FarmMachine, Setting, WebAppsServer
from winsim.world.services import ServiceError, start, stop

MODULE = "OfficeWebApps"
BASE = "Microsoft.Office.Web.Apps.Administration"

# Parameters whose property is spelled otherwise.
_PROPERTY = {"AllowHttp": "AllowHTTP"}
_ABSENT = frozenset({"IgnoreDeserializationFilter"})
_SETTINGS = tuple({name: None for name in DEFAULTS if name not in ("AllowHTTP",)}) + ("AllowHttp",)


def class_of(name: str) -> str:
    return f"{BASE}.{name.replace('-', '')}Command"


def failed(
    message: str, category: str = "InvalidOperation", exception: str = "System.InvalidOperationException"
) -> CommandError:
    return CommandError(exception.rpartition(".")[2], message, category, None, exception)


def _server(call: Call) -> WebAppsServer:
    if not call.session.identity.is_admin:
        raise failed("You need to be a local administrator to run this cmdlet.", "PermissionDenied",
                     "System.UnauthorizedAccessException")  # fmt: skip
    found = call.host.parts.find(WebAppsServer)
    if found is None or not found.installed:
        raise failed("Office Web Apps Server is not installed on this computer.")
    return found


def _farm(call: Call) -> WebAppsServer:
    """The farm's settings, which its master keeps."""
    server = _server(call)
    if not server.master:
        raise failed("It does not appear that this machine is part of an Office Web Apps Server farm.")
    if server.master.lower() == call.host.name.lower():
        return server
    host = call.world.find_host(server.master)
    master = host.parts.find(WebAppsServer) if host and host.is_up(call.world.clock.now()) else None
    if master is None:
        raise failed(f"The master machine {server.master} of the Office Web Apps Server farm cannot be reached.")
    return master


def _shown(call: Call, farm: WebAppsServer) -> object:
    values: dict[str, object] = dict(farm.settings)
    values["Machines"] = ArrayList([_machine(call, farm, one) for one in farm.machines])
    return entity((f"{BASE}.OfficeWebAppsFarm",), values)


def _machine(call: Call, farm: WebAppsServer, one: FarmMachine) -> object:
    host = call.world.find_host(one.name)
    running = host is not None and host.is_up(call.world.clock.now()) and host.services.running(model.SERVICE)
    return entity(
        (f"{BASE}.OfficeWebAppsMachine",),
        {
            "MachineName": one.name,
            "MasterMachineName": farm.master,
            "HealthStatus": "Healthy" if running else "Unhealthy",
            "Roles": ArrayList(one.roles),
        },
        one.name,
    )


@cmdlet("Get-OfficeWebAppsFarm", net_class=class_of("Get-OfficeWebAppsFarm"), module=MODULE)
def get_farm(call: Call) -> None:
    call.write(_shown(call, _farm(call)))


@cmdlet("Get-OfficeWebAppsMachine", net_class=class_of("Get-OfficeWebAppsMachine"), module=MODULE)
def get_machine(call: Call) -> None:
    farm = _farm(call)
    for one in farm.machines:
        if one.name.lower() == call.host.name.lower():
            call.write(_machine(call, farm, one))


def _given(call: Call) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for parameter in _SETTINGS:
        if not call.has(parameter):
            continue
        name = _PROPERTY.get(parameter, parameter)
        default = DEFAULTS[name]
        if isinstance(default, bool):
            found[name] = call.switch(parameter)
        elif isinstance(default, int):
            found[name] = int(call.text(parameter))
        else:
            text = plain(call.get(parameter))
            found[name] = (_url(parameter, text) if parameter.endswith("URL") else text) or None
    return found


def _url(parameter: str, text: str) -> str:
    """URLs are kept with the slash at the end of an authority."""
    if text and not text.lower().startswith(("http://", "https://")):
        raise failed(f"The value of {parameter} is not a valid URL: {text}", "InvalidArgument",
                     "System.ArgumentException")  # fmt: skip
    return text + "/" if text and text.count("/") == 2 else text


def _certificate(call: Call, settings: dict[str, Setting]) -> object:
    """The certificate by friendly name; none is needed without TLS."""
    if settings["AllowHTTP"] or settings["SSLOffloaded"]:
        return None
    name = settings["CertificateName"]
    if not name:
        raise failed("A certificate is required unless AllowHttp or SSLOffloaded is used.", "InvalidArgument",
                     "System.ArgumentException")  # fmt: skip
    entry = model.find_certificate(call.host, str(name), call.world.clock.now())
    if entry is None:
        raise failed(
            f"The certificate with the friendly name '{name}' was not found in the Local Computer\\Personal store, is "
            "expired, or is not unique.", "ObjectNotFound",
        )  # fmt: skip
    return entry


@cmdlet("New-OfficeWebAppsFarm", (*_SETTINGS,), net_class=class_of("New-OfficeWebAppsFarm"), module=MODULE, idle=QUIET)
def new_farm(call: Call) -> None:
    server = _server(call)
    if server.master:
        raise failed("This machine is already part of an Office Web Apps Server farm.")
    settings = DEFAULTS | _given(call)
    if not settings["InternalURL"] and not settings["ExternalURL"]:
        raise failed("InternalURL or ExternalURL must be specified.", "InvalidArgument", "System.ArgumentException")
    if settings["SSLOffloaded"]:
        settings["AllowHTTP"] = True
    entry = _certificate(call, settings)
    if not call.should_process(call.host.name, "New-OfficeWebAppsFarm"):
        return
    try:
        model.create_farm(call.world, call.host, server, settings, entry if isinstance(entry, model.Entry) else None)
    except ServiceError as error:
        raise failed(f"The Office Web Apps service could not be started: {error.message}") from None
    call.world.touch()
    call.write(_shown(call, server))


@cmdlet("Set-OfficeWebAppsFarm", (*_SETTINGS,), net_class=class_of("Set-OfficeWebAppsFarm"), module=MODULE, idle=QUIET)
def set_farm(call: Call) -> None:
    farm = _farm(call)
    if farm is not call.host.parts.find(WebAppsServer):
        raise failed("This cmdlet must be run on the master machine of the farm.")
    settings = farm.settings | _given(call)
    entry = _certificate(call, settings)
    if call.should_process(call.host.name, "Set-OfficeWebAppsFarm"):
        farm.settings = settings
        model.bind(call.host, entry if isinstance(entry, model.Entry) else None)
        call.world.touch()


@cmdlet("New-OfficeWebAppsMachine", ("MachineToJoin", "Roles"), net_class=class_of("New-OfficeWebAppsMachine"),
        module=MODULE)  # fmt: skip
def new_machine(call: Call) -> None:
    server = _server(call)
    if server.master:
        raise failed("This machine is already part of an Office Web Apps Server farm.")
    wanted = call.text("MachineToJoin")
    other = call.world.find_host(wanted) if call.world.resolve(call.host, wanted) else None
    farm = other.parts.find(WebAppsServer) if other else None
    if farm is None or not farm.master:
        raise failed(f"The machine {call.text('MachineToJoin')} cannot be reached or is not part of a farm.")
    if not call.session.identity.delegated:
        raise failed(f"Access to the machine {call.text('MachineToJoin')} was denied.", "PermissionDenied",
                     "System.UnauthorizedAccessException")  # fmt: skip
    if call.should_process(call.host.name, "New-OfficeWebAppsMachine"):
        _certificate(call, farm.settings)
        server.master = farm.master
        farm.machines.append(FarmMachine(call.host.name, call.texts("Roles") or ["All"]))
        start(call.world, call.host, model.SERVICE)
        call.world.touch()


@cmdlet("Remove-OfficeWebAppsMachine", net_class=class_of("Remove-OfficeWebAppsMachine"), module=MODULE)
def remove_machine(call: Call) -> None:
    server = _server(call)
    farm = _farm(call)
    is_master = farm is server
    if is_master and len(farm.machines) > 1:
        raise failed("The master machine cannot be removed while other machines are in the farm.")
    if not call.should_process(call.host.name, "Remove-OfficeWebAppsMachine"):
        return
    farm.machines = [one for one in farm.machines if one.name.lower() != call.host.name.lower()]
    server.master = ""
    if is_master:
        server.settings = {}
    stop(call.world, call.host, model.SERVICE, force=True)
    model.unbind(call.host)
    call.world.touch()
