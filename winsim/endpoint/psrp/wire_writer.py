"""CLIXML, the form of PowerShell values on the wire and in Export-Clixml (MS-PSRP 2.2.5): the writer.

Only properties that come from the .NET type cost depth. Notes, list elements and dictionary entries cost nothing, so
custom objects nest as deep as they are. The reader is in wire_reader.py.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, Protocol

from winsim.interpreter.collect import items_of
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import ErrorRecord, ExceptionObject
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.net.datetimes import TICKS_PER_SECOND, DateTime, TimeSpan
from winsim.interpreter.net.number_format import repr_round_trip
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.special import extras
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import CUSTOM_OBJECT, table, type_name_of
from winsim.interpreter.values import (
    AUTOMATION_NULL,
    Array,
    Byte,
    Char,
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

DEEPEST: Final = 50
_SPECIAL = re.compile("_(?=[xX])|[\x00-\x1f\x7f-\x9f\ud800-\udfff\U00010000-\U0010ffff]")
_MARKUP = re.compile("[&<>\ufffe\uffff]")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\ufffe": "&#xFFFE;", "\uffff": "&#xFFFF;"}
_INTEGERS: Final[dict[type, str]] = {
    int: "I32", Int64: "I64", Byte: "By", SByte: "SB", Int16: "I16", UInt16: "U16", UInt32: "U32", UInt64: "U64",
}  # fmt: skip
_TEXTUAL: Final = {
    "System.Guid": "G",
    "System.Uri": "URI",
    "System.Version": "Version",
    "System.Management.Automation.ScriptBlock": "SBK",
}
_QUEUES: Final = {"System.Collections.Queue": "QUE", "System.Collections.Generic.Queue`1": "QUE"}
_STACKS: Final = {"System.Collections.Stack": "STK", "System.Collections.Generic.Stack`1": "STK"}
_ENUM_BASES: Final = ("System.Enum", "System.ValueType", "System.Object")
_EXCEPTION_ORDER: Final = (
    "Message", "Data", "InnerException", "TargetSite", "StackTrace", "HelpLink", "Source", "HResult",
)  # fmt: skip


class SecretWriter(Protocol):
    """Encrypts the text of SecureStrings."""

    def encrypt(self, text: str) -> str: ...


class NoSecrets(Exception):
    """A SecureString cannot be written here."""


def _code_units(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"_x{units[i]:02X}{units[i + 1]:02X}_" for i in range(0, len(units), 2))


def escape(text: str) -> str:
    """Text content: control characters and surrogates as _xHHHH_, then the markup."""
    text = _SPECIAL.sub(_code_units, text)
    return _MARKUP.sub(lambda match: _ENTITIES[match.group()], text)


def _name_attribute(name: str | None) -> str:
    return "" if name is None else f' N="{escape(name).replace(chr(34), "&quot;")}"'


def element(tag: str, text: str, name: str | None = None) -> str:
    return f"<{tag}{_name_attribute(name)}>{text}</{tag}>"


def serialize(value: object, secrets: SecretWriter | None = None, depth: int = 1, name: str | None = None) -> str:
    """One value as one element; ``secrets`` is needed only when SecureStrings are in it."""
    return Writer(secrets).write(value, name, depth)


class Writer:
    """Writes one document: objects and type names that come again become references."""

    def __init__(self, secrets: SecretWriter | None = None) -> None:
        self._secrets = secrets
        self._objects: dict[int, int] = {}
        self._kept: list[object] = []  # ids stay unique only as long as the objects live
        self._types: dict[tuple[str, ...], int] = {}
        self._next = 0
        self._level = 0

    def write(self, value: object, name: str | None = None, depth: int = 1) -> str:
        if value is None or value is AUTOMATION_NULL:
            return f"<Nil{_name_attribute(name)} />"
        simple = self._simple(value)
        if simple is not None:
            return element(*simple, name)
        reference = self._objects.get(id(value))
        if reference is not None:
            return f'<Ref{_name_attribute(name)} RefId="{reference}" />'
        if self._level >= DEEPEST:
            return element("S", escape(to_text(value)), name)
        self._level += 1
        try:
            return self._object(value, name, depth)
        finally:
            self._level -= 1

    # values without parts

    def _simple(self, value: object) -> tuple[str, str] | None:
        kind = type(value)
        if kind is str:
            return "S", escape(str(value))
        if kind is bool:
            return "B", "true" if value else "false"
        tag = _INTEGERS.get(kind)
        if tag is not None:
            return tag, int.__repr__(value)  # type: ignore[arg-type]
        if isinstance(value, Char):
            return "C", str(ord(value))
        if isinstance(value, EnumValue):
            return None
        if isinstance(value, float):
            return ("Sg" if isinstance(value, Single) else "Db"), _floating(value)
        if isinstance(value, Decimal):
            return "D", format(value, "f")
        if isinstance(value, Array) and value.element_type == "System.Byte" and extras(value) is None:
            return "BA", base64.b64encode(bytes(int(item) for item in value)).decode()  # type: ignore[call-overload]
        if isinstance(value, NetObject):
            return self._simple_net(value)
        return None

    def _simple_net(self, value: NetObject) -> tuple[str, str] | None:
        if extras(value) is not None and value.type_names[0] not in _TEXTUAL:
            return None
        if isinstance(value, DateTime):
            return "DT", format_date(value)
        if isinstance(value, TimeSpan):
            return "TS", format_span(value.ticks)
        if isinstance(value, SecureString):
            if self._secrets is None:
                raise NoSecrets
            return "SS", self._secrets.encrypt(value.text)
        tag = _TEXTUAL.get(value.type_names[0])
        if tag is not None:
            return tag, escape(to_text(value))
        if "System.Xml.XmlNode" in value.type_names and "System.Xml.XmlDocument" in value.type_names:
            return "XD", escape(to_text(get_property_of(value, "OuterXml")))
        return None

    # objects

    def _object(self, value: object, name: str | None, depth: int) -> str:
        if isinstance(value, PSObject):
            return self._bag(value, name, depth)
        if isinstance(value, EnumValue):
            if depth <= 0:
                return element("S", escape(value.name), name)
            types = self._types_of((value.type_name, *_ENUM_BASES))
            return self._start(value, name) + types + element("ToString", escape(value.name)) + (
                f"<I32>{int(value)}</I32></Obj>"
            )
        container = self._container(value, depth, name)
        if container is not None:
            return container
        if isinstance(value, ErrorRecord):
            return self.error_record(value, name=name, depth=depth)
        if depth <= 0:
            return element("S", escape(to_text(value)), name)
        return self._net(value, name, depth)

    def _start(self, value: object, name: str | None, *, shared: bool = True) -> str:
        number = self._next
        self._next += 1
        if shared:
            self._objects[id(value)] = number
            self._kept.append(value)
        return f'<Obj{_name_attribute(name)} RefId="{number}">'

    def start(self, value: object, name: str | None, types: tuple[str, ...] = ()) -> str:
        """The opening of an object with its type names, for the records of PSRP."""
        return self._start(value, name) + (self._types_of(types) if types else "")

    def _types_of(self, names: tuple[str, ...]) -> str:
        known = self._types.get(names)
        if known is not None:
            return f'<TNRef RefId="{known}" />'
        number = self._types[names] = len(self._types)
        inner = "".join(f"<T>{escape(name)}</T>" for name in names)
        return f'<TN RefId="{number}">{inner}</TN>'

    def _bag(self, value: PSObject, name: str | None, depth: int) -> str:
        if value.base is not None:
            return self._extended(value, name, depth)
        custom = not value.type_names or CUSTOM_OBJECT in value.type_names
        if not custom and depth <= 0 and not value.type_names[0].startswith("Deserialized."):
            return element("S", escape(to_text(value)), name)
        start = self.start(value, name, value.type_names)
        text = "" if custom else element("ToString", escape(to_text(value)))
        inner = depth if custom else depth - 1
        members = "".join(self._member(info.name, info.read, inner) for info in properties_of(value))
        tag = "MS" if custom else "Props"
        return f"{start}{text}{f'<{tag}>{members}</{tag}>' if members else ''}</Obj>"

    def _extended(self, value: PSObject, name: str | None, depth: int) -> str:
        """A base value with notes or type names of its own."""
        base = value.base
        notes = "".join(self._member(info.name, info.read, depth) for info in properties_of(PSObject(dict(value.items()))))
        tail = f"<MS>{notes}</MS></Obj>" if notes else "</Obj>"
        simple = self._simple(base)
        if simple is not None:
            return self._start(value, name) + element(*simple) + tail
        written = self.write(base, name, depth)
        if not notes or not written.endswith("</Obj>"):
            return written
        return written.removesuffix("</Obj>") + tail

    def _member(self, name: str, read: Callable[[], object], depth: int) -> str:
        try:
            value = read()
        except Exception:  # a property that fails is left out, as PowerShell does
            return ""
        return self.write(value, name, depth)

    def _container(self, value: object, depth: int, name: str | None) -> str | None:
        """Lists and dictionaries; they are shared only inside of another object."""
        nested = self._level > 1
        if isinstance(value, Dictionary):
            start = self._start(value, name, shared=nested) + self._types_of(type_names(value))
            entries = "".join(
                f"<En>{self.write(key, 'Key', depth)}{self.write(item, 'Value', depth)}</En>"
                for key, item in value.items()
            )
            return f"{start}{f'<DCT>{entries}</DCT>' if entries else '<DCT />'}{self._notes(value, depth)}</Obj>"
        items = items_of(value)
        if items is None:
            return None
        names = type_names(value)
        plain = names[0].partition("[")[0]
        tag = _QUEUES.get(plain) or _STACKS.get(plain) or ("LST" if _is_list(value, names[0]) else "IE")
        start = self._start(value, name, shared=nested) + self._types_of(names)
        inner = "".join(self.write(item, None, depth) for item in items)
        body = f"<{tag}>{inner}</{tag}>" if inner else f"<{tag} />"
        return f"{start}{body}{self._notes(value, depth)}</Obj>"

    def _notes(self, value: object, depth: int) -> str:
        bag = extras(value)
        if bag is None:
            return ""
        notes = "".join(self._member(info.name, info.read, depth) for info in properties_of(PSObject(dict(bag.items()))))
        return f"<MS>{notes}</MS>" if notes else ""

    def _net(self, value: object, name: str | None, depth: int) -> str:
        start = self.start(value, name, type_names(value))
        text = to_text(value)
        shown = f"<ToString>{escape(text)}</ToString>" if text else "<ToString />"
        own = [info for info in properties_of(value) if info.kind == "Property"]
        if isinstance(value, ExceptionObject):
            own = _ordered(own, lambda info: info.name)
        if isinstance(value, PSCredential):
            own = [info for info in own if info.name in ("UserName", "Password")]
        properties = "".join(self._member(info.name, info.read, depth - 1) for info in own)
        notes = "".join(
            self._member(info.name, info.read, depth) for info in properties_of(value) if info.kind != "Property"
        )
        body = f"<Props>{properties}</Props>" if properties else ""
        return f"{start}{shown}{body}{f'<MS>{notes}</MS>' if notes else ''}</Obj>"

    # error records

    def error_record(
        self,
        record: ErrorRecord,
        *,
        name: str | None = None,
        depth: int = 1,
        first: str = "",
        extended: str = "",
        last: str = "",
    ) -> str:
        """An ErrorRecord in the form that remoting gives it, as an object and as a message.

        ``first``, ``extended`` and ``last`` are members that only the message has.
        """
        start = self.start(record, name, type_names(record))
        info = record.category_info
        category = get_property_of(record, "CategoryInfo")
        details = record.details
        members = [
            first,
            self.write(record.exception, "Exception", depth),
            self.write(record.target, "TargetObject", depth),
            element("S", escape(record.full_id), "FullyQualifiedErrorId"),
            self.write(record.invocation, "InvocationInfo", depth),
            element("I32", str(int(record.category)), "ErrorCategory_Category"),
            element("S", escape(info.activity), "ErrorCategory_Activity"),
            element("S", escape(info.reason), "ErrorCategory_Reason"),
            element("S", escape(to_text(get_property_of(category, "TargetName"))), "ErrorCategory_TargetName"),
            element("S", escape(to_text(get_property_of(category, "TargetType"))), "ErrorCategory_TargetType"),
            element("S", escape(to_text(category)), "ErrorCategory_Message"),
        ]
        if details is not None:
            members.append(element("S", escape(details.message), "ErrorDetails_Message"))
            members.append(element("S", escape(details.recommended), "ErrorDetails_RecommendedAction"))
        members.append(element("B", "true" if extended else "false", "SerializeExtendedInfo"))
        members += [extended, last]
        return f"{start}{element('ToString', escape(str(record)))}<MS>{''.join(members)}</MS></Obj>"


def _ordered(items: Iterable[object], name: Callable[..., str]) -> list[object]:
    """An exception's own properties first, then those of System.Exception in the order of .NET Framework."""
    return sorted(items, key=lambda item: _EXCEPTION_ORDER.index(name(item)) if name(item) in _EXCEPTION_ORDER else -1)


def _is_list(value: object, type_name: str) -> bool:
    return isinstance(value, list) or "System.Collections.IList" in table().assignable(type_name)


_ASSEMBLIES: Final = ", mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"


def wire_name(name: str) -> str:
    """A type name as .NET gives it: the arguments of a generic with their assembly."""
    if "`" not in name or "[" not in name or name.endswith("[]"):
        return name
    head, _, rest = name.partition("[")
    arguments = rest[:-1].split(",")
    return f"{head}[{','.join(f'[{argument.strip()}{_ASSEMBLIES}]' for argument in arguments)}]"


def type_names(value: object) -> tuple[str, ...]:
    """The type hierarchy of a value, most specific first."""
    if isinstance(value, Array):
        return (f"{value.element_type}[]", "System.Array", "System.Object")
    if isinstance(value, NetType):
        return value.type_names
    if isinstance(value, NetObject) and len(value.type_names) > 1:
        return tuple(wire_name(name) for name in value.type_names)
    name = type_name_of(value) or "System.Object"
    return tuple(wire_name(base) for base in table().bases(name))


def _floating(value: float) -> str:
    if value != value:  # noqa: PLR0124 - NaN
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    if isinstance(value, Single):
        return _single(float(value))
    return repr_round_trip(float(value)) if value or str(value)[0] != "-" else "-0"


def _single(value: float) -> str:
    import struct

    for digits in (7, 8, 9):
        text = f"{value:.{digits}G}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            break
    mantissa, mark, exponent = text.partition("E")
    return f"{mantissa}E{exponent[0]}{int(exponent[1:]):02d}" if mark else mantissa


def format_date(value: DateTime) -> str:
    fraction = f"{value.fraction:07d}".rstrip("0")
    text = (
        f"{value.year:04d}-{value.month:02d}-{value.day:02d}T{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
        f"{'.' + fraction if fraction else ''}"
    )
    if value.kind == "Utc":
        return text + "Z"
    return text + "+00:00" if value.kind == "Local" else text  # the lab's machines are set to UTC


def format_span(ticks: int) -> str:
    """An xs:duration as XmlConvert writes it."""
    sign, rest = ("-", -ticks) if ticks < 0 else ("", ticks)
    seconds, fraction = divmod(rest, TICKS_PER_SECOND)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    text = f"{hours}H" if hours else ""
    text += f"{minutes}M" if minutes else ""
    if fraction:
        text += f"{seconds}.{f'{fraction:07d}'.rstrip('0')}S"
    elif seconds:
        text += f"{seconds}S"
    if not days and not text:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{'T' + text if text else ''}"


