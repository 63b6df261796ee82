"""The FileSystem provider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.command import CommandError, NotBuilt
from winsim.interpreter.net.fileinfo import DirectoryInfo, FileInfo, info_of
from winsim.interpreter.providers import Provider
from winsim.interpreter.share_files import ShareFiles
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import PSObject
from winsim.world.share_access import Connection, may_read, names_of, share_lets_in
from winsim.world.shares import Shares, locate

if TYPE_CHECKING:
    from winsim.interpreter.session import Session
    from winsim.world.files import FileEntry, FileSystem

READ_ONLY, HIDDEN, SYSTEM = 1, 2, 4
DEVICES = re.compile(r"CON|PRN|AUX|CLOCK\$|NUL|COM[0-9]|LPT[0-9]|CONIN\$|CONOUT\$", re.IGNORECASE)


def files(session: Session) -> FileSystem:
    store: FileSystem = session.host.files
    return store


def is_remote(path: str) -> bool:
    return path.startswith("\\\\") and not path.startswith("\\\\?\\")


def remote_entry(session: Session, path: str) -> FileEntry | None:
    """What a path leads to, on this machine or by UNC, as the account that the session has there.

    A network logon without delegation is nobody on another machine, unless it has connected with credentials.
    """
    place = locate(session.world, session.host, path)
    if place is None:
        return None
    found = place[0].files.find(place[1])
    if place[0] is session.host:
        return found
    server, share = path[2:].split("\\")[:2]
    held = connections(session).get(server.lower())
    if held is not None:
        token = held.token
    elif session.identity.delegated:
        token = names_of(session.identity.user, session.identity.groups)
    else:
        raise access_denied(path)
    known = place[0].parts.need(Shares).find(share)
    if known is None or not share_lets_in(known, token):
        raise access_denied(path)
    if found is not None and not may_read(place[0].files, place[1], token):
        raise access_denied(path)
    return found


def file_content(session: Session, path: str) -> bytes:
    """What is in a file of this machine or of a share."""
    if not is_remote(path):
        return files(session).read(path)
    entry = remote_entry(session, path)
    if entry is None or entry.is_directory:
        raise FileNotFoundError(path)
    return entry.content


def connections(session: Session) -> dict[str, Connection]:
    """The servers to which the session has connected with credentials, by name."""
    held: dict[str, Connection] = session.state.setdefault("connections", {})
    return held


def access_denied(path: str) -> CommandError:
    return CommandError(
        "ItemExistsUnauthorizedAccessError",
        "Access is denied",
        "PermissionDenied",
        path,
        "System.UnauthorizedAccessException",
    )


def refuse_remote(what: str, path: str) -> None:
    if is_remote(path):
        raise NotBuilt(f"{what} on a share ({path})")


def is_device(name: str) -> bool:
    """Whether a file name, without its extension, is one of DOS' devices."""
    return DEVICES.fullmatch(name.partition(".")[0]) is not None


class FileSystemProvider(Provider):
    name = "FileSystem"

    def entry(self, session: Session, path: str) -> FileEntry | None:
        return remote_entry(session, path) if is_remote(path) else files(session).find(path)

    def exists(self, session: Session, path: str) -> bool:
        return self.entry(session, path) is not None

    def is_container(self, session: Session, path: str) -> bool:
        entry = self.entry(session, path)
        return entry is not None and entry.is_directory

    def full(self, session: Session, path: str) -> str:
        return path if is_remote(path) else files(session).full_name(path)

    def item(self, session: Session, path: str) -> FileInfo | DirectoryInfo:
        return info_of(ShareFiles(session) if is_remote(path) else files(session), path)

    def child_names(self, session: Session, path: str) -> list[str]:
        entry = self.entry(session, path)
        if entry is None:
            return []
        listing = entry.listing()
        return [e.name for e in listing if e.is_directory] + [e.name for e in listing if not e.is_directory]

    def new_item(self, session: Session, path: str, kind: str, value: object, options: dict[str, object]) -> object:
        refuse_remote("New-Item", path)
        force = bool(options.get("Force"))
        if any(char in '<>|?*"' or char < " " for char in path):
            folder = kind.lower() in ("directory", "container", "d")
            id = "CreateDirectoryArgumentError" if folder else "System.ArgumentException"
            message = "Illegal characters in path."
            raise CommandError(id, message, "InvalidArgument", path, "System.ArgumentException")
        if kind.lower() in ("directory", "container", "d"):
            if self.exists(session, path):
                if not force or not self.is_container(session, path):
                    raise CommandError(
                        "DirectoryExist",
                        f"An item with the specified name {path} already exists.",
                        "ResourceExists",
                        path,
                        "System.IO.IOException",
                    )
                return self.item(session, path)
            files(session).make_directory(path)
            return self.item(session, path)
        if kind and kind.lower() not in ("file", "f", "leaf"):
            raise NotBuilt(f"New-Item -ItemType {kind}")
        if self.exists(session, path) and not force:
            raise CommandError(
                "NewItemIOError", f"The file '{path}' already exists.", "WriteError", path, "System.IO.IOException"
            )
        parent = path.rpartition("\\")[0]
        if not files(session).is_directory(parent + "\\"):
            if not force:
                raise CommandError(
                    "NewItemIOError",
                    f"Could not find a part of the path '{path}'.",
                    "WriteError",
                    path,
                    "System.IO.DirectoryNotFoundException",
                )
            files(session).make_directory(parent)
        files(session).write(path, to_text(value).encode() if value is not None else b"")
        return self.item(session, path)

    def clear_item(self, session: Session, path: str) -> None:
        raise self.refuse("clear")

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        refuse_remote("Remove-Item", path)
        entry = files(session).need(path)
        if entry.attributes & (READ_ONLY | HIDDEN | SYSTEM) and not options.get("Force"):
            raise CommandError(
                "RemoveFileSystemItemUnAuthorizedAccess",
                f"Cannot remove item {path}: You do not have sufficient access rights to perform this operation.",
                "PermissionDenied",
                path,
                "System.IO.IOException",
            )
        files(session).remove(path)

    def rename_item(self, session: Session, path: str, name: str) -> object:
        if "\\" in name or ":" in name:
            raise CommandError(
                "Argument",
                "Cannot rename the specified target, because it represents a path or device name.",
                "InvalidArgument",
                name,
                "System.Management.Automation.PSArgumentException",
            )
        target = f"{path.rpartition(chr(92))[0]}\\{name}"
        return self.move_item(session, path, target)

    def move_item(self, session: Session, path: str, target: str) -> object:
        refuse_remote("moving an item", path)
        refuse_remote("moving an item", target)
        kind = "Directory" if self.is_container(session, path) else "FileInfo"
        if target.lower().startswith(path.lower().rstrip("\\") + "\\"):
            message = "The process cannot access the file because it is being used by another process.\r\n"
            raise CommandError("MoveDirectoryItemIOError", message, "WriteError", path, "System.IO.IOException")
        try:
            files(session).move(path, target)
        except FileExistsError:
            raise self.exists_error(f"Move{kind}ItemIOError", path) from None
        except FileNotFoundError:
            raise CommandError(
                f"Move{kind}ItemIOError",
                "Could not find a part of the path.",
                "WriteError",
                path,
                "System.IO.DirectoryNotFoundException",
            ) from None
        return self.item(session, target)

    @staticmethod
    def exists_error(id: str, path: str) -> CommandError:
        return CommandError(
            id, "Cannot create a file when that file already exists.\r\n", "WriteError", path, "System.IO.IOException"
        )

    def copy_item(self, session: Session, path: str, target: str, recurse: bool, container: bool) -> object:
        store = files(session)
        if is_remote(target):
            raise NotBuilt(f"Copy-Item to a share ({target})")
        entry = self.entry(session, path)
        if entry is None:
            raise FileNotFoundError(path)
        try:
            if is_remote(path):
                if entry.is_directory:
                    raise NotBuilt(f"Copy-Item of a folder of a share ({path})")
                store.write(target, entry.content)
            elif not entry.is_directory:
                store.copy(path, target)
            elif recurse:
                self.copy_tree(store, path, target)
            else:
                store.make_directory(target)
        except FileNotFoundError:
            raise CommandError(
                "System.IO.DirectoryNotFoundException",
                f"Could not find a part of the path '{target}'.",
                "NotSpecified",
                path,
                "System.IO.DirectoryNotFoundException",
            ) from None
        return self.item(session, target)

    def copy_tree(self, store: FileSystem, path: str, target: str) -> None:
        """Copies into an existing directory as well, file by file."""
        store.make_directory(target)
        for child in store.need(path).listing():
            if child.is_directory:
                self.copy_tree(store, f"{path}\\{child.name}", f"{target}\\{child.name}")
            else:
                store.copy(f"{path}\\{child.name}", f"{target}\\{child.name}")

    def properties(self, session: Session, path: str, names: Sequence[str]) -> PSObject:
        from winsim.interpreter.members import get_property_of, properties_of

        item = self.item(session, path)
        if not names:
            return PSObject({info.name: info.read() for info in properties_of(item)})
        return PSObject({name: get_property_of(item, name) for name in names})

    def set_property(self, session: Session, path: str, name: str, value: object, kind: str = "") -> None:
        from winsim.interpreter.members import set_property

        set_property(None, self.item(session, path), name, value)
