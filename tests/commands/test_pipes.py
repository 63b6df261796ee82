"""A reader who leaves early, as `head` does: no traceback, and no other complaint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from passivelab.commands.paths import ROOT
from passivelab.errors import Exit
from passivelab.report import JsonLines, Mask


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--list",), 1),
        (("--help", "build-lab"), 1),
        (("status",), Exit.INTERRUPTED),
        (("status", "--json"), Exit.INTERRUPTED),
        (("check", "--lab", "nowhere"), Exit.INVALID),  # nothing is written to the pipe
    ],
)
def test_a_command_whose_reader_has_left_ends_quietly(words: tuple[str, ...], code: int) -> None:
    assert_quiet(words, code)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_so_does_a_script_of_the_users(tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "one.ps1").write_text("1")
    assert_quiet(("run-script", *more, str(tmp_path / "one.ps1")), Exit.INTERRUPTED)


def assert_quiet(words: tuple[str, ...], code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as broken:
        line = [sys.executable, "-m", "invoke", *words]
        done = subprocess.run(line, cwd=ROOT, stdout=broken, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr and "Broken" not in done.stderr


def test_what_follows_goes_nowhere() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        lines = JsonLines(stream, Mask(lambda: []))
        with pytest.raises(BrokenPipeError):
            lines.write({"event": "one"})
        lines.write({"event": "two"})
