"""Faults on purpose do what a network and a reboot would do; clients find the lab whole afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import AuthenticationError, WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from tests.endpoint.conftest import connect
from tests.endpoint.lab import ToyLab
from tests.endpoint.test_pypsrp import run
from winsim.endpoint.contracts import Latency
from winsim.endpoint.control import BadFaultFile, Fault, FaultControl, load

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def opened(lab: ToyLab) -> Iterator[RunspacePool]:
    """A pool over HTTPS, where a new connection authenticates itself."""
    lab.control.clear()
    with connect(lab, tls=True, auth="basic") as connection:
        pool = RunspacePool(connection)
        pool.open()
        yield pool
        lab.control.clear()
        lab.control.latencies.clear()
        if pool.state == 2:
            pool.close()


def arm(lab: ToyLab, **fault: object) -> None:
    lab.control.arm(Fault(**fault))  # type: ignore[arg-type]


def test_a_connection_dropped_before_the_request_runs_nothing(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="drop-before", action="Command")
    with pytest.raises(requests.exceptions.ConnectionError):
        run(opened, "set lost")
    assert run(opened, "get").output == [""]  # nothing was set


def test_a_connection_dropped_after_the_request_has_run_it(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="drop-after", action="Command")
    with pytest.raises(requests.exceptions.ConnectionError):
        run(opened, "set kept")
    assert run(opened, "get").output == ["kept"]


def test_output_of_a_dropped_receive_is_given_again(lab: ToyLab, opened: RunspacePool) -> None:
    pipeline = PowerShell(opened).add_script("echo precious")
    pipeline.begin_invoke()
    arm(lab, kind="drop-after", action="Receive")
    with pytest.raises(requests.exceptions.ConnectionError):
        pipeline.poll_invoke()
    assert pipeline.end_invoke() == ["precious"]


def test_a_repeated_message_gets_the_same_answer(lab: ToyLab, opened: RunspacePool) -> None:
    pipeline = PowerShell(opened).add_script("echo once")
    pipeline.begin_invoke()
    arm(lab, kind="hang", action="Receive")
    opened.connection.transport.read_timeout = 1
    opened.connection.transport.reconnection_backoff = 0.01
    assert pipeline.end_invoke() == ["once"]


@pytest.mark.parametrize("status", [500, 503])
def test_an_http_error_without_soap(lab: ToyLab, opened: RunspacePool, status: int) -> None:
    arm(lab, kind="status", action="Command", status=status)
    with pytest.raises(WinRMTransportError) as caught:
        run(opened, "echo 1")
    assert caught.value.code == status
    assert run(opened, "echo 2").output == ["2"]


def test_a_401_in_mid_session_executes_nothing(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="unauthorized", action="Command")
    with pytest.raises(AuthenticationError):
        run(opened, "set lost")
    assert run(opened, "get").output == [""]


def test_a_command_that_is_never_answered_has_run(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="hang", action="Command")
    opened.connection.transport.read_timeout = 1
    with pytest.raises(requests.exceptions.ReadTimeout):
        run(opened, "set kept")
    opened.connection.transport.read_timeout = 30
    assert run(opened, "get").output == ["kept"]


def test_only_the_nth_request_is_hit(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="status", action="Command", at=3, count=2)
    hits = []
    for number in range(6):
        try:
            run(opened, f"echo {number}")
        except WinRMTransportError:
            hits.append(number + 1)
    assert hits == [3, 4]


def test_a_shell_that_has_gone(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="shell-gone", action="Command")
    with pytest.raises(WSManFaultError) as caught:
        run(opened, "echo 1")
    assert caught.value.code == 2150858843
    opened.state = 3


def test_a_delay_and_latencies(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="delay", action="Command", seconds=0.2)
    started = time.monotonic()
    run(opened, "echo 1")
    assert time.monotonic() - started >= 0.2
    lab.control.latencies["arr01"] = Latency(round_trip=0.1)
    started = time.monotonic()
    run(opened, "echo 1")
    assert time.monotonic() - started >= 0.2


def test_a_slow_drip_arrives_whole(lab: ToyLab, opened: RunspacePool) -> None:
    arm(lab, kind="drip", action="Command", bytes_per_second=5000)
    assert run(opened, "echo slow").output == ["slow"]


def test_a_damaged_seal_is_noticed_by_the_client(lab: ToyLab, wsman: WSMan) -> None:
    with RunspacePool(wsman) as pool:
        arm(lab, kind="corrupt-seal", action="Command")
        with pytest.raises(Exception, match=r"(?i)mic|signature|parse|decrypt|token|invalid"):
            run(pool, "echo 1")
        wsman.transport.close()
        wsman.transport.session = wsman.transport.encryption = None
        assert run(pool, "echo 2").output == ["2"]


def test_recovery_of_a_lost_ntlm_connection(lab: ToyLab, wsman: WSMan) -> None:
    with RunspacePool(wsman) as pool:
        pipeline = PowerShell(pool).add_script("wait 0.5")
        pipeline.add_statement()
        pipeline.add_script("echo resumed")
        pipeline.begin_invoke()
        for connection in list(lab.endpoint.connections):
            lab.loop.call_soon_threadsafe(connection.abort)
        with pytest.raises((requests.exceptions.ConnectionError, WinRMTransportError)):
            pipeline.poll_invoke()
        wsman.transport.close()
        wsman.transport.session = wsman.transport.encryption = None
        pipeline.state = PSInvocationState.RUNNING
        assert pipeline.end_invoke() == ["resumed"]


def test_a_restart_ends_shells_and_connections(lab: ToyLab, opened: RunspacePool) -> None:
    lab.loop.call_soon_threadsafe(lab.endpoint.go_down)
    with pytest.raises(requests.exceptions.ConnectionError):
        run(opened, "echo 1")
    lab.loop.call_soon_threadsafe(lab.endpoint.come_up)
    with pytest.raises(WSManFaultError) as caught:
        run(opened, "echo 1")
    assert caught.value.code == 2150858843
    opened.state = 3


def test_faults_are_counted_per_host_and_action() -> None:
    control = FaultControl()
    control.arm(Fault("status", host="a", action="Command", at=2, count=2))
    hits = [control.next_fault(host, "Command") is not None for host in ("a", "b", "a", "a", "a")]
    assert hits == [False, False, True, True, False]
    assert control.next_fault("a", "Receive") is None


def test_a_fault_file(tmp_path: Path) -> None:
    file = tmp_path / "faults.yml"
    file.write_text(
        "latency: { '*': { round_trip: 0.01 }, se01: { shell_start: 2 } }\n"
        "faults:\n  - { kind: drop-after, host: se01, action: Command, at: 3 }\n"
    )
    control = load(file)
    assert control.latency("dc01") == Latency(round_trip=0.01)
    assert control.latency("se01") == Latency(shell_start=2.0)
    unknown = ("faults: [{ kind: nonsense }]", "other: 1", "faults: [{ kind: delay, when: 1 }]", "latency: { a: 1 }")
    for wrong in unknown:
        file.write_text(wrong)
        with pytest.raises(BadFaultFile):
            load(file)
