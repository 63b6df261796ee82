"""A network logon has no second hop: steps marked delegated fail without it, in the words of Windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.roles.labs import Lab, copy, edit, served
from passivelab.blueprint.model import DesiredValue, StepInstance
from passivelab.commands.connecting import connector
from passivelab.commands.simulated import running
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine.hosts import Hosts
from passivelab.engine.script import Fault, Request

LYNC = "Microsoft.Rtc.Management.ADConnect.Core.ADOperationException"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with served(copy(tmp_path_factory.mktemp("second-hop") / "copy")) as lab:
        yield lab


@pytest.fixture(scope="module")
def workshop(lab: Lab) -> Workshop:
    return open_workshop(str(lab.folder), Terminal())


def faults(lab: Lab, workshop: Workshop, item: StepInstance) -> dict[str, Fault | None]:
    """What a step's blocks say under a plain network logon."""
    desired = {name: _plain(value) for name, value in (item.desired or {}).items()}
    needs = {need.name: "0" * 40 for need in item.needs}
    requests = [Request("current", "current", item.scripts.current, desired, needs=needs)]
    if item.scripts.apply is not None:
        requests.append(Request("apply", "apply", item.scripts.apply, desired, needs=needs))
    hosts = Hosts(connector(workshop.lab, running(lab.folder)))
    try:
        answers = hosts.read(item.key.host, "local", requests)
    finally:
        hosts.close()
    return {name: answer.fault for name, answer in answers.items()}


def _plain(value: DesiredValue) -> DesiredValue:
    return value if isinstance(value, str | bool | int | list) else "0" * 40


@pytest.mark.parametrize("step", ["registrars/user[anna]", "lync_pool/passive[se01]", "lync_pool/methods[se01]"])
def test_a_step_of_lync_fails_with_the_error_of_the_directory(lab: Lab, workshop: Workshop, step: str) -> None:
    (item,) = [item for item in workshop.blueprint.instances if item.key.step == step]
    assert item.identity == "delegated"
    found = faults(lab, workshop, item)
    assert set(found) == {"current", "apply"}
    for fault in found.values():
        assert fault is not None
        assert fault.id.startswith(LYNC)
        assert fault.message.startswith('Active Directory error "-2147016672"')


def test_the_name_of_the_service_cannot_be_looked_up_in_the_directory(lab: Lab, workshop: Workshop) -> None:
    (item,) = [item for item in workshop.blueprint.instances if item.step == "service_principal_name"]
    fault = faults(lab, workshop, item)["current"]
    assert fault is not None
    assert "operations error" in fault.message


def test_the_managed_service_account_cannot_be_installed(lab: Lab) -> None:
    script = """\
$null = Install-WindowsFeature -Name RSAT-AD-PowerShell
try { Install-ADServiceAccount -Identity svc-adfs; $said = 'nothing' } catch { $said = $_.Exception.Message }
if ($said -notlike $expected) { throw "said: $said" }
"""
    lab.by_hand("adfs01", "$expected = 'Unable to contact the server*'; " + script, delegated=False)
    lab.by_hand("adfs01", "$expected = 'nothing'; " + script)


def test_an_inventory_without_a_second_hop_is_refused_before_any_host_is_asked(tmp_path: Path) -> None:
    folder = copy(tmp_path / "copy")
    edit(folder / "lab.yml", "  delegation: { session_configuration: passivelab.delegated }\n", "")
    ran = Lab(folder, {}).invoke("build-lab")
    assert ran.code == 5
    assert "no-delegation" in ran.errors + str(ran.events)


def test_without_its_session_configuration_nothing_is_claimed_of_a_delegated_step(lab: Lab) -> None:
    lab.by_hand(
        "se01", "Unregister-PSSessionConfiguration -Name passivelab.delegated -Force -NoServiceRestart", delegated=False
    )
    found = lab.invoke("plan", "--limit", "se01", "--role", "lync_pool").pending()
    assert found["se01 lync_pool/rights"]["action"] in ("unknown", "failed")
    assert {change["action"] for change in found.values()} <= {"unknown", "failed"}
