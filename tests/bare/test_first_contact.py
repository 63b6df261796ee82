"""First contact: a fresh machine listens on HTTP and knows its own administrator only; later there is HTTPS."""

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
from winsim.world.winrm import open_ports

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


def session(identity: str, account: str, *configurations: str, open: tuple[int, ...] = (5985, 5986)) -> FirstOf:
    ways = connections(load_lab(BARE), "se01", identity, None)  # type: ignore[arg-type]
    assert [(way.port, way.tls) for way in ways] == [(5986, True), (5986, True), (5985, False)]
    doors = [Door(way, account, frozenset(("Microsoft.PowerShell", *configurations))) for way in ways]
    return FirstOf(doors, knock=lambda way: way.port in open)


def test_the_domains_account_is_tried_first_and_the_machines_own_lets_us_in() -> None:
    assert session("local", "Administrator").run("", {}, 1).values == ("Administrator",)
    assert session("local", "CORP\\labadmin").run("", {}, 1).values == ("CORP\\labadmin",)


def test_a_fresh_machine_is_reached_on_http_as_its_own_administrator_and_later_on_https() -> None:
    first = session("local", "Administrator", open=(5985,))
    first.run("", {}, 1)
    assert (first.connection.endpoint, first.connection.user) == ("http://192.168.50.31:5985/wsman", "Administrator")
    later = session("local", "CORP\\labadmin")
    later.run("", {}, 1)
    assert later.connection.endpoint == "https://192.168.50.31:5986/wsman"
    assert later.connection.server_name == "se01.corp.contoso.com"


def test_a_step_that_reaches_another_machine_never_runs_without_its_session_configuration() -> None:
    with pytest.raises(NoSessionConfiguration):
        session("delegated", "Administrator").run("", {}, 1)
    assert session("delegated", "CORP\\labadmin", "passivelab.delegated").run("", {}, 1).values == ("CORP\\labadmin",)


def test_a_fresh_machine_knows_nobody_of_the_domain() -> None:
    world = load_machines(BARE / "machines.yml")
    host = world.host("se01")
    assert host.name == "WIN-Q6W1S8H3GKU" and not host.is_member
    assert [one.port for one in open_ports(host)] == [5985]
    assert host.adapters[0].dhcp and host.addresses == ["192.168.50.31"] and not host.dns_servers
    assert world.authenticate(host, "CORP", "labadmin") is None
    assert world.authenticate(host, "", "Administrator") is not None
