"""Every step of the default lab, in builds and teardowns that disturb each of them. A new step is one of them.

The same for every lab, at every statement and with every change: campaigns.passes, campaigns.steps, campaigns.repairs.
"""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

import pytest

from campaigns import passes
from campaigns.hand_changes import CHANGES
from campaigns.kills import copy_lab
from campaigns.passes import Disturbance
from campaigns.repairs import Trial, attempt
from campaigns.stages import Rehearsed, rehearse
from campaigns.variants import make_lab
from passivelab.commands.paths import ROLES
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop

SEED = 20131122
# What waits for somebody outside, or uses files of the user's own: tests/certificates builds it and takes it back.
PUBLIC_AUTHORITY = ("request", "answer", "accepted", "chain", "additional")
# One change for each role, of which the others know nothing.
CHOSEN = (
    "base/shell_memory",
    "domain/upn_suffix",
    "certificates/public",
    "adfs/trust[se01/internal]",
    "reverse_proxy/limits",
    "lync_pool/methods[se01]",
    "registrars/user[anna]",
    "office_web_apps/farm",
)


@pytest.fixture(scope="module")
def lab(deep: Executor, tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    folder = tmp_path_factory.mktemp("steps")
    return deep.submit(rehearse, copy_lab(folder / "lab"), folder / "journal.jsonl", keep=False).result()


def test_a_second_build_changes_nothing(deep: Executor, lab: Rehearsed, tmp_path: Path) -> None:
    assert deep.submit(passes.second_build, lab, tmp_path).result() == []


def test_a_build_that_is_cut_off_within_every_apply_ends_in_the_same_lab(
    deep: Executor, lab: Rehearsed, tmp_path: Path
) -> None:
    disturbance = Disturbance(SEED)
    assert deep.submit(passes.cut_build, lab, tmp_path, disturbance).result() == []
    assert disturbance.cut.keys() == {f"{host} {step} apply" for host, step in lab.ledger.entries}


def test_a_teardown_that_is_cut_off_within_every_remove_and_repeats_it_leaves_the_machines_as_they_were(
    deep: Executor, lab: Rehearsed, tmp_path: Path
) -> None:
    disturbance = Disturbance(SEED)
    assert deep.submit(passes.cut_teardown, lab, tmp_path, disturbance).result() == []
    removable = {f"{host} {step} remove" for (host, step), entry in lab.ledger.entries.items() if entry.remove}
    assert disturbance.cut.keys() <= removable
    assert len(disturbance.cut) > 80


def test_changes_by_hand_in_every_role_are_named_by_their_properties_and_repaired_alone(
    deep: Executor, lab: Rehearsed
) -> None:
    trial = Trial(tuple(next(one for one in CHANGES if one.step == step and one.lab == "built") for step in CHOSEN))
    verdict = deep.submit(attempt, lab, trial).result()
    assert verdict.complaints == ()
    assert set(verdict.repaired) == set(trial.keys)


def test_a_farm_that_is_taken_away_under_its_second_node_is_made_anew_and_joined(
    deep: Executor, lab: Rehearsed
) -> None:
    """The node would go on as a copy of a farm that is gone."""
    (farm,) = [item for item in lab.workshop.blueprint.instances if item.step == "farm" and item.role == "adfs"]
    verdict = deep.submit(attempt, lab, Trial(own=farm)).result()
    assert verdict.complaints == ()
    assert {"adfs01 adfs/farm", "adfs02 adfs/node"} <= set(verdict.repaired)


def test_both_nodes_of_ad_fs_read_a_list_of_agents_that_was_changed_by_hand(deep: Executor, lab: Rehearsed) -> None:
    """The list travels by itself; the service reads it only when it starts."""
    (change,) = [one for one in CHANGES if one.step == "adfs/windows_agents"]
    verdict = deep.submit(attempt, lab, Trial((change,))).result()
    assert verdict.complaints == ()
    assert verdict.repaired == ("adfs01 adfs/windows_agents", "adfs02 adfs/node_agents")


def test_every_template_is_in_a_lab_that_the_campaigns_disturb(lab: Rehearsed, tmp_path: Path) -> None:
    known = {(item.role, item.step) for item in lab.workshop.blueprint.instances}
    for name in ("bare", "other"):
        workshop = open_workshop(str(make_lab(name, tmp_path / name)), Terminal())
        known |= {(item.role, item.step) for item in workshop.blueprint.instances}
    files = {(file.parts[-3], file.name.partition(".")[0]) for file in ROLES.glob("*/steps/*.ps1.j2")}
    assert files - known <= {("certificates", name) for name in PUBLIC_AUTHORITY}
