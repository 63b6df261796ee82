"""Whatever happens to an inventory's text, the answer is a lab or a list of problems with places, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.errors import InventoryErrors
from passivelab.lab import load_lab
from tests.lab.inventories import CLIENTS, LAB, MACHINES, SECRETS, write

FILES = {"lab": LAB, "machines": MACHINES, "secrets": SECRETS, "clients": CLIENTS, "overrides": "pools: {}\n"}
TOKENS = [
    "",
    "null",
    "[]",
    "{}",
    "5",
    "1.5",
    "true",
    "no",
    "0755",
    "'",
    '"',
    ":",
    "- ",
    "*a",
    "&a ",
    "\t",
    "é",
    "\0",
    "{",
    "]",
]


def damaged(text: str, seed: int) -> str:
    """The text with a few of its words, lines or characters changed."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        kind = chance.randrange(4)
        if kind == 0:
            lines = text.splitlines(keepends=True)
            index = chance.randrange(len(lines)) if lines else 0
            lines[index : index + 1] = chance.choice([[], lines[index : index + 1] * 2])
            text = "".join(lines)
        elif kind == 1:
            words = text.split(" ")
            words[chance.randrange(len(words))] = chance.choice(TOKENS)
            text = " ".join(words)
        else:
            index = chance.randrange(len(text) + 1)
            text = text[:index] + chance.choice(TOKENS) + text[index + kind - 2 :]
    return text


@settings(max_examples=250)
@given(file=st.sampled_from(sorted(FILES)), seed=st.integers(0, 1 << 30))
def test_damage_gives_problems_with_places(tmp_path_factory: pytest.TempPathFactory, file: str, seed: int) -> None:
    folder = tmp_path_factory.getbasetemp() / "damage"
    folder.mkdir(exist_ok=True)
    lab = write(folder, **{**FILES, file: damaged(FILES[file], seed)})
    try:
        load_lab(lab, roles=folder / "roles")
    except InventoryErrors as error:
        for problem in error.problems():
            assert problem.place is not None
            assert problem.message
            assert problem.render_plain()


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "lab.yml").write_bytes(b"lab: \xff\xfe")
    with pytest.raises(InventoryErrors) as caught:
        load_lab(folder, roles=tmp_path / "roles")
    assert caught.value.problems()[0].code == "encoding"
