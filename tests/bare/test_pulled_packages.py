"""The packages of the reverse proxy, pulled from a share by a machine without a domain."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from campaigns.cutting import Cutter, cutting
from campaigns.inprocess import Connector, Snapshot, building, in_deep_thread, new_world
from campaigns.passes import Coverage, Disturbance
from campaigns.worlds import difference
from passivelab.blueprint.model import Blueprint
from passivelab.commands.paths import ROOT
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine import Build
from passivelab.errors import InvalidError
from tests.commands.conftest import change
from winsim.world.lab import World
from winsim.world.media import ROOT as SHARED

STEPS = ("reverse_proxy/web_server", "reverse_proxy/package", "reverse_proxy/request_routing")
USE = "reverse_proxy: { hosts: [arr01] }"
# The file server is not in a domain yet, and the proxy knows no names: its address, and an account of its own.
VARIABLES = r"{ source: share, share: '\\192.168.50.10\media', share_account: local_administrator }"
PULL = f"reverse_proxy: {{ hosts: [arr01], variables: {VARIABLES} }}"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "inventory" / "bare", folder, ignore=shutil.ignore_patterns(".passivelab"))
    change(folder / "media.yml", "folder: inventory/bare/media", f"folder: {folder / 'media'}")
    change(folder / "lab.yml", USE, PULL)
    return folder


def run(
    workshop: Workshop, world: World, journal: Path, blueprint: Blueprint, cutter: Cutter | None = None
) -> dict[str, str]:
    """Builds or takes down; gives what went wrong by step."""

    def go(build: Build) -> None:
        build.read()
        assert not build.apply() or build.prove()

    connect = Connector(workshop, world)
    with building(
        workshop,
        world,
        journal,
        blueprint,
        lambda item: item.key.host == "arr01" and item.key.step.startswith(STEPS),
        connect=cutting(connect, cutter) if cutter is not None else connect,
        prune=not blueprint.instances,
    ) as build:
        in_deep_thread(lambda: go(build))
        return {key.step: str(error) for key, error in build.tally.errors.items()}


def build(lab: Path, world: World, tmp_path: Path) -> dict[str, str]:
    workshop = open_workshop(str(lab), Terminal())
    return run(workshop, world, tmp_path / "journal.jsonl", workshop.blueprint)


def leftovers(world: World) -> list[str]:
    return [path for path, entry in world.host("arr01").files.walk("C:\\") if entry.name.lower().endswith(".msi")]


def test_packages_are_pulled_installed_and_taken_off_again(lab: Path, tmp_path: Path) -> None:
    shutil.rmtree(lab / "media" / "arr")  # nothing is sent
    world = new_world(lab / "machines.yml")
    new = Snapshot.of(world).world()
    assert build(lab, world, tmp_path) == {}
    assert leftovers(world) == []
    workshop = open_workshop(str(lab), Terminal())
    assert run(workshop, world, tmp_path / "journal.jsonl", Blueprint(workshop.lab.name, ())) == {}
    assert difference(new, world) == ""


def test_a_pull_that_is_cut_off_is_taken_up_again(lab: Path, tmp_path: Path) -> None:
    workshop, coverage = open_workshop(str(lab), Terminal()), Coverage()
    undisturbed = new_world(lab / "machines.yml")
    assert run(workshop, undisturbed, tmp_path / "undisturbed.jsonl", workshop.blueprint) == {}
    for seed in range(3):
        world, journal = new_world(lab / "machines.yml"), tmp_path / f"{seed}.jsonl"
        assert run(workshop, world, journal, workshop.blueprint, Disturbance(seed, coverage)) == {}
        assert difference(undisturbed, world) == ""
    assert "reverse_proxy/package apply" in {name for name, _ in coverage.tried}


def test_another_file_on_the_share_is_not_run(lab: Path, tmp_path: Path) -> None:
    world = new_world(lab / "machines.yml")
    files = world.host("dc01").files
    wrong = f"{SHARED}\\arr\\rewrite_amd64_en-US.msi"
    files.write(wrong, files.read(wrong) + b"\r\n")
    errors = build(lab, world, tmp_path)
    assert "is not the installer of media.yml" in errors["reverse_proxy/package[url_rewrite]"]
    assert leftovers(world) == []


def test_an_account_that_the_file_server_refuses_is_named(lab: Path, tmp_path: Path) -> None:
    change(lab / "lab.yml", "share_account: local_administrator", "share_account: domain_administrator")
    errors = build(lab, new_world(lab / "machines.yml"), tmp_path)
    said = errors["reverse_proxy/package[url_rewrite]"]
    assert r"\\192.168.50.10\media is not reached as CORP\labadmin: The user name or password is incorrect" in said


def test_a_share_that_nobody_named_and_an_unlisted_package_are_found_before(lab: Path) -> None:
    change(lab / "lab.yml", r"share: '\\192.168.50.10\media', ", "packages: [url_rewrite, other], ")
    change(lab / "media.yml", "share: \\\\dc01\\media\n", "")
    with pytest.raises(InvalidError) as refused:
        open_workshop(str(lab), Terminal())
    codes = {problem.code for problem in refused.value.problems()}
    assert {"proxy-share", "installer-unlisted"} <= codes
