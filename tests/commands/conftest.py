"""Labs to break: copies of the default one, each in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from passivelab.commands.paths import ROOT


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A copy of the default lab, with a name and a memory of its own."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("lab.yml", "machines.yml", "secrets.yml"):
        shutil.copy(ROOT / "inventory" / "simulated" / name, folder / name)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
