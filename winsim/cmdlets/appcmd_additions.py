"""appcmd.exe: new sites, applications, virtual directories and application pools."""

from __future__ import annotations

import re
from collections.abc import Callable

from winsim.cmdlets.appcmd_edits import all_or_nothing, apply_all, of_member
from winsim.cmdlets.appcmd_line import DUPLICATE, INCORRECT, NOT_FOUND, Line, Refused, refusal
from winsim.cmdlets.appcmd_output import vdir_shown
from winsim.interpreter.command import NativeCall
from winsim.world.iis.bindings import start_site, stop_site
from winsim.world.iis.document import Document
from winsim.world.iis.edits import Step
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.server import APPLICATION_HOST, POOLS, SITES, editing, find_pool, find_site, sites
from winsim.world.iis.targets import committed
from winsim.world.iis.tree import Element

URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^:/]+)(?::(?P<port>\d+))?/?", re.I)


def bindings_of(text: str) -> list[dict[str, str]]:
    rows = []
    for part in (one.strip() for one in text.split(",") if one.strip()):
        found = URL.fullmatch(part)
        protocol, slash, information = part.partition("/")
        if found is not None:
            host = "" if found["host"] == "*" else found["host"]
            port = found["port"] or ("443" if found["scheme"].lower() == "https" else "80")
            protocol, information = found["scheme"].lower(), f"*:{port}:{host}"
        elif not slash or not re.fullmatch(r"[^:]+:\d+:[^:]*", information):
            raise Refused(INCORRECT, f'Malformed binding "{part}".')
        rows.append({"protocol": protocol, "bindingInformation": information})
    return rows


def add(call: NativeCall, line: Line) -> int:
    if line.identifier:
        raise Refused(INCORRECT, f'Unknown attribute "{line.identifier}".  Replace with -? for help.')
    maker: dict[str, Callable[[NativeCall, Line], list[str]]] = {
        "site": _add_site, "apppool": _add_pool, "app": _add_app, "vdir": _add_folder,
    }  # fmt: skip
    try:
        with all_or_nothing(call.host, APPLICATION_HOST):
            made = maker[line.kind](call, line)
    except ConfigurationError as error:
        raise refusal(error) from None
    for text in made:
        call.out(f"{text} added")
    return 0


def need(line: Line, *names: str) -> str:
    value = line.take(*names)
    if not value:
        raise Refused(INCORRECT, f'New {line.kind} object missing required attributes.  Missing "{names[0]}".')
    return value


def _duplicate(name: str) -> Refused:
    return Refused(DUPLICATE, f'Failed to add duplicate collection element "{name}".')


def _rest(call: NativeCall, line: Line, section: str, steps: tuple[Step, ...]) -> None:
    """What is left are properties of the new object."""
    target = committed(call.host, "", "")
    apply_all(call.host, target, of_member(call.host, target, section, steps), line.edits())


def _add_site(call: NativeCall, line: Line) -> list[str]:
    name = need(line, "name", "site.name")
    if find_site(call.host, name) is not None:
        raise _duplicate(name)
    number = line.take("id", "site.id")
    taken = [int(site.text("id")) for site in sites(call.host)]
    bindings, folder = line.take("bindings"), line.take("physicalpath")
    with editing(call.host) as document:
        section = document.need_section(SITES)
        site = section.make_member({"name": name, "id": number or str(max(taken, default=0) + 1)}, "site")
        for row in bindings_of(bindings or ""):
            site.child("bindings").add(site.child("bindings").make_member(row))
        if folder is not None:
            site.add(_application(site, "/", folder))
        section.add(site)
    _rest(call, line, SITES, (Step("", {"name": name}),))
    made = find_site(call.host, name)
    assert made is not None
    try:
        start_site(call.host, made)
    except ConfigurationError:
        stop_site(call.host, made)  # another site has the binding
    rooted = [f'APP object "{name}/"', f'VDIR object "{name}/"'] if folder is not None else []
    return [f'SITE object "{name}"', *rooted]


def _application(site: Element, path: str, folder: str) -> Element:
    application = site.make_member({"path": path}, "application")
    application.add(application.make_member({"path": "/", "physicalPath": folder}, "virtualDirectory"))
    return application


def _add_pool(call: NativeCall, line: Line) -> list[str]:
    name = need(line, "name", "apppool.name")
    if find_pool(call.host, name) is not None:
        raise _duplicate(name)
    with editing(call.host) as document:
        section = document.need_section(POOLS)
        section.add(section.make_member({"name": name}))
    _rest(call, line, POOLS, (Step("", {"name": name}),))
    return [f'APPPOOL object "{name}"']


def _slashed(path: str) -> str:
    if not path.startswith("/"):
        raise Refused(INCORRECT, f'Path "{path}" must begin with a "/".')
    return path


def _own_site(document: Document, name: str) -> Element:
    found = document.need_section(SITES).member("site", name=name)
    if found is None:
        raise Refused(NOT_FOUND, f'Cannot find SITE object with identifier "{name}".')
    return found


def _add_app(call: NativeCall, line: Line) -> list[str]:
    name, path = need(line, "site.name"), _slashed(need(line, "path"))
    folder = line.take("physicalpath")
    with editing(call.host) as document:
        site = _own_site(document, name)
        if site.member("application", path=path) is not None:
            raise _duplicate(path)
        made = (
            _application(site, path, folder) if folder is not None else site.make_member({"path": path}, "application")
        )
        site.add(made)
    _rest(call, line, SITES, (Step("", {"name": name}), Step("", {"path": path})))
    full = f'object "{site.text("name")}{path}"'
    return [f"APP {full}", *([f"VDIR {full}"] if folder is not None else [])]


def _add_folder(call: NativeCall, line: Line) -> list[str]:
    owner, path = need(line, "app.name"), _slashed(need(line, "path"))
    folder = need(line, "physicalpath")
    name, _, rest = owner.partition("/")
    with editing(call.host) as document:
        site = _own_site(document, name)
        app = site.member("application", path=f"/{rest}")
        if app is None:
            raise Refused(NOT_FOUND, f'Cannot find APP object with identifier "{owner}".')
        if app.member("virtualDirectory", path=path) is not None:
            raise _duplicate(path)
        app.add(app.make_member({"path": path, "physicalPath": folder}, "virtualDirectory"))
        made = vdir_shown(site, app, app.members[-1]).identifier
    _rest(call, line, SITES, (Step("", {"name": name}), Step("", {"path": f"/{rest}"}), Step("", {"path": path})))
    return [f'VDIR object "{made}"']
