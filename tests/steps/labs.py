"""The default lab before its build, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from campaigns.inprocess import Connector, new_world
from passivelab.blueprint.model import Identity
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.transport import Output
from winsim.world.lab import World


@dataclass(frozen=True)
class Opened:
    workshop: Workshop
    world: World

    @classmethod
    def of(cls, folder: Path) -> Opened:
        return cls(open_workshop(str(folder), Terminal()), new_world(folder / "machines.yml"))

    def by_hand(self, host: str, script: str, identity: Identity) -> Output:
        """Something that an administrator does on a host."""
        session = Connector(self.workshop, self.world)(host, identity)
        return session.run(f"$ErrorActionPreference = 'Stop'; {script}", {}, 60)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), "utf-8")
