"""The files of shares as a file system that can be read: paths are UNC paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.command import NotBuilt
from winsim.world.files import FileEntry, FileSystem

if TYPE_CHECKING:
    from winsim.interpreter.session import Session


class ShareFiles(FileSystem):
    """What the account of the session sees behind UNC paths."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def find(self, path: str) -> FileEntry | None:
        from winsim.interpreter.provider_files import remote_entry

        return remote_entry(self.session, path.rstrip("\\"))

    def full_name(self, path: str) -> str:
        return path.rstrip("\\")

    def parent(self, path: str) -> tuple[FileEntry, str]:
        raise NotBuilt(f"changing what a share holds ({path})")

    def make_directory(self, path: str) -> FileEntry:
        raise NotBuilt(f"changing what a share holds ({path})")
