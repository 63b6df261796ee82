"""A lab, loaded for a command: its secrets are masked from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from passivelab.commands.paths import inventory
from passivelab.commands.terminal import Terminal
from passivelab.lab import Lab, load_lab


def load(name: str, terminal: Terminal, sets: Sequence[str] = (), passive: Mapping[str, bool] | None = None) -> Lab:
    lab = load_lab(inventory(name), sets, passive=passive)
    terminal.hide(lab.secrets.known_values)
    return lab
