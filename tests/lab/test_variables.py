"""Variables: lab < group < host < overrides < --set, each value with where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from passivelab.lab import Lab
from tests.lab.inventories import LAB, changed, load, problems

LEVELS = changed(LAB, "lync: { hosts: [se01, se02] }", "lync: { hosts: [se01, se02], variables: { size: 1 } }")
LEVELS = changed(LEVELS, "arr01: { joined: false }", "se01: { variables: { lync: { size: 3 } } }")
LEVELS += "groups: { all: { hosts: [se01, se02], variables: { lync: { size: 2 } } } }\n"


def levels(lab: Lab, host: str) -> list[str]:
    return [value.level for value in lab.variables[host, "lync"]["size"]]


def test_later_levels_win_and_all_are_kept(tmp_path: Path) -> None:
    overrides = "variables: { lync: { size: 4 } }"
    lab = load(tmp_path, "lync.size=5", "se02/lync.size=6", lab=LEVELS, overrides=overrides)
    assert levels(lab, "se01") == ["lab", "group", "host", "overrides", "command line"]
    assert levels(lab, "se02") == ["lab", "group", "overrides", "command line", "command line"]
    last = lab.variables["se02", "lync"]["size"][-1]
    assert str(last.place) == "--set se02/lync.size=6:1:1"


def test_each_value_knows_its_place(tmp_path: Path) -> None:
    lab = load(tmp_path, lab=LEVELS)
    places = [f"{value.place.file.name}:{value.place.line}" for value in lab.variables["se01", "lync"]["size"]]
    assert places == ["lab.yml:27", "lab.yml:30", "lab.yml:29"]
    assert lab.origins["pools.0.passive"].line == 17


@pytest.mark.parametrize(
    ("setting", "code", "said"),
    [
        ("lync.size", "setting", "role.variable=value"),
        ("link.size=1", "unknown-role", "one of web, lync"),
        ("arr01/lync.size=1", "unknown-host", "one of se01, se02"),
        ("lync.size=[1", "yaml", "not YAML"),
        ("lync.size=no", "yaml-surprise", "false"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, setting: str, code: str, said: str) -> None:
    (problem,) = problems(tmp_path, setting)
    assert problem.code == code
    assert said in problem.render_plain()
