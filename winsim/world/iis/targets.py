"""Reading and changing configuration at a path: the server, a location tag, or a site's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winsim.world.iis.document import Document
from winsim.world.iis.errors import NOT_FOUND, ConfigurationError
from winsim.world.iis.server import (
    APPLICATION_HOST,
    editing,
    effective,
    find_site,
    located,
    refuse_locked,
    schema_of,
    web_config_path,
)
from winsim.world.iis.tree import Element
from winsim.world.iis.xpath import Match, parse_filter, section_steps, select

if TYPE_CHECKING:
    from winsim.world.host import Host

SERVER = "MACHINE/WEBROOT/APPHOST"


@dataclass(frozen=True)
class Target:
    """``site_path`` is where the configuration holds; ``file`` is where a change is written, under ``location``."""

    display: str
    site_path: str
    file: str
    location: str


def target_of(host: Host, path: str, location: str = "") -> Target:
    """A PSPath (``MACHINE/WEBROOT/APPHOST/Default Web Site``, ``IIS:\\Sites\\..``) with an optional location."""
    site_path = _site_path(path)
    if site_path is None:
        raise ConfigurationError(NOT_FOUND, f"Cannot find path '{path}' because it does not exist.")
    if site_path and find_site(host, site_path.partition("/")[0]) is None:
        raise ConfigurationError(NOT_FOUND, f"Cannot find path '{path}' because it does not exist.")
    display = f"{SERVER}/{site_path}" if site_path else SERVER
    if not site_path:
        return Target(display, location.strip("/"), APPLICATION_HOST, location.strip("/"))
    whole = f"{site_path}/{location.strip('/')}" if location else site_path
    return Target(display, whole, web_config_path(host, site_path), location.strip("/"))


def committed(host: Host, site_path: str, commit: str) -> Target:
    """Where configuration of a site path is written when the file of ``commit`` ("": the server's) shall hold it."""
    path, level = site_path.strip("/"), commit.strip("/")
    display = f"{SERVER}/{path}" if path else SERVER
    if not level:
        return Target(display, path, APPLICATION_HOST, path)
    return Target(display, path, web_config_path(host, level), path[len(level) :].strip("/"))


def set_override(host: Host, target: Target, section: str, mode: str) -> None:
    """Locks (``Deny``) or unlocks (``Allow``) a section for the sites below a location tag."""
    key = section.lower()
    with editing(host, target.file) as document:
        schema = document.schema.section(section)
        assert schema is not None
        place = document.need_location(target.location, mode)
        said = document.locations[0].sections.pop(key, None) or place.sections.get(key)
        for location in document.locations:
            if location.override and not location.path and location is not place:
                said = location.sections.pop(key, None) or said
        place.sections[key] = said or Element(schema.root)


def _site_path(path: str) -> str | None:
    text = path.replace("\\", "/").strip("/")
    lower = text.lower()
    if lower in ("iis:", "iis:/", "machine/webroot/apphost", ""):
        return ""
    for prefix in ("machine/webroot/apphost/", "iis:/sites/", "iis://sites/"):
        if lower.startswith(prefix):
            return text[len(prefix) :].strip("/")
    return None


def find(host: Host, target: Target, filter: str) -> list[Match]:
    """The elements that a filter names, with their effective contents."""
    schema = schema_of(host)
    return [
        match
        for section, steps in section_steps(schema, parse_filter(filter))
        for match in select(section, effective(host, section, target.site_path), steps)
    ]


class Change:
    """Changes to one matched element in the file of a target; use it within ``editing``."""

    def __init__(self, host: Host, document: Document, target: Target, match: Match) -> None:
        self.is_server = not target.site_path
        inherited = effective(host, match.section, target.site_path, above=(target.file, target.location))
        self.outer = _same_way(inherited, match) if not self.is_server else None
        self.element = self._local(document, target, match)
        self.effective = match.element

    def _local(self, document: Document, target: Target, match: Match) -> Element:
        element = document.need_section(match.section, target.location)
        for name, wanted in match.trail:
            if element.schema.child(name) is not None:
                element = element.child(name)
                continue
            member = element.same_as(wanted)
            if member is None and self.is_server:
                member = next((m for m in element.members if m.attributes == wanted.attributes), None)
            if member is None:
                collection = element.schema.collection(name)
                assert collection is not None
                member = Element(collection.member)
                member.attributes = {k.name.lower(): wanted.text(k.name) for k in collection.keys}
                element.members.append(member)
            element = member
        return element

    def set(self, name: str, text: str) -> None:
        """Writes an attribute; a dotted name goes into child elements."""
        element, outer = self.element, self.outer
        *children, attribute = name.split(".")
        for child in children:
            element = element.child(child)
            outer = outer.child(child) if outer is not None else None
        element.set(attribute, text, outer.text(attribute) if outer is not None else None)

    def add(self, values: Mapping[str, str], tag: str = "", at: int | None = None) -> None:
        member = self.element.make_member(values, tag)
        if self.effective.same_as(member) is not None:
            raise ConfigurationError(0x800700B7, self.effective.duplicate_message(member))
        self.element.add(member, at)

    def remove(self, member: Element) -> None:
        """Takes a member of the effective collection away."""
        local = self.element.same_as(member)
        if local is None:
            local = next((m for m in self.element.members if m.attributes == member.attributes), None)
        if local is not None:
            self.element.members.remove(local)
        if self.outer is not None and self.outer.same_as(member) is not None:
            collection = self.element.schema.collection(member.schema.name)
            keys = collection.keys if collection else []
            self.element.removed.append({key.name: member.text(key.name) for key in keys})

    def clear_members(self) -> None:
        self.element.members = []
        if self.outer is not None and self.outer.members:
            self.element.cleared = True


def _same_way(root: Element, match: Match) -> Element | None:
    """The element of another level that the same way leads to."""
    element: Element | None = root
    for name, wanted in match.trail:
        if element is None:
            return None
        element = element.child(name) if element.schema.child(name) is not None else element.same_as(wanted)
    return element


def check_unlocked(host: Host, target: Target, section: str) -> None:
    if target.file != APPLICATION_HOST:
        try:
            refuse_locked(host, section)
        except ConfigurationError as error:
            raise located(error, target.file) from None


__all__ = ["SERVER", "Change", "Target", "check_unlocked", "editing", "find", "target_of"]
