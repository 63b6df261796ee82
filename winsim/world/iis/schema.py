"""The configuration schema of IIS, read from files in IIS's own schema format."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
SCHEMA_FILES = {
    "iis": "IIS_schema.xml",
    "rewrite": "rewrite_schema.xml",
    "webfarm": "webfarm.xml",
    "arr": "arr_schema.xml",
}


@dataclass(frozen=True)
class AttributeSchema:
    name: str
    type: str  # string, bool, uint, int, int64, timeSpan, enum, flags
    default: str | None
    required: bool = False
    unique_key: bool = False
    combined_key: bool = False
    non_empty: bool = False
    values: Mapping[str, int] = field(default_factory=dict)  # of an enum or of flags


@dataclass
class CollectionSchema:
    """One kind of members; an element may have several kinds with names of their own."""

    member: ElementSchema
    clear: str = ""
    remove: str = ""

    @property
    def keys(self) -> list[AttributeSchema]:
        attributes = list(self.member.attributes.values())
        return [a for a in attributes if a.unique_key] or [a for a in attributes if a.combined_key]


@dataclass
class ElementSchema:
    """Names keep their case; ``attribute``, ``child`` and ``collection`` look them up without regard to it."""

    name: str
    attributes: dict[str, AttributeSchema] = field(default_factory=dict)
    children: dict[str, ElementSchema] = field(default_factory=dict)
    collections: dict[str, CollectionSchema] = field(default_factory=dict)

    def attribute(self, name: str) -> AttributeSchema | None:
        return self.attributes.get(name.lower())

    def child(self, name: str) -> ElementSchema | None:
        return self.children.get(name.lower())

    def collection(self, name: str) -> CollectionSchema | None:
        return self.collections.get(name.lower())

    @property
    def main_collection(self) -> CollectionSchema | None:
        return next(iter(self.collections.values()), None)


@dataclass
class SectionSchema:
    path: str
    root: ElementSchema
    override: str = "Deny"  # whether sites may set it unless it is unlocked


@dataclass
class Schema:
    sections: dict[str, SectionSchema] = field(default_factory=dict)  # by lower-case path

    def section(self, path: str) -> SectionSchema | None:
        return self.sections.get(path.strip("/").lower())

    def section_of(self, path: str) -> tuple[SectionSchema, str] | None:
        """The section in which an element path (without predicates) lies, and the rest of the path."""
        parts = path.strip("/").split("/")
        for end in range(len(parts), 0, -1):
            found = self.section("/".join(parts[:end]))
            if found is not None:
                return found, "/".join(parts[end:])
        return None


@cache
def load_schema(files: frozenset[str]) -> Schema:
    """The schema that these files (keys of SCHEMA_FILES) make together."""
    schema = Schema()
    for name in sorted(files, key=list(SCHEMA_FILES).index):
        for node in ET.fromstring(schema_text(name)).iterfind("sectionSchema"):
            _read_section(schema, node)
    return schema


def schema_text(name: str) -> str:
    stem = "webfarm_schema" if name == "webfarm" else f"{name}_schema"
    return (DATA / f"{stem}.xml").read_text(encoding="utf-8")


def _read_section(schema: Schema, node: ET.Element) -> None:
    path = node.attrib["name"]
    section = schema.sections.get(path.lower())
    if section is None:
        root = ElementSchema(path.rpartition("/")[2])
        section = SectionSchema(path, root, node.get("override", "Deny"))
        schema.sections[path.lower()] = section
    like = node.get("like")
    if like:
        section.root.collections = schema.sections[like.lower()].root.collections
    _read_element(section.root, node)


def _read_element(element: ElementSchema, node: ET.Element) -> None:
    for child in node:
        if child.tag == "attribute":
            attribute = _attribute(child)
            element.attributes[attribute.name.lower()] = attribute
        elif child.tag == "element":
            name = child.attrib["name"]
            _read_element(element.children.setdefault(name.lower(), ElementSchema(name)), child)
        elif child.tag == "collection":
            name = child.attrib["addElement"]
            collection = element.collections.get(name.lower())
            if collection is None:
                collection = CollectionSchema(
                    ElementSchema(name), child.get("clearElement", ""), child.get("removeElement", "")
                )
                element.collections[name.lower()] = collection
            _read_element(collection.member, child)


def _attribute(node: ET.Element) -> AttributeSchema:
    def flag(name: str) -> bool:
        return node.get(name) == "true"

    values = {child.attrib["name"]: int(child.attrib["value"]) for child in _either(node, ("enum", "flag"))}
    return AttributeSchema(
        node.attrib["name"], node.get("type", "string"), node.get("defaultValue"), flag("required"),
        flag("isUniqueKey"), flag("isCombinedKey"), node.get("validationType") == "nonEmptyString", values,
    )  # fmt: skip


def _either(node: ET.Element, tags: Iterable[str]) -> list[ET.Element]:
    return [child for child in node if child.tag in tags]
