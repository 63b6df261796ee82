"""The combined set-up of Application Request Routing in the place of its four packages, and back."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from campaigns.inprocess import Snapshot, building, in_deep_thread, new_world
from campaigns.worlds import difference
from passivelab.blueprint.model import Blueprint
from passivelab.commands.paths import ROOT
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop
from passivelab.engine import Build
from tests.commands.conftest import change
from winsim.world.media import stand_in

SETUP = "ARRv3_setup_amd64_en-us.exe"
STEPS = ("reverse_proxy/web_server", "reverse_proxy/package", "reverse_proxy/request_routing")
MEDIUM = """  arr_setup:
    file: arr/{name}
    version: "3.0.1750"
    size: {size}
    sha256: {sha256}
"""


def test_the_combined_set_up_brings_and_takes_all_four(tmp_path: Path) -> None:
    lab = tmp_path / "copy"
    shutil.copytree(ROOT / "inventory" / "bare", lab, ignore=shutil.ignore_patterns(".passivelab"))
    content = stand_in(SETUP)
    (lab / "media" / "arr" / SETUP).write_bytes(content)
    medium = MEDIUM.format(name=SETUP, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    change(lab / "media.yml", "folder: inventory/bare/media", f"folder: {lab / 'media'}")
    change(lab / "media.yml", "media:\n", f"media:\n{medium}")
    use = "reverse_proxy: { hosts: [arr01], variables: { packages: [arr_setup] } }"
    change(lab / "lab.yml", "reverse_proxy: { hosts: [arr01] }", use)
    workshop, world = open_workshop(str(lab), Terminal()), new_world(lab / "machines.yml")
    new = Snapshot.of(world).world()

    def go(build: Build) -> bool:
        build.read()
        return build.apply() and build.prove()

    for blueprint in (workshop.blueprint, Blueprint(workshop.lab.name, ())):
        with building(
            workshop,
            world,
            tmp_path / "journal.jsonl",
            blueprint,
            lambda item: item.key.host == "arr01" and item.key.step.startswith(STEPS),
            prune=not blueprint.instances,
        ) as build:
            assert in_deep_thread(lambda: go(build)), build.tally.errors
    assert difference(new, world) == ""
