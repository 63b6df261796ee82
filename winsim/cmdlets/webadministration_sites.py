"""WebAdministration: sites, their bindings, applications and application pools."""

from __future__ import annotations

from winsim.cmdlets.webadministration_common import (
    ATTRIBUTE,
    ELEMENT,
    MODULE,
    PROVIDER,
    configuration_errors,
    element_object,
)
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.net.webbinding import WebBinding
from winsim.interpreter.values import PSObject
from winsim.world.iis.bindings import BindingInformation, start_site, stop_site
from winsim.world.iis.errors import ALREADY_EXISTS, ConfigurationError
from winsim.world.iis.installation import new_site
from winsim.world.iis.server import (
    POOLS,
    SITES,
    Iis,
    editing,
    expand,
    find_pool,
    find_site,
    physical_path,
    pool_state,
    site_state,
    sites,
)
from winsim.world.iis.tree import Element
from winsim.world.services import ServiceError, start


def not_found(kind: str, name: str) -> CommandError:
    message = f"Cannot find path 'IIS:\\{kind}\\{name}' because it does not exist."
    return CommandError("PathNotFound", message, "ObjectNotFound", f"IIS:\\{kind}\\{name}",
                        "System.Management.Automation.ItemNotFoundException")  # fmt: skip


def site_object(call: Call, site: Element) -> PSObject:
    name = site.text("name")
    made = element_object(site, f"/{SITES}/site[@name='{name}' and @id='{site.text('id')}']")
    made.type_names = (ELEMENT[0] + "#site", *ELEMENT)
    application = next((app for app in site.of("application") if app.text("path") == "/"), None)
    made["state"] = site_state(call.host, site)
    made["physicalPath"] = _written_path(site)
    made["applicationPool"] = application.text("applicationPool") or "DefaultAppPool" if application else ""
    made["enabledProtocols"] = application.text("enabledProtocols") if application else "http"
    made["PSPath"] = f"WebAdministration::\\\\{call.host.name}\\Sites\\{name}"
    made["PSChildName"] = name
    return made


def _written_path(site: Element) -> str:
    for application in site.of("application"):
        if application.text("path") == "/":
            for folder in application.of("virtualDirectory"):
                if folder.text("path") == "/":
                    return folder.text("physicalPath")
    return ""


def pool_object(call: Call, pool: Element) -> PSObject:
    name = pool.text("name")
    made = element_object(pool, f"/{POOLS}/add[@name='{name}']")
    made.type_names = (ELEMENT[0] + "#add", *ELEMENT)
    made["state"] = pool_state(call.host, pool)
    made["PSChildName"] = name
    return made


def state_value(state: str) -> PSObject:
    return PSObject({"IsInheritedFromDefaultValue": False, "IsProtected": False, "Name": "state",
                     "TypeName": "System.String", "Value": state}, ATTRIBUTE)  # fmt: skip


def need_site(call: Call, name: str) -> Element:
    site = find_site(call.host, name)
    if site is None:
        raise not_found("Sites", name)
    return site


def need_pool(call: Call, name: str) -> Element:
    pool = find_pool(call.host, name)
    if pool is None:
        raise not_found("AppPools", name)
    return pool


@cmdlet("Get-Website", ("Name",), net_class=PROVIDER + "GetWebsiteCommand", module=MODULE)
@configuration_errors
def get_website(call: Call) -> None:
    """In this version -Name is matched as a wildcard pattern on 2012 R2 and finds nothing silently."""
    wanted = call.text("Name").lower()
    call.write_all(site_object(call, s) for s in sites(call.host) if not wanted or s.text("name").lower() == wanted)


@cmdlet("Get-WebsiteState", ("Name",), net_class=PROVIDER + "GetWebsiteStateCommand", module=MODULE)
@configuration_errors
def get_website_state(call: Call) -> None:
    found = [need_site(call, call.text("Name"))] if call.has("Name") else sites(call.host)
    call.write_all(state_value(site_state(call.host, site)) for site in found)


@cmdlet("New-Website",
        ("Name", "Id", "Port", "IPAddress", "HostHeader", "PhysicalPath", "ApplicationPool", "Ssl", "SslFlags",
         "Force"),
        net_class=PROVIDER + "NewWebsiteCommand", module=MODULE)  # fmt: skip
@configuration_errors
def new_website(call: Call) -> None:
    name, folder = call.text("Name"), call.text("PhysicalPath")
    if folder and not call.host.files.is_directory(expand(folder)) and not call.switch("Force"):
        message = "Parameter 'PhysicalPath' should point to existing path."
        raise CommandError("PathNotFound", message, "ObjectNotFound", folder, "System.ArgumentException")
    present = find_site(call.host, name)
    if present is not None and not call.switch("Force"):
        raise ConfigurationError(ALREADY_EXISTS, "Cannot add duplicate collection entry of type 'site' with unique key "
                                                 f"attribute 'name' set to '{name}'\r\n")  # fmt: skip
    secure = call.switch("Ssl")
    port = call.text("Port") or ("443" if secure else "80")
    binding = f"{call.text('IPAddress') or '*'}:{port}:{call.text('HostHeader')}"
    taken = [int(site.text("id")) for site in sites(call.host)]
    id = int(call.text("Id") or max(taken, default=0) + 1)
    if not call.should_process(name, "New-Website"):
        return
    with editing(call.host) as document:
        section = document.need_section(SITES)
        old = section.member("site", name=name)
        if old is not None:
            section.members.remove(old)
        site = new_site(section, name, id, "https" if secure else "http", binding, folder, call.text("ApplicationPool"))
        if call.has("SslFlags"):
            site.child("bindings").members[0].set("sslFlags", call.text("SslFlags"))
        section.add(site)
    try:
        start_site(call.host, need_site(call, name))
    except ConfigurationError:
        stop_site(call.host, need_site(call, name))
    call.write(site_object(call, need_site(call, name)))


@cmdlet("Remove-Website", ("Name",), net_class=PROVIDER + "RemoveWebsiteCommand", module=MODULE)
@configuration_errors
def remove_website(call: Call) -> None:
    need_site(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Remove Website"):
        with editing(call.host) as document:
            section = document.need_section(SITES)
            site = section.member("site", name=call.text("Name"))
            if site is not None:
                section.members.remove(site)
        call.host.parts.need(Iis).stopped_sites.discard(call.text("Name").lower())


@cmdlet("Start-Website", ("Name", "Passthru"), net_class=PROVIDER + "StartWebsiteCommand", module=MODULE)
@configuration_errors
def start_website(call: Call) -> None:
    site = need_site(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Start Website"):
        _start_services(call)
        start_site(call.host, site)
    if call.switch("Passthru"):
        call.write(site_object(call, site))


def _start_services(call: Call) -> None:
    try:
        start(call.world, call.host, "W3SVC")
    except ServiceError as error:
        raise ConfigurationError(0x80070426, f"{error.message} (Exception from HRESULT: 0x80070426)") from None


@cmdlet("Stop-Website", ("Name", "Passthru"), net_class=PROVIDER + "StopWebsiteCommand", module=MODULE)
@configuration_errors
def stop_website(call: Call) -> None:
    site = need_site(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Stop Website"):
        stop_site(call.host, site)
    if call.switch("Passthru"):
        call.write(site_object(call, site))


# application pools --------------------------------------------------------------------------------------------------


@cmdlet("New-WebAppPool", ("Name", "Force"), net_class=PROVIDER + "NewAppPoolCommand", module=MODULE)
@configuration_errors
def new_pool(call: Call) -> None:
    with editing(call.host) as document:
        section = document.need_section(POOLS)
        present = section.member("add", name=call.text("Name"))
        if present is not None and call.switch("Force"):
            section.members.remove(present)
        section.add(section.make_member({"name": call.text("Name")}))
    call.write(pool_object(call, need_pool(call, call.text("Name"))))


@cmdlet("Remove-WebAppPool", ("Name",), net_class=PROVIDER + "RemoveAppPoolCommand", module=MODULE)
@configuration_errors
def remove_pool(call: Call) -> None:
    need_pool(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Remove WebAppPool"):
        with editing(call.host) as document:
            section = document.need_section(POOLS)
            pool = section.member("add", name=call.text("Name"))
            if pool is not None:
                section.members.remove(pool)


@cmdlet("Get-WebAppPoolState", ("Name",), net_class=PROVIDER + "GetAppPoolStateCommand", module=MODULE)
@configuration_errors
def get_pool_state(call: Call) -> None:
    call.write(state_value(pool_state(call.host, need_pool(call, call.text("Name")))))


@cmdlet("Start-WebAppPool", ("Name", "Passthru"), net_class=PROVIDER + "StartAppPoolCommand", module=MODULE)
@configuration_errors
def start_pool(call: Call) -> None:
    need_pool(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Start WebAppPool"):
        call.host.parts.need(Iis).stopped_pools.discard(call.text("Name").lower())


@cmdlet("Stop-WebAppPool", ("Name", "Passthru"), net_class=PROVIDER + "StopAppPoolCommand", module=MODULE)
@configuration_errors
def stop_pool(call: Call) -> None:
    pool = need_pool(call, call.text("Name"))
    if pool_state(call.host, pool) == "Stopped":
        raise ConfigurationError(0x80070426, "The object on which command is executed is not started.")
    if call.should_process(call.text("Name"), "Stop WebAppPool"):
        call.host.parts.need(Iis).stopped_pools.add(call.text("Name").lower())


@cmdlet("Restart-WebAppPool", ("Name",), net_class=PROVIDER + "RestartAppPoolCommand", module=MODULE)
@configuration_errors
def restart_pool(call: Call) -> None:
    pool = need_pool(call, call.text("Name"))
    if pool_state(call.host, pool) == "Stopped":
        raise ConfigurationError(0x80070426, "The object on which command is executed is not started.")
    call.host.parts.need(Iis).recycles += 1


# bindings -----------------------------------------------------------------------------------------------------------


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


# applications -------------------------------------------------------------------------------------------------------


@cmdlet("Get-WebApplication", ("Name", "Site"), net_class=PROVIDER + "GetWebApplicationCommand", module=MODULE)
@configuration_errors
def get_application(call: Call) -> None:
    for site in sites(call.host):
        if call.has("Site") and call.text("Site").lower() != site.text("name").lower():
            continue
        for application in site.of("application"):
            path = application.text("path")
            if path == "/" or (call.has("Name") and call.text("Name").strip("/").lower() != path.strip("/").lower()):
                continue
            made = element_object(
                application, f"/{SITES}/site[@name='{site.text('name')}']/application[@path='{path}']"
            )
            made["PhysicalPath"] = physical_path(site, path)
            call.write(made)
