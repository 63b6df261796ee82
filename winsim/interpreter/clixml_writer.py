"""PowerShell values as CLIXML, as ``PSSerializer.Serialize`` writes them."""

from __future__ import annotations

import base64
import math
import re
import struct
from decimal import Decimal
from typing import Final, Protocol
from xml.sax.saxutils import escape, quoteattr

from winsim.interpreter.clixml_errors import exception_members, invocation_members
from winsim.interpreter.clixml_records import informational_members, record_members, type_names
from winsim.interpreter.clixml_rules import OF_TYPE_TABLE, rules_for
from winsim.interpreter.collect import items_of
from winsim.interpreter.containers import Dictionary, DictionaryEntry
from winsim.interpreter.errors import ErrorRecord, ExceptionObject, InvocationInfo
from winsim.interpreter.members import PropertyInfo, get_property_of, net_properties, properties_of
from winsim.interpreter.net.date_format import format_date
from winsim.interpreter.net.datetimes import TICKS_PER_SECOND, DateTime, TimeSpan
from winsim.interpreter.net.identifiers import Guid, Version
from winsim.interpreter.net.secrets import SecureString
from winsim.interpreter.net.uris import Uri
from winsim.interpreter.net.xml_nodes import XmlNode
from winsim.interpreter.nettypes import NetError, NetType
from winsim.interpreter.special import extras
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import CUSTOM_OBJECT
from winsim.interpreter.values import (
    AUTOMATION_NULL,
    TEXT,
    Array,
    Byte,
    Char,
    DeserializedObject,
    EnumValue,
    Int16,
    Int64,
    NetObject,
    PSObject,
    SByte,
    Single,
    UInt16,
    UInt32,
    UInt64,
)

NAMESPACE: Final = "http://schemas.microsoft.com/powershell/2004/04"
HEAD: Final = f'<Objs Version="1.1.0.1" xmlns="{NAMESPACE}">'
MAX_DEPTH: Final = 50  # below the top level, whatever the depth asked for
INTEGER_TAGS: Final = {
    int: "I32",
    Int64: "I64",
    UInt64: "U64",
    UInt32: "U32",
    Int16: "I16",
    UInt16: "U16",
    Byte: "By",
    SByte: "SB",
}
CUSTOM_NAMES: Final = (CUSTOM_OBJECT, f"Deserialized.{CUSTOM_OBJECT}")
NEEDS_ESCAPE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]|_(?=[xX])")


class Cipher(Protocol):
    """How secure strings travel: base64 of the encrypted UTF-16 text, or DPAPI-like hex for a file."""

    def encrypt(self, secret: str) -> str: ...

    def decrypt(self, text: str) -> str: ...


def encode(text: str) -> str:
    """Escapes ``_xHHHH_`` for what XML cannot carry (or would change)."""

    def put(found: re.Match[str]) -> str:
        return f"_x{ord(found.group()):04X}_"

    return escape(NEEDS_ESCAPE.sub(put, text)).replace("\ufffe", "&#xFFFE;").replace("\uffff", "&#xFFFF;")


def double_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    from winsim.interpreter.net.number_format import general_double, repr_round_trip

    if isinstance(value, Single):  # "R": seven digits, or nine where these do not read back
        short = general_double(value, 7)
        return short if _as_single(float(short)) == _as_single(value) else general_double(value, 9)
    return repr_round_trip(value)


def _as_single(value: float) -> float:
    found: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return found


def span_text(value: TimeSpan) -> str:
    """An XML duration: ``P1DT2H3M4.5S``."""
    rest = abs(value.ticks)
    seconds, fraction = divmod(rest, TICKS_PER_SECOND)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    tail = f".{fraction:07d}".rstrip("0") if fraction else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{tail}S" if seconds or tail else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-" if value.ticks < 0 else "") + "P" + (text or "T0S")


def date_text(value: DateTime) -> str:
    """ISO 8601 with as many digits of the second as there are."""
    spec = "yyyy-MM-ddTHH:mm:ss" + (".FFFFFFF" if value.fraction else "") + "K"
    return format_date(value, spec)


def primitive(value: object) -> tuple[str, str] | None:
    """(tag, text already escaped) of a value that CLIXML knows."""
    kind = type(value)
    if kind is bool:
        return "B", "true" if value else "false"
    if kind in INTEGER_TAGS:
        return INTEGER_TAGS[kind], str(int(value))  # type: ignore[call-overload]
    if isinstance(value, Char):
        return "C", str(ord(value))
    if isinstance(value, str):
        return "S", encode(str(value))
    if isinstance(value, Single):
        return "Sg", double_text(value)
    if isinstance(value, float):
        return "Db", double_text(value)
    if isinstance(value, Decimal):
        return "D", f"{value:f}"
    if isinstance(value, DateTime):
        return "DT", date_text(value)
    if isinstance(value, TimeSpan):
        return "TS", span_text(value)
    if isinstance(value, Array) and value.element_type == "System.Byte":
        return "BA", base64.b64encode(bytes(int(b) for b in value)).decode()  # type: ignore[call-overload]
    return known_object(value)


def known_object(value: object) -> tuple[str, str] | None:
    if isinstance(value, Guid):
        return "G", str(value)
    if isinstance(value, Version):
        return "Version", str(value)
    if isinstance(value, Uri):
        return "URI", encode(to_text(value))
    if isinstance(value, NetObject) and value.type_names[0] == "System.Management.Automation.ScriptBlock":
        return "SBK", encode(to_text(value))
    if isinstance(value, NetObject) and value.type_names[0] == "System.Xml.XmlDocument":
        return "XD", encode(to_text(get_property_of(value, "OuterXml")))
    return None


class Writer:
    """One serialisation: references hold within it."""

    def __init__(self, cipher: Cipher | None = None) -> None:
        self.out: list[str] = []
        self.cipher = cipher
        self.references: dict[int, str] = {}
        self.kept: list[object] = []  # keeps the objects alive, so that their ids stay theirs
        self.types: dict[tuple[str, ...], str] = {}
        self.level = 0

    def write(self, value: object, name: str | None, depth: int, attribute: str = "N") -> None:
        label = f" {attribute}={quoteattr(encode_name(name))}" if name is not None else ""
        if value is None or value is AUTOMATION_NULL:
            self.out.append(f"<Nil{label} />")
            return
        self.level += 1
        try:
            self.write_value(value, label, depth)
        finally:
            self.level -= 1

    def write_value(self, value: object, label: str, depth: int) -> None:
        base = value.base if isinstance(value, PSObject) and value.base is not None else value
        known = primitive(base)
        if known is None and isinstance(base, SecureString):
            if self.cipher is None:
                raise NetError(
                    "System.Security.Cryptography.CryptographicException", "A secure string needs a session key."
                )
            known = ("SS", self.cipher.encrypt(base.text))
        if known is not None:
            self.write_primitive(value, label, known, depth)
            return
        reference = self.references.get(id(base))
        if reference is not None:
            self.out.append(f'<Ref{label} RefId="{reference}" />')
            return
        names = type_names(value)
        rules = rules_for(value, names)
        depth = depth if rules.depth is None else rules.depth
        depth = max(depth, 1) if isinstance(base, ExceptionObject) else depth
        if self.level > MAX_DEPTH or rules.as_text:
            source = get_property_of(value, rules.source) if rules.source else None
            text = shallow_text(value) if source is None else to_text(source)
            self.out.append(f"<S{label}>{encode(text)}</S>")
        elif not self.write_container(value, base, label, names, depth):
            self.write_complex(value, base, label, names, depth)

    def write_primitive(self, value: object, label: str, known: tuple[str, str], depth: int) -> None:
        tag, text = known
        if extras(value) is None:
            self.out.append(f"<{tag}{label}>{text}</{tag}>" if text or tag != "BA" else f"<{tag}{label} />")
            return
        # A value with a PSObject of its own stays an object, whether anything was added to it or not.
        names = value.type_names if isinstance(value, DeserializedObject) else ()
        self.start(value, label, names, kept_text(value))
        self.out.append(f"<{tag}>{text}</{tag}>")
        self.write_members("MS", note_infos(value), depth)
        self.out.append("</Obj>")

    def new_reference(self, value: object) -> str:
        reference = str(len(self.kept))
        self.kept.append(value)
        if self.level <= 1 and not isinstance(value, PSObject):
            return reference  # its PSObject was sent, so that what it holds of itself is written once more
        self.references[id(value.base if isinstance(value, PSObject) and value.base is not None else value)] = reference
        return reference

    def start(self, value: object, label: str, names: tuple[str, ...], text: str | None) -> None:
        self.out.append(f'<Obj{label} RefId="{self.new_reference(value)}">')
        if names:
            known = self.types.get(names)
            if known is not None:
                self.out.append(f'<TNRef RefId="{known}" />')
            else:
                self.types[names] = str(len(self.types))
                inside = "".join(f"<T>{encode(name)}</T>" for name in names)
                self.out.append(f'<TN RefId="{self.types[names]}">{inside}</TN>')
        if text is not None:
            self.out.append(f"<ToString>{encode(text)}</ToString>")

    def write_container(self, value: object, base: object, label: str, names: tuple[str, ...], depth: int) -> bool:
        if isinstance(base, Dictionary):
            self.start(value, label, names, None)
            self.write_dictionary(base, depth)
        else:
            items = enumerated(base)
            if items is None:
                return False
            self.start(value, label, names, None)
            self.write_items(container_tag(base, names), items, depth)
            if depth > 0 and container_tag(base, names) == "IE":
                self.write_members(
                    "Props", [info for info in properties_of(base) if info.kind == "Property"], depth - 1
                )
        if depth > 0:
            notes = note_infos(value)
            if notes:
                self.write_members("MS", notes, depth)
        self.out.append("</Obj>")
        return True

    def write_dictionary(self, base: Dictionary, depth: int) -> None:
        entries = base.items()
        if not entries:
            self.out.append("<DCT />")
            return
        self.out.append("<DCT>")
        for key, item in entries:
            self.out.append("<En>")
            self.write(key, "Key", depth)
            self.write(item, "Value", depth)
            self.out.append("</En>")
        self.out.append("</DCT>")

    def write_items(self, tag: str, items: list[object], depth: int) -> None:
        if not items:
            self.out.append(f"<{tag} />")
            return
        self.out.append(f"<{tag}>")
        for item in list(items):
            self.write(item, None, depth)
        self.out.append(f"</{tag}>")

    def write_complex(self, value: object, base: object, label: str, names: tuple[str, ...], depth: int) -> None:
        bag = isinstance(base, PSObject)
        custom = bag and any(name in CUSTOM_NAMES for name in names)
        if depth < 1 and not bag:
            self.write_shallow(value, label, depth)
            return
        if depth < 1 and not custom:
            self.write_shallow(value, label, depth)
            return
        if isinstance(base, DeserializedObject):
            text = kept_text(base)
        else:
            text = None if custom or not names else to_text(value)
        self.start(value, label, names, text)
        if isinstance(base, EnumValue):
            self.out.append(f"<I32>{int(base)}</I32>")
        elif isinstance(base, ErrorRecord):
            self.write_members("MS", record_members(base), depth)
        elif isinstance(base, InformationalRecord):
            self.write_members("MS", informational_members(base), depth)
        elif isinstance(base, ExceptionObject):
            self.write_members("Props", exception_members(base), depth - 1)
        elif isinstance(base, InvocationInfo):
            self.write_members("Props", invocation_members(base), depth - 1)
        elif isinstance(base, DeserializedObject):
            self.write_deserialized(base, depth)
        elif custom or not names:
            self.write_members("MS", properties_of(value), depth)
        else:
            self.write_net(value, names, depth)
        self.out.append("</Obj>")

    def write_deserialized(self, value: DeserializedObject, depth: int) -> None:
        """What came from elsewhere goes on as it came, its own properties apart from the added ones."""
        infos = properties_of(value)
        own = [info for info in infos if info.name.lower() in value.adapted]
        self.write_members("Props", own, depth - 1)
        self.write_members("MS", [info for info in infos if info not in own], depth)

    def write_net(self, value: object, names: tuple[str, ...], depth: int) -> None:
        """Properties of the object itself, then those that were added to it."""
        infos = [info for info in properties_of(value) if not info.name.startswith("__")]
        chosen = rules_for(value, names).only
        adapted = isinstance(value, PSObject) and value.base is None
        own = [info for info in infos if info.kind == "Property" or adapted]
        table_members = [info for info in own if info.name in OF_TYPE_TABLE.get(names[0], ())]
        own = [info for info in own if info not in table_members]
        if isinstance(value, DictionaryEntry):
            own = [info for info in own if info.name != "Name"]  # of the type table
        if chosen:
            own = sorted((info for info in own if info.name in chosen), key=lambda info: chosen.index(info.name))
        self.write_members("Props", own, depth - 1)
        added = [info for info in infos if info not in own and info.kind != "Property"]
        added = [] if chosen else added
        extra = [PropertyInfo("Name", "AliasProperty", lambda: value.key)] if isinstance(value, DictionaryEntry) else []
        self.write_members("MS", [*extra, *table_members, *added], depth - 1 if not note_infos(value) else depth)

    def write_shallow(self, value: object, label: str, depth: int) -> None:
        """An object below the depth: its text, with the notes that were added to it."""
        notes = note_infos(value)
        text = encode(shallow_text(value))
        if not notes:
            self.out.append(f"<S{label}>{text}</S>")
            return
        self.out.append(f'<Obj{label} RefId="{self.new_reference(value)}"><S>{text}</S>')
        self.write_members("MS", notes, depth)
        self.out.append("</Obj>")

    def write_members(self, tag: str, infos: list[PropertyInfo], depth: int) -> None:
        if not infos:
            return
        self.out.append(f"<{tag}>")
        for info in infos:
            try:
                held = info.read()
            except Exception as problem:  # a getter that throws leaves its property out, as there
                if is_fatal(problem):
                    raise
                continue
            self.write(held, info.name, depth)
        self.out.append(f"</{tag}>")


def is_fatal(problem: Exception) -> bool:
    from winsim.interpreter.errors import TerminatingError

    return not isinstance(problem, TerminatingError | NetError)


def kept_text(value: object) -> str | None:
    """The text that a deserialized object came with."""
    found = value.get(TEXT) if isinstance(value, DeserializedObject) else None
    return found if isinstance(found, str) else None


def shallow_text(value: object) -> str:
    """What stands for an object below the depth; a type has its full name there."""
    return value.full_name if isinstance(value, NetType) else to_text(value)


def encode_name(name: str) -> str:
    return NEEDS_ESCAPE.sub(lambda found: f"_x{ord(found.group()):04X}_", name)


def note_infos(value: object) -> list[PropertyInfo]:
    """Notes and other members that were added to this object."""
    if isinstance(value, PSObject) and value.base is None:
        return []
    if extras(value) is None:
        return []
    base = value.base if isinstance(value, PSObject) else value
    of_type = {info.name.lower() for info in net_properties(base)} if not isinstance(base, PSObject) else set()
    added = [info for info in properties_of(value) if info.kind != "Property" and not info.name.startswith("__")]
    return [info for info in added if info.kind == "NoteProperty" or info.name.lower() not in of_type]


def enumerated(base: object) -> list[object] | None:
    """The elements of a collection; nodes of XML count as collections of their children here, but nowhere else."""
    if isinstance(base, XmlNode):
        return list(base.children) if base.kind == "Element" else None
    return items_of(base)


def container_tag(base: object, names: tuple[str, ...]) -> str:
    first = names[0] if names else ""
    plain = first.removeprefix("Deserialized.")
    if plain.startswith(("System.Collections.Queue", "System.Collections.Generic.Queue`")):
        return "QUE"
    if plain.startswith(("System.Collections.Stack", "System.Collections.Generic.Stack`")):
        return "STK"
    return "LST" if isinstance(base, list) or "System.Array" in names else "IE"


def serialize(value: object, depth: int = 2, cipher: Cipher | None = None) -> str:
    """The whole document of ``PSSerializer.Serialize(value, depth)``."""
    writer = Writer(cipher)
    writer.write(value, None, depth)
    return HEAD + "".join(writer.out) + "</Objs>"


def serialize_all(values: list[object], depth: int = 2, cipher: Cipher | None = None) -> str:
    """Several values in one document, as Export-Clixml writes a pipeline."""
    writer = Writer(cipher)
    for value in values:
        writer.write(value, None, depth)
    return HEAD + "".join(writer.out) + "</Objs>"


def serialize_element(value: object, depth: int = 1, cipher: Cipher | None = None) -> str:
    """One element without the document around it: a value in a remoting message."""
    writer = Writer(cipher)
    writer.write(value, None, depth)
    return "".join(writer.out)
