"""System.IO.Path, File and Directory."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.collect import listed
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.net.encodings import Encoding, byte_array
from winsim.interpreter.net.fileinfo import TIMES, DirectoryInfo, aware, info_of, listing
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, Array, Char, EnumValue

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.files import FileSystem

PATH = TypeDef("System.IO.Path")
FILE = TypeDef("System.IO.File")
DIRECTORY = TypeDef("System.IO.Directory")
INVALID_PATH = '"<>|' + "".join(chr(c) for c in range(32))
INVALID_NAME = INVALID_PATH + ":*?\\/"
SYSTEM32 = r"C:\Windows\system32"


def check(path: str) -> str:
    if path is not None and any(c in INVALID_PATH for c in path):
        raise NetError("System.ArgumentException", "Illegal characters in path.")
    return path


def absolute(session: Session, path: str) -> str:
    """Path.GetFullPath: relative paths start in the process's directory, which Set-Location does not change."""
    if path is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: path")
    if not path.strip():
        raise NetError("System.ArgumentException", "The path is not of a legal form.")
    from winsim.interpreter.providers import normal

    path = check(path).replace("/", "\\")
    if path.startswith("\\\\"):
        return normal(path)
    here = str(session.state.get("process_directory", SYSTEM32))
    if path[1:2] == ":":
        rest = path[2:]
        made = path[0] + ":" + (normal(rest) if rest.startswith("\\") else normal("\\" + rest))
    elif path.startswith("\\"):
        made = here[:2] + normal(path)
    else:
        made = here[:2] + normal(f"{here[2:]}\\{path}")
    return made + "\\" if path.endswith("\\") and not made.endswith("\\") else made or "\\"


def files(session: Session) -> FileSystem:
    store: FileSystem = session.host.files
    return store


# -- Path ---------------------------------------------------------------------------------------------------------


def is_rooted(path: str) -> bool:
    return path.startswith(("\\", "/")) or path[1:2] == ":"


@PATH.static_method("Combine", "params System.String[]")
def combine(parts: Sequence[str]) -> str:
    made = ""
    for part in parts:
        if part is None:
            raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: paths")
        check(part)
        if not part:
            continue
        made = part if is_rooted(part) or not made else made + ("" if made[-1] in "\\/:" else "\\") + part
    return made


@PATH.static_method("GetFileName", "System.String")
def get_file_name(path: str | None) -> object:
    return None if path is None else check(path).replace("/", "\\").rpartition("\\")[2].rpartition(":")[2]


@PATH.static_method("GetFileNameWithoutExtension", "System.String")
def get_base_name(path: str | None) -> object:
    if path is None:
        return None
    name = str(get_file_name(path))
    return name.rpartition(".")[0] if "." in name else name


@PATH.static_method("GetExtension", "System.String")
def get_extension(path: str | None) -> object:
    if path is None:
        return None
    _, dot, tail = str(get_file_name(path)).rpartition(".")
    return f".{tail}" if dot and tail else ""


@PATH.static_method("ChangeExtension", "System.String", "System.String")
def change_extension(path: str, extension: str | None) -> str:
    name = str(get_file_name(path))
    head = path[: len(path) - len(name)] + (name.rpartition(".")[0] if "." in name else name)
    return head if extension is None else f"{head}.{extension.lstrip('.')}"


@PATH.static_method("GetDirectoryName", "System.String")
def get_directory_name(path: str | None) -> object:
    if path is None:
        return None
    text = check(path).replace("/", "\\")
    if not text:
        raise NetError("System.ArgumentException", "The path is not of a legal form.")
    if text.rstrip("\\").endswith(":") or text == "\\":
        return None
    head = text.rpartition("\\")[0]
    return head + "\\" if head.endswith(":") else head


@PATH.static_method("GetFullPath", "System.String", needs_session=True)
def get_full_path(session: Session, path: str) -> str:
    return absolute(session, path)


@PATH.static_method("GetPathRoot", "System.String")
def get_path_root(path: str) -> str:
    if path[1:2] == ":":
        return path[:3].replace("/", "\\")
    return "\\" if path.startswith(("\\", "/")) else ""


@PATH.static_method("IsPathRooted", "System.String")
def is_path_rooted(path: str) -> bool:
    return bool(path) and is_rooted(check(path))


@PATH.static_method("HasExtension", "System.String")
def has_extension(path: str) -> bool:
    return bool(get_extension(path))


def temp(session: Session) -> str:
    folder = session.environment().get("temp", r"C:\Windows\Temp").rstrip("\\")
    files(session).make_directory(folder)
    return folder + "\\"


@PATH.static_method("GetTempPath", needs_session=True)
def get_temp_path(session: Session) -> str:
    return temp(session)


@PATH.static_method("GetTempFileName", needs_session=True)
def get_temp_file_name(session: Session) -> str:
    folder = temp(session)
    name = f"{folder}tmp{uuid.uuid4().hex[:4].upper()}.tmp"
    while files(session).exists(name):
        name = f"{folder}tmp{uuid.uuid4().hex[:6].upper()}.tmp"
    files(session).write(name, b"")
    return name


@PATH.static_method("GetRandomFileName")
def get_random_file_name() -> str:
    text = uuid.uuid4().hex
    return f"{text[:8]}.{text[8:11]}"


@PATH.static_method("GetInvalidFileNameChars")
def invalid_name_chars() -> Array:
    return Array([Char(c) for c in INVALID_NAME], "System.Char")


@PATH.static_method("GetInvalidPathChars")
def invalid_path_chars() -> Array:
    return Array([Char(c) for c in INVALID_PATH], "System.Char")


for _name, _char in (
    ("DirectorySeparatorChar", "\\"),
    ("AltDirectorySeparatorChar", "/"),
    ("PathSeparator", ";"),
    ("VolumeSeparatorChar", ":"),
):

    @PATH.static_property(_name)
    def separator(char: str = _char) -> Char:
        return Char(char)


# -- File ---------------------------------------------------------------------------------------------------------


def decode(data: bytes, encoding: Encoding | None = None) -> str:
    """As StreamReader: a byte order mark decides, otherwise the encoding, UTF-8 without one."""
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    return encoding.decode(data) if encoding else data.decode("utf-8", "replace")


def read(session: Session, path: str) -> bytes:
    full = absolute(session, path)
    try:
        return files(session).read(full)
    except IsADirectoryError:
        raise NetError("System.UnauthorizedAccessException", f"Access to the path '{full}' is denied.") from None
    except FileNotFoundError:
        if not files(session).is_directory(full.rpartition("\\")[0] + "\\"):
            raise NetError(
                "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'."
            ) from None
        raise NetError(
            "System.IO.FileNotFoundException", f"Could not find file '{full}'.", properties={"FileName": full}
        ) from None


def write(session: Session, path: str, data: bytes) -> object:
    full = absolute(session, path)
    entry = files(session).find(full)
    if entry is not None and (entry.is_directory or entry.attributes & 1):
        raise NetError("System.UnauthorizedAccessException", f"Access to the path '{full}' is denied.")
    try:
        files(session).write(full, data)
    except (FileNotFoundError, NotADirectoryError):
        raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.") from None
    return AUTOMATION_NULL


def encoded(text: str, encoding: Encoding | None, mark: bool = True) -> bytes:
    if encoding is None:
        return text.encode("utf-8", "surrogatepass")
    return (encoding.preamble if mark else b"") + encoding.encode(text)


ENCODING = "System.Text.Encoding"
LEFT_OUT = Encoding("UTF8", mark=False)


def given(encoding: Encoding | None) -> Encoding | None:
    """The argument, None where there is none; a null in its place is refused."""
    if encoding is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: encoding")
    return None if encoding is LEFT_OUT else encoding


@FILE.static_method("Exists", "System.String", needs_session=True)
def file_exists(session: Session, path: str) -> bool:
    return bool(path) and not any(c in INVALID_PATH for c in path) and files(session).is_file(absolute(session, path))


@FILE.static_method("ReadAllText", "System.String", ENCODING, optional=1, needs_session=True)
def read_all_text(session: Session, path: str, encoding: Encoding | None = LEFT_OUT) -> str:
    known = given(encoding)
    return decode(read(session, path), known)


@FILE.static_method("ReadAllLines", "System.String", ENCODING, optional=1, needs_session=True)
@FILE.static_method("ReadLines", "System.String", ENCODING, optional=1, needs_session=True)
def read_all_lines(session: Session, path: str, encoding: Encoding | None = LEFT_OUT) -> Array:
    known = given(encoding)
    text = decode(read(session, path), known).replace("\r\n", "\n").replace("\r", "\n")
    return Array(text.removesuffix("\n").split("\n") if text else [], "System.String")


@FILE.static_method("ReadAllBytes", "System.String", needs_session=True)
def read_all_bytes(session: Session, path: str) -> Array:
    return byte_array(read(session, path))


@FILE.static_method("WriteAllText", "System.String", "System.String", ENCODING, optional=1, needs_session=True)
def write_all_text(session: Session, path: str, text: str, encoding: Encoding | None = LEFT_OUT) -> object:
    return write(session, path, encoded(text or "", given(encoding)))


@FILE.static_method("AppendAllText", "System.String", "System.String", ENCODING, optional=1, needs_session=True)
def append_all_text(session: Session, path: str, text: str, encoding: Encoding | None = LEFT_OUT) -> object:
    full = absolute(session, path)
    old = files(session).read(full) if files(session).is_file(full) else b""
    return write(session, path, old + encoded(text or "", given(encoding), not old))


def lines_text(lines: object) -> str:
    return "".join(f"{to_text(line)}\r\n" for line in listed(lines))


@FILE.static_method("WriteAllLines", "System.String", "System.Object", ENCODING, optional=1, needs_session=True)
def write_all_lines(session: Session, path: str, lines: object, encoding: Encoding | None = LEFT_OUT) -> object:
    return write(session, path, encoded(lines_text(lines), given(encoding)))


@FILE.static_method("AppendAllLines", "System.String", "System.Object", ENCODING, optional=1, needs_session=True)
def append_all_lines(session: Session, path: str, lines: object, encoding: Encoding | None = LEFT_OUT) -> object:
    return append_all_text(session, path, lines_text(lines), encoding)


@FILE.static_method("WriteAllBytes", "System.String", "System.Byte[]", needs_session=True)
def write_all_bytes(session: Session, path: str, data: Sequence[int]) -> object:
    return write(session, path, bytes(int(b) for b in data))


@FILE.static_method("Delete", "System.String", needs_session=True)
def delete(session: Session, path: str) -> object:
    full = absolute(session, path)
    if files(session).is_file(full):
        files(session).remove(full)
    return AUTOMATION_NULL


@FILE.static_method("Copy", "System.String", "System.String", "System.Boolean", optional=1, needs_session=True)
def copy(session: Session, source: str, target: str, overwrite: bool = False) -> object:
    data, full = read(session, source), absolute(session, target)
    if files(session).exists(full) and not overwrite:
        raise NetError("System.IO.IOException", f"The file '{full}' already exists.")
    return write(session, target, data)


@FILE.static_method("Move", "System.String", "System.String", needs_session=True)
def move_file(session: Session, source: str, target: str) -> object:
    full = absolute(session, source)
    if not files(session).is_file(full):
        raise NetError("System.IO.FileNotFoundException", f"Could not find file '{full}'.")
    return move(session, source, target)


@DIRECTORY.static_method("Move", "System.String", "System.String", needs_session=True)
def move_folder(session: Session, source: str, target: str) -> object:
    full = absolute(session, source)
    if not files(session).exists(full):
        raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.")
    return move(session, source, target)


def move(session: Session, source: str, target: str) -> object:
    try:
        files(session).move(absolute(session, source), absolute(session, target))
    except FileExistsError:
        raise NetError("System.IO.IOException", "Cannot create a file when that file already exists.\r\n") from None
    except (FileNotFoundError, NotADirectoryError):  # the folder of the target
        raise NetError("System.IO.DirectoryNotFoundException", "Could not find a part of the path.") from None
    return AUTOMATION_NULL


@FILE.static_method("GetAttributes", "System.String", needs_session=True)
def get_attributes(session: Session, path: str) -> object:
    from winsim.interpreter.net.fileinfo import attributes

    return attributes(info_of(files(session), absolute(session, path)))


@FILE.static_method("SetAttributes", "System.String", "System.IO.FileAttributes", needs_session=True)
def set_file_attributes(session: Session, path: str, value: EnumValue) -> object:
    from winsim.interpreter.net.fileinfo import set_attributes

    set_attributes(info_of(files(session), absolute(session, path)), value)
    return AUTOMATION_NULL


def _times() -> None:
    for name, attribute in TIMES.items():
        for target in (FILE, DIRECTORY):

            @target.static_method(f"Get{name}", "System.String", needs_session=True)
            def get_time(session: Session, path: str, attribute: str = attribute) -> DateTime:
                entry = files(session).need(absolute(session, path))
                return DateTime.from_python(getattr(entry, attribute)).with_kind("Local")

            @target.static_method(f"Set{name}", "System.String", "System.DateTime", needs_session=True)
            def set_time(session: Session, path: str, value: DateTime, attribute: str = attribute) -> object:
                setattr(files(session).need(absolute(session, path)), attribute, aware(value))
                return AUTOMATION_NULL


_times()

# -- Directory ----------------------------------------------------------------------------------------------------


@DIRECTORY.static_method("Exists", "System.String", needs_session=True)
def directory_exists(session: Session, path: str) -> bool:
    return bool(path) and files(session).is_directory(absolute(session, path))


@DIRECTORY.static_method("CreateDirectory", "System.String", needs_session=True)
def create_directory(session: Session, path: str) -> DirectoryInfo:
    full = absolute(session, path).rstrip("\\")
    try:
        files(session).make_directory(full)
    except FileExistsError:
        raise NetError(
            "System.IO.IOException",
            f'Cannot create "{full}" because a file or directory with the same name already exists.',
        ) from None
    return DirectoryInfo(files(session), full, path)


@DIRECTORY.static_method("Delete", "System.String", "System.Boolean", optional=1, needs_session=True)
def delete_directory(session: Session, path: str, recurse: bool = False) -> object:
    full = absolute(session, path)
    entry = files(session).find(full)
    if entry is None or not entry.is_directory:
        raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.")
    if entry.children and not recurse:
        raise NetError("System.IO.IOException", "The directory is not empty.\r\n")
    files(session).remove(full)
    return AUTOMATION_NULL


def _listings() -> None:
    for name, kinds in (
        ("GetFiles", "files"),
        ("GetDirectories", "folders"),
        ("GetFileSystemEntries", "both"),
        ("EnumerateFiles", "files"),
        ("EnumerateDirectories", "folders"),
    ):

        @DIRECTORY.static_method(
            name, "System.String", "System.String", "System.IO.SearchOption", optional=2, needs_session=True
        )
        def list_names(
            session: Session, path: str, pattern: str = "*", option: EnumValue | None = None, kinds: str = kinds
        ) -> Array:
            folder = DirectoryInfo(files(session), absolute(session, path))
            deep = option is not None and option.name == "AllDirectories"
            return Array([getattr(info, "path", "") for info in listing(folder, pattern, deep, kinds)], "System.String")


_listings()


@DIRECTORY.static_method("GetCurrentDirectory", needs_session=True)
def get_current_directory(session: Session) -> str:
    return str(session.state.get("process_directory", SYSTEM32))


@DIRECTORY.static_method("SetCurrentDirectory", "System.String", needs_session=True)
def set_current_directory(session: Session, path: str) -> object:
    session.state["process_directory"] = absolute(session, path)
    return AUTOMATION_NULL


@DIRECTORY.static_method("GetParent", "System.String", needs_session=True)
def get_parent(session: Session, path: str) -> DirectoryInfo | None:
    head = get_directory_name(absolute(session, path).rstrip("\\"))
    return DirectoryInfo(files(session), str(head)) if head else None


TYPES = (PATH, FILE, DIRECTORY)
