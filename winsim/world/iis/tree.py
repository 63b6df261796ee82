"""Configuration elements in memory: what one file says, and the merge of what several files say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from winsim.world.iis.errors import ALREADY_EXISTS, INVALID_DATA, NOT_FOUND, ConfigurationError
from winsim.world.iis.schema import AttributeSchema, CollectionSchema, ElementSchema
from winsim.world.iis.values import Value, normalise, typed


class Element:
    """An element of a section. ``attributes`` holds only what is written; defaults come from the schema.

    ``members`` are its collection elements. ``cleared`` and ``removed`` are the directives of a deeper file against
    inherited members.
    """

    def __init__(self, schema: ElementSchema) -> None:
        self.schema = schema
        self.attributes: dict[str, str] = {}
        self.children: dict[str, Element] = {}
        self.members: list[Element] = []
        self.cleared = False
        self.removed: list[dict[str, str]] = []

    # reading ------------------------------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """The effective text of an attribute."""
        schema = self._attribute(name)
        return self.attributes.get(schema.name.lower(), schema.default or "")

    def value(self, name: str) -> Value:
        schema = self._attribute(name)
        return typed(schema, self.text(name))

    def is_set(self, name: str) -> bool:
        return name.lower() in self.attributes

    def child(self, name: str) -> Element:
        """A child element; where nothing is written it is there with its defaults."""
        key = name.lower()
        if key not in self.children:
            schema = self.schema.child(name)
            if schema is None:
                raise ConfigurationError(NOT_FOUND, f"Unrecognized element '{name}'\r\n")
            self.children[key] = Element(schema)
        return self.children[key]

    def all_children(self) -> Iterator[Element]:
        for name in self.schema.children:
            yield self.child(name)

    def of(self, tag: str) -> list[Element]:
        return [member for member in self.members if member.schema.name.lower() == tag.lower()]

    def member(self, tag: str = "", /, **keys: str) -> Element | None:
        """The collection element with these attributes, compared without regard to case."""
        wanted = {name: value.lower() for name, value in keys.items()}
        for member in self.of(tag) if tag else self.members:
            if all(member.text(name).lower() == value for name, value in wanted.items()):
                return member
        return None

    @property
    def is_empty(self) -> bool:
        return not (
            self.attributes
            or self.members
            or self.cleared
            or self.removed
            or any(not child.is_empty for child in self.children.values())
        )

    # changing -----------------------------------------------------------------------------------------------------

    def set(self, name: str, text: str, inherited: str | None = None) -> None:
        """Writes an attribute; one that equals what is inherited (the default) is not written."""
        schema = self._attribute(name)
        value = normalise(schema, text)
        base = inherited if inherited is not None else schema.default
        is_key = schema.unique_key or schema.combined_key or schema.required
        if base is not None and value == base and not is_key:
            self.attributes.pop(schema.name.lower(), None)
        else:
            self.attributes[schema.name.lower()] = value

    def clear_attribute(self, name: str) -> None:
        self.attributes.pop(self._attribute(name).name.lower(), None)

    def make_member(self, values: Mapping[str, str], tag: str = "") -> Element:
        """A new member of the collection, not added yet. Unknown attributes and missing keys are errors."""
        collection = self._collection(values, tag)
        member = Element(collection.member)
        for name, value in values.items():
            member.set(name, value)
        for attribute in collection.member.attributes.values():
            if attribute.required and attribute.name.lower() not in member.attributes:
                raise ConfigurationError(INVALID_DATA, f"Required attribute '{attribute.name}' not found\r\n")
        return member

    def add(self, member: Element, at: int | None = None) -> None:
        if self.same_as(member) is not None:
            raise ConfigurationError(ALREADY_EXISTS, self.duplicate_message(member))
        self.members.insert(len(self.members) if at is None else at, member)

    def same_as(self, member: Element) -> Element | None:
        """The member with the same key."""
        collection = self.schema.collection(member.schema.name)
        keys = collection.keys if collection else []
        if not keys:
            return None
        wanted = {key.name: member.text(key.name) for key in keys}
        return self.member(member.schema.name, **wanted)

    def duplicate_message(self, member: Element) -> str:
        collection = self.schema.collection(member.schema.name)
        keys = collection.keys if collection else []
        names = ", ".join(key.name for key in keys)
        values = ", ".join(member.text(key.name) for key in keys)
        kind = "unique key attribute" if len(keys) == 1 else "combined key attributes"
        shown = f"'{names}'" if len(keys) == 1 else f"'{names}' respectively"
        if len(keys) == 1:
            return (
                f"Cannot add duplicate collection entry of type '{member.schema.name}' with {kind} {shown} set to "
                f"'{values}'\r\n"
            )
        return (
            f"Cannot add duplicate collection entry of type '{member.schema.name}' with {kind} '{names}' "
            f"respectively set to '{values}'\r\n"
        )

    def _collection(self, values: Mapping[str, str], tag: str) -> CollectionSchema:
        if tag:
            found = self.schema.collection(tag)
        else:
            fitting = [c for c in self.schema.collections.values() if all(c.member.attribute(name) for name in values)]
            found = fitting[0] if fitting else self.schema.main_collection
        if found is None:
            raise ConfigurationError(NOT_FOUND, f"Element '{self.schema.name}' is not a collection\r\n")
        return found

    def _attribute(self, name: str) -> AttributeSchema:
        schema = self.schema.attribute(name)
        if schema is None:
            raise ConfigurationError(INVALID_DATA, f"Unrecognized attribute '{name}'\r\n")
        return schema

    # merging ------------------------------------------------------------------------------------------------------

    def copy(self) -> Element:
        other = Element(self.schema)
        other.attributes = dict(self.attributes)
        other.children = {name: child.copy() for name, child in self.children.items()}
        other.members = [member.copy() for member in self.members]
        return other

    def overlay(self, deeper: Element) -> None:
        """Applies what a deeper file says to this (effective) element."""
        self.attributes.update(deeper.attributes)
        if deeper.cleared:
            self.members = []
        for keys in deeper.removed:
            gone = self.member("", **{name: value for name, value in keys.items() if self._has_key(name)})
            if gone is not None:
                self.members.remove(gone)
        for member in deeper.members:
            present = self.same_as(member)
            if present is None:
                self.members.append(member.copy())
            else:
                present.overlay(member)
        for name, child in deeper.children.items():
            self.child(name).overlay(child)

    def _has_key(self, name: str) -> bool:
        return any(c.member.attribute(name) for c in self.schema.collections.values())

    # the file -----------------------------------------------------------------------------------------------------

    def read(self, node: ET.Element) -> None:
        for name, value in node.attrib.items():
            schema = self.schema.attribute(name)
            if schema is None:
                if name in ("lockAttributes", "lockItem", "lockElements", "lockAllAttributesExcept"):
                    continue
                raise ConfigurationError(INVALID_DATA, f"Unrecognized attribute '{name}'\r\n")
            self.attributes[name.lower()] = normalise(schema, value)
        for child in node:
            self._read_child(child)

    def _read_child(self, node: ET.Element) -> None:
        collection = self.schema.collection(node.tag)
        if collection is not None:
            member = Element(collection.member)
            member.read(node)
            self.members.append(member)
        elif self.schema.child(node.tag) is not None:
            self.child(node.tag).read(node)
        elif any(node.tag == c.clear for c in self.schema.collections.values()):
            self.cleared, self.members = True, []
        elif any(node.tag == c.remove for c in self.schema.collections.values()):
            self.removed.append(dict(node.attrib))
        else:
            raise ConfigurationError(INVALID_DATA, f"Unrecognized element '{node.tag}'\r\n")

    def write(self, node: ET.Element) -> None:
        """Fills an XML element that has the right tag."""
        for name, schema in self.schema.attributes.items():
            if name in self.attributes:
                node.set(schema.name, self.attributes[name])
        if self.cleared:
            ET.SubElement(node, "clear")
        for keys in self.removed:
            ET.SubElement(node, "remove", keys)
        for member in self.members:
            member.write(ET.SubElement(node, member.schema.name))
        for name, schema_of_child in self.schema.children.items():
            child = self.children.get(name)
            if child is not None and not child.is_empty:
                child.write(ET.SubElement(node, schema_of_child.name))
