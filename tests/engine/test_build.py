"""One run over hosts: what it does, in which order, and what it says."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from passivelab.blueprint.model import Comparison, Need, Secret, Unknown
from passivelab.compare import ABSENT, Difference
from passivelab.engine import Scope
from passivelab.engine.events import HostAwaited
from passivelab.engine.hosts import REFUSALS, Hosts
from passivelab.engine.script import Request
from passivelab.errors import CredentialsRefused, NoSessionConfiguration, NotConverged, StepFailed
from passivelab.state import Journal, fold
from passivelab.state.journal import read
from passivelab.transport import Credential, Output, SecureText
from tests.engine.fakes import FakeSession, Run, World, await_of, key_of, step


def test_a_build_makes_everything_and_a_second_one_changes_nothing(tmp_path: Path) -> None:
    world = World()
    steps = [step("a", "one", {"Port": 1}), step("a", "two", {"Port": 2}, ["a one"]), step("b", "three", {}, ["a two"])]
    first = Run(world, tmp_path, steps).all()
    assert first.good
    assert first.proved
    assert world.log == ["a set one", "a set two", "b set three"]
    assert [change.action for change in first.plan.changes] == ["create"] * 3
    second = Run(world, tmp_path, steps).all()
    assert second.proved
    assert [change.action for change in second.plan.changes] == ["unchanged"] * 3
    summary = second.build.summary()
    assert (summary.changed, summary.steps, summary.proved) == (0, 3, True)
    assert summary.pipelines == {"a": 2, "b": 2}  # one to plan, one to prove
    assert len(world.log) == 3


def test_drift_is_shown_property_by_property_and_only_that_is_repaired(tmp_path: Path) -> None:
    world = World()
    steps = [step("a", "one", {"Port": 1, "Name": "x"}), step("a", "two", {}, ["a one"])]
    Run(world, tmp_path, steps).all()
    world.things[("a", "one")]["Port"] = 9
    world.log.clear()
    run = Run(world, tmp_path, steps).all()
    change = run.plan.changes[0]
    assert change.action == "change"
    assert change.differences == (Difference("Port", 1, 9),)
    assert world.log == ["a set one"]
    assert run.outcomes() == {"a role/one": "changed", "a role/two": "unchanged"}


def test_a_value_of_another_step_is_unknown_in_the_plan_and_there_when_it_is_needed(tmp_path: Path) -> None:
    world = World()
    source = key_of("a one")
    steps = [
        step("a", "one", {"Port": 1}, exports={"Where": "Made"}),
        step("b", "two", {"From": Unknown(source, "Where")}, ["a one"], needs=[Need("Where", source, "Where")]),
    ]
    run = Run(world, tmp_path, steps).all()
    assert run.plan.changes[1].differences == (Difference("From", Unknown(source, "Where"), ABSENT),)
    assert run.proved
    assert world.things[("b", "two")]["From"] == "a/one"


def test_what_cannot_be_read_yet_is_known_later_only_when_the_run_makes_the_way(tmp_path: Path) -> None:
    world = World(ways={"a": "way"})
    steps = [step("a", "way", {}), step("a", "far", {}, ["a way"], identity="delegated")]
    run = Run(world, tmp_path, steps).all()
    assert [change.action for change in run.plan.changes] == ["create", "unknown"]
    assert run.proved
    del world.things[("a", "way")]
    only = Scope(wanted=lambda item: item.step == "far")
    change = Run(world, tmp_path, steps, only).build.read().changes[0]
    assert change.action == "failed" and isinstance(change.error, NoSessionConfiguration)


def test_what_was_reached_by_a_way_that_goes_too_can_be_taken_back(tmp_path: Path) -> None:
    world = World(ways={"a": "way"})
    steps = [step("a", "way", {}), step("a", "far", {}, ["a way"], identity="delegated")]
    Run(world, tmp_path, steps).all()
    back = Run(world, tmp_path, [], Scope(prune=True)).all()
    assert back.good and back.proved and not world.things


def test_sessions_are_opened_anew_after_a_change_that_older_ones_do_not_know(tmp_path: Path) -> None:
    world = World()
    steps = [step("a", "one", {}, reconnects=True), step("a", "two", {}, ["a one"]), step("b", "three", {})]
    run = Run(world, tmp_path, steps)
    run.all()
    assert world.closed == ["a"]
    Run(world, tmp_path, steps).all()
    assert world.closed == ["a"]


def test_a_failed_step_stops_its_dependents_only(tmp_path: Path) -> None:
    world = World(trouble={"a set one": ["fail"]})
    steps = [step("a", "one", {}), step("b", "two", {}, ["a one"]), step("c", "three", {}, ["b two"])]
    steps.append(step("d", "x", {}))
    run = Run(world, tmp_path, steps).all()
    assert run.outcomes() == {
        "a role/one": "failed",
        "b role/two": "skipped",
        "c role/three": "skipped",
        "d role/x": "changed",
    }
    assert not run.good
    assert not run.proved
    error = run.build.tally.errors[key_of("a one")]
    assert isinstance(error, StepFailed)
    assert str(error) == "a role/one: apply failed: set of one failed [Oops]"


def test_a_change_that_does_not_show_is_not_converged(tmp_path: Path) -> None:
    world = World(late={"one": 3})
    run = Run(world, tmp_path, [step("a", "one", {"Port": 1})]).all()
    error = run.build.tally.errors[key_of("a one")]
    assert isinstance(error, NotConverged)
    assert error.differences == ("Port: wanted 1, got (absent)",)


def test_a_change_that_shows_late_is_awaited_as_long_as_the_step_says(tmp_path: Path) -> None:
    world = World(late={"one": 3})
    assert Run(world, tmp_path, [step("a", "one", {"Port": 1}, wait=await_of(30, 10))]).all().proved


def test_a_gate_only_waits(tmp_path: Path) -> None:
    world = World(hidden={("a", "open"): (3, {"Open": True})})
    steps = [step("a", "open", {"Open": True}, gate=True, wait=await_of(10, 1)), step("a", "x", {}, ["a open"])]
    run = Run(world, tmp_path, steps).all()
    assert run.plan.changes[0].action == "wait"
    assert run.proved
    assert world.log == ["a set x"]
    shut = Run(World(), tmp_path, steps).all()
    assert shut.outcomes() == {"a role/open": "failed", "a role/x": "skipped"}


@pytest.mark.parametrize(("trouble", "times"), [("gone", 2), ("done and gone", 1)])
def test_after_a_lost_connection_a_reading_decides_whether_to_change_again(
    tmp_path: Path, trouble: str, times: int
) -> None:
    world = World(trouble={"a set one": [trouble]})
    run = Run(world, tmp_path, [step("a", "one", {"Port": 1})]).all()
    assert run.proved
    assert world.log.count("a set one") == (1 if trouble == "gone" else times)


def test_a_host_that_does_not_answer_stops_its_own_steps(tmp_path: Path) -> None:
    world = World(down={"a"})
    run = Run(world, tmp_path, [step("a", "one", {}), step("b", "two", {})]).all()
    assert run.outcomes() == {"a role/one": "unreachable", "b role/two": "changed"}
    assert run.build.summary().unreachable == 1


def test_a_host_that_was_restarting_when_a_run_was_cut_off_is_waited_for(tmp_path: Path) -> None:
    world = World(down={"a"})
    first = Run(world, tmp_path, [step("a", "one", {"Port": 1})])
    first.journal.append({"kind": "rebooting", "host": "a", "boot": "0"})
    first.journal.close()
    again = Run(world, tmp_path, [step("a", "one", {"Port": 1})])
    back = threading.Timer(0.3, world.down.clear)
    back.start()
    assert again.all().proved
    back.join()
    assert [event.host for event in again.events if isinstance(event, HostAwaited)] == ["a"]


def test_refused_credentials_are_tried_again_a_few_times_and_only_where_a_host_may_be_restarting() -> None:
    tried: list[str] = []

    class Refusing(FakeSession):
        def run(self, script: str, parameters: object, timeout: float) -> Output:
            tried.append(self.host)
            raise CredentialsRefused(host=self.host, user="admin")

    hosts = Hosts(lambda host, identity: Refusing(World(), host), {"a": 900.0})
    for host in ("a", "b"):
        with pytest.raises(CredentialsRefused):
            hosts.read(host, "local", [Request("one", "current", "read one")])
    assert tried == ["a"] * REFUSALS + ["b"]


def test_a_host_that_cannot_be_read_is_known_before_anything_changes(tmp_path: Path) -> None:
    run = Run(World(down={"a"}), tmp_path, [step("a", "one", {}), step("a", "two", {}), step("b", "three", {})])
    run.build.read()
    lost = run.build.lost()
    assert list(lost) == ["a"]
    run.build.give_up(lost)
    summary = run.build.summary()
    assert (summary.changed, summary.unreachable, summary.skipped, summary.proved) == (0, 1, 3, False)


def test_a_step_that_ends_the_pipeline_fails_alone(tmp_path: Path) -> None:
    world = World(trouble={"a read two": ["exit"]})
    steps = [step("a", "one", {}), step("a", "two", {}), step("a", "three", {})]
    run = Run(world, tmp_path, steps)
    plan = run.build.read()
    assert [change.action for change in plan.changes] == ["create", "failed", "create"]
    assert "the pipeline ended" in str(plan.changes[1].error)


def test_the_journal_knows_the_value_before_the_change_is_made(tmp_path: Path) -> None:
    world = World(things={("a", "one"): {"Port": 80}}, trouble={"a set one": ["fail"]})
    Run(world, tmp_path, [step("a", "one", {"Port": 1})]).all()
    world.things[("a", "one")] = {"Port": 81}
    Run(world, tmp_path, [step("a", "one", {"Port": 1})]).all()
    entry = fold(read(tmp_path / "journal.jsonl")).find("a", "role/one")
    assert entry is not None
    assert entry.before == {"Port": 80}


def test_what_is_no_longer_wanted_goes_in_reverse_order_and_puts_back_what_was_there(tmp_path: Path) -> None:
    world = World(things={("a", "one"): {"Port": 80, "Other": 1}})
    steps = [step("a", "one", {"Port": 1}), step("b", "two", {}, ["a one"]), step("a", "three", {}, ["b two"])]
    Run(world, tmp_path, steps).all()
    world.log.clear()
    shown = Run(world, tmp_path, [])
    assert [change.action for change in shown.build.read().changes] == ["remove"] * 3
    assert shown.build.apply()
    assert world.log == []
    pruned = Run(world, tmp_path, [], Scope(prune=True)).all()
    assert world.log == ["a back three", "b back two", "a back one"]
    assert pruned.proved
    assert world.things == {("a", "one"): {"Port": 80, "Other": 1}}
    assert fold(read(tmp_path / "journal.jsonl")).entries == {}


@pytest.mark.parametrize(("there", "ours"), [([], ["x"]), (["y"], ["X", "y"])])
def test_members_that_the_lab_has_added_to_a_list_go_and_those_of_others_stay(
    tmp_path: Path, there: list[str], ours: list[str]
) -> None:
    """As long as others may be in the list, having what was in it before is not enough."""
    world = World(things={("a", "list"): {"Names": there}})
    rules = {"names": Comparison("ignore_case", "managed")}
    Run(world, tmp_path, [step("a", "list", {"Names": ours}, comparison=rules)]).all()
    world.things[("a", "list")]["Names"] = [*there, "x", "of another"]
    shown = Run(world, tmp_path, []).build.read()
    assert [(change.action, len(change.differences)) for change in shown.changes] == [("remove", 1)]
    run = Run(world, tmp_path, [], Scope(prune=True)).all()
    assert world.log[-1] == "a back list"
    assert run.proved


def test_taking_back_tolerates_what_is_already_gone(tmp_path: Path) -> None:
    world = World()
    Run(world, tmp_path, [step("a", "one", {})]).all()
    world.things.clear()
    world.log.clear()
    run = Run(world, tmp_path, [], Scope(prune=True)).all()
    assert run.proved
    assert world.log == []
    assert fold(read(tmp_path / "journal.jsonl")).entries == {}


@pytest.mark.parametrize("killed", [False, True])
def test_a_removal_that_was_cut_off_runs_to_its_end_although_the_thing_is_as_before(
    tmp_path: Path, killed: bool
) -> None:
    """What `current` does not see may be left, such as the folder of a share."""
    world = World(things={("a", "one"): {"Port": 80}})
    first = Run(world, tmp_path, [step("a", "one", {"Port": 1})]).all()
    if killed:
        world.things[("a", "one")] = {"Port": 80}
        record = Journal(tmp_path / "journal.jsonl")
        record.append({"kind": "intent", "action": "remove", "host": "a", "step": "role/one", "before": {"Port": 1}})
        record.close()
    else:
        world.trouble["a back one"] = ["done and gone"]
    assert first.proved
    assert Run(world, tmp_path, [], Scope(prune=True)).all().proved
    assert world.log == ["a set one", *["a back one"] * (1 if killed else 2)]
    assert fold(read(tmp_path / "journal.jsonl")).entries == {}


def test_what_goes_together_with_the_thing_it_stands_on_is_fine(tmp_path: Path) -> None:
    world = World(things={("a", "part"): {"On": False}}, along={"whole": "part"})
    steps = [step("a", "whole", {}), step("a", "part", {"On": True}, ["a whole"])]
    Run(world, tmp_path, steps).all()
    run = Run(world, tmp_path, [], Scope(prune=True)).all()
    assert world.log[-2:] == ["a back part", "a back whole"]
    assert run.proved
    assert world.things == {}


def test_what_stands_on_a_removed_thing_changes_before_it_goes(tmp_path: Path) -> None:
    world = World()
    steps = [step("a", "trust", {}), step("b", "method", {"On": True}, ["a trust"])]
    Run(world, tmp_path, steps).all()
    world.log.clear()
    run = Run(world, tmp_path, [step("b", "method", {"On": False})], Scope(prune=True)).all()
    assert run.proved
    assert world.log == ["b set method", "a back trust"]


def test_a_thing_that_must_not_exist_is_removed(tmp_path: Path) -> None:
    world = World(things={("a", "one"): {"Port": 1}})
    run = Run(world, tmp_path, [step("a", "one", None)]).all()
    assert run.proved
    assert run.outcomes() == {"a role/one": "removed"}


def test_restarts_come_before_the_next_step_and_merged_ones_together(tmp_path: Path) -> None:
    world = World()
    steps = [
        step("a", "name", {}, reboot="before_next"),
        step("a", "x", {}, ["a name"], reboot="merge"),
        step("a", "y", {}, ["a x"], reboot="merge"),
        step("a", "z", {}, ["a y"]),
    ]
    run = Run(world, tmp_path, steps).all()
    assert run.proved
    assert world.log == ["a set name", "a restart", "a set x", "a set y", "a restart", "a set z"]
    assert fold(read(tmp_path / "journal.jsonl")).reboots == {}


def test_a_restart_that_an_interrupted_run_owed_is_made_up_for(tmp_path: Path) -> None:
    world = World(things={("a", "one"): {}})
    run = Run(world, tmp_path, [step("a", "one", {})])
    run.journal.append({"kind": "rebooting", "host": "a", "boot": "0"})
    run = Run(world, tmp_path, [step("a", "one", {})]).all()
    assert world.log == ["a restart"]


def test_what_a_host_said_before_its_restart_does_not_count(tmp_path: Path) -> None:
    """The restart that an interrupted run owed is the one that is pending: no other one is made, and nothing owned."""
    world = World(things={("a", "pending"): {"Pending": True}}, booted={("a", "pending"): {"Pending": False}})
    steps = [step("a", "pending", {"Pending": False}, reboot="before_next")]
    run = Run(world, tmp_path, steps)
    run.journal.append({"kind": "rebooting", "host": "a", "boot": "0"})
    run = Run(world, tmp_path, steps).all()
    assert world.log == ["a restart"]
    assert run.proved
    assert not fold(read(tmp_path / "journal.jsonl")).entries


def test_outside_the_scope_nothing_changes_and_values_are_still_read(tmp_path: Path) -> None:
    world = World(things={("a", "one"): {"Made": "by hand"}})
    source = key_of("a one")
    steps = [
        step("a", "one", {}, exports={"Where": "Made"}),
        step("a", "other", {}, ["a one"]),
        step("b", "two", {"From": Unknown(source, "Where")}, ["a other"], needs=[Need("Where", source, "Where")]),
    ]
    run = Run(world, tmp_path, steps, Scope(wanted=lambda item: item.key.host == "b")).all()
    assert run.proved
    assert world.log == ["b set two"]
    assert world.things[("b", "two")]["From"] == "by hand"


def test_secrets_travel_as_parameters_and_are_never_written(tmp_path: Path) -> None:
    world = World()
    secrets = (Secret("Account", "credential", "x"), Secret("Pfx", "bytes", "y"), Secret("Word", "secure_string", "z"))
    Run(world, tmp_path, [step("a", "one", {}, secrets=secrets)]).all()
    sent = [parameters for parameters in world.secrets if parameters]
    assert sent == [
        {"Secret0": Credential("CORP\\admin", "hidden"), "Secret1": SecureText("cGZ4"), "Secret2": SecureText("hidden")}
    ]
    assert "hidden" not in (tmp_path / "journal.jsonl").read_text()
