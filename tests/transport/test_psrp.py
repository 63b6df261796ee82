"""Sessions over PSRP against a real endpoint, and everything that can happen to the connection."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest

from passivelab.errors import ConnectionGone, CredentialsRefused, TimedOut, Unreachable
from passivelab.transport import Connection, Credential, Parameter, SecureText
from passivelab.transport.psrp import PsrpSession, client
from tests.transport.rig import Rig
from winsim.endpoint.control import Fault


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


@pytest.fixture
def session(rig: Rig) -> Iterator[PsrpSession]:
    session = PsrpSession(rig.connection(), "prelude")
    yield session
    session.close()


def test_one_pool_serves_the_whole_run_and_the_functions_travel_once(rig: Rig, session: PsrpSession) -> None:
    assert session.run("first", {}, 10).values == ("first",)
    assert session.run("second", {}, 10).values == ("second",)
    assert rig.machine.scripts == [["prelude", "first"], ["second"]]
    assert len(rig.machine.identities) == 1
    statistics = session.statistics
    assert (statistics.sessions, statistics.pipelines) == (1, 2)
    before = statistics.requests
    session.run("third", {}, 10)
    assert statistics.requests - before == 2  # Command and Receive
    assert statistics.requests == rig.requests()


def test_secrets_arrive_decrypted_and_plain_values_as_they_are(rig: Rig, session: PsrpSession) -> None:
    parameters: dict[str, Parameter] = {
        "Document": "{}",
        "Secret0": Credential("CORP\\admin", "hid den"),
        "Secret1": SecureText("sécret"),
    }
    session.run("script", parameters, 10)
    sent = rig.machine.parameters[0]
    assert sent["Document"] == "{}"
    assert "PSCredential" in repr(type(sent["Secret0"])) or "PSCredential" in repr(sent["Secret0"])
    assert "hid den" not in repr(rig.machine.scripts)


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        *itertools.product(["drop-before", "drop-after", "status"], ["Command", "Receive"]),
        ("corrupt-seal", "Command"),
    ],
)
def test_a_script_survives_a_fault_of_the_connection(rig: Rig, session: PsrpSession, kind: str, action: str) -> None:
    session.run("warm", {}, 10)
    rig.arm(Fault(kind, action=action))  # type: ignore[arg-type]
    assert session.run("script", {}, 20).values == ("script",)
    assert rig.machine.scripts.count(["script"]) == 1
    assert session.run("after", {}, 10).values == ("after",)
    assert session.statistics.sessions == 1


def test_an_answer_that_cannot_be_read_is_lost(rig: Rig, session: PsrpSession) -> None:
    session.run("warm", {}, 10)
    rig.arm(Fault("corrupt-seal", action="Receive"))
    with pytest.raises(ConnectionGone):
        session.run("script", {}, 20)
    assert session.run("after", {}, 10).values == ("after",)


def test_a_connection_that_was_closed_while_idle_is_opened_again(rig: Rig, session: PsrpSession) -> None:
    session.run("warm", {}, 10)
    for connection in list(rig.endpoint.connections):
        rig._loop.call_soon_threadsafe(connection.abort)
    assert session.run("script", {}, 10).values == ("script",)


def test_after_a_restart_of_the_host_the_next_script_opens_a_new_pool(rig: Rig, session: PsrpSession) -> None:
    session.run("warm", {}, 10)
    rig.restart()
    assert session.run("script", {}, 10).values == ("script",)
    assert rig.machine.scripts[-1] == ["prelude", "script"]
    assert session.statistics.sessions == 2


def test_a_shell_that_vanishes_under_a_running_script_is_gone(rig: Rig, session: PsrpSession) -> None:
    session.run("warm", {}, 10)
    rig.arm(Fault("shell-gone", action="Receive"))
    with pytest.raises(ConnectionGone):
        session.run("script", {}, 10)
    assert session.run("after", {}, 10).values == ("after",)


def test_a_script_that_takes_too_long_is_stopped(rig: Rig, session: PsrpSession) -> None:
    session.run("warm", {}, 10)
    rig.machine.seconds = 30
    with pytest.raises(TimedOut) as caught:
        session.run("slow", {}, 1)
    assert caught.value.limit == 1
    rig.machine.seconds = 0
    assert session.run("after", {}, 10).values == ("after",)


def test_wrong_credentials_are_refused(rig: Rig) -> None:
    session = PsrpSession(rig.connection(password="wrong"))
    with pytest.raises(CredentialsRefused, match="refuses the credentials of Administrator"):
        session.run("script", {}, 10)
    session.close()


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    from passivelab.transport import Connection

    session = PsrpSession(Connection("arr01", "127.0.0.1", port, "user", "password"))
    with pytest.raises(Unreachable, match="connection refused"):
        session.run("script", {}, 10)


def test_a_session_configuration_gives_the_delegated_identity(rig: Rig) -> None:
    session = PsrpSession(rig.connection(configuration="delegated"))
    session.run("script", {}, 10)
    assert [identity.user for identity in rig.machine.identities] == ["CORP\\labadmin"]
    session.close()


def test_pipelines_are_closed_before_the_host_has_too_many(rig: Rig, session: PsrpSession) -> None:
    from dataclasses import replace

    from passivelab.transport import psrp

    rig.machine.settings = replace(rig.machine.settings, max_commands_per_shell=psrp.KEEP_PIPELINES + 5)
    for _ in range(psrp.KEEP_PIPELINES + 20):
        session.run("script", {}, 10)
    assert session.statistics.sessions == 1


class SlowTable(dict[str, str]):
    """Gives other threads time to change it while it is gone through."""

    def items(self) -> Iterator[tuple[str, str]]:  # type: ignore[override]
        for pair in super().items():
            time.sleep(0)
            yield pair


def test_sessions_with_many_hosts_are_made_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's constructor changes a table of ElementTree: two of them at once ended a run."""
    monkeypatch.setattr(ElementTree, "_namespace_map", SlowTable(ElementTree._namespace_map))  # type: ignore[attr-defined]
    where = Connection("h", "127.0.0.1", 5985, "u", "p")
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: client(where, 1), range(12)))
    assert len({id(one.transport) for one in made}) == 12
