"""From a lab's hosts to connections: accounts, doors, and the second hop."""

from __future__ import annotations

from pathlib import Path

from passivelab.commands.connecting import connections
from passivelab.commands.simulated import Endpoint
from passivelab.lab import load_lab
from tests.commands.conftest import change

AT = {"arr01": Endpoint("127.1.2.3", 5985, 5986, "Administrator", "x")}


def test_members_are_reached_as_the_domains_administrator_and_others_as_their_own(lab: Path) -> None:
    loaded = load_lab(lab)
    (member,) = connections(loaded, "se01", "local", None)
    assert (member.user, member.address, member.port) == ("CORP\\labadmin", "192.168.50.31", 5985)
    (alone,) = connections(loaded, "arr01", "local", AT)
    assert (alone.user, alone.address) == ("Administrator", "127.1.2.3")
    assert "Start-2012-R2" not in repr(alone)


def test_delegated_steps_have_a_second_hop(lab: Path) -> None:
    loaded = load_lab(lab)
    (psrp,) = connections(loaded, "se01", "delegated", None)
    assert psrp.configuration == "passivelab.delegated"
    (winrs,) = connections(loaded, "se01", "delegated", None, "winrm")
    assert winrs.authentication == "credssp"
    change(lab / "lab.yml", "delegation: { session_configuration: passivelab.delegated }", "delegation: {}")
    (none,) = connections(load_lab(lab), "se01", "delegated", None)
    assert none.configuration == "Microsoft.PowerShell"  # fails there, as on Windows


def test_a_bare_machine_may_not_be_in_the_domain_yet(lab: Path) -> None:
    change(lab / "machines.yml", "baseline: prepared", "baseline: bare")
    users = [connection.user for connection in connections(load_lab(lab), "se01", "local", None)]
    assert users == ["CORP\\labadmin", "Administrator"]
