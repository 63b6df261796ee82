"""appcmd.exe: sites, applications, virtual directories and application pools."""

from __future__ import annotations

from collections.abc import Iterator

from winsim.cmdlets.appcmd_additions import bindings_of
from winsim.cmdlets.appcmd_edits import apply_all, of_member
from winsim.cmdlets.appcmd_line import INCORRECT, NOT_FOUND, NOT_STARTED, Line, Refused
from winsim.cmdlets.appcmd_output import Shown, app_shown, pool_shown, site_shown, vdir_shown, write
from winsim.interpreter.command import NativeCall
from winsim.world.host import Host
from winsim.world.iis.bindings import start_site, stop_site
from winsim.world.iis.edits import Edit, Step
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.server import (
    POOLS,
    SITES,
    Iis,
    editing,
    pools,
    sites,
)
from winsim.world.iis.targets import committed
from winsim.world.iis.tree import Element

Place = tuple[Shown, tuple[Step, ...]]


def places(host: Host, kind: str) -> Iterator[Place]:
    """All objects of a kind, with the way to them in their section."""
    if kind == "apppool":
        for pool in pools(host):
            yield pool_shown(host, pool), (Step("", {"name": pool.text("name")}),)
        return
    for site in sites(host):
        at_site = Step("", {"name": site.text("name")})
        if kind == "site":
            yield site_shown(host, site), (at_site,)
            continue
        for app in site.of("application"):
            at_app = Step("", {"path": app.text("path")})
            if kind == "app":
                yield app_shown(site, app), (at_site, at_app)
                continue
            for folder in app.of("virtualDirectory"):
                yield vdir_shown(site, app, folder), (at_site, at_app, Step("", {"path": folder.text("path")}))


def same(kind: str, identifier: str, wanted: str) -> bool:
    if kind in ("app", "vdir"):  # "Default Web Site" is the root application of the site
        wanted = wanted if "/" in wanted else wanted + "/"
        return identifier.lower() == wanted.lower() or identifier.lower() == wanted.lower().rstrip("/")
    return identifier.lower() == wanted.lower()


def chosen(host: Host, line: Line) -> Place:
    """The one object that the identifier names."""
    identifier = line.identifier or line.take(f"{line.kind}.name") or ""
    kind = line.kind.upper()
    if not identifier:
        raise Refused(INCORRECT, f"Must specify the {kind} object identifier for the {line.verb} command.")
    found = next((place for place in places(host, line.kind) if same(line.kind, place[0].identifier, identifier)), None)
    if found is None:
        raise Refused(NOT_FOUND, f'Cannot find {kind} object with identifier "{identifier}".')
    return found


def show(call: NativeCall, line: Line) -> int:
    if line.identifier or any(name == f"{line.kind}.name" for _, name, _ in line.parameters):
        return write(call, line, [chosen(call.host, line)[0]])
    return write(call, line, [shown for shown, _ in places(call.host, line.kind)])


def change(call: NativeCall, line: Line) -> int:
    shown, steps = chosen(call.host, line)
    if not line.parameters:
        raise Refused(INCORRECT, f"Must specify at least one property to set on the {shown.kind.upper()} object.")
    section = POOLS if shown.kind == "apppool" else SITES
    target = committed(call.host, "", "")
    edits: list[Edit] = []
    for edit in line.edits():
        edits += replaced_bindings(shown.element, edit) if _is_bindings(shown.kind, edit) else [edit]
    apply_all(call.host, target, of_member(call.host, target, section, steps), edits)
    call.out(f'{shown.kind.upper()} object "{shown.identifier}" changed')
    return 0


def _is_bindings(kind: str, edit: Edit) -> bool:
    return kind == "site" and edit.kind == "set" and edit.name.lower() == "bindings"


def replaced_bindings(site: Element, edit: Edit) -> list[Edit]:
    """``/bindings:http/*:80:,..`` takes the place of all that are there."""
    old = [
        Step("", {name: row.text(name) for name in ("protocol", "bindingInformation")})
        for row in site.child("bindings").members
    ]
    inside = Step("bindings")
    removed = [Edit("remove", (inside, step)) for step in old]
    return removed + [Edit("add", (inside, Step("", row))) for row in bindings_of(edit.value or "")]


def delete(call: NativeCall, line: Line) -> int:
    shown, steps = chosen(call.host, line)
    no_more(line)
    with editing(call.host) as document:
        element = document.need_section(POOLS if shown.kind == "apppool" else SITES)
        for step in steps[:-1]:
            element = next(one for one in element.members if _is(one, step))
        element.members.remove(next(one for one in element.members if _is(one, steps[-1])))
    state = call.host.parts.need(Iis)
    stopped = {"site": state.stopped_sites, "apppool": state.stopped_pools}.get(shown.kind, set())
    stopped.discard(shown.identifier.lower())
    call.out(f'{shown.kind.upper()} object "{shown.identifier}" deleted')
    return 0


def _is(element: Element, step: Step) -> bool:
    assert step.keys is not None
    return all(element.text(name).lower() == value.lower() for name, value in step.keys.items())


def no_more(line: Line) -> None:
    if line.parameters:
        name = line.parameters[0][0].partition(":")[0]
        raise Refused(INCORRECT, f'Unknown attribute "{name}".  Replace with -? for help.')


def control(call: NativeCall, line: Line) -> int:
    """start, stop and recycle."""
    shown, _ = chosen(call.host, line)
    no_more(line)
    name, state = shown.identifier, call.host.parts.need(Iis)
    if not call.host.services.running("W3SVC" if shown.kind == "site" else "WAS"):
        raise Refused(NOT_STARTED, "The service has not been started.\n.")
    running = dict(shown.properties)["state"] == "Started"
    if line.verb == "recycle":
        if not running:
            raise Refused(NOT_STARTED, "The service has not been started.\n.")
        state.recycles += 1
    elif (line.verb == "start") is running:
        call.out(f'"{name}" already {"started" if running else "stopped"}.')
        return 0
    elif shown.kind == "apppool":
        (state.stopped_pools.discard if line.verb == "start" else state.stopped_pools.add)(name.lower())
    elif line.verb == "stop":
        stop_site(call.host, shown.element)
    else:
        try:
            start_site(call.host, shown.element)
        except ConfigurationError as error:
            raise Refused(error.code & 0xFFFF, f"{error.message.partition(' (Exc')[0]}\n.") from None
    done = {"start": "started", "stop": "stopped", "recycle": "recycled"}[line.verb]
    call.out(f'"{name}" successfully {done}')
    return 0
