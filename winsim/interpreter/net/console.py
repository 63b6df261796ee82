"""System.Console as far as a hosted process has standard streams (powershell.exe over WinRS)."""

from __future__ import annotations

from winsim.interpreter.ambient import running_session
from winsim.interpreter.hosting import Console
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, Char, NetObject

_END = "\r\n"


class ConsoleReader(NetObject):
    type_names = ("System.IO.TextReader", "System.MarshalByRefObject", "System.Object")

    def __init__(self, console: Console | None) -> None:
        self.console = console


class ConsoleWriter(NetObject):
    type_names = ("System.IO.TextWriter", "System.MarshalByRefObject", "System.Object")

    def __init__(self, console: Console | None, *, error: bool) -> None:
        self.console = console
        self.error = error

    def write(self, text: str) -> object:
        if self.console is not None:  # without a console, as in a remote session, text goes nowhere
            self.console.write(text, error=self.error)
        return AUTOMATION_NULL


def _console() -> Console | None:
    found: Console | None = getattr(running_session().ui, "console", None)
    return found


CONSOLE = TypeDef("System.Console")
READER = TypeDef("System.IO.TextReader", python=(ConsoleReader,), base="System.MarshalByRefObject")
WRITER = TypeDef("System.IO.TextWriter", python=(ConsoleWriter,), base="System.MarshalByRefObject")


@CONSOLE.static_property("In")
def standard_input() -> ConsoleReader:
    return ConsoleReader(_console())


@CONSOLE.static_property("Out")
def standard_output() -> ConsoleWriter:
    return ConsoleWriter(_console(), error=False)


@CONSOLE.static_property("Error")
def standard_error() -> ConsoleWriter:
    return ConsoleWriter(_console(), error=True)


@CONSOLE.static_method("ReadLine")
def read_line() -> object:
    return reader_read_line(standard_input())


@CONSOLE.static_method("WriteLine", "System.Object", optional=1)
def write_line(value: object = "") -> object:
    return standard_output().write(to_text(value) + _END)


@CONSOLE.static_method("Write", "System.Object")
def write(value: object) -> object:
    return standard_output().write(to_text(value))


@READER.method("ReadLine")
def reader_read_line(this: ConsoleReader) -> object:
    return None if this.console is None else this.console.read_line()


@READER.method("ReadToEnd")
def reader_read_to_end(this: ConsoleReader) -> str:
    return "" if this.console is None else this.console.read_to_end()


@READER.method("Read")
def reader_read_one(this: ConsoleReader) -> int:
    text = "" if this.console is None else this.console.read(1)
    return ord(text) if text else -1


@READER.method("Read", "System.Char[]", "System.Int32", "System.Int32")
def reader_read(this: ConsoleReader, buffer: Array, index: int, count: int) -> int:
    if index < 0 or count < 0 or index + count > len(buffer):
        raise NetError(
            "System.ArgumentException",
            "Offset and length were out of bounds for the array or count is greater than the number of elements from "
            "index to the end of the source collection.",
        )
    text = "" if this.console is None else this.console.read(count)
    buffer[index : index + len(text)] = [Char(character) for character in text]
    return len(text)


@WRITER.method("WriteLine", "System.Object", optional=1)
def writer_write_line(this: ConsoleWriter, value: object = "") -> object:
    return this.write(to_text(value) + _END)


@WRITER.method("Write", "System.Object")
def writer_write(this: ConsoleWriter, value: object) -> object:
    return this.write(to_text(value))


@WRITER.method("Flush")
def writer_flush(this: ConsoleWriter) -> object:
    return AUTOMATION_NULL


TYPES = (CONSOLE, READER, WRITER)
