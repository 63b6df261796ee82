"""A simulator that is honest notices damage to a script, and does not notice other names."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from campaigns.inprocess import STACK
from campaigns.kills import ROOT
from campaigns.mutants import Campaign, Verdict
from campaigns.mutations import mutations
from campaigns.renaming import Renaming
from pslang.parser import parse

T = TypeVar("T")
STEP = "reverse_proxy/rule"
COUNT = 12


def in_deep_thread(work: Callable[[], T]) -> T:
    """Scripts are evaluated recursively, and want room for it."""
    results: list[T] = []
    before = threading.stack_size(STACK)
    thread = threading.Thread(target=lambda: results.append(work()))
    try:
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert results, "the thread failed"
    return results[0]


def test_mutants_of_a_step_are_found_out(tmp_path: Path) -> None:
    def judge() -> list[Verdict]:
        campaign = Campaign.prepare(tmp_path, STEP)
        chosen = random.Random(20131122).sample(campaign.mutants(), COUNT)
        return [campaign.judge(mutant) for mutant in chosen]

    verdicts = in_deep_thread(judge)
    survivors = [verdict for verdict in verdicts if not verdict.killed]
    assert len(survivors) <= 1, survivors


def test_damages_are_the_same_for_the_same_text_and_each_still_parses() -> None:
    text = "Set-Item -Path 'a' -Value $x\nif ($y) { throw \"no $z\" }\n$w = @{ Key = 1; Other = $true }"
    found = mutations(text)
    assert found == mutations(text)
    assert {mutation.kind for mutation in found} == {
        "statement dropped", "literal changed", "parameter misspelt", "variable misspelt", "name misspelt",
    }  # fmt: skip
    for mutation in found:
        assert not parse(mutation.text).errors
        assert mutation.text != text


@pytest.mark.parametrize("file", sorted((ROOT / "roles").glob("*/steps/*.ps1.j2")), ids=lambda file: file.stem)
def test_renaming_leaves_a_template_a_template(file: Path) -> None:
    text = file.read_text("utf-8")
    renamed = Renaming(random.Random(1)).template(text)
    assert renamed.count("{%") == text.count("{%")
    assert renamed.count("{{") == text.count("{{")
    assert renamed.count("$") == text.count("$")
