"""The nodes of an XML document, as plain objects: structure, reading and writing text. No .NET surface here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from winsim.interpreter.nettypes import NetError
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, NetObject

NODE_TYPES = {
    "Element": 1, "Attribute": 2, "Text": 3, "CDATA": 4, "ProcessingInstruction": 7, "Comment": 8, "Document": 9,
    "DocumentFragment": 11, "Whitespace": 13, "XmlDeclaration": 17,
}  # fmt: skip
FIXED_NAMES = {
    "Text": "#text", "CDATA": "#cdata-section", "Comment": "#comment", "Document": "#document",
    "DocumentFragment": "#document-fragment", "Whitespace": "#whitespace", "XmlDeclaration": "xml",
}  # fmt: skip
CLASSES = {
    "Element": "XmlElement", "Attribute": "XmlAttribute", "Text": "XmlText", "CDATA": "XmlCDataSection",
    "ProcessingInstruction": "XmlProcessingInstruction", "Comment": "XmlComment", "Document": "XmlDocument",
    "DocumentFragment": "XmlDocumentFragment", "Whitespace": "XmlWhitespace", "XmlDeclaration": "XmlDeclaration",
}  # fmt: skip
LINKED = frozenset({"Element", "Text", "CDATA", "ProcessingInstruction", "Comment", "Whitespace", "XmlDeclaration"})
CHARACTERS = frozenset({"Text", "CDATA", "Comment", "Whitespace"})
XMLNS = "http://www.w3.org/2000/xmlns/"
XML = "http://www.w3.org/XML/1998/namespace"


class XmlError(Exception):
    """Text that is not well-formed; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class XmlNode(NetObject):
    """``name`` is qualified; ``value`` is the text of attributes, text, comments; ``attributes`` of elements only."""

    def __init__(self, kind: str, name: str = "", value: str | None = None, namespace: str = "") -> None:
        self.kind = kind
        self.name = name or FIXED_NAMES.get(kind, "")
        self.value = value
        self.namespace = namespace
        self.parent: XmlNode | None = None
        self.document: XmlNode | None = None
        self.children: list[XmlNode] = []
        self.attributes: list[XmlNode] = []
        self.preserve_whitespace = False  # documents
        self.self_closing = False  # elements: written <a /> when they hold nothing
        middle = ("System.Xml.XmlLinkedNode",) if kind in LINKED else ()
        middle = ("System.Xml.XmlCharacterData", *middle) if kind in CHARACTERS else middle
        self.type_names = (f"System.Xml.{CLASSES[kind]}", *middle, "System.Xml.XmlNode", "System.Object")

    @property
    def local_name(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        return self.name.rpartition(":")[0]

    @property
    def elements(self) -> list[XmlNode]:
        return [child for child in self.children if child.kind == "Element"]

    @property
    def document_element(self) -> XmlNode | None:
        return next(iter(self.elements), None)

    def attribute(self, name: str, namespace: str | None = None) -> XmlNode | None:
        for one in self.attributes:
            if namespace is None and one.name == name:
                return one
            if namespace is not None and one.local_name == name and one.namespace == namespace:
                return one
        return None

    def inner_text(self) -> str:
        if self.kind in (
            "Attribute",
            "Text",
            "CDATA",
            "Comment",
            "Whitespace",
            "ProcessingInstruction",
            "XmlDeclaration",
        ):
            return self.value or ""
        return "".join(
            child.inner_text() for child in self.children if child.kind not in ("Comment", "ProcessingInstruction")
        )

    def walk(self) -> Iterator[XmlNode]:
        for child in self.children:
            yield child
            yield from child.walk()

    def adopt(self, document: XmlNode | None) -> None:
        self.document = document
        for node in (*self.children, *self.attributes):
            node.adopt(document)

    def insert(self, node: XmlNode, at: int) -> None:
        node.parent = self
        self.children.insert(at, node)

    def append(self, node: XmlNode) -> XmlNode:
        self.insert(node, len(self.children))
        return node

    def detach(self) -> None:
        if self.parent is not None and self in self.parent.children:
            self.parent.children.remove(self)
        self.parent = None

    def index(self) -> int:
        """The place among the parent's children, by identity."""
        siblings = self.parent.children if self.parent is not None else []
        return next((at for at, one in enumerate(siblings) if one is self), -1)

    def clone(self, deep: bool) -> XmlNode:
        made = XmlNode(self.kind, self.name, self.value, self.namespace)
        made.document = self.document
        made.self_closing = self.self_closing
        for attribute in self.attributes:
            copy = attribute.clone(True)
            copy.parent = made
            made.attributes.append(copy)
        if deep:
            for child in self.children:
                made.append(child.clone(True))
        return made

    def look_up(self, prefix: str) -> str:
        """The namespace that a prefix stands for at this node; "" for none."""
        if prefix == "xml":
            return XML
        wanted = f"xmlns:{prefix}" if prefix else "xmlns"
        node: XmlNode | None = self
        while node is not None:
            found = node.attribute(wanted)
            if found is not None:
                return found.value or ""
            if node.prefix == prefix and node.kind == "Element" and node.namespace:
                return node.namespace
            node = node.parent
        return ""

    # What PowerShell's XML adapter shows: attributes and child elements as properties.

    def adapted_property(self, name: str) -> object:
        """Attributes and child elements of a name; a text-only element is its text. NotImplemented: none."""
        wanted = name.lower()
        if self.kind == "XmlDeclaration" or self.kind not in ("Element", "Document", "DocumentFragment"):
            return NotImplemented
        found = [self.shown(one) for one in self.attributes if matches(one, wanted)]
        found += [self.shown(one) for one in self.children if one.kind != "Whitespace" and matches(one, wanted)]
        if not found:
            return NotImplemented
        if len(found) == 1:
            return found[0]
        return Array(found)

    def set_adapted_property(self, name: str, new: object) -> object:
        """Only text can be set, and only on an attribute or an element that holds nothing but text."""
        wanted = name.lower()
        found = [one for one in (*self.attributes, *self.children) if matches(one, wanted)]
        if not found or self.kind not in ("Element", "Document"):
            from winsim.interpreter.members import net_property

            if net_property(self.type_names[0], wanted) is not None:
                return NotImplemented
            raise NetError(
                "System.Management.Automation.SetValueException",
                f"The property '{name}' cannot be found on this object. Verify that the property exists and can be "
                "set.",
            )
        node = found[0]
        if len(found) > 1 or any(child.kind == "Element" for child in node.children):
            raise NetError(
                "System.Management.Automation.SetValueException",
                f'Cannot set "{name}" because only strings can be used as values to set XmlNode properties.',
            )
        text = "" if new is None else to_text(new)
        if node.kind == "Element":
            for child in list(node.children):
                child.detach()
            content = XmlNode("Text", value=text)
            content.document = node.document
            node.append(content)
        else:
            node.value = text
        return None

    def adapted_names(self) -> list[str]:
        nodes = [*self.attributes, *(one for one in self.children if one.kind != "Whitespace")]
        return list(dict.fromkeys(one.local_name for one in nodes))

    @staticmethod
    def shown(node: XmlNode) -> object:
        if node.kind == "Attribute" or node.kind in ("Text", "CDATA", "Comment"):
            return node.value
        if node.kind == "Element" and not node.attributes:
            content = [child for child in node.children if child.kind != "Comment"]
            if not content:
                return ""
            if len(content) == 1 and content[0].kind == "Text":
                return content[0].value
        if node.kind == "XmlDeclaration":
            return node.value
        return node


def matches(node: XmlNode, wanted: str) -> bool:
    return node.local_name.lower() == wanted


# -- reading ----------------------------------------------------------------------------------------------------------


def parse_into(document: XmlNode, text: str) -> None:
    """Replaces the contents of a document. Raises XmlError."""
    reader = Reader(document.preserve_whitespace, document)
    children = reader.read(text)
    document.children = []
    for child in children:
        document.append(child)
    document.adopt(document)


def parse_fragment(owner: XmlNode, text: str) -> list[XmlNode]:
    """The nodes of the contents of an element, with the namespaces that hold at ``owner``."""
    names = {
        one.name: one.value or ""
        for node in ancestors(owner)
        for one in node.attributes
        if one.name.startswith("xmlns")
    }
    declared = "".join(f' {name}="{escape_attribute(value)}"' for name, value in names.items())
    document = XmlNode("Document")
    document.preserve_whitespace = True
    parse_into(document, f"<fragment{declared}>{text}</fragment>")
    root = document.document_element
    return list(root.children) if root is not None else []


def ancestors(node: XmlNode | None) -> list[XmlNode]:
    """The node and those above it, outermost first."""
    found: list[XmlNode] = []
    while node is not None:
        found.insert(0, node)
        node = node.parent
    return found


class Reader:
    """Builds nodes from the events of expat; entities of a document type are not expanded."""

    def __init__(self, preserve: bool, document: XmlNode) -> None:
        self.preserve = preserve
        self.root = XmlNode("DocumentFragment")
        self.stack = [self.root]
        self.scopes: list[dict[str, str]] = [{"xml": XML, "": ""}]
        self.text: list[str] = []
        self.cdata = False

    def read(self, text: str) -> list[XmlNode]:
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text.append
        parser.CommentHandler = self.comment
        parser.ProcessingInstructionHandler = self.instruction
        parser.StartCdataSectionHandler = self.open_cdata
        parser.EndCdataSectionHandler = self.close_cdata
        parser.XmlDeclHandler = self.declaration
        parser.EntityDeclHandler = refuse_entity
        self.parser = parser
        self.source = text.encode("utf-8", "surrogatepass")
        try:
            parser.Parse(re.sub(rb"^(<\?xml[^>]*?)\s+encoding=(\"[^\"]*\"|'[^']*')", rb"\1", self.source), True)
        except expat.ExpatError as problem:
            raise XmlError(describe(problem, text), problem.lineno, problem.offset + 1) from None
        self.flush()
        if self.declared is not None:
            self.root.children.insert(0, self.declared)
        return list(self.root.children)

    declared: XmlNode | None = None

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        found = re.match(rb"\s*<\?xml[^>]*?encoding=[\"']([^\"']*)[\"']", self.source)
        parts = [f'version="{version}"']
        if found:
            parts.append(f'encoding="{found[1].decode()}"')
        if standalone >= 0:
            parts.append(f'standalone="{"yes" if standalone else "no"}"')
        self.declared = XmlNode("XmlDeclaration", value=" ".join(parts))

    def flush(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        if not text:
            return
        parent = self.stack[-1]
        if self.cdata:
            parent.append(XmlNode("CDATA", value=text))
        elif text.strip(" \t\r\n"):
            parent.append(XmlNode("Text", value=text))
        elif self.preserve:
            parent.append(XmlNode("Whitespace", value=text))

    def start(self, name: str, attributes: list[str]) -> None:
        self.flush()
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        scope = dict(self.scopes[-1])
        for key, value in pairs:
            if key == "xmlns" or key.startswith("xmlns:"):
                scope[key.partition(":")[2]] = value
        self.scopes.append(scope)
        element = XmlNode("Element", name, None, self.namespace_of(name, scope))
        for key, value in pairs:
            is_declaration = key == "xmlns" or key.startswith("xmlns:")
            prefix = key.rpartition(":")[0]
            space = XMLNS if is_declaration else (self.namespace_of(key, scope) if prefix else "")
            attribute = XmlNode("Attribute", key, value, space)
            attribute.parent = element
            element.attributes.append(attribute)
        at = self.parser.CurrentByteIndex
        closing = self.source.find(b">", at)
        element.self_closing = (
            self.source[closing - 1 : closing] == b"/" if b'"' not in self.source[at:closing] else self.ends_empty(at)
        )
        self.stack[-1].append(element)
        self.stack.append(element)

    def ends_empty(self, at: int) -> bool:
        """Whether the tag that starts here ends with />; quoted values may hold >."""
        found = re.compile(rb"<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*(/?)>").match(self.source, at)
        return bool(found and found[1])

    def namespace_of(self, name: str, scope: dict[str, str]) -> str:
        prefix = name.rpartition(":")[0]
        if prefix and prefix not in scope:
            line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 2
            raise XmlError(f"'{prefix}' is an undeclared prefix. Line {line}, position {column}.", line, column)
        return scope.get(prefix, "")

    def end(self, name: str) -> None:
        self.flush()
        self.stack.pop()
        self.scopes.pop()

    def comment(self, text: str) -> None:
        self.flush()
        self.stack[-1].append(XmlNode("Comment", value=text))

    def instruction(self, target: str, data: str) -> None:
        self.flush()
        self.stack[-1].append(XmlNode("ProcessingInstruction", target, data))

    def open_cdata(self) -> None:
        self.flush()
        self.cdata = True

    def close_cdata(self) -> None:
        self.flush()
        self.cdata = False


def refuse_entity(*_: object) -> None:
    raise XmlError("For security reasons DTD is prohibited in this XML document.")


def describe(problem: expat.ExpatError, text: str) -> str:
    """The error in .NET's words where they are known."""
    line, column = problem.lineno, problem.offset + 1
    messages = {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "Root element is missing.",
        expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: "There are multiple root elements."
        f" Line {line}, position {column + 1}.",
        expat.errors.codes[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "Duplicate attribute name."
        f" Line {line}, position {column}.",
    }
    if problem.code == expat.errors.codes[expat.errors.XML_ERROR_SYNTAX] and not text.lstrip().startswith("<"):
        return f"Data at the root level is invalid. Line {line}, position {column}."
    known = messages.get(problem.code)
    detail = expat.ErrorString(problem.code) or "not well-formed"
    return known or f"{detail[:1].upper()}{detail[1:]}. Line {line}, position {column}."


# -- writing ----------------------------------------------------------------------------------------------------------


def escape_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    escaped = escape_text(text).replace('"', "&quot;")
    return escaped.replace("\r", "&#xD;").replace("\n", "&#xA;").replace("\t", "&#x9;")


def write(node: XmlNode) -> str:
    """OuterXml: no white space but that of the nodes."""
    kind = node.kind
    if kind == "Element":
        body = inner(node)
        empty = not node.children and node.self_closing
        return f"{open_tag(node)} />" if empty else f"{open_tag(node)}>{body}</{node.name}>"
    if kind == "Attribute":
        return f'{node.name}="{escape_attribute(node.value or "")}"'
    if kind == "Text":
        return escape_text(node.value or "")
    if kind == "CDATA":
        return f"<![CDATA[{node.value}]]>"
    if kind == "Comment":
        return f"<!--{node.value}-->"
    if kind == "Whitespace":
        return node.value or ""
    if kind == "XmlDeclaration":
        return f"<?xml {node.value}?>"
    if kind == "ProcessingInstruction":
        return f"<?{node.name} {node.value}?>" if node.value else f"<?{node.name}?>"
    return inner(node)


def inner(node: XmlNode) -> str:
    if node.kind in ("Attribute",):
        return escape_attribute(node.value or "")
    return "".join(write(child) for child in node.children)


def open_tag(node: XmlNode) -> str:
    written = [write(one) for one in node.attributes]
    names = {one.name for one in node.attributes}
    wanted = f"xmlns:{node.prefix}" if node.prefix else "xmlns"
    above = node.parent.look_up(node.prefix) if node.parent is not None else ""
    if wanted not in names and node.namespace != above and node.prefix != "xml":
        written.append(f'{wanted}="{escape_attribute(node.namespace)}"')
    return " ".join([f"<{node.name}", *written])


def indented(node: XmlNode, depth: int = 0, unit: str = "  ", newline: str = "\r\n") -> str:
    """As Save writes: every element on a line of its own unless it holds text."""
    if node.kind in ("Document", "DocumentFragment"):
        return newline.join(indented(child, 0, unit, newline) for child in node.children)
    pad = unit * depth
    if (
        node.kind != "Element"
        or not node.children
        or any(c.kind in ("Text", "CDATA", "Whitespace") for c in node.children)
    ):
        if node.kind == "Element" and not node.children and not node.self_closing:
            return f"{pad}{open_tag(node)}>{newline}{pad}</{node.name}>"
        return pad + write(node)
    body = newline.join(indented(child, depth + 1, unit, newline) for child in node.children)
    return f"{pad}{open_tag(node)}>{newline}{body}{newline}{pad}</{node.name}>"
