"""Get-Content, Set-Content, Add-Content, Clear-Content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.item_paths import filtered, given_paths, places
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.encodings import Encoding, byte_array
from winsim.interpreter.net.paths import decode
from winsim.interpreter.provider_files import file_content, refuse_remote
from winsim.interpreter.providers import Place, glob, locations
from winsim.interpreter.scriptblocks import FunctionInfo
from winsim.interpreter.special import extend
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, EnumValue, Int64, PSObject
from winsim.interpreter.wildcards import has_wildcard

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

KEYS = {
    "string": "Unicode",
    "unicode": "Unicode",
    "bigendianunicode": "BigEndianUnicode",
    "utf8": "UTF8",
    "utf7": "UTF7",
    "utf32": "UTF32",
    "ascii": "ASCII",
    "default": "Default",
    "oem": "Oem",
}


def encoding_of(call: CommandCall) -> Encoding | None:
    """-Encoding; None for bytes and where it was not given (unknown)."""
    given = call.get("Encoding")
    name = (given.name if isinstance(given, EnumValue) else to_text(given)).lower()
    if name in ("", "byte", "unknown"):
        return None
    if name not in KEYS:
        raise NotBuilt(f"-Encoding {name}")
    return Encoding(KEYS[name])


def is_byte(call: CommandCall) -> bool:
    given = call.get("Encoding")
    return (given.name if isinstance(given, EnumValue) else to_text(given)).lower() == "byte"


def text_lines(text: str, delimiter: str | None = None) -> list[str]:
    if delimiter is not None:
        parts = text.split(delimiter)
        return parts[:-1] if parts and parts[-1] == "" else parts
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return parts[:-1] if parts[-1] == "" else parts


def tagged(call: CommandCall, line: object, place: Place, number: int) -> object:
    """A line with the notes that Get-Content adds."""
    bag = PSObject({}, (), line) if isinstance(line, str | int) else line
    if not isinstance(bag, PSObject):
        extended = extend(bag)
        if extended is None:
            return line
        bag = extended
    bag["PSPath"] = place.path if place.provider.name == "FileSystem" else place.shown
    bag["PSParentPath"] = place.parent
    bag["PSChildName"] = place.name
    bag["PSDrive"] = locations(call.session).drives.get(place.drive.lower())
    bag["PSProvider"] = place.provider.info()
    bag["ReadCount"] = Int64(number)
    return bag if isinstance(line, str | int) else line


@cmdlet(
    "Get-Content",
    (
        "Path",
        "LiteralPath",
        "Filter",
        "Include",
        "Exclude",
        "Raw",
        "TotalCount",
        "Tail",
        "ReadCount",
        "Encoding",
        "Delimiter",
    ),
    idle=("Force",),  # hidden files can be read without it
    by_name=("Path", "LiteralPath", "ReadCount", "TotalCount", "Tail"),
)
def get_content(call: CommandCall) -> None:
    if call.has("TotalCount") and call.has("Tail"):
        message = "The parameters TotalCount and Tail cannot be used in the same command. Specify only one parameter."
        call.write_error(CommandError("TailAndHeadCannotCoexist", message, "InvalidOperation"))
        return
    for place in places(call):
        if call.has("Tail") and place.provider.name != "FileSystem":
            message = "The Tail parameter currently is supported only for the FileSystem provider."
            call.write_error(CommandError("TailNotSupported", message, "InvalidOperation"))
            continue
        if not has_content(call, place):
            continue
        if place.provider.name == "FileSystem":
            read_file(call, place)
        else:
            read_other(call, place)


CONTENT_PROVIDERS = ("FileSystem", "Variable", "Function", "Alias", "Environment")


def has_content(call: CommandCall, place: Place) -> bool:
    """Whether the items of the provider have content; an error where they do not."""
    if place.provider.name in CONTENT_PROVIDERS:
        return True
    message = "Cannot use interface. The IContentCmdletProvider interface is not implemented by this provider."
    kind = "System.Management.Automation.PSNotSupportedException"
    call.write_error(CommandError("NotSupported", message, "NotImplemented", place.shown, kind))
    return False


def read_other(call: CommandCall, place: Place) -> None:
    held = place.provider.item(call.session, place.path)
    value = held.block if isinstance(held, FunctionInfo) else getattr(held, "value", getattr(held, "definition", held))
    items = items_of(value)
    call.write_all(items if items is not None else [value])


def read_file(call: CommandCall, place: Place) -> None:
    if place.provider.is_container(call.session, place.path):
        call.write_error(
            CommandError(
                "GetContentReaderUnauthorizedAccessError",
                f"Access to the path '{place.path}' is denied.",
                "PermissionDenied",
                place.path,
                "System.UnauthorizedAccessException",
            )
        )
        return
    data = file_content(call.session, place.path)
    if is_byte(call):
        lines: list[object] = list(byte_array(data))
        if call.switch("Raw"):
            call.write(byte_array(data))
            return
    else:
        text = decode(data, encoding_of(call) or Encoding("Default"))
        if call.switch("Raw"):
            if call.has("Tail"):
                message = "The Raw and Tail parameters cannot be specified in the same command."
                kind = "System.Management.Automation.PSInvalidOperationException"
                raise CommandError("InvalidOperation", message, "InvalidOperation", exception=kind)
            if text:
                call.write(tagged(call, text, place, 1))
            return
        lines = list(text_lines(text, call.text("Delimiter") if call.has("Delimiter") else None))
    write_lines(call, place, lines)


def write_lines(call: CommandCall, place: Place, lines: list[object]) -> None:
    if call.has("TotalCount") and int(call.text("TotalCount")) >= 0:
        lines = lines[: int(call.text("TotalCount"))]
    if call.has("Tail"):
        count = int(call.text("Tail"))
        lines = lines[-count:] if count else []
    size = int(call.text("ReadCount")) if call.has("ReadCount") else 1
    if size == 1:
        for number, line in enumerate(lines, 1):
            call.write(tagged(call, line, place, number))
        return
    step = size if size > 0 else max(len(lines), 1)
    for start in range(0, len(lines), step):
        call.write(Array(lines[start : start + step]))


class ContentWriter:
    """Collects the input and writes it at the end."""

    append = False

    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("Value")
        items = items_of(value)
        for item in items if items is not None else [value]:
            inner = items_of(item) if isinstance(item, Array) else None  # one level of arrays is taken apart
            self.values.extend(inner if inner is not None else [item])

    def end(self, call: CommandCall) -> None:
        for text, literal in given_paths(call):
            found = (
                glob(call.session, text)
                if has_wildcard(text) and not literal
                else [locations(call.session).place(text)]
            )
            for place in found:
                if filtered(call, place):
                    self.store(call, place)

    def store(self, call: CommandCall, place: Place) -> None:
        verb = "Add Content" if self.append else "Set Content"
        if not has_content(call, place):
            return
        if not call.should_process(f"Path: {place.shown}", verb):
            return
        if place.provider.name != "FileSystem":
            value = self.values[0] if len(self.values) == 1 else Array(self.values)
            place.provider.set_item(call.session, place.path, value)
            return
        try:
            write_file(call, place, self.values, self.append)
        except CommandError as problem:
            call.write_error(problem)
            return
        if call.switch("PassThru"):
            call.write_all(self.values)


def write_file(call: CommandCall, place: Place, values: list[object], append: bool) -> None:
    refuse_remote("writing content", place.path)
    files = call.host.files
    entry = files.find(place.path)
    if entry is not None and (entry.is_directory or (entry.attributes & 1 and not call.switch("Force"))):
        raise CommandError(
            "GetContentWriterUnauthorizedAccessError",
            f"Access to the path '{place.path}' is denied.",
            "PermissionDenied",
            place.path,
            "System.UnauthorizedAccessException",
        )
    old = files.read(place.path) if append and entry is not None else b""
    data = bytes(int(v) for v in values) if is_byte(call) else encoded(call, values, old)  # type: ignore[call-overload]
    try:
        files.write(place.path, old + data)
    except (FileNotFoundError, NotADirectoryError):
        raise CommandError(
            "GetContentWriterDirectoryNotFoundError",
            f"Could not find a part of the path '{place.path}'.",
            "ObjectNotFound",
            place.path,
            "System.IO.DirectoryNotFoundException",
        ) from None


def encoded(call: CommandCall, values: list[object], old: bytes) -> bytes:
    text = "".join(f"{to_text(value)}\r\n" for value in values if value is not None)
    encoding = encoding_of(call)
    if encoding is None:
        encoding = existing_encoding(old)
    return (b"" if old else encoding.preamble) + encoding.encode(text)


def existing_encoding(old: bytes) -> Encoding:
    for mark, key in ((b"\xef\xbb\xbf", "UTF8"), (b"\xff\xfe", "Unicode"), (b"\xfe\xff", "BigEndianUnicode")):
        if old.startswith(mark):
            return Encoding(key)
    return Encoding("Default")


WRITER = ("Path", "LiteralPath", "Value", "Filter", "Include", "Exclude", "Force", "PassThru", "Encoding")


@cmdlet("Set-Content", WRITER, by_value=("Value",), by_name=("Value", "Path", "LiteralPath"), nullable=("Value",))
class SetContent(ContentWriter):
    append = False


@cmdlet("Add-Content", WRITER, by_value=("Value",), by_name=("Value", "Path", "LiteralPath"), nullable=("Value",))
class AddContent(ContentWriter):
    append = True


def empty_file(call: CommandCall, place: Place) -> None:
    entry = call.host.files.find(place.path)
    if entry is not None and (entry.is_directory or (entry.attributes & 1 and not call.switch("Force"))):
        message = f"Access to the path '{place.path}' is denied."
        kind = "System.UnauthorizedAccessException"
        error = CommandError("ClearContentUnauthorizedAccessError", message, "PermissionDenied", place.path, kind)
        call.write_error(error)
        return
    call.host.files.write(place.path, b"")


def writable(call: CommandCall, path: str) -> None:
    """A file that is read-only is opened for writing with -Force only."""
    entry = call.host.files.find(path)
    if entry is not None and (entry.is_directory or (entry.attributes & 1 and not call.switch("Force"))):
        message = f"Access to the path '{path}' is denied."
        raise CommandError("FileOpenFailure", message, "OpenError", None, "System.UnauthorizedAccessException")


@cmdlet(
    "Clear-Content",
    ("Path", "LiteralPath", "Filter", "Include", "Exclude", "Force"),
    by_name=("Path", "LiteralPath"),
)
def clear_content(call: CommandCall) -> None:
    for place in places(call):
        if not has_content(call, place):
            continue
        if call.should_process(f"Item: {place.shown}", "Clear Content"):
            if place.provider.name == "FileSystem":
                empty_file(call, place)
            else:
                place.provider.clear_item(call.session, place.path)
