"""The role base on a bare machine: changes by hand are found and repaired, a restart that is owed happens."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaigns.inprocess import building
from campaigns.kills import copy_lab
from passivelab.blueprint.model import StepInstance
from tests.steps.labs import Opened
from winsim.world.winrm import open_ports

# A file that an installer wants to replace.
IN_USE = (
    r"$null = New-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager' "
    r"-Name PendingFileRenameOperations -PropertyType MultiString -Value '\??\C:\old.dll', ''"
)
HTTPS = "-ResourceURI winrm/config/Listener -SelectorSet @{ Transport = 'HTTPS'; Address = '*' }"
# What an administrator does, and the steps that notice.
BY_HAND = {
    f"Remove-WSManInstance {HTTPS}": {"https_listener"},
    "Disable-NetFirewallRule -Name passivelab-WinRM-HTTPS": {"https_firewall"},
    "netsh interface ipv4 set address name=Ethernet source=dhcp": {"address"},
    "netsh interface ipv4 set address Ethernet static 10.0.0.10 255.255.0.0 10.0.0.1": {"address"},
    "Set-NetConnectionProfile -InterfaceAlias Ethernet -NetworkCategory Public": {"network_profile"},
    "Set-DnsClientServerAddress -InterfaceAlias Ethernet -ResetServerAddresses": {"dns_client"},
}


@dataclass(frozen=True)
class Machine:
    """arr01 of the bare lab, with the role base alone."""

    lab: Opened
    folder: Path

    def build(self) -> set[str]:
        """The steps that were not as wanted; afterwards all of them are."""
        with building(self.lab.workshop, self.lab.world, self.folder / "journal.jsonl", wanted=is_base) as build:
            plan = build.read()
            assert build.apply(), build.tally.errors
            assert build.prove()
            return {change.key.step.removeprefix("base/") for change in plan.pending}


def is_base(item: StepInstance) -> bool:
    return item.key.host == "arr01" and item.role == "base"


@pytest.fixture(scope="module")
def machine(deep: Executor, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    folder = tmp_path_factory.mktemp("base")
    made = Machine(deep.submit(Opened.of, copy_lab(folder / "copy", "bare")).result(), folder)
    deep.submit(made.build).result()
    return made


def test_what_somebody_changes_is_found_by_one_step_and_repaired(deep: Executor, machine: Machine) -> None:
    assert deep.submit(machine.build).result() == set()
    for script, steps in BY_HAND.items():
        said = deep.submit(machine.lab.by_hand, "arr01", script, "local").result()
        assert not said.errors, (script, said.errors)
        assert deep.submit(machine.build).result() == steps, script


def test_a_restart_that_set_up_left_to_do_happens_first(deep: Executor, machine: Machine) -> None:
    host = machine.lab.world.host("arr01")
    boots = host.boots
    deep.submit(machine.lab.by_hand, "arr01", IN_USE, "local").result()
    assert deep.submit(machine.build).result() == {"pending_restart"}
    assert host.boots == boots + 1


def test_the_machine_listens_on_https_with_its_own_certificate(machine: Machine) -> None:
    http, https = open_ports(machine.lab.world.host("arr01"))
    assert (http.port, https.port) == (5985, 5986)
    assert https.certificate == machine.lab.workshop.keys.remoting["arr01"].der
