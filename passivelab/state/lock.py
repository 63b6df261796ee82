"""One run at a time works on a lab. The system frees the lock with the process, however it ends."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from passivelab.errors import Locked


@dataclass(frozen=True)
class Owner:
    """Who holds a lock: kept inside the file for people to read, never used to decide."""

    user: str
    host: str
    pid: int
    command: str
    since: str

    @staticmethod
    def here(command: str) -> Owner:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        return Owner(_user(), socket.gethostname(), os.getpid(), command, since)

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}, {self.command} since {self.since}"


class Lock:
    """The lock of a lab, taken by ``with``; raises Locked at once when another process has it."""

    def __init__(self, path: Path, lab: str, command: str) -> None:
        self.path = path
        self.lab = lab
        self.command = command
        self._file: int | None = None

    def __enter__(self) -> Lock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            owner = self.owner()
            raise Locked(
                lab=self.lab,
                owner=str(owner) if owner else "a process that has not said who it is",
                hint="wait until it has finished, or end it: the lock goes with the process",
                record=self.path,
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps(asdict(Owner.here(self.command))).encode() + b"\n", 0)
        self._file = file
        return self

    def __exit__(self, *failure: object) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def owner(self) -> Owner | None:
        """Who holds the lock, as far as the file tells."""
        try:
            return Owner(**json.loads(self.path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for the user id, as in some containers
        return str(os.getuid())
