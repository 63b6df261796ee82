"""System.Xml: members of elements, attribute collections, lists of nodes and namespace managers."""

from __future__ import annotations

from winsim.interpreter.net.xml_documents import (
    ATTRIBUTES,
    DECLARATION,
    ELEMENT,
    LIST,
    NAMES,
    NODE,
    OTHERS,
    SPACE,
    AttributeList,
    Namespaces,
    NodeList,
)
from winsim.interpreter.net.xml_making import made
from winsim.interpreter.net.xml_nodes import XMLNS, XmlNode
from winsim.interpreter.nettypes import Indexer
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL


def child_named(this: XmlNode, wanted: object) -> XmlNode | None:
    """``$node['name']``: the first child element of that name."""
    return next((one for one in this.children if one.kind == "Element" and one.name == to_text(wanted)), None)


NODE.indexer = Indexer(child_named, None, ("System.String",))
NODE.method("Item", "System.String")(child_named)

INSTRUCTION = next(one for one in OTHERS if one.name.endswith("XmlProcessingInstruction"))


@INSTRUCTION.property("Target")
def target(this: XmlNode) -> str:
    return this.name


@INSTRUCTION.property("Data", "System.String")
def data(this: XmlNode) -> str | None:
    return this.value


@INSTRUCTION.setter("Data")
def set_data(this: XmlNode, value: str) -> None:
    this.value = value


# -- elements and attributes ------------------------------------------------------------------------------------------


@ELEMENT.method("GetAttribute", "System.String", "System.String", optional=1)
def get_attribute(this: XmlNode, wanted: str, namespace: str | None = None) -> str:
    found = this.attribute(wanted, namespace)
    return found.value or "" if found is not None else ""


@ELEMENT.method("GetAttributeNode", "System.String")
def get_attribute_node(this: XmlNode, wanted: str) -> XmlNode | None:
    return this.attribute(wanted)


@ELEMENT.method("HasAttribute", "System.String", "System.String", optional=1)
def has_attribute(this: XmlNode, wanted: str, namespace: str | None = None) -> bool:
    return this.attribute(wanted, namespace) is not None


@ELEMENT.property("HasAttributes")
def has_attributes(this: XmlNode) -> bool:
    return bool(this.attributes)


@ELEMENT.property("IsEmpty", "System.Boolean")
def is_empty(this: XmlNode) -> bool:
    return this.self_closing and not this.children


@ELEMENT.setter("IsEmpty")
def set_is_empty(this: XmlNode, on: object) -> None:
    this.self_closing = bool(on)
    if on:
        for child in list(this.children):
            child.detach()


@ELEMENT.method("SetAttribute", "System.String", "System.String")
def set_attribute(this: XmlNode, wanted: str, text: str) -> object:
    found = this.attribute(wanted)
    if found is None:
        found = made(this.document or this, "Attribute", wanted, "", XMLNS if wanted.startswith("xmlns") else "")
        put_attribute(this, found)
    found.value = text or ""
    return AUTOMATION_NULL


@ELEMENT.method("SetAttribute", "System.String", "System.String", "System.String")
def set_attribute_in(this: XmlNode, wanted: str, namespace: str, text: str) -> str:
    found = this.attribute(wanted, namespace)
    if found is None:
        found = made(this.document or this, "Attribute", wanted, "", namespace)
        put_attribute(this, found)
    found.value = text
    return text


def put_attribute(this: XmlNode, attribute: XmlNode) -> XmlNode | None:
    """Adds or replaces; the one that was there before is returned."""
    old = this.attribute(attribute.name)
    attribute.parent = this
    if old is not None:
        this.attributes[this.attributes.index(old)] = attribute
        old.parent = None
    else:
        this.attributes.append(attribute)
    return old


@ELEMENT.method("SetAttributeNode", f"{SPACE}.XmlAttribute")
def set_attribute_node(this: XmlNode, attribute: XmlNode) -> XmlNode | None:
    return put_attribute(this, attribute)


@ELEMENT.method("RemoveAttribute", "System.String")
def remove_attribute(this: XmlNode, wanted: str) -> object:
    found = this.attribute(wanted)
    if found is not None:
        this.attributes.remove(found)
        found.parent = None
    return AUTOMATION_NULL


@ELEMENT.method("RemoveAllAttributes")
def remove_all_attributes(this: XmlNode) -> object:
    this.attributes.clear()
    return AUTOMATION_NULL


def declared(this: XmlNode, key: str) -> str:
    text = this.value or ""
    found = text.partition(f'{key}="')[2]
    return found.partition('"')[0]


for _key in ("Version", "Encoding", "Standalone"):

    @DECLARATION.property(_key)
    def declaration_part(this: XmlNode, key: str = _key.lower()) -> str:
        return declared(this, key)


# -- lists ------------------------------------------------------------------------------------------------------------


@LIST.property("Count")
def count(this: NodeList) -> int:
    return len(this.nodes)


@LIST.method("Item", "System.Int32")
def item(this: NodeList, index: object) -> XmlNode | None:
    at = int(to_text(index))
    return this.nodes[at] if 0 <= at < len(this.nodes) else None


LIST.indexer = Indexer(item, None, ("System.Int32",))


@ATTRIBUTES.property("Count")
def attribute_count(this: AttributeList) -> int:
    return len(this.element.attributes)


@ATTRIBUTES.method("GetNamedItem", "System.String")
def named_item(this: AttributeList, wanted: str) -> XmlNode | None:
    return this.element.attribute(wanted)


@ATTRIBUTES.method("RemoveNamedItem", "System.String")
def remove_named_item(this: AttributeList, wanted: str) -> XmlNode | None:
    found = this.element.attribute(wanted)
    remove_attribute(this.element, wanted)
    return found


@ATTRIBUTES.method("Remove", f"{SPACE}.XmlAttribute")
def remove_item(this: AttributeList, attribute: XmlNode) -> XmlNode | None:
    remove_attribute(this.element, attribute.name)
    return attribute


@ATTRIBUTES.method("RemoveAll")
def remove_items(this: AttributeList) -> object:
    this.element.attributes.clear()
    return AUTOMATION_NULL


for _verb in ("Append", "SetNamedItem"):

    @ATTRIBUTES.method(_verb, f"{SPACE}.XmlAttribute")
    def append_item(this: AttributeList, attribute: XmlNode) -> XmlNode:
        put_attribute(this.element, attribute)
        return attribute


@ATTRIBUTES.method("Prepend", f"{SPACE}.XmlAttribute")
def prepend_item(this: AttributeList, attribute: XmlNode) -> XmlNode:
    attribute.parent = this.element
    this.element.attributes.insert(0, attribute)
    return attribute


def attribute_at(this: AttributeList, key: object) -> XmlNode | None:
    if isinstance(key, int):
        return this.element.attributes[key] if 0 <= key < len(this.element.attributes) else None
    return this.element.attribute(to_text(key))


ATTRIBUTES.indexer = Indexer(attribute_at, None, ("System.Object",))


@NAMES.constructor("System.Object")
def new_names(table: object) -> Namespaces:
    return Namespaces()


@NAMES.method("AddNamespace", "System.String", "System.String")
def add_namespace(this: Namespaces, prefix_: str, uri: str) -> object:
    this.names[prefix_] = uri
    return AUTOMATION_NULL


@NAMES.method("LookupNamespace", "System.String")
def look_up_namespace(this: Namespaces, prefix_: str) -> str | None:
    return this.names.get(prefix_)


@NAMES.method("HasNamespace", "System.String")
def has_namespace(this: Namespaces, prefix_: str) -> bool:
    return prefix_ in this.names


TYPES = (LIST, ATTRIBUTES, NAMES)
