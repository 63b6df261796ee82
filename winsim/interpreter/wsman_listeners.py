"""Listeners of WinRM under WSMan:\\localhost\\Listener: a container for each, named as Windows names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from winsim.interpreter.command import CommandError
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, PSObject
from winsim.world.winrm import (
    HTTP_PORT,
    HTTPS_PORT,
    Listener,
    ListenerRefused,
    WinRmService,
    add_listener,
    check_certificate,
)

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.host import Host

FOLDER: Final = "Listener"
# The elements of winrm/config/listener, and the attribute that keeps each.
SETTINGS: Final = {
    "Address": "address",
    "Transport": "transport",
    "Port": "port",
    "Hostname": "hostname",
    "Enabled": "enabled",
    "URLPrefix": "url_prefix",
    "CertificateThumbprint": "thumbprint",
}
_FIXED: Final = ("Address", "Transport")  # what tells listeners apart cannot be changed


def is_below(path: str) -> bool:
    return path.lower() == FOLDER.lower() or path.lower().startswith(FOLDER.lower() + "\\")


def listeners(host: Host) -> list[Listener]:
    return host.parts.need(WinRmService).listeners


def parts_of(host: Host, path: str) -> tuple[Listener | None, str]:
    """The listener and the setting that ``Listener\\Listener_1\\Port`` names; ("", None) for what is not there."""
    _, _, rest = path.partition("\\")
    name, _, leaf = rest.partition("\\")
    found = next((one for one in listeners(host) if one.name.lower() == name.lower()), None)
    return found, leaf


def exists(host: Host, path: str) -> bool:
    if path.lower() == FOLDER.lower():
        return True
    found, leaf = parts_of(host, path)
    return found is not None and (not leaf or setting_name(leaf) is not None)


def setting_name(leaf: str) -> str | None:
    return next((name for name in SETTINGS if name.lower() == leaf.lower()), None)


def text_of(listener: Listener, name: str) -> str:
    value = getattr(listener, SETTINGS[name])
    return str(value).lower() if isinstance(value, bool) else str(value)


def child_names(host: Host, path: str) -> list[str]:
    if path.lower() == FOLDER.lower():
        return [one.name for one in listeners(host)]
    found, leaf = parts_of(host, path)
    return list(SETTINGS) if found is not None and not leaf else []


def is_container(host: Host, path: str) -> bool:
    return not parts_of(host, path)[1]


def item(host: Host, path: str) -> PSObject:
    found, leaf = parts_of(host, path)
    name = setting_name(leaf) if leaf else None
    if found is not None and name is not None:
        properties: dict[str, object] = {"Name": name, "Value": text_of(found, name), "Type": "System.String"}
        return PSObject({**properties, "SourceOfValue": ""}, _types("Leaf"))
    keys = [f"Transport={found.transport}", f"Address={found.address}"] if found is not None else []
    shown = found.name if found is not None else FOLDER
    return PSObject({"Name": shown, "Type": "Container", "Keys": Array(keys, "System.String")}, _types("Container"))


def _types(kind: str) -> tuple[str, ...]:
    base = "Microsoft.WSMan.Management.WSManConfig"
    return (f"{base}{kind}Element", f"{base}Element", "System.Object")


def refused(text: str, target: object = None) -> CommandError:
    return CommandError("WsManError", text, "InvalidOperation", target, "System.InvalidOperationException")


def create(session: Session, options: Mapping[str, object]) -> Listener:
    """From the parameters of New-Item or the key-value pairs of New-WSManInstance, by the names of the settings."""
    given = {setting_name(name) or name: to_text(value) for name, value in options.items()}
    strange = [name for name in given if name not in SETTINGS]
    if strange:
        raise refused(f"The parameter {strange[0]} is not valid for the resource winrm/config/Listener.")
    transport = given.get("Transport", "").upper()
    if transport not in ("HTTP", "HTTPS") or "Address" not in given:
        raise refused("The selectors Transport (HTTP or HTTPS) and Address are needed for the resource.")
    made = Listener(
        transport,
        given["Address"],
        port_number(given.get("Port", str(HTTPS_PORT if transport == "HTTPS" else HTTP_PORT))),
        given.get("Hostname", ""),
        given.get("Enabled", "true").lower() == "true",
        given.get("URLPrefix", "wsman"),
        given.get("CertificateThumbprint", "").replace(" ", "").upper(),
    )
    try:
        add_listener(session.host, made)
    except ListenerRefused as refusal:
        raise refused(str(refusal)) from None
    session.world.touch()
    return made


def change(session: Session, listener: Listener, leaf: str, text: str) -> None:
    name = setting_name(leaf)
    if name is None or name in _FIXED:
        raise refused(f"The value of {leaf} cannot be changed.", leaf)
    before = getattr(listener, SETTINGS[name])
    value: object = text
    if name == "Port":
        value = port_number(text)
    elif name == "Enabled":
        value = text.lower() == "true"
    elif name == "CertificateThumbprint":
        value = text.replace(" ", "").upper()
    setattr(listener, SETTINGS[name], value)
    try:
        if listener.transport == "HTTPS":
            check_certificate(session.host, listener)
    except ListenerRefused as refusal:
        setattr(listener, SETTINGS[name], before)
        raise refused(str(refusal)) from None
    session.world.touch()


def remove(session: Session, listener: Listener) -> None:
    listeners(session.host).remove(listener)
    session.world.touch()


def port_number(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise refused(f"The port {text} is not valid.", text)
    return int(text)
