"""System.Text.Encoding and System.Text.StringBuilder."""

from __future__ import annotations

from collections.abc import Sequence

from winsim.interpreter.formatting import format_text
from winsim.interpreter.net.strings import out_of_range
from winsim.interpreter.nettypes import Indexer, NetError, TypeDef
from winsim.interpreter.sizes import COUNTED, check_size
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, Byte, Char, NetObject

# name -> (code page, Python codec, .NET class, web name, byte order mark)
ENCODINGS: dict[str, tuple[int, str, str, str, bytes]] = {
    "UTF8": (65001, "utf-8", "UTF8Encoding", "utf-8", b"\xef\xbb\xbf"),
    "Unicode": (1200, "utf-16-le", "UnicodeEncoding", "utf-16", b"\xff\xfe"),
    "BigEndianUnicode": (1201, "utf-16-be", "UnicodeEncoding", "utf-16BE", b"\xfe\xff"),
    "UTF32": (12000, "utf-32-le", "UTF32Encoding", "utf-32", b"\xff\xfe\x00\x00"),
    "UTF7": (65000, "utf-7", "UTF7Encoding", "utf-7", b""),
    "ASCII": (20127, "ascii", "ASCIIEncoding", "us-ascii", b""),
    "Default": (1252, "cp1252", "SBCSCodePageEncoding", "Windows-1252", b""),
    "Oem": (437, "cp437", "SBCSCodePageEncoding", "IBM437", b""),
    "Latin1": (28591, "latin-1", "Latin1Encoding", "iso-8859-1", b""),
    "cp850": (850, "cp850", "SBCSCodePageEncoding", "ibm850", b""),
}
TITLES = {
    "UTF8": "Unicode (UTF-8)",
    "Unicode": "Unicode",
    "BigEndianUnicode": "Unicode (Big-Endian)",
    "UTF32": "Unicode (UTF-32)",
    "UTF7": "Unicode (UTF-7)",
    "ASCII": "US-ASCII",
    "Default": "Western European (Windows)",
    "Oem": "OEM United States",
    "Latin1": "Western European (ISO)",
    "cp850": "Western European (DOS)",
}


class Encoding(NetObject):
    """``mark``: whether its preamble is a byte order mark."""

    def __init__(self, key: str, mark: bool = True) -> None:
        self.key = key
        self.code_page, self.codec, kind, self.web_name, preamble = ENCODINGS[key]
        self.preamble = preamble if mark else b""
        self.type_names = (f"System.Text.{kind}", "System.Text.Encoding", "System.Object")

    def encode(self, text: str) -> bytes:
        if self.key == "ASCII" or self.codec.startswith(("cp", "latin")):
            return str(text).encode(self.codec, "replace")
        return str(text).encode(self.codec, "surrogatepass")

    def decode(self, data: bytes) -> str:
        if self.key == "ASCII":
            return "".join(chr(b) if b < 128 else "?" for b in data)
        if self.key == "Default":
            return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in data)
        return data.decode(self.codec, "replace")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encoding) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def find_encoding(name: object) -> Encoding:
    """By web name, code page or the property of System.Text.Encoding."""
    if isinstance(name, int):
        key = next((key for key, row in ENCODINGS.items() if row[0] == name), None)
    else:
        wanted = to_text(name).lower()
        wanted = {"utf-16le": "utf-16", "unicode": "utf-16", "ascii": "us-ascii", "latin1": "iso-8859-1"}.get(
            wanted, wanted
        )
        key = next((k for k, row in ENCODINGS.items() if wanted in (row[3].lower(), k.lower())), None)
    if key is None:
        raise NetError(
            "System.ArgumentException", f"'{to_text(name)}' is not a supported encoding name.\r\nParameter name: name"
        )
    return Encoding(key)


ENCODING = TypeDef("System.Text.Encoding", python=(Encoding,))


@ENCODING.static_property("UTF8")
def utf8() -> Encoding:
    return Encoding("UTF8")


for _key in ("Unicode", "BigEndianUnicode", "UTF32", "UTF7", "ASCII", "Default"):

    @ENCODING.static_property(_key)
    def standard(key: str = _key) -> Encoding:
        return Encoding(key)


@ENCODING.static_method("GetEncoding", "System.Object")
def get_encoding(name: object) -> Encoding:
    return find_encoding(name)


@ENCODING.static_method("Convert", "System.Text.Encoding", "System.Text.Encoding", "System.Byte[]")
def convert_bytes(source: Encoding, target: Encoding, data: Sequence[int]) -> Array:
    return byte_array(target.encode(source.decode(bytes(data))))


def byte_array(data: bytes) -> Array:
    return Array([Byte(b) for b in data], "System.Byte")


@ENCODING.method("GetBytes", "System.String")
def get_bytes(this: Encoding, text: str) -> Array:
    if text is None:
        raise NetError(
            "System.ArgumentNullException", "String reference not set to an instance of a String.\r\nParameter name: s"
        )
    return byte_array(this.encode(text))


@ENCODING.method("GetBytes", "System.Char[]")
def get_char_bytes(this: Encoding, chars: Sequence[str]) -> Array:
    return byte_array(this.encode("".join(chars)))


@ENCODING.method("GetString", "System.Byte[]", "System.Int32", "System.Int32", optional=2)
def get_string(this: Encoding, data: Sequence[int], start: int = 0, count: int | None = None) -> str:
    raw = bytes(int(b) for b in data)
    return this.decode(raw[start:] if count is None else raw[start : start + count])


@ENCODING.method("GetChars", "System.Byte[]")
def get_chars(this: Encoding, data: Sequence[int]) -> Array:
    return Array([Char(c) for c in this.decode(bytes(data))], "System.Char")


@ENCODING.method("GetByteCount", "System.String")
def get_byte_count(this: Encoding, text: str) -> int:
    return len(this.encode(text))


@ENCODING.method("GetCharCount", "System.Byte[]")
def get_char_count(this: Encoding, data: Sequence[int]) -> int:
    return len(this.decode(bytes(data)))


@ENCODING.method("GetPreamble")
def get_preamble(this: Encoding) -> Array:
    return byte_array(this.preamble)


@ENCODING.property("BodyName")
@ENCODING.property("WebName")
def web_name(this: Encoding) -> str:
    return this.web_name


@ENCODING.property("EncodingName")
def encoding_name(this: Encoding) -> str:
    return TITLES[this.key]


@ENCODING.property("HeaderName")
def header_name(this: Encoding) -> str:
    return this.web_name


@ENCODING.property("CodePage")
def code_page(this: Encoding) -> int:
    return this.code_page


@ENCODING.property("IsSingleByte")
def is_single_byte(this: Encoding) -> bool:
    return this.codec in ("ascii", "latin-1") or this.codec.startswith("cp")


UTF8 = TypeDef("System.Text.UTF8Encoding", base=ENCODING.name)
UNICODE = TypeDef("System.Text.UnicodeEncoding", base=ENCODING.name)
ASCII = TypeDef("System.Text.ASCIIEncoding", base=ENCODING.name)


@UTF8.constructor("System.Boolean", "System.Boolean", optional=2)
def make_utf8(mark: bool = False, throws: bool = False) -> Encoding:
    return Encoding("UTF8", mark)


@UNICODE.constructor("System.Boolean", "System.Boolean", optional=2)
def make_unicode(big: bool = False, mark: bool = True) -> Encoding:
    return Encoding("BigEndianUnicode" if big else "Unicode", mark)


@ASCII.constructor()
def make_ascii() -> Encoding:
    return Encoding("ASCII")


# -- StringBuilder ------------------------------------------------------------------------------------------------


class StringBuilder(NetObject):
    type_names = ("System.Text.StringBuilder", "System.Object")

    def __init__(self, text: str = "", capacity: int = 16) -> None:
        self.pieces = [text] if text else []
        self.length = len(text)
        self.capacity = max(capacity, len(text), 16)

    @property
    def text(self) -> str:
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    @text.setter
    def text(self, value: str) -> None:
        check_size(len(value))
        self.pieces = [value]
        self.length = len(value)

    def append(self, text: str) -> StringBuilder:
        self.length += len(text)
        if self.length > COUNTED:
            check_size(self.length)
        self.pieces.append(text)
        return self

    def __str__(self) -> str:
        return self.text


BUILDER = TypeDef("System.Text.StringBuilder", python=(StringBuilder,), to_text=str)


@BUILDER.constructor()
def make_builder() -> StringBuilder:
    return StringBuilder()


@BUILDER.constructor("System.Int32")
def make_builder_sized(capacity: int) -> StringBuilder:
    return StringBuilder("", capacity)


@BUILDER.constructor("System.String", "System.Int32", optional=1)
def make_builder_of(text: str, capacity: int = 16) -> StringBuilder:
    return StringBuilder(text or "", capacity)


@BUILDER.property("Capacity", "System.Int32")
def capacity(this: StringBuilder) -> int:
    while this.capacity < len(this.text):
        this.capacity *= 2
    return this.capacity


@BUILDER.property("MaxCapacity")
def max_capacity(this: StringBuilder) -> int:
    return 2**31 - 1


@BUILDER.property("Length", "System.Int32")
def builder_length(this: StringBuilder) -> int:
    return len(this.text)


@BUILDER.setter("Length")
def set_length(this: StringBuilder, value: int) -> None:
    if value < 0:
        raise out_of_range("value", "Length cannot be less than zero.")
    check_size(value)
    this.text = this.text[:value].ljust(value, "\0")


def set_char(this: StringBuilder, value: object, index: int) -> None:
    this.text = this.text[:index] + to_text(value) + this.text[index + 1 :]


def char_at(this: StringBuilder, index: int) -> Char:
    if not 0 <= index < len(this.text):
        raise NetError("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
    return Char(this.text[index])


BUILDER.indexer = Indexer(char_at, set_char, ("System.Int32",))
BUILDER.method("Chars", "System.Int32")(char_at)


@BUILDER.method("Append", "System.Object")
def append(this: StringBuilder, value: object) -> StringBuilder:
    if isinstance(value, Array) and value.element_type == "System.Char":
        return this.append("".join(str(c) for c in value))
    return this.append(to_text(value))


@BUILDER.method("Append", "System.Char", "System.Int32")
def append_repeated(this: StringBuilder, char: Char, count: int) -> StringBuilder:
    check_size(count)
    return this.append(str(char) * count)


@BUILDER.method("Append", "System.String", "System.Int32", "System.Int32")
def append_part(this: StringBuilder, text: str, start: int, count: int) -> StringBuilder:
    return this.append(text[start : start + count])


@BUILDER.method("AppendLine")
def append_break(this: StringBuilder) -> StringBuilder:
    return this.append("\r\n")


@BUILDER.method("AppendLine", "System.String")
def append_line(this: StringBuilder, text: str) -> StringBuilder:
    return this.append((text or "") + "\r\n")


@BUILDER.method("AppendFormat", "System.String", "params System.Object[]")
def append_format(this: StringBuilder, template: str, values: Sequence[object]) -> StringBuilder:
    return this.append(format_text(template, list(values)))


@BUILDER.method("AppendFormat", "System.IFormatProvider", "System.String", "params System.Object[]")
def append_format_with(this: StringBuilder, provider: object, template: str, values: Sequence[object]) -> StringBuilder:
    return this.append(format_text(template, list(values)))


@BUILDER.method("Insert", "System.Int32", "System.Object")
def insert(this: StringBuilder, index: int, value: object) -> StringBuilder:
    if not 0 <= index <= len(this.text):
        raise out_of_range(
            "index", "Index was out of range. Must be non-negative and less than the size of the collection."
        )
    this.text = this.text[:index] + to_text(value) + this.text[index:]
    return this


@BUILDER.method("Remove", "System.Int32", "System.Int32")
def remove(this: StringBuilder, start: int, count: int) -> StringBuilder:
    if start < 0 or count < 0 or start + count > len(this.text):
        raise out_of_range(
            "length", "Index was out of range. Must be non-negative and less than the size of the collection."
        )
    this.text = this.text[:start] + this.text[start + count :]
    return this


@BUILDER.method("Replace", "System.String", "System.String")
def replace(this: StringBuilder, old: str, new: str) -> StringBuilder:
    this.text = this.text.replace(old, new or "")
    return this


@BUILDER.method("Replace", "System.String", "System.String", "System.Int32", "System.Int32")
def replace_part(this: StringBuilder, old: str, new: str, start: int, count: int) -> StringBuilder:
    part = this.text[start : start + count].replace(old, new or "")
    this.text = this.text[:start] + part + this.text[start + count :]
    return this


@BUILDER.method("Clear")
def clear(this: StringBuilder) -> StringBuilder:
    this.text = ""
    return this


@BUILDER.method("EnsureCapacity", "System.Int32")
def ensure_capacity(this: StringBuilder, value: int) -> int:
    this.capacity = max(this.capacity, value)
    return this.capacity


@BUILDER.method("ToString")
def builder_text(this: StringBuilder) -> str:
    return this.text


@BUILDER.method("ToString", "System.Int32", "System.Int32")
def builder_part(this: StringBuilder, start: int, count: int) -> str:
    return this.text[start : start + count]


TYPES = (ENCODING, UTF8, UNICODE, ASCII, BUILDER)
