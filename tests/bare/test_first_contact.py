"""First contact: a fresh machine knows its own administrator only, and has no session configuration of ours."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from passivelab.commands.connecting import connections
from passivelab.commands.paths import ROOT
from passivelab.errors import CredentialsRefused, NoSessionConfiguration
from passivelab.lab import load_lab
from passivelab.transport.choice import FirstOf
from passivelab.transport.session import Connection, Output, Parameter, Statistics
from winsim.world.machines import load_machines

BARE = ROOT / "inventory" / "bare"


class Door:
    """A session that opens for one account, and only when the session configuration is there."""

    batches = True

    def __init__(self, connection: Connection, account: str, configurations: frozenset[str]) -> None:
        self.connection = connection
        self.statistics = Statistics()
        self._account = account
        self._configurations = configurations

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        if self.connection.user != self._account:
            raise CredentialsRefused(host=self.connection.host, user=self.connection.user)
        if self.connection.configuration not in self._configurations:
            raise NoSessionConfiguration(host=self.connection.host, configuration=self.connection.configuration)
        return Output((self.connection.user,), ())

    def reset(self) -> None: ...

    def close(self) -> None: ...


def session(identity: str, account: str, *configurations: str) -> FirstOf:
    ways = connections(load_lab(BARE), "se01", identity, None)  # type: ignore[arg-type]
    assert [(way.port, way.tls) for way in ways] == [(5985, False)] * 2
    return FirstOf([Door(way, account, frozenset(("Microsoft.PowerShell", *configurations))) for way in ways])


def test_the_domains_account_is_tried_first_and_the_machines_own_lets_us_in() -> None:
    assert session("local", "Administrator").run("", {}, 1).values == ("Administrator",)
    assert session("local", "CORP\\labadmin").run("", {}, 1).values == ("CORP\\labadmin",)


def test_a_step_that_reaches_another_machine_never_runs_without_its_session_configuration() -> None:
    with pytest.raises(NoSessionConfiguration):
        session("delegated", "Administrator").run("", {}, 1)
    assert session("delegated", "CORP\\labadmin", "passivelab.delegated").run("", {}, 1).values == ("CORP\\labadmin",)


def test_a_fresh_machine_knows_nobody_of_the_domain() -> None:
    world = load_machines(BARE / "machines.yml")
    host = world.host("se01")
    assert host.name == "WIN-Q6W1S8H3GKU" and not host.is_member
    assert world.authenticate(host, "CORP", "labadmin") is None
    assert world.authenticate(host, "", "Administrator") is not None
