"""A run that dies at any moment: the next one ends where an uninterrupted one does, and nothing is owned twice."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.blueprint.model import Need, StepInstance, Unknown
from passivelab.engine import Scope
from passivelab.state import Ledger, fold
from passivelab.state.journal import read
from tests.engine.fakes import FakeSession, Run, World, key_of, step


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class Countdown:
    """Kills at the n-th moment: before or after a script, before or in the middle of a line of the journal."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def tick(self) -> bool:
        """Whether this is the moment; after it nothing happens any more."""
        self.left -= 1
        if self.left < 0:
            raise Killed
        return self.left == 0

    def check(self) -> None:
        if self.tick():
            raise Killed


def steps() -> list[StepInstance]:
    source = key_of("a cert")
    return [
        step("a", "cert", {"Names": ["x"]}, exports={"Where": "Made"}),
        step("a", "name", {"Name": "a"}, ["a cert"], reboot="before_next"),
        step("b", "trust", {"From": Unknown(source, "Where")}, ["a cert"], needs=[Need("W", source, "Where")]),
        step("a", "farm", {"Port": 443}, ["a name"]),
        step("b", "rule", {"On": True}, ["b trust", "a farm"]),
        step("c", "gone", None, ["b rule"]),
    ]


def world() -> World:
    return World(things={("a", "farm"): {"Port": 80, "Kept": 1}, ("c", "gone"): {"Old": True}})


def run_until_killed(state: World, folder: Path, scope: Scope, wanted: list[StepInstance], moment: int) -> bool:
    """Whether the run was killed."""
    countdown = Countdown(moment)
    run = Run(state, folder, wanted, scope)
    ask, append = FakeSession.run, run.journal.append

    def dying_run(self: FakeSession, script: str, parameters: Mapping[str, Any], timeout: float) -> Any:
        countdown.check()
        output = ask(self, script, parameters, timeout)
        countdown.check()
        return output

    def dying_append(record: Mapping[str, Any], *, durable: bool = True) -> None:
        if countdown.tick():
            with run.journal.path.open("ab") as torn:
                torn.write(b'{"kind":"intent","act')
            raise Killed
        append(record, durable=False)
        countdown.check()

    run.journal.append = dying_append  # type: ignore[method-assign]
    run.build.means.__dict__["workers"] = 1
    FakeSession.run = dying_run  # type: ignore[method-assign]
    try:
        run.build.read()
        run.build.apply()
    except Killed:
        return True
    finally:
        FakeSession.run = ask  # type: ignore[method-assign]
        run.journal.close()
    return False


def ledger(folder: Path) -> Ledger:
    return fold(read(folder / "journal.jsonl"))


@settings(max_examples=40)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=3))
def test_a_killed_build_is_finished_by_the_next(tmp_path_factory: Any, moments: list[int]) -> None:
    reference = world()
    straight = Run(reference, tmp_path_factory.mktemp("straight"), steps()).all()
    assert straight.proved
    folder = tmp_path_factory.mktemp("killed")
    state = world()
    for moment in moments:
        run_until_killed(state, folder, Scope(), steps(), moment)
    assert Run(state, folder, steps()).all().proved
    assert state.things == reference.things
    owned = ledger(folder)
    expected = ledger(straight.journal.path.parent)
    assert owned.reboots == {}
    assert {address: entry.before for address, entry in owned.entries.items()} == {
        address: entry.before for address, entry in expected.entries.items()
    }


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=3))
def test_a_killed_teardown_is_finished_by_the_next(tmp_path_factory: Any, moments: list[int]) -> None:
    folder = tmp_path_factory.mktemp("killed")
    state = world()
    before = copy.deepcopy(state.things)
    assert Run(state, folder, steps()).all().proved
    for moment in moments:
        run_until_killed(state, folder, Scope(prune=True), [], moment)
    assert Run(state, folder, [], Scope(prune=True)).all().proved
    del before[("c", "gone")]  # its step only says that it must not exist
    assert state.things == before
    assert ledger(folder).entries == {}
