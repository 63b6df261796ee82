"""The damages that the campaign of mutants does to a script."""

from __future__ import annotations

import pytest

from campaigns.mutations import mutations
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop
from passivelab.lab.load import ROOT
from pslang.parser import parse

SCRIPT = """\
$path = 'C:\\x'
if ($path.Length -gt 2) {
    Set-Item -Path $path -Value @{ Name = "a$path" } -Force:$true
}"""


@pytest.fixture(scope="module")
def scripts() -> list[str]:
    """The `apply` of one instance of each AD FS template of the default lab."""
    workshop = open_workshop(str(ROOT / "inventory" / "simulated"), Terminal())
    found = {item.step: item.scripts.apply for item in workshop.blueprint.instances if item.role == "adfs"}
    return [script for script in found.values() if script]


def test_every_statement_name_parameter_variable_and_literal_is_damaged_once() -> None:
    assert [(damage.line, damage.kind, damage.was.split("\n")[0]) for damage in mutations(SCRIPT)] == [
        (1, "variable misspelt", "$path"),
        (1, "statement dropped", "$path = 'C:\\x'"),
        (1, "literal changed", "'C:\\x'"),
        (2, "statement dropped", "if ($path.Length -gt 2) {"),
        (2, "variable misspelt", "$path"),
        (2, "name misspelt", "Length"),
        (2, "literal changed", "2"),
        (3, "name misspelt", "Set-Item"),
        (3, "statement dropped", 'Set-Item -Path $path -Value @{ Name = "a$path" } -Force:$true'),
        (3, "parameter misspelt", "-Path"),
        (3, "variable misspelt", "$path"),
        (3, "parameter misspelt", "-Value"),
        (3, "name misspelt", "Name"),
        (3, "literal changed", '"a$path"'),  # which is also what misspells the variable in it
        (3, "parameter misspelt", "-Force"),
        (3, "literal changed", "$true"),
    ]


@pytest.mark.parametrize(
    ("was", "damaged"),
    [("'a'", "'ax'"), ('"a"', '"ax"'), ("5", "(5 + 1)"), ("$true", "$false"), ("${a b}", "${a bx}"), ("$a.B", "$a.Bx")],
)
def test_a_damaged_value_is_another_one_of_its_kind(was: str, damaged: str) -> None:
    assert f"$x = {damaged}" in [damage.text for damage in mutations(f"$x = {was}")]


def test_a_mutant_of_a_step_parses_and_differs_from_the_step_in_one_place(scripts: list[str]) -> None:
    assert len(scripts) >= 10
    for script in scripts:
        damages = mutations(script)
        assert len({damage.text for damage in damages}) == len(damages)
        for damage in damages[::5]:
            assert not parse(damage.text).errors
            kept = script.partition(damage.was)
            assert damage.text.startswith(kept[0])
            assert damage.text.endswith(script.rpartition(damage.was)[2])
