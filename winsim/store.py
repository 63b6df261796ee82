"""What survives a restart of the simulator: the world in a folder, one file a host.

A save is all or nothing: hosts are written under new names, and ``world.json``, which names them, replaces the old one
last. A save that was cut off leaves the one before.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from winsim.world.codec import decode, encode
from winsim.world.host import Host
from winsim.world.lab import World

FORMAT = 2
HEAD = "world.json"


class BadStore(Exception):
    """The folder does not hold a world that this version can read."""


class Store:
    """Saves a world; a host whose state has not changed keeps its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, str] = {}  # host -> the file that holds it

    def exists(self) -> bool:
        return (self.folder / HEAD).exists()

    def save(self, world: World) -> None:
        """Call it with the lock of the world held, or while nothing runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        world.clock.rebase()
        rest = copy.copy(world)  # others read the hosts without the lock: they must stay where they are
        rest.hosts = {}
        head = encode(rest)
        files = {name: self._keep(name, host) for name, host in world.hosts.items()}
        self._write(HEAD, _text({"format": FORMAT, "hosts": files, "world": head}))
        self._files = files
        self._drop_others(set(files.values()))

    def differs(self, host: Host) -> bool:
        """Whether a host is not as it was saved; with the lock of the world held."""
        name = host.id.lower()
        return self._files.get(name) != _file_name(name, _text(encode(host)))

    def load(self) -> World:
        try:
            head = self._read(HEAD)
            if head.get("format") != FORMAT:
                raise BadStore(f"{self.folder}: state of another version of the simulator")
            world: World = decode(head["world"])
            for name, file in head["hosts"].items():
                world.hosts[name] = decode(self._read(file))
            self._files = dict(head["hosts"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
            raise BadStore(f"{self.folder}: {error}") from error
        world.connect()
        return world

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def _keep(self, name: str, host: Host) -> str:
        """The file that holds a host's state, written where it is not there yet."""
        text = _text(encode(host))
        file = _file_name(name, text)
        if not (self.folder / file).exists():
            self._write(file, text)
        return file

    def _write(self, name: str, text: str) -> None:
        target = self.folder / name
        temporary = target.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)

    def _drop_others(self, kept: set[str]) -> None:
        for path in self.folder.glob("host-*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _file_name(host: str, text: str) -> str:
    return f"host-{host}.{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
