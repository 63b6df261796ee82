"""A network logon has no second hop: steps marked delegated fail without it, in the words of Windows."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

import pytest

from campaigns.inprocess import Connector, building
from campaigns.kills import copy_lab
from passivelab.blueprint.model import DesiredValue, StepInstance
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import PreflightErrors, open_workshop
from passivelab.engine.hosts import Hosts
from passivelab.engine.script import Fault, Request
from tests.steps.labs import Opened, edit

LYNC = "Microsoft.Rtc.Management.ADConnect.Core.ADOperationException"


@pytest.fixture(scope="module")
def lab(deep: Executor, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return deep.submit(Opened.of, copy_lab(tmp_path_factory.mktemp("second-hop") / "copy")).result()


def step(lab: Opened, name: str) -> StepInstance:
    return next(item for item in lab.workshop.blueprint.instances if item.key.step == name)


def faults(lab: Opened, item: StepInstance) -> dict[str, Fault | None]:
    """What a step's blocks say under a plain network logon."""
    desired = {name: _plain(value) for name, value in (item.desired or {}).items()}
    needs = {need.name: "0" * 40 for need in item.needs}
    requests = [Request("current", "current", item.scripts.current, desired, needs=needs)]
    if item.scripts.apply is not None:
        requests.append(Request("apply", "apply", item.scripts.apply, desired, needs=needs))
    hosts = Hosts(Connector(lab.workshop, lab.world))
    try:
        answers = hosts.read(item.key.host, "local", requests)
    finally:
        hosts.close()
    return {name: answer.fault for name, answer in answers.items()}


def _plain(value: DesiredValue) -> DesiredValue:
    return value if isinstance(value, str | bool | int | list) else "0" * 40


@pytest.mark.parametrize("name", ["registrars/user[anna]", "lync_pool/passive[se01]", "lync_pool/methods[se01]"])
def test_a_step_of_lync_fails_with_the_error_of_the_directory(deep: Executor, lab: Opened, name: str) -> None:
    item = step(lab, name)
    assert item.identity == "delegated"
    found = deep.submit(faults, lab, item).result()
    assert set(found) == {"current", "apply"}
    for fault in found.values():
        assert fault is not None
        assert fault.id.startswith(LYNC)
        assert fault.message.startswith('Active Directory error "-2147016672"')


def test_the_name_of_the_service_cannot_be_looked_up_in_the_directory(deep: Executor, lab: Opened) -> None:
    fault = deep.submit(faults, lab, step(lab, "adfs/service_principal_name")).result()["current"]
    assert fault is not None
    assert "operations error" in fault.message


def test_the_managed_service_account_cannot_be_installed(deep: Executor, lab: Opened) -> None:
    script = "$null = Install-WindowsFeature RSAT-AD-PowerShell; Install-ADServiceAccount -Identity svc-adfs"
    refused = deep.submit(lab.by_hand, "adfs01", script, "local").result()
    assert refused.errors[0].message.startswith("Unable to contact the server")
    assert not deep.submit(lab.by_hand, "adfs01", script, "delegated").result().errors


def test_an_inventory_without_a_second_hop_is_refused_before_any_host_is_asked(tmp_path: Path) -> None:
    folder = copy_lab(tmp_path / "copy")
    edit(folder / "lab.yml", "  delegation: { session_configuration: passivelab.delegated }\n", "")
    with pytest.raises(PreflightErrors) as caught:
        open_workshop(str(folder), Terminal())
    assert "no-delegation" in {problem.code for problem in caught.value.problems()}


def test_without_its_session_configuration_nothing_is_claimed_of_a_delegated_step(
    deep: Executor, lab: Opened, tmp_path: Path
) -> None:
    def claimed() -> set[str]:
        script = "Unregister-PSSessionConfiguration -Name passivelab.delegated -Force -NoServiceRestart"
        assert not lab.by_hand("se01", script, "local").errors

        def of_the_pool(item: StepInstance) -> bool:
            return item.key.host == "se01" and item.role == "lync_pool" and item.identity == "delegated"

        with building(lab.workshop, lab.world, tmp_path / "journal.jsonl", wanted=of_the_pool) as build:
            return {f"{change.action}: {change.error}" for change in build.read().changes}

    (said,) = deep.submit(claimed).result()
    assert said.startswith("failed: ")
    assert "no session configuration passivelab.delegated" in said
