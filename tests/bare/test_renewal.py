"""Certificates that are renewed: those of WinRM go once the listener shows the new one, others with the lab."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from campaigns.inprocess import Connector, Snapshot, building, in_deep_thread, new_world
from campaigns.worlds import difference
from passivelab.blueprint.model import Blueprint
from passivelab.commands.paths import ROOT
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine import Build
from winsim.world.lab import World

STEPS = (
    "base/remoting_certificate",
    "base/https_firewall",
    "base/https_listener",
    "base/superseded_certificates",
    "certificates/public",
)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "inventory" / "bare", folder, ignore=shutil.ignore_patterns(".passivelab"))
    return folder


def run(workshop: Workshop, world: World, journal: Path, blueprint: Blueprint) -> set[str]:
    """Builds or takes down, proves, and gives the steps that changed something."""
    changed: set[str] = set()

    def go(build: Build) -> None:
        changed.update(change.key.step for change in build.read().pending)
        assert build.apply() and build.prove(), build.tally.errors

    with building(
        workshop,
        world,
        journal,
        blueprint,
        lambda item: item.key.host == "arr01" and item.key.step in STEPS,
        connect=Connector(workshop, world),
        prune=not blueprint.instances,
    ) as build:
        in_deep_thread(lambda: go(build))
    return changed


def named(workshop: Workshop, world: World, name: str) -> list[str]:
    store = r"Get-ChildItem Cert:\LocalMachine\My"
    script = f"{store} | Where-Object FriendlyName -eq '{name}' | ForEach-Object Thumbprint"
    return list(Connector(workshop, world)("arr01", "local").run(script, {}, 60.0).values)


def test_a_renewed_certificate_of_winrm_takes_the_place_of_the_one_before(lab: Path, tmp_path: Path) -> None:
    world, journal = new_world(lab / "machines.yml"), tmp_path / "journal.jsonl"
    new = Snapshot.of(world).world()
    first = open_workshop(str(lab), Terminal())
    run(first, world, journal, first.blueprint)
    assert run(first, world, journal, first.blueprint) == set()
    for name in ("remoting-arr01", "public"):
        (lab / ".passivelab" / "pki" / f"{name}.crt").unlink()
    second = open_workshop(str(lab), Terminal())
    assert "base/https_listener" in run(second, world, journal, second.blueprint)
    assert run(second, world, journal, second.blueprint) == set()
    assert named(second, world, "passivelab WinRM") == [second.keys.remoting["arr01"].thumbprint]
    both = {first.keys.public.thumbprint, second.keys.public.thumbprint}
    assert set(named(second, world, "passivelab public")) == both
    run(second, world, journal, Blueprint(second.lab.name, ()))
    assert difference(new, world) == ""
