"""Other names in a template leave it a template: what campaigns.renaming builds labs from."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from campaigns.renaming import Renaming
from passivelab.commands.paths import ROLES


@pytest.mark.parametrize("file", sorted(ROLES.glob("*/steps/*.ps1.j2")), ids=lambda file: file.stem)
def test_renaming_leaves_a_template_a_template(file: Path) -> None:
    text = file.read_text("utf-8")
    renamed = Renaming(random.Random(1)).template(text)
    for mark in ("{%", "{{", "$"):
        assert renamed.count(mark) == text.count(mark)
