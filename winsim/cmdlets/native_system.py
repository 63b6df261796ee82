"""reg.exe and sc.exe."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.registry import HIVES, Kind, RegistryKey, split
from winsim.world.services import ServiceError, StartType, start, stop

KINDS: dict[str, Kind] = {
    "REG_SZ": "String",
    "REG_EXPAND_SZ": "ExpandString",
    "REG_DWORD": "DWord",
    "REG_QWORD": "QWord",
    "REG_MULTI_SZ": "MultiString",
    "REG_BINARY": "Binary",
}
MISSING = "ERROR: The system was unable to find the specified registry key or value."


@native("reg.exe")
def reg(call: NativeCall) -> int:
    words = list(call.args)
    verb = words[0].lower() if words else ""
    options: dict[str, str] = {}
    index = 2
    while index < len(words):
        name = words[index].lower()
        if name in ("/v", "/t", "/d", "/s"):
            options[name] = words[index + 1]
            index += 1
        else:
            options[name] = ""
        index += 1
    path = words[1] if len(words) > 1 else ""
    if verb == "add":
        return _add(call, path, options)
    if verb == "delete":
        return _delete(call, path, options)
    if verb == "query":
        return _query(call, path, options)
    raise NotBuilt(f"reg {verb}")


def _add(call: NativeCall, path: str, options: dict[str, str]) -> int:
    key = call.host.registry.create(path)
    if "/v" in options or "/ve" in options:
        kind = KINDS[options.get("/t", "REG_SZ").upper()]
        text = options.get("/d", "")
        data: str | int | bytes | list[str] = text
        if kind in ("DWord", "QWord"):
            data = int(text or "0", 0)
        elif kind == "MultiString":
            data = text.split("\\0")
        elif kind == "Binary":
            data = bytes.fromhex(text)
        key.set(options.get("/v", ""), data, kind)
    call.world.touch()
    call.out("The operation completed successfully.")
    call.out("")
    return 0


def _delete(call: NativeCall, path: str, options: dict[str, str]) -> int:
    if "/v" in options:
        key = call.host.registry.find(path)
        done = key is not None and key.drop(options["/v"])
    else:
        done = call.host.registry.remove(path)
    if not done:
        call.err(MISSING)
        return 1
    call.world.touch()
    call.out("The operation completed successfully.")
    call.out("")
    return 0


def _query(call: NativeCall, path: str, options: dict[str, str]) -> int:
    key = call.host.registry.find(path)
    if key is None or ("/v" in options and options["/v"].lower() not in key.values):
        call.err(MISSING)
        return 1
    hive, parts = split(path)
    name = "\\".join([HIVES[hive], *parts])
    call.out("")
    _show(call, name, key, options)
    call.out("")
    return 0


def _show(call: NativeCall, name: str, key: RegistryKey, options: dict[str, str]) -> None:
    names = {kind: text for text, kind in KINDS.items()}
    call.out(name)
    for value in key.values.values():
        if "/v" not in options or options["/v"].lower() == value.name.lower():
            data = hex(value.data) if isinstance(value.data, int) else value.data
            shown = "\\0".join(data) if isinstance(data, list) else data.hex() if isinstance(data, bytes) else data
            call.out(f"    {value.name or '(Default)'}    {names.get(value.kind, 'REG_NONE')}    {shown}")
    if "/v" not in options:
        call.out("")
        for child in key.keys.values():
            call.out(f"{name}\\{child.name}")


STATES = {"Stopped": (1, "STOPPED"), "StartPending": (2, "START_PENDING"), "StopPending": (3, "STOP_PENDING"),
          "Running": (4, "RUNNING"), "Paused": (7, "PAUSED")}  # fmt: skip
START_TYPES: dict[str, tuple[StartType, bool]] = {
    "auto": ("Automatic", False),
    "delayed-auto": ("Automatic", True),
    "demand": ("Manual", False),
    "disabled": ("Disabled", False),
}


@native("sc.exe")
def sc(call: NativeCall) -> int:
    words = list(call.args)
    verb = words[0].lower() if words else ""
    service = call.host.services.find(words[1]) if len(words) > 1 else None
    if service is None:
        call.out("[SC] OpenService FAILED 1060:\n\nThe specified service does not exist as an installed service.\n")
        return 1060
    try:
        if verb == "start":
            start(call.world, call.host, service.name)
        elif verb == "stop":
            stop(call.world, call.host, service.name)
        elif verb == "config":
            for name, value in zip(words[2::2], words[3::2], strict=False):
                if name.lower() == "start=":
                    service.start_type, service.delayed = START_TYPES[value.lower()]
                elif name.lower() == "obj=":
                    service.account = value
                elif name.lower() == "depend=":
                    service.depends_on = [part for part in value.split("/") if part]
                else:
                    raise NotBuilt(f"sc config {name}")
            call.out("[SC] ChangeServiceConfig SUCCESS")
            return 0
        elif verb != "query":
            raise NotBuilt(f"sc {verb}")
    except ServiceError as error:
        call.out(f"[SC] {verb.title()}Service FAILED {error.code}:\n\n{error.message}.\n")
        return error.code
    number, text = STATES[service.state]
    call.out("")
    call.out(f"SERVICE_NAME: {service.name} ")
    call.out("        TYPE               : 20  WIN32_SHARE_PROCESS  ")
    call.out(f"        STATE              : {number}  {text} ")
    call.out("        WIN32_EXIT_CODE    : 0  (0x0)")
    return 0
