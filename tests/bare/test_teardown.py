"""One role on one bare machine: built over the wire, with its restart, and taken back to the machine as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from campaigns.kills import copy_lab
from campaigns.rebuild import run
from passivelab.commands.paths import ROOT
from winsim.world.digest import digest
from winsim.world.machines import load_machines

BASE_OF_ARR01 = ("--limit", "arr01", "--role", "base")


def reached(lab: Path, transport: str) -> str:
    """By which door and as whom arr01 lets us in, as `ping` tells it."""
    line = [sys.executable, "-m", "invoke", "ping", "--json", "--lab", str(lab), "--transport", transport]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (pong,) = [one for one in map(json.loads, said.splitlines()) if one.get("host") == "arr01"]
    url = urlsplit(pong["endpoint"])
    return f"{url.scheme}://{url.port} {pong['user']}"


def test_a_machine_is_again_as_set_up_left_it(tmp_path: Path) -> None:
    lab = copy_lab(tmp_path / "bare", "bare")
    new = digest(load_machines(lab / "machines.yml"))
    assert reached(lab, "psrp") == reached(lab, "winrm") == "http://5985 Administrator"
    built = run(lab, "build-lab", *BASE_OF_ARR01)
    assert reached(lab, "psrp") == reached(lab, "winrm") == "https://5986 Administrator"
    assert built.proved and built.changed > 0 and built.digest != new
    again = run(lab, "build-lab", *BASE_OF_ARR01)
    assert (again.proved, again.changed, again.digest) == (True, 0, built.digest)
    back = run(lab, "teardown-lab", "--yes")
    assert back.proved and back.digest == new
    assert reached(lab, "psrp") == "http://5985 Administrator"
