"""A host's file system: drives, directories and files, looked up without regard to case.

Paths are absolute Windows paths (``C:\\Windows\\System32``); both separators are accepted. Errors are Python's
FileNotFoundError, FileExistsError, NotADirectoryError and IsADirectoryError; commands turn them into Windows' own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from winsim.world.clock import Clock
from winsim.world.security import AccessList

READ_ONLY, HIDDEN, SYSTEM, DIRECTORY, ARCHIVE = 0x1, 0x2, 0x4, 0x10, 0x20
EPOCH = datetime(2013, 8, 22, 13, 36, 24, tzinfo=UTC)  # the dates of the installation image


@dataclass
class FileEntry:
    """A file (``children`` is None) or a directory."""

    name: str
    content: bytes = b""
    children: dict[str, FileEntry] | None = None
    attributes: int = ARCHIVE
    created: datetime = EPOCH
    modified: datetime = EPOCH
    accessed: datetime = EPOCH
    access: AccessList = field(default_factory=AccessList)
    version: str = ""  # the file version resource of a program

    @property
    def is_directory(self) -> bool:
        return self.children is not None

    def listing(self) -> list[FileEntry]:
        """The children in the order that Windows lists them."""
        return [self.children[key] for key in sorted(self.children)] if self.children is not None else []


@dataclass
class Drive:
    letter: str
    root: FileEntry
    label: str = ""
    capacity: int = 127 << 30
    free: int = 96 << 30


def split(path: str) -> list[str]:
    """``C:\\a/b`` -> ["C:", "a", "b"]; ``.`` and ``..`` are resolved."""
    parts: list[str] = []
    for part in path.removeprefix("\\\\?\\").replace("/", "\\").split("\\"):
        if part == "..":
            if len(parts) > 1:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part.rstrip(" .") or part)
    return parts


@dataclass
class FileSystem:
    drives: dict[str, Drive] = field(default_factory=dict)  # by lower-case letter
    clock: Clock = field(default_factory=Clock, metadata={"transient": True})

    def add_drive(self, letter: str, label: str = "") -> Drive:
        root = FileEntry(f"{letter.upper()}:\\", children={}, attributes=DIRECTORY | HIDDEN | SYSTEM)
        drive = Drive(letter.upper(), root, label)
        self.drives[letter.lower()] = drive
        return drive

    def find(self, path: str) -> FileEntry | None:
        parts = split(path)
        drive = self.drives.get(parts[0].rstrip(":").lower()) if parts else None
        if drive is None or not parts[0].endswith(":"):
            return None
        entry: FileEntry | None = drive.root
        for part in parts[1:]:
            if entry is None or entry.children is None:
                return None
            entry = entry.children.get(part.lower())
        return entry

    def need(self, path: str) -> FileEntry:
        entry = self.find(path)
        if entry is None:
            raise FileNotFoundError(path)
        return entry

    def exists(self, path: str) -> bool:
        return self.find(path) is not None

    def is_file(self, path: str) -> bool:
        entry = self.find(path)
        return entry is not None and not entry.is_directory

    def is_directory(self, path: str) -> bool:
        entry = self.find(path)
        return entry is not None and entry.is_directory

    def full_name(self, path: str) -> str:
        """The path with the case in which the names were written."""
        parts = split(path)
        entry: FileEntry | None = self.drives[parts[0][0].lower()].root
        shown = []
        for part in parts[1:]:
            entry = (entry.children or {}).get(part.lower()) if entry else None
            shown.append(entry.name if entry else part)
        return parts[0].upper() + "\\" + "\\".join(shown)

    def parent(self, path: str) -> tuple[FileEntry, str]:
        """The directory of a path that need not exist, and its last part."""
        parts = split(path)
        if len(parts) < 2:
            raise FileNotFoundError(path)
        parent = self.need("\\".join(parts[:-1]))
        if parent.children is None:
            raise NotADirectoryError(path)
        return parent, parts[-1]

    def read(self, path: str) -> bytes:
        entry = self.need(path)
        if entry.is_directory:
            raise IsADirectoryError(path)
        return entry.content

    def write(self, path: str, content: bytes) -> FileEntry:
        """Creates or overwrites a file; its directory must exist."""
        parent, name = self.parent(path)
        assert parent.children is not None
        now = self.clock.now()
        entry = parent.children.get(name.lower())
        if entry is None:
            entry = FileEntry(name, created=now)
            parent.children[name.lower()] = entry
        elif entry.is_directory:
            raise IsADirectoryError(path)
        entry.content = content
        entry.modified = entry.accessed = now
        return entry

    def make_directory(self, path: str) -> FileEntry:
        """Creates the directory and those above it; an existing one is returned as it is."""
        parts = split(path)
        drive = self.drives.get(parts[0].rstrip(":").lower()) if parts else None
        if drive is None:
            raise FileNotFoundError(path)
        entry = drive.root
        for part in parts[1:]:
            if entry.children is None:
                raise FileExistsError(path)
            child = entry.children.get(part.lower())
            if child is None:
                now = self.clock.now()
                child = FileEntry(part, children={}, attributes=DIRECTORY, created=now, modified=now, accessed=now)
                entry.children[part.lower()] = child
            entry = child
        if entry.children is None:
            raise FileExistsError(path)
        return entry

    def remove(self, path: str) -> None:
        parent, name = self.parent(path)
        assert parent.children is not None
        if parent.children.pop(name.lower(), None) is None:
            raise FileNotFoundError(path)

    def move(self, source: str, target: str) -> FileEntry:
        """Moves or renames; ``target`` is the full new path and must not exist."""
        entry = self.need(source)
        parent, name = self.parent(target)
        assert parent.children is not None
        if name.lower() in parent.children and parent.children[name.lower()] is not entry:
            raise FileExistsError(target)
        self.remove(source)
        entry.name = name
        parent.children[name.lower()] = entry
        return entry

    def copy(self, source: str, target: str, overwrite: bool = True) -> FileEntry:
        """Copies a file or a whole directory to the full path ``target``."""
        entry = copy.deepcopy(self.need(source))
        parent, name = self.parent(target)
        assert parent.children is not None
        if name.lower() in parent.children and not overwrite:
            raise FileExistsError(target)
        entry.name = name
        entry.created = self.clock.now()
        parent.children[name.lower()] = entry
        return entry

    def walk(self, path: str) -> Iterator[tuple[str, FileEntry]]:
        """Everything below a directory, with full paths, parents first."""
        base = path.rstrip("\\")
        for child in self.need(path).listing():
            full = f"{base}\\{child.name}"
            yield full, child
            if child.is_directory:
                yield from self.walk(full)
