"""System.Xml: documents, elements, attributes, lists of nodes, namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.frames import Frame
from winsim.interpreter.net.xml_nodes import (
    NODE_TYPES,
    XmlError,
    XmlNode,
    indented,
    inner,
    parse_fragment,
    parse_into,
    write,
)
from winsim.interpreter.net.xml_xpath import XPathError, evaluate
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SPACE = "System.Xml"
INVALID = "System.InvalidOperationException"
ARGUMENT = "System.ArgumentException"


class NodeList(NetObject):
    def __init__(self, nodes: list[XmlNode], type_name: str = "System.Xml.XmlChildNodes") -> None:
        self.nodes = nodes
        self.type_names = (type_name, "System.Xml.XmlNodeList", "System.Object")


class AttributeList(NetObject):
    type_names = (f"{SPACE}.XmlAttributeCollection", f"{SPACE}.XmlNamedNodeMap", "System.Object")

    def __init__(self, element: XmlNode) -> None:
        self.element = element


class Namespaces(NetObject):
    type_names = (f"{SPACE}.XmlNamespaceManager", "System.Object")

    def __init__(self) -> None:
        self.names: dict[str, str] = {}


NODE = TypeDef(f"{SPACE}.XmlNode", python=(XmlNode,))
DOCUMENT = TypeDef(f"{SPACE}.XmlDocument", accelerators=("xml",), base=NODE.name)
ELEMENT = TypeDef(f"{SPACE}.XmlElement", base=f"{SPACE}.XmlLinkedNode")
LINKED = TypeDef(f"{SPACE}.XmlLinkedNode", base=NODE.name)
ATTRIBUTE = TypeDef(f"{SPACE}.XmlAttribute", base=NODE.name)
CHARACTERS = TypeDef(f"{SPACE}.XmlCharacterData", base=LINKED.name)
OTHERS = (
    CHARACTERS,
    TypeDef(f"{SPACE}.XmlProcessingInstruction", base=LINKED.name),
    *(
        TypeDef(f"{SPACE}.{name}", base=CHARACTERS.name)
        for name in ("XmlText", "XmlCDataSection", "XmlComment", "XmlWhitespace")
    ),
)
DECLARATION = TypeDef(f"{SPACE}.XmlDeclaration", base=LINKED.name)
FRAGMENT = TypeDef(f"{SPACE}.XmlDocumentFragment", base=NODE.name)
LIST = TypeDef(f"{SPACE}.XmlNodeList", python=(NodeList,), enumerate=lambda this: list(this.nodes))
LISTS = tuple(
    TypeDef(f"{SPACE}.{name}", base=LIST.name) for name in ("XmlChildNodes", "XPathNodeList", "XmlElementList")
)
ATTRIBUTES = TypeDef(
    AttributeList.type_names[0], python=(AttributeList,), enumerate=lambda this: list(this.element.attributes)
)
NAMES = TypeDef(Namespaces.type_names[0], python=(Namespaces,))


NODE.to_text = lambda this: this.type_names[0] if this.kind == "Document" else this.local_name


def new_document(preserve: bool = False) -> XmlNode:
    made = XmlNode("Document")
    made.document = made
    made.preserve_whitespace = preserve
    return made


def xml_error(problem: XmlError) -> NetError:
    facts = {"LineNumber": problem.line, "LinePosition": problem.column}
    return NetError(f"{SPACE}.XmlException", str(problem), None, facts)


def convert_document(value: object) -> XmlNode:
    if isinstance(value, XmlNode) and value.kind == "Document":
        return value
    text = "".join(f"{to_text(line)}\n" for line in value) if isinstance(value, list) else to_text(value)
    made = new_document()
    try:
        parse_into(made, text)
    except XmlError as problem:
        raise xml_error(problem) from None
    return made


DOCUMENT.convert = convert_document


@DOCUMENT.constructor()
def create() -> XmlNode:
    return new_document()


@DOCUMENT.method("LoadXml", "System.String")
def load_xml(this: XmlNode, text: str) -> object:
    try:
        parse_into(this, text)
    except XmlError as problem:
        raise xml_error(problem) from None
    return AUTOMATION_NULL


@DOCUMENT.method("Load", "System.String", needs_session=True)
def load(this: XmlNode, session: Session, path: str) -> object:
    entry = session.host.files.find(path)
    if entry is None:
        raise NetError("System.IO.FileNotFoundException", f"Could not find file '{path}'.")
    data = bytes(entry.content)
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    return load_xml(this, text)


@DOCUMENT.method("Save", "System.Object", needs_session=True)
def save(this: XmlNode, session: Session, target: object) -> object:
    from winsim.interpreter.methods import call_method

    text = write(this) if this.preserve_whitespace else indented(this)
    if not isinstance(target, str):
        frame = Frame(session, session.scope, lambda value: None)
        call_method(frame, target, "Write", [text])
        return AUTOMATION_NULL
    with session.world.lock:
        declared = any(child.kind == "XmlDeclaration" for child in this.children)
        session.host.files.write(target, (b"\xef\xbb\xbf" if declared else b"") + text.encode())
        session.world.touch()
    return AUTOMATION_NULL


@DOCUMENT.property("DocumentElement")
def document_element(this: XmlNode) -> XmlNode | None:
    return this.document_element


@DOCUMENT.property("PreserveWhitespace", "System.Boolean")
def preserve_whitespace(this: XmlNode) -> bool:
    return this.preserve_whitespace


@DOCUMENT.setter("PreserveWhitespace")
def set_preserve_whitespace(this: XmlNode, value: object) -> None:
    this.preserve_whitespace = bool(value)


@DOCUMENT.property("NameTable")
def name_table(this: XmlNode) -> object:
    return this


# -- structure --------------------------------------------------------------------------------------------------------


def check_place(this: XmlNode, node: XmlNode) -> None:
    if this.kind not in ("Element", "Document", "DocumentFragment"):
        raise NetError(
            INVALID,
            "The specified node cannot be inserted as the valid child of this node, because the specified node is the "
            "wrong type.",
        )
    owner = this if this.kind == "Document" else this.document
    if node.document is not owner and owner is not None:
        raise NetError(ARGUMENT, "The node to be inserted is from a different document context.")
    if this.kind == "Document" and node.kind == "Element" and any(one is not node for one in this.elements):
        raise NetError(INVALID, "This document already has a 'DocumentElement' node.")


def place(this: XmlNode, node: XmlNode, at: int) -> XmlNode:
    check_place(this, node)
    incoming = list(node.children) if node.kind == "DocumentFragment" else [node]
    for offset, one in enumerate(incoming):
        one.detach()
        this.insert(one, min(at + offset, len(this.children)))
    return node


@NODE.method("AppendChild", f"{SPACE}.XmlNode")
def append_child(this: XmlNode, node: XmlNode) -> XmlNode:
    return place(this, node, len(this.children))


@NODE.method("PrependChild", f"{SPACE}.XmlNode")
def prepend_child(this: XmlNode, node: XmlNode) -> XmlNode:
    return place(this, node, 0)


def position(this: XmlNode, reference: XmlNode) -> int:
    if reference.parent is not this:
        raise NetError(ARGUMENT, "The reference node is not a child of this node.")
    return reference.index()


@NODE.method("InsertBefore", f"{SPACE}.XmlNode", f"{SPACE}.XmlNode")
def insert_before(this: XmlNode, node: XmlNode, reference: XmlNode | None) -> XmlNode:
    if reference is None:
        return append_child(this, node)
    node.detach()
    return place(this, node, position(this, reference))


@NODE.method("InsertAfter", f"{SPACE}.XmlNode", f"{SPACE}.XmlNode")
def insert_after(this: XmlNode, node: XmlNode, reference: XmlNode | None) -> XmlNode:
    if reference is None:
        return prepend_child(this, node)
    node.detach()
    return place(this, node, position(this, reference) + 1)


@NODE.method("RemoveChild", f"{SPACE}.XmlNode")
def remove_child(this: XmlNode, node: XmlNode) -> XmlNode:
    if node.parent is not this:
        raise NetError(ARGUMENT, "The node to be removed is not a child of this node.")
    node.detach()
    return node


@NODE.method("ReplaceChild", f"{SPACE}.XmlNode", f"{SPACE}.XmlNode")
def replace_child(this: XmlNode, new: XmlNode, old: XmlNode) -> XmlNode:
    at = position(this, old)
    old.detach()
    place(this, new, at)
    return old


@NODE.method("RemoveAll")
def remove_all(this: XmlNode) -> object:
    for child in list(this.children):
        child.detach()
    if this.kind == "Element":
        this.attributes.clear()
    return AUTOMATION_NULL


@NODE.method("CloneNode", "System.Boolean")
def clone_node(this: XmlNode, deep: bool) -> XmlNode:
    return this.clone(deep)


@NODE.method("Clone")
def clone(this: XmlNode) -> XmlNode:
    return this.clone(True)


@NODE.property("NodeType")
def node_type(this: XmlNode) -> EnumValue:
    return EnumValue(f"{SPACE}.XmlNodeType", this.kind, NODE_TYPES[this.kind])


@NODE.property("Name")
def name(this: XmlNode) -> str:
    return this.name


@NODE.property("LocalName")
def local_name(this: XmlNode) -> str:
    return this.local_name


@NODE.property("Prefix")
def prefix(this: XmlNode) -> str:
    return this.prefix


@NODE.property("NamespaceURI")
def namespace_uri(this: XmlNode) -> str:
    return this.namespace


@NODE.property("Value", "System.String")
def value(this: XmlNode) -> str | None:
    return this.value


@NODE.setter("Value")
def set_value(this: XmlNode, text: object) -> None:
    if this.kind in ("Element", "Document", "DocumentFragment"):
        raise NetError(INVALID, f"Cannot set a value on node type '{this.kind}'.")
    this.value = "" if text is None else to_text(text)


@NODE.property("ParentNode")
def parent_node(this: XmlNode) -> XmlNode | None:
    return None if this.kind == "Attribute" else this.parent


@NODE.property("OwnerDocument")
def owner_document(this: XmlNode) -> XmlNode | None:
    return None if this.kind == "Document" else this.document


@ATTRIBUTE.property("OwnerElement")
def owner_element(this: XmlNode) -> XmlNode | None:
    return this.parent


@NODE.property("ChildNodes")
def child_nodes(this: XmlNode) -> NodeList:
    return NodeList(this.children)


@NODE.property("FirstChild")
def first_child(this: XmlNode) -> XmlNode | None:
    return this.children[0] if this.children else None


@NODE.property("LastChild")
def last_child(this: XmlNode) -> XmlNode | None:
    return this.children[-1] if this.children else None


@NODE.property("HasChildNodes")
def has_child_nodes(this: XmlNode) -> bool:
    return bool(this.children)


def sibling(this: XmlNode, step: int) -> XmlNode | None:
    if this.parent is None or this.kind == "Attribute":
        return None
    at = this.index() + step
    return this.parent.children[at] if 0 <= at < len(this.parent.children) else None


@NODE.property("NextSibling")
def next_sibling(this: XmlNode) -> XmlNode | None:
    return sibling(this, 1)


@NODE.property("PreviousSibling")
def previous_sibling(this: XmlNode) -> XmlNode | None:
    return sibling(this, -1)


@NODE.property("InnerText", "System.String")
def inner_text(this: XmlNode) -> str:
    return this.inner_text()


@NODE.setter("InnerText")
def set_inner_text(this: XmlNode, text: object) -> None:
    if this.kind != "Element":
        set_value(this, text)
        return
    for child in list(this.children):
        child.detach()
    content = "" if text is None else to_text(text)
    this.append(made_text(this, content))


def made_text(this: XmlNode, text: str) -> XmlNode:
    node = XmlNode("Text", value=text)
    node.document = this.document
    return node


@NODE.property("InnerXml", "System.String")
def inner_xml(this: XmlNode) -> str:
    return inner(this)


@NODE.setter("InnerXml")
def set_inner_xml(this: XmlNode, text: object) -> None:
    content = to_text(text)
    if this.kind == "Document":
        load_xml(this, content)
        return
    try:
        nodes = parse_fragment(this, content)
    except XmlError as problem:
        raise xml_error(problem) from None
    for child in list(this.children):
        child.detach()
    for node in nodes:
        node.detach()
        this.append(node)
        node.adopt(this.document)


@NODE.property("OuterXml")
def outer_xml(this: XmlNode) -> str:
    return write(this)


@NODE.property("IsReadOnly")
def is_read_only(this: XmlNode) -> bool:
    return False


@NODE.property("BaseURI")
def base_uri(this: XmlNode) -> str:
    return ""


@NODE.property("Attributes")
def attributes(this: XmlNode) -> AttributeList | None:
    return AttributeList(this) if this.kind == "Element" else None


@NODE.method("GetNamespaceOfPrefix", "System.String")
def namespace_of_prefix(this: XmlNode, wanted: str) -> str:
    return this.look_up(wanted)


# -- XPath ------------------------------------------------------------------------------------------------------------


def selected(this: XmlNode, expression: str, names: Namespaces | None) -> list[XmlNode]:
    try:
        found = evaluate(this, expression, names.names if names is not None else None)
    except XPathError as problem:
        text = "Namespace Manager or XsltContext needed. This query has a prefix, variable, or user-defined function."
        known = "Undefined namespace prefix" in str(problem)
        message = text if known else f"'{expression}' has an invalid token."
        raise NetError(f"{SPACE}.XPath.XPathException", message) from None
    if not isinstance(found, list):
        raise NetError(f"{SPACE}.XPath.XPathException", "Expression must evaluate to a node-set.")
    return found


@NODE.method("SelectNodes", "System.String", f"{SPACE}.XmlNamespaceManager", optional=1)
def select_nodes(this: XmlNode, expression: str, names: Namespaces | None = None) -> NodeList:
    return NodeList(selected(this, expression, names), f"{SPACE}.XPathNodeList")


@NODE.method("SelectSingleNode", "System.String", f"{SPACE}.XmlNamespaceManager", optional=1)
def select_single_node(this: XmlNode, expression: str, names: Namespaces | None = None) -> XmlNode | None:
    return next(iter(selected(this, expression, names)), None)


def by_tag(this: XmlNode, wanted: str) -> NodeList:
    found = [one for one in this.walk() if one.kind == "Element" and wanted in ("*", one.name)]
    return NodeList(found, f"{SPACE}.XmlElementList")


for _owner in (DOCUMENT, ELEMENT):

    @_owner.method("GetElementsByTagName", "System.String")
    def get_elements(this: XmlNode, wanted: str) -> NodeList:
        return by_tag(this, wanted)


TYPES = (DOCUMENT, LINKED, ELEMENT, ATTRIBUTE, *OTHERS, DECLARATION, FRAGMENT, NODE, *LISTS)
