"""A copy of the default lab, served on its real endpoint, with commands run as a person would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from passivelab.commands.paths import ROOT


@dataclass(frozen=True)
class Ran:
    """What one command gave."""

    code: int
    events: list[dict[str, Any]]
    errors: str

    @property
    def summary(self) -> dict[str, Any]:
        return self.events[-1]

    def changed(self) -> set[str]:
        return {
            str(event["key"])
            for event in self.events
            if event["event"] == "step_finished" and event["outcome"] in ("changed", "removed")
        }

    def pending(self) -> dict[str, dict[str, Any]]:
        plan = next(event["plan"] for event in self.events if event["event"] == "plan")
        return {change["key"]: change for change in plan["changes"] if change["action"] != "unchanged"}


@dataclass(frozen=True)
class Lab:
    folder: Path
    hosts: Mapping[str, Mapping[str, str]]

    def invoke(self, *arguments: str) -> Ran:
        line = [sys.executable, "-m", "invoke", *arguments, "--lab", str(self.folder), "--json"]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, [json.loads(text) for text in done.stdout.splitlines()], done.stderr)

    def by_hand(self, host: str, script: str, *, delegated: bool = True) -> None:
        """Something that an administrator does on a host, with a client that is not ours."""
        at = self.hosts[host]
        address, port = at["url"].split("/")[2].split(":")
        name = "passivelab.delegated" if delegated else "Microsoft.PowerShell"
        with (
            WSMan(
                address, port=int(port), ssl=False, username=at["user"], password=at["password"], no_proxy=True
            ) as wsman,
            RunspacePool(wsman, configuration_name=name) as pool,
        ):
            shell = PowerShell(pool)
            shell.add_script(f"$ErrorActionPreference = 'Stop'; {script}")
            shell.invoke()
            assert not shell.had_errors, [str(error) for error in shell.streams.error]


def copy(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("lab.yml", "machines.yml", "secrets.yml"):
        shutil.copy(ROOT / "inventory" / "simulated" / name, folder / name)
    return folder


@contextmanager
def served(folder: Path) -> Iterator[Lab]:
    line = [sys.executable, "-m", "invoke", "serve-lab", "--lab", str(folder), "--json"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield Lab(folder, json.loads(server.stdout.readline())["hosts"])
        server.terminate()


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new), "utf-8")
