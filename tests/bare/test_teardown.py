"""One role on one bare machine: built over the wire, with its restart, and taken back to the machine as it was."""

from __future__ import annotations

from pathlib import Path

from campaigns.rebuild import copy_lab, run
from winsim.world.digest import digest
from winsim.world.machines import load_machines

BASE_OF_ARR01 = ("--limit", "arr01", "--role", "base")


def test_a_machine_is_again_as_set_up_left_it(tmp_path: Path) -> None:
    lab = copy_lab(tmp_path / "bare", "bare")
    new = digest(load_machines(lab / "machines.yml"))
    built = run(lab, "build-lab", *BASE_OF_ARR01)
    assert built.proved and built.changed > 0 and built.digest != new
    again = run(lab, "build-lab", *BASE_OF_ARR01)
    assert (again.proved, again.changed, again.digest) == (True, 0, built.digest)
    back = run(lab, "teardown-lab", "--yes")
    assert back.proved and back.digest == new
