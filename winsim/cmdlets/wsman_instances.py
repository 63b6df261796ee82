"""Microsoft.WSMan.Management: instances of winrm/config/Listener."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from winsim.cmdlets.wsman_management import MODULE, need_administrator
from winsim.interpreter import wsman_listeners
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.net.xml_documents import convert_document, document_element
from winsim.interpreter.net.xml_nodes import XmlNode
from winsim.interpreter.texts import to_text
from winsim.world.winrm import Listener

NAMESPACE = "http://schemas.microsoft.com/wbem/wsman/1/config/listener"
NET = "Microsoft.WSMan.Management."


def element(name: str, settings: Mapping[str, str]) -> XmlNode:
    """What WS-Management answers with, as XML."""
    inside = "".join(f"<cfg:{key}>{escape(value)}</cfg:{key}>" for key, value in settings.items())
    document = convert_document(f'<cfg:{name} xmlns:cfg="{NAMESPACE}" xml:lang="en-US">{inside}</cfg:{name}>')
    root = document_element(document)
    assert root is not None
    return root


def described(listener: Listener) -> XmlNode:
    settings = {name: wsman_listeners.text_of(listener, name) for name in wsman_listeners.SETTINGS}
    return element("Listener", settings)


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
    call.write(element("ResourceCreated", {"Address": made.address, "Transport": made.transport}))


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
