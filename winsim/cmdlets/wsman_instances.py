"""Microsoft.WSMan.Management: instances of winrm/config/Listener."""

from __future__ import annotations

from collections.abc import Mapping

from winsim.cmdlets.wsman_management import MODULE, XML, need_administrator
from winsim.interpreter import wsman_listeners
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import PSObject
from winsim.world.winrm import Listener

NAMESPACE = "http://schemas.microsoft.com/wbem/wsman/1/config/listener"
NET = "Microsoft.WSMan.Management."


def described(listener: Listener) -> PSObject:
    settings: dict[str, object] = {name: wsman_listeners.text_of(listener, name) for name in wsman_listeners.SETTINGS}
    return PSObject({"cfg": NAMESPACE, "lang": "en-US", **settings}, (f"{XML[0]}#{NAMESPACE}#Listener", *XML))


def need_listeners(call: Call) -> None:
    need_administrator(call)
    uri = call.text("ResourceURI")
    if uri.lower().rstrip("/") not in ("winrm/config/listener", NAMESPACE.lower()):
        raise NotBuilt(f"{call.name} {uri}")


def pairs(call: Call, parameter: str) -> Mapping[str, object]:
    given = call.get(parameter)
    if given is None:
        return {}
    if not isinstance(given, Hashtable):
        raise NotBuilt(f"{call.name} -{parameter} of {type(given).__name__}")
    return {to_text(key): value for key, value in given.items()}


def selected(call: Call) -> Listener:
    chosen = {name.lower(): to_text(value).lower() for name, value in pairs(call, "SelectorSet").items()}
    wanted = (chosen.get("transport", ""), chosen.get("address", ""))
    for listener in wsman_listeners.listeners(call.host):
        if (listener.transport.lower(), listener.address.lower()) == wanted:
            return listener
    text = "The service cannot find the resource identified by the resource URI and selectors."
    raise CommandError("WsManError", text, "InvalidOperation", None, "System.InvalidOperationException")


@cmdlet("New-WSManInstance", ("ResourceURI", "SelectorSet", "ValueSet"), net_class=NET + "NewWSManInstanceCommand",
        module=MODULE)  # fmt: skip
def new_instance(call: Call) -> None:
    need_listeners(call)
    made = wsman_listeners.create(call.session, {**pairs(call, "SelectorSet"), **pairs(call, "ValueSet")})
    selectors = {"Selector": [f"Address={made.address}", f"Transport={made.transport}"]}
    call.write(PSObject({"ResourceURI": NAMESPACE, "SelectorSet": PSObject(selectors, XML)}, XML))


@cmdlet("Get-WSManInstance", ("ResourceURI", "SelectorSet", "Enumerate"), net_class=NET + "GetWSManInstanceCommand",
        module=MODULE)  # fmt: skip
def get_instance(call: Call) -> None:
    need_listeners(call)
    if call.switch("Enumerate"):
        call.write_all(described(listener) for listener in wsman_listeners.listeners(call.host))
    else:
        call.write(described(selected(call)))


@cmdlet("Set-WSManInstance", ("ResourceURI", "SelectorSet", "ValueSet"), net_class=NET + "SetWSManInstanceCommand",
        module=MODULE)  # fmt: skip
def set_instance(call: Call) -> None:
    need_listeners(call)
    listener = selected(call)
    for name, value in pairs(call, "ValueSet").items():
        wsman_listeners.change(call.session, listener, name, to_text(value))
    call.write(described(listener))


@cmdlet("Remove-WSManInstance", ("ResourceURI", "SelectorSet"), net_class=NET + "RemoveWSManInstanceCommand",
        module=MODULE)  # fmt: skip
def remove_instance(call: Call) -> None:
    need_listeners(call)
    wsman_listeners.remove(call.session, selected(call))
