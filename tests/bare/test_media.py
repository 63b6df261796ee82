"""Installers: what is missing is shown, what is wrong stops a build before anything runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from passivelab.commands.media import installer, refuse_wrong, state_of
from passivelab.commands.paths import ROOT
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop
from passivelab.errors import InvalidError, Refused, SecretError
from passivelab.lab import Lab, load_lab
from tests.commands.conftest import change
from winsim.world.lync.setup import PACKAGES
from winsim.world.machines import load_machines
from winsim.world.media import ROOT as SHARED
from winsim.world.packages import read_package

BARE = ROOT / "inventory" / "bare"
PULLED = {file for _, file in PACKAGES.values()}  # by the bootstrapper alone
REWRITE = "arr/rewrite_amd64_en-US.msi"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A copy of the bare lab with media of its own."""
    folder = tmp_path / "copy"
    shutil.copytree(BARE, folder)
    file = folder / "media.yml"
    file.write_text(file.read_text("utf-8").replace("folder: inventory/bare/media", f"folder: {folder / 'media'}"))
    return load_lab(folder)


def test_every_installer_of_the_bare_lab_is_there_and_its_share_has_the_same(lab: Lab) -> None:
    assert lab.media is not None
    assert {state_of(lab.folder / "media" / one.file, one) for one in lab.media.media.values()} == {"present"}
    files = load_machines(BARE / "machines.yml").host("dc01").files
    for medium in lab.media.media.values():
        content = (lab.folder / "media" / medium.file).read_bytes()
        assert files.read(f"{SHARED}\\{medium.file.replace('/', chr(92))}") == content
        if medium.file.endswith(".msi") and medium.file.rpartition("amd64/")[2].replace("/", "\\") not in PULLED:
            assert read_package(content) is not None


def test_what_the_bootstrapper_may_pull_is_compared_before(lab: Lab) -> None:
    assert lab.media is not None
    below = [one for one in lab.media.media.values() if one.file.startswith("lync2013/Setup/amd64/")]
    assert len(below) == 10
    scripts = [
        item.scripts.apply
        for item in open_workshop(str(lab.folder), Terminal()).blueprint.instances
        if item.scripts.apply is not None and "/SourceDirectory:" in item.scripts.apply
    ]
    assert len(scripts) == 2 + 3 + 3 + 2  # sql_rtc, local_store, components, databases
    for script in scripts:
        compared, _, _ = script.partition("Start-Process -FilePath $bootstrapper")
        for one in below:
            assert f"{one.file.replace('/', chr(92))}' -Sha256 '{one.sha256}'" in compared


def test_a_set_up_file_that_is_not_listed_is_found_before(lab: Lab) -> None:
    change(lab.folder / "media.yml", "SQLEXPR_x64.exe", "other.exe")
    with pytest.raises(InvalidError, match=r"would run .*SQLEXPR_x64\.exe, which media.yml does not list"):
        open_workshop(str(lab.folder), Terminal())


def test_a_wrong_hash_stops_before_anything_runs(lab: Lab) -> None:
    refuse_wrong(lab)
    file = lab.folder / "media" / REWRITE
    content = file.read_bytes()
    file.write_bytes(content[:-3] + b"X\r\n")
    with pytest.raises(Refused, match="wrong hash"):
        refuse_wrong(lab)
    with pytest.raises(Refused, match="wrong hash"):
        installer(lab, "url_rewrite")
    file.write_bytes(content + b"more")
    with pytest.raises(Refused, match="wrong size"):
        refuse_wrong(lab)


def test_a_missing_installer_is_missed_when_it_is_needed(lab: Lab) -> None:
    (lab.folder / "media" / REWRITE).unlink()
    refuse_wrong(lab)
    with pytest.raises(SecretError, match="missing"):
        installer(lab, "url_rewrite")
