"""The process of a lab: it announces itself, keeps what pipelines changed, restarts hosts, and leaves in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypsrp.host import PSHost, PSHostUserInterface
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from tests.endpoint.test_pypsrp import run

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IN_TIME = 9.0  # seconds; one on a computer that has nothing else to do
MACHINES = """\
lab: small
baseline: bare
networks: { n: { cidr: 192.168.7.0/24 } }
accounts: { local_administrator: { user: Administrator, password: "Start-2012-R2" } }
hosts:
  one: { address: 192.168.7.10, network: n }
  two: { address: 192.168.7.11, network: n }
"""


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    (folder / "machines.yml").write_text(MACHINES)
    line = [sys.executable, "-m", "winsim", "serve", "--json", "--machines", str(folder / "machines.yml")]
    with subprocess.Popen(
        [*line, "--state", str(folder / "state"), *options], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(20)


def connect(document: dict[str, Any], host: str = "one") -> WSMan:
    entry = document["hosts"][host]
    url = urlsplit(entry["url"])
    return WSMan(
        url.hostname, port=url.port, ssl=False, username=entry["user"], password=entry["password"], no_proxy=True,
        operation_timeout=5,
    )  # fmt: skip


def output(document: dict[str, Any], script: str, host: str = "one") -> list[object]:
    with connect(document, host) as connection, RunspacePool(connection) as pool:
        return list(run(pool, script).output)


def test_what_a_pipeline_changed_survives_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, document):
        output(document, "New-Item -Path C:\\kept.txt -ItemType File; [IO.Directory]::CreateDirectory('C:\\dir')")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        first = document["hosts"]["one"]["url"]
    with serving(tmp_path) as (_, document):
        assert document["hosts"]["one"]["url"] == first
        assert output(document, "Test-Path C:\\kept.txt; Test-Path C:\\dir") == [True, True]
        assert output(document, "Test-Path C:\\kept.txt", "two") == [False]
    with serving(tmp_path, "--fresh") as (_, document):
        assert output(document, "Test-Path C:\\kept.txt") == [False]


def test_it_tells_how_to_reach_it_and_cleans_up(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    with serving(tmp_path, "--ready-file", str(ready)) as (process, document):
        assert json.loads(ready.read_text()) == document
        assert set(document["hosts"]) == {"one", "two"}
        assert document["pid"] == process.pid
        assert oct(ready.stat().st_mode & 0o777) == "0o600"
        process.terminate()
        assert process.wait(10) == 0
        assert not ready.exists()


def test_it_leaves_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with serving(tmp_path, "--parent-pid", str(parent.pid)) as (process, _):
        parent.kill()
        parent.wait()
        assert process.wait(10) == 0


def test_a_pipeline_that_is_about_to_end_may_finish(tmp_path: Path) -> None:
    with serving(tmp_path, "--scale", "1") as (process, document), connect(document) as connection:
        pool = RunspacePool(connection)
        pool.open()
        run(pool, "'warm'")
        script = "Start-Sleep -Milliseconds 300; New-Item C:\\late.txt -ItemType File"
        PowerShell(pool).add_script(script).begin_invoke()
        process.terminate()
        assert process.wait(10) == 0
    with serving(tmp_path) as (_, document):
        assert output(document, "Test-Path C:\\late.txt") == [True]


@pytest.mark.parametrize(
    "script",
    ["while ($true) { }", "try { 1 } finally { while ($true) { } }", "('a' * 40 + 'b') -match '^(a|aa)+$'"],
)
def test_an_endless_script_does_not_keep_the_process(tmp_path: Path, script: str) -> None:
    with serving(tmp_path) as (process, document), connect(document) as connection:
        pool = RunspacePool(connection)
        pool.open()
        run(pool, "'warm'")
        PowerShell(pool).add_script(script).begin_invoke()
        started = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert time.monotonic() - started < IN_TIME


def test_two_simulators_do_not_share_a_folder(tmp_path: Path) -> None:
    with serving(tmp_path):
        line = [sys.executable, "-m", "winsim", "serve", "--machines", str(tmp_path / "machines.yml")]
        line += ["--state", str(tmp_path / "state")]
        second = subprocess.run(line, capture_output=True, text=True, check=False, timeout=30)
        assert second.returncode == 1
        assert "another simulated lab runs here" in second.stderr


def test_a_restart_takes_the_host_away_for_a_moment(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, document):
        boot = "(Get-WmiObject Win32_OperatingSystem).LastBootUpTime"
        before = output(document, boot)
        output(document, "shutdown.exe /r /t 0")
        assert output(document, "'the other host stays'", "two") == ["the other host stays"]
        deadline = time.monotonic() + 15
        after = before
        while after == before and time.monotonic() < deadline:
            time.sleep(0.3)
            try:
                after = output(document, boot)
            except Exception:
                continue
        assert after != before


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "machines.yml"
    wrong.write_text("lab: x")
    line = [sys.executable, "-m", "winsim", "serve", "--machines", str(wrong), "--state", str(tmp_path / "s")]
    answer = subprocess.run(line, capture_output=True, text=True, check=False, timeout=30, env=dict(os.environ))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert str(wrong) in answer.stderr


class Hesitant(PSHostUserInterface):
    """Before it answers it looks at the same and at another host."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__()
        self.document = document
        self.seen: list[object] = []

    def PromptForChoice(self, runspace: object, pipeline: object, *arguments: object) -> int:
        self.seen += [output(self.document, "Test-Path C:\\asked", host)[0] for host in ("one", "two")]
        return 0


def test_a_question_to_the_client_holds_nobody_up(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, document), connect(document) as connection:
        screen = Hesitant(document)
        with RunspacePool(connection, host=PSHost(None, None, False, "asking", None, screen, "1.0")) as pool:
            run(pool, "New-Item -Path C:\\asked -ItemType Directory -Confirm | Out-Null")
        assert screen.seen == [False, False]
        assert output(document, "Test-Path C:\\asked") == [True]
