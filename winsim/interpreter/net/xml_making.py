"""How an XmlDocument makes nodes."""

from __future__ import annotations

from winsim.interpreter.net.xml_documents import DOCUMENT, SPACE
from winsim.interpreter.net.xml_nodes import XMLNS, XmlNode
from winsim.interpreter.nettypes import NetError, TypeDef


def made(document: XmlNode, kind: str, name: str = "", value: str | None = None, namespace: str = "") -> XmlNode:
    node = XmlNode(kind, name, value, namespace)
    node.document = document
    node.self_closing = True
    return node


@DOCUMENT.method("CreateElement", "System.String", "System.String", optional=1)
def create_element(this: XmlNode, name: str, namespace: str = "") -> XmlNode:
    if not name or " " in name:
        raise NetError(
            f"{SPACE}.XmlException", "The ' ' character, hexadecimal value 0x20, cannot be included in a name."
        )
    return made(this, "Element", name, None, namespace or "")


@DOCUMENT.method("CreateElement", "System.String", "System.String", "System.String")
def create_prefixed_element(this: XmlNode, prefix: str, name: str, namespace: str) -> XmlNode:
    return made(this, "Element", f"{prefix}:{name}" if prefix else name, None, namespace or "")


@DOCUMENT.method("CreateAttribute", "System.String", "System.String", optional=1)
def create_attribute(this: XmlNode, name: str, namespace: str = "") -> XmlNode:
    return made(this, "Attribute", name, "", namespace or (XMLNS if name.startswith("xmlns") else ""))


@DOCUMENT.method("CreateTextNode", "System.String")
def create_text(this: XmlNode, text: str) -> XmlNode:
    return made(this, "Text", value=text)


@DOCUMENT.method("CreateCDataSection", "System.String")
def create_cdata(this: XmlNode, text: str) -> XmlNode:
    return made(this, "CDATA", value=text)


@DOCUMENT.method("CreateComment", "System.String")
def create_comment(this: XmlNode, text: str) -> XmlNode:
    return made(this, "Comment", value=text)


@DOCUMENT.method("CreateWhitespace", "System.String")
def create_whitespace(this: XmlNode, text: str) -> XmlNode:
    return made(this, "Whitespace", value=text)


@DOCUMENT.method("CreateDocumentFragment")
def create_fragment(this: XmlNode) -> XmlNode:
    return made(this, "DocumentFragment")


@DOCUMENT.method("CreateProcessingInstruction", "System.String", "System.String")
def create_instruction(this: XmlNode, target: str, data: str) -> XmlNode:
    return made(this, "ProcessingInstruction", target, data)


@DOCUMENT.method("CreateXmlDeclaration", "System.String", "System.String", "System.String")
def create_declaration(this: XmlNode, version: str, encoding: str | None, standalone: str | None) -> XmlNode:
    parts = [f'version="{version}"']
    parts += [f'encoding="{encoding}"'] if encoding else []
    parts += [f'standalone="{standalone}"'] if standalone else []
    return made(this, "XmlDeclaration", value=" ".join(parts))


@DOCUMENT.method("ImportNode", f"{SPACE}.XmlNode", "System.Boolean")
def import_node(this: XmlNode, node: XmlNode, deep: bool) -> XmlNode:
    copy = node.clone(deep)
    copy.adopt(this)
    return copy


TYPES: tuple[TypeDef, ...] = ()  # the members above belong to XmlDocument
