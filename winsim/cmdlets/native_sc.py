"""sc.exe: the services of this machine."""

from __future__ import annotations

from collections.abc import Sequence

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.services import Service, ServiceError, StartType, start, stop

STATES = {"Stopped": (1, "STOPPED"), "StartPending": (2, "START_PENDING"), "StopPending": (3, "STOP_PENDING"),
          "Running": (4, "RUNNING"), "Paused": (7, "PAUSED")}  # fmt: skip
START_TYPES: dict[str, tuple[StartType, bool]] = {
    "auto": ("Automatic", False),
    "delayed-auto": ("Automatic", True),
    "demand": ("Manual", False),
    "disabled": ("Disabled", False),
    "boot": ("Boot", False),
    "system": ("System", False),
}
START_NUMBERS = {"Boot": (0, "BOOT_START"), "System": (1, "SYSTEM_START"), "Automatic": (2, "AUTO_START"),
                 "Manual": (3, "DEMAND_START"), "Disabled": (4, "DISABLED")}  # fmt: skip
VERBS = ("query", "queryex", "start", "stop", "config", "qc", "description", "qdescription", "delete", "create")
BUILT_IN_ACCOUNTS = ("localsystem", "nt authority\\localservice", "nt authority\\networkservice",
                     "nt authority\\local service", "nt authority\\network service")  # fmt: skip
USAGE, NO_SERVICE, EXISTS = 1639, 1060, 1073
MESSAGES = {
    NO_SERVICE: "The specified service does not exist as an installed service.",
    EXISTS: "The specified service already exists.",
}


@native("sc.exe")
def sc(call: NativeCall) -> int:
    words = list(call.args)
    verb = words[0].lower() if words else ""
    if verb not in VERBS:
        raise NotBuilt(f"sc {' '.join(words)}".rstrip())
    if len(words) < 2 or words[1].lower() in ("type=", "state=", "bufsize=", "ri=", "group="):
        if verb not in ("query", "queryex") or len(words) > 1:
            raise NotBuilt(f"sc {' '.join(words)}")
        for one in call.host.services.all():
            if one.state == "Running" and not one.is_driver:
                _show(call, one, verb == "queryex")
        return 0
    rest = words[2:]
    service = call.host.services.services.get(words[1].lower())
    if verb == "create":
        return _create(call, words[1], rest)
    if service is None:
        opening = "EnumQueryServicesStatus:OpenService" if verb in ("query", "queryex") else "OpenService"
        return _failed(call, opening, NO_SERVICE)
    if rest and verb not in ("config", "description"):
        raise NotBuilt(f"sc {' '.join(words)}")
    try:
        return _one(call, verb, service, rest)
    except ServiceError as error:
        call.out(f"[SC] {'StartService' if verb == 'start' else 'ControlService'} FAILED {error.code}:")
        call.out("")
        call.out(f"{error.message}.")
        call.out("")
        return error.code


def _one(call: NativeCall, verb: str, service: Service, rest: list[str]) -> int:
    if verb == "start":
        if service.state == "Running":
            raise ServiceError(1056, "An instance of the service is already running")
        start(call.world, call.host, service.name)
    elif verb == "stop":
        if service.state == "Stopped":
            raise ServiceError(1062, "The service has not been started")
        stop(call.world, call.host, service.name)
    elif verb == "config":
        return _config(call, service, rest)
    elif verb == "delete":
        if service.state != "Stopped":
            raise NotBuilt("sc delete of a running service: it is only marked for deletion")
        call.host.services.remove(service.name)
        call.out("[SC] DeleteService SUCCESS")
        return 0
    elif verb == "description":
        if len(rest) != 1:
            raise NotBuilt(f"sc description {' '.join(rest)}")
        service.description = rest[0]
        call.out("[SC] ChangeServiceConfig2 SUCCESS")
        return 0
    elif verb == "qdescription":
        call.out("[SC] QueryServiceConfig2 SUCCESS")
        call.out("")
        call.out(f"SERVICE_NAME: {service.name}")
        call.out(f"DESCRIPTION:  {service.description}")
        return 0
    elif verb == "qc":
        _configuration(call, service)
        return 0
    _show(call, service, verb == "queryex")
    return 0


def _failed(call: NativeCall, action: str, code: int) -> int:
    call.out(f"[SC] {action} FAILED {code}:")
    call.out("")
    call.out(MESSAGES[code])
    call.out("")
    return code


def _options(words: Sequence[str], known: Sequence[str]) -> dict[str, str] | None:
    """Names end with an equals sign, values are words of their own; None for what sc answers with its usage."""
    found: dict[str, str] = {}
    for name, value in zip(words[::2], [*words[1::2], None], strict=False):
        key = name.lower()
        if key in ("type=", "error=", "group=", "tag=", "password="):
            raise NotBuilt(f"sc {name}")
        if key not in known or value is None:
            return None
        found[key] = value
    return found


def _usage(call: NativeCall) -> int:
    call.out("DESCRIPTION:")
    call.out("        Modifies a service entry in the registry and Service Database.")
    call.out("USAGE:")
    call.out("        sc <server> config [service name] <option1> <option2>...")
    return USAGE


def _config(call: NativeCall, service: Service, rest: list[str]) -> int:
    options = _options(rest, ("start=", "obj=", "depend=", "displayname=", "binpath="))
    if not options or options.get("start=", "auto").lower() not in START_TYPES:
        return _usage(call)
    _apply(service, options)
    call.out("[SC] ChangeServiceConfig SUCCESS")
    return 0


def _create(call: NativeCall, name: str, rest: list[str]) -> int:
    options = _options(rest, ("start=", "obj=", "depend=", "displayname=", "binpath="))
    if not options or "binpath=" not in options or options.get("start=", "auto").lower() not in START_TYPES:
        return _usage(call)
    if call.host.services.find(name) is not None:
        return _failed(call, "CreateService", EXISTS)
    service = Service(name, name)
    _apply(service, options)
    call.host.services.add(service)
    call.out("[SC] CreateService SUCCESS")
    return 0


def _apply(service: Service, options: dict[str, str]) -> None:
    account = options.get("obj=", service.account)
    if "obj=" in options and account.lower() not in BUILT_IN_ACCOUNTS and not account.endswith("$"):
        raise NotBuilt(f"sc obj= {account}: an account with a password")
    service.account = account
    if "start=" in options:
        service.start_type, service.delayed = START_TYPES[options["start="].lower()]
    if "depend=" in options:
        service.depends_on = [part for part in options["depend="].split("/") if part]
    service.display_name = options.get("displayname=", service.display_name)
    service.path = options.get("binpath=", service.path)


def _show(call: NativeCall, service: Service, extended: bool) -> None:
    number, text = STATES[service.state]
    running = service.state == "Running"
    accepted = "STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN" if running and service.can_stop else "NOT_STOPPABLE, " \
        "NOT_PAUSABLE, IGNORES_SHUTDOWN"  # fmt: skip
    code = 0 if running or service.started is not None else 1077
    call.out("")
    call.out(f"SERVICE_NAME: {service.name} ")
    call.out("        TYPE               : " + _type(service))
    call.out(f"        STATE              : {number}  {text} ")
    if running:
        call.out(f"                                ({accepted})")
    call.out(f"        WIN32_EXIT_CODE    : {code}  (0x{code:x})")
    call.out("        SERVICE_EXIT_CODE  : 0  (0x0)")
    call.out("        CHECKPOINT         : 0x0")
    call.out("        WAIT_HINT          : 0x0")
    if extended:
        call.out(f"        PID                : {service.process_id if running else 0}")
        call.out("        FLAGS              : ")


def _type(service: Service) -> str:
    if service.is_driver:
        return "1  KERNEL_DRIVER  "
    return "10  WIN32_OWN_PROCESS  " if service.program else "20  WIN32_SHARE_PROCESS  "


def _configuration(call: NativeCall, service: Service) -> None:
    number, text = START_NUMBERS[service.start_type]
    call.out("[SC] QueryServiceConfig SUCCESS")
    call.out("")
    call.out(f"SERVICE_NAME: {service.name}")
    call.out("        TYPE               : " + _type(service))
    call.out(f"        START_TYPE         : {number}   {text}" + (" (DELAYED)" if service.delayed else ""))
    call.out("        ERROR_CONTROL      : 1   NORMAL")
    call.out(f"        BINARY_PATH_NAME   : {service.path}")
    call.out("        LOAD_ORDER_GROUP   : ")
    call.out("        TAG                : 0")
    call.out(f"        DISPLAY_NAME       : {service.display_name}")
    for index, name in enumerate(service.depends_on or [""]):
        call.out(("        DEPENDENCIES       : " if index == 0 else "                           : ") + name)
    call.out(f"        SERVICE_START_NAME : {service.account}")
