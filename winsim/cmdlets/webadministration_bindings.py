"""WebAdministration: bindings of sites."""

from __future__ import annotations

from winsim.cmdlets.webadministration_common import (
    MODULE,
    PROVIDER,
    configuration_errors,
)
from winsim.cmdlets.webadministration_objects import (
    need_site,
)
from winsim.interpreter.command import Call, cmdlet
from winsim.interpreter.net.webbinding import WebBinding
from winsim.interpreter.values import PSObject
from winsim.world.iis.bindings import BindingInformation
from winsim.world.iis.server import (
    SITES,
    editing,
    sites,
)
from winsim.world.iis.tree import Element


@cmdlet("Get-WebBinding", ("Name", "Protocol", "Port", "IPAddress", "HostHeader"),
        net_class=PROVIDER + "GetWebBindingCommand", module=MODULE)  # fmt: skip
@configuration_errors
def get_binding(call: Call) -> None:
    call.write_all(_bindings(call))


def _bindings(call: Call) -> list[WebBinding]:
    wanted = call.text("Name").lower()
    found = []
    for site in sites(call.host):
        if wanted and site.text("name").lower() != wanted:
            continue
        for binding in site.child("bindings").members:
            if _fits(call, binding):
                found.append(
                    WebBinding(call.host, site.text("name"), binding.text("protocol"),
                               binding.text("bindingInformation"), int(binding.text("sslFlags")))
                )  # fmt: skip
    return found


def _fits(call: Call, binding: Element) -> bool:
    text = binding.text("bindingInformation")
    if call.has("BindingInformation") and call.text("BindingInformation").lower() != text.lower():
        return False
    if call.has("Protocol") and call.text("Protocol").lower() != binding.text("protocol").lower():
        return False
    information = BindingInformation.parse(text)
    if information is None:
        return not (call.has("Port") or call.has("IPAddress") or call.has("HostHeader"))
    return (
        (not call.has("Port") or call.text("Port") == str(information.port))
        and (not call.has("IPAddress") or call.text("IPAddress") == information.address)
        and (not call.has("HostHeader") or call.text("HostHeader").lower() == information.host.lower())
    )


@cmdlet("New-WebBinding", ("Name", "Protocol", "Port", "IPAddress", "HostHeader", "SslFlags", "Force"),
        net_class=PROVIDER + "NewWebBindingCommand", module=MODULE)  # fmt: skip
@configuration_errors
def new_binding(call: Call) -> None:
    name = call.text("Name")
    need_site(call, name)
    protocol = call.text("Protocol") or "http"
    port = call.text("Port") or ("443" if protocol.lower() == "https" else "80")
    values = {
        "protocol": protocol,
        "bindingInformation": f"{call.text('IPAddress') or '*'}:{port}:{call.text('HostHeader')}",
    }
    if call.has("SslFlags"):
        values["sslFlags"] = call.text("SslFlags")
    with editing(call.host) as document:
        site = document.need_section(SITES).member("site", name=name)
        assert site is not None
        bindings = site.child("bindings")
        member = bindings.make_member(values)
        present = bindings.same_as(member)
        if present is not None and call.switch("Force"):
            bindings.members.remove(present)
        bindings.add(member)


@cmdlet("Remove-WebBinding",
        ("Name", "Protocol", "Port", "IPAddress", "HostHeader", "BindingInformation", "InputObject"),
        net_class=PROVIDER + "RemoveWebBindingCommand", module=MODULE)  # fmt: skip
@configuration_errors
def remove_binding(call: Call) -> None:
    given = call.get("InputObject")
    base = given.base if isinstance(given, PSObject) else given
    found = [base] if isinstance(base, WebBinding) else _bindings(call)
    for wanted in found:
        if call.should_process(wanted.information, "Remove WebBinding"):
            with editing(call.host) as document:
                site = document.need_section(SITES).member("site", name=wanted.site)
                bindings = site.child("bindings") if site is not None else None
                member = bindings.member("binding", protocol=wanted.protocol, bindingInformation=wanted.information) \
                    if bindings is not None else None  # fmt: skip
                if bindings is not None and member is not None:
                    bindings.members.remove(member)


@cmdlet("Set-WebBinding", ("Name", "BindingInformation", "Port", "IPAddress", "HostHeader", "PropertyName", "Value"),
        net_class=PROVIDER + "SetWebBindingCommand", module=MODULE)  # fmt: skip
@configuration_errors
def set_binding(call: Call) -> None:
    for wanted in _bindings(call):
        with editing(call.host) as document:
            site = document.need_section(SITES).member("site", name=wanted.site)
            assert site is not None
            member = site.child("bindings").member(
                "binding", protocol=wanted.protocol, bindingInformation=wanted.information
            )
            assert member is not None
            _set_part(member, call.text("PropertyName"), call.text("Value"))


def _set_part(member: Element, name: str, value: str) -> None:
    information = BindingInformation.parse(member.text("bindingInformation"))
    if information is None or name.lower() in ("bindinginformation", "protocol", "sslflags"):
        member.set(name, value)
        return
    address = value if name.lower() == "ipaddress" else information.address
    port = int(value) if name.lower() == "port" else information.port
    header = value if name.lower() == "hostheader" else information.host
    member.set("bindingInformation", str(BindingInformation(address, port, header)))
