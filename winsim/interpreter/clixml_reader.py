"""CLIXML to values: what deserialisation makes of live objects is a bag of properties named Deserialized.<type>."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from winsim.interpreter.containers import Hashtable
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.net.datetimes import TICKS_PER_SECOND, DateTime, TimeSpan
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.typetable import get_type, table
from winsim.interpreter.values import (
    TEXT,
    Array,
    ArrayList,
    Byte,
    Char,
    DeserializedObject,
    Int16,
    Int64,
    SByte,
    Single,
    UInt16,
    UInt32,
    UInt64,
)

_DEEPEST: Final = 100
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?\d*(Z|[+-]\d\d:\d\d)?",
)
_SPAN = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,7})\d*)?S)?)?")


class BrokenClixml(ValueError):
    """The text is not CLIXML."""


class SecretReader(Protocol):
    """Decrypts the text of SecureStrings."""

    def decrypt(self, blob: str) -> str: ...


def unescape(text: str) -> str:
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    # Two halves of a surrogate pair become one character; a lonely half stays.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def deserialize(source: str | Element, secrets: SecretReader | None = None) -> object:
    """The value of one element; BrokenClixml for anything that is not one."""
    return Reader(secrets).read(parse(source) if isinstance(source, str) else source)


def deserialize_all(text: str, secrets: SecretReader | None = None) -> list[object]:
    """Every value of an ``Objs`` document (or of one bare element)."""
    root = parse(text)
    reader = Reader(secrets)
    return [reader.read(item) for item in root] if root.tag == "Objs" else [reader.read(root)]


def parse(text: str) -> Element:
    if _DOCTYPE.search(text):
        raise BrokenClixml("a document type declaration is not allowed")
    try:
        # U+FFFE and U+FFFF come as character references, which XML 1.0 does not allow.
        root = ElementTree.fromstring(re.sub("&#x(FFFE|FFFF);", "\ufffd", text))
    except (ElementTree.ParseError, ValueError) as error:
        raise BrokenClixml("the text is not well-formed") from error
    for item in root.iter():
        item.tag = item.tag.rpartition("}")[2]
    return root


class Reader:
    """Reads one document, whose references it keeps."""

    def __init__(self, secrets: SecretReader | None = None) -> None:
        self._secrets = secrets
        self._objects: dict[str, object] = {}
        self._types: dict[str, tuple[str, ...]] = {}
        self._level = 0

    def read(self, item: Element) -> object:
        tag = item.tag
        if tag == "Nil":
            return None
        if tag == "Ref":
            return self._objects.get(item.get("RefId", ""))
        if tag == "Obj":
            self._level += 1
            if self._level > _DEEPEST:
                raise BrokenClixml("the objects are nested too deep")
            try:
                return self._object(item)
            finally:
                self._level -= 1
        if tag == "SS":
            return self._secret(item.text or "")
        convert = _SIMPLE.get(tag)
        if convert is None:
            raise BrokenClixml(f"unknown element {tag}")
        try:
            return convert(item.text or "")
        except (ValueError, OverflowError, InvalidOperation, NetError, binascii.Error) as error:
            raise BrokenClixml(f"{tag}: bad value") from error

    def _secret(self, blob: str) -> SecureString:
        if self._secrets is None:
            raise BrokenClixml("a SecureString without a key")
        return SecureString(self._secrets.decrypt(blob), read_only=True)

    def _object(self, item: Element) -> object:
        types = self._read_types(item)
        holder = DeserializedObject()
        number = item.get("RefId")
        if number is not None:
            self._objects[number] = holder  # for an object that holds itself
        base: object = None
        text: str | None = None
        extended: list[Element] = []
        for part in item:
            if part.tag in ("TN", "TNRef"):
                continue
            if part.tag == "ToString":
                text = unescape(part.text or "")
            elif part.tag in ("Props", "MS"):
                extended.append(part)
            elif part.tag in ("LST", "QUE", "STK", "IE"):
                base = self._list(part, types)
            elif part.tag == "DCT":
                base = self._dictionary(part)
            else:
                base = self.read(part)
        for part in extended:
            for member in part:
                name = unescape(member.get("N", ""))
                holder[name] = self.read(member)
                if part.tag == "Props":
                    holder.adapted |= {name.lower()}
        value = self._made(holder, base, types, text)
        if number is not None:
            self._objects[number] = value
        return value

    def _made(self, holder: DeserializedObject, base: object, types: tuple[str, ...], text: str | None) -> object:
        if "System.Management.Automation.PSCredential" in types:
            user, password = holder.get("UserName"), holder.get("Password")
            if isinstance(user, str) and isinstance(password, SecureString) and user:
                return PSCredential(user, password)
            raise BrokenClixml("a credential without user name or password")
        if base is not None and not types and not holder.names():
            return base
        holder.base = base
        holder.type_names = tuple(_deserialized(name) for name in types)
        if text is not None:
            holder[TEXT] = text
        return holder

    def _read_types(self, item: Element) -> tuple[str, ...]:
        reference = item.find("TNRef")
        if reference is not None:
            return self._types.get(reference.get("RefId", ""), ())
        names = item.find("TN")
        if names is None:
            return ()
        types = tuple(unescape(name.text or "") for name in names if name.tag == "T")
        self._types[names.get("RefId", "")] = types
        return types

    def _list(self, part: Element, types: tuple[str, ...]) -> object:
        items = [self.read(child) for child in part]
        if types and types[0].endswith("[]") and types[0] != "System.Object[]":
            return Array(items, types[0][:-2])
        return Array(items) if types and types[0] == "System.Object[]" else ArrayList(items)

    def _dictionary(self, part: Element) -> Hashtable:
        found = Hashtable()
        for entry in part:
            key = value = None
            for child in entry:
                if child.get("N") == "Key":
                    key = self.read(child)
                elif child.get("N") == "Value":
                    value = self.read(child)
            if key is None:
                raise BrokenClixml("a dictionary entry without a key")
            found[key] = value
        return found


def _deserialized(name: str) -> str:
    return name if name.startswith("Deserialized.") else f"Deserialized.{name}"


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _character(text: str) -> Char:
    return Char(chr(int(text)))


def _floating(text: str) -> float:
    special = {"NaN": "nan", "INF": "inf", "-INF": "-inf"}
    return float(special.get(text, text))


def _bytes(text: str) -> Array:
    data = base64.b64decode("".join(text.split()), validate=True)
    return Array([Byte(value) for value in data], "System.Byte")


def _ranged(kind: Callable[[int], int], low: int, high: int) -> Callable[[str], object]:
    def convert(text: str) -> object:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return kind(number)

    return convert


def _through_table(type_name: str) -> Callable[[str], object]:
    def convert(text: str) -> object:
        from winsim.interpreter.convert import convert as cast

        definition = table().definition(type_name)
        plain = unescape(text)
        if definition is not None and definition.parse is not None:
            return definition.parse(plain)
        try:
            return cast(plain, get_type(type_name))
        except TerminatingError as problem:
            raise ValueError(plain) from problem

    return convert


def _date(text: str) -> DateTime:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    moment = DateTime.of(year, month, day, hour, minute, second)
    ticks = moment.ticks + int((match[7] or "").ljust(7, "0"))
    zone = match[8]
    if zone is None:
        return DateTime(ticks, "Unspecified")
    if zone == "Z":
        return DateTime(ticks, "Utc")
    offset = (int(zone[1:3]) * 60 + int(zone[4:6])) * 60 * TICKS_PER_SECOND
    return DateTime(ticks - offset if zone[0] == "+" else ticks + offset, "Local")


def _span(text: str) -> TimeSpan:
    match = _SPAN.fullmatch(text.strip())
    if match is None or text.strip().endswith(("P", "T")):
        raise ValueError(text)
    days, hours, minutes, seconds = (int(match[group] or 0) for group in range(2, 6))
    ticks = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * TICKS_PER_SECOND
    ticks += int((match[6] or "").ljust(7, "0"))
    return TimeSpan(-ticks if match[1] else ticks)


_SIMPLE: Final[dict[str, Callable[[str], object]]] = {
    "S": unescape,
    "SBK": unescape,
    "C": _character,
    "B": _boolean,
    "By": _ranged(Byte, 0, 2**8 - 1),
    "SB": _ranged(SByte, -(2**7), 2**7 - 1),
    "I16": _ranged(Int16, -(2**15), 2**15 - 1),
    "U16": _ranged(UInt16, 0, 2**16 - 1),
    "I32": _ranged(int, -(2**31), 2**31 - 1),
    "U32": _ranged(UInt32, 0, 2**32 - 1),
    "I64": _ranged(Int64, -(2**63), 2**63 - 1),
    "U64": _ranged(UInt64, 0, 2**64 - 1),
    "Db": _floating,
    "Sg": lambda text: Single(_floating(text)),
    "D": Decimal,
    "DT": _date,
    "TS": _span,
    "BA": _bytes,
    "G": _through_table("System.Guid"),
    "URI": _through_table("System.Uri"),
    "Version": _through_table("System.Version"),
    "XD": _through_table("System.Xml.XmlDocument"),
}
