"""A forest and its members from freshly installed machines, and back."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from tests.products.conftest import MACHINES
from tests.products.running import Lab
from winsim.world import codec, feature_setup
from winsim.world.machines import build_world

ADMINISTRATOR = "{}\\Administrator"
SECRET = "$p = (New-Object System.Net.NetworkCredential('', '{}')).SecurePassword; "
FOREST = SECRET.format("Recover-2012-R2") + (
    "$r = Install-ADDSForest -DomainName corp.contoso.com -DomainNetbiosName CORP -InstallDns "
    '-SafeModeAdministratorPassword $p -NoRebootOnCompletion -Force; "$($r.Status)"'
)
JOIN = SECRET + (
    "Add-Computer -DomainName corp.contoso.com -Credential "
    "(New-Object System.Management.Automation.PSCredential('CORP\\Administrator', $p)) -Force"
)


@cache
def _bare() -> Any:
    data = yaml.safe_load(MACHINES.read_text(encoding="utf-8"))
    world = build_world(data | {"baseline": "bare"})
    for name, row in data["hosts"].items():
        world.host(name).adapters[0].dns_servers = list(row["dns"])
    return codec.encode(world)


@pytest.fixture
def bare() -> Lab:
    world = codec.decode(_bare())
    world.connect()
    return Lab(world)


def restart(lab: Lab, name: str) -> None:
    from winsim.world.power import request_restart

    request_restart(lab.world, lab.world.host(name))
    lab.wait(2)
    lab.wait(60)
    lab.wait(180)


@pytest.fixture
def forest(bare: Lab) -> Lab:
    feature_setup.install(bare.world, bare.world.host("dc01"), ["AD-Domain-Services"], tools=True)
    assert bare.run("dc01", FOREST, user=ADMINISTRATOR.format("DC01")).good().texts == ["Success"]
    restart(bare, "dc01")
    return bare


def test_a_forest_is_there_after_the_restart(bare: Lab) -> None:
    host = bare.world.host("dc01")
    assert bare.run("dc01", FOREST, user=ADMINISTRATOR.format("DC01")).errors  # the role is not installed
    feature_setup.install(bare.world, host, ["AD-Domain-Services"], tools=True)
    bare.run("dc01", FOREST, user=ADMINISTRATOR.format("DC01")).good()
    assert not host.is_domain_controller
    role = bare.run("dc01", "(Get-WmiObject Win32_ComputerSystem).DomainRole", user=ADMINISTRATOR.format("DC01"))
    assert role.texts == ["5"]
    restart(bare, "dc01")
    answer = bare.run("dc01", "(Get-ADDomain).DNSRoot; (Get-ADForest).ForestMode", user="CORP\\Administrator").good()
    assert answer.texts == ["corp.contoso.com", "Windows2012R2Forest"]
    assert bare.world.resolve(host, "dc01.corp.contoso.com") == ["192.168.50.10"]


def test_a_machine_joins_with_its_restart(forest: Lab) -> None:
    password = "Start-2012-R2"
    wrong = forest.run("se01", JOIN.format("wrong"), user=ADMINISTRATOR.format("SE01"))
    assert wrong.ids == ["FailToJoinDomainFromWorkgroup,Microsoft.PowerShell.Commands.AddComputerCommand"]
    answer = forest.run("se01", JOIN.format(password), user=ADMINISTRATOR.format("SE01")).good()
    assert answer.warnings == ["The changes will take effect after you restart the computer SE01."]
    assert not forest.world.host("se01").is_member
    restart(forest, "se01")
    assert forest.run("se01", "(Get-WmiObject Win32_ComputerSystem).Domain", user="CORP\\Administrator").texts == [
        "corp.contoso.com"
    ]
    assert forest.world.resolve(forest.world.host("dc01"), "se01.corp.contoso.com") == ["192.168.50.31"]


def test_a_machine_that_asks_another_name_server_does_not_find_the_domain(forest: Lab) -> None:
    forest.world.host("se01").adapters[0].dns_servers = ["203.0.113.53"]
    answer = forest.run("se01", JOIN.format("Start-2012-R2"), user=ADMINISTRATOR.format("SE01"))
    assert "does not exist or could not be contacted" in answer.errors[0].exception.message


def test_the_last_controller_takes_the_forest_with_it(forest: Lab) -> None:
    role = "(Uninstall-WindowsFeature AD-Domain-Services).Success"
    assert "needs to be demoted" in (forest.run("dc01", role, user="CORP\\Administrator").errors[0].exception.message)
    remove = SECRET.format("Alone-Again-1") + (
        "$r = Uninstall-ADDSDomainController -LocalAdministratorPassword $p {} -NoRebootOnCompletion -Force; "
        '"$($r.Status)"'
    )
    assert forest.run("dc01", remove.replace("{}", ""), user="CORP\\Administrator").errors
    every = "-LastDomainControllerInDomain -IgnoreLastDnsServerForZone -RemoveApplicationPartitions"
    assert forest.run("dc01", remove.replace("{}", every), user="CORP\\Administrator").good().texts == ["Success"]
    restart(forest, "dc01")
    logon = forest.world.authenticate(forest.world.host("dc01"), "DC01", "Administrator")
    assert logon is not None and logon.password == "Alone-Again-1"
    assert forest.run("dc01", role, user="DC01\\Administrator").good().texts == ["True"]
    assert not forest.world.host("dc01").is_member


@pytest.mark.parametrize("domain", ["", ".", "DC01", "CORP", "corp.contoso.com"])
def test_a_controllers_local_accounts_are_those_of_the_domain(forest: Lab, domain: str) -> None:
    logon = forest.world.authenticate(forest.world.host("dc01"), domain, "Administrator")
    assert logon is not None and logon.account == "CORP\\Administrator" and logon.is_admin
