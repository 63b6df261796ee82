"""The IIS: drive: application pools, sites with their applications, and SSL bindings.

Paths are relative to the drive: ``AppPools\\DefaultAppPool``, ``Sites\\Default Web Site\\app``,
``SslBindings\\0.0.0.0!443``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from winsim.cmdlets.webadministration_common import (
    attribute_text,
    command_error,
    element_object,
    is_map,
    need_iis,
    property_value,
    text_map,
)
from winsim.cmdlets.webadministration_objects import pool_object, site_object
from winsim.interpreter.command import Call, CommandError, NotBuilt
from winsim.interpreter.members import get_property_of
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import EnumValue, PSObject
from winsim.world.host import Host
from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.iis.bindings import certificate_binding
from winsim.world.iis.errors import ALREADY_EXISTS, ConfigurationError
from winsim.world.iis.installation import new_site
from winsim.world.iis.server import (
    POOLS,
    SITES,
    editing,
    find_pool,
    find_site,
    physical_path,
    pools,
    sites,
)
from winsim.world.iis.tree import Element

ROOTS = ("AppPools", "Sites", "SslBindings")
CONTAINER = ("Microsoft.IIs.PowerShell.Framework.NodeInfo", "System.Object")
SSL_BINDING = ("Microsoft.IIs.PowerShell.Framework.SslBinding", "System.Object")
NOT_FOUND = "System.Management.Automation.ItemNotFoundException"


@contextmanager
def reported() -> Iterator[None]:
    """What the configuration system refuses is an error of the command."""
    try:
        yield
    except ConfigurationError as error:
        raise command_error(error) from None


def parts_of(path: str) -> list[str]:
    return [part for part in path.replace("/", "\\").split("\\") if part]


def exists(call: Call, path: str) -> bool:
    need_iis(call.host)
    parts = parts_of(path)
    if len(parts) < 2:
        return not parts or parts[0].lower() in (root.lower() for root in ROOTS)
    return item(call, path) is not None


def is_container(path: str) -> bool:
    return len(parts_of(path)) < 2


def item(call: Call, path: str) -> PSObject | None:
    """The object of a path, None where nothing is there."""
    need_iis(call.host)
    parts = parts_of(path)
    if len(parts) < 2:
        known = not parts or parts[0].lower() in (root.lower() for root in ROOTS)
        return PSObject({"Name": parts[0] if parts else call.host.name}, CONTAINER) if known else None
    kind, name = parts[0].lower(), parts[1]
    if kind == "sslbindings":
        found = http_sys(call.host).find(endpoint_of(name))
        return binding_object(call.host, found) if found is not None else None
    element = element_at(call.host, parts)
    if element is None:
        return None
    if kind == "apppools":
        return pool_object(call, element)
    return site_object(call, element) if len(parts) == 2 else element_object(element)


def element_at(host: Host, parts: list[str]) -> Element | None:
    """The configuration element behind a path."""
    if parts[0].lower() == "apppools":
        return find_pool(host, parts[1]) if len(parts) == 2 else None
    if parts[0].lower() != "sites":
        return None
    site = find_site(host, parts[1])
    if site is None or len(parts) == 2:
        return site
    path = "/" + "/".join(parts[2:])
    application = next((app for app in site.of("application") if app.text("path").lower() == path.lower()), None)
    if application is not None:
        return application
    root = next((app for app in site.of("application") if app.text("path") == "/"), None)
    folders = root.of("virtualDirectory") if root is not None else []
    return next((folder for folder in folders if folder.text("path").lower() == path.lower()), None)


def children(call: Call, path: str) -> list[PSObject]:
    need_iis(call.host)
    parts = parts_of(path)
    if not parts:
        return [PSObject({"Name": root}, CONTAINER) for root in ROOTS]
    kind = parts[0].lower()
    if len(parts) == 1 and kind == "apppools":
        return [pool_object(call, pool) for pool in pools(call.host)]
    if len(parts) == 1 and kind == "sites":
        return [site_object(call, site) for site in sites(call.host)]
    if len(parts) == 1 and kind == "sslbindings":
        return [binding_object(call.host, binding) for binding in http_sys(call.host).listed()]
    if kind == "sites" and len(parts) == 2:
        site = find_site(call.host, parts[1])
        applications = site.of("application") if site is not None else []
        return [element_object(app) for app in applications if app.text("path") != "/"]
    return []


# properties ---------------------------------------------------------------------------------------------------------


@reported()
def properties(call: Call, path: str, names: Sequence[str]) -> list[object]:
    """What Get-ItemProperty gives: one value a name; the whole item without names."""
    parts = parts_of(path)
    if parts and parts[0].lower() == "sslbindings":
        found = item(call, path)
        return [found[name] for name in names if found is not None and name in found] if names else [found]
    element = element_at(call.host, parts) if len(parts) > 1 else None
    if element is None:
        raise missing(path)
    if not names or names == ["*"]:
        return [item(call, path)]
    return [_property(call, path, element, name) for name in names]


def _property(call: Call, path: str, element: Element, name: str) -> object:
    if name.lower() in ("state", "applicationpool", "physicalpath"):
        whole = item(call, path)
        if whole is not None and name in whole:
            return whole[name]
    *inner, last = name.split(".")
    for child in inner:
        element = element.child(child)
    schema = element.schema.attribute(last)
    if schema is not None:
        return property_value(schema, element)
    if element.schema.child(last) is not None:
        return element_object(element.child(last))
    if last.lower() == "collection":
        return element_object(element)["Collection"]
    return None


@reported()
def set_property(call: Call, path: str, name: str, value: object) -> None:
    parts = parts_of(path)
    if len(parts) < 2 or element_at(call.host, parts) is None:
        raise missing(path)
    with editing(call.host) as document:
        element = _own(document.need_section(POOLS if parts[0].lower() == "apppools" else SITES), parts)
        if name.lower() == "applicationpool" and parts[0].lower() == "sites" and len(parts) == 2:
            root = element.member("application", path="/")
            assert root is not None
            root.set("applicationPool", attribute_text(value))
            return
        if name.lower() == "physicalpath" and parts[0].lower() == "sites":
            _folder(element).set("physicalPath", attribute_text(value))
            return
        _set(element, name, value)


def _own(section: Element, parts: list[str]) -> Element:
    found = section.member("add" if parts[0].lower() == "apppools" else "site", name=parts[1])
    if found is not None and len(parts) > 2:
        found = found.member("application", path="/" + "/".join(parts[2:]))
    if found is None:
        raise missing("\\".join(parts))
    return found


def _folder(element: Element) -> Element:
    application = element.member("application", path="/") if element.schema.name == "site" else element
    folder = application.member("virtualDirectory", path="/") if application is not None else None
    assert folder is not None
    return folder


def _set(element: Element, name: str, value: object) -> None:
    *inner, last = name.split(".")
    for child in inner:
        element = element.child(child)
    schema = element.schema.child(last)
    if schema is not None and (is_map(value) or isinstance(value, list)):
        target = element.child(last)
        target.members = []
        for row in value if isinstance(value, list) else [value]:
            values = text_map(row)
            if schema.collections:
                target.add(target.make_member(values))
            else:
                for key, text in values.items():
                    target.set(key, text)
        return
    element.set(last, attribute_text(value))


@reported()
def clear_property(call: Call, path: str, name: str) -> None:
    parts = parts_of(path)
    with editing(call.host) as document:
        element = _own(document.need_section(POOLS if parts[0].lower() == "apppools" else SITES), parts)
        *inner, last = name.split(".")
        for child in inner:
            element = element.child(child)
        element.clear_attribute(last)


# new and gone -------------------------------------------------------------------------------------------------------


@reported()
def new_item(call: Call, path: str, value: object, options: dict[str, object]) -> PSObject:
    """``options`` are the dynamic parameters: bindings, physicalPath, Thumbprint, SSLFlags, Force ..."""
    need_iis(call.host)
    parts = parts_of(path)
    if len(parts) < 2:
        raise NotBuilt(f"New-Item IIS:\\{path}")
    kind = parts[0].lower()
    if kind == "sslbindings":
        _new_ssl_binding(call, parts[1], value, options)
    elif kind == "apppools":
        with editing(call.host) as document:
            section = document.need_section(POOLS)
            section.add(section.make_member({"name": parts[1]}))
    elif kind == "sites" and len(parts) == 2:
        _new_site(call, parts[1], options)
    else:
        raise NotBuilt(f"New-Item IIS:\\{path}")
    call.world.touch()
    made = item(call, path)
    assert made is not None
    return made


def _new_site(call: Call, name: str, options: dict[str, object]) -> None:
    rows = options.get("bindings")
    first = text_map(rows[0] if isinstance(rows, list) else rows) if rows is not None else {}
    taken = [int(site.text("id")) for site in sites(call.host)]
    number = to_text(options["id"]) if options.get("id") is not None else str(max(taken, default=0) + 1)
    folder = to_text(options.get("physicalPath") or "")
    with editing(call.host) as document:
        section = document.need_section(SITES)
        binding = first.get("bindingInformation", "*:80:")
        section.add(new_site(section, name, int(number), first.get("protocol", "http"), binding, folder))


def _new_ssl_binding(call: Call, name: str, value: object, options: dict[str, object]) -> None:
    state = http_sys(call.host)
    endpoint = endpoint_of(name)
    forced = bool(options.get("Force"))
    if state.find(endpoint) is not None and not forced:
        raise ConfigurationError(ALREADY_EXISTS, "Cannot create a file when that file already exists")
    given = options.get("Thumbprint")
    store = "MY"
    if given is None and isinstance(value, list) and len(value) == 1:
        value = value[0]
    thumbprint = to_text(given) if given is not None else to_text(get_property_of(value, "Thumbprint", ""))
    entry = call.host.certificates.find(thumbprint, store)
    container = call.host.certificates.key_of(entry) if entry is not None else None
    if entry is None or container is None or not container.machine:
        message = "A specified logon session does not exist. It may already have been terminated"
        raise ConfigurationError(0x80070520, message)
    flags = options.get("SSLFlags", options.get("SslFlags", 0))
    sni = name.startswith("!") or (isinstance(flags, int) and bool(flags & 1))
    state.put(SslBinding(endpoint, sni, entry.thumbprint, store=store))


@reported()
def set_item(call: Call, path: str, value: object) -> None:
    """Set-Item replaces the certificate of an SSL binding."""
    parts = parts_of(path)
    if len(parts) != 2 or parts[0].lower() != "sslbindings":
        raise NotBuilt(f"Set-Item IIS:\\{path}")
    if http_sys(call.host).find(endpoint_of(parts[1])) is None:
        raise missing(path)
    _new_ssl_binding(call, parts[1], value, {"Force": True})
    call.world.touch()


@reported()
def remove_item(call: Call, path: str) -> None:
    parts = parts_of(path)
    if len(parts) < 2 or item(call, path) is None:
        raise missing(path)
    kind = parts[0].lower()
    if kind == "sslbindings":
        http_sys(call.host).drop(endpoint_of(parts[1]))
        call.world.touch()
        return
    with editing(call.host) as document:
        section = document.need_section(POOLS if kind == "apppools" else SITES)
        if len(parts) == 2:
            section.members.remove(_own(section, parts))
        else:
            site = _own(section, parts[:2])
            site.members.remove(_own(section, parts))
    call.world.touch()


# SSL bindings -------------------------------------------------------------------------------------------------------


def endpoint_of(name: str) -> str:
    """``0.0.0.0!443`` -> ``0.0.0.0:443``; ``!443!sts.contoso.com`` -> ``sts.contoso.com:443``; ``*`` is any address."""
    address, _, rest = name.partition("!")
    port, _, header = rest.partition("!")
    if header:
        return f"{header}:{port}"
    return f"{'0.0.0.0' if address == '*' else address}:{port}"


def name_of(binding: SslBinding) -> str:
    name, _, port = binding.endpoint.rpartition(":")
    return f"!{port}!{name}" if binding.sni else f"{name}!{port}"


def binding_object(host: Host, binding: SslBinding) -> PSObject:
    name, _, port = binding.endpoint.rpartition(":")
    used = [
        site.text("name")
        for site in sites(host)
        for row in site.child("bindings").members
        if certificate_binding(host, row) is binding
    ]
    return PSObject(
        {
            "Name": name_of(binding),
            "IPAddress": None if binding.sni else name,
            "Port": int(port),
            "Host": name if binding.sni else "",
            "Store": binding.store,
            "Thumbprint": binding.thumbprint,
            "Sites": PSObject({"Value": used[0] if used else None}, CONTAINER),
            "SSLFlags": EnumValue("Microsoft.IIs.PowerShell.Framework.SslFlags", "Sni" if binding.sni else "None",
                                  1 if binding.sni else 0),
            "PSChildName": name_of(binding),
        },
        SSL_BINDING,
    )  # fmt: skip


def missing(path: str) -> CommandError:
    message = f"Cannot find path 'IIS:\\{path}' because it does not exist."
    return CommandError("PathNotFound", message, "ObjectNotFound", f"IIS:\\{path}", NOT_FOUND)


def file_path(call: Call, path: str) -> str:
    """The folder behind a path below Sites, for Get-WebFilePath and the file system."""
    parts = parts_of(path)
    site = find_site(call.host, parts[1]) if len(parts) > 1 and parts[0].lower() == "sites" else None
    if site is None:
        raise missing(path)
    return physical_path(site, "/" + "/".join(parts[2:]))
