"""enable and disable keep their choice in overrides.yml, and nobody moves who need not."""

from __future__ import annotations

from pathlib import Path

from passivelab.lab import consider, load_lab, write_passive
from tests.lab.inventories import load, problems, write

SE01, SE02 = "se01.corp.contoso.com", "se02.corp.contoso.com"


def test_a_choice_wins_over_lab_yml_and_is_kept(tmp_path: Path) -> None:
    folder = write(tmp_path)
    write_passive(folder, SE01, False)
    assert [pool.passive for pool in load_lab(folder, roles=tmp_path / "roles").pools] == [False, False]
    write_passive(folder, SE01, True)
    assert [pool.passive for pool in load_lab(folder, roles=tmp_path / "roles").pools] == [True, False]


def test_writing_keeps_what_else_stands_there(tmp_path: Path) -> None:
    folder = write(
        tmp_path, overrides=f"pools: {{ {SE02}: {{ passive: false }} }}\nvariables: {{ lync: {{ size: 4 }} }}\n"
    )
    write_passive(folder, SE01, False)
    lab = load_lab(folder, roles=tmp_path / "roles")
    assert lab.variables["se01", "lync"]["size"][-1].level == "overrides"
    assert sorted(path.name for path in folder.iterdir()) == ["lab.yml", "machines.yml", "overrides.yml", "secrets.yml"]


def test_nobody_moves_when_the_passive_pool_becomes_classic(tmp_path: Path) -> None:
    assert consider(load(tmp_path), SE01, False).moves == ()


def test_whoever_would_be_locked_out_is_named(tmp_path: Path) -> None:
    change = consider(load(tmp_path), SE02, True)
    assert [stranded.user for stranded in change.stranded] == ["dario"]


def test_users_move_where_another_pool_takes_them(tmp_path: Path) -> None:
    lab = load(tmp_path, overrides=f"pools: {{ {SE01}: {{ passive: false }} }}")
    (move,) = consider(lab, SE02, True).moves
    assert (move.user, move.source, move.target) == ("dario", SE02, SE01)


def test_an_override_of_an_unknown_pool_is_a_problem(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, overrides="pools: { se09.corp.contoso.com: { passive: true } }")
    assert problem.code == "unknown-pool"
    assert problem.place is not None
    assert problem.place.file.name == "overrides.yml"
