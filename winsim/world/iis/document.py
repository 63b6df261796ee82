"""One configuration file: applicationHost.config or a web.config."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from winsim.world.iis.errors import INVALID_DATA, ConfigurationError
from winsim.world.iis.schema import Schema
from winsim.world.iis.tree import Element


@dataclass
class Location:
    """``path`` is a site path such as ``Default Web Site/app``; sections by lower-case path."""

    path: str
    override: str = ""  # the overrideMode attribute
    sections: dict[str, Element] = field(default_factory=dict)


@dataclass
class Document:
    """``locations[0]`` is the file outside of location tags. Sections that no schema describes stay as they are."""

    schema: Schema
    locations: list[Location] = field(default_factory=lambda: [Location("")])
    declarations: ET.Element | None = None  # configSections
    unknown: list[tuple[str, ET.Element]] = field(default_factory=list)

    def location(self, path: str, override: str = "") -> Location | None:
        key = path.strip("/").lower()
        return next((at for at in self.locations if at.path.lower() == key and at.override == override), None)

    def need_location(self, path: str, override: str = "") -> Location:
        found = self.location(path, override)
        if found is None:
            found = Location(path.strip("/"), override)
            self.locations.append(found)
        return found

    def section(self, path: str, location: str = "") -> Element | None:
        """What the file itself says for a section at a location."""
        found = self.location(location)
        return found.sections.get(path.lower()) if found else None

    def need_section(self, path: str, location: str = "") -> Element:
        schema = self.schema.section(path)
        if schema is None:
            raise ConfigurationError(INVALID_DATA, f"The configuration section '{path}' cannot be read because it is "
                                                   "missing a section declaration\r\n")  # fmt: skip
        key = location.strip("/").lower()
        for place in self.locations:  # a section that was locked or unlocked lives in a location of its own
            if place.override and place.path.lower() == key and path.lower() in place.sections:
                return place.sections[path.lower()]
        sections = self.need_location(location).sections
        return sections.setdefault(path.lower(), Element(schema.root))

    def to_bytes(self) -> bytes:
        root = ET.Element("configuration")
        if self.declarations is not None:
            root.append(self.declarations)
        for location in self.locations:
            node = root
            kept = bool(location.override)
            sections = {path: section for path, section in location.sections.items() if kept or not section.is_empty}
            if location.path or location.override:
                if not sections and not location.override:
                    continue
                node = ET.SubElement(root, "location", {"path": location.path})
                if location.override:
                    node.set("overrideMode", location.override)
            for path, section in sections.items():
                schema = self.schema.section(path)
                assert schema is not None
                section.write(_group(node, schema.path))
            if node is root:
                for path, raw in self.unknown:
                    _group(root, path.rpartition("/")[0]).append(raw) if "/" in path else root.append(raw)
        ET.indent(root, "    ")
        text = ET.tostring(root, encoding="unicode")
        return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n").replace("\n", "\r\n").encode()


def parse_document(content: bytes, schema: Schema) -> Document:
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise ConfigurationError(INVALID_DATA, "Configuration file is not well-formed XML\r\n") from error
    document = Document(schema)
    for node in root:
        if node.tag == "configSections":
            document.declarations = node
        elif node.tag == "location":
            location = document.need_location(node.get("path", ""), node.get("overrideMode", ""))
            for child in node:
                _read(document, location, child, child.tag)
        else:
            _read(document, document.locations[0], node, node.tag)
    return document


def _read(document: Document, location: Location, node: ET.Element, path: str) -> None:
    section = document.schema.section(path)
    if section is not None:
        element = location.sections.setdefault(path.lower(), Element(section.root))
        element.read(node)
    elif any(known.startswith(path.lower() + "/") for known in document.schema.sections):
        for child in node:
            _read(document, location, child, f"{path}/{child.tag}")
    else:
        document.unknown.append((path, node))


def _group(node: ET.Element, path: str) -> ET.Element:
    """The element at a path below a node, made where missing."""
    for name in path.split("/"):
        found = node.find(name)
        node = ET.SubElement(node, name) if found is None else found
    return node
