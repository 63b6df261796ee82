"""System.IO.FileInfo and DirectoryInfo over a host's files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.net.enums import of_number
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64, NetObject, PSObject
from winsim.interpreter.wildcards import wildcard_match
from winsim.world.files import FileEntry, FileSystem

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

READ_ONLY, HIDDEN, SYSTEM, DIRECTORY, ARCHIVE = 0x1, 0x2, 0x4, 0x10, 0x20
NOWHERE = DateTime.of(1601, 1, 1)


class FileSystemInfo(NetObject):
    """``shown`` is what ToString gives: the path as the object was made with."""

    def __init__(self, files: FileSystem, path: str, shown: str = "") -> None:
        self.files = files
        self.path = path
        self.shown = shown or path

    @property
    def entry(self) -> FileEntry | None:
        return self.files.find(self.path)

    @property
    def name(self) -> str:
        entry = self.entry
        return entry.name if entry else self.path.rstrip("\\").rpartition("\\")[2]

    def need(self) -> FileEntry:
        entry = self.entry
        if entry is None:
            raise not_there(self.path)
        return entry

    def __str__(self) -> str:
        return self.shown

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class FileInfo(FileSystemInfo):
    type_names = ("System.IO.FileInfo", "System.IO.FileSystemInfo", "System.MarshalByRefObject", "System.Object")


class DirectoryInfo(FileSystemInfo):
    type_names = ("System.IO.DirectoryInfo", "System.IO.FileSystemInfo", "System.MarshalByRefObject", "System.Object")


def not_there(path: str) -> NetError:
    return NetError("System.IO.FileNotFoundException", f"Could not find file '{path}'.")


def info_of(files: FileSystem, path: str, shown: str = "") -> FileInfo | DirectoryInfo:
    """The object for an existing path."""
    entry = files.find(path)
    if entry is None:
        raise not_there(path)
    full = files.full_name(path)
    return DirectoryInfo(files, full, shown) if entry.is_directory else FileInfo(files, full, shown)


BASE = TypeDef("System.IO.FileSystemInfo", base="System.MarshalByRefObject")
FILE = TypeDef("System.IO.FileInfo", python=(FileInfo,), base=BASE.name, to_text=str)
FOLDER = TypeDef("System.IO.DirectoryInfo", python=(DirectoryInfo,), base=BASE.name, to_text=str)


def full_path(session: Session, path: str) -> str:
    """A path as .NET makes it absolute: from the current directory of the process."""
    from winsim.interpreter.net.paths import absolute

    return absolute(session, path)


@FILE.constructor("System.String", needs_session=True)
def make_file(session: Session, path: str) -> FileInfo:
    return FileInfo(session.host.files, full_path(session, path), path)


@FOLDER.constructor("System.String", needs_session=True)
def make_folder(session: Session, path: str) -> DirectoryInfo:
    return DirectoryInfo(session.host.files, full_path(session, path), path)


def mode(this: FileSystemInfo) -> str:
    attributes = attributes_of(this)
    letters = (("d", DIRECTORY), ("a", ARCHIVE), ("r", READ_ONLY), ("h", HIDDEN), ("s", SYSTEM))
    return "".join(letter if attributes & bit else "-" for letter, bit in letters)


def attributes_of(this: FileSystemInfo) -> int:
    entry = this.entry
    return -1 if entry is None else entry.attributes | (DIRECTORY if entry.is_directory else 0)


for _target in (FOLDER, FILE):
    _target.property("Mode")(mode)


@FILE.property("VersionInfo")
def version_info(this: FileInfo) -> PSObject:
    version = this.need().version
    return PSObject(
        {"FileVersion": version, "ProductVersion": version, "FileName": this.path, "__text__": f"File:  {this.path}"},
        ("System.Diagnostics.FileVersionInfo", "System.Object"),
    )


@FILE.property("BaseName")
def base_name(this: FileInfo) -> str:
    head, dot, _ = this.name.rpartition(".")
    return head if dot else this.name


@FOLDER.property("BaseName")
def folder_base_name(this: DirectoryInfo) -> str:
    return this.name


@FILE.property("Name")
@FOLDER.property("Name")
def name(this: FileSystemInfo) -> str:
    return this.name


@FILE.property("Length")
def length(this: FileInfo) -> Int64:
    return Int64(len(this.need().content))


@FILE.property("DirectoryName")
def directory_name(this: FileInfo) -> str:
    head = this.path.rpartition("\\")[0]
    return head + "\\" if head.endswith(":") else head


@FILE.property("Directory")
def directory(this: FileInfo) -> DirectoryInfo:
    return DirectoryInfo(this.files, directory_name(this))


@FILE.property("IsReadOnly", "System.Boolean")
def is_read_only(this: FileInfo) -> bool:
    return bool(this.need().attributes & READ_ONLY)


@FILE.setter("IsReadOnly")
def set_read_only(this: FileInfo, value: bool) -> None:
    entry = this.need()
    entry.attributes = entry.attributes | READ_ONLY if value else entry.attributes & ~READ_ONLY


@FOLDER.property("Parent")
def parent(this: DirectoryInfo) -> DirectoryInfo | None:
    head = this.path.rstrip("\\").rpartition("\\")[0]
    return DirectoryInfo(this.files, head + "\\" if head.endswith(":") else head) if head else None


@FOLDER.property("Root")
def root(this: DirectoryInfo) -> DirectoryInfo:
    return DirectoryInfo(this.files, this.path[:3])


@FILE.property("Exists")
@FOLDER.property("Exists")
def exists(this: FileSystemInfo) -> bool:
    entry = this.entry
    return entry is not None and entry.is_directory == isinstance(this, DirectoryInfo)


@BASE.property("FullName")
def full_name(this: FileSystemInfo) -> str:
    return this.path


@BASE.property("Extension")
def extension(this: FileSystemInfo) -> str:
    _, dot, tail = this.name.rpartition(".")
    return f".{tail}" if dot and tail else ""


TIMES = {"CreationTime": "created", "LastAccessTime": "accessed", "LastWriteTime": "modified"}


def _times() -> None:
    for name, attribute in TIMES.items():
        for suffix in ("", "Utc"):

            @BASE.property(name + suffix, "System.DateTime")
            def read(this: FileSystemInfo, attribute: str = attribute, utc: bool = bool(suffix)) -> DateTime:
                entry = this.entry
                if entry is None:
                    return NOWHERE
                moment: datetime = getattr(entry, attribute)
                return DateTime.from_python(moment).with_kind("Utc" if utc else "Local")

            @BASE.setter(name + suffix)
            def write(this: FileSystemInfo, value: DateTime, attribute: str = attribute) -> None:
                setattr(this.need(), attribute, aware(value))


def aware(value: DateTime) -> datetime:
    from datetime import UTC

    return value.to_python().replace(tzinfo=UTC)


_times()


@BASE.property("Attributes", "System.IO.FileAttributes")
def attributes(this: FileSystemInfo) -> EnumValue:
    return of_number("System.IO.FileAttributes", attributes_of(this))


@BASE.setter("Attributes")
def set_attributes(this: FileSystemInfo, value: EnumValue) -> None:
    entry = this.need()
    entry.attributes = (int(value) & ~0x80) | (DIRECTORY if entry.is_directory else 0)


# -- methods ------------------------------------------------------------------------------------------------------


@BASE.method("ToString")
def to_string(this: FileSystemInfo) -> str:
    return this.shown


@BASE.method("Refresh")
def refresh(this: FileSystemInfo) -> object:
    return AUTOMATION_NULL


@FILE.method("Delete")
def delete_file(this: FileInfo) -> object:
    if this.entry is not None:
        this.files.remove(this.path)
    return AUTOMATION_NULL


@FOLDER.method("Delete", "System.Boolean", optional=1)
def delete_folder(this: DirectoryInfo, recurse: bool = False) -> object:
    if this.need().children and not recurse:
        raise NetError("System.IO.IOException", "The directory is not empty.\r\n")
    this.files.remove(this.path)
    return AUTOMATION_NULL


@FILE.method("CopyTo", "System.String", "System.Boolean", optional=1, needs_session=True)
def copy_to(this: FileInfo, session: Session, target: str, overwrite: bool = False) -> FileInfo:
    full = full_path(session, target)
    if this.files.exists(full) and not overwrite:
        raise NetError("System.IO.IOException", f"The file '{full}' already exists.")
    this.files.copy(this.path, full)
    return FileInfo(this.files, full, target)


@FILE.method("MoveTo", "System.String", needs_session=True)
@FOLDER.method("MoveTo", "System.String", needs_session=True)
def move_to(this: FileSystemInfo, session: Session, target: str) -> object:
    full = full_path(session, target)
    try:
        this.files.move(this.path, full)
    except FileExistsError:
        raise NetError("System.IO.IOException", "Cannot create a file when that file already exists.\r\n") from None
    this.path = full
    return AUTOMATION_NULL


@FOLDER.method("Create")
def create(this: DirectoryInfo) -> object:
    this.files.make_directory(this.path)
    return AUTOMATION_NULL


@FOLDER.method("CreateSubdirectory", "System.String")
def create_subdirectory(this: DirectoryInfo, path: str) -> DirectoryInfo:
    full = f"{this.path.rstrip(chr(92))}\\{path}"
    this.files.make_directory(full)
    return DirectoryInfo(this.files, full)


def listing(this: DirectoryInfo, pattern: str, deep: bool, kinds: str) -> Array:
    """The children (or all below) that match; ``kinds`` is "files", "folders" or "both"."""
    this.need()
    base = this.path.rstrip("\\")
    pairs = list(this.files.walk(this.path)) if deep else [(f"{base}\\{e.name}", e) for e in this.need().listing()]
    found = [
        info_of(this.files, path)
        for path, entry in pairs
        if wildcard_match("*" if pattern == "*.*" else pattern, entry.name)
        and (kinds == "both" or entry.is_directory == (kinds == "folders"))
    ]
    element = {"files": FILE.name, "folders": FOLDER.name, "both": BASE.name}[kinds]
    return Array(found, element)


def _listings() -> None:
    for method, kinds in (("GetFiles", "files"), ("GetDirectories", "folders"), ("GetFileSystemInfos", "both")):

        @FOLDER.method(method, "System.String", "System.IO.SearchOption", optional=2)
        def list_children(
            this: DirectoryInfo, pattern: str = "*", option: EnumValue | None = None, kinds: str = kinds
        ) -> Array:
            return listing(this, pattern, option is not None and option.name == "AllDirectories", kinds)


_listings()

TYPES = (BASE, FILE, FOLDER)
