"""The whole way on the simulated lab, over its real endpoint: build, build again, drift, switch a pool, take down."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from campaigns import kills
from campaigns.digest import digest
from passivelab.commands.paths import ROOT
from passivelab.state import fold
from passivelab.state.journal import read

POOL = "se01.corp.contoso.com"


@dataclass(frozen=True)
class Ran:
    """What one command gave."""

    code: int
    events: list[dict[str, Any]]

    @property
    def summary(self) -> dict[str, Any]:
        return self.events[-1]

    def changed(self) -> set[str]:
        return {
            str(event["key"])
            for event in self.events
            if event["event"] == "step_finished" and event["outcome"] in ("changed", "removed")
        }

    def plan(self) -> dict[str, Any]:
        return next(event["plan"] for event in self.events if event["event"] == "plan")


@dataclass
class Lab:
    """A copy of the default lab whose hosts are served for all of these tests."""

    folder: Path
    hosts: dict[str, dict[str, str]]
    digest: str = ""  # of the world after the first build

    def invoke(self, *arguments: str) -> Ran:
        line = [sys.executable, "-m", "invoke", *arguments, "--lab", str(self.folder), "--json"]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, [json.loads(text) for text in done.stdout.splitlines()])

    def by_hand(self, host: str, script: str) -> list[Any]:
        """Something that an administrator does on a host, with a client that is not ours."""
        at = self.hosts[host]
        address = at["url"].split("/")[2].split(":")
        with (
            WSMan(
                address[0], port=int(address[1]), ssl=False, username=at["user"], password=at["password"], no_proxy=True
            ) as wsman,
            RunspacePool(wsman) as pool,
        ):
            shell = PowerShell(pool)
            shell.add_script(script)
            output: list[Any] = shell.invoke()
            assert not shell.had_errors, [str(error) for error in shell.streams.error]
            return output


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("end-to-end") / "copy"
    folder.mkdir()
    for name in ("lab.yml", "machines.yml", "secrets.yml"):
        shutil.copy(ROOT / "inventory" / "simulated" / name, folder / name)
    line = [sys.executable, "-m", "invoke", "serve-lab", "--lab", str(folder), "--json"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        lab = Lab(folder, ready["hosts"])
        yield lab
        server.terminate()


@pytest.fixture(scope="module")
def built(lab: Lab) -> Lab:
    ran = lab.invoke("build-lab")
    assert ran.code == 0
    assert ran.summary["proved"]
    assert ran.summary["changed"] > 20
    lab.digest = digest(folder_of_machines(lab.folder))
    return lab


def folder_of_machines(lab: Path) -> Path:
    return lab / ".passivelab" / "machines"


def test_a_second_build_changes_nothing_and_costs_few_pipelines(built: Lab) -> None:
    ran = built.invoke("build-lab")
    assert ran.code == 0
    assert (ran.summary["changed"], ran.summary["failed"], ran.summary["proved"]) == (0, 0, True)
    # Two passes, at most three pipelines for each of two identities.
    assert all(count <= 12 for count in ran.summary["pipelines"].values())
    assert set(ran.summary) == {
        "event", "lab", "steps", "changed", "failed", "unreachable", "proved", "pipelines", "requests", "seconds",
    }  # fmt: skip


def test_the_other_transport_sees_the_same_lab(built: Lab) -> None:
    ran = built.invoke("plan", "--transport", "winrm", "--limit", "arr01,se01", "--detailed-exitcode")
    assert ran.code == 0
    assert {change["action"] for change in ran.plan()["changes"]} == {"unchanged"}


def test_a_change_by_hand_is_shown_and_only_it_is_repaired(built: Lab) -> None:
    built.by_hand(
        "arr01",
        "Add-Content -Path $env:SystemRoot\\System32\\drivers\\etc\\hosts -Value '10.9.9.9 mine.contoso.com'\n"
        "Import-Module WebAdministration\n"
        "Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter"
        " '/system.applicationHost/applicationPools/add[@name=\"DefaultAppPool\"]/processModel'"
        " -Name idleTimeout -Value '00:20:00'",
    )
    plan = built.invoke("plan", "--detailed-exitcode")
    assert plan.code == 2
    pending = [change for change in plan.plan()["changes"] if change["action"] != "unchanged"]
    assert [change["key"] for change in pending] == ["arr01 reverse_proxy/application_pool"]
    assert pending[0]["differences"]
    repaired = built.invoke("build-lab")
    assert repaired.changed() == {"arr01 reverse_proxy/application_pool"}
    assert repaired.summary["proved"]
    (text,) = built.by_hand("arr01", "(Get-Content -Path $env:SystemRoot\\System32\\drivers\\etc\\hosts) -join ' '")
    assert "mine.contoso.com" in text


def test_a_build_that_is_killed_again_and_again_ends_as_one_that_is_not(built: Lab, tmp_path: Path) -> None:
    killed = kills.copy_lab(tmp_path / "killed")
    # One root and one set of keys: they are made on the controller and part of every world.
    shutil.copytree(built.folder / ".passivelab" / "pki", killed / ".passivelab" / "pki")
    chance = random.Random(20131122)
    for _ in range(5):
        kills.kill(killed, kills.BUILD, chance.randint(20, 200), chance.uniform(0, kills.LONGEST_DELAY))
    end = kills.run(killed, kills.BUILD)
    assert end.proved
    assert end.digest == built.digest


def test_a_wrong_password_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(kills.copy_lab(tmp_path / "wrong"), {})
    secrets = lab.folder / "secrets.yml"
    right = "domain_administrator: { machines: domain_administrator }"
    assert right in secrets.read_text()
    wrong = "domain_administrator: { user: 'CORP\\labadmin', env: WRONG_PASSWORD }"
    secrets.write_text(secrets.read_text().replace(right, wrong))
    monkeypatch.setenv("WRONG_PASSWORD", "not-the-password")
    ran = lab.invoke("build-lab")
    assert ran.code == 4
    assert (ran.summary["changed"], ran.summary["unreachable"]) == (0, 7)
    codes = [event["error"]["code"] for event in ran.events if event["event"] == "error"]
    assert set(codes) == {"credentials-refused"}
    assert "not-the-password" not in json.dumps(ran.events)
    assert not fold(read(lab.folder / ".passivelab" / "journal.jsonl")).entries


def test_a_pool_is_switched_off_and_on_again(built: Lab) -> None:
    off = built.invoke("disable-passive-auth", "--pool", POOL)
    assert off.code == 0
    assert off.summary["proved"]
    finished = [str(event["key"]) for event in off.events if event["event"] == "step_finished"]
    changed = [key for key in finished if key in off.changed()]
    methods = next(index for index, key in enumerate(changed) if "lync_pool/methods" in key)
    trusts = [index for index, key in enumerate(changed) if "adfs/trust[" in key]
    assert trusts
    assert all(methods < index for index in trusts)
    again = built.invoke("build-lab")
    assert again.summary["changed"] == 0
    on = built.invoke("enable-passive-auth", "--pool", POOL)
    assert on.code == 0
    assert on.summary["proved"]
    assert built.invoke("plan", "--detailed-exitcode").code == 0


def test_a_lab_is_taken_down_and_built_again(built: Lab) -> None:
    down = built.invoke("teardown-lab", "--yes")
    assert down.code == 0
    assert down.summary["proved"]
    again = built.invoke("teardown-lab", "--yes")
    assert again.code == 0
    assert again.summary["changed"] == 0
    up = built.invoke("build-lab")
    assert up.code == 0
    assert up.summary["proved"]
