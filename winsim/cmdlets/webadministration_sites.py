"""WebAdministration: sites and their applications."""

from __future__ import annotations

from winsim.cmdlets.webadministration_common import (
    MODULE,
    PROVIDER,
    configuration_errors,
    element_object,
)
from winsim.cmdlets.webadministration_objects import (
    need_site,
    site_object,
    state_value,
)
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.world.iis.bindings import start_site, stop_site
from winsim.world.iis.errors import ALREADY_EXISTS, ConfigurationError
from winsim.world.iis.installation import new_site
from winsim.world.iis.server import (
    SITES,
    Iis,
    editing,
    expand,
    find_site,
    physical_path,
    site_state,
    sites,
)
from winsim.world.services import ServiceError, start


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
