"""Faults and latencies of a fault file in a whole lab: restarts, clocks, and what starting things costs."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import RunspacePool

from tests.endpoint.test_pypsrp import run
from tests.endpoint.test_server import connect, output, serving

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

FAULTS = """\
latency:
  one: { module_import: 0.6, shell_start: 0.4 }
faults:
  - { kind: clock-skew, host: one, action: Command, at: 2, seconds: 172800 }
  - { kind: reboot, host: two, action: Command, at: 2 }
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder: Path = tmp_path_factory.mktemp("faults")
    (folder / "faults.yml").write_text(FAULTS)
    with serving(folder, "--faults", str(folder / "faults.yml")) as (_, document):
        yield document


def test_a_clock_that_is_off_and_what_starting_costs(document: dict[str, Any]) -> None:
    with connect(document) as connection, RunspacePool(connection) as pool:
        now = "(Get-Date).ToString('o').Substring(0, 19)"
        started = time.monotonic()
        (before,) = run(pool, now).output
        assert time.monotonic() - started >= 0.4
        (after,) = run(pool, now).output
        days = datetime.datetime.fromisoformat(str(after)) - datetime.datetime.fromisoformat(str(before))
        assert datetime.timedelta(2) <= days < datetime.timedelta(3)
        durations = []
        for _ in range(2):
            started = time.monotonic()
            run(pool, "Get-WindowsFeature -Name Web-Server | Out-Null")
            durations.append(time.monotonic() - started)
        assert durations[0] >= 0.6
        assert durations[1] < durations[0] - 0.3


def test_a_host_that_restarts_in_the_middle(document: dict[str, Any]) -> None:
    with connect(document, "two") as connection:
        pool = RunspacePool(connection)
        pool.open()
        run(pool, "New-Item C:\\stays.txt -ItemType File | Out-Null")
        with pytest.raises((requests.exceptions.ConnectionError, WSManFaultError)):
            run(pool, "New-Item C:\\lost.txt -ItemType File | Out-Null")
    deadline = time.monotonic() + 20
    found: list[object] = []
    while not found and time.monotonic() < deadline:
        time.sleep(0.3)
        try:
            found = output(document, "Test-Path C:\\stays.txt; Test-Path C:\\lost.txt", "two")
        except Exception:
            continue
    assert found == [True, False]
