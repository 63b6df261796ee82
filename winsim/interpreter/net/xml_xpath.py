"""XPath 1.0 over the nodes: libxml2 does the work on a copy, and its answers are led back to our nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from winsim.interpreter.net.xml_nodes import XMLNS, XmlNode, ancestors

Answer = list[XmlNode] | str | float | bool


class XPathError(Exception):
    pass


class Mirror:
    """A document as an lxml tree, with the way back from its nodes."""

    def __init__(self, root: XmlNode) -> None:
        self.nodes: dict[etree._Element, XmlNode] = {}
        self.elements: dict[int, etree._Element] = {}
        self.texts: dict[tuple[etree._Element, bool], XmlNode] = {}
        top = root.document_element if root.kind in ("Document", "DocumentFragment") else root
        self.top = self.build(top) if top is not None else None
        if self.top is not None and top is not None and root.kind == "Document":
            self.add_outside(root, top)

    def build(self, node: XmlNode) -> etree._Element:
        names: dict[str | None, str | None] = {
            one.name.partition(":")[2] or None: one.value for one in node.attributes if one.namespace == XMLNS
        }
        if node.namespace and names.get(node.prefix or None) != node.namespace:
            names[node.prefix or None] = node.namespace
        made = etree.Element(tag_of(node), nsmap=declared_names(names))
        for attribute in node.attributes:
            if attribute.namespace != XMLNS:
                made.set(tag_of(attribute), attribute.value or "")
        self.remember(made, node)
        last: etree._Element | None = None
        for child in node.children:
            last = self.add_child(made, last, child)
        return made

    def add_child(self, parent: etree._Element, last: etree._Element | None, child: XmlNode) -> etree._Element | None:
        if child.kind in ("Text", "CDATA", "Whitespace"):
            if last is None:
                parent.text = (parent.text or "") + (child.value or "")
                self.texts.setdefault((parent, False), child)
            else:
                last.tail = (last.tail or "") + (child.value or "")
                self.texts.setdefault((last, True), child)
            return last
        made = self.make(child)
        if made is None:
            return last
        parent.append(made)
        return made

    def make(self, child: XmlNode) -> etree._Element | None:
        if child.kind == "Element":
            return self.build(child)
        if child.kind == "Comment":
            made: etree._Element = etree.Comment(child.value or "")
        elif child.kind == "ProcessingInstruction":
            made = etree.ProcessingInstruction(child.name, child.value or "")
        else:
            return None
        self.remember(made, child)
        return made

    def add_outside(self, root: XmlNode, top: XmlNode) -> None:
        """Comments and instructions before and after the root element."""
        assert self.top is not None
        before = True
        for child in root.children:
            if child is top:
                before = False
                continue
            made = self.make(child)
            if made is not None and before:
                self.top.addprevious(made)
            elif made is not None:
                self.top.addnext(made)

    def remember(self, made: etree._Element, node: XmlNode) -> None:
        self.nodes[made] = node
        self.elements[id(node)] = made

    def back(self, found: object) -> XmlNode | None:
        if isinstance(found, etree._Element):
            return self.nodes.get(found)
        parent = found.getparent() if hasattr(found, "getparent") else None
        if parent is None:
            return None
        if getattr(found, "is_attribute", False):
            owner = self.nodes[parent]
            name = found.attrname  # type: ignore[attr-defined]
            return next((one for one in owner.attributes if tag_of(one) == name), None)
        return self.texts.get((parent, bool(getattr(found, "is_tail", False))))


def declared_names(names: Mapping[str | None, str | None]) -> dict[str, str]:
    """lxml's map of prefixes; the default namespace has the prefix None, which its stubs do not know."""
    return {key: value for key, value in names.items() if value}  # type: ignore[misc]


def tag_of(node: XmlNode) -> str:
    return f"{{{node.namespace}}}{node.local_name}" if node.namespace else node.local_name


FUNCTION = re.compile(r"[A-Za-z_][\w.:-]*\s*\(")
NODE_TEST = re.compile(r"(?:node|text|comment|processing-instruction)\s*\(")


def from_document(expression: str) -> str:
    """The same expression with relative paths made absolute: lxml starts them at the root element, not above it."""
    return "|".join(made_absolute(part) for part in unions(expression))


def made_absolute(path: str) -> str:
    text = path.strip()
    if not text or text[0] in "/('\"$-" or text[0].isdigit():
        return path
    if FUNCTION.match(text) and not NODE_TEST.match(text):
        return path
    if text == ".":
        return "/"
    return text[1:] if text.startswith("./") else f"/{text}"


def unions(expression: str) -> list[str]:
    """The operands of ``|`` outside of brackets and quotes."""
    parts, depth, quote, current = [], 0, "", ""
    for char in expression:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        depth += (char in "([") - (char in ")]") if not quote else 0
        if char == "|" and not depth and not quote:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current]


def evaluate(context: XmlNode, expression: str, namespaces: Mapping[str, str] | None = None) -> Answer:
    """Nodes in document order, or the text, number or truth that the expression gives. Raises XPathError."""
    root = ancestors(context)[0]
    mirror = Mirror(root)
    if mirror.top is None:
        return []
    try:
        written = from_document(expression) if context.kind == "Document" else expression
        compiled = etree.XPath(written, namespaces=dict(namespaces or {}) or None)
        start = mirror.elements.get(id(context))
        if context.kind == "Document":
            found = compiled(mirror.top.getroottree())
        elif context.kind == "Attribute" or start is None:
            return []
        else:
            found = compiled(start)
    except etree.XPathError as problem:
        raise XPathError(str(problem)) from None
    if not isinstance(found, list):
        return found if isinstance(found, bool | float | str) else str(found)
    if context.kind == "Document" and expression.strip() == "/":
        return [root]
    nodes = [mirror.back(one) for one in found]
    return [one for one in nodes if one is not None]
