"""What appcmd.exe writes of objects: a line each, a property, everything, XML, or their configuration."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from winsim.cmdlets.appcmd_line import INCORRECT, Line, Refused
from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.host import Host
from winsim.world.iis.server import pool_state, site_state
from winsim.world.iis.tree import Element


@dataclass(frozen=True)
class Shown:
    """``properties`` are those that appcmd makes itself, ``brief`` what stands in the brackets of its line."""

    kind: str
    identifier: str
    element: Element
    properties: Sequence[tuple[str, str]]
    brief: Sequence[tuple[str, str]]

    def value(self, path: str) -> str | None:
        """A property of appcmd, else an attribute of the configuration (children by dots)."""
        for name, value in self.properties:
            if name.lower() == path.lower():
                return value
        element = self.element
        *children, last = path.split(".")
        for child in children:
            if element.schema.child(child) is None:
                return None
            element = element.child(child)
        return element.text(last) if element.schema.attribute(last) is not None else None


def site_shown(host: Host, site: Element) -> Shown:
    rows = site.child("bindings").members
    bindings = ",".join(f"{row.text('protocol')}/{row.text('bindingInformation')}" for row in rows)
    name, state = site.text("name"), site_state(host, site)
    properties = [("SITE.NAME", name), ("SITE.ID", site.text("id")), ("bindings", bindings), ("state", state)]
    return Shown("site", name, site, properties, [("id", site.text("id")), ("bindings", bindings), ("state", state)])


def pool_shown(host: Host, pool: Element) -> Shown:
    name, state = pool.text("name"), pool_state(host, pool)
    version, mode = pool.text("managedRuntimeVersion"), pool.text("managedPipelineMode")
    properties = [("APPPOOL.NAME", name), ("PipelineMode", mode), ("RuntimeVersion", version), ("state", state)]
    return Shown("apppool", name, pool, properties, [("MgdVersion", version), ("MgdMode", mode), ("state", state)])


def app_shown(site: Element, app: Element) -> Shown:
    name = site.text("name") + app.text("path")
    pool = app.text("applicationPool") or "DefaultAppPool"
    properties = [("path", app.text("path")), ("APP.NAME", name), ("APPPOOL.NAME", pool),
                  ("SITE.NAME", site.text("name"))]  # fmt: skip
    return Shown("app", name, app, properties, [("applicationPool", pool)])


def vdir_shown(site: Element, app: Element, folder: Element) -> Shown:
    base = site.text("name") + app.text("path")
    name = base if folder.text("path") == "/" else base.rstrip("/") + folder.text("path")
    properties = [("VDIR.NAME", name), ("physicalPath", folder.text("physicalPath")), ("path", folder.text("path")),
                  ("APP.NAME", base)]  # fmt: skip
    return Shown("vdir", name, folder, properties, [("physicalPath", folder.text("physicalPath"))])


def write(call: NativeCall, line: Line, found: Sequence[Shown]) -> int:
    """Nothing found is the exit code 1, without a word."""
    text, xml, config = (line.take(name) for name in ("text", "xml", "config"))
    found = [one for one in found if _passes(line, one)]
    if sum(part is not None for part in (text, xml, config)) > 1:
        raise NotBuilt("appcmd with several forms of output")
    if xml is not None:
        _write_xml(call, found)
    for one in found if xml is None else ():
        if config is not None:
            for row in configuration(one.element, config == "*"):
                call.out(row)
        elif text == "*":
            _write_all(call, one)
        elif text:
            value = one.value(text)
            if value is not None:
                call.out(value)
        else:
            brief = ",".join(f"{name}:{value}" for name, value in one.brief)
            call.out(f'{one.kind.upper()} "{one.identifier}" ({brief})')
    return 0 if found else 1


def _passes(line: Line, shown: Shown) -> bool:
    """The parameters that are left are conditions."""
    for written, name, wanted in line.parameters:
        value = shown.value(name)
        if value is None or wanted is None:
            raise Refused(INCORRECT, f'Unknown attribute "{written.partition(":")[0]}".  Replace with -? for help.')
        if wanted[:1] in ("<", ">", "$"):
            raise NotBuilt(f"appcmd list with the range {wanted}")
        if value.lower() != wanted.lower():
            return False
    return True


def _write_xml(call: NativeCall, found: Sequence[Shown]) -> None:
    root = ET.Element("appcmd")
    for one in found:
        ET.SubElement(root, one.kind.upper(), dict(one.properties))
    ET.indent(root, "    ")
    call.out('<?xml version="1.0" encoding="UTF-8"?>')
    for row in ET.tostring(root, encoding="unicode").splitlines():
        call.out(row)


def _write_all(call: NativeCall, shown: Shown) -> None:
    call.out(shown.kind.upper())
    for name, value in shown.properties:
        call.out(f'  {name}:"{value}"')
    _write_element(call, shown.element, 1)
    call.out("")


def _write_element(call: NativeCall, element: Element, depth: int) -> None:
    call.out("  " * depth + f"[{element.schema.name}]")
    for attribute in element.schema.attributes.values():
        call.out("  " * (depth + 1) + f'{attribute.name}:"{element.text(attribute.name)}"')
    for inner in (*element.members, *element.all_children()):
        _write_element(call, inner, depth + 1)


def configuration(element: Element, complete: bool, group: str = "") -> list[str]:
    """The XML of an element within its section groups; ``complete`` writes defaults, too."""
    root = ET.Element(group.split("/", maxsplit=1)[0]) if group else ET.Element(element.schema.name)
    node = root
    for part in group.split("/")[1:]:
        node = ET.SubElement(node, part)
    own = ET.SubElement(node, element.schema.name) if group else root
    _fill(own, element, complete)
    ET.indent(root, "  ")
    return ET.tostring(root, encoding="unicode").splitlines()


def _fill(node: ET.Element, element: Element, complete: bool) -> None:
    for attribute in element.schema.attributes.values():
        if complete or element.is_set(attribute.name):
            node.set(attribute.name, element.text(attribute.name))
    for inner in (*element.members, *element.all_children()):
        if complete or inner in element.members or not inner.is_empty:
            _fill(ET.SubElement(node, inner.schema.name), inner, complete)
