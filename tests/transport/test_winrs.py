"""Sessions over WinRS against a simulated host: one process for each script, and a connection that breaks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from passivelab.errors import ConnectionGone, CredentialsRefused, NoCredSsp, TimedOut, Unreachable
from passivelab.transport import Connection, Credential, Parameter, SecureText
from passivelab.transport.psrp import PsrpSession
from passivelab.transport.winrs import WinrsSession
from tests.endpoint.test_server import serving

PRELUDE = "function Get-Twice { param($Value) $Value * 2 }"
FAULTS = """\
faults:
  - { kind: drop-before, host: two, action: Authenticate, at: 1 }
  - { kind: drop-after, host: two, action: Receive, at: 1 }
"""


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("machines")
    (folder / "faults.yml").write_text(FAULTS)
    with serving(folder, "--faults", str(folder / "faults.yml")) as (_, document):
        yield document["hosts"]


def connection(hosts: dict[str, Any], name: str = "one", **more: str) -> Connection:
    entry = {**hosts[name], **more}
    address, _, port = entry["url"].split("/")[2].partition(":")
    return Connection(name, address, int(port), entry["user"], entry["password"])


def session(hosts: dict[str, Any], name: str = "one", **more: str) -> WinrsSession:
    return WinrsSession(connection(hosts, name, **more), PRELUDE)


@pytest.fixture
def one(hosts: dict[str, Any]) -> Iterator[WinrsSession]:
    opened = session(hosts)
    yield opened
    opened.close()


def test_a_script_gets_its_parameters_its_secrets_and_the_functions(one: WinrsSession) -> None:
    script = """\
param($Text, $Secret, $Login)
Get-Twice -Value $Text
$Secret.GetType().Name
$Login.GetNetworkCredential().Password
"""
    # Longer than a command line may be, and with what a command line would spoil.
    text = "é\"'%PATH% & " * 2000
    parameters: dict[str, Parameter] = {
        "Text": text,
        "Secret": SecureText("hidden"),
        "Login": Credential("CORP\\admin", "pass wörd"),
    }
    output = one.run(script, parameters, 60)
    assert output.values == (text * 2, "SecureString", "pass wörd")
    assert not output.errors
    assert one.statistics.sessions == 1


def test_the_environment_is_left_alone_and_its_proxy_is_not_asked(
    hosts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    written: list[str] = []
    monkeypatch.setattr(type(os.environ), "__setitem__", lambda self, name, value: written.append(name))
    opened = session(hosts)
    assert opened.run("'there'", {}, 60).values == ("there",)
    opened.close()
    assert written == []


def test_an_error_comes_with_its_identifier(one: WinrsSession) -> None:
    output = one.run("throw 'it does not work'", {}, 60)
    assert [error.message for error in output.errors] == ["it does not work"]
    assert not output.completed


def test_a_script_that_does_not_end_in_time_is_given_up(one: WinrsSession) -> None:
    with pytest.raises(TimedOut):
        one.run("while ($true) { $null = 1 }", {}, 1)
    assert one.run("'still there'", {}, 60).values == ("still there",)


def test_wrong_credentials_are_refused(hosts: dict[str, Any]) -> None:
    with pytest.raises(CredentialsRefused):
        session(hosts, password="wrong").run("1", {}, 60)


@pytest.mark.parametrize("kind", [WinrsSession, PsrpSession])
def test_credentials_are_handed_over_where_the_host_takes_them(
    hosts: dict[str, Any], one: WinrsSession, kind: type[WinrsSession | PsrpSession]
) -> None:
    where = replace(connection(hosts), authentication="credssp")
    with pytest.raises(NoCredSsp, match="does not accept CredSSP"):
        kind(where, PRELUDE).run("1", {}, 60)
    one.run("$null = Enable-WSManCredSSP -Role Server -Force", {}, 60)
    try:
        with pytest.raises(CredentialsRefused):
            kind(replace(where, password="wrong"), PRELUDE).run("1", {}, 60)
        delegated = kind(where, PRELUDE)
        assert delegated.run("Get-Twice -Value 21", {}, 60).values == ("42",)
        delegated.close()
    finally:
        one.run("Disable-WSManCredSSP -Role Server", {}, 60)


def test_a_host_that_hangs_up_during_the_login_is_unreachable_and_an_answer_that_is_lost_is_asked_for_again(
    hosts: dict[str, Any],
) -> None:
    with pytest.raises((Unreachable, ConnectionGone)):
        session(hosts, "two").run("1", {}, 60)
    again = session(hosts, "two")
    assert again.run("'answer'", {}, 60).values == ("answer",)
    again.close()
