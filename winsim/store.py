"""What survives a restart of the simulator: the world in a folder, one file a host, written atomically."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from winsim.world.codec import decode, encode
from winsim.world.host import Host
from winsim.world.lab import World

FORMAT = 1


class BadStore(Exception):
    """The folder does not hold a world that this version can read."""


class Store:
    """Saves a world; files whose text has not changed are left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: dict[str, str] = {}

    def exists(self) -> bool:
        return (self.folder / "world.json").exists()

    def save(self, world: World) -> None:
        """Call it with the lock of the world held, or while nothing runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        world.clock.rebase()
        hosts, world.hosts = world.hosts, {}
        try:
            head = encode(world)
        finally:
            world.hosts = hosts
        for name, host in hosts.items():
            self._write(f"host-{name}.json", encode(host))
        self._write("world.json", {"format": FORMAT, "hosts": list(hosts), "world": head})

    def differs(self, host: Host) -> bool:
        """Whether a host is not as it was saved; with the lock of the world held."""
        return self._written.get(f"host-{host.id.lower()}.json") != _text(encode(host))

    def load(self) -> World:
        try:
            head = self._read("world.json")
            if head.get("format") != FORMAT:
                raise BadStore(f"{self.folder}: state of another version of the simulator")
            world: World = decode(head["world"])
            for name in head["hosts"]:
                world.hosts[name] = decode(self._read(f"host-{name}.json"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
            raise BadStore(f"{self.folder}: {error}") from error
        world.connect()
        return world

    def _read(self, name: str) -> Any:
        text = (self.folder / name).read_text(encoding="utf-8")
        self._written[name] = text
        return json.loads(text)

    def _write(self, name: str, data: Any) -> None:
        text = _text(data)
        if self._written.get(name) == text:
            return
        target = self.folder / name
        temporary = target.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        self._written[name] = text


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
