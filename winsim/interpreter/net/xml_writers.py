"""XmlWriter, XmlTextWriter, XmlWriterSettings and XmlConvert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from winsim.interpreter.net.date_format import format_date
from winsim.interpreter.net.date_parse import Styles, parse_date
from winsim.interpreter.net.dates import guarded
from winsim.interpreter.net.datetimes import DateTime, TimeSpan
from winsim.interpreter.net.encodings import Encoding, StringBuilder
from winsim.interpreter.net.number_parse import parse_decimal, parse_double, parse_integer
from winsim.interpreter.net.paths import absolute
from winsim.interpreter.net.paths import write as write_file
from winsim.interpreter.net.streams import Stream, Writer
from winsim.interpreter.net.xml_documents import DOCUMENT, NODE
from winsim.interpreter.net.xml_nodes import XmlNode, escape_attribute, inner, open_tag, write
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SPACE = "System.Xml."
FORMATTING = SPACE + "Formatting"


class Settings(NetObject):
    type_names = (SPACE + "XmlWriterSettings", "System.Object")

    def __init__(self) -> None:
        self.indent = False
        self.indent_chars = "  "
        self.new_line_chars = "\r\n"
        self.omit_xml_declaration = False
        self.new_line_on_attributes = False
        self.close_output = False
        self.check_characters = True
        self.encoding = Encoding("UTF8")


SETTINGS = TypeDef(SPACE + "XmlWriterSettings", python=(Settings,))
SETTINGS.constructor()(Settings)
SETTINGS.attribute(
    "Indent",
    "IndentChars",
    "NewLineChars",
    "OmitXmlDeclaration",
    "NewLineOnAttributes",
    "CloseOutput",
    "CheckCharacters",
    "Encoding",
    readonly=False,
)

HOLDS_TEXT = ("Text", "CDATA", "Whitespace")


def layout(node: XmlNode, settings: Settings, depth: int = 0) -> str:
    """One node and what is in it, as the settings want it."""
    if node.kind != "Element" or not settings.indent:
        return write(node)
    head = head_text(node, settings, depth)
    if not node.children:
        return head + (" />" if node.self_closing else f"></{node.name}>")
    if any(child.kind in HOLDS_TEXT for child in node.children):
        return f"{head}>{inner(node)}</{node.name}>"
    pad = settings.new_line_chars + settings.indent_chars * depth
    body = "".join(f"{pad}{settings.indent_chars}{layout(child, settings, depth + 1)}" for child in node.children)
    return f"{head}>{body}{pad}</{node.name}>"


def head_text(node: XmlNode, settings: Settings, depth: int) -> str:
    if not settings.new_line_on_attributes or not node.attributes:
        return open_tag(node)
    pad = settings.new_line_chars + settings.indent_chars * (depth + 1)
    return f"<{node.name}" + "".join(f'{pad}{a.name}="{escape_attribute(a.value or "")}"' for a in node.attributes)


class XmlWriter(NetObject):
    """Builds nodes, and writes them to its target when it is flushed."""

    def __init__(self, target: object, settings: Settings, kind: str = "XmlWriter") -> None:
        self.type_names = (SPACE + kind, SPACE + "XmlWriter", "System.Object")
        self.target = target
        self.settings = settings
        self.document = XmlNode("Document")
        self.document.document = self.document
        self.stack: list[XmlNode] = [self.document]
        self.declared = False
        self.written = 0
        self.closed = False

    def add(self, node: XmlNode) -> XmlNode:
        node.document = self.document
        self.stack[-1].append(node)
        return node

    def start(self, name: str, namespace: str = "") -> None:
        made = self.add(XmlNode("Element", name, None, namespace))
        made.self_closing = True
        self.stack.append(made)

    def end(self, full: bool = False) -> None:
        if len(self.stack) == 1:
            raise NetError("System.InvalidOperationException", "There was no XML start tag open.")
        node = self.stack.pop()
        if full:
            node.self_closing = False

    def text(self) -> str:
        """What has been written so far."""
        pieces = []
        if not self.settings.omit_xml_declaration and (self.declared or isinstance(self.settings, Settings)):
            pieces.append(f'<?xml version="1.0" encoding="{self.encoding_name}"?>')
        pieces += [layout(child, self.settings) for child in self.document.children if child.kind != "XmlDeclaration"]
        return (self.settings.new_line_chars if self.settings.indent else "").join(pieces)

    @property
    def encoding_name(self) -> str:
        in_memory = isinstance(self.target, StringBuilder) or (
            isinstance(self.target, Writer) and isinstance(self.target.target, StringBuilder)
        )
        return "utf-16" if in_memory else self.settings.encoding.web_name

    def flush(self) -> None:
        """Writes what is new; an unfinished element waits."""
        if len(self.stack) > 1 and not self.closed:
            return
        text = self.text()
        fresh, self.written = text[self.written :], len(text)
        if isinstance(self.target, StringBuilder):
            self.target.append(fresh)
        elif isinstance(self.target, Writer):
            self.target.put(fresh)
        elif isinstance(self.target, Stream):
            encoding = self.settings.encoding
            self.target.put((encoding.preamble if not self.target.data else b"") + encoding.encode(fresh))

    def close(self) -> None:
        if self.closed:
            return
        while len(self.stack) > 1:
            self.end()
        self.closed = True
        self.flush()
        if isinstance(self.target, Stream) and (self.target.path or self.settings.close_output):
            self.target.close()


WRITER = TypeDef(SPACE + "XmlWriter", python=(XmlWriter,))
TEXT_WRITER = TypeDef(SPACE + "XmlTextWriter", base=WRITER.name)


@WRITER.static_method("Create", "System.Object", SPACE + "XmlWriterSettings", optional=1, needs_session=True)
def create(session: Session, target: object, settings: Settings | None = None) -> XmlWriter:
    return XmlWriter(opened(session, target), settings or Settings())


def opened(session: Session, target: object) -> object:
    if not isinstance(target, str):
        return target
    path = absolute(session, target)
    write_file(session, path, b"")
    return Stream("FileStream", b"", session, path)


def plain_settings() -> Settings:
    made = Settings()
    made.omit_xml_declaration = True
    return made


@TEXT_WRITER.constructor("System.Object", "System.Text.Encoding", optional=1, needs_session=True)
def make_text_writer(session: Session, target: object, encoding: Encoding | None = None) -> XmlWriter:
    settings = plain_settings()
    settings.encoding = encoding or Encoding("UTF8", False)
    return XmlWriter(opened(session, target), settings, "XmlTextWriter")


@TEXT_WRITER.property("Formatting", FORMATTING)
def formatting(this: XmlWriter) -> EnumValue:
    return EnumValue(FORMATTING, "Indented" if this.settings.indent else "None", int(this.settings.indent))


@TEXT_WRITER.setter("Formatting")
def set_formatting(this: XmlWriter, value: EnumValue) -> None:
    this.settings.indent = value.name == "Indented"


@TEXT_WRITER.property("Indentation", "System.Int32")
def indentation(this: XmlWriter) -> int:
    return len(this.settings.indent_chars)


@TEXT_WRITER.setter("Indentation")
def set_indentation(this: XmlWriter, value: int) -> None:
    this.settings.indent_chars = (this.settings.indent_chars or " ")[0] * value


@TEXT_WRITER.property("IndentChar", "System.Char")
def indent_char(this: XmlWriter) -> str:
    return this.settings.indent_chars[:1]


@TEXT_WRITER.setter("IndentChar")
def set_indent_char(this: XmlWriter, value: str) -> None:
    this.settings.indent_chars = str(value) * len(this.settings.indent_chars)


@WRITER.property("Settings")
def settings_of(this: XmlWriter) -> Settings:
    return this.settings


@WRITER.method("WriteStartDocument", "System.Boolean", optional=1)
def write_start_document(this: XmlWriter, standalone: bool | None = None) -> object:
    this.settings.omit_xml_declaration = (
        this.type_names[0].endswith(".XmlWriter") and this.settings.omit_xml_declaration
    )
    this.declared = True
    return AUTOMATION_NULL


@WRITER.method("WriteEndDocument")
def write_end_document(this: XmlWriter) -> object:
    while len(this.stack) > 1:
        this.end()
    return AUTOMATION_NULL


@WRITER.method("WriteStartElement", "System.String", "System.String", optional=1)
def write_start_element(this: XmlWriter, name: str, namespace: str = "") -> object:
    this.start(name, namespace or "")
    return AUTOMATION_NULL


@WRITER.method("WriteStartElement", "System.String", "System.String", "System.String")
def write_prefixed_element(this: XmlWriter, prefix: str, name: str, namespace: str) -> object:
    this.start(f"{prefix}:{name}" if prefix else name, namespace or "")
    return AUTOMATION_NULL


@WRITER.method("WriteEndElement")
def write_end_element(this: XmlWriter) -> object:
    this.end()
    return AUTOMATION_NULL


@WRITER.method("WriteFullEndElement")
def write_full_end_element(this: XmlWriter) -> object:
    this.end(True)
    return AUTOMATION_NULL


@WRITER.method("WriteAttributeString", "System.String", "System.String")
def write_attribute(this: XmlWriter, name: str, value: str) -> object:
    made = XmlNode("Attribute", name, value or "")
    made.document, made.parent = this.document, this.stack[-1]
    this.stack[-1].attributes.append(made)
    return AUTOMATION_NULL


@WRITER.method("WriteAttributeString", "System.String", "System.String", "System.String", "System.String")
def write_prefixed_attribute(this: XmlWriter, prefix: str, name: str, namespace: str, value: str) -> object:
    return write_attribute(this, f"{prefix}:{name}" if prefix else name, value)


@WRITER.method("WriteElementString", "System.String", "System.String")
def write_element(this: XmlWriter, name: str, value: str) -> object:
    this.start(name)
    if value:
        this.add(XmlNode("Text", "", value))
    this.end()
    return AUTOMATION_NULL


@WRITER.method("WriteElementString", "System.String", "System.String", "System.String")
def write_element_in(this: XmlWriter, name: str, namespace: str, value: str) -> object:
    this.start(name, namespace or "")
    if value:
        this.add(XmlNode("Text", "", value))
    this.end()
    return AUTOMATION_NULL


def _leaves() -> None:
    for name, kind in (
        ("WriteString", "Text"),
        ("WriteValue", "Text"),
        ("WriteCData", "CDATA"),
        ("WriteComment", "Comment"),
        ("WriteWhitespace", "Whitespace"),
        ("WriteRaw", "Whitespace"),
    ):

        @WRITER.method(name, "System.Object")
        def leaf(this: XmlWriter, value: object, kind: str = kind) -> object:
            this.add(XmlNode(kind, "", to_text(value)))
            return AUTOMATION_NULL


_leaves()


@WRITER.method("WriteProcessingInstruction", "System.String", "System.String")
def write_instruction(this: XmlWriter, name: str, text: str) -> object:
    if name == "xml":
        return write_start_document(this)
    this.add(XmlNode("ProcessingInstruction", name, text))
    return AUTOMATION_NULL


@WRITER.method("Flush")
def flush(this: XmlWriter) -> object:
    this.flush()
    return AUTOMATION_NULL


@WRITER.method("Close")
@WRITER.method("Dispose")
def close(this: XmlWriter) -> object:
    this.close()
    return AUTOMATION_NULL


def put_node(node: XmlNode, target: XmlWriter, content_only: bool = False) -> object:
    """A copy of the node (or of what is in it) as the next thing that is written."""
    from winsim.interpreter.net.xml_documents import new_document
    from winsim.interpreter.net.xml_nodes import parse_into

    nodes = node.children if content_only or node.kind in ("Document", "DocumentFragment") else [node]
    for one in nodes:
        if one.kind == "XmlDeclaration":
            target.declared = True
            continue
        if one.kind == "Element":
            source = new_document()
            parse_into(source, write(one))
            copied = next(child for child in source.children if child.kind == "Element")
            copied.detach()
            target.add(copied)
        else:
            target.add(XmlNode(one.kind, one.name, one.value))
    return AUTOMATION_NULL


@NODE.method("WriteTo", SPACE + "XmlWriter")
def write_to(this: XmlNode, target: XmlWriter) -> object:
    return put_node(this, target)


@NODE.method("WriteContentTo", SPACE + "XmlWriter")
def write_content_to(this: XmlNode, target: XmlWriter) -> object:
    return put_node(this, target, True)


@DOCUMENT.method("Save", SPACE + "XmlWriter")
def save_to_writer(this: XmlNode, target: XmlWriter) -> object:
    put_node(this, target)
    target.flush()
    return AUTOMATION_NULL


# -- XmlConvert ---------------------------------------------------------------------------------------------------

CONVERT = TypeDef(SPACE + "XmlConvert")


@CONVERT.static_method("ToBoolean", "System.String")
def to_boolean(text: str) -> bool:
    word = text.strip()
    if word not in ("true", "false", "1", "0"):
        raise NetError("System.FormatException", f"The string '{text}' is not a valid Boolean value.")
    return word in ("true", "1")


@CONVERT.static_method("ToInt32", "System.String")
def to_int(text: str) -> int:
    return parse_integer(text, -(2**31), 2**31 - 1, "Int32", 7)


@CONVERT.static_method("ToDouble", "System.String")
def to_double(text: str) -> float:
    known = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
    return known[text.strip()] if text.strip() in known else parse_double(text, 167)


@CONVERT.static_method("ToDecimal", "System.String")
def to_decimal(text: str) -> object:
    return parse_decimal(text, 39)


@CONVERT.static_method("ToDateTime", "System.String", SPACE + "XmlDateTimeSerializationMode")
def to_date(text: str, mode: EnumValue) -> object:
    utc = mode.name == "Utc"
    return guarded(lambda: parse_date(text, styles=Styles(adjust_to_utc=utc, round_trip=mode.name == "RoundtripKind")))


@CONVERT.static_method("ToTimeSpan", "System.String")
def to_span(text: str) -> object:
    from winsim.interpreter.clixml_reader import _span as read_span

    try:
        return read_span(text)
    except ValueError:
        raise NetError("System.FormatException", f"The string '{text}' is not a valid TimeSpan value.") from None


@CONVERT.static_method("ToString", "System.Object")
def to_string(value: object) -> str:
    from winsim.interpreter.clixml_writer import double_text, span_text

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, TimeSpan):
        return span_text(value)
    return to_text(value)


@CONVERT.static_method("ToString", "System.DateTime", SPACE + "XmlDateTimeSerializationMode")
def date_to_string(value: DateTime, mode: EnumValue) -> str:
    kinds = {"Utc": "Utc", "Local": "Local", "Unspecified": "Unspecified"}
    moment = value.with_kind(kinds.get(mode.name, value.kind))  # type: ignore[arg-type]
    from winsim.interpreter.clixml_writer import date_text

    return date_text(moment)


@CONVERT.static_method("ToString", "System.DateTime", "System.String")
def date_to_format(value: DateTime, form: str) -> str:
    return format_date(value, form)


@CONVERT.static_method("EncodeName", "System.String")
@CONVERT.static_method("EncodeLocalName", "System.String")
def encode_name(text: str) -> str:
    def put(found: re.Match[str]) -> str:
        return f"_x{ord(found.group()):04X}_"

    return re.sub(r"^[^A-Za-z_]|[^A-Za-z0-9_.\-]|_(?=x[0-9A-Fa-f]{4}_)", put, text)


@CONVERT.static_method("DecodeName", "System.String")
def decode_name(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


TYPES = (SETTINGS, WRITER, TEXT_WRITER, CONVERT)
