"""WebAdministration: sites and application pools as objects."""

from __future__ import annotations

from winsim.cmdlets.webadministration_common import (
    ATTRIBUTE,
    ELEMENT,
    element_object,
)
from winsim.interpreter.command import Call, CommandError
from winsim.interpreter.values import PSObject
from winsim.world.iis.server import (
    POOLS,
    SITES,
    find_pool,
    find_site,
    pool_state,
    site_state,
)
from winsim.world.iis.tree import Element


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
