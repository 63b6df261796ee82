"""System.IO: streams, readers and writers over memory and the host's files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.formatting import format_text
from winsim.interpreter.net.encodings import Encoding, StringBuilder, byte_array
from winsim.interpreter.net.fileinfo import FILE as FILE_INFO
from winsim.interpreter.net.fileinfo import FileInfo
from winsim.interpreter.net.paths import FILE, absolute, decode, files, read, write
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.sizes import check_size
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, Byte, EnumValue, Int64, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

MARSHAL = "System.MarshalByRefObject"


class Stream(NetObject):
    """Bytes with a position; ``path`` is where a file stream writes them."""

    def __init__(self, kind: str, data: bytes = b"", session: Session | None = None, path: str = "") -> None:
        self.type_names = (f"System.IO.{kind}", "System.IO.Stream", MARSHAL, "System.Object")
        self.data = bytearray(data)
        self.position = 0
        self.session = session
        self.path = path
        self.changed = False
        self.closed = False

    def need_open(self) -> None:
        if self.closed:
            raise NetError("System.ObjectDisposedException", "Cannot access a closed Stream.")

    def take(self, count: int) -> bytes:
        self.need_open()
        part = bytes(self.data[self.position : self.position + count])
        self.position += len(part)
        return part

    def read_rest(self) -> bytes:
        return self.take(len(self.data) - self.position)

    def put(self, data: bytes) -> None:
        self.need_open()
        check_size(self.position + len(data))
        if self.position > len(self.data):
            self.data.extend(bytes(self.position - len(self.data)))
        self.data[self.position : self.position + len(data)] = data
        self.position += len(data)
        self.changed = True

    def flush(self) -> None:
        if self.path and self.changed and self.session is not None:
            write(self.session, self.path, bytes(self.data))
            self.changed = False

    def close(self) -> None:
        if not self.closed:
            self.flush()
            self.closed = True


STREAM = TypeDef("System.IO.Stream", python=(Stream,), base=MARSHAL)
MEMORY = TypeDef("System.IO.MemoryStream", base=STREAM.name)
FILE_STREAM = TypeDef("System.IO.FileStream", base=STREAM.name)


@MEMORY.constructor()
def make_memory() -> Stream:
    return Stream("MemoryStream")


@MEMORY.constructor("System.Byte[]")
def make_memory_of(data: Sequence[int]) -> Stream:
    return Stream("MemoryStream", bytes(int(b) for b in data))


@MEMORY.constructor("System.Int32")
def make_memory_sized(capacity: int) -> Stream:
    return Stream("MemoryStream")


@MEMORY.method("ToArray")
@MEMORY.method("GetBuffer")
def to_array(this: Stream) -> Array:
    return byte_array(bytes(this.data))


@MEMORY.method("WriteTo", "System.IO.Stream")
def write_to(this: Stream, other: Stream) -> object:
    other.put(bytes(this.data))
    return AUTOMATION_NULL


def open_stream(session: Session, path: str, mode: str) -> Stream:
    full = absolute(session, path)
    there = files(session).is_file(full)
    if mode == "CreateNew" and there:
        raise NetError("System.IO.IOException", f"The file '{full}' already exists.")
    if mode in ("Open", "Truncate") or (there and mode in ("OpenOrCreate", "Append")):
        data = read(session, full) if mode != "Truncate" else b""
    else:
        data = b""
        write(session, full, b"")
    made = Stream("FileStream", data, session, full)
    made.changed = mode == "Truncate"
    made.position = len(data) if mode == "Append" else 0
    return made


@FILE_STREAM.constructor(
    "System.String", "System.IO.FileMode", "System.IO.FileAccess", "System.IO.FileShare", optional=2, needs_session=True
)
def make_file_stream(
    session: Session, path: str, mode: EnumValue, access: EnumValue | None = None, share: EnumValue | None = None
) -> Stream:
    return open_stream(session, path, mode.name)


@FILE.static_method(
    "Open",
    "System.String",
    "System.IO.FileMode",
    "System.IO.FileAccess",
    "System.IO.FileShare",
    optional=2,
    needs_session=True,
)
def file_open(
    session: Session, path: str, mode: EnumValue, access: EnumValue | None = None, share: EnumValue | None = None
) -> Stream:
    return open_stream(session, path, mode.name)


for _name, _mode in (("OpenRead", "Open"), ("OpenWrite", "OpenOrCreate"), ("Create", "Create")):

    @FILE.static_method(_name, "System.String", needs_session=True)
    def file_open_as(session: Session, path: str, mode: str = _mode) -> Stream:
        return open_stream(session, path, mode)


for _name, _mode in (("OpenRead", "Open"), ("OpenWrite", "OpenOrCreate"), ("Create", "Create")):

    @FILE_INFO.method(_name, needs_session=True)
    def info_open_as(this: FileInfo, session: Session, mode: str = _mode) -> Stream:
        return open_stream(session, this.path, mode)


@STREAM.property("Length")
def length(this: Stream) -> Int64:
    this.need_open()
    return Int64(len(this.data))


@STREAM.property("Position", "System.Int64")
def position(this: Stream) -> Int64:
    return Int64(this.position)


@STREAM.setter("Position")
def set_position(this: Stream, value: int) -> None:
    this.position = int(value)


for _flag in ("CanRead", "CanWrite", "CanSeek"):

    @STREAM.property(_flag)
    def can(this: Stream) -> bool:
        return not this.closed


@FILE_STREAM.property("Name")
def stream_name(this: Stream) -> str:
    return this.path


@STREAM.method("Read", "System.Object", "System.Int32", "System.Int32")
def read_bytes(this: Stream, buffer: list[object], start: int, count: int) -> int:
    part = this.take(count)
    buffer[start : start + len(part)] = [Byte(b) for b in part]
    return len(part)


@STREAM.method("ReadByte")
def read_byte(this: Stream) -> int:
    part = this.take(1)
    return part[0] if part else -1


@STREAM.method("Write", "System.Byte[]", "System.Int32", "System.Int32")
def write_bytes(this: Stream, data: Sequence[int], start: int, count: int) -> object:
    this.put(bytes(int(b) for b in data[start : start + count]))
    return AUTOMATION_NULL


@STREAM.method("WriteByte", "System.Byte")
def write_byte(this: Stream, value: int) -> object:
    this.put(bytes([value]))
    return AUTOMATION_NULL


@STREAM.method("Seek", "System.Int64", "System.IO.SeekOrigin")
def seek(this: Stream, offset: int, origin: EnumValue) -> Int64:
    base = {"Begin": 0, "Current": this.position, "End": len(this.data)}[origin.name]
    this.position = base + offset
    return Int64(this.position)


@STREAM.method("SetLength", "System.Int64")
def set_length(this: Stream, value: int) -> object:
    check_size(value)
    this.data = this.data[:value] + bytearray(max(value - len(this.data), 0))
    this.changed = True
    return AUTOMATION_NULL


@STREAM.method("CopyTo", "System.IO.Stream")
def copy_to(this: Stream, other: Stream) -> object:
    other.put(this.read_rest())
    return AUTOMATION_NULL


@STREAM.method("Flush")
def flush(this: Stream) -> object:
    this.flush()
    return AUTOMATION_NULL


@STREAM.method("Close")
@STREAM.method("Dispose")
def close(this: Stream) -> object:
    this.close()
    return AUTOMATION_NULL


# -- readers ------------------------------------------------------------------------------------------------------


class Reader(NetObject):
    """Text with a position; ``stream`` is closed with it."""

    def __init__(self, kind: str, text: str, stream: Stream | None = None) -> None:
        self.type_names = (f"System.IO.{kind}", "System.IO.TextReader", MARSHAL, "System.Object")
        self.text = text
        self.position = 0
        self.stream = stream

    def line(self) -> str | None:
        if self.position >= len(self.text):
            return None
        end = min((i for i in (self.text.find(c, self.position) for c in "\r\n") if i >= 0), default=len(self.text))
        found = self.text[self.position : end]
        self.position = end + (2 if self.text.startswith("\r\n", end) else 1)
        return found

    def rest(self) -> str:
        found = self.text[self.position :]
        self.position = len(self.text)
        return found


STRING_READER = TypeDef("System.IO.StringReader", base="System.IO.TextReader")
STREAM_READER = TypeDef("System.IO.StreamReader", base="System.IO.TextReader")
STRING_READER.constructor("System.String")(lambda text: Reader("StringReader", text))
ENCODING = "System.Text.Encoding"


@STREAM_READER.constructor("System.String", ENCODING, optional=1, needs_session=True)
def make_reader(session: Session, path: str, encoding: Encoding | None = None) -> Reader:
    return Reader("StreamReader", decode(read(session, path), encoding))


@STREAM_READER.constructor("System.IO.Stream", ENCODING, optional=1)
def make_stream_reader(stream: Stream, encoding: Encoding | None = None) -> Reader:
    return Reader("StreamReader", decode(stream.read_rest(), encoding), stream)


@FILE.static_method("OpenText", "System.String", needs_session=True)
def open_text(session: Session, path: str) -> Reader:
    return make_reader(session, path)


def reader_members(target: TypeDef) -> None:
    @target.method("ReadLine")
    def read_line(this: Reader) -> object:
        return this.line()

    @target.method("ReadToEnd")
    def read_to_end(this: Reader) -> str:
        return this.rest()

    @target.method("Read")
    def read_char(this: Reader) -> int:
        if this.position >= len(this.text):
            return -1
        this.position += 1
        return ord(this.text[this.position - 1])

    @target.method("Peek")
    def peek(this: Reader) -> int:
        return ord(this.text[this.position]) if this.position < len(this.text) else -1

    @target.method("Close")
    @target.method("Dispose")
    def close_reader(this: Reader) -> object:
        if this.stream is not None:
            this.stream.close()
        return AUTOMATION_NULL


reader_members(STRING_READER)
reader_members(STREAM_READER)


@STREAM_READER.property("EndOfStream")
def end_of_stream(this: Reader) -> bool:
    return this.position >= len(this.text)


@STREAM_READER.property("BaseStream")
def reader_stream(this: Reader) -> object:
    return this.stream


# -- writers ------------------------------------------------------------------------------------------------------


class Writer(NetObject):
    """Collects text; a StreamWriter passes it to its stream when it is flushed."""

    def __init__(self, kind: str, target: StringBuilder | Stream, encoding: Encoding | None = None) -> None:
        self.type_names = (f"System.IO.{kind}", "System.IO.TextWriter", MARSHAL, "System.Object")
        self.target = target
        self.encoding = encoding or Encoding("UTF8", False)
        self.new_line = "\r\n"
        self.auto_flush = False
        self.pending = self.encoding.preamble if isinstance(target, Stream) and not target.data else b""

    def put(self, text: str) -> None:
        if isinstance(self.target, StringBuilder):
            self.target.append(text)
            return
        self.target.need_open()
        self.pending += self.encoding.encode(text)
        if self.auto_flush:
            self.flush()

    def flush(self) -> None:
        if isinstance(self.target, Stream) and self.pending:
            self.target.put(self.pending)
            self.pending = b""
        if isinstance(self.target, Stream):
            self.target.flush()

    def close(self) -> None:
        if isinstance(self.target, Stream) and not self.target.closed:
            self.flush()
            self.target.close()

    def __str__(self) -> str:
        return self.target.text if isinstance(self.target, StringBuilder) else self.type_names[0]


STRING_WRITER = TypeDef("System.IO.StringWriter", base="System.IO.TextWriter", to_text=str)
STREAM_WRITER = TypeDef("System.IO.StreamWriter", base="System.IO.TextWriter")
STRING_WRITER.constructor()(lambda: Writer("StringWriter", StringBuilder()))
STRING_WRITER.constructor("System.Text.StringBuilder")(lambda target: Writer("StringWriter", target))


@STRING_WRITER.method("GetStringBuilder")
def get_builder(this: Writer) -> object:
    return this.target


@STRING_WRITER.method("ToString")
def writer_text(this: Writer) -> str:
    return str(this)


@STREAM_WRITER.constructor("System.String", "System.Boolean", ENCODING, optional=2, needs_session=True)
def make_writer(session: Session, path: str, append: bool = False, encoding: Encoding | None = None) -> Writer:
    return Writer("StreamWriter", open_stream(session, path, "Append" if append else "Create"), encoding)


@STREAM_WRITER.constructor("System.IO.Stream", ENCODING, optional=1)
def make_stream_writer(stream: Stream, encoding: Encoding | None = None) -> Writer:
    return Writer("StreamWriter", stream, encoding)


@FILE.static_method("CreateText", "System.String", needs_session=True)
def create_text(session: Session, path: str) -> Writer:
    return make_writer(session, path)


@FILE.static_method("AppendText", "System.String", needs_session=True)
def append_text(session: Session, path: str) -> Writer:
    return make_writer(session, path, True)


def writer_members(target: TypeDef) -> None:
    for name, end in (("Write", False), ("WriteLine", True)):

        @target.method(name, "System.Object")
        def put(this: Writer, value: object, end: bool = end) -> object:
            this.put(to_text(value, "") + (this.new_line if end else ""))
            return AUTOMATION_NULL

        @target.method(name, "System.String", "params System.Object[]")
        def put_formatted(this: Writer, template: str, values: Sequence[object], end: bool = end) -> object:
            this.put(format_text(template, list(values)) + (this.new_line if end else ""))
            return AUTOMATION_NULL

    @target.method("WriteLine")
    def put_break(this: Writer) -> object:
        this.put(this.new_line)
        return AUTOMATION_NULL

    @target.method("Flush")
    def flush_writer(this: Writer) -> object:
        this.flush()
        return AUTOMATION_NULL

    @target.method("Close")
    @target.method("Dispose")
    def close_writer(this: Writer) -> object:
        this.close()
        return AUTOMATION_NULL

    @target.property("NewLine", "System.String")
    def new_line(this: Writer) -> str:
        return this.new_line

    @target.setter("NewLine")
    def set_new_line(this: Writer, value: str) -> None:
        this.new_line = value

    @target.property("Encoding")
    def encoding_of(this: Writer) -> Encoding:
        return this.encoding if isinstance(this.target, Stream) else Encoding("Unicode")


writer_members(STRING_WRITER)
writer_members(STREAM_WRITER)
STREAM_WRITER.attribute("AutoFlush", readonly=False)


@STREAM_WRITER.property("BaseStream")
def writer_stream(this: Writer) -> object:
    return this.target


TYPES = (STREAM, MEMORY, FILE_STREAM, STRING_READER, STREAM_READER, STRING_WRITER, STREAM_WRITER)
