"""Does the simulated lab run the text that it is sent? A sample of the campaign of mutants, on the reverse proxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaigns.forking import in_processes
from campaigns.inprocess import in_deep_thread
from campaigns.mutants import Campaign, Mutant, Verdict, sample
from campaigns.mutations import mutations

SEED = 1
SIZE = 40


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    folder = tmp_path_factory.mktemp("mutants")
    yield in_deep_thread(lambda: Campaign.prepare(folder, hosts=["arr01"]))


def judge(campaign: Campaign, step: str, was: str) -> Verdict:
    """The verdict on the first damage of this text."""
    script = campaign.starts[step][0].instance.scripts.apply or ""
    number = next(number for number, damage in enumerate(mutations(script)) if damage.was == was)
    return in_deep_thread(lambda: campaign.judge(Mutant(step, number)))


def test_of_a_sample_of_mutants_hardly_any_goes_unnoticed(campaign: Campaign) -> None:
    mutants = campaign.mutants()
    assert len(mutants) > 500
    verdicts = list(in_processes(campaign.judge, sample(mutants, SEED, SIZE / len(mutants)), jobs=1))
    survivors = [verdict for verdict in verdicts if not verdict.killed]
    assert len(verdicts) == SIZE
    assert len({verdict.kind for verdict in verdicts}) == 5
    assert len(survivors) <= 0.05 * SIZE, survivors
    for kind in {verdict.kind for verdict in survivors}:
        of_kind = [verdict for verdict in verdicts if verdict.kind == kind]
        assert sum(verdict.killed for verdict in of_kind) >= 0.75 * len(of_kind), survivors


def test_a_step_as_it_is_leaves_the_lab_that_it_should(campaign: Campaign) -> None:
    """The control: neither what is generated nor the time may look like a damage."""
    assert in_deep_thread(lambda: campaign.control("reverse_proxy/limits")) == "same lab"


def test_a_mutant_is_killed_where_it_shows(campaign: Campaign) -> None:
    assert judge(campaign, "reverse_proxy/limits", "Set-WebConfigurationProperty").result == "failed"
    assert judge(campaign, "reverse_proxy/limits", "QueryString").result in ("failed", "not converged")
    # The order of the rules comes out right, and their conditions are gone: the proof reads every step again.
    assert judge(campaign, "reverse_proxy/order", '"$filter/conditions"').result == "not proved"


def test_apply_does_not_lean_on_what_current_has_imported(campaign: Campaign) -> None:
    verdict = judge(campaign, "reverse_proxy/application_pool", "Import-Module -Name WebAdministration")
    assert (verdict.result, "name 'IIS' does not exist" in verdict.why) == ("failed", True)
